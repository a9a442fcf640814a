"""Figures over time: the same figure for each month, quarter or ISO week of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Literal

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import add_months, monday_of
from fieldtui.domain.figures import SMALLEST_SHOWN, Figure, Period, few_left, is_of_enrolled, leaving, unsaid, written
from fieldtui.domain.goals import reported
from fieldtui.domain.outcomes import Records
from fieldtui.domain.rulebook import RuleBook

By = Literal["week", "month", "quarter"]
STEPS: Final[tuple[By, ...]] = ("week", "month", "quarter")
MOST: Final = 120
"""Points of one trend; ten years of months."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of a trend."""

    name: str
    """`2020-04`, `2020-K2` or `2020-W14`: sorts by time."""
    period: Period
    """Cut off at the ends of the whole period."""
    whole: bool = True
    """False where it is cut off."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure at every step."""

    id: str
    label: str
    points: tuple[tuple[Bucket, Figure], ...]

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """What can be drawn: the value at each step, the sum of a breakdown; `None` where nothing can be said."""
        return tuple(number_of(figure) for _bucket, figure in self.points)


def number_of(figure: Figure) -> float | None:
    """One number for a figure; a breakdown of which nothing is hidden gives its sum."""
    if isinstance(figure.value, Mapping):
        return None if figure.hidden else sum(figure.value.values())
    return figure.value


def buckets(period: Period, by: By) -> tuple[Bucket, ...]:
    """The steps that a period is made of, its first and last cut off at its ends.

    Args:
        period: First and last day.
        by: ISO week, calendar month or calendar quarter.

    Raises:
        BadUsage: There would be too many.
    """
    found: list[Bucket] = []
    at = _begin(period.first, by)
    while at <= period.last:
        if len(found) == MOST:
            raise BadUsage(_("Perioden er for lang til så korte trin. Vælg længere trin eller en kortere periode."))
        following = _following(at, by)
        span = Period(max(at, period.first), min(following - timedelta(days=1), period.last))
        found.append(Bucket(_name(at, by), span, span == Period(at, following - timedelta(days=1))))
        at = following
    return tuple(found)


def window(today: date, by: By, count: int, *, back: int = 0) -> Period:
    """The last so many steps up to today; further back the whole steps before those.

    Args:
        today: The day it ends on where `back` is 0.
        by: The steps.
        count: How many, 1 or more.
        back: How many windows back.
    """
    begin = _begin(today, by)
    for _step in range(count - 1 + back * count):
        begin = _begin(begin - timedelta(days=1), by)
    after = begin
    for _step in range(count):
        after = _following(after, by)
    return Period(begin, min(after - timedelta(days=1), today))


def _begin(day: date, by: By) -> date:
    if by == "week":
        return monday_of(day)
    month = day.month if by == "month" else 3 * ((day.month - 1) // 3) + 1
    return date(day.year, month, 1)


def _following(begin: date, by: By) -> date:
    return begin + timedelta(days=7) if by == "week" else add_months(begin, 1 if by == "month" else 3)


def _name(begin: date, by: By) -> str:
    if by == "week":
        year, week, _day = begin.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{begin:%Y-%m}" if by == "month" else f"{begin.year}-K{(begin.month - 1) // 3 + 1}"


def trends(
    records: Records, period: Period, rules: RuleBook, *, by: By = "month", programme: str | None = None
) -> tuple[Trend, ...]:
    """Every figure of a report at every step of a period.

    Args:
        records: What is counted.
        period: First and last day.
        rules: The rules.
        by: The steps.
        programme: Only citizens of this one, and the figures of its profile.

    Raises:
        BadUsage: There would be too many steps.
    """
    steps = buckets(period, by)
    at_each = [reported(records, step.period, rules, programme=programme) for step in steps]
    if not at_each:
        return ()
    return tuple(
        Trend(
            first.id, first.label, tuple((step, figures[place]) for step, figures in zip(steps, at_each, strict=True))
        )
        for place, first in enumerate(at_each[0])
    )


def trends_for_others(found: Sequence[Trend]) -> tuple[Trend, ...]:
    """The trends as they may leave the team.

    With hidden steps of a figure the smallest of the others are hidden until there are two, and five persons, in them: else the
    year's figure would give them away. A step in which few left does not say how many were enrolled at its end (`together`).
    """
    steps = zip(*([figure for _step, figure in each.points] for each in found), strict=True)
    few = frozenset(place for place, figures in enumerate(steps) if few_left(figures))
    return tuple(replace(each, points=_without_small(each.points, few)) for each in found)


def _without_small(points: Sequence[tuple[Bucket, Figure]], few: frozenset[int]) -> tuple[tuple[Bucket, Figure], ...]:
    shown = [
        (step, unsaid(leaving(figure)) if place in few and is_of_enrolled(figure) else leaving(figure))
        for place, (step, figure) in enumerate(points)
    ]
    hidden = [place for place, (_step, figure) in enumerate(shown) if figure.hidden]
    left = [place for place, (_step, figure) in enumerate(shown) if not figure.hidden and figure.numerator]
    left.sort(key=lambda each: (shown[each][1].numerator or 0, each), reverse=True)
    while (
        left
        and hidden
        and (len(hidden) == 1 or sum(points[each][1].numerator or 0 for each in hidden) < SMALLEST_SHOWN)
    ):
        place = left.pop()
        shown[place] = (shown[place][0], unsaid(shown[place][1]))
        hidden.append(place)
    return tuple(shown)


def document(found: Sequence[Trend], period: Period, *, by: By, programme: str | None) -> dict[str, Any]:
    """Trends in the shape of docs/cli.md."""
    return {
        "as_of": period.last.isoformat(),
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "programme": programme,
        "by": by,
        "trends": [
            {
                "id": each.id,
                "label": each.label,
                "points": [
                    {
                        "name": step.name,
                        "from": step.period.first.isoformat(),
                        "to": step.period.last.isoformat(),
                        **{
                            key: value
                            for key, value in figure.as_json().items()
                            if key in {"value", "numerator", "denominator", "excluded", "hidden"}
                        },
                    }
                    for step, figure in each.points
                ],
            }
            for each in found
        ],
    }


def lines(found: Sequence[Trend]) -> Iterator[str]:
    """Each figure with a line of blocks, and its value at each step."""
    for each in found:
        yield f"{each.id:<14} {each.label}  {spark(each.numbers)}".rstrip()
        for step, figure in each.points:
            yield f"{'':<14} {step.name}  {written(figure)}"


_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_GAP: Final = "·"


def spark(numbers: Sequence[float | None]) -> str:
    """Numbers as a line of block characters from nothing to the largest; `·` where there is none."""
    known = [number for number in numbers if number is not None]
    top = max(known, default=0)
    return "".join(
        _GAP if number is None else _BLOCKS[round(number / top * (len(_BLOCKS) - 1)) if top > 0 else 0]
        for number in numbers
    )
