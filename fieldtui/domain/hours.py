"""How many hours a week somebody works in a place, and how that grew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from fieldtui.domain.records import Placement
from fieldtui.domain.records.base import hour_step


def steps_of(placement: Placement) -> tuple[tuple[date, float], ...]:
    """The days from which other weekly hours counted, by day; the first is the start, where the hours are known at all."""
    steps = dict(sorted(hour_step(each) for each in placement.hours_steps))
    if not steps and placement.weekly_hours is not None:
        steps = {placement.starts_on: placement.weekly_hours}
    return tuple(steps.items())


def hours_on(placement: Placement, day: date) -> float:
    """Weekly hours on a day; 0 where the placement does not run on it or its hours are not known."""
    if day < placement.starts_on or (placement.ends_on is not None and placement.ends_on < day):
        return 0.0
    steps = steps_of(placement)
    so_far = [hours for since, hours in steps if since <= day]
    return so_far[-1] if so_far else (steps[0][1] if steps else 0.0)


def weekly(placements: Iterable[Placement], until: date, weeks: int) -> tuple[float, ...]:
    """The sum of the hours a week in all places, at the end of each of the latest weeks, the oldest first.

    Args:
        placements: Those that count.
        until: The last day.
        weeks: How many.
    """
    every = tuple(placements)
    days = [until - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    return tuple(sum((hours_on(each, day) for each in every), 0.0) for day in days)


def with_step(placement: Placement, before: Placement, on: date) -> Placement:
    """The placement after other weekly hours were set, with the step kept; as it is where a step was given, or none is needed.

    Args:
        placement: As it is wanted.
        before: As it was.
        on: The day it was changed; before the start, the hours count from the start.
    """
    hours = placement.weekly_hours
    if hours is None or hours == before.weekly_hours or set(placement.hours_steps) != set(before.hours_steps):
        return placement
    since = max(on, placement.starts_on)
    old = {placement.starts_on: before.weekly_hours} if before.weekly_hours is not None else {}
    steps = {**(old if not before.hours_steps else dict(steps_of(before))), since: hours}
    said = tuple(f"{day.isoformat()}={count:g}" for day, count in sorted(steps.items()))
    return placement.model_copy(update={"hours_steps": said})
