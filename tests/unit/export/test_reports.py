"""Reports on their way out: small numbers hidden, nothing that runs, and the year in the memos' words."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from fieldtui.base.clock import COPENHAGEN, FixedClock
from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.domain.benchmarks import from_table
from fieldtui.domain.caseload import caseload
from fieldtui.domain.fidelity import Rating, review
from fieldtui.domain.figures import Period, for_others
from fieldtui.domain.goals import reported
from fieldtui.domain.rulebook import RuleBook, builtin
from fieldtui.domain.rulesets import RuleSet, combined
from fieldtui.domain.trends import trends, trends_for_others
from fieldtui.domain.yearly import Yearly, year_of, yearly
from fieldtui.export.report_table import FORMS, fidelity_table, figures_table, render, trends_table
from fieldtui.export.yearly_pdf import to_pdf
from fieldtui.services.reportfiles import wanted
from tests.support.memoteam import team
from tests.support.papers import parts_of_workbook, words_of_embedded
from tests.support.workspaces import MH, MONDAY, add_citizen, make_workspace

YEAR = Period(date(2020, 1, 1), date(2020, 12, 31))
MADE = datetime(2026, 11, 22, 9, 0, tzinfo=COPENHAGEN)
HEADING = "tal;navn;vaerdi;fra;til;kilde;laest\r\n"
ROW = "K6;Aktivitetsparate over 30 år;71,5 pct.;01-01-2020;31-12-2020;jobindsats.dk, tabel 4;22-11-2026\r\n"


def with_benchmark() -> RuleBook:
    return combined(builtin(), [RuleSet("sammenligningstal", 1, from_table(HEADING + ROW, "tal.csv"))])


def a_year(*, hidden: bool) -> Yearly:
    rules = with_benchmark()
    ratings = (Rating(8, 3, date(2020, 5, 1), "Samtale med teamet", "LE"),)
    found = review(team(), YEAR, rules, ratings)
    return yearly(team(), YEAR, rules, found, caseload(team(), YEAR, rules), whose="Team Sydhavnen", hidden=hidden)


def test_the_year_on_paper_can_be_read_back_in_the_words_of_the_memos() -> None:
    data = to_pdf(a_year(hidden=False), made_at=MADE, made_by="det centrale system")
    text = words_of_embedded(data)
    for said in (
        "Opfølgning på indsatsen 2020", "Team Sydhavnen", "Lavet 22-11-2026 09:00 af det centrale system",
        "Forventet effekt og opfølgning", "Aktivitetsparate borgere (+30)", "afgang", "øjebliksbillede",
        "svarende til 21 pct.", "Aktivitetsparate over 30 år 71,5 pct.", "jobindsats.dk, tabel 4", "ikke bekræftet",
        "kpi.exit_target", "Internt", "af 25 vurderet", "K1b", "Udvikling kvartal for kvartal", "2020 K4",
    ):  # fmt: skip
        assert " ".join(said.split()) in " ".join(text.split()), said
    assert data.count(b"/FontFile2") == 2
    assert not any(word in data for word in (b"/JavaScript", b"/URI", b"/EmbeddedFile", b"/Launch"))


def test_what_leaves_the_team_tells_of_no_one_to_four_persons_and_of_no_consultant() -> None:
    shown = a_year(hidden=True)
    text = words_of_embedded(to_pdf(shown, made_at=MADE, made_by="LE"))
    hidden = [figure for figure in shown.figures if figure.hidden]
    assert hidden
    assert all(figure.numerator is None for figure in hidden)
    assert "Tal om én til fire personer er skjult" in text
    assert "skjult (under 5)" in text
    assert not any(f" {initials} " in text for initials in ("MH", "TB", "SK"))
    assert shown.load.shares == ()
    assert next(figure.value for figure in shown.figures if figure.id == "K11") == shown.enrolled


@pytest.mark.parametrize("form", FORMS)
def test_each_form_holds_the_figures_and_nothing_that_runs(form: str) -> None:
    figures = tuple(for_others(each) for each in reported(team(), YEAR, with_benchmark()))
    table = figures_table(figures, YEAR, hidden=True)
    data = render(table, wanted(form).form, made_at=MADE, made_by="=HYPERLINK(1)")
    if form == "csv":
        text = data.decode("utf-8-sig")
        assert data.startswith(b"\xef\xbb\xbf")
        assert '"K6";"Fremmøde til jobsamtaler";"81 pct. (177 af 218)";"0,8119";"177";"218"' in text
        assert "\r\n" in text
    elif form == "xlsx":
        text = " ".join(parts_of_workbook(data).values())
        assert "<f>" not in text
    else:
        text = words_of_embedded(data)
    assert "skjult (under 5)" in text
    assert "jobindsats.dk" in text


def test_a_single_hidden_step_of_a_trend_never_stands_alone() -> None:
    found = trends_for_others(trends(team(), YEAR, builtin(), by="quarter"))
    for trend in found:
        hidden = [figure for _step, figure in trend.points if figure.hidden]
        others = [figure for _step, figure in trend.points if not figure.hidden and figure.numerator]
        assert len(hidden) != 1 or not others, trend.id
    table = trends_table(found, YEAR, hidden=True)
    assert "skjult" in str(table.rows)
    drawn = words_of_embedded(render(table, "pdf", made_at=MADE, made_by="LE"))
    assert drawn.count("2020-K4") == len(table.plots) + len(found)


def test_fidelity_for_others_keeps_scores_and_leaves_out_what_they_stand_on() -> None:
    said = (Rating(8, 3, date(2020, 5, 1), "Efter en dag med Ali", "LE"),)
    shown = review(team(), YEAR, builtin(), said)
    rows = fidelity_table(shown, hidden=True).rows
    assert [row[3] for row in rows] == [each.score for each in shown.items]
    assert all(row[4] == row[5] == "" for row in rows)


@pytest.mark.parametrize(
    ("row", "line", "word"),
    [
        ("K6;A;mange;01-01-2020;31-12-2020;kilde;22-11-2026", 2, "vaerdi"),
        ("K6;A;0,7;31-02-2020;31-12-2020;kilde;22-11-2026", 2, "fra"),
        ("K6;A;0,7;01-01-2020;31-12-2020;;22-11-2026", 2, "kilde"),
        ("frem;A;0,7;01-01-2020;31-12-2020;kilde;22-11-2026", 2, "tal"),
        ("K6;A;0,7;01-01-2021;31-12-2020;kilde;22-11-2026", 2, "slutter"),
        ("", None, "ingen"),
    ],
)
def test_a_benchmark_without_source_value_or_day_is_refused_with_its_line(
    row: str, line: int | None, word: str
) -> None:
    with pytest.raises(BadFile) as refused:
        from_table(HEADING + row, "tal.csv")
    assert refused.value.line == line
    assert word in refused.value.reason


def test_who_has_no_citizens_is_told_who_counts_instead_of_getting_nothing(tmp_path: Path) -> None:
    leader = MH.model_copy(update={"role": "leader"})
    with make_workspace(tmp_path, clock=FixedClock(MONDAY), person=leader) as workspace, pytest.raises(BadUsage):
        workspace.reporting.outcomes(YEAR)


def test_a_rating_needs_its_reason_and_a_file_with_small_numbers_its_own(tmp_path: Path) -> None:
    with make_workspace(tmp_path, clock=FixedClock(MONDAY)) as workspace:
        citizen = add_citizen(workspace, enrolled_on="2026-10-01")
        reporting, files = workspace.reporting, workspace.report_files
        for bad in ((26, 3, "grund"), (8, 6, "grund"), (8, 3, " ")):
            with pytest.raises(BadUsage):
                reporting.rate(*bad)
        reporting.rate(8, 4, "Fulgte lederen en dag", by="LE")
        period = Period(date(2026, 1, 1), MONDAY.date())
        shown = reporting.fidelity(period)
        assert {each.item.number: each.score for each in shown.items if each.score} == {8: 4, 17: 1}
        assert shown.items[0].too_little
        assert shown.items[0].score is None
        with pytest.raises(BadUsage):
            wanted("csv", internal=True, reason="kort")
        private = files.outcomes(period, wanted("csv", internal=True, reason="til teamets eget møde"))
        entry = workspace.log_entries()[-1]
        assert (entry.action, entry.reason) == ("export", "til teamets eget møde")
        assert private.expires_on is not None
        assert "0 pct. (0 af 1)" in private.file.read_text("utf-8-sig")
        open_ = files.outcomes(period, wanted("csv"))
        assert open_.expires_on is None
        assert "0 af 1" not in open_.file.read_text("utf-8-sig")
        year = files.yearly(2026, wanted("pdf"))
        assert "Opfølgning på indsatsen 2026" in words_of_embedded(year.file.read_bytes())
        assert [each.citizen_id for each in reporting.behind("K11", period)] == [citizen]
    with pytest.raises(BadUsage):
        year_of(2027, MONDAY.date())
