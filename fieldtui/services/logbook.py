"""Reading the access log: whole for the person whose device it is, and without names for the citizen who asks.

A citizen has a right to know when somebody looked and why (GDPR article 15, C-579/21, Datatilsynet 2024-32-0283), but as a
rule not who: an employee acts for the authority. So the answer names the role or the unit. Giving it is an act in the log too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from fieldtui.base import log
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.citizenlog import GivenLook, given_text, looks_of
from fieldtui.domain.logged import sentence
from fieldtui.services.context import Context
from fieldtui.services.looking import said
from fieldtui.store.accesslog import LogRow

_OF_A_CITIZEN: Final = (
    "SELECT id FROM record WHERE scope = ?1"
    " UNION SELECT id FROM conflict WHERE scope = ?1"
    " UNION SELECT record_id FROM history WHERE scope = ?1"
)


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
        rows = self._about(citizen_id)
        self._store.audit("log.show", citizen_id, detail=str(len(rows)))
        return looks_of(rows, self._context.people)

    def give(self, citizen_id: str, file: Path, reason: str, *, as_json: bool = False) -> int:
        """Write `about` to a file that is not encrypted, for the citizen; readable by its owner alone.

        The log has its entry before the file has its name.

        Args:
            citizen_id: Who asks.
            file: Where.
            reason: Why it is given out in the clear; as it was typed.
            as_json: As JSON and not as text.

        Returns:
            How many lookups it tells.

        Raises:
            BadUsage: No reason.
            NotFound: The log has nothing about such a citizen.
            OSError: It could not be written.
            DiskFull, Busy: It could not be logged, so it is not given.
        """
        why = said(reason)
        if why is None:
            raise BadUsage(_("Skriv, hvorfor loggen gives ud som fil: --reason. Grunden skrives i adgangsloggen."))
        looks = looks_of(self._about(citizen_id), self._context.people)
        made_at = self._context.clock.now()
        if as_json:
            text = json.dumps([look.as_json() for look in looks], ensure_ascii=False, indent=1) + "\n"
        else:
            text = given_text(looks, made_at, here=True)
        self._store.audit("log.given", citizen_id, reason=why, detail=str(len(looks)))
        write_atomically(file, text.encode("utf-8"))
        log.event("log.given", entries=len(looks))
        return len(looks)

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
