"""A day's notes as a file for the municipality's journal: sealed, or in plain text after the passphrase once more and a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from fieldtui.base import log
from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.envelope import Stored
from fieldtui.domain.journal import Entry, awaits, document_of, text_of
from fieldtui.domain.records import Note
from fieldtui.services.casework import Casework
from fieldtui.services.context import Context
from fieldtui.services.dossier import PLAIN_LIFE, SEALED_LIFE, InTheClear
from fieldtui.services.exportfiles import SHORTEST_REASON, ExportFiles, ExportResult, Outgoing, Seal
from fieldtui.services.journaling import entry_of, withheld
from fieldtui.services.looking import said
from fieldtui.vault import verify_passphrase

JOURNAL_FORMATS: Final = ("json", "txt")
_SHAPE: Final = "fieldtui-journal"
_VERSION: Final = 1
_RULE: Final = "\n" + "-" * 60 + "\n"


@dataclass(frozen=True, slots=True)
class JournalResult:
    """A file of notes, and those that are marked as journalised since."""

    file: ExportResult | None
    """`None` where there was nothing to write."""
    marked: int
    left_out: int
    """Confidential notes, and notes that name what is protected: they wait for their author to put them there by hand."""


class JournalFiles:
    """Makes the files of one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._files = ExportFiles(context)

    def write(
        self,
        day: date,
        fmt: str,
        protection: Seal | InTheClear,
        *,
        reason: str | None = None,
        output: Path | None = None,
        keep: bool = False,
        any_folder: bool = False,
    ) -> JournalResult:
        """Write my notes of a day that are not in the journal yet, and mark them once the file lies there.

        Each citizen's access log says that notes were given out. One undo takes the marks back.

        Args:
            day: The day they were written.
            fmt: `json` for a program, `txt` for a person.
            protection: A seal, or the passphrase once more.
            reason: Why; needed for plain text.
            output: The file, or a folder for it; by default the data folder's `exports`.
            keep: Never remove the file.
            any_folder: Use the folder even if it is synced to a cloud, shared or removable.

        Raises:
            BadUsage: No such format, no reason where one is needed, not this person's to give, or sealing is not installed.
            WrongPassphrase, TooSoon: Nothing was written.
            FolderRefused: The folder is missing, or is no place for such a file.
            OSError: The file could not be written; nothing is marked, and the log says so.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing is marked, and no file lies there.
        """
        why = self._allowed(fmt, protection, reason)
        if isinstance(protection, InTheClear):
            verify_passphrase(self._store.vault.folder, protection.passphrase, clock=self._context.clock)
        entries, left_out = self._entries(day)
        if not entries:
            return JournalResult(None, 0, left_out)
        seal = None if isinstance(protection, InTheClear) else protection
        path = self._files.place(
            output, lambda version: f"journalnotater_{day}_v{version}.{fmt}", any_folder=any_folder, seal=seal
        )
        made_at, plain = self._context.clock.now(), seal is None
        about = Outgoing(
            profile=f"journal {fmt}{' plain' if plain else ''}",
            rows=len(entries),
            kept=keep,
            expires_on=self._context.today + (PLAIN_LIFE if plain else SEALED_LIFE),
            expires_at=made_at + PLAIN_LIFE if plain else None,
            reason=why,
        )
        with self._store.transaction():
            for citizen_id in sorted({entry.note.record.citizen_id for entry in entries}):
                self._store.audit("journal", citizen_id, reason=why, detail="note")
        result = self._files.write(path, self._bytes(entries, day, fmt), about, seal=seal)
        try:
            Casework(self._context).mark_journalised([entry.note.id for entry in entries])
        except BaseException:
            # A file whose notes still count as waiting would be handed over twice.
            result.file.unlink(missing_ok=True)
            raise
        log.event("journal", format=fmt, rows=len(entries), sealed=result.sealed)
        return JournalResult(result, len(entries), left_out)

    def _allowed(self, fmt: str, protection: Seal | InTheClear, reason: str | None) -> str | None:
        """The reason as it is kept; raises where the file may not be made."""
        if fmt not in JOURNAL_FORMATS:
            raise BadUsage(
                _("Notaterne findes ikke som {format}. Vælg json eller txt.").format(format=clean(fmt, limit=20))
            )
        why = said(reason)
        if isinstance(protection, InTheClear) and (why is None or len(why) < SHORTEST_REASON):
            raise BadUsage(
                _("Skriv, hvorfor oplysningerne gives ud (mindst ti tegn): --reason. Grunden skrives i adgangsloggen.")
            )
        if self._context.me.role != "consultant":
            raise BadUsage(_("Kun konsulenter lægger notater i journalen."))
        self._store.require_writable()
        return why

    def _entries(self, day: date) -> tuple[list[Entry], int]:
        """The notes of a day, by time; and how many stay here."""
        me = self._context.me.id
        notes: Sequence[Stored[Note]] = self._store.all("note", since=day, until=day)
        mine = [each for each in notes if awaits(each, me)]
        open_ones = [entry_of(self._context, each) for each in mine if not is_confidential(each.record)]
        entries = [entry for entry in open_ones if not withheld(self._context, entry)]
        ordered = sorted(entries, key=lambda each: (each.note.record.written_at, each.note.id))
        return ordered, len(mine) - len(entries)

    def _bytes(self, entries: Sequence[Entry], day: date, fmt: str) -> bytes:
        if fmt == "txt":
            return (_RULE.join(text_of(entry) for entry in entries) + "\n").encode()
        document: dict[str, Any] = {
            "format": _SHAPE,
            "version": _VERSION,
            "day": day.isoformat(),
            "made_at": isoformat(self._context.clock.now()),
            "made_by": self._context.me.initials,
            "notes": [document_of(entry) for entry in entries],
        }
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
