"""The figures of extracts nobody has seen: imported whole, and counted again straight from the rows by an oracle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.ids import SystemIds
from fieldtui.bootstrap import main
from fieldtui.central.administration import bootstrap_organisation, import_folder
from fieldtui.central.database import Database
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.reporting import team_outcomes
from fieldtui.domain.figures import Figure, Period
from tests.support.central import TEAM, SkewedClock, fresh_database
from tests.support.extracts import counted, made_up, read

SEEDS = range(32)


@pytest.fixture(scope="module")
def offices(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """One database with room for an organisation for each extract."""
    with fresh_database(postgres, SkewedClock(), SystemIds()) as opened:
        yield opened


def said(figure: Figure) -> Any:
    """A figure as the oracle writes it."""
    if figure.denominator is not None and not isinstance(figure.value, dict):
        return figure.numerator, figure.denominator
    return figure.value


def test_the_oracle_counts_what_the_municipality_counted() -> None:
    expected = json.loads((TEAM / "expected.json").read_text("utf-8"))
    first, last = (date.fromisoformat(day) for day in expected["period"])
    found = counted(read(TEAM), first, last)
    for name in ("K1a", "K1b", "K2", "K3", "K4", "K5", "K6"):
        assert found[name] == (expected[name]["numerator"], expected[name]["denominator"]), name
    assert found["K7"] == (expected["K7"]["started"], expected["K7"]["requests"])
    assert (found["K7_median_days"], found["K7_within_14"][0]) == (
        expected["K7"]["median_days"],
        expected["K7"]["within_14"],
    )
    assert (found["K6_late"], found["both_tracks"]) == (expected["K6"]["late_cancellations"], expected["both_tracks"])
    assert found["K8_placements"] == expected["K8"]["placements_started"]
    assert (found["K10"], found["K11"]) == (tuple(expected["K10"].values()), expected["K11"])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_extract_nobody_has_seen_gives_its_own_right_figures(offices: Database, tmp_path: Path, seed: int) -> None:
    extract = made_up(seed)
    folder = extract.write(tmp_path / "udtraek")
    name = f"Kontor {seed}"
    bootstrap_organisation(offices, name)
    import_folder(offices, folder, organisation=name)
    tables, period = read(folder), Period(extract.first, extract.last)
    for programme in (None, "ips-sydhavnen", "flere-skal-med-unge"):
        expected = counted(tables, extract.first, extract.last, programme)
        figures = {each.id: each for each in team_outcomes(offices, period, programme=programme, organisation=name)}
        # A programme says which figures its report shows; the report of everybody shows all.
        shown = set(expected) if programme is None else set(expected) & set(figures)
        assert {"K1a", "K11"} <= shown <= set(figures)
        for key in shown:
            assert said(figures[key]) == expected[key], (seed, programme, key)


def test_the_command_answers_with_the_same_figures(
    offices: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extract = made_up(1000, citizens=30)
    folder = extract.write(tmp_path / "udtraek")
    bootstrap_organisation(offices, "Kommandoens kontor")
    where = (
        "--database-url",
        offices._url_of(str(offices._engine.url.database)),
        "--organisation",
        "Kommandoens kontor",
    )
    imported = main(("central", "citizen", "import", str(folder), *where))
    told = capsys.readouterr().out
    assert imported in {0, 5}  # 5 where an impossible row was left out
    assert ("udeladt" in told) == (imported == 5)
    period = ("--from", extract.first.isoformat(), "--to", extract.last.isoformat())
    assert main(("central", "report", "outcomes", *period, *where, "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["as_of"], answer["from"]) == (extract.last.isoformat(), extract.first.isoformat())
    found = {each["id"]: each for each in answer["figures"]}
    for key, value in counted(read(folder), extract.first, extract.last).items():
        if isinstance(value, tuple):
            assert (found[key]["numerator"], found[key]["denominator"]) == value, key
        else:
            assert found[key]["value"] == value, key
