"""Who is still in work 13, 26 and 52 weeks after a job began."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fieldtui.domain.figures import Period
from fieldtui.domain.jobkeeping import job_retention
from fieldtui.domain.outcomes import Records
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Placement
from fieldtui.domain.rulebook import builtin

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
START = date(2026, 1, 5)


def job(number: int, starts_on: date = START, **values: Any) -> Placement:
    said = {
        "citizen_id": f"0190a000-0000-7000-8000-{number:012d}",
        "kind": "ordinaert_job",
        "starts_on": starts_on.isoformat(),
    }
    record = parse_record("placement", {**said, **values}, strict_names=True)
    assert isinstance(record, Placement)
    return record


def figures(*placements: Placement, period: Period = YEAR) -> dict[str, tuple[int | None, int | None, int]]:
    found = job_retention(Records({}, {}, placements=placements), period, builtin())
    return {each.id: (each.numerator, each.denominator, each.excluded) for each in found}


def test_each_job_is_asked_about_when_its_weeks_are_over_whoever_it_is_with_then() -> None:
    kept = job(1)
    lost = job(2, ends_on=(START + timedelta(weeks=13, days=-1)).isoformat(), end_reason="virksomhed")
    last_day = job(3, ends_on=(START + timedelta(weeks=13)).isoformat())
    first = job(4, ends_on="2026-02-01")
    changed = job(4, date(2026, 2, 16), kind="smaajob")
    assert figures(kept, lost, last_day, first)["job_13"] == (2, 4, 0)
    assert figures(first, changed)["job_13"] == (2, 2, 0)
    assert figures(kept)["job_26"] == (1, 1, 0)
    assert figures(kept)["job_52"] == (0, 0, 1)  # 4 January 2027
    assert figures(kept, period=Period(date(2027, 1, 1), date(2027, 1, 31)))["job_52"] == (1, 1, 0)


def test_places_that_are_no_ordinary_job_and_jobs_that_never_began_count_nowhere() -> None:
    assert figures(
        job(1, kind="fleksjob"),
        job(2, kind="virksomhedspraktik", purpose="Afklaring"),
        job(3, end_reason="annulleret"),
        job(4, date(2027, 2, 1)),
    ) == {"job_13": (0, 0, 0), "job_26": (0, 0, 0), "job_52": (0, 0, 0)}
