"""Which figures a programme's report shows, what the rules want of them, and what they may be held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from fieldtui.domain.fidelityscores import consultants_of
from fieldtui.domain.figures import Figure, Period, Target
from fieldtui.domain.jobkeeping import job_retention
from fieldtui.domain.outcomes import Records, outcomes
from fieldtui.domain.rule import Benchmark, Rule
from fieldtui.domain.rulebook import RuleBook

_Sense = Literal["least", "most", "range", "per_week"]
_AIMS: Final[Mapping[str, tuple[str, _Sense]]] = {
    "K1a": ("kpi.exit_target", "least"),
    "K2": ("kpi.progress_target", "least"),
    "K8_face_to_face": ("employer_contacts.per_week", "per_week"),
    "K10": ("outreach.days_per_week", "range"),
    "K11": ("caseload.norm", "most"),
}
"""Rule and sense by figure. K1b has no target of its own: 25 per cent is the target of exits (domain.md § 0, 7)."""
_TOGETHER: Final = ("K1a", "K1b")
"""Exits and work now are two figures that are taken for each other: where one is shown, both are."""


def chosen(figures: Sequence[Figure], rules: RuleBook, programme: str | None) -> tuple[Figure, ...]:
    """The figures that a programme's report shows, in its order; without a programme, or where it names none, all of them."""
    profile = rules.profile(programme) if programme is not None else None
    if profile is None or not profile.figures:
        return tuple(figures)
    wanted: list[str] = []
    for name in profile.figures:
        wanted += [each for each in (_TOGETHER if name in _TOGETHER else (name,)) if each not in wanted]
    by_id = {figure.id: figure for figure in figures}
    return tuple(by_id[name] for name in wanted if name in by_id)


def aimed_at(
    figures: Iterable[Figure],
    records: Records,
    period: Period,
    rules: RuleBook,
    *,
    programme: str | None,
    staff: int | None = None,
) -> tuple[Figure, ...]:
    """The figures with the targets that the rules set on the period's last day, and the benchmarks that overlap the period.

    Args:
        figures: What was counted.
        records: What it was counted from.
        period: First and last day.
        rules: The rules.
        programme: Whose targets; `None` is the usual one's.
        staff: How many consultants a target for each of them is for; those with citizens where it is not given.
    """
    weeks = period.iso_weeks * (len(consultants_of(records, period)) if staff is None else staff)
    found = []
    for figure in figures:
        rule_id, sense = _AIMS.get(figure.id, ("", "least"))
        rule = rules.on(rule_id, period.last, programme=programme)
        target = None if rule is None else _target(figure, rule, sense, weeks)
        found.append(replace(figure, target=target, benchmarks=_others(figure, period, rules.benchmarks)))
    return tuple(found)


def _target(figure: Figure, rule: Rule, sense: _Sense, weeks: int) -> Target | None:
    value, several = rule.given.value, rule.given.values
    least = most = None
    if sense == "range" and several:
        least, most = min(several), max(several)
    elif value is None or (sense == "per_week" and not weeks):
        return None
    elif sense == "most":
        most = float(value)
    else:
        least = float(value) * (weeks if sense == "per_week" else 1)
    return Target(rule.id, rule.version, rule.confirmed, rule.source, least, most, _met(figure, least, most))


def _met(figure: Figure, least: float | None, most: float | None) -> bool | None:
    numbers = list(figure.value.values()) if isinstance(figure.value, Mapping) else [figure.value]
    known = [number for number in numbers if number is not None]
    if not known or len(known) < len(numbers):
        return None
    return all((least is None or number >= least) and (most is None or number <= most) for number in known)


def _others(figure: Figure, period: Period, known: Iterable[Benchmark]) -> tuple[Benchmark, ...]:
    fitting = [each for each in known if each.figure == figure.id and period.overlaps(each.first, each.last)]
    return tuple(sorted(fitting, key=lambda each: (each.last, each.read_on), reverse=True))


def reported(
    records: Records, period: Period, rules: RuleBook, *, programme: str | None = None, staff: int | None = None
) -> tuple[Figure, ...]:
    """The figures of a report: K1–K11 and job retention as the programme's profile has them, with targets and benchmarks."""
    counted = (*outcomes(records, period, rules), *job_retention(records, period, rules))
    return aimed_at(chosen(counted, rules, programme), records, period, rules, programme=programme, staff=staff)
