"""Dates and times as people write them in Denmark, in the language in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import MONTHS, iso_week, weekday_name, written, written_short

_SHORT: Final = (N_("man"), N_("tir"), N_("ons"), N_("tor"), N_("fre"), N_("lør"), N_("søn"))


def local(instant: datetime) -> datetime:
    """The instant on a Danish clock."""
    return instant.astimezone(COPENHAGEN)


def clock(instant: datetime) -> str:
    """`09:04`."""
    return f"{local(instant):%H:%M}"


def span(start: datetime, end: datetime) -> str:
    """`09:00–09:45`."""
    return f"{clock(start)}–{clock(end)}"


def weekday(day: date) -> str:
    """`mandag`."""
    return weekday_name(day)


def month(day: date) -> str:
    """`november`."""
    return _(MONTHS[day.month - 1])


def short(day: date) -> str:
    """`25-11`."""
    return written_short(day)


def full(day: date) -> str:
    """`25-11-2026`."""
    return written(day)


def with_day(day: date) -> str:
    """`ons 25-11`."""
    return f"{_(_SHORT[day.weekday()])} {short(day)}"


def with_day_full(day: date) -> str:
    """`ons 25-11-2026`."""
    return f"{_(_SHORT[day.weekday()])} {full(day)}"


def title(day: date) -> str:
    """`Mandag 23-11-2026 · uge 48`."""
    week = _("uge {week}").format(week=day.isocalendar().week)
    return f"{weekday(day).capitalize()} {full(day)} · {week}"


def week(day: date) -> str:
    """`uge 48`; with its year where that is another one than the day's: `uge 53 i 2026` for 1 January 2027."""
    year, number = iso_week(day)
    if year == day.year:
        return _("uge {week}").format(week=number)
    return _("uge {week} i {year}").format(week=number, year=year)


def near(day: date, today: date) -> str:
    """`I dag`, `I går`, `I morgen`, `25-11`, or with the year where it is another one."""
    names = {0: N_("I dag"), -1: N_("I går"), 1: N_("I morgen")}
    distance = (day - today).days
    if distance in names:
        return _(names[distance])
    return short(day) if day.year == today.year else full(day)


def days_left(days: int) -> str:
    """`3 dage`, `1 dag`, `I dag`, `2 d. over`."""
    if days == 0:
        return _("I dag")
    if days == 1:
        return _("1 dag")
    if days < 0:
        return _("{days} d. over").format(days=-days)
    return _("{days} dage").format(days=days)
