"""Everything held about one citizen leaves as a file: sealed, or in plain text after the passphrase once more and a reason."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

from fieldtui.base import log
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.confidential import CONFIDENTIAL_DRAFT, COVER, body_is_confidential, is_confidential
from fieldtui.domain.confidential import FIELD as TEXT
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import COLLECTIONS, Citizen
from fieldtui.domain.struck import is_struck
from fieldtui.export.dossier import Held, document_of, dossier_name, to_json
from fieldtui.services.context import Context
from fieldtui.services.exportfiles import SHORTEST_REASON, ExportFiles, ExportResult, Outgoing, Seal
from fieldtui.services.history import History, Version
from fieldtui.services.logbook import LogBook
from fieldtui.services.looking import said
from fieldtui.services.naming import named_in
from fieldtui.store.joining import group_of
from fieldtui.vault import Secret, verify_passphrase

DOSSIER_FORMATS: Final = ("json", "pdf")
PLAIN_LIFE: Final = timedelta(hours=24)
"""A file about one citizen does not lie in plain text for longer, unless it is kept on purpose."""
SEALED_LIFE: Final = timedelta(days=7)
_FREE_TEXTS: Final = ("text", "title", "note", "purpose", "status_reason", "description")
"""Fields in which people write as they like."""
_ACTION: Final = "dossier"


@dataclass(frozen=True, slots=True)
class InTheClear:
    """What a file in plain text costs: the passphrase once more."""

    passphrase: Secret
    """Stays the caller's, to wipe."""


class Dossiers:
    """Makes dossiers out of one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._files = ExportFiles(context)

    def write(
        self,
        citizen_id: str,
        fmt: str,
        protection: Seal | InTheClear,
        *,
        reason: str | None = None,
        with_protected: bool = False,
        output: Path | None = None,
        keep: bool = False,
        any_folder: bool = False,
    ) -> ExportResult:
        """Write the dossier of one citizen. The access log has its entry, with the reason, before the file has its name.

        Args:
            citizen_id: Whose.
            fmt: `json` or `pdf`.
            protection: A seal, or the passphrase once more.
            reason: Why; needed for plain text and for a protected address.
            with_protected: Give a protected address, phone number, postal code and city too.
            output: The file, or a folder for it; by default the data folder's `exports`.
            keep: Never remove it; a day later every unlock reminds of one in plain text.
            any_folder: Use the folder even if it is synced to a cloud, shared or removable.

        Returns:
            The file; `rows` counts the records in it.

        Raises:
            BadUsage: No such format, no reason where one is needed, not this person's to give, or sealing is not installed.
            NotFound: No such citizen here.
            WrongPassphrase, TooSoon: Nothing was written.
            FolderRefused: The folder is missing, or is no place for such a file.
            OSError: The file could not be written; the log says so.
            DiskFull, Busy: It could not be logged, so it is not given.
        """
        if fmt not in DOSSIER_FORMATS:
            raise BadUsage(
                _("Sagen findes ikke som {format}. Vælg json eller pdf.").format(format=clean(fmt, limit=20))
            )
        why = said(reason)
        seal = None if isinstance(protection, InTheClear) else protection
        plain = seal is None
        if (plain or with_protected) and (why is None or len(why) < SHORTEST_REASON):
            raise BadUsage(
                _("Skriv, hvorfor oplysningerne gives ud (mindst ti tegn): --reason. Grunden skrives i adgangsloggen.")
            )
        if self._context.me.role != "consultant":
            raise BadUsage(_("Kun borgerens konsulent kan give sagen ud. Bed konsulenten om det."))
        if isinstance(protection, InTheClear):
            verify_passphrase(self._store.vault.folder, protection.passphrase, clock=self._context.clock)
        held = self._held(citizen_id)
        made_at, on = self._context.clock.now(), self._context.today
        path = self._files.place(
            output,
            lambda version: dossier_name(fmt, on, version),
            any_folder=any_folder,
            seal=seal,
        )
        document = document_of(
            held,
            people=self._context.people,
            made_at=made_at,
            made_by=self._context.me.initials,
            with_protected=with_protected,
        )
        rows = 1 + sum(len(found) for found in held.records.values())
        about = Outgoing(
            profile=f"{fmt}{'+protected' if with_protected else ''}{' plain' if plain else ''}",
            rows=rows,
            kept=keep,
            expires_on=on + (PLAIN_LIFE if plain else SEALED_LIFE),
            action=_ACTION,
            expires_at=made_at + PLAIN_LIFE if plain else None,
            citizen_id=citizen_id,
            reason=why,
        )
        data = to_json(document) if fmt == "json" else _pdf(document)
        result = self._files.write(path, data, about, seal=seal)
        log.event("dossier", format=fmt, rows=rows, sealed=result.sealed)
        return result

    # --- what is held -------------------------------------------------------------------------

    def _held(self, citizen_id: str) -> Held:
        """Everything of the citizen; where several cards stand for the same person, of all of them."""
        cards = group_of(citizen_id, self._store.stand_ins())
        found = self._store.get(cards[0])
        if found is None or not isinstance(found.record, Citizen):
            raise NotFound(clean(citizen_id, limit=80))
        citizen = cast("Stored[Citizen]", found)
        records = {name: self._of_cards(name, cards) for name in COLLECTIONS}
        ids = [*cards, *(each.id for found in records.values() for each in found)]
        with self._store.reading() as connection:
            waiting = [each for card in cards for each in _waiting(connection, f"citizen:{card}")]
            drafts = _drafts(connection, ids)
            handovers = [each for card in cards for each in _handovers(connection, f"citizen:{card}")]
            assignment = _assignment(connection, citizen.id)
        history = History(self._context)
        return Held(
            citizen=citizen,
            records=records,
            changes=[_change(each) for card in cards for each in history.whole_of_citizen(card)],
            waiting=waiting,
            drafts=drafts,
            handovers=handovers,
            assignment=assignment,
            lookups=[look for card in cards for look in self._lookups(card)],
            naming=frozenset(
                each.id for found in records.values() for each in found if self._names_others(each, cards)
            ),
        )

    def _names_others(self, stored: Stored[Any], cards: tuple[str, ...]) -> bool:
        """True where a free text of the record holds another citizen's whole name, a call code or a CPR number."""
        texts = (getattr(stored.record, name, None) for name in _FREE_TEXTS)
        return any(named_in(self._context, text, but=cards).certain for text in texts if isinstance(text, str))

    def _of_cards(self, name: str, cards: tuple[str, ...]) -> tuple[Stored[Any], ...]:
        """The records of a collection on all cards; of citizens the other cards than the first."""
        found = (each for card in cards for each in self._store.all(name, scope=f"citizen:{card}", annulled=True))
        return tuple(self._without_confidential(each) for each in found if each.id != cards[0])

    def _without_confidential(self, stored: Stored[Any]) -> Stored[Any]:
        """A confidential note leaves with its cover only: whether it is to be given out is for its reader to decide.

        A note that was written on this citizen by mistake is about somebody else, and leaves without its text.
        """
        hidden = is_confidential(stored.record) or is_struck(stored)
        return self._context.veil.over(stored) if hidden else stored

    def _lookups(self, citizen_id: str) -> list[dict[str, Any]]:
        try:
            return [look.as_json() for look in LogBook(self._context).for_a_file(citizen_id)]
        except NotFound:
            return []  # the citizen came with a sync and nobody has looked yet


def _pdf(document: Mapping[str, Any]) -> bytes:
    from fieldtui.export.dossier_pdf import to_pdf

    return to_pdf(document)


def _change(version: Version) -> dict[str, Any]:
    shown = version.as_json()
    del shown["label"]  # in the language of the screen; the fields say what happened
    return {"record_id": version.record_id, "collection": version.collection, **shown}


def _waiting(connection: sqlite3.Connection, scope: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT collection, record_id, kind, state, recorded_at, body FROM outbox WHERE scope = ? ORDER BY seq",
        (scope,),
    )
    return [
        {
            "collection": collection,
            "record_id": record_id,
            "kind": kind,
            "state": state,
            "recorded_at": at,
            # What still waits stands in the record already; what was refused or parked may not.
            "fields": {} if state == "waiting" else _bare(collection, json.loads(body)),
        }
        for collection, record_id, kind, state, at, body in rows
    ]


def _bare(collection: str, body: dict[str, Any]) -> dict[str, Any]:
    hidden = {TEXT} if body_is_confidential(collection, body) else set()
    return {name: value for name, value in body.items() if name not in hidden}


def _drafts(connection: sqlite3.Connection, ids: list[str]) -> list[dict[str, Any]]:
    """Drafts about the citizen or one of the citizen's records; an id is compared as it stands, as `purge` does."""
    found: dict[str, dict[str, Any]] = {}
    for each in ids:
        rows = connection.execute(
            "SELECT key, kind, saved_at, body, previous FROM draft WHERE subject = ?1 OR instr(key, ?1) > 0", (each,)
        )
        for key, kind, saved_at, body, previous in rows:
            texts = (COVER, None) if kind == CONFIDENTIAL_DRAFT else (body, previous)
            found[key] = {"kind": kind, "saved_at": saved_at, "text": texts[0], "previous": texts[1]}
    return [found[key] for key in sorted(found)]


def _handovers(connection: sqlite3.Connection, scope: str) -> list[dict[str, Any]]:
    """What this device asked the office about the citizen, and what the office says is offered: hand-overs and parked edits."""
    asked = connection.execute(
        "SELECT about, state, body FROM errand WHERE scope = ? ORDER BY seq", (scope,)
    ).fetchall()
    offered = connection.execute("SELECT kind, body FROM desk WHERE scope = ? ORDER BY kind, id", (scope,)).fetchall()
    return [
        *({"what": "asked", "about": about, "state": state, "says": json.loads(body)} for about, state, body in asked),
        *({"what": kind, "says": json.loads(body)} for kind, body in offered),
    ]


def _assignment(connection: sqlite3.Connection, citizen_id: str) -> dict[str, Any] | None:
    row = connection.execute("SELECT role, until FROM assignment WHERE citizen_id = ?", (citizen_id,)).fetchone()
    return None if row is None else {"role": row[0], "until": row[1]}
