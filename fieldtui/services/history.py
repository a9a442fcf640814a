"""What a record was before: every change this device made or saw, field by field, with the side of a conflict that was not chosen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import NotFound
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.domain.confidential import COVER, is_confidential
from fieldtui.domain.confidential import FIELD as TEXT
from fieldtui.domain.merge import ANNULLED
from fieldtui.domain.records import COLLECTIONS, BridgingNote, Note, fields_of
from fieldtui.domain.struck import STRUCK, is_struck
from fieldtui.services.context import Context
from fieldtui.services.looking import citizen_of
from fieldtui.store.arrived import differences
from fieldtui.store.inbox import MY_BODY

_NOTES: Final = frozenset({Note.collection, BridgingNote.collection})
Origin = Literal["own", "arrived", "conflict"]
_OWN: Final = "SELECT record_id, collection, before, after, at, actor, label FROM history"
_ARRIVED: Final = (
    "SELECT a.record_id, (SELECT r.collection FROM record r WHERE r.id = a.record_id), a.changes, a.at, a.author"
    " FROM arrived a"
)
_CONFLICTS: Final = (
    "SELECT record_id, collection, mine, theirs, mine_at, theirs_at, theirs_by, created_at, resolved_at, resolution"
    " FROM conflict"
)
_CAME: Final = N_("Ændret af andre")
_CREATED: Final = N_("Oprettet")
_OPEN: Final = N_("Uenighed, ikke afgjort")
_SETTLED: Final = N_("Uenighed afgjort")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that changed."""

    field: str
    """As on the wire; `annulled` for an annulment."""
    label: str
    """Danish or English, as people read it."""
    old: Any
    """JSON value; `None` where there was none."""
    new: Any


@dataclass(frozen=True, slots=True)
class Unchosen:
    """A value of a conflict that does not stand in the record, or not yet."""

    field: str
    label: str
    value: Any
    by: str | None
    """Consultant id; `None` for the central system itself."""
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """One step in the life of a record."""

    record_id: str
    collection: str
    at: datetime
    by: str | None
    """Consultant id; `None` for the central system itself."""
    origin: Origin
    """`own`: done on this device. `arrived`: came from the central system. `conflict`: two people changed the same."""
    label: str
    """What was done, in words."""
    changes: tuple[FieldChange, ...]
    unchosen: tuple[Unchosen, ...] = ()
    created: bool = False
    """True where the record began with it."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {
            "at": isoformat(self.at),
            "by": self.by,
            "origin": self.origin,
            "label": self.label,
            "changes": [{"field": each.field, "old": each.old, "new": each.new} for each in self.changes],
            "not_chosen": [
                {
                    "field": each.field,
                    "value": each.value,
                    "by": each.by,
                    "at": isoformat(each.at) if each.at else None,
                }
                for each in self.unchosen
            ],
        }


class History:
    """The versions of one workspace's records, as far as this device knows them.

    The central system keeps every revision; a device has what it changed itself, what changed in records it already
    had, and what two people could not both have.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def of_record(self, record_id: str) -> tuple[Version, ...]:
        """One record's versions, the newest first; written to the access log with the look they belong to.

        Raises:
            NotFound: No such record.
        """
        stored = self._store.get(record_id)
        if stored is None:
            raise NotFound(clean(record_id, limit=80))
        self._context.looking.within(citizen_of(stored), "history")
        return self._veiled(self._where("record_id = ?", record_id), citizen_of(stored))

    def of_citizen(self, citizen_id: str) -> tuple[Version, ...]:
        """The versions of everything in a citizen's scope, the newest first; logged as `of_record`."""
        self._context.looking.within(citizen_id, "history")
        return self._veiled(self._where("scope = ?", f"citizen:{citizen_id}"), citizen_id)

    def whole_of_citizen(self, citizen_id: str) -> tuple[Version, ...]:
        """As `of_citizen`, with a protected address as it was: for who hides it otherwise, and logs what leaves."""
        return self._covered(self._where("scope = ?", f"citizen:{citizen_id}"))

    def _covered(self, versions: tuple[Version, ...]) -> tuple[Version, ...]:
        """Without the texts of confidential notes, and of those that stood on the wrong citizen."""

        def covered(version: Version) -> Version:
            stored = self._store.get(version.record_id) if version.collection in _NOTES else None
            if stored is None or not (is_confidential(stored.record) or is_struck(stored)):
                return version
            cover = _(STRUCK) if is_struck(stored) else _(COVER)
            changes = tuple(
                replace(each, old=each.old and cover, new=each.new and cover) if each.field == TEXT else each
                for each in version.changes
            )
            return replace(version, changes=changes)

        return tuple(covered(version) for version in versions)

    def _veiled(self, versions: tuple[Version, ...], citizen_id: str | None) -> tuple[Version, ...]:
        """Without the texts of confidential notes, and what would tell where a protected citizen is or was."""
        versions = self._covered(versions)
        veil = self._context.veil
        cards = veil.protected(citizen_id)
        if not cards:
            return versions

        def hidden(version: Version, field: str, value: Any) -> Any:
            return veil.value(version.collection, field, value, cards)

        return tuple(
            replace(
                version,
                changes=tuple(
                    replace(each, old=hidden(version, each.field, each.old), new=hidden(version, each.field, each.new))
                    for each in version.changes
                ),
                unchosen=tuple(
                    replace(each, value=hidden(version, each.field, each.value)) for each in version.unchosen
                ),
            )
            for version in versions
        )

    def _where(self, condition: str, value: str) -> tuple[Version, ...]:
        with self._store.reading() as connection:
            found = [
                *_own(connection, condition, value),
                *_arrived(connection, condition, value),
                *self._conflicts(connection, condition, value),
            ]
        # Reversed, not sorted backwards: of two in one second the later one stands first too.
        return tuple(sorted(found, key=lambda version: version.at)[::-1])

    def _conflicts(self, connection: sqlite3.Connection, condition: str, value: str) -> list[Version]:
        me = self._context.consultant
        rows = connection.execute(f"{_CONFLICTS} WHERE {condition}", (value,)).fetchall()
        return [_conflict(row, me.id if me else None) for row in rows]


def _own(connection: sqlite3.Connection, condition: str, value: str) -> list[Version]:
    rows = connection.execute(
        f"{_OWN} WHERE {condition} ORDER BY seq",
        (value,),
    ).fetchall()
    return [
        Version(
            record_id=record_id,
            collection=collection,
            at=_instant(at),
            by=actor,
            origin="own",
            label=_(label) if before else _(_CREATED),
            changes=_changes(collection, _diff(before, after)),
            created=before is None,
        )
        for record_id, collection, before, after, at, actor, label in rows
    ]


def _arrived(connection: sqlite3.Connection, condition: str, value: str) -> list[Version]:
    rows = connection.execute(f"{_ARRIVED} WHERE a.{condition} ORDER BY a.seq", (value,)).fetchall()
    return [
        Version(
            record_id=record_id,
            collection=collection or "",
            at=_instant(at),
            by=author,
            origin="arrived",
            label=_(_CAME),
            changes=_changes(collection or "", json.loads(changes)),
        )
        for record_id, collection, changes, at, author in rows
    ]


def _conflict(row: tuple[Any, ...], me: str | None) -> Version:
    record_id, collection, mine, theirs, mine_at, theirs_at, theirs_by, created_at, resolved_at, resolution = row
    my, their = json.loads(mine), json.loads(theirs)
    my.pop(MY_BODY, None)
    take = json.loads(resolution).get("take") if resolution and resolved_at else None
    sides = []
    if take != "mine":
        sides += [(name, my.get(name), me, mine_at) for name in {**my, **their}]
    if take not in {"theirs", "same"}:
        sides += [(name, their.get(name), theirs_by, theirs_at) for name in {**my, **their}]
    by = json.loads(resolution).get("by") if resolution else theirs_by
    return Version(
        record_id=record_id,
        collection=collection,
        at=_instant(resolved_at or created_at),
        by=by,
        origin="conflict",
        label=_(_SETTLED) if resolved_at else _(_OPEN),
        changes=(),
        unchosen=tuple(
            Unchosen(name, _label(collection, name), value, who, _instant(at) if at else None)
            for name, value, who, at in sides
        ),
    )


def _diff(before: str | None, after: str) -> dict[str, list[Any]]:
    old = json.loads(before) if before else {"body": {}, "annulled": None}
    new = json.loads(after)
    changes = differences(old["body"], new["body"])
    if old["annulled"] != new["annulled"]:
        changes[ANNULLED] = [old["annulled"], new["annulled"]]
    return changes


def _changes(collection: str, found: Mapping[str, list[Any]]) -> tuple[FieldChange, ...]:
    """In the order of the form; what this version does not know comes last."""
    known = list(fields_of(COLLECTIONS[collection])) if collection in COLLECTIONS else []
    order = {name: place for place, name in enumerate(known)}
    names = sorted(found, key=lambda name: (order.get(name, len(known)), name))
    return tuple(FieldChange(name, _label(collection, name), *found[name]) for name in names)


def _label(collection: str, name: str) -> str:
    if name == ANNULLED:
        return _("Annulleret")
    known = fields_of(COLLECTIONS[collection]) if collection in COLLECTIONS else {}
    return _(known[name].label) if name in known else name


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(COPENHAGEN)
