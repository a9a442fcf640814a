"""One consultant's day: meetings, what falls due, and what was promised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import Deadline, day_of, deadlines, is_silent
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Task
from fieldtui.domain.rule import Rule
from fieldtui.domain.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a day holds."""

    date: date
    appointments: tuple[Stored[Appointment], ...]
    """The day's meetings by time; moved ones stand on their new day, cancelled ones stay and say so."""
    deadlines: tuple[Deadline, ...]
    """Overdue ones first, then by day, as far as the horizon or the rule's own warning reaches."""
    past_at_import: int
    """How many deadlines were over before they came here; one line, not an alarm each."""
    tasks: tuple[Stored[Task], ...]
    """What is not done, by day, those without a day last; none for a citizen whose reminders are stopped."""
    expired: tuple[Rule, ...] = ()
    """Rules that ran out with none after them: what they used to ask for is not among the deadlines any more."""


def agenda(
    cases: Sequence[Case],
    loose: Sequence[Stored[Appointment]],
    team_tasks: Sequence[Stored[Task]],
    rules: RuleBook,
    on: date,
    *,
    horizon_days: int = 14,
    consultant_id: str | None = None,
) -> Agenda:
    """Put a day together; pure.

    Args:
        cases: The consultant's own citizens and those they stand in for.
        loose: Appointments without a citizen.
        team_tasks: Tasks without a citizen.
        rules: The rules.
        on: The day.
        horizon_days: How far ahead deadlines and tasks are shown.
        consultant_id: Whose day; team appointments and tasks of others are left out. `None` leaves none out.
    """
    ours = [item for case in cases for item in case.appointments]
    ours += [item for item in loose if _concerns(item.record, consultant_id)]
    todays = [item for item in ours if item.annulled_at is None and day_of(item.record) == on]
    every = [each for case in cases for each in deadlines(case, rules, on)]
    past = [each for each in every if each.past_at_import]
    near = [
        each for each in every if not each.past_at_import and each.days_left(on) <= max(horizon_days, each.warn_days)
    ]
    tasks = [item for case in cases if not is_silent(case.citizen.record, on) for item in case.tasks]
    tasks += [
        item for item in team_tasks if consultant_id is None or item.record.consultant_id in {None, consultant_id}
    ]
    return Agenda(
        date=on,
        appointments=tuple(sorted(todays, key=lambda item: (item.record.starts_at.timestamp(), item.id))),
        deadlines=tuple(sorted(near, key=lambda each: (each.due_on, each.citizen_id, each.kind, each.record_id or ""))),
        past_at_import=len(past),
        tasks=_open_tasks(tasks, on, horizon_days),
        expired=rules.expired(on),
    )


def _concerns(appointment: Appointment, consultant_id: str | None) -> bool:
    """True where a team appointment is this consultant's; one that names nobody is everybody's."""
    named = {*appointment.participants, *([appointment.consultant_id] if appointment.consultant_id else [])}
    return consultant_id is None or not named or consultant_id in named


def _open_tasks(tasks: Iterable[Stored[Task]], on: date, horizon_days: int) -> tuple[Stored[Task], ...]:
    live = (item for item in tasks if item.annulled_at is None and item.record.done_at is None)
    near = [item for item in live if item.record.due_on is None or (item.record.due_on - on).days <= horizon_days]
    return tuple(sorted(near, key=lambda item: (item.record.due_on is None, item.record.due_on or on, item.id)))
