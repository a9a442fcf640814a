"""What two people changed at once: shown side by side, decided by a person, and nothing thrown away."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import N_, _
from fieldtui.domain.merge import ANNULLED, heavier
from fieldtui.domain.problems import parse_record
from fieldtui.domain.protection import HIDDEN
from fieldtui.domain.records import COLLECTIONS, Citizen, Company, Partner, fields_of
from fieldtui.services.context import Context
from fieldtui.services.done import Done
from fieldtui.store.changes import Annul, Change, Put
from fieldtui.store.inbox import MY_BODY
from fieldtui.store.rows import main_day
from fieldtui.store.searching import title_of
from fieldtui.store.writing import dump, stamp

Take = Literal["mine", "theirs", "value"]

_SELECT: Final = (
    "SELECT id, collection, record_id, scope, fields, base, mine, theirs, mine_at, theirs_at, theirs_by FROM conflict"
)
_LABEL_ANNULLED: Final = N_("Annulleret")
_COMPANIES: Final = frozenset({"company_id", "merged_into", "partner_id"})
"""Fields whose ids people know by a name that is the team's."""


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One difference: a field, or fields that only hold together."""

    id: str
    collection: str
    record_id: str
    citizen_id: str | None
    fields: tuple[str, ...]
    """Names as on the wire; `annulled` where one side annulled what the other edited."""
    label: str
    """The fields' Danish labels, as the person reads them."""
    base: dict[str, Any]
    """By field; a field without a value is missing."""
    mine: dict[str, Any]
    theirs: dict[str, Any]
    """What the record shows until somebody decides."""
    mine_at: datetime | None
    theirs_at: datetime | None
    theirs_by: str | None
    """Consultant id; `None` for the central system itself."""
    title: str = ""
    """What the record is called where that says more than its collection; a company's or a person's name, or a title."""
    day: date | None = None
    """The date the record is found under."""
    companies: tuple[tuple[str, str], ...] = ()
    """Id and name of the companies and partners whose ids stand on either side."""

    @property
    def proposed(self) -> Literal["mine", "theirs"] | None:
        """The side that weighs more where it is about what became of a meeting; a person decides all the same."""
        return heavier(self.collection, self.mine, self.theirs)

    @property
    def field(self) -> str:
        """The field; several are joined by `+`."""
        return "+".join(self.fields)

    def entries(self) -> tuple[dict[str, Any], ...]:
        """One entry per field, in the shape of docs/cli.md."""
        return tuple(
            {
                "id": self.id,
                "collection": self.collection,
                "record_id": self.record_id,
                "citizen_id": self.citizen_id,
                "field": name,
                "base": self.base.get(name),
                "mine": self.mine.get(name),
                "theirs": self.theirs.get(name),
                "mine_at": isoformat(self.mine_at) if self.mine_at else None,
                "theirs_at": isoformat(self.theirs_at) if self.theirs_at else None,
                "theirs_by": self.theirs_by,
            }
            for name in self.fields
        )


class Conflicts:
    """The undecided differences of one workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def list(self) -> tuple[ConflictRow, ...]:
        """Undecided ones, the oldest first. Whose they are is written to the access log."""
        with self._store.reading() as connection:
            rows = connection.execute(f"{_SELECT} WHERE resolved_at IS NULL ORDER BY created_at, id").fetchall()
        found = tuple(self._shown(_conflict(row)) for row in rows)
        for row in found:
            self._context.looking.within(row.citizen_id, "conflict")
        return found

    def get(self, conflict_id: str) -> ConflictRow:
        """One undecided difference. Whose it is is written to the access log.

        Raises:
            NotFound: No such, or it is decided.
        """
        row = self._shown(_conflict(self._raw(conflict_id)))
        self._context.looking.within(row.citizen_id, "conflict")
        return row

    def resolve(self, conflict_id: str, take: Take, value: Any = None, *, field: str | None = None) -> Done:
        """Decide. The answer is an ordinary edit on top of theirs; what was not chosen stays in the history.

        Args:
            conflict_id: Which.
            take: `theirs` leaves the record as the office has it; `mine` puts my values back; `value` puts others.
            value: With `value`: the new value of the one field, or a mapping from field to value. A field
                that is not named keeps theirs.
            field: Which field of a group `value` is for.

        Raises:
            NotFound: No such conflict, or it is decided already.
            BadUsage: `value` without a field it could be for.
            InvalidRecords: The record would break its model with it; nothing was stored.
            ReadOnlyLease: Too long without contact.
        """
        raw = self._raw(conflict_id)
        conflict = _conflict(raw)
        changes = self._changes(conflict, json.loads(raw[6]), take, value, field)
        label = _("Uenighed afgjort: {field}").format(field=conflict.label)
        command_id = ""
        with self._store.transaction() as connection:
            if changes:
                written = self._store.write(changes, label=label, actor=self._context.me.id)
                command_id = written.command_id if written.changed else ""
                if take == "mine":
                    self._date_back(connection, conflict.record_id, raw[8])
            connection.execute(
                "UPDATE conflict SET resolved_at = ?, resolution = ? WHERE id = ?",
                (
                    stamp(self._context.clock.now()),
                    dump({"take": take, "by": self._context.me.id, "command": command_id}),
                    conflict.id,
                ),
            )
            self._store.audit("resolve", subject=conflict.citizen_id or conflict.record_id, detail=take)
        return Done(
            message=_SENTENCES[take]().format(field=conflict.label),
            record_ids=(conflict.record_id,),
            command_id=command_id,
        )

    # --- inside -------------------------------------------------------------------------------

    @staticmethod
    def _date_back(connection: sqlite3.Connection, record_id: str, mine_at: str | None) -> None:
        """What was decided as mine was written when it was written, before the citizen was handed over: so it is parked
        for the new consultant and not refused. Only where nothing else of the record waits, and the citizen has left.
        """
        connection.execute(
            "UPDATE outbox SET recorded_at = ?1 WHERE record_id = ?2 AND state = 'waiting' AND ?1 IS NOT NULL"
            " AND scope IN (SELECT scope FROM leaving)"
            " AND (SELECT count(*) FROM outbox WHERE record_id = ?2 AND state <> 'parked') = 1",
            (mine_at, record_id),
        )

    def _shown(self, row: ConflictRow) -> ConflictRow:
        """Named, and without what would tell where a protected citizen is."""
        row, veil = self._named(row), self._context.veil
        cards = veil.protected(row.citizen_id)
        base, mine, theirs = (veil.values(row.collection, side, cards) for side in (row.base, row.mine, row.theirs))
        return replace(row, base=base, mine=mine, theirs=theirs)

    def _named(self, row: ConflictRow) -> ConflictRow:
        stored = self._store.get(row.record_id)
        if stored is None:
            return row
        title = title_of(stored.record)
        plain = title == stored.record.label or row.collection == "citizen"
        named = {
            value: called
            for side in (row.base, row.mine, row.theirs)
            for name, value in side.items()
            if name in _COMPANIES and isinstance(value, str) and (called := self._called(value)) is not None
        }
        return replace(row, title="" if plain else title, day=main_day(stored.record), companies=tuple(named.items()))

    def _called(self, record_id: str) -> str | None:
        """The name of a company or a partner, the short name of a citizen; `None` where it is neither or not here."""
        stored = self._store.get(record_id)
        record = stored.record if stored is not None else None
        if isinstance(record, Citizen):
            return record.short_name
        return record.name if isinstance(record, Company | Partner) else None

    def _raw(self, conflict_id: str) -> tuple[Any, ...]:
        with self._store.reading() as connection:
            row = connection.execute(f"{_SELECT} WHERE id = ? AND resolved_at IS NULL", (conflict_id,)).fetchone()
        if row is None:
            raise NotFound(conflict_id)
        found: tuple[Any, ...] = row
        return found

    def _changes(
        self, conflict: ConflictRow, mine: dict[str, Any], take: Take, value: Any, field: str | None
    ) -> tuple[Change, ...]:
        stored = self._store.get(conflict.record_id)
        if stored is None:
            raise NotFound(conflict.record_id)
        if conflict.fields == (ANNULLED,):
            if take == "theirs":
                return ()
            if take == "value":
                raise BadUsage(_("Her kan der kun vælges mellem din og den anden: mine eller theirs."))
            if mine.get(ANNULLED):
                return (Annul(stored.id, str(mine[ANNULLED]["reason"])),)
            body = {**stored.record.body(), **mine.get(MY_BODY, {})}
        elif take == "theirs" and stored.annulled_at is not None:
            return ()  # gone meanwhile: nothing to put, and nothing to bring back
        else:
            # Theirs too is put: whoever edited the field while it was undecided may have a third value in it.
            sides = {"mine": conflict.mine, "theirs": conflict.theirs}
            chosen = sides[take] if take in sides else _given(conflict, value, field)
            body = stored.record.body()
            for name in conflict.fields:
                if name in chosen or take in sides:
                    body.pop(name, None)
            body.update({name: each for name, each in chosen.items() if each is not None})
        return (Put(stored.id, parse_record(conflict.collection, body, strict_names=False)),)


_SENTENCES: Final = {
    "mine": lambda: _("Din version af {field} gælder nu."),
    "theirs": lambda: _("Den andens version af {field} gælder."),
    "value": lambda: _("Den nye værdi af {field} gælder nu."),
}


def _given(conflict: ConflictRow, value: Any, field: str | None) -> dict[str, Any]:
    """The values that were given, by field.

    Raises:
        BadUsage: A field that is not in conflict, or several and none was named.
    """
    if field is not None:
        given = {field: value}
    elif isinstance(value, Mapping):
        given = dict(value)
    elif len(conflict.fields) == 1:
        given = {conflict.fields[0]: value}
    else:
        raise BadUsage(
            _("Felterne {fields} hører sammen. Angiv, hvilket felt værdien er til.").format(
                fields=", ".join(conflict.fields)
            )
        )
    unknown = sorted(set(given) - set(conflict.fields))
    if unknown:
        raise BadUsage(_("Feltet {field} er ikke til afgørelse her.").format(field=unknown[0]))
    if {HIDDEN, _(HIDDEN)} & {value for value in given.values() if isinstance(value, str)}:
        raise BadUsage(_("Den skjulte værdi kan ikke skrives igen. Vælg en af de to, eller skriv den rigtige."))
    return given


def _conflict(row: tuple[Any, ...]) -> ConflictRow:
    conflict_id, collection, record_id, scope, fields, base, mine, theirs, mine_at, theirs_at, theirs_by = row
    names = tuple(json.loads(fields))
    return ConflictRow(
        id=conflict_id,
        collection=collection,
        record_id=record_id,
        citizen_id=scope.removeprefix("citizen:") if scope.startswith("citizen:") else None,
        fields=names,
        label=_label(collection, names),
        base=json.loads(base),
        mine={name: value for name, value in json.loads(mine).items() if name != MY_BODY},
        theirs=json.loads(theirs),
        mine_at=_instant(mine_at),
        theirs_at=_instant(theirs_at),
        theirs_by=theirs_by,
    )


def _label(collection: str, names: tuple[str, ...]) -> str:
    known = fields_of(COLLECTIONS[collection]) if collection in COLLECTIONS else {}
    labels = (
        _(_LABEL_ANNULLED) if name == ANNULLED else _(known[name].label) if name in known else name for name in names
    )
    return ", ".join(labels)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(COPENHAGEN) if text else None
