"""The one door through which every look at a citizen passes: what a person is shown is written to the access log first.

One act is one entry. A screen that draws the same again, a panel that follows the cursor back and forth and a dialog that
opens over a card belong to the look that was written down already; after a while without any, the next one is a new act.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from fieldtui.base.clock import Clock
from fieldtui.base.text import clean
from fieldtui.domain.envelope import Stored
from fieldtui.domain.logged import LONGEST_REASON, STANDING_IN
from fieldtui.domain.records import Citizen
from fieldtui.store import Store

SAME_LOOK: Final = timedelta(minutes=15)
"""A look at the same citizen within so long after the last one is still the same act."""


class Looking:
    """What one unlocked workspace has shown of whom; forgotten when it is locked."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._citizens: dict[str, datetime] = {}
        self._lists: dict[tuple[str, str | None], datetime] = {}

    def opened(self, citizen_id: str, *, reason: str | None = None, what: str | None = None) -> None:
        """A person opens a citizen's file, or one record of it: always an entry, which says so where they stand in for somebody.

        Args:
            citizen_id: Whose.
            reason: As typed; a CPR number or the citizen's name in it is not stored.
            what: The record's collection, or a part of `fieldtui.domain.logged.LOOKED_AT`.

        Raises:
            DiskFull, Busy: It could not be logged, so it must not be shown.
        """
        detail = " ".join(part for part in (what, STANDING_IN if self._stands_in(citizen_id) else None) if part) or None
        self._store.audit("open", citizen_id, reason=said(reason), detail=detail)
        self._citizens[citizen_id] = self._clock.now()

    def within(self, citizen_id: str | None, what: str) -> None:
        """Some of a citizen's file is shown: an entry, unless it belongs to a look that was written down. Errors as `opened`.

        Args:
            citizen_id: Whose; nothing is written for what is about nobody.
            what: As `opened`.
        """
        if citizen_id is None:
            return
        with self._store.vault.mutex:
            last = self._citizens.get(citizen_id)
            if last is None or self._clock.now() - last > SAME_LOOK:
                self.opened(citizen_id, what=what)
            else:
                self._citizens[citizen_id] = self._clock.now()

    def still(self, citizen_id: str) -> None:
        """A file that is open is drawn again: no new entry, however long it has been open. Errors as `opened`."""
        if citizen_id not in self._citizens:
            self.opened(citizen_id)
        self._citizens[citizen_id] = self._clock.now()

    def listed(self, view: str, count: int, citizen_id: str | None = None) -> None:
        """An overview of several citizens, or of one's records, is shown: an entry the first time, and again after a while.

        Args:
            view: A collection's name, or the screen's.
            count: How many rows it has.
            citizen_id: Where it is about one citizen only.

        Raises:
            DiskFull, Busy: As `opened`.
        """
        with self._store.vault.mutex:
            last = self._lists.get((view, citizen_id))
            if last is None or self._clock.now() - last > SAME_LOOK:
                self._store.audit("list", citizen_id, detail=f"{view} {count}")
            self._lists[view, citizen_id] = self._clock.now()

    def _stands_in(self, citizen_id: str) -> bool:
        with self._store.reading() as connection:
            row = connection.execute("SELECT role FROM assignment WHERE citizen_id = ?", (citizen_id,)).fetchone()
        return row is not None and row[0] == "substitute"


def said(reason: str | None) -> str | None:
    """A typed reason as it is kept: cleaned, on one line, at most 200 characters; `None` where it says nothing."""
    return (clean(reason, limit=LONGEST_REASON).strip() or None) if reason else None


def names_of(citizen: Citizen) -> tuple[str, ...]:
    """What is taken out of a reason that stands in the log of another citizen too."""
    return tuple(name for name in (citizen.given_name, citizen.family_name) if name)


def citizen_of(stored: Stored[Any]) -> str | None:
    """Whom a record is about; `None` for the team's own."""
    return stored.scope.removeprefix("citizen:") if stored.scope.startswith("citizen:") else None
