"""Reading the access log: whole for the person whose device it is, and without names for the citizen who asks.

A citizen has a right to know when somebody looked and why (GDPR article 15, C-579/21, Datatilsynet 2024-32-0283), but as a
rule not who: an employee acts for the authority. So the answer names the role or the unit. Giving it is an act in the log too.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from fieldtui.base import log
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.citizenlog import GivenLook, given_text, looks_of
from fieldtui.domain.logged import sentence
from fieldtui.services.context import Context
from fieldtui.services.exportfiles import SHORTEST_REASON, ExportFiles, ExportResult, Outgoing
from fieldtui.services.looking import said
from fieldtui.store.accesslog import LogRow

_OF_A_CITIZEN: Final = (
    "SELECT id FROM record WHERE scope = ?1"
    " UNION SELECT id FROM conflict WHERE scope = ?1"
    " UNION SELECT record_id FROM history WHERE scope = ?1"
)


_LIFE: Final = timedelta(hours=24)
"""As for everything about one citizen in plain text."""


class LogBook:
    """The access log of one workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def entries(self, subject: str | None = None) -> tuple[LogRow, ...]:
        """All entries in order; with a citizen's or a record's id those about it and about the citizen's records.

        Reading what is about one citizen is itself written to the log, once for a while.

        Raises:
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        if subject is None:
            return self._store.log_entries()
        ids = self._ids(subject)
        found = tuple(row for row in self._store.log_entries() if row.subject in ids)
        self._store.audit("log.show", subject, detail=str(len(found)))
        return found

    def about(self, citizen_id: str) -> tuple[GivenLook, ...]:
        """What a citizen who asks is told: when, what was done, in which role or unit, and why; the oldest first.

        Without names, ids and machines. It is written to the log, and so stands in the next answer.

        Raises:
            NotFound: The log of this device has nothing about such a citizen.
            DiskFull, Busy: It could not be logged, so it is not given.
        """
        looks = self.for_a_file(citizen_id)
        self._store.audit("log.show", citizen_id, detail=str(len(looks)))
        return looks

    def for_a_file(self, citizen_id: str) -> tuple[GivenLook, ...]:
        """As `about`, for who writes an entry of its own about what is given out; nothing is logged here.

        Raises:
            NotFound: As `about`.
        """
        return looks_of(self._about(citizen_id), self._context.people)

    def give(
        self, citizen_id: str, output: Path | None, reason: str, *, as_json: bool = False, any_folder: bool = False
    ) -> ExportResult:
        """Write `about` to a file in plain text, for the citizen; readable by its owner alone, and removed a day later.

        The log has its entry before the file has its name.

        Args:
            citizen_id: Who asks.
            output: The file, or a folder for it; by default the data folder's `exports`.
            reason: Why it is given out in the clear; as it was typed, at least ten characters.
            as_json: As JSON and not as text.
            any_folder: Use the folder even if it is synced to a cloud, shared or removable.

        Returns:
            The file; `rows` counts the lookups it tells.

        Raises:
            BadUsage: No reason, or too short a one.
            NotFound: The log has nothing about such a citizen.
            FolderRefused: The folder is missing, or is no place for such a file.
            OSError: It could not be written.
            DiskFull, Busy: It could not be logged, so it is not given.
        """
        why = said(reason)
        if why is None or len(why) < SHORTEST_REASON:
            raise BadUsage(
                _("Skriv, hvorfor oplysningerne gives ud (mindst ti tegn): --reason. Grunden skrives i adgangsloggen.")
            )
        looks = self.for_a_file(citizen_id)
        made_at = self._context.clock.now()
        if as_json:
            text = json.dumps([look.as_json() for look in looks], ensure_ascii=False, indent=1) + "\n"
        else:
            text = given_text(looks, made_at, here=True)
        on = self._context.today
        files = ExportFiles(self._context)
        path = files.place(output, lambda version: _file_name(on, as_json, version), any_folder=any_folder, seal=None)
        about = Outgoing(
            profile="log plain",
            rows=len(looks),
            kept=False,
            expires_on=on + _LIFE,
            action="log.given",
            expires_at=made_at + _LIFE,
            citizen_id=citizen_id,
            reason=why,
        )
        result = files.write(path, text.encode("utf-8"), about, seal=None)
        log.event("log.given", entries=len(looks))
        return result

    def said(self, row: LogRow) -> str:
        """An entry in plain words."""
        return sentence(row.action, row.detail)

    def verify(self) -> int:
        """Check every entry and the chain between them; returns how many there are.

        Raises:
            LogBroken: With the number of the first entry that was changed, moved or is missing.
        """
        return self._store.verify_log()

    # --- inside -------------------------------------------------------------------------------

    def _about(self, citizen_id: str) -> tuple[LogRow, ...]:
        ids = self._ids(citizen_id)
        rows = tuple(row for row in self._store.log_entries() if row.subject in ids)
        if not rows:
            raise NotFound(clean(citizen_id, limit=80))
        return rows

    def _ids(self, subject: str) -> frozenset[str]:
        """The id itself and, where it is a citizen's, those of the citizen's records, also annulled ones."""
        with self._store.reading() as connection:
            found = connection.execute(_OF_A_CITIZEN, (f"citizen:{subject}",)).fetchall()
        return frozenset({subject, *(record_id for (record_id,) in found)})


def _file_name(on: date, as_json: bool, version: int) -> str:
    return f"opslag_{on.isoformat()}_v{version}.{'json' if as_json else 'txt'}"
