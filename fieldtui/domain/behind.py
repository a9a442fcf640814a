"""Whom a figure is about: each citizen, meeting or placement it looked at, and whether it was counted.

A figure's numerator is the number of those that were counted, its denominator the number of all; a test holds the two modules together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fieldtui.domain.calendar import add_months
from fieldtui.domain.deadlines import day_of
from fieldtui.domain.figures import Period
from fieldtui.domain.jobkeeping import in_work, jobs_of
from fieldtui.domain.outcomes import (
    EXITS,
    WORK_OR_EDUCATION,
    Records,
    enrolled_on_day,
    in_guarantee,
    interviews,
    is_participant,
    runs,
)
from fieldtui.domain.records import Attendance, Referral
from fieldtui.domain.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Counted:
    """One of those that a figure looked at."""

    citizen_id: str
    counted: bool
    """False where it is only part of the whole."""
    on: date | None = None
    """The day it is about, where there is one."""


Looker = Callable[[Records, Period, RuleBook], Iterator[Counted]]


def behind(figure_id: str, records: Records, period: Period, rules: RuleBook) -> tuple[Counted, ...]:
    """Whom a figure is about: the counted first, the newest first; empty where it is about no citizen."""
    weeks = figure_id.removeprefix("job_")
    looker = _kept(int(weeks)) if weeks != figure_id and weeks.isdecimal() else _LOOKERS.get(figure_id)
    found = [] if looker is None else list(looker(records, period, rules))
    found.sort(key=lambda each: each.citizen_id)
    found.sort(key=lambda each: each.on or date.min, reverse=True)
    return tuple(sorted(found, key=lambda each: not each.counted))


def _exits(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for key, each in records.citizens.items():
        if is_participant(each, period):
            yield Counted(key, each.discharged_on in period and each.discharge_reason in EXITS, each.discharged_on)


def _in_work(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    since = {
        each.citizen_id: each.starts_on
        for each in records.placements
        if each.kind in WORK_OR_EDUCATION and runs(each, period.last)
    }
    for key in enrolled_on_day(records, period.last):
        yield Counted(key, key in since, since.get(key))


def _progress(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    praktik = {
        each.citizen_id: each.starts_on
        for each in records.placements
        if each.kind == "virksomhedspraktik" and period.overlaps(each.starts_on, each.ends_on)
    }
    steps = {
        each.citizen_id: each.on for each in records.progressions if each.direction == "progress" and each.on in period
    }
    since = {**steps, **praktik}
    for key, each in records.citizens.items():
        if is_participant(each, period):
            yield Counted(key, key in since, since.get(key))


def _placed(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    placements = records.placements_of()
    for key, citizen in records.citizens.items():
        if citizen.enrolled_on is None or citizen.enrolled_on not in period:
            continue
        limit = add_months(citizen.enrolled_on, 1)
        first = next(iter(placements.get(key, ())), None)
        if first is not None and first.starts_on <= min(limit, period.last):
            yield Counted(key, True, first.starts_on)
        elif limit <= period.last:
            yield Counted(key, False, limit)


def _interviews_in_time(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for each in interviews(records, period):
        if each.citizen_id and each.due_on is not None and each.due_on in period:
            kept = each.status is Attendance.ATTENDED and day_of(each) <= each.due_on
            yield Counted(each.citizen_id, kept, day_of(each))


def _activated(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for each in records.activations:
        if each.due_on is not None and each.due_on in period:
            yield Counted(each.citizen_id, each.starts_on is not None and each.starts_on <= each.due_on, each.due_on)


def _attended(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for each in interviews(records, period):
        if each.citizen_id and each.status in {Attendance.ATTENDED, Attendance.NO_SHOW}:
            yield Counted(each.citizen_id, each.status is Attendance.ATTENDED, day_of(each))


def _late(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for each in interviews(records, period):
        if each.citizen_id and each.status is Attendance.CANCELLED_CITIZEN_LATE:
            yield Counted(each.citizen_id, True, day_of(each))


def _asked(records: Records, period: Period) -> list[Referral]:
    return [each for each in records.referrals if each.requested_on in period]


def _begun(referral: Referral, period: Period) -> bool:
    return referral.started_on is not None and referral.started_on <= period.last


def _treated(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for each in _asked(records, period):
        yield Counted(each.citizen_id, _begun(each, period), each.requested_on)


def _waited(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for each in _asked(records, period):
        if _begun(each, period):
            yield Counted(each.citizen_id, True, each.started_on)


def _in_time(records: Records, period: Period, rules: RuleBook) -> Iterator[Counted]:
    for each in _asked(records, period):
        if _begun(each, period):
            yield Counted(each.citizen_id, in_guarantee(each, rules), each.started_on)


def _placements(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for each in records.placements:
        if each.starts_on in period:
            yield Counted(each.citizen_id, True, each.starts_on)


def _left_for(reason: str) -> Looker:
    def look(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
        for key, each in records.citizens.items():
            if each.discharged_on in period and each.discharge_reason == reason:
                yield Counted(key, True, each.discharged_on)

    return look


def _kept(weeks: int) -> Looker:
    def look(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
        jobs = jobs_of(records)
        for each in jobs:
            if each.starts_on + timedelta(weeks=weeks) in period:
                yield Counted(each.citizen_id, in_work(jobs, each, weeks), each.starts_on)

    return look


def _enrolled(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    for key in enrolled_on_day(records, period.last):
        yield Counted(key, True, records.citizens[key].enrolled_on)


def _both(records: Records, period: Period, _rules: RuleBook) -> Iterator[Counted]:
    placed = {each.citizen_id for each in records.placements if runs(each, period.last)}
    treated = {each.citizen_id for each in records.referrals if _begun(each, period)}
    for key in enrolled_on_day(records, period.last) & placed & treated:
        yield Counted(key, True)


_LOOKERS: Final[Mapping[str, Looker]] = {
    "K1a": _exits, "K1b": _in_work, "K2": _progress, "K3": _placed, "K4": _interviews_in_time, "K5": _activated,
    "K6": _attended, "K6_late": _late, "K7": _treated, "K7_median_days": _waited, "K7_within_14": _in_time,
    "K8_placements": _placements, "K9_fleksjob": _left_for("fleksjob"), "K9_foertidspension": _left_for("foertidspension"),
    "K11": _enrolled, "both_tracks": _both,
}  # fmt: skip
"""By figure; those about employers and days of outreach are about no citizen."""
