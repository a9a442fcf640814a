"""Fidelity to IPS: 25 items, each counted from the records, rated by a reviewer, or not said yet (domain.md § 5).

Counting is held against limits that are data; a reviewer's rating in the period goes before it, and both are shown. There is no total before
every item has a score: until then it says how many have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fieldtui.base.i18n import N_, _, decimal
from fieldtui.domain.envelope import Stored
from fieldtui.domain.fidelityevidence import EVIDENCE
from fieldtui.domain.fidelityscores import COUNTERS, Measure
from fieldtui.domain.figures import Period
from fieldtui.domain.outcomes import Records
from fieldtui.domain.records import Activity
from fieldtui.domain.rule import FidelityItem
from fieldtui.domain.rulebook import RuleBook

FEWEST: Final = 5
"""Under so many observations nothing is scored."""
_BANDS: Final = ((115, N_("eksemplarisk")), (100, N_("god")), (74, N_("rimelig")), (0, N_("ikke IPS")))
"""The least total of each band; only the one from 74 was found in a public source."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reviewer said of an item, with the day and the reason."""

    item: int
    score: int
    on: date
    reason: str
    by: str | None


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One item of a review."""

    item: FidelityItem
    measure: Measure | None
    """What was counted; `None` where nothing can be."""
    counted: int | None
    """The score that counting gives; `None` where it gives none, or too little was seen."""
    evidence: str
    """What the records say of it, in the language in force; empty where they say nothing."""
    rating: Rating | None
    """The latest rating in the period; it goes before what was counted."""

    @property
    def score(self) -> int | None:
        """The score that stands."""
        return self.rating.score if self.rating is not None else self.counted

    @property
    def too_little(self) -> bool:
        """True where there is something to count and too little of it."""
        return self.measure is not None and self.measure.n < FEWEST

    def as_json(self) -> dict[str, Any]:
        """The shape of a figure (docs/cli.md), and what a fidelity item has besides."""
        measure = self.measure
        return {
            "id": f"F{self.item.number}",
            "label": _(self.item.label),
            "value": None if measure is None else measure.value,
            "numerator": None if measure is None else measure.numerator,
            "denominator": None if measure is None else measure.denominator,
            "excluded": 0 if measure is None else measure.excluded,
            "formula": self.evidence,
            "rule_ids": list(measure.rule_ids) if measure is not None else [],
            "n": None if measure is None else measure.n,
            "too_little_data": self.too_little,
            "score": self.score,
            "score_by": None if self.score is None else "reviewer" if self.rating is not None else "counted",
            "counted_score": self.counted,
            "automation": self.item.automation,
            "anchors": list(self.item.anchors),
            "source": self.item.source,
            "note": self.item.note,
            "confirmed": self.item.confirmed,
            "rated_on": self.rating.on.isoformat() if self.rating else None,
            "rated_by": self.rating.by if self.rating else None,
            "reason": self.rating.reason if self.rating else None,
        }


@dataclass(frozen=True, slots=True)
class Review:
    """All items for one period."""

    period: Period
    items: tuple[ItemScore, ...]

    @property
    def scored(self) -> int:
        """How many items have a score."""
        return sum(each.score is not None for each in self.items)

    @property
    def total(self) -> int | None:
        """The sum of all scores, 25 to 125; `None` while one is missing."""
        scores = [each.score for each in self.items if each.score is not None]
        return sum(scores) if self.items and len(scores) == len(self.items) else None

    @property
    def band(self) -> str | None:
        """What the total is called, in the language in force; `None` where there is no total."""
        total = self.total
        return None if total is None else next(_(name) for least, name in _BANDS if total >= least)

    @property
    def headline(self) -> str:
        """How far the review is: `12 af 25 vurderet`, or the total."""
        if self.total is None:
            return _("{scored} af {all} vurderet").format(scored=self.scored, all=len(self.items))
        return _("{total} af {most}: {band}").format(total=self.total, most=5 * len(self.items), band=self.band)


def review(records: Records, period: Period, rules: RuleBook, ratings: Iterable[Rating] = ()) -> Review:
    """Score every item of the scale for a period.

    Args:
        records: Of a team, a consultant or a programme, with job leads and companies.
        period: First and last day.
        rules: Where the items, their limits and the cadence of follow-along stand.
        ratings: What reviewers said; those outside the period count nothing.
    """
    latest: dict[int, Rating] = {}
    for each in sorted(ratings, key=lambda rating: rating.on):
        if each.on in period:
            latest[each.item] = each
    scored = []
    for item in rules.fidelity:
        counter, evidence = COUNTERS.get(item.number), EVIDENCE.get(item.number)
        measure = counter(records, period, item, rules) if counter is not None and item.automation == "auto" else None
        said = measure.said if measure is not None else evidence(records, period) if evidence is not None else ""
        scored.append(ItemScore(item, measure, _counted(item, measure), said, latest.get(item.number)))
    return Review(period, tuple(scored))


def ratings_of(stored: Iterable[Stored[Any]]) -> tuple[Rating, ...]:
    """The ratings among activities, in the order they were recorded; annulled ones are none."""
    found = []
    for each in sorted(stored, key=lambda one: one.id):
        record = each.record
        if each.annulled_at is None and isinstance(record, Activity) and record.fidelity_item is not None:
            score = record.fidelity_score or 0
            found.append(Rating(record.fidelity_item, score, record.on, record.text or "", record.fidelity_by))
    return tuple(found)


def _counted(item: FidelityItem, measure: Measure | None) -> int | None:
    """The score that the item's limits give for what was counted."""
    if measure is None or measure.value is None or measure.n < FEWEST or item.cuts is None:
        return None
    return min(item.most, measure.at_most, score_of(measure.value, item.cuts, less_is_better=item.less_is_better))


def score_of(value: float, cuts: Sequence[float], *, less_is_better: bool) -> int:
    """5 to 1: the first limit that is kept.

    Args:
        value: What was counted.
        cuts: What it takes for 5, 4, 3 and 2.
        less_is_better: True where the limits are the most it may be, not the least.
    """
    for score, cut in zip((5, 4, 3, 2), cuts, strict=True):
        if value <= cut if less_is_better else value >= cut:
            return score
    return 1


def document(shown: Review, *, programme: str | None, hidden: bool = False) -> dict[str, Any]:
    """A review in the shape of docs/cli.md; a total only where every item has a score.

    Args:
        shown: The review.
        programme: Only citizens of this one; `None` is everybody.
        hidden: As it may leave the team: no count under five.
    """
    figures: list[Mapping[str, Any]] = [each.as_json() for each in shown.items]
    return {
        "as_of": shown.period.last.isoformat(),
        "from": shown.period.first.isoformat(),
        "to": shown.period.last.isoformat(),
        "programme": programme,
        "rated": shown.scored,
        "of": len(shown.items),
        "total": shown.total,
        "band": shown.band,
        "figures": [_for_others(each) for each in figures] if hidden else list(figures),
    }


def _for_others(figure: Mapping[str, Any]) -> dict[str, Any]:
    """An item without what was counted and what a reviewer wrote: few jobs or a few words point at persons. Its score stays."""
    gone: dict[str, Any] = {
        "value": None,
        "numerator": None,
        "denominator": None,
        "excluded": 0,
        "n": None,
        "formula": "",
    }
    return {**figure, **gone, "reason": None}


def lines(shown: Review, *, hidden: bool = False) -> Iterator[str]:
    """Each item for a person: score, label, what it stands on; the headline first."""
    yield shown.headline
    for each in shown.items:
        mark = "" if each.item.confirmed else " ?"
        yield f"{each.item.number:>2}. {_(each.item.label)}{mark}: {score_said(each)}"
        if each.evidence and not hidden:
            yield f"    {each.evidence}"
        if each.rating is not None and not hidden:
            yield f"    {rating_said(each.rating)}"
    if any(not each.item.confirmed for each in shown.items):
        yield _("? betyder: ikke bekræftet. Punktet er ikke holdt op mod den licenserede manual.")


def score_said(each: ItemScore) -> str:
    """An item's score in words: `4 (talt, n=24)`, `3 (bedømt)`, `for lidt data (n=2)`, `ikke vurderet`."""
    if each.rating is not None:
        if each.counted is not None:
            return _("{score} (bedømt; talt: {counted})").format(score=each.rating.score, counted=each.counted)
        return _("{score} (bedømt)").format(score=each.rating.score)
    if each.counted is not None and each.measure is not None:
        return _("{score} (talt, n={n})").format(score=each.counted, n=each.measure.n)
    if each.too_little and each.measure is not None:
        return _("for lidt data (n={n})").format(n=each.measure.n)
    return _("ikke vurderet")


def rating_said(rating: Rating) -> str:
    """Who rated when, and why."""
    return _("Bedømt {day} af {who}: {reason}").format(
        day=f"{rating.on:%d-%m-%Y}", who=rating.by or "–", reason=rating.reason
    )


def value_said(each: ItemScore) -> str:
    """What was counted, as a number; `–` where nothing was."""
    return "–" if each.measure is None or each.measure.value is None else decimal(round(each.measure.value, 2))
