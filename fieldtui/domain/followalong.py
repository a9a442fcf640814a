"""Follow-along after a job has begun: near the start, often in the first time, then for a year, and when it ends (IPS-25, item 23).

The steps are derived from the placement and the method's rules, and what was held from the contacts that are written down anyway. So
nothing is stored for them: a start that is moved moves them, a job that ends closes them, and two devices cannot make them twice
(docs/adr/0024-follow-along-is-derived.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fieldtui.domain.calendar import add_months
from fieldtui.domain.due import limit_after
from fieldtui.domain.records import Placement
from fieldtui.domain.rule import Rule
from fieldtui.domain.rulebook import RuleBook

COMPETITIVE: Final = frozenset({"ordinaert_job", "smaajob"})
"""Kinds of placement that are work on ordinary terms, whatever the hours (IPS-25, item 21)."""
NEVER_BEGAN: Final = "annulleret"
"""The end reason of a placement, and the state of an offer, that came to nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One contact that the method wants, and the days on which it counts."""

    kind: str
    """`before_start`, `after_start`, `weekly`, `monthly` or `after_end`."""
    first: date
    last: date
    rule: Rule


def cadence(placement: Placement, rules: RuleBook, programme: str | None) -> tuple[Step, ...]:
    """Every step of a job, by its last day; none for a placement that is no ordinary job, or where no rule asks for them.

    Args:
        placement: The job; once it has ended, what was to come after is dropped for the contact at its end.
        rules: The rules.
        programme: The citizen's; each programme follows in its own way, or not at all.
    """
    if placement.kind not in COMPETITIVE or placement.end_reason == NEVER_BEGAN:
        return ()
    start, end = placement.starts_on, placement.ends_on
    steps = [each for each in _from_start(start, rules, programme) if end is None or each.last <= end]
    if end is not None and (rule := rules.on("follow_along.after_end", end, programme=programme)) is not None:
        steps.append(Step("after_end", end, limit_after(rule, end), rule))
    return tuple(sorted(steps, key=lambda each: (each.last, each.first)))


def _from_start(start: date, rules: RuleBook, programme: str | None) -> Iterator[Step]:
    def rule(name: str) -> Rule | None:
        return rules.on(f"follow_along.{name}", start, programme=programme)

    before, after, lasts, whole = rule("before_start"), rule("after_start"), rule("first_lasts"), rule("lasts")
    if before is not None:
        yield Step(
            "before_start", start - timedelta(days=before.params.get("days", 0)), start - timedelta(days=1), before
        )
    if after is not None:
        yield Step("after_start", start, limit_after(after, start), after)
    early_end = limit_after(lasts, start) if lasts else start
    if (often := rule("first_every")) is not None:
        yield from _every("weekly", start, start, early_end, often)
    if whole is not None and (later := rule("later_every")) is not None:
        yield from _every("monthly", start, early_end, limit_after(whole, start), later)


def _every(kind: str, start: date, since: date, until: date, rule: Rule) -> Iterator[Step]:
    """Steps of one length up to a day, each counted from the first so that a short month shifts none after it."""
    months, days = rule.params.get("months", 0), rule.params.get("days", 0) + 7 * rule.params.get("weeks", 0)
    if months + days == 0:
        return
    gone = (since.year - start.year) * 12 + since.month - start.month if months else 0
    number, before = 1, since
    while True:
        begin = start if months else since
        last = add_months(begin, gone + months * number) + timedelta(days=days * number)
        if last > until:
            return
        yield Step(kind, before + timedelta(days=1), last, rule)
        number, before = number + 1, last


def next_step(steps: Sequence[Step], contacts: Iterable[date], on: date, *, since: date | None = None) -> Step | None:
    """The step that waits, or `None`: the first that began after the latest contact.

    What was missed before a later contact is not asked for any more, and no more than one step waits at a time.

    Args:
        steps: As `cadence` gives them.
        contacts: Days of contact with the citizen.
        on: The day.
        since: Steps that were over before this day are nobody's here, as those from before an extract was fetched.
    """
    latest = max((day for day in contacts if day <= on), default=date.min)
    for step in steps:
        too_late = step.kind == "before_start" and step.last < on
        if step.first > latest and not too_late and (since is None or step.last >= since):
            return step
    return None


def held(steps: Iterable[Step], contacts: Iterable[date], until: date) -> tuple[int, int]:
    """How many steps had a contact on one of their days, and how many were over by a day; what item 23 is scored from."""
    days = set(contacts)
    over = [each for each in steps if each.last <= until]
    return sum(any(each.first <= day <= each.last for day in days) for each in over), len(over)
