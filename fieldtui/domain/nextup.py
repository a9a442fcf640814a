"""What staff owe a citizen next: the follow-along of a job, a word after a no-show, and a next appointment at all.

A next step is never left to the citizen (domain.md §1.3, 15). After a no-show nothing follows but a suggestion: nothing here sends,
books, ends or judges anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import written, written_short
from fieldtui.domain.case import Case
from fieldtui.domain.contacts import contact_days, tried_since
from fieldtui.domain.due import Deadline, day_of, limit_after, live, make_deadline, rule_for
from fieldtui.domain.envelope import Stored
from fieldtui.domain.followalong import Step, cadence, next_step
from fieldtui.domain.records import Appointment, Attendance, Placement
from fieldtui.domain.rulebook import RuleBook

_REASONS = {
    "before_start": N_("Tal sammen i ugen før jobbet begynder den {start}."),
    "after_start": N_("Jobbet begyndte den {start}; hør, hvordan de første dage går."),
    "weekly": N_("Hver uge i den første tid i jobbet, der begyndte den {start}."),
    "monthly": N_("Hver måned det første år i jobbet, der begyndte den {start}."),
    "after_end": N_("Jobbet sluttede den {end}; tal om, hvad der nu skal ske."),
}
_OPEN_LEADS = frozenset({"proposed", "contacted", "meeting"})


def follow_along(case: Case, rules: RuleBook, on: date) -> Iterator[Deadline]:
    """The step that waits in each job (IPS-25, item 23): one at a time, from the contacts that are written down."""
    programme, contacts = case.citizen.record.programme, contact_days(case)
    for item in live(case.placements):
        received = item.received_at.astimezone(COPENHAGEN).date() if item.imported and item.received_at else None
        step = next_step(cadence(item.record, rules, programme), contacts, on, since=received)
        if step is not None:
            yield _of_step(case, item, step)


def _of_step(case: Case, item: Stored[Placement], step: Step) -> Deadline:
    placement = item.record
    reason = _(_REASONS[step.kind]).format(
        start=written_short(placement.starts_on), end=written_short(placement.ends_on or placement.starts_on)
    )
    what = _("Følg op: jobbet er slut") if step.kind == "after_end" else _("Følg op i job")
    return make_deadline(
        case, kind="follow_along", due_on=step.last, rule=step.rule, reason=reason, record=item, what=what
    )


def missed(case: Case, rules: RuleBook, on: date) -> Iterator[Deadline]:
    """A no-show that nobody has answered yet: no word, no attempt, no new time. A suggestion, for as long as silence may last."""
    absent = [item for item in live(case.appointments) if item.record.status is Attendance.NO_SHOW]
    if not absent:
        return
    latest = max(absent, key=lambda item: item.record.starts_at)
    day = day_of(latest.record)
    rule, quiet = rule_for(case, rules, "no_show.contact_days", day), rule_for(case, rules, "contact.silence_days", day)
    if rule is None or (quiet is not None and on > limit_after(quiet, day)):
        return
    answered = tried_since(case, latest.record.ends_at) or any(each > day for each in contact_days(case))
    if answered or any(each.starts_at > latest.record.starts_at for each in _planned(case)):
        return
    reason = _("Udeblev den {day}. Ring, skriv eller besøg, og find en ny tid.").format(day=written_short(day))
    yield make_deadline(
        case,
        kind="missed",
        due_on=limit_after(rule, day),
        rule=rule,
        reason=reason,
        record=latest,
        what=_("Få kontakt"),
    )


def without_next(case: Case, rules: RuleBook, on: date) -> Iterator[Deadline]:
    """A citizen for whom nothing is agreed: no meeting to come, no task, no next step. Due when the silence has lasted too long."""
    enrolled = case.citizen.record.enrolled_on
    if enrolled is None or enrolled > on or _has_next(case, rules, on):
        return
    origin = case.citizen
    received = [origin.received_at.astimezone(COPENHAGEN).date()] if origin.imported and origin.received_at else []
    last = max((day for day in contact_days(case) if day <= on), default=None)
    since = max([enrolled, *([last] if last else []), *received])
    rule = rule_for(case, rules, "contact.silence_days", since)
    if rule is None:
        return
    reason = (
        _("Ingen aftale, opgave eller næste skridt. Sidste kontakt var den {day}.").format(day=written(last))
        if last
        else _("Ingen aftale, opgave eller næste skridt, og ingen kontakt endnu.")
    )
    yield make_deadline(
        case, kind="next", due_on=limit_after(rule, since), rule=rule, reason=reason, what=_("Ingen næste aftale")
    )


def _planned(case: Case) -> list[Appointment]:
    return [item.record for item in live(case.appointments) if item.record.status is Attendance.PLANNED]


def _has_next(case: Case, rules: RuleBook, on: date) -> bool:
    promised = any(item.record.done_at is None for item in live(case.tasks))
    leads = any(item.record.next_step_on and item.record.state in _OPEN_LEADS for item in live(case.job_leads))
    booked = any(day_of(each) >= on for each in _planned(case))
    return promised or leads or booked or any(follow_along(case, rules, on)) or any(missed(case, rules, on))
