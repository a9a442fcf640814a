"""Days, weeks and times, against independent computations."""

from __future__ import annotations

import calendar as stdlib_calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fieldtui.domain import calendar

TODAY = date(2026, 11, 23)  # a Monday
days = st.dates(date(1900, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize("year", range(1970, 2061))
def test_holidays_are_those_of_an_independent_library(year: int) -> None:
    assert set(calendar.holidays_dk(year)) == set(holidays.country_holidays("DK", years=year))


def test_store_bededag_is_gone_since_2024() -> None:
    assert "Store bededag" in calendar.holidays_dk(2023).values()
    assert "Store bededag" not in calendar.holidays_dk(2024).values()
    assert calendar.is_working_day(date(2024, 4, 26))


def test_grundlovsdag_and_christmas_eve_are_no_holidays_by_law() -> None:
    assert calendar.is_working_day(date(2026, 6, 5))
    assert calendar.is_working_day(date(2026, 12, 24))
    assert calendar.next_working_day(date(2026, 12, 24)) == date(2026, 12, 28)


@given(days)
def test_a_working_day_is_never_a_weekend_or_holiday_and_one_always_comes(day: date) -> None:
    following = calendar.next_working_day(day)
    assert following > day
    assert following.isoweekday() <= 5
    assert following not in holidays.country_holidays("DK", years=following.year)
    assert (following - day).days <= 6


@given(days, st.integers(-240, 240))
@example(date(2026, 1, 31), 1)
@example(date(2024, 2, 29), 12)
@example(date(2026, 12, 31), 2)
def test_adding_months_keeps_the_day_or_clips_to_the_months_last(day: date, months: int) -> None:
    later = calendar.add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    last = stdlib_calendar.monthrange(later.year, later.month)[1]
    assert later.day == min(day.day, last)


def test_a_month_after_the_end_of_january_is_the_end_of_february() -> None:
    assert calendar.add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert calendar.add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)


def test_new_years_day_2027_is_in_week_53_of_2026() -> None:
    assert calendar.iso_week(date(2026, 12, 31)) == (2026, 53)
    assert calendar.iso_week(date(2027, 1, 1)) == (2026, 53)
    assert calendar.week_days(2026, 53)[0] == date(2026, 12, 28)
    with pytest.raises(ValueError, match="53"):
        calendar.week_days(2027, 53)


@given(days)
def test_the_thursday_decides_the_year_of_a_week(day: date) -> None:
    thursday = calendar.monday_of(day) + timedelta(days=3)
    assert calendar.iso_week(day) == (thursday.year, (thursday.timetuple().tm_yday + 6) // 7)
    assert day in calendar.week_days(*calendar.iso_week(day))


@given(days, days)
def test_every_written_form_of_a_day_is_read_back(day: date, today: date) -> None:
    for text in (
        day.isoformat(),
        calendar.written(day),
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d%m%Y}",
        f"d. {day.day}. {calendar.MONTHS[day.month - 1]} {day.year}",
    ):
        assert calendar.parse_day(text, today) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i dag", TODAY),
        ("I  Morgen", TODAY + timedelta(days=1)),
        ("overmorgen", date(2026, 11, 25)),
        ("i går", date(2026, 11, 22)),
        ("tomorrow", date(2026, 11, 24)),
        ("mandag", date(2026, 11, 30)),
        ("fre", date(2026, 11, 27)),
        ("lør", date(2026, 11, 28)),
        ("soen", date(2026, 11, 29)),
        ("uge 48", date(2026, 11, 23)),
        ("uge 1", date(2027, 1, 4)),
        ("uge 53", date(2026, 12, 28)),
        ("tirsdag uge 50", date(2026, 12, 8)),
        ("uge 50 tors", date(2026, 12, 10)),
        ("241126", date(2026, 11, 24)),
        ("24/11", date(2026, 11, 24)),
        ("24.11.26", date(2026, 11, 24)),
        ("2/1", date(2027, 1, 2)),
        ("23/9", date(2027, 9, 23)),
        ("24/9", date(2026, 9, 24)),
        ("3. december", date(2026, 12, 3)),
        ("den 3 dec", date(2026, 12, 3)),
    ],
)
def test_a_day_is_read_as_people_type_it(text: str, expected: date) -> None:
    assert calendar.parse_day(text, TODAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "31/11",
        "29/2",
        "31-02-2026",
        "24/13",
        "uge 60",
        "uge 0",
        "0/1",
        "1/0",
        "32/1",
        "snart",
        "1/1/0001",
        "11/24/2026",
    ],
)
def test_a_day_that_does_not_exist_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        calendar.parse_day(text, TODAY)


@given(st.text(max_size=20), days)
def test_no_text_breaks_the_reading_of_days_times_and_instants(text: str, today: date) -> None:
    readers: list[Callable[[], object]] = [
        lambda: calendar.parse_day(text, today),
        lambda: calendar.parse_instant(text, today),
        lambda: calendar.parse_time(text),
    ]
    for read in readers:
        complaint = "."
        try:
            assert isinstance(read(), (date, time))
        except ValueError as error:
            complaint = str(error)
        assert complaint.endswith("."), "whatever fails, fails in a sentence"


@pytest.mark.parametrize(("text", "expected"), [("10", time(10)), ("1000", time(10)), ("930", time(9, 30)), ("10.00", time(10)), ("10:05", time(10, 5)), ("kl. 9", time(9)), ("kl 9.15", time(9, 15)), ("00:00", time(0))])  # fmt: skip
def test_a_time_is_read_as_people_type_it(text: str, expected: time) -> None:
    assert calendar.parse_time(text) == expected


@pytest.mark.parametrize("text", ["24", "10:60", "2460", "", "ti", "10:0"])
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ikke et klokkeslæt"):
        calendar.parse_time(text)


def test_an_instant_is_read_in_copenhagen_on_both_sides_of_the_clock_change() -> None:
    assert calendar.parse_instant("24-10-2026 10:00", TODAY).astimezone(UTC) == datetime(2026, 10, 24, 8, tzinfo=UTC)
    assert calendar.parse_instant("26-10-2026 10:00", TODAY).astimezone(UTC) == datetime(2026, 10, 26, 9, tzinfo=UTC)
    assert calendar.parse_instant("fre kl. 10", TODAY).date() == date(2026, 11, 27)
    assert calendar.parse_instant("2026-10-25T02:30+01:00", TODAY).astimezone(UTC) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(("text", "part"), [("28-03-2027 02:30", "stilles frem"), ("25-10-2026 02:30", "stilles tilbage"), ("24-11-2026", "mangler et klokkeslæt"), ("3. december 2026", "mangler et klokkeslæt"), ("2026-13-01T10:00", "ikke en dato")])  # fmt: skip
def test_an_instant_that_is_not_one_moment_is_refused(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        calendar.parse_instant(text, TODAY)
