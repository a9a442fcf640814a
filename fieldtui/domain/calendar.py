"""Days, weeks and times as a Danish office counts and writes them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from fieldtui.base.clock import COPENHAGEN, in_fold, in_gap
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold

WEEKDAYS: Final = (N_("mandag"), N_("tirsdag"), N_("onsdag"), N_("torsdag"), N_("fredag"), N_("lørdag"), N_("søndag"))
MONTHS: Final = (
    N_("januar"), N_("februar"), N_("marts"), N_("april"), N_("maj"), N_("juni"),
    N_("juli"), N_("august"), N_("september"), N_("oktober"), N_("november"), N_("december"),
)  # fmt: skip
_ENGLISH_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_YEAR, LAST_YEAR = 1850, 2199
_ROLL_DAYS: Final = 60
"""A day without a year that lies further back than this means next year."""


# --- holidays and working days ----------------------------------------------------------------


@cache
def holidays_dk(year: int) -> Mapping[date, str]:
    """Public holidays of Denmark with their Danish names.

    Store bededag was one until 2023 (lov nr. 214 af 06-03-2023). Days on which offices usually close without a law
    (5 June, 24 and 31 December) are not among them.
    """
    easter = _easter(year)
    found = {
        date(year, 1, 1): N_("Nytårsdag"),
        easter - timedelta(days=3): N_("Skærtorsdag"),
        easter - timedelta(days=2): N_("Langfredag"),
        easter: N_("Påskedag"),
        easter + timedelta(days=1): N_("Anden påskedag"),
        easter + timedelta(days=39): N_("Kristi himmelfartsdag"),
        easter + timedelta(days=49): N_("Pinsedag"),
        easter + timedelta(days=50): N_("Anden pinsedag"),
        date(year, 12, 25): N_("Juledag"),
        date(year, 12, 26): N_("Anden juledag"),
    }
    if year < 2024:
        found[easter + timedelta(days=26)] = N_("Store bededag")
    return MappingProxyType(dict(sorted(found.items())))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, short = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (short // 4) - epact - short % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day: date) -> bool:
    """True on a public holiday; an ordinary Sunday is none."""
    return day in holidays_dk(day.year)


def is_working_day(day: date) -> bool:
    """True from Monday to Friday unless it is a public holiday."""
    return day.weekday() < 5 and not is_holiday(day)


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


# --- months and weeks -------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, clipped to that month's last: 31-01 + 1 is 28-02 or 29-02."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def iso_week(day: date) -> tuple[int, int]:
    """ISO year and week (ISO 8601): 1 January 2027 lies in week 53 of 2026."""
    year, week, _weekday = day.isocalendar()
    return year, week


def weeks_in(year: int) -> int:
    """How many ISO weeks a year has: 52 or 53."""
    return date(year, 12, 28).isocalendar().week


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_days(year: int, week: int) -> tuple[date, ...]:
    """Monday to Sunday of an ISO week.

    Raises:
        ValueError: The year has no such week.
    """
    return tuple(date.fromisocalendar(year, week, number) for number in range(1, 8))


def written(day: date) -> str:
    """A day as people write it: `24-11-2026`."""
    return f"{day:%d-%m-%Y}"


def written_short(day: date) -> str:
    """A day within the year: `24-11`."""
    return f"{day:%d-%m}"


def weekday_name(day: date) -> str:
    """The weekday in the language in force, in lower case."""
    return _(WEEKDAYS[day.weekday()])


# --- what people type -------------------------------------------------------------------------


def weekday_of(word: str) -> int | None:
    """0 for Monday to 6 for Sunday from a weekday's name or a beginning of it (`fre`, `tors`, `friday`), else `None`."""
    typed = fold(word.strip().rstrip("."))
    if len(typed) < 3:
        return None
    for names in (WEEKDAYS, _ENGLISH_DAYS):
        for number, name in enumerate(names):
            if fold(name).startswith(typed):
                return number
    return None


def month_of(word: str) -> int | None:
    """1 to 12 from a month's name or at least three letters of it, else `None`."""
    typed = fold(word.strip().rstrip("."))
    if len(typed) < 3:
        return None
    return next((number for number, name in enumerate(MONTHS, 1) if fold(name).startswith(typed)), None)


def _not_a_day(text: str) -> ValueError:
    return ValueError(
        _("“{text}” er ikke en dato. Skriv fx 24-11-2026, 24/11, i morgen, fre eller uge 48.").format(text=text)
    )


def real_day(year: int, month: int, day: int) -> date:
    """A day that exists and lies within reach.

    Raises:
        ValueError: With a finished sentence, such as "Datoen 31-11 findes ikke."
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(_("Årstallet skal ligge mellem {first} og {last}.").format(first=FIRST_YEAR, last=LAST_YEAR))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(
            _("Datoen {day}-{month} findes ikke i {year}.").format(day=day, month=month, year=year)
        ) from None


def day_in_reach(month: int, day: int, today: date) -> date:
    """A day written without a year: this year's, or next year's where this year's lies more than 60 days back.

    Raises:
        ValueError: There is no such day in the year it would mean.
    """
    year = today.year
    clipped = min(day, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else day
    if 1 <= month <= 12 and day >= 1 and date(year, month, clipped) < today - timedelta(days=_ROLL_DAYS):
        year += 1
    return real_day(year, month, day)


def day_in_week(week: int, weekday: int, today: date) -> date:
    """A weekday of a week written without a year: the coming one, or the present week.

    Raises:
        ValueError: Neither year has such a week.
    """
    year, present = iso_week(today)
    if week < present or week > weeks_in(year):
        year += 1
    if not 1 <= week <= weeks_in(year):
        raise ValueError(_("Uge {week} findes ikke.").format(week=week))
    return date.fromisocalendar(year, week, weekday + 1)


def coming_weekday(weekday: int, today: date) -> date:
    """The next such weekday after today: Monday said on a Monday means next week."""
    return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)


_RELATIVE: Final = {
    "i dag": 0, "idag": 0, "today": 0, "i morgen": 1, "imorgen": 1, "tomorrow": 1, "i overmorgen": 2, "overmorgen": 2,
    "i gaar": -1, "igaar": -1, "yesterday": -1, "i forgaars": -2,
}  # fmt: skip


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return 2000 + int(text) if len(text) == 2 else int(text)


def _from_numbers(match: re.Match[str], today: date) -> date:
    day, month, year = int(match["day"]), int(match["month"]), _year(match["year"])
    return day_in_reach(month, day, today) if year is None else real_day(year, month, day)


def _from_name(match: re.Match[str], today: date) -> date | None:
    month = month_of(match["month"])
    if month is None:
        return None
    day, year = int(match["day"]), _year(match["year"])
    return day_in_reach(month, day, today) if year is None else real_day(year, month, day)


def _from_week(match: re.Match[str], today: date) -> date | None:
    word = match["before"] or match["after"]
    weekday = weekday_of(word) if word else 0
    return None if weekday is None else day_in_week(int(match["week"]), weekday, today)


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...]] = (
    (re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"), _from_numbers),
    (
        re.compile(r"(?:d\. ?|den )?(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})(?:[-/.](?P<year>\d{4}|\d{2}))?\.?"),
        _from_numbers,
    ),
    (re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})"), _from_numbers),
    (re.compile(r"(?:d\. ?|den )?(?P<day>\d{1,2})\.? (?P<month>[^\W\d_]{3,}\.?)(?: (?P<year>\d{4}))?"), _from_name),
    (
        re.compile(r"(?:(?P<before>[^\W\d_]{3,}\.?) (?:i )?)?uge (?P<week>\d{1,2})(?: (?P<after>[^\W\d_]{3,}\.?))?"),
        _from_week,
    ),
)


def parse_day(text: str, today: date) -> date:
    """Read a day as people type it.

    ISO, `24-11-2026`, `24/11`, `24.11.26`, `241126`, `3. december`, `i dag`, `i morgen`, `fre` (the coming one),
    `uge 48` (its Monday), `tirsdag uge 50`. Never US order.

    Raises:
        ValueError: With a finished sentence in the language in force.
    """
    typed = re.sub(r"\s+", " ", text.strip().lower())
    shift = _RELATIVE.get(fold(typed))
    if shift is not None:
        return today + timedelta(days=shift)
    for form, read in _FORMS:
        match = form.fullmatch(typed)
        day = read(match, today) if match else None
        if day is not None:
            return day
    weekday = weekday_of(typed)
    if weekday is None:
        raise _not_a_day(text.strip()[:40])
    return coming_weekday(weekday, today)


_TIME: Final = re.compile(r"(?:kl\.? ?|klokken )?(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?|(?P<both>\d{3,4}))")


def parse_time(text: str) -> time:
    """Read a time of day: `10`, `1000`, `10.00`, `10:00`, `kl. 10`.

    Raises:
        ValueError: With a finished sentence in the language in force.
    """
    match = _TIME.fullmatch(re.sub(r"\s+", " ", text.strip().lower()))
    if match:
        both = match["both"]
        hour, minute = (int(both[:-2]), int(both[-2:])) if both else (int(match["hour"]), int(match["minute"] or 0))
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError(_("“{text}” er ikke et klokkeslæt. Skriv fx 10, 10:30 eller 1030.").format(text=text.strip()[:40]))


def instant(day: date, at: time) -> datetime:
    """The instant of a day and a time of day in Copenhagen.

    Raises:
        ValueError: The time does not exist (spring) or exists twice (autumn); with a finished sentence.
    """
    naive = datetime.combine(day, at)
    if in_gap(naive):
        raise ValueError(_("Det klokkeslæt findes ikke: uret stilles frem den nat. Vælg et andet."))
    if in_fold(naive):
        raise ValueError(_("Det klokkeslæt findes to gange: uret stilles tilbage den nat. Vælg et andet."))
    return naive.replace(tzinfo=COPENHAGEN)


def _is_day(text: str, today: date) -> bool:
    try:
        parse_day(text, today)
    except ValueError:
        return False
    return True


def _no_time(text: str) -> ValueError:
    return ValueError(_("“{text}” mangler et klokkeslæt. Skriv fx 24-11-2026 10:30.").format(text=text[:40]))


def parse_instant(text: str, today: date) -> datetime:
    """Read a day and a time: `24-11-2026 10:30`, `fre kl. 10`, `i morgen 9.15`, or ISO 8601 with or without offset.

    Raises:
        ValueError: With a finished sentence in the language in force.
    """
    typed = text.strip()
    try:
        iso = datetime.fromisoformat(typed) if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:", typed) else None
    except ValueError:
        raise _not_a_day(typed[:40]) from None
    if iso is not None:
        real_day(iso.year, iso.month, iso.day)
        return instant(iso.date(), iso.time()) if iso.tzinfo is None else iso.astimezone(COPENHAGEN)
    if _is_day(typed, today):
        # Otherwise the year of “3. december 2026” would be read as 20:26.
        raise _no_time(typed)
    match = re.fullmatch(r"(?P<day>.+?)[,]?\s+(?P<time>(?:kl\.?\s*|klokken\s+)?\d[\d.:]*)", typed, re.IGNORECASE)
    if not match:
        raise _no_time(typed)
    return instant(parse_day(match["day"], today), parse_time(match["time"]))
