"""What the records say of the fidelity items that only a reviewer can rate: evidence, never a score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from statistics import mean
from typing import Final

from fieldtui.base.i18n import _, decimal
from fieldtui.domain.deadlines import day_of
from fieldtui.domain.fidelityscores import consultants_of
from fieldtui.domain.figures import Period
from fieldtui.domain.outcomes import Records, is_enrolled, is_participant, runs
from fieldtui.domain.records import Appointment, Attendance

_SOON: Final = timedelta(days=14)
"""Within so long after an absence another meeting counts as trying again."""
_JOB_CHANGE: Final = timedelta(days=30)


def _held(records: Records, period: Period) -> list[Appointment]:
    return [
        each
        for each in records.appointments
        if each.citizen_id and each.status is Attendance.ATTENDED and day_of(each) in period
    ]


def _authority(records: Records, period: Period) -> str:
    held = _held(records, period)
    minutes = sum(each.duration_minutes for each in held)
    lawful = sum(each.duration_minutes for each in held if each.statutory or each.is_authority)
    return _(
        "{lawful} af {all} mødetimer var lovpligtige samtaler eller myndighed. Anden tid registreres ikke."
    ).format(lawful=decimal(lawful / 60), all=decimal(minutes / 60))


def _phases(records: Records, period: Period) -> str:
    here = [key for key, each in records.citizens.items() if is_participant(each, period)]
    met = {each.citizen_id for each in records.appointments if each.status is Attendance.ATTENDED}
    phases = (
        {key for key in here if records.citizens[key].enrolled_on is not None},
        {key for key in met if key is not None},
        {each.citizen_id for each in records.progressions},
        {each.citizen_id for each in records.job_leads},
        {each.citizen_id for each in records.placements},
        {each.citizen_id for each in records.placements if each.citizen_id in met},
    )
    each_has = [sum(key in phase for phase in phases) for key in here]
    return _("Hver borger har i gennemsnit spor af {phases} af seks faser.").format(
        phases=decimal(mean(each_has) if each_has else 0)
    )


def _units(records: Records, period: Period) -> str:
    units = Counter(
        each.provider
        for each in records.referrals
        if each.provider and period.overlaps(each.requested_on, each.ended_on)
    )
    top = sum(number for _name, number in units.most_common(2))
    return _("{top} af {all} henvisninger er hos de to største behandlingssteder af {units}.").format(
        top=top, all=units.total(), units=len(units)
    )


def _coordination(records: Records, period: Period) -> str:
    talks = sum(
        each.kind in {"sparring", "team_meeting"} and each.on in period and each.fidelity_item is None
        for each in records.activities
    )
    joint = sum(each.kind == "brobygning" for each in _held(records, period))
    return _("{talks} team- og sparringsmøder og {joint} brobygningsmøder i {weeks} uger.").format(
        talks=talks, joint=joint, weeks=period.iso_weeks
    )


def _network(records: Records, period: Period) -> str:
    number = sum(each.kind == "network" and each.on in period for each in records.activities)
    return _("Konsulenterne holder selv de lovpligtige samtaler; {number} netværksmøder i perioden.").format(
        number=number
    )


def _unit(records: Records, period: Period) -> str:
    meetings = sum(
        each.kind == "team_meeting" and each.on in period and each.fidelity_item is None for each in records.activities
    )
    return _("Konsulenter: {staff}. Teammøder: {meetings} i {weeks} uger.").format(
        staff=len(consultants_of(records, period)), meetings=meetings, weeks=period.iso_weeks
    )


def _left(records: Records, period: Period) -> str:
    reasons = Counter(
        each.discharge_reason or "–" for each in records.citizens.values() if each.discharged_on in period
    )
    said = ", ".join(f"{reason} {number}" for reason, number in sorted(reasons.items())) or "–"
    return _("Årsager til udskrivning i perioden: {reasons}.").format(reasons=said)


def _kept_up(records: Records, period: Period) -> str:
    begun = [each for each in records.placements if each.starts_on in period]
    noted = sum(
        any(
            other.citizen_id == each.citizen_id and each.starts_on <= other.on <= each.starts_on + _JOB_CHANGE
            for other in records.progressions
        )
        for each in begun
    )
    return _("Efter {noted} af {all} pladser er der noteret progression inden for en måned.").format(
        noted=noted, all=len(begun)
    )


def _visits(records: Records, period: Period) -> str:
    visits = Counter(
        each.company_id
        for each in records.employer_contacts
        if each.face_to_face and each.on in period and each.addendum_to is None
    )
    often = sum(number >= 3 for number in visits.values())
    return _("{often} af {all} besøgte virksomheder er besøgt mindst tre gange.").format(often=often, all=len(visits))


def _supported(records: Records, period: Period) -> str:
    met = {each.citizen_id for each in _held(records, period)}
    placed = {each.citizen_id for each in records.placements if runs(each, period.last)}
    return _("{met} af {all} borgere, der er i gang et sted, har haft et møde i perioden.").format(
        met=len(placed & met), all=len(placed)
    )


def _outreach(records: Records, period: Period) -> str:
    absences = [each for each in records.appointments if each.status is Attendance.NO_SHOW and day_of(each) in period]
    again = sum(
        any(
            other.citizen_id == each.citizen_id and day_of(each) < day_of(other) <= day_of(each) + _SOON
            for other in records.appointments
        )
        for each in absences
    )
    here = sum(is_enrolled(each, period.last) for each in records.citizens.values())
    return _(
        "Efter {again} af {all} udeblivelser var der en ny aftale inden for 14 dage. {here} er stadig indskrevet."
    ).format(again=again, all=len(absences), here=here)


EVIDENCE: Final[Mapping[int, Callable[[Records, Period], str]]] = {
    2: _authority, 3: _phases, 4: _units, 5: _coordination, 6: _network, 7: _unit, 9: _left, 14: _kept_up,
    18: _visits, 22: _supported, 25: _outreach,
}  # fmt: skip
"""By the number of the item; the others leave no trace in the records."""
