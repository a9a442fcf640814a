"""What falls due for a citizen, after which rule and why: a pure function of the file, the rules and the day.

A rule is chosen by the day that triggers it. A `due_on` stored with a record wins over a computed one (decision 15). Limits count
calendar days; nothing is moved for weekends or holidays. A discharged citizen, and one whose reminders are stopped, has none.
Whether a deadline has been kept is never judged here: an open one is simply still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.domain.calendar import written, written_short
from fieldtui.domain.case import Case
from fieldtui.domain.consenting import latest_end
from fieldtui.domain.due import (
    GIVEN,
    Deadline,
    day_of,
    is_discharged,
    is_silent,
    limit_after,
    live,
    make_deadline,
    rule_for,
    stored_rule,
)
from fieldtui.domain.envelope import Stored
from fieldtui.domain.followalong import NEVER_BEGAN
from fieldtui.domain.milestones import course_end, eligibility_review
from fieldtui.domain.nextup import follow_along, missed, without_next
from fieldtui.domain.placing import praktik_latest, praktik_rule
from fieldtui.domain.records import Appointment, Attendance, Consent, JobLead, Placement, Referral
from fieldtui.domain.rulebook import RuleBook

__all__ = [
    "GIVEN",
    "Deadline",
    "consent_ends",
    "day_of",
    "deadlines",
    "free_choice",
    "is_discharged",
    "is_silent",
    "limit_after",
]

_CHOICE_EXCEEDS: Final = frozenset({"SEL101"})
"""Where the free choice of another place lets the guarantee be exceeded: SEL § 101, stk. 5. SUL § 141 says nothing of the kind."""
_OPEN_LEADS: Final = frozenset({"proposed", "contacted", "meeting"})
_DEAD_ACTIVATIONS: Final = frozenset({"afsluttet", "afbrudt", "annulleret"})


def deadlines(case: Case, rules: RuleBook, on: date) -> tuple[Deadline, ...]:
    """Every open deadline of a citizen on a day, the nearest first."""
    citizen = case.citizen.record
    if case.citizen.annulled_at is not None or is_discharged(citizen, on) or is_silent(citizen, on):
        return ()
    sources = (
        _treatment,
        _jobsamtaler,
        _first_interviews,
        _consents,
        _first_placement,
        _praktik,
        _activations,
        _next_steps,
        follow_along,
        missed,
        without_next,
        course_end,
        eligibility_review,
    )
    found = [each for source in sources for each in source(case, rules, on)]
    return tuple(sorted(found, key=lambda each: (each.due_on, each.kind, each.record_id or "", each.rule_id)))


# --- treatment ---------------------------------------------------------------------------------


def free_choice(referral: Referral) -> str:
    """What it means for the guarantee that the citizen chose another place: only SEL § 101, stk. 5, lets it be exceeded."""
    if referral.basis in _CHOICE_EXCEEDS:
        return _("Borgeren har valgt et andet sted, så fristen kan overskrides.")
    return _("Borgeren har valgt et andet sted; fristen gælder alligevel.")


def _treatment(case: Case, rules: RuleBook, _on: date) -> Iterator[Deadline]:
    """The guarantee of each request that has not led to treatment yet (domain.md §3.4)."""
    for item in live(case.referrals):
        referral: Referral = item.record
        if referral.started_on is not None or referral.ended_on is not None:
            continue
        from_receipt = referral.basis == "SUL82C"
        start = referral.received_on if from_receipt else referral.requested_on
        rule = rule_for(case, rules, f"treatment.{referral.basis.lower()}", start) if start else None
        if start is None or rule is None:
            continue
        template = (
            _("{days} dage efter, at henvisningen blev modtaget den {day}.")
            if from_receipt
            else _("{days} dage efter henvendelsen den {day}.")
        )
        reason = template.format(days=rule.params.get("days"), day=written_short(start))
        if referral.free_choice:
            reason = f"{reason} {free_choice(referral)}"
        due = limit_after(rule, start)
        what = _("Behandlingsgaranti")
        yield make_deadline(case, kind="treatment", due_on=due, rule=rule, reason=reason, record=item, what=what)


# --- interviews --------------------------------------------------------------------------------


def _jobsamtaler(case: Case, rules: RuleBook, on: date) -> Iterator[Deadline]:
    """The stored deadline of each planned jobsamtale; where none is stored, the next one by the local norm."""
    planned = [item for item in live(case.appointments) if _is_planned_interview(item.record)]
    stored = [item for item in planned if item.record.due_on is not None]
    for item in stored:
        appointment: Appointment = item.record
        assert appointment.due_on is not None  # noqa: S101  chosen for it just above
        rule = stored_rule(rules, appointment.due_rule_id, appointment.due_rule_version, appointment.due_on)
        if rule is None:
            continue
        template = (
            _("Fristen for den jobsamtale, der er aftalt til den {day}.")
            if day_of(appointment) <= appointment.due_on
            else _("Jobsamtalen er aftalt til den {day}, og det er efter fristen.")
        )
        reason = template.format(day=written_short(day_of(appointment)))
        yield make_deadline(
            case, kind="jobsamtale", due_on=appointment.due_on, rule=rule, reason=reason, record=item,
            what=_("Jobsamtale"), stored=(appointment.due_rule_id, appointment.due_rule_version),
        )  # fmt: skip
    if not stored:
        yield from _next_interview(case, rules, on, planned)


def _is_planned_interview(appointment: Appointment) -> bool:
    wanted = appointment.kind == "jobsamtale" or appointment.due_on is not None
    return wanted and appointment.status is Attendance.PLANNED


def _held_interviews(case: Case) -> list[date]:
    held = [item.record for item in live(case.appointments) if item.record.kind == "jobsamtale"]
    return sorted(day_of(each) for each in held if each.status is Attendance.ATTENDED)


def _next_interview(case: Case, rules: RuleBook, on: date, planned: list[Stored[Any]]) -> Iterator[Deadline]:
    held, enrolled = _held_interviews(case), case.citizen.record.enrolled_on
    if held:
        start, rule_id = held[-1], "jobsamtale.local_interval_days"
        reason = _("{days} dage efter den seneste jobsamtale den {day}.")
    elif enrolled:
        start, rule_id = enrolled, "jobsamtale.first"
        reason = _("{days} dage efter indskrivningen den {day}.")
    else:
        return
    rule = rule_for(case, rules, rule_id, start)
    if rule is None:
        return
    due = limit_after(rule, start)
    if any(on <= day_of(item.record) <= due for item in planned):
        return  # booked in time
    text = reason.format(days=rule.params.get("days"), day=written(start))
    yield make_deadline(case, kind="jobsamtale", due_on=due, rule=rule, reason=text)


def _first_interviews(case: Case, rules: RuleBook, on: date) -> Iterator[Deadline]:
    """So many interviews in the first months (LAB § 31, stk. 3), while there is still time for them."""
    enrolled = case.citizen.record.enrolled_on
    rule = rule_for(case, rules, "jobsamtale.min_first_6m", enrolled) if enrolled else None
    if enrolled is None or rule is None:
        return
    due, wanted = limit_after(rule, enrolled), int(rule.params.get("value", 0))
    held = sum(enrolled <= day <= due for day in _held_interviews(case))
    if held < wanted and on <= due:
        reason = _("{wanted} jobsamtaler på {months} måneder efter indskrivningen den {day}; {held} er holdt.").format(
            wanted=wanted, months=rule.params.get("months"), day=written(enrolled), held=held
        )
        yield make_deadline(case, kind="jobsamtale", due_on=due, rule=rule, reason=reason)


# --- consent -----------------------------------------------------------------------------------


def consent_ends(consent: Consent, rules: RuleBook) -> date | None:
    """Last valid day: the stored one, else what the rule allows; `None` where neither says."""
    if consent.expires_on is not None:
        return consent.expires_on
    return latest_end(consent.given_on, rules, health=consent.covers_health is not False)


def _consents(case: Case, rules: RuleBook, on: date) -> Iterator[Deadline]:
    """Consents that run out; one that was renewed or withdrawn is left alone.

    One that has run out is shown as long as its warning was, and longer while treatment is in progress: sharing has stopped.
    """
    consents = [item for item in live(case.consents) if item.record.withdrawn_at is None]
    in_treatment = any(item.record.ended_on is None for item in live(case.referrals))
    for item in consents:
        consent: Consent = item.record
        rule = rule_for(case, rules, "consent.max_days", consent.given_on)
        due = consent_ends(consent, rules)
        if rule is None or due is None or _is_renewed(item, consents, rules):
            continue
        over = (on - due).days
        if over > rule.params.get("warn_days", 0) and not in_treatment:
            continue
        what = _("Samtykke udløbet") if over > 0 else _("Samtykke udløber")
        reason = _("Samtykket til {recipient} blev givet den {day}.").format(
            recipient=consent.recipient, day=written(consent.given_on)
        )
        yield make_deadline(case, kind="consent", due_on=due, rule=rule, reason=reason, record=item, what=what)


def _is_renewed(item: Stored[Any], consents: list[Stored[Any]], rules: RuleBook) -> bool:
    """True where a later consent to the same recipient lasts longer."""
    mine = consent_ends(item.record, rules)
    for other in consents:
        theirs = consent_ends(other.record, rules)
        same = other.id != item.id and fold(other.record.recipient) == fold(item.record.recipient)
        if same and mine is not None and theirs is not None and (theirs, other.id) > (mine, item.id):
            return True
    return False


# --- placements, offers, next steps -------------------------------------------------------------


def _first_placement(case: Case, rules: RuleBook, _on: date) -> Iterator[Deadline]:
    """A place within a month of enrolment, open until the first one (domain.md K3)."""
    enrolled = case.citizen.record.enrolled_on
    rule = rule_for(case, rules, "placement.target", enrolled) if enrolled else None
    if enrolled is None or rule is None or _places(case):
        return
    months = rule.params.get("months", 0)
    template = (
        _("Én måned efter indskrivningen den {day}.")
        if months == 1
        else _("{months} måneder efter indskrivningen den {day}.")
    )
    reason = template.format(months=months, day=written(enrolled))
    yield make_deadline(case, kind="placement", due_on=limit_after(rule, enrolled), rule=rule, reason=reason)


def _praktik(case: Case, rules: RuleBook, on: date) -> Iterator[Deadline]:
    """The end of a virksomhedspraktik that goes on: as agreed, and never after what the law allows (LAB § 61)."""
    for item in live(case.placements):
        placement: Placement = item.record
        ended = placement.end_reason is not None or (placement.ends_on is not None and placement.ends_on < on)
        if placement.kind != "virksomhedspraktik" or ended:
            continue
        rule = praktik_rule(placement, case.citizen.record, rules)
        if rule is None:
            continue
        latest = praktik_latest(placement, rule, rules)
        if placement.ends_on is not None and placement.ends_on <= latest:
            due, reason = placement.ends_on, _("Den aftalte slutdato.")
        else:
            due = latest
            weeks = ((latest - placement.starts_on).days + 1) // 7
            reason = _("Højst {weeks} uger fra den {day}.").format(weeks=weeks, day=written_short(placement.starts_on))
        if not placement.purpose:
            reason = _("{reason} Formålet mangler i aftalen.").format(reason=reason)
        yield make_deadline(
            case, kind="praktik_end", due_on=due, rule=rule, reason=reason, record=item, what=_("Praktik slutter")
        )


def _places(case: Case) -> list[Stored[Placement]]:
    """The citizen's places, those that came to nothing left out."""
    return [item for item in live(case.placements) if item.record.end_reason != NEVER_BEGAN]


def _activations(case: Case, rules: RuleBook, _on: date) -> Iterator[Deadline]:
    """Offers that have not begun; without any offer or placement that came about, the first one (LAB § 102)."""
    offers = live(case.activations)
    for item in offers:
        activation = item.record
        if activation.due_on is None or activation.starts_on is not None or activation.status in _DEAD_ACTIVATIONS:
            continue
        rule = stored_rule(rules, activation.due_rule_id, activation.due_rule_version, activation.due_on)
        if rule is not None:
            yield make_deadline(
                case, kind="activation", due_on=activation.due_on, rule=rule, reason=_("Tilbuddet skal være begyndt."),
                record=item, what=_("Tilbud begynder"), stored=(activation.due_rule_id, activation.due_rule_version),
            )  # fmt: skip
    enrolled = case.citizen.record.enrolled_on
    rule = rule_for(case, rules, "offer.first", enrolled) if enrolled else None
    came_about = any(item.record.status != NEVER_BEGAN for item in offers) or _places(case)
    if enrolled is not None and rule is not None and not came_about:
        reason = _("{months} måneder efter indskrivningen den {day}.").format(
            months=rule.params.get("months"), day=written(enrolled)
        )
        yield make_deadline(case, kind="activation", due_on=limit_after(rule, enrolled), rule=rule, reason=reason)


def _next_steps(case: Case, rules: RuleBook, _on: date) -> Iterator[Deadline]:
    """What the consultant promised a company, until something later was done there for this citizen."""
    leads = live(case.job_leads)
    for item in leads:
        lead: JobLead = item.record
        if lead.next_step_on is None or lead.state not in _OPEN_LEADS:
            continue
        if any(other.record.company_id == lead.company_id and other.record.on > lead.on for other in leads):
            continue
        rule = rule_for(case, rules, "job_lead.next_step", lead.next_step_on)
        if rule is not None:
            reason = _("Aftalt, da du var i kontakt med virksomheden den {day}.").format(day=written_short(lead.on))
            yield make_deadline(case, kind="contact", due_on=lead.next_step_on, rule=rule, reason=reason, record=item)
