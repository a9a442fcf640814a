"""Behind each figure stand as many as it says, and a trend's steps are the period without gap or overlap."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import BadUsage
from fieldtui.domain.behind import behind
from fieldtui.domain.caseload import caseload
from fieldtui.domain.figures import Figure, Period, compared
from fieldtui.domain.goals import reported
from fieldtui.domain.outcomes import outcomes
from fieldtui.domain.rule import Benchmark
from fieldtui.domain.rulebook import RuleBook, builtin
from fieldtui.domain.trends import STEPS, By, buckets, spark, trends
from tests.support.memoteam import team

YEAR = Period(date(2020, 4, 1), date(2021, 3, 31))
RULES = builtin()


@pytest.mark.parametrize("period", [YEAR, Period(date(2020, 7, 1), date(2020, 9, 30))], ids=["year", "quarter"])
def test_as_many_stand_behind_a_figure_as_it_says(period: Period) -> None:
    seen = 0
    for figure in reported(team(), period, RULES):
        found = behind(figure.id, team(), period, RULES)
        if not found:
            continue
        seen += 1
        counted = sum(each.counted for each in found)
        if figure.id == "K7_median_days":
            assert counted == behind("K7", team(), period, RULES).__len__() - figure.excluded
        else:
            assert counted == figure.numerator, figure.id
            assert figure.denominator in {None, len(found)}, figure.id
    assert seen >= 10
    assert behind("K8_contacts", team(), period, RULES) == behind("unknown", team(), period, RULES) == ()


@given(first=st.dates(date(2019, 1, 1), date(2027, 12, 31)), days=st.integers(0, 700), by=st.sampled_from(STEPS))
def test_the_steps_of_a_trend_are_the_period_without_gap_or_overlap(first: date, days: int, by: By) -> None:
    whole = Period(first, first + timedelta(days=days))
    steps = [each.period for each in buckets(whole, by)]
    assert (steps[0].first, steps[-1].last) == (whole.first, whole.last)
    assert all(later.first == earlier.last + timedelta(days=1) for earlier, later in pairwise(steps))
    names = [each.name for each in buckets(whole, by)]
    assert names == sorted(set(names))


def test_a_trend_of_a_hundred_years_is_refused() -> None:
    with pytest.raises(BadUsage):
        buckets(Period(date(1900, 1, 1), date(1999, 12, 31)), "month")


def test_counts_of_months_add_up_to_the_count_of_the_year() -> None:
    year = {figure.id: figure for figure in outcomes(team(), YEAR, RULES)}
    for trend in trends(team(), YEAR, RULES):
        if trend.id in {"K6_late", "K9_fleksjob", "K8_placements"}:
            assert sum(number or 0 for number in trend.numbers) == year[trend.id].numerator, trend.id


def test_a_line_of_blocks_rises_with_the_numbers_and_says_where_there_is_none() -> None:
    assert spark((0, None, 2, 4)) == "▁·▅█"
    assert spark((0, 0)) == "▁▁"
    assert spark(()) == ""


def by_id(figures: tuple[Figure, ...]) -> dict[str, Figure]:
    return {figure.id: figure for figure in figures}


def test_a_profile_chooses_its_figures_and_targets_and_prints_exits_and_work_now_together() -> None:
    own = reported(team(), YEAR, RULES, programme="fremskudt-2019")
    shown = by_id(own)
    assert [figure.id for figure in own][:1] == ["K2"]
    assert {"K1a", "K1b"} <= set(shown)
    assert "K3" not in shown
    assert (shown["K11"].target.most if shown["K11"].target else None) == 40
    usual = by_id(reported(team(), YEAR, RULES))
    exits = usual["K1a"].target
    assert exits is not None
    assert (exits.least, exits.met, exits.confirmed, exits.rule_id) == (0.25, False, False, "kpi.exit_target")
    assert usual["K1b"].target is None


def test_a_benchmark_stands_beside_its_figure_only_where_the_periods_meet() -> None:
    known = [
        Benchmark(figure="K6", label="Alle over 30", value=0.7, first=date(year, 1, 1), last=date(year, 12, 31), source="STAR", read_on=date(2021, 4, 1))
        for year in (2018, 2020)
    ]  # fmt: skip
    book = RuleBook(RULES.rules, RULES.lists, RULES.programmes, RULES.fidelity, tuple(known))
    shown = by_id(reported(team(), YEAR, book))
    assert [each.first.year for each in shown["K6"].benchmarks] == [2020]
    assert shown["K6"].as_json()["benchmarks"][0]["source"] == "STAR"
    assert shown["K4"].benchmarks == ()
    assert compared(shown["K6"], shown["K6"].benchmarks[0]).endswith(
        "læst 01-04-2021. Tallet her er 13,8 procentpoint højere."
    )


def test_more_citizens_than_the_norm_is_a_soft_word_and_scenarios_belong_to_their_programme() -> None:
    load = caseload(team(), Period(date(2020, 9, 1), date(2020, 9, 30)), RULES, standing_in={"TB": 3})
    assert load.scenarios == ()
    assert {each.consultant: each.over for each in load.shares} == {
        each.consultant: each.citizens > 25 for each in load.shares
    }
    assert {each.consultant: each.standing_in for each in load.shares}["TB"] == 3
    young = caseload(team(), YEAR, RULES, programme="flere-skal-med-unge")
    assert young.scenarios == (50, 70, 110)
    assert young.norm is not None
    assert young.norm.given.value == 50
