"""`fieldtui report …`: what is printed, what is stored, and what a file may hold."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Program
from tests.support.papers import words_of_embedded

FIGURE = {"id", "label", "value", "numerator", "denominator", "excluded", "formula", "rule_ids"}


def test_each_report_answers_in_the_shape_of_the_contract(program: Program) -> None:
    for name in ("outcomes", "caseload", "fidelity"):
        said = program.json("report", name)
        assert {"as_of", "from", "to", "programme", "figures"} <= set(said)
        assert all(set(figure) >= FIGURE for figure in said["figures"]), name
    trends = program.json("report", "trends", "--by", "quarter", "--from", "2026-01-01", "--to", "2026-09-30")
    assert [point["name"] for point in trends["trends"][0]["points"]] == ["2026-K1", "2026-K2", "2026-K3"]
    assert program.run("report", "trends", "--by", "dag").code == 2


def test_a_rating_is_stored_with_its_reason_and_the_total_waits_for_all(program: Program) -> None:
    program.json("report", "fidelity", "rate", "8", "4", "--reason", "Fulgte lederen en dag", "--by", "LE")
    said = program.json("report", "fidelity")
    item = next(each for each in said["figures"] if each["id"] == "F8")
    assert (item["score"], item["score_by"], item["rated_by"], item["reason"]) == (
        4,
        "reviewer",
        "LE",
        "Fulgte lederen en dag",
    )
    assert (said["total"], said["of"]) == (None, 25)
    for words in (("26", "3", "--reason", "x"), ("8", "6", "--reason", "x"), ("8", "3", "--reason", " ")):
        assert program.run("report", "fidelity", "rate", *words).code == 2
    assert len(program.json("list", "activity")) == 1
    half = program.run("put", "activity", stdin='{"kind": "team_meeting", "on": "2026-11-20", "fidelity_item": 9}')
    assert (half.code, "fidelity_score" in half.err) == (2, True)


def test_a_file_hides_small_numbers_and_keeps_them_only_for_a_reason(program: Program, tmp_path: Path) -> None:
    public = program.json("report", "outcomes", "--format", "csv", "--output", str(tmp_path / "r.csv"))
    assert "skjult" in Path(public["file"]).read_text("utf-8-sig")
    assert program.run("report", "outcomes", "--format", "csv", "--internal").code == 2
    private = program.json("report", "outcomes", "--format", "csv", "--internal", "--reason", "til teamets eget møde")
    assert "0 af 1" in Path(private["file"]).read_text("utf-8-sig")
    assert program.run("report", "outcomes", "--output", str(tmp_path / "x.csv")).code == 2
    year = program.json("--lang", "en", "report", "yearly", "--year", "2026")
    assert "Opfølgning på indsatsen 2026" in words_of_embedded(Path(year["file"]).read_bytes())
