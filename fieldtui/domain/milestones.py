"""What a programme asks for on the way: the end of its course, what the course must leave behind, and a new look after a move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import written
from fieldtui.domain.case import Case
from fieldtui.domain.due import Deadline, limit_after, live, make_deadline, rule_for
from fieldtui.domain.involved import COURSE, OVER
from fieldtui.domain.records import Activation, Citizen
from fieldtui.domain.rule import Programme
from fieldtui.domain.rulebook import RuleBook

OTHER_MUNICIPALITY = "anden_kommune"
"""The district of who has moved out of the municipality."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing of a course that is tried, or written down."""

    name: str
    """As the profile has it; kept in `citizen.course_done` when it is done."""
    output: bool
    """True for what the course must leave behind in writing."""
    done: bool


def checklist(citizen: Citizen, rules: RuleBook) -> tuple[Point, ...]:
    """The points of the citizen's course, what is tried first; none where the programme is no course."""
    profile = rules.profile(citizen.programme)
    if profile is None or profile.weeks is None:
        return ()
    done = set(citizen.course_done)
    return tuple(
        Point(name, output, name in done)
        for names, output in ((profile.tasks, False), (profile.outputs, True))
        for name in names
    )


def course_end(case: Case, rules: RuleBook, _on: date) -> Iterator[Deadline]:
    """The last day of a course of fixed length, open until what it must leave behind is written down or the course is over.

    It counts from the course's own start; where no course is registered, from the day the citizen came into the programme.
    """
    citizen = case.citizen.record
    profile = rules.profile(citizen.programme)
    if citizen.programme is None or profile is None or profile.weeks is None:
        return
    missing = [point.name for point in checklist(citizen, rules) if point.output and not point.done]
    courses = [item for item in live(case.activations) if item.record.kind == COURSE]
    record: Activation | None = courses[-1].record if courses else None
    if not missing or (record is not None and record.status in OVER):
        return
    start = (record.starts_on if record is not None else None) or citizen.programme_since or citizen.enrolled_on
    rule = rule_for(case, rules, "course.end", start) if start is not None else None
    if start is None or rule is None:
        return
    planned = record.ends_on if record is not None else None
    reason = _("Forløbet begyndte den {day}. Skal stadig skrives ned: {missing}.").format(
        day=written(start), missing=", ".join(_(name) for name in missing)
    )
    yield make_deadline(
        case, kind="course_end", due_on=planned or limit_after(rule, start), rule=rule, reason=reason,
        record=courses[-1] if courses else None,
    )  # fmt: skip


def needs_review(citizen: Citizen, profile: Programme | None) -> bool:
    """True where the citizen has moved, nobody has looked at the target group since, and the new district is not one of the programme's."""
    if citizen.moved_on is None:
        return False
    reviewed = citizen.eligibility_reviewed_on
    if reviewed is not None and reviewed >= citizen.moved_on:
        return False
    wanted = profile.districts if profile is not None else ()
    return not wanted or citizen.district is None or citizen.district not in wanted


def eligibility_review(case: Case, rules: RuleBook, _on: date) -> Iterator[Deadline]:
    """After a move somebody looks at the target group again; nobody is discharged by it, and other districts of the programme count."""
    citizen = case.citizen.record
    profile = rules.profile(citizen.programme)
    if citizen.moved_on is None or not needs_review(citizen, profile):
        return
    rule = rule_for(case, rules, "eligibility.review", citizen.moved_on)
    if rule is None:
        return
    away = citizen.district == OTHER_MUNICIPALITY
    what = _("Overdragelse til anden kommune") if away else _("Målgruppe vurderes igen")
    template = (
        _("Borgeren flyttede til en anden kommune den {day}. Aftal overdragelsen; sagen lukkes ikke af sig selv.")
        if away
        else _("Borgeren flyttede den {day}. Sagen lukkes ikke af sig selv.")
    )
    yield make_deadline(
        case, kind="review", due_on=limit_after(rule, citizen.moved_on), rule=rule, what=what,
        reason=template.format(day=written(citizen.moved_on)),
    )  # fmt: skip
