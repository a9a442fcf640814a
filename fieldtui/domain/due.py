"""What a deadline is, and how one is made of a rule, a day and the record it hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import add_months
from fieldtui.domain.case import Case
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.domain.rule import Rule
from fieldtui.domain.rulebook import RuleBook

GIVEN: Final = "frist.given"
"""The rule of a deadline that came with its record and names no rule."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that must happen by a day."""

    citizen_id: str
    what: str
    """Short, in the language in force."""
    kind: str
    """`treatment`, `jobsamtale`, `consent`, `placement`, `praktik_end`, `activation`, `contact`, `follow_along`, `missed` or `next`."""
    due_on: date
    rule_id: str
    rule_version: int
    reason: str
    """One sentence in the language in force: what the day is counted from."""
    confirmed: bool
    """True where the municipality has confirmed the rule."""
    record_id: str | None
    """The record it hangs on; `None` where it hangs on the citizen."""
    past_at_import: bool
    """True where it was over before its record came here with an extract."""
    warn_days: int
    """From how many days before `due_on` it is worth showing on its own account; 0 leaves it to the agenda."""

    def days_left(self, on: date) -> int:
        """Whole days from `on`; negative when it is over."""
        return (self.due_on - on).days


def is_discharged(citizen: Citizen, on: date) -> bool:
    """True from the day of discharge."""
    return citizen.discharged_on is not None and citizen.discharged_on <= on


def is_silent(citizen: Citizen, on: date) -> bool:
    """True where reminders are stopped: the citizen is dead, imprisoned or admitted (domain.md §8.21)."""
    return citizen.silence_reason is not None and (citizen.silence_from is None or citizen.silence_from <= on)


def day_of(appointment: Appointment) -> date:
    """The day in Copenhagen on which an appointment begins."""
    return appointment.starts_at.astimezone(COPENHAGEN).date()


def limit_after(rule: Rule, start: date) -> date:
    """The last day a rule allows, counted from its triggering day."""
    params = rule.params
    day = add_months(start, params.get("months", 0))
    return day + timedelta(days=params.get("days", 0), weeks=params.get("weeks", 0))


def make_deadline(
    case: Case,
    *,
    kind: str,
    due_on: date,
    rule: Rule,
    reason: str,
    record: Stored[Any] | None = None,
    what: str | None = None,
    stored: tuple[str | None, int | None] = (None, None),
) -> Deadline:
    """A deadline by a rule; what a record has stored of rule and version goes before the rule it was looked up by.

    Args:
        case: Whose.
        kind: As `Deadline.kind`.
        due_on: The last day.
        rule: The rule it is counted by; says the words where `what` does not.
        reason: One sentence in the language in force.
        record: What it hangs on; `None` for the citizen.
        what: Short, in the language in force.
        stored: Rule id and version that were stored with the record.
    """
    origin = record or case.citizen
    received = origin.received_at.astimezone(COPENHAGEN).date() if origin.received_at else None
    return Deadline(
        citizen_id=case.id,
        what=what or _(rule.label),
        kind=kind,
        due_on=due_on,
        rule_id=stored[0] or rule.id,
        rule_version=stored[1] or rule.version,
        reason=reason,
        confirmed=rule.confirmed,
        record_id=record.id if record else None,
        past_at_import=origin.imported and received is not None and due_on < received,
        warn_days=rule.params.get("warn_days", 0),
    )


def rule_for(case: Case, rules: RuleBook, rule_id: str, day: date) -> Rule | None:
    """The rule in force on the triggering day, where it is for this citizen's programme and category.

    A category that no list here knows, as one of next year's may be, takes no deadline away: better one too many than a silent one.
    """
    citizen = case.citizen.record
    rule = rules.on(rule_id, day, programme=citizen.programme)
    categories, own = (rule.params.get("category") if rule else None), citizen.visitation_category
    if categories and own not in categories and own in rules.codes("visitation_category"):
        return None
    return rule


def stored_rule(rules: RuleBook, rule_id: str | None, version: int | None, day: date) -> Rule | None:
    """The rule that a stored deadline names; what it names may be unknown here, then the one for given deadlines."""
    named = None
    if rule_id:
        named = rules.get(rule_id, version) if version else rules.on(rule_id, day)
    return named or rules.on(GIVEN, day)


def live(items: tuple[Stored[Any], ...]) -> list[Stored[Any]]:
    """Those that were not annulled."""
    return [item for item in items if item.annulled_at is None]
