"""The day as a consultant sees it."""

from __future__ import annotations

from datetime import date

from fieldtui.domain.agenda import Agenda, agenda
from fieldtui.services.context import Context

__all__ = ["Agenda", "AgendaView"]


class AgendaView:
    """Meetings, deadlines and tasks of a day."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def day(self, on: date, *, horizon_days: int = 14) -> Agenda:
        """My own citizens' day, and that of those I stand in for (decision 12); cases as a treatment worker are not mine.

        Args:
            on: The day.
            horizon_days: How far ahead deadlines and tasks are shown.

        Raises:
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        store = self._context.store
        cases = tuple(self._context.veil.over_case(case) for case in self._context.cases())
        self._context.looking.listed("today", len(cases))
        with store.reading() as connection:
            others = {
                row[0] for row in connection.execute("SELECT citizen_id FROM assignment WHERE role = 'treatment'")
            }
        return agenda(
            [case for case in cases if case.id not in others],
            store.all("appointment", scope="team", since=on, until=on),
            store.all("task", scope="team"),
            self._context.rules,
            on,
            horizon_days=horizon_days,
            consultant_id=store.consultant_id,
        )
