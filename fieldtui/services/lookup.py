"""Everything a person looks at."""

from __future__ import annotations

from datetime import date
from typing import Any

from fieldtui.base.errors import NotFound
from fieldtui.base.text import clean
from fieldtui.domain.envelope import Stored
from fieldtui.domain.problems import model_of
from fieldtui.domain.records import Citizen
from fieldtui.services.context import Context


def enrolled(citizen: Citizen, on: date) -> bool:
    """True where the citizen is in a programme on a day, or is going to be; the day of discharge counts."""
    return citizen.discharged_on is None or citizen.discharged_on >= on


class Records:
    """Records as they stand."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def list(
        self,
        collection: str,
        *,
        citizen_id: str | None = None,
        include_all: bool = False,
        since: date | None = None,
        until: date | None = None,
    ) -> tuple[Stored[Any], ...]:
        """The records of a collection by their main date.

        Args:
            collection: Its name.
            citizen_id: Only this citizen's.
            include_all: Annulled records, and citizens who are discharged, too.
            since: Only with a main date (when it begins, was written, was asked for or is due) of this day or later.
            until: Only with a main date of this day or earlier.

        Raises:
            BadUsage: No such collection; the nearest one is suggested.
        """
        model_of(collection)
        scope = None if citizen_id is None else f"citizen:{citizen_id}"
        found = self._store.all(collection, scope=scope, annulled=include_all, since=since, until=until)
        if collection == "citizen" and not include_all:
            on = self._context.today
            return tuple(stored for stored in found if enrolled(stored.record, on))
        return found

    def get(self, record_id: str) -> Stored[Any]:
        """One record, annulled or not.

        Raises:
            NotFound: No such record.
        """
        stored = self._store.get(record_id)
        if stored is None:
            raise NotFound(clean(record_id, limit=80))
        return stored


class Lookup(Records):
    """What the screens and the command line show. Looking at one citizen's file is written to the access log."""
