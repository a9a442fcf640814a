"""A citizen's progress over time: scores and steps by area, as a plot a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Progression
from fieldtui.domain.rulebook import RuleBook

Direction = Literal["progress", "unchanged", "setback"]

_STEPS: Final = 5
_BARS: Final = "▁▂▃▄▅▆▇█"
_TURNS: Final[dict[Direction, int]] = {"progress": 1, "unchanged": 0, "setback": -1}
ARROWS: Final[dict[Direction, str]] = {"progress": "↗", "unchanged": "→", "setback": "↘"}


@dataclass(frozen=True, slots=True)
class Course:
    """One area over time."""

    area: str
    """Code."""
    days: tuple[date, ...]
    """When it was assessed, the oldest first."""
    scores: tuple[int | None, ...]
    """The step on the scale at each; `None` where only a direction was noted."""
    directions: tuple[Direction, ...]

    @property
    def latest(self) -> Direction:
        """Which way it went last."""
        return self.directions[-1]

    def levels(self) -> tuple[int, ...]:
        """A height at each assessment. It follows the scores where there are any, else it goes up and down by one a step."""
        height, found = 0, []
        for score, direction in zip(self.scores, self.directions, strict=True):
            height = score if score is not None else height + _TURNS[direction]
            found.append(height)
        return tuple(found)


def courses(progressions: Iterable[Stored[Progression]]) -> tuple[Course, ...]:
    """Each area's course, the one assessed last first; of several on one day the later id counts last."""
    by_area: dict[str, list[Stored[Progression]]] = {}
    for item in progressions:
        if item.annulled_at is None:
            by_area.setdefault(item.record.area, []).append(item)
    found = [
        _course(area, sorted(items, key=lambda each: (each.record.on, each.id))) for area, items in by_area.items()
    ]
    return tuple(sorted(found, key=lambda course: (-course.days[-1].toordinal(), course.area)))


def plot(course: Course, width: int, most: int) -> str:
    """An area's course as block characters, one for each of the latest assessments, the newest at the right.

    Args:
        course: The area.
        width: Characters at most.
        most: The scale's highest step.
    """
    levels = course.levels()
    scored = any(score is not None for score in course.scores)
    low, high = (1, most) if scored else (min(0, *levels), max(0, *levels))
    span = max(high - low, 1)
    return "".join(_BARS[_clamped(round((level - low) * (len(_BARS) - 1) / span))] for level in levels[-width:])


def latest_score(progressions: Sequence[Stored[Any]], area: str, before: date, assessed_by: str | None) -> int | None:
    """The last score of an area up to a day, by the same kind of assessor; `None` before the first."""
    earlier = [
        item
        for item in progressions
        if item.annulled_at is None
        and item.record.area == area
        and item.record.score is not None
        and item.record.on <= before
        and item.record.assessed_by == assessed_by
    ]
    last = max(earlier, key=lambda item: (item.record.on, item.id), default=None)
    return last.record.score if last is not None else None


def direction_of(earlier: int | None, score: int) -> Direction:
    """Which way a score went; the first one of all stands still."""
    if earlier is None or score == earlier:
        return "unchanged"
    return "progress" if score > earlier else "setback"


def steps(rules: RuleBook, on: date) -> int:
    """How many steps the scale has on a day."""
    return int(rules.value("progression.steps", on, _STEPS))


def _course(area: str, items: Sequence[Stored[Progression]]) -> Course:
    records = [item.record for item in items]
    return Course(
        area,
        tuple(each.on for each in records),
        tuple(each.score for each in records),
        tuple(each.direction for each in records),
    )


def _clamped(index: int) -> int:
    return min(max(index, 0), len(_BARS) - 1)
