"""What becomes late in the days to come, if nothing is done: a pure function of the files, the rules and the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.due import Deadline, day_of, is_silent
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance, Task
from fieldtui.domain.rulebook import RuleBook

DAYS: Final = 14
MOST_DAYS: Final = 92
"""Farther ahead too much will be booked and done to tell."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will have become late by the end of some days."""

    first: date
    last: date
    """Both included: what falls due on a day is late the day after."""
    deadlines: tuple[Deadline, ...]
    """By the day they fall due; what is late already is not among them."""
    tasks: tuple[Stored[Task], ...]
    overdue: int
    """How many deadlines and tasks are late already, those that were so at import left out."""


def forecast(
    cases: Sequence[Case], team_tasks: Iterable[Stored[Task]], rules: RuleBook, on: date, *, days: int = DAYS
) -> Forecast:
    """Go through the days ahead as if every meeting that is booked is held, and nothing else is done.

    Each day is judged by the rules as they stand on it, so what only arises on the way (a silence, a new year's law) is in it too.

    Args:
        cases: The citizens' files.
        team_tasks: Tasks without a citizen.
        rules: The rules.
        on: The first day.
        days: How many days, from 1 to `MOST_DAYS`.

    Raises:
        ValueError: `days` is out of reach.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValueError("days")
    last = on + timedelta(days=days - 1)
    coming: dict[tuple[str, str, str | None, str], Deadline] = {}
    for case in cases:
        for ahead in range(days):
            day = on + timedelta(days=ahead)
            for each in deadlines(_as_held(case, on, day), rules, day):
                if each.due_on == day and not each.past_at_import:
                    coming.setdefault((each.citizen_id, each.kind, each.record_id, each.rule_id), each)
    heard = [case for case in cases if not is_silent(case.citizen.record, on)]
    promised = [item for case in heard for item in case.tasks] + [*team_tasks]
    open_ones = [item for item in promised if item.annulled_at is None and item.record.done_at is None]
    late = sum(
        not each.past_at_import and each.due_on < on for case in cases for each in deadlines(case, rules, on)
    ) + sum(item.record.due_on is not None and item.record.due_on < on for item in open_ones)
    due = [item for item in open_ones if item.record.due_on is not None and on <= item.record.due_on <= last]
    return Forecast(
        first=on,
        last=last,
        deadlines=tuple(sorted(coming.values(), key=lambda each: (each.due_on, each.citizen_id, each.kind))),
        tasks=tuple(sorted(due, key=lambda item: (item.record.due_on or on, item.id))),
        overdue=late,
    )


def _as_held(case: Case, on: date, day: date) -> Case:
    """The file as it will stand if every meeting booked from a day through another is held."""

    def held(item: Stored[Appointment]) -> Stored[Appointment]:
        if item.record.status is not Attendance.PLANNED or not on <= day_of(item.record) <= day:
            return item
        return replace(item, record=item.record.model_copy(update={"status": Attendance.ATTENDED}))

    return replace(case, appointments=tuple(held(item) for item in case.appointments))
