"""The day as a consultant sees it."""

from __future__ import annotations

from datetime import date

from fieldtui.domain.agenda import Agenda, agenda
from fieldtui.domain.case import Case
from fieldtui.domain.envelope import Stored
from fieldtui.domain.forecast import DAYS, Forecast, forecast
from fieldtui.domain.records import Task
from fieldtui.services.context import Context

__all__ = ["Agenda", "AgendaView", "Forecast"]


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
        store, cases = self._context.store, self._mine("today")
        return agenda(
            cases,
            store.all("appointment", scope="team", since=on, until=on),
            store.all("task", scope="team"),
            self._context.rules,
            on,
            horizon_days=horizon_days,
            consultant_id=store.consultant_id,
        )

    def forecast(self, on: date, *, days: int = DAYS) -> Forecast:
        """What becomes late from a day on, if only the booked meetings are held: of the same citizens as `day`.

        Args:
            on: The first day.
            days: How many days, from 1 to 92.

        Raises:
            ValueError: `days` is out of reach.
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        me = self._context.store.consultant_id
        tasks: tuple[Stored[Task], ...] = self._context.store.all("task", scope="team")
        ours = [item for item in tasks if me is None or item.record.consultant_id in {None, me}]
        return forecast(self._mine("forecast"), ours, self._context.rules, on, days=days)

    def _mine(self, what: str) -> list[Case]:
        """The files of those I work with, under the veil; that they were gone through is written to the access log."""
        store = self._context.store
        cases = tuple(self._context.veil.over_case(case) for case in self._context.cases())
        self._context.looking.listed(what, len(cases))
        with store.reading() as connection:
            others = {
                row[0] for row in connection.execute("SELECT citizen_id FROM assignment WHERE role = 'treatment'")
            }
        return [case for case in cases if case.id not in others]
