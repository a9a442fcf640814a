"""What a year's follow-up report is made of: figures, trends, fidelity, and every rule they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.caseload import Caseload
from fieldtui.domain.fidelity import Review
from fieldtui.domain.figures import SMALLEST_SHOWN, Figure, Period, leaving, together
from fieldtui.domain.goals import reported
from fieldtui.domain.outcomes import Records, is_enrolled, is_participant
from fieldtui.domain.rule import Programme, Rule
from fieldtui.domain.rulebook import RuleBook
from fieldtui.domain.trends import Trend, trends, trends_for_others

_FIRST_YEAR: Final = 2000


@dataclass(frozen=True, slots=True)
class Yearly:
    """One year of a team, a consultant or a programme."""

    period: Period
    whose: str
    """The organisation, or the consultant."""
    programme: Programme | None
    """The profile it is held against; the usual one where none was asked for."""
    asked_for: bool
    """True where only citizens of the programme are counted."""
    participants: int | None
    """How many were enrolled at any time of the year; `None` where it is hidden."""
    enrolled: int | None
    """How many were on its last day; `None` where it is hidden."""
    figures: tuple[Figure, ...]
    trends: tuple[Trend, ...]
    """By quarter."""
    review: Review
    load: Caseload
    rules: tuple[Rule, ...]
    """Every rule that a figure names, in the version in force on the last day."""
    words: Mapping[str, str]
    """What the codes of breakdowns are called."""
    hidden: bool
    """True where small numbers are hidden."""


def year_of(year: int, today: date) -> Period:
    """The calendar year, up to today where it is not over.

    Raises:
        BadUsage: It has not begun, or lies before anything can be counted.
    """
    if not _FIRST_YEAR <= year <= today.year:
        raise BadUsage(_("Skriv et årstal fra {first} til {last}.").format(first=_FIRST_YEAR, last=today.year))
    return Period(date(year, 1, 1), min(date(year, 12, 31), today))


def yearly(
    records: Records,
    period: Period,
    rules: RuleBook,
    review: Review,
    load: Caseload,
    *,
    whose: str,
    programme: str | None = None,
    hidden: bool = True,
) -> Yearly:
    """Put a year together.

    Args:
        records: What is counted.
        period: The year.
        rules: The rules.
        review: Its fidelity.
        load: The caseload of its last day.
        whose: The organisation, or the consultant.
        programme: Only citizens of this one.
        hidden: As it may leave the team.
    """
    figures = reported(records, period, rules, programme=programme)
    steps = trends(records, period, rules, by="quarter", programme=programme)
    named = sorted({name for figure in figures for name in figure.rule_ids} | {"caseload.norm"})
    found = [rules.on(name, period.last, programme=programme) for name in named]
    here = sum(is_participant(each, period) for each in records.citizens.values())
    now = sum(is_enrolled(each, period.last) for each in records.citizens.values())
    return Yearly(
        period=period,
        whose=whose,
        programme=rules.profile(programme),
        asked_for=programme is not None,
        participants=_shown(here, hidden=hidden),
        enrolled=None if _shown(here - now, hidden=hidden) is None else _shown(now, hidden=hidden),
        figures=together(figures, leaving) if hidden else figures,
        trends=trends_for_others(steps) if hidden else steps,
        review=review,
        load=replace(load, shares=()) if hidden else load,
        rules=tuple(each for each in found if each is not None),
        words=rules.codes("placement_kind"),
        hidden=hidden,
    )


def _shown(number: int, *, hidden: bool) -> int | None:
    return None if hidden and 0 < number < SMALLEST_SHOWN else number
