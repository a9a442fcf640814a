"""Every date rule against a computation of its own: day numbers, months, weeks, Easter and the clock change, none by a library.

The oracle below never calls the calendar of the package, nor what the standard library knows of months, weeks or time zones.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fieldtui.domain import calendar
from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.identifiers import age_on
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Citizen
from fieldtui.domain.rulebook import builtin

BOOK = builtin()
WHO = "0190a000-0000-7000-8000-000000000001"
Ymd = tuple[int, int, int]
days = st.dates(date(1900, 1, 1), date(2150, 12, 31))
started = st.dates(date(2020, 1, 1), date(2035, 12, 31))


# --- the oracle -----------------------------------------------------------------------------------


def number(ymd: Ymd) -> int:
    """Julian day number (Fliegel and Van Flandern)."""
    year, month, day = ymd
    a = (14 - month) // 12
    y, m = year + 4800 - a, month + 12 * a - 3
    return day + (153 * m + 2) // 5 + 365 * y + y // 4 - y // 100 + y // 400 - 32045


def from_number(n: int) -> Ymd:
    """Back again (Richards)."""
    f = n + 1401 + (((4 * n + 274277) // 146097) * 3) // 4 - 38
    e = 4 * f + 3
    h = 5 * ((e % 1461) // 4) + 2
    day, month = (h % 153) // 5 + 1, (h // 153 + 2) % 12 + 1
    return e // 1461 - 4716 + (14 - month) // 12, month, day


def length(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def months_later(ymd: Ymd, months: int) -> Ymd:
    """Step by step from month to month, the day clipped once at the end."""
    year, month, day = ymd
    for _step in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        elif month == 0:
            year, month = year - 1, 12
    return year, month, min(day, length(year, month))


def weekday(ymd: Ymd) -> int:
    """0 on Monday: day number 0 was one."""
    return number(ymd) % 7


def week(ymd: Ymd) -> tuple[int, int]:
    """ISO 8601: week 1 is the one with 4 January."""

    def first_monday(year: int) -> int:
        fourth = (year, 1, 4)
        return number(fourth) - weekday(fourth)

    year = ymd[0] + 1
    while number(ymd) < first_monday(year):
        year -= 1
    return year, (number(ymd) - first_monday(year)) // 7 + 1


def easter(year: int) -> Ymd:
    """Gauss, with both of his exceptions."""
    a, b, c = year % 19, year % 4, year % 7
    k = year // 100
    p = (13 + 8 * k) // 25
    m = (15 - p + k - k // 4) % 30
    n = (4 + k - k // 4) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if d == 29 and e == 6:
        return year, 4, 19
    if d == 28 and e == 6 and (11 * m + 11) % 30 < 19:
        return year, 4, 18
    return (year, 3, 22 + d + e) if d + e <= 9 else (year, 4, d + e - 9)


def free(ymd: Ymd) -> bool:
    """A public holiday in Denmark."""
    after = number(ymd) - number(easter(ymd[0]))
    moving = {-3, -2, 0, 1, 39, 49, 50} | ({26} if ymd[0] <= 2023 else set())
    return after in moving or ymd[1:] in {(1, 1), (12, 25), (12, 26)}


def last_sunday(year: int, month: int) -> Ymd:
    last = (year, month, length(year, month))
    return from_number(number(last) - (weekday(last) + 1) % 7)


def ymd_of(day: date) -> Ymd:
    return day.year, day.month, day.day


def plus(day: date, count: int) -> date:
    return date(*from_number(number(ymd_of(day)) + count))


# --- the calendar ---------------------------------------------------------------------------------


@given(days)
def test_the_oracle_counts_every_day_once(day: date) -> None:
    assert from_number(number(ymd_of(day))) == ymd_of(day)
    assert number(ymd_of(day)) - number((1900, 1, 1)) == day.toordinal() - date(1900, 1, 1).toordinal()


@given(days, st.integers(-60, 240))
@example(date(2027, 1, 31), 1)
@example(date(2028, 1, 31), 1)
@example(date(2024, 2, 29), 12)
@example(date(2024, 2, 29), 48)
@example(date(2100, 1, 31), 1)
@example(date(2026, 12, 31), -10)
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    assert ymd_of(calendar.add_months(day, months)) == months_later(ymd_of(day), months)


@given(days)
@example(date(2026, 12, 31))
@example(date(2027, 1, 1))
@example(date(2027, 1, 3))
@example(date(2027, 1, 4))
@example(date(2018, 12, 31))
def test_a_day_is_in_its_iso_week(day: date) -> None:
    assert calendar.iso_week(day) == week(ymd_of(day))
    assert calendar.monday_of(day) == plus(day, -weekday(ymd_of(day)))
    assert calendar.weeks_in(day.year) == week((day.year, 12, 28))[1]


def test_the_years_with_a_week_53_are_those_of_the_oracle() -> None:
    found = [year for year in range(2015, 2045) if calendar.weeks_in(year) == 53]
    assert found == [year for year in range(2015, 2045) if week((year, 12, 31)) == (year, 53)]
    assert found == [2015, 2020, 2026, 2032, 2037, 2043]


@given(days)
@example(date(1954, 4, 18))  # both of Gauss's exceptions
@example(date(1981, 4, 19))
@example(date(2076, 4, 19))
@example(date(2023, 5, 5))
@example(date(2024, 4, 26))
def test_a_working_day_is_one_from_monday_to_friday_that_is_no_holiday(day: date) -> None:
    assert calendar.is_holiday(day) == free(ymd_of(day))
    assert calendar.is_working_day(day) == (weekday(ymd_of(day)) < 5 and not free(ymd_of(day)))
    following = next(
        plus(day, n) for n in range(1, 12) if weekday(ymd_of(plus(day, n))) < 5 and not free(ymd_of(plus(day, n)))
    )
    assert calendar.next_working_day(day) == following


@given(st.integers(1900, 2199))
def test_a_year_has_its_ten_holidays_and_store_bededag_until_2023(year: int) -> None:
    every = (date(*from_number(number((year, 1, 1)) + n)) for n in range(365 + length(year, 2) - 28))
    assert set(calendar.holidays_dk(year)) == {day for day in every if free(ymd_of(day))}


# --- the clock ------------------------------------------------------------------------------------


@given(st.dates(date(1997, 1, 1), date(2036, 12, 31)), st.times())
@example(date(2026, 10, 25), time(2, 30))
@example(date(2027, 3, 28), time(2, 0))
@example(date(2027, 3, 28), time(3, 0))
@example(date(2027, 10, 31), time(1, 59, 59))
def test_a_time_of_day_is_one_moment_but_for_the_hour_that_is_skipped_and_the_one_that_is_twice(
    day: date, at: time
) -> None:
    """Summer time from 2 o'clock on the last Sunday of March to 3 o'clock on that of October (directive 2000/84)."""
    spring, autumn = last_sunday(day.year, 3), last_sunday(day.year, 10)
    here = (number(ymd_of(day)), at.hour)
    if here in {(number(spring), 2), (number(autumn), 2)}:
        with pytest.raises(ValueError, match="stilles"):
            calendar.instant(day, at)
        return
    summer = (number(spring), 3) <= here < (number(autumn), 2)
    offset = calendar.instant(day, at).utcoffset()
    assert offset is not None
    assert offset.total_seconds() == (7200 if summer else 3600)


# --- ages -----------------------------------------------------------------------------------------


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
@example(date(1996, 2, 29), 10_956)
@example(date(1996, 2, 29), 10_957)
def test_an_age_is_how_many_birthdays_there_have_been(born: date, later: int) -> None:
    """A birthday on 29 February falls on 1 March where the year has none."""
    on = plus(born, later)
    birthdays = sum((year, born.month, born.day) <= ymd_of(on) for year in range(born.year + 1, on.year + 1))
    assert age_on(born, on) == birthdays


# --- the deadlines --------------------------------------------------------------------------------


def due(rule_id: str, on: date, citizen: dict[str, Any], collection: str | None = None, **values: Any) -> date:
    """The one deadline by a rule."""
    who = cast("Citizen", parse_record("citizen", {"given_name": "Ali"} | citizen, strict_names=True))
    groups: dict[str, Any] = {}
    if collection:
        record = parse_record(collection, {"citizen_id": WHO} | values, strict_names=True)
        groups[f"{collection}s"] = (Stored(WHO.replace("8000", "9000"), record, author=WHO),)
    found = deadlines(Case(citizen=Stored(WHO, who, author=WHO), **groups), BOOK, on)
    (only,) = [each for each in found if each.rule_id == rule_id]
    return only.due_on


@given(started)
@example(date(2026, 8, 31))  # six months later there is no 31st
@example(date(2027, 8, 31))
@example(date(2026, 1, 31))
def test_deadlines_from_enrolment(enrolled: date) -> None:
    citizen = {"enrolled_on": enrolled.isoformat(), "visitation_category": "aktivitetsparat"}
    half_year = date(*months_later(ymd_of(enrolled), 6))
    assert due("jobsamtale.first", enrolled, citizen) == plus(enrolled, 7)
    assert due("jobsamtale.min_first_6m", enrolled, citizen) == half_year
    assert due("offer.first", enrolled, citizen) == half_year
    assert due("placement.target", enrolled, citizen) == date(*months_later(ymd_of(enrolled), 1))


@given(started, st.sampled_from(["SEL101", "SUL141", "SUL142"]))
@example(date(2024, 2, 15), "SEL101")
@example(date(2026, 12, 24), "SUL141")
def test_the_guarantee_of_treatment(asked: date, basis: str) -> None:
    rule_id = f"treatment.{basis.lower()}"
    assert due(rule_id, asked, {}, "referral", basis=basis, requested_on=asked.isoformat()) == plus(asked, 14)


@given(st.dates(date(2024, 9, 1), date(2035, 12, 31)), st.integers(0, 60))
def test_the_regions_guarantee_runs_from_the_day_it_had_the_referral(received: date, waited: int) -> None:
    asked = plus(received, -waited)
    values = {"basis": "SUL82C", "requested_on": asked.isoformat(), "received_on": received.isoformat()}
    assert due("treatment.sul82c", received, {}, "referral", **values) == plus(received, 14)


@given(
    started,
    st.sampled_from([("aktivitetsparat", "praktik.max_weeks", 13), ("jobparat", "praktik.max_weeks_jobready", 4)]),
)
def test_the_last_day_of_a_praktik_without_an_agreed_one(starts: date, kind: tuple[str, str, int]) -> None:
    category, rule_id, weeks = kind
    values = {"kind": "virksomhedspraktik", "starts_on": starts.isoformat(), "purpose": "Afklaring", "company_id": WHO}
    assert due(rule_id, starts, {"visitation_category": category}, "placement", **values) == plus(starts, 7 * weeks - 1)


@given(started)
@example(date(2027, 3, 1))  # a leap day lies within the year
@example(date(2028, 2, 29))
def test_a_consent_lasts_365_days_and_not_a_calendar_year(given_on: date) -> None:
    values = {"recipient": "Rusmiddelbehandlingen", "given_on": given_on.isoformat()}
    assert due("consent.max_days", given_on, {}, "consent", **values) == plus(given_on, 365)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)))
def test_the_next_interview_is_due_28_days_after_the_last_ones_day_in_copenhagen(starts: datetime) -> None:
    day = starts.date()
    if starts.hour == 2:
        starts = starts.replace(hour=4)  # an hour that every night has once
    values = {"kind": "jobsamtale", "starts_at": starts.replace(microsecond=0).isoformat(), "status": "attended"}
    found = due("jobsamtale.local_interval_days", day, {}, "appointment", **values)
    assert found == plus(day, 28)
