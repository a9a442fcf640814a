"""What the records say of the fidelity items that can be counted: eight pure functions of a team's records and a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import mean
from typing import Final

from fieldtui.base.i18n import _, decimal
from fieldtui.base.text import fold
from fieldtui.domain.deadlines import day_of, is_silent
from fieldtui.domain.figures import Period
from fieldtui.domain.followalong import cadence, held
from fieldtui.domain.outcomes import Records, is_enrolled, is_participant
from fieldtui.domain.records import Attendance, Placement
from fieldtui.domain.rule import FidelityItem
from fieldtui.domain.rulebook import RuleBook

_MET: Final = frozenset({"meeting", "placed"})
"""States of a job lead that say an employer was met."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was counted for an item."""

    value: float | None
    """What the item's limits are held against; `None` where nothing could be counted."""
    numerator: int | None
    denominator: int | None
    n: int
    """How many observations it stands on: citizens, jobs, weeks, meetings."""
    said: str
    """In words, in the language in force."""
    excluded: int = 0
    """How many were looked at and left out, because something about them is not known."""
    rule_ids: tuple[str, ...] = ()
    at_most: int = 5
    """The highest score that what was counted allows."""


Counter = Callable[[Records, Period, FidelityItem, RuleBook], Measure]


def _share(of: int, whole: int, said: str, *, excluded: int = 0, n: int | None = None) -> Measure:
    value = of / whole if whole else None
    return Measure(value, of, whole, whole if n is None else n, said, excluded)


def consultants_of(records: Records, period: Period) -> frozenset[str]:
    """Initials of those who had citizens of their own in a period."""
    return frozenset(
        records.consultants[key]
        for key, citizen in records.citizens.items()
        if is_participant(citizen, period) and key in records.consultants
    )


def _caseload(records: Records, period: Period, _item: FidelityItem, _rules: RuleBook) -> Measure:
    enrolled = [key for key, each in records.citizens.items() if is_enrolled(each, period.last)]
    staff = len({records.consultants[key] for key in enrolled if key in records.consultants})
    said = _("Indskrevne den sidste dag: {citizens}. Konsulenter: {staff}.").format(citizens=len(enrolled), staff=staff)
    value = len(enrolled) / staff if staff else None
    return Measure(value, len(enrolled), staff, len(enrolled), said, rule_ids=("caseload.fidelity5",))


def first_employer_days(records: Records, period: Period) -> dict[str, int]:
    """Days from enrolment in the period to the first meeting with an employer for each citizen who had one by its end.

    A meeting is a visit logged for the citizen, or an appointment with citizen and employer that was held.
    """
    met: dict[str, list[date]] = {}
    for lead in records.job_leads:
        contact = records.contacts.get(lead.employer_contact_id or "")
        if contact is not None and contact.face_to_face:
            met.setdefault(lead.citizen_id, []).append(contact.on)
        elif contact is None and lead.state in _MET:
            met.setdefault(lead.citizen_id, []).append(lead.on)
    for each in records.appointments:
        if each.kind == "virksomhedsbesoeg" and each.status is Attendance.ATTENDED and each.citizen_id:
            met.setdefault(each.citizen_id, []).append(day_of(each))
    found: dict[str, int] = {}
    for key, citizen in records.citizens.items():
        begun = citizen.enrolled_on
        if begun is None or begun not in period:
            continue
        days = [day for day in met.get(key, ()) if begun <= day <= period.last]
        if days:
            found[key] = (min(days) - begun).days
    return found


def _rapid(records: Records, period: Period, _item: FidelityItem, _rules: RuleBook) -> Measure:
    begun = sum(each.enrolled_on in period for each in records.citizens.values())
    days = first_employer_days(records, period)
    said = _("Dage i gennemsnit fra indskrivning til første møde med en arbejdsgiver, for {met} af {all} indskrevne.")
    value = mean(days.values()) if days else None
    return Measure(
        value, sum(days.values()) if days else None, len(days), len(days), said.format(met=len(days), all=begun),
        excluded=begun - len(days),
    )  # fmt: skip


def _employers(records: Records, period: Period, _item: FidelityItem, _rules: RuleBook) -> Measure:
    met = sum(
        each.face_to_face and each.on in period and each.addendum_to is None for each in records.employer_contacts
    )
    staff, weeks = len(consultants_of(records, period)), period.iso_weeks
    whole = staff * weeks
    said = _("{met} møder med arbejdsgivere i {weeks} uger. Konsulenter: {staff}.").format(
        met=met, weeks=weeks, staff=staff
    )
    return Measure(
        met / whole if whole else None, met, whole, whole, said, rule_ids=("employer_contacts.per_week",)
    )  # fmt: skip


def _begun(records: Records, period: Period, kinds: tuple[str, ...]) -> list[Placement]:
    return [each for each in records.placements if each.starts_on in period and each.kind in kinds]


def _kinds_of_jobs(records: Records, period: Period, item: FidelityItem, _rules: RuleBook) -> Measure:
    begun = _begun(records, period, item.kinds)
    trades = [
        fold(company.trade)
        for each in begun
        if (company := records.companies.get(each.company_id or "")) is not None and company.trade
    ]
    said = _("{kinds} forskellige brancher blandt {jobs} job, der begyndte i perioden.").format(
        kinds=len(set(trades)), jobs=len(trades)
    )
    return _share(len(set(trades)), len(trades), said, excluded=len(begun) - len(trades))


def _employers_of_jobs(records: Records, period: Period, item: FidelityItem, _rules: RuleBook) -> Measure:
    begun = _begun(records, period, item.kinds)
    named = [_employer(records, each.company_id) for each in begun if each.company_id]
    said = _("{employers} forskellige arbejdsgivere blandt {jobs} job, der begyndte i perioden.").format(
        employers=len(set(named)), jobs=len(named)
    )
    return _share(len(set(named)), len(named), said, excluded=len(begun) - len(named))


def _employer(records: Records, company_id: str) -> str:
    """An employer is its CVR number; where that is not known, the record."""
    company = records.companies.get(company_id)
    return (company.cvr if company is not None else None) or company_id


def _competitive(records: Records, period: Period, item: FidelityItem, _rules: RuleBook) -> Measure:
    begun = _begun(records, period, item.of)
    ordinary = sum(each.kind in item.kinds for each in begun)
    said = _("{ordinary} almindelige job blandt {all} pladser hos arbejdsgivere, der begyndte i perioden.").format(
        ordinary=ordinary, all=len(begun)
    )
    return _share(ordinary, len(begun), said)


# --- follow-along -----------------------------------------------------------------------------------


def _follow_along(records: Records, period: Period, item: FidelityItem, rules: RuleBook) -> Measure:
    met: dict[str, list[date]] = {key: list(days) for key, days in records.noted.items()}
    for each in records.appointments:
        if each.citizen_id and each.status is Attendance.ATTENDED:
            met.setdefault(each.citizen_id, []).append(day_of(each))
    due = kept = jobs = later = later_kept = 0
    asked: set[str] = set()
    for job in records.placements:
        if job.kind not in item.kinds:
            continue
        citizen = records.citizens[job.citizen_id]
        steps = [
            each
            for each in cadence(job, rules, citizen.programme)
            if each.last in period and not is_silent(citizen, each.last)
        ]
        days = met.get(job.citizen_id, ())
        jobs += bool(steps)
        asked |= {each.rule.id for each in steps}
        later_steps = [each for each in steps if each.kind == "monthly"]
        kept, due = (old + new for old, new in zip((kept, due), held(steps, days, period.last), strict=True))
        later_kept, later = (
            old + new for old, new in zip((later_kept, later), held(later_steps, days, period.last), strict=True)
        )
    said = _(
        "{kept} af {due} kontakter omkring {jobs} almindelige job blev holdt; {later} af {due_later} efter den første måned."
    )
    return Measure(
        kept / due if due else None, kept, due, jobs,
        said.format(kept=kept, due=due, jobs=jobs, later=later_kept, due_later=later),
        rule_ids=tuple(sorted(asked)), at_most=1 if later and not later_kept else 5,
    )  # fmt: skip


# --- where work is done -------------------------------------------------------------------------------


def _community(records: Records, period: Period, item: FidelityItem, _rules: RuleBook) -> Measure:
    own = tuple(fold(word) for word in item.words)
    inside = outside = meetings = unknown = 0
    for each in records.appointments:
        if each.citizen_id is None or each.status is not Attendance.ATTENDED or day_of(each) not in period:
            continue
        place = fold(each.place or "")
        if each.form == "personal" and not place:
            unknown += 1
            continue
        meetings += 1
        at_a_distance = each.form != "personal" or place in _AT_A_DISTANCE
        if at_a_distance or any(word in place for word in own):
            inside += each.duration_minutes
        else:
            outside += each.duration_minutes
    said = _("{out} af {all} timer i {meetings} møder lå uden for kontoret.").format(
        out=decimal(outside / 60), all=decimal((inside + outside) / 60), meetings=meetings
    )
    return _share(outside, inside + outside, said, excluded=unknown, n=meetings)


_AT_A_DISTANCE: Final = frozenset({"telefon", "video", "online", "digitalt", "skaerm", "teams"})
"""Folded names of places that are none."""

COUNTERS: Final[Mapping[int, Counter]] = {
    1: _caseload, 15: _rapid, 17: _employers, 19: _kinds_of_jobs, 20: _employers_of_jobs, 21: _competitive,
    23: _follow_along, 24: _community,
}  # fmt: skip
"""By the number of the item."""
