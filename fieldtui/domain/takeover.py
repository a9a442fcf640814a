"""What a stand-in must know of a citizen first: what is booked, what falls due, what was promised, and with whom may be shared.

Pure. A protected address is said before anything else (domain.md §4.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fieldtui.domain.case import Case
from fieldtui.domain.consenting import valid_on
from fieldtui.domain.deadlines import Deadline, day_of, deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.protection import is_protected
from fieldtui.domain.records import Appointment, Attendance, Consent, Task
from fieldtui.domain.rulebook import RuleBook

DAYS: Final = 14
"""How far ahead a stand-in is told, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """One citizen as a stand-in meets them."""

    protected: bool
    appointments: tuple[Stored[Appointment], ...]
    """Planned ones from today on, by time."""
    deadlines: tuple[Deadline, ...]
    """Overdue ones first, then those within the days."""
    tasks: tuple[Stored[Task], ...]
    """Not done and due within the days, or without a day; those without a day last."""
    consents: tuple[Stored[Consent], ...]
    """Valid on the day; what is not here must not be shared on consent."""


def takeover(case: Case, rules: RuleBook, on: date, *, days: int = DAYS) -> Takeover:
    """Put together what a stand-in needs from a citizen's file.

    Args:
        case: The file.
        rules: The rules.
        on: The first day.
        days: How many days ahead, the first not counted.
    """
    last = on + timedelta(days=days)
    planned = [
        each
        for each in case.appointments
        if each.annulled_at is None and each.record.status is Attendance.PLANNED and on <= day_of(each.record) <= last
    ]
    tasks = [
        each
        for each in case.tasks
        if each.annulled_at is None
        and each.record.done_at is None
        and (each.record.due_on is None or each.record.due_on <= last)
    ]
    return Takeover(
        protected=is_protected(case.citizen.record),
        appointments=tuple(sorted(planned, key=lambda each: (each.record.starts_at.timestamp(), each.id))),
        deadlines=tuple(each for each in deadlines(case, rules, on) if each.due_on <= last),
        tasks=tuple(sorted(tasks, key=lambda each: (each.record.due_on is None, each.record.due_on or on, each.id))),
        consents=tuple(each for each in case.consents if each.annulled_at is None and valid_on(each.record, on)),
    )
