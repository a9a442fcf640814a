"""The days of a series of appointments: every so many weeks on the same weekday, holidays left out or moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from fieldtui.domain.calendar import is_holiday, is_working_day, next_working_day

EVERY_WEEKS: Final = (1, 2, 4)
MOST: Final = 60
"""More appointments than this are not one plan; a year of weekly ones is 53."""
OnHoliday = Literal["skip", "move"]


@dataclass(frozen=True, slots=True)
class Series:
    """The days of a series."""

    days: tuple[date, ...]
    skipped: tuple[date, ...] = ()
    """Holidays that were left out."""
    moved: tuple[tuple[date, date], ...] = ()
    """(the holiday, the working day after it that took its place)."""


def series(
    first: date,
    every_weeks: int,
    *,
    until: date | None = None,
    count: int | None = None,
    on_holiday: OnHoliday = "skip",
) -> Series:
    """The days of a series; pure.

    A holiday is left out, or moved to the next working day. A first day on a weekend stays: it was chosen.

    Args:
        first: The first day; the others fall on its weekday.
        every_weeks: Weeks from one to the next, at least 1.
        until: No day after this one.
        count: So many appointments; skipped holidays do not count.
        on_holiday: What becomes of a holiday.

    Raises:
        ValueError: Neither an end nor a count, or nothing to book, or more than `MOST`.
    """
    if every_weeks < 1 or (until is None and count is None) or (count is not None and not 1 <= count <= MOST):
        raise ValueError("series")
    days: list[date] = []
    skipped: list[date] = []
    moved: list[tuple[date, date]] = []
    step, day = timedelta(weeks=every_weeks), first
    while (count is None or len(days) < count) and (until is None or day <= until):
        if not is_holiday(day):
            days.append(day)
        elif on_holiday == "skip":
            skipped.append(day)
        else:
            instead = _after(day)
            if instead not in days:
                days.append(instead)
                moved.append((day, instead))
        if len(days) > MOST:
            raise ValueError("series")
        day += step
    if not days:
        raise ValueError("series")
    return Series(tuple(days), tuple(skipped), tuple(moved))


def _after(day: date) -> date:
    return day if is_working_day(day) else next_working_day(day)
