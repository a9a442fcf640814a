"""Days, times and lengths inside a typed line (tui.md §5.3). What is ambiguous becomes a question, never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.domain import calendar

Subject = Literal["kind", "who", "day", "time", "mode"]


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the person can answer."""

    about: Subject
    text: str
    """A finished sentence in the language in force."""
    choices: tuple[str, ...] = ()
    """Names to choose from, where there are few."""


@dataclass(slots=True)
class Line:
    """A typed line while it is read: what is left of it, and what was understood so far."""

    now: datetime
    rest: str
    day: date | None = None
    start: time | None = None
    end: time | None = None
    minutes: int | None = None
    questions: list[Question] = field(default_factory=list)

    def ask(self, about: Subject, text: str, choices: tuple[str, ...] = ()) -> None:
        """Add a question."""
        self.questions.append(Question(about, text, choices))

    def asked(self, about: Subject) -> bool:
        """True where something about it is open."""
        return any(each.about == about for each in self.questions)

    def take(self, pattern: str, use: Callable[[re.Match[str]], bool | None]) -> bool:
        """Use the first match and cut it out; `use` answers False where it was something else after all."""
        match = re.search(pattern, self.rest, re.IGNORECASE)
        if match is None or use(match) is False:
            return False
        self.rest = f"{self.rest[: match.start()]} {self.rest[match.end() :]}"
        return True

    @property
    def today(self) -> date:
        """The day it is typed on."""
        return self.now.date()


_NUMBERS: Final = {
    "en": 1, "et": 1, "én": 1, "ét": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "syv": 7, "otte": 8, "ni": 9,
    "ti": 10, "elleve": 11, "tolv": 12,
}  # fmt: skip
_NUMBER: Final = r"(?:\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_WEEKDAY: Final = (
    r"(?:man(?:dag)?|tirs?(?:dag)?|ons(?:dag)?|tors?(?:dag)?|fre(?:dag)?|l[øo]r(?:dag)?|loerdag|s[øo]n(?:dag)?|soendag|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
_MONTH: Final = (
    r"(?:jan(?:uar)?|feb(?:ruar)?|mar(?:ts)?|apr(?:il)?|maj|juni?|juli?|aug(?:ust)?|sep(?:tember|t)?|okt(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)"
)
_PREPOSITION: Final = r"(?:(?:d\.|den|på)\s*)?"
_EARLIEST, _LATEST = 6, 22
"""Hours between which a pair like 10-11 can be a time."""


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def _weekday(text: str) -> int:
    found = calendar.weekday_of(text)
    assert found is not None, "the pattern matches weekdays only"  # noqa: S101
    return found


# --- lengths -----------------------------------------------------------------------------------


def read_length(line: Line) -> None:
    """`45 min`, `1 t`, `1,5 time`, `halvanden time`."""

    def minutes(match: re.Match[str]) -> None:
        line.minutes = int(match[1])

    def hours(match: re.Match[str]) -> None:
        line.minutes = round(float(match[1].replace(",", ".")) * 60)

    def one_and_a_half(_match: re.Match[str]) -> None:
        line.minutes = 90

    _found = (
        line.take(r"\b(\d{1,3})\s*(?:minutter|min|m)\b\.?", minutes)
        or line.take(r"\b(\d{1,2}(?:[.,]\d)?)\s*(?:timer|time|t)\b\.?", hours)
        or line.take(r"\bhalvanden time\b", one_and_a_half)
    )


# --- days --------------------------------------------------------------------------------------


def _set_day(line: Line, find: Callable[[], date]) -> None:
    """Set the day, or ask with the calendar's own sentence where there is no such day."""
    try:
        line.day = find()
    except ValueError as error:
        line.ask("day", str(error))


def _relative(line: Line, pattern: str, days: Callable[[re.Match[str]], int]) -> bool:
    return line.take(pattern, lambda match: _set_day(line, lambda: line.today + timedelta(days=days(match))))


def _in_weeks(line: Line, match: re.Match[str]) -> None:
    monday = calendar.monday_of(line.today)
    _set_day(line, lambda: monday + timedelta(weeks=_number(match[2]), days=_weekday(match[1])))


def _next_weekday(line: Line, match: re.Match[str]) -> None:
    """`næste fredag` is the one of next week; that of this week is plain `fredag`."""
    monday = calendar.monday_of(line.today) + timedelta(weeks=1)
    _set_day(line, lambda: monday + timedelta(days=_weekday(match[1])))


def _week_after(today: date) -> int:
    return calendar.iso_week(today + timedelta(weeks=1))[1]


def _only_week(line: Line, week: int) -> None:
    """A week without a day proposes its Monday and asks."""
    _set_day(line, lambda: calendar.day_in_week(week, 0, line.today))
    if line.day is not None:
        line.ask("day", _("Hvilken dag i uge {week}? Mandag den {day} er foreslået.").format(
            week=week, day=calendar.written_short(line.day)))  # fmt: skip


def _numeric(line: Line, match: re.Match[str]) -> None:
    year = match["year"]
    month = int(match["month"])
    if year:
        full = 2000 + int(year) if len(year) == 2 else int(year)
        _set_day(line, lambda: calendar.real_day(full, month, int(match["day"])))
    else:
        _set_day(line, lambda: calendar.day_in_reach(month, int(match["day"]), line.today))


def _named(line: Line, match: re.Match[str]) -> None:
    month = calendar.month_of(match["month"])
    assert month is not None, "the pattern matches months only"  # noqa: S101
    day, year = int(match["day"]), match["year"]
    _set_day(
        line,
        lambda: calendar.real_day(int(year), month, day) if year else calendar.day_in_reach(month, day, line.today),
    )


def read_day(line: Line) -> None:
    """Every way to say a day; a weekday beside it must be the day's own."""
    _read_first_day(line)
    if line.day is not None:
        line.take(rf"\b(?:på )?({_WEEKDAY})\b\.?(?: den\b)?", lambda match: _compare_weekday(line, match))


def _compare_weekday(line: Line, match: re.Match[str]) -> None:
    if line.day is not None and line.day.weekday() != _weekday(match[1]):
        line.ask("day", _("Den {day} er en {weekday}. Hvilken dag mener du?").format(
            day=calendar.written_short(line.day), weekday=calendar.weekday_name(line.day)))  # fmt: skip


def _read_first_day(line: Line) -> None:
    """Every way to say a day; the first that fits counts."""
    _found = (
        _relative(line, r"\b(?:i\s?)?overmorgen\b", lambda _m: 2)
        or _relative(line, r"\bi\s?morgen\b|\btomorrow\b", lambda _m: 1)
        or _relative(line, r"\bi\s?dag\b|\btoday\b", lambda _m: 0)
        or _relative(line, r"\bi\s?går\b|\byesterday\b", lambda _m: -1)
        or _relative(line, rf"\bom ({_NUMBER}) dage?\b", lambda match: _number(match[1]))
        or line.take(
            rf"\b({_WEEKDAY})\.? (?:i )?uge (\d{{1,2}})\b",
            lambda match: _set_day(line, lambda: calendar.day_in_week(int(match[2]), _weekday(match[1]), line.today)),
        )
        or line.take(
            rf"\buge (\d{{1,2}}) ({_WEEKDAY})\b\.?",
            lambda match: _set_day(line, lambda: calendar.day_in_week(int(match[1]), _weekday(match[2]), line.today)),
        )
        or line.take(rf"\bnæste uge (?:på )?({_WEEKDAY})\b\.?", lambda match: _next_weekday(line, match))
        or line.take(rf"\b({_WEEKDAY})\.? (?:i )?næste uge\b", lambda match: _next_weekday(line, match))
        or line.take(rf"\b({_WEEKDAY})\.? om ({_NUMBER}) uger?\b", lambda match: _in_weeks(line, match))
        or _relative(line, rf"\bom ({_NUMBER}) uger?\b", lambda match: 7 * _number(match[1]))
        or line.take(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)", lambda m: _numeric(line, m))
        or line.take(
            rf"(?<![\d:.]){_PREPOSITION}(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}})(?!\d)",
            lambda match: _numeric(line, match),
        )
        or line.take(
            rf"(?<![\d:]){_PREPOSITION}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?P<year>)(?![\d:])",
            lambda match: _numeric(line, match),
        )
        or line.take(
            rf"(?<![\d:.]){_PREPOSITION}(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})(?P<year>)(?P<dot>\.?)(?![\d:])",
            lambda match: _dotted(line, match),
        )
        or line.take(
            rf"(?<![\d:]){_PREPOSITION}(?P<day>\d{{1,2}})\.?\s+(?P<month>{_MONTH})\b\.?(?:\s+(?P<year>\d{{4}})\b)?",
            lambda match: _named(line, match),
        )
        or line.take(rf"\bnæste ({_WEEKDAY})\b\.?", lambda match: _next_weekday(line, match))
        or line.take(
            rf"\b(?:på )?({_WEEKDAY})\b\.?",
            lambda match: _set_day(line, lambda: calendar.coming_weekday(_weekday(match[1]), line.today)),
        )
        or line.take(r"\bnæste uge\b", lambda _match: _only_week(line, _week_after(line.today)))
        or line.take(r"\buge (\d{1,2})\b", lambda match: _only_week(line, int(match[1])))
        or line.take(
            rf"(?<![\d:.])(?<!kl )(?<!kl\. ){_PREPOSITION}(?P<day>\d{{1,2}})-(?P<month>\d{{1,2}})(?P<year>)(?![\d:.])",
            lambda match: _dashed(line, match),
        )
    )


def _dotted(line: Line, match: re.Match[str]) -> bool:
    """`3.12.` is a day; `3.12` is one only where the line has another time, for `10.30` is a time."""
    before, after = line.rest[: match.start()], line.rest[match.end() :]
    after_clock = re.search(r"\b(?:kl\.?|klokken)\s*$", before, re.IGNORECASE)
    other_time = re.search(r"\bkl\b|\bklokken\b|\d{1,2}[:.]\d{2}\b", f"{before} {after}", re.IGNORECASE)
    if after_clock or (not match["dot"] and not other_time):
        return False
    _numeric(line, match)
    return True


def _dashed(line: Line, match: re.Match[str]) -> bool:
    """`24-11` is a day; `10-11` alone is a day or a time, and only the person knows."""
    first, second = int(match["day"]), int(match["month"])
    other = f"{line.rest[: match.start()]} {line.rest[match.end() :]}"
    could_be_hours = _EARLIEST <= first < second <= _LATEST
    if second > 12 and could_be_hours:
        return False
    if could_be_hours and not re.search(
        r"\d[:.]\d{2}|\bkl\b|\bklokken\b|(?<!\S)\d{1,2}(?!\S)|\bhalv\b|\bkvart\b", other
    ):
        line.ask("day", _("Mener du datoen {pair} eller fra kl. {first} til {second}?").format(
            pair=match[0].strip(), first=first, second=second))  # fmt: skip
        return True
    _numeric(line, match)
    return True


# --- times -------------------------------------------------------------------------------------


def _clock(line: Line, hour: str, minute: str | None) -> time | None:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        written = f"{hour}:{minute}" if minute else hour
        line.ask("time", _("Klokken {time} findes ikke. Hvornår mener du?").format(time=written))
        return None


def _range(line: Line, match: re.Match[str]) -> None:
    start, end = _clock(line, match[1], match[2]), _clock(line, match[3], match[4])
    if start is None or end is None:
        return
    line.start = start
    if end <= start:
        line.ask("time", _("Mødet slutter før, det begynder. Hvornår slutter det?"))
    else:
        line.end = end


def _at(line: Line, match: re.Match[str]) -> None:
    line.start = _clock(line, match[1], match[2])


def _bare_hour(line: Line, match: re.Match[str]) -> None:
    """`kl. 2` may be night or afternoon."""
    hour = int(match[1])
    if 1 <= hour < _EARLIEST:
        line.ask("time", _("Mener du kl. {night}:00 eller {day}:00?").format(night=f"{hour:02d}", day=hour + 12))
    else:
        line.start = _clock(line, match[1], None)


def _spoken(line: Line, word: str, minute: int, shift: int = 0) -> None:
    """Spoken times are of the working day: `halv to` is 13:30."""
    hour = (_number(word) + shift) % 24
    line.start = _clock(line, str(hour + 12 if hour < 7 else hour), str(minute))


def _part_of_day(line: Line, match: re.Match[str]) -> None:
    """Morning or afternoon: the day is known, the hour is proposed and asked about."""
    morning = match["part"].lower() == "formiddag"
    line.day = line.day or line.today
    if line.start is not None:
        return
    line.start = time(9) if morning else time(13)
    text = (
        _("Hvornår i formiddag? Kl. 9:00 er foreslået.")
        if morning
        else _("Hvornår i eftermiddag? Kl. 13:00 er foreslået.")
    )
    line.ask("time", text)


def read_time(line: Line) -> None:
    """Every way to say a time; the first that fits counts."""
    clock = r"\b(?:(?:kl\.?|klokken)\s*)?"
    _found = (
        line.take(
            rf"{clock}(\d{{1,2}})(?:[:.](\d{{2}}))?\s*[-–]\s*(\d{{1,2}})(?:[:.](\d{{2}}))?\b", lambda m: _range(line, m)
        )
        or line.take(rf"{clock}(\d{{1,2}})[:.](\d{{2}})\b", lambda match: _at(line, match))
        or line.take(rf"{clock}halv ({_NUMBER})\b", lambda match: _spoken(line, match[1], 30, -1))
        or line.take(rf"{clock}kvart over ({_NUMBER})\b", lambda match: _spoken(line, match[1], 15))
        or line.take(rf"{clock}kvart i ({_NUMBER})\b", lambda match: _spoken(line, match[1], 45, -1))
        or line.take(r"\b(?:kl\.?|klokken)\s*(\d{1,2})\b", lambda match: _bare_hour(line, match))
        or line.take(
            rf"\b(?:kl\.?|klokken)\s*({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b",
            lambda match: _spoken(line, match[1], 0),
        )
        or line.take(r"\bmiddag\b", lambda _match: _noon(line))
        or line.take(r"(?<!\S)(\d{1,2})(?!\S)", lambda match: _alone(line, match))
    )
    line.take(r"\b(?:(?:i|om)\s)?(?P<part>formiddag|eftermiddag)(?:en)?\b", lambda match: _part_of_day(line, match))
    line.take(r"\b(?:(?:i|om)\s)?aften(?:en)?\b", lambda _match: _evening(line))


def _evening(line: Line) -> None:
    """The day is known; no hour of an evening is more likely than another."""
    line.day = line.day or line.today


def _noon(line: Line) -> None:
    line.start = time(12)


def _alone(line: Line, match: re.Match[str]) -> bool:
    """A number on its own is an hour only within the working day; otherwise it is part of the text."""
    if not 7 <= int(match[1]) <= 20:
        return False
    line.start = _clock(line, match[1], None)
    return True


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` it came from."""
    parts, places = [], []
    for place, char in enumerate(text):
        folded = fold(char)
        parts.append(folded)
        places.extend([place] * len(folded))
    return "".join(parts), places
