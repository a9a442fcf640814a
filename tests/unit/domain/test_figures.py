"""Figures: written as memos write them, and small enough numbers never leave the team."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import BadUsage
from fieldtui.domain.figures import (
    SMALLEST_SHOWN,
    Figure,
    Period,
    breakdown,
    count,
    for_others,
    leaving,
    share,
    together,
    written,
)
from fieldtui.domain.trends import Bucket, Trend, trends_for_others


def test_sixteen_of_seventy_three_is_22_per_cent_as_the_memo_says() -> None:
    assert written(share("K1b", "", 16, 73, "")) == "22 pct. (16 af 73)"
    assert written(share("K1b", "", 1, 200, "")) == "1 pct. (1 af 200)"
    assert written(share("K1b", "", 0, 0, "")) == "ingen (0 af 0)"


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadUsage):
        Period(date(2021, 3, 31), date(2021, 3, 30))


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), st.integers(0, 800))
def test_a_period_touches_the_iso_weeks_of_its_days(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days))
    weeks = {(first + timedelta(days=day)).isocalendar()[:2] for day in range(days + 1)}
    assert period.iso_weeks == len(weeks)


@given(st.integers(0, 40), st.integers(0, 40))
def test_no_share_that_leaves_the_team_tells_of_one_to_four_persons_on_either_side(some: int, others: int) -> None:
    shown = for_others(share("K", "", some, some + others, "", excluded=3))
    told = {some, others, some + others} & set(range(1, SMALLEST_SHOWN))
    assert shown.hidden is bool(told)
    assert shown.excluded == 0
    if told:
        assert (shown.value, shown.numerator, shown.denominator) == (None, None, None)
        assert written(shown) == "skjult (under 5)"


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 12)))
def test_no_small_cell_can_be_counted_back_from_what_is_shown_beside_it(counts: dict[str, int]) -> None:
    whole = breakdown("K", "", counts, "")
    shown = for_others(whole)
    assert isinstance(shown.value, dict)
    left_out = {key: number for key, number in counts.items() if key not in shown.value and number}
    assert not any(0 < number < SMALLEST_SHOWN for number in shown.value.values())
    if any(0 < number < SMALLEST_SHOWN for number in counts.values()):
        assert shown.numerator is None
        others = Counter(counts) - Counter(left_out)
        assert len(left_out) > 1 or not others, "a single hidden cell is the sum less the others"


def test_contacts_with_employers_are_nobody_s_secret() -> None:
    few: Figure = count("K8_contacts", "", 2, "", personal=False)
    assert for_others(few) == few
    assert for_others(count("K9_fleksjob", "", 2, "")).value is None


@given(st.integers(20, 60), st.integers(0, 9))
def test_who_left_cannot_be_counted_back_from_two_figures_side_by_side(enrolled: int, left: int) -> None:
    report = (
        share("K1a", "", 0, enrolled + left, ""), share("K1b", "", 10, enrolled, ""), share("K2", "", 10, enrolled + left, ""),
        breakdown("K11", "", {"MH": 10, "TB": enrolled - 10}, ""),
    )  # fmt: skip
    shown = {figure.id: figure for figure in together(report, leaving)}
    few = 0 < left < SMALLEST_SHOWN
    assert (shown["K1b"].denominator is None, shown["K11"].value is None) == (few, few)
    assert shown["K1a"].denominator == shown["K2"].denominator == enrolled + left


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_the_hidden_steps_of_a_trend_are_two_and_hold_five_persons_or_no_other_is_shown(numbers: list[int]) -> None:
    day = date(2026, 1, 1)
    points = tuple(
        (Bucket(str(place), Period(day, day)), count("K9_fleksjob", "", number, ""))
        for place, number in enumerate(numbers)
    )
    [trend] = trends_for_others([Trend("K9_fleksjob", "", points)])
    hidden = [number for number, (_step, figure) in zip(numbers, trend.points, strict=True) if figure.hidden]
    shown = [figure.numerator for _step, figure in trend.points if not figure.hidden and figure.numerator]
    assert all(number >= SMALLEST_SHOWN for number in shown)
    assert not hidden or not shown or (len(hidden) > 1 and sum(hidden) >= SMALLEST_SHOWN)
