"""Borgere: sorted by need, filtered as one types, and a way to each card."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.envelope import SyncState
from fieldtui.services.lookup import CitizenRow
from fieldtui.tui.presenters import caseload
from fieldtui.tui.presenters.filters import Facts, Filter, nothing_found
from fieldtui.tui.presenters.lines import Row
from fieldtui.tui.screens.borgerkort import CitizenCard
from fieldtui.tui.widgets.linetable import Column, LineTable
from tests.tui.support import SIZES, a_caseload, grid, press, running, settle

TODAY = date(2026, 11, 23)


def a_row(name: str, *, seen: date | None = None, next_at: datetime | None = None) -> CitizenRow:
    """A row with nothing but what the orders look at."""
    return CitizenRow(
        id=name, short_name=name, full_name=name, status="Aktiv", job="", last_seen=seen, next_at=next_at, weekly_hours=0,
        marks=(), protected=False, role="primary", call_code=None, sync_state=SyncState.SYNCED, due_on=None, district="",
    )  # fmt: skip


def test_names_sort_the_danish_way() -> None:
    rows = [a_row(name) for name in ("Åse", "Zenia", "Ægir", "Øjvind", "Anna")]
    assert [row.full_name for row in caseload.ordered(rows, 1)] == ["Anna", "Zenia", "Ægir", "Øjvind", "Åse"]


def test_who_was_seen_longest_ago_comes_first_and_who_has_no_appointment_last() -> None:
    at = datetime(2026, 11, 24, 9, tzinfo=COPENHAGEN)
    rows = [a_row("a", seen=date(2026, 11, 20), next_at=at), a_row("b"), a_row("c", seen=date(2026, 11, 1))]
    assert [row.id for row in caseload.ordered(rows, 2)] == ["b", "c", "a"]
    assert [row.id for row in caseload.ordered(rows, 3)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("job:ja", {"a"}),
        ("job:nej", {"b", "c"}),
        ("uden-aftale", {"b"}),
        ("frist<7", {"a"}),
        ("ingen-kontakt>14", {"b", "c"}),
        ("aagaard", {"c"}),
        ("ågård", {"c"}),
        ("lager job:ja", {"a"}),
        ("job:måske", set()),
    ],
)
def test_a_filter_asks_questions_and_folds_words(typed: str, taken: set[str]) -> None:
    rows = {
        "a": Facts("Ali Lager", in_job=True, next_on=TODAY, due_on=date(2026, 11, 29), last_on=date(2026, 11, 20)),
        "b": Facts("Bente", due_on=date(2026, 11, 30), last_on=date(2026, 11, 1)),
        "c": Facts("Carl Ågård", next_on=TODAY),
    }
    wanted = Filter.of(typed)
    assert {key for key, facts in rows.items() if wanted.takes(facts, TODAY)} == taken


@given(st.text(max_size=40))
def test_any_text_is_a_filter_and_an_empty_list_says_so_in_a_sentence(text: str) -> None:
    Filter.of(text).takes(Facts("Fatima Aslan Køkken"), TODAY)
    assert nothing_found("borgere", text, [Facts("Fatima Aslan Køkken")]).startswith("Ingen borgere passer til")


def test_an_empty_list_names_the_word_that_was_probably_meant() -> None:
    found = nothing_found("borgere", "lagr", [Facts("Ali Lager"), Facts("Bo Lager"), Facts("Eva Have")])
    assert found == "Ingen borgere passer til “lagr”. Mente du “lager” (2)? Esc rydder."


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_list_fits_every_size_with_whole_names(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, pilot):
        await press(pilot, "2")
        text = grid(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        for name in ("Fatima A.", "Ali D.", "Maja S.", "Øjvind L.", "Jens K."):
            assert f"│ {name} " in text
        assert "I dag 12:00" in text
        assert "Borgere · 5 · sorteret efter: kræver handling" in text
        assert "▲ frist inden 3 dage" in text


async def test_typing_narrows_the_list_and_esc_brings_it_back(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "2")
        await press(pilot, "slash", *"oejv")
        table = app.screen.query_one("#citizens", LineTable)
        assert [row.key for row in table.rows] == [load.citizens["oejvind"]]
        await press(pilot, *"xyz")
        assert "Ingen borgere passer til “oejvxyz”." in grid(app)
        await press(pilot, "escape")
        assert len(table.rows) == 5
        assert table.has_focus


async def test_s_sorts_and_enter_and_the_mouse_open_the_card(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "2")
        await press(pilot, "s")
        assert "sorteret efter: navn" in grid(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, CitizenCard)
        assert " Ali D." in grid(app).splitlines()[1]
        await press(pilot, "escape")
        await pilot.click("#citizens", offset=(3, 2))
        await settle(pilot)
        await pilot.click("#citizens", offset=(3, 2))
        await settle(pilot)
        assert isinstance(app.screen, CitizenCard)
        assert " Fatima A." in grid(app).splitlines()[1]


class _Lists(App[None]):
    """A list that has not been loaded yet, and what was chosen in it."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield LineTable((Column(),), id="slow")

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        self.chosen.append(event.key)


async def test_enter_pressed_before_the_list_is_there_opens_its_first_row_once_it_is() -> None:
    app = _Lists()
    async with app.run_test() as pilot:
        table = app.query_one(LineTable)
        table.focus()
        await pilot.press("enter")
        assert app.chosen == []
        table.set_rows([Row("one", ("1",)), Row("two", ("2",))])
        await pilot.pause()
        assert app.chosen == ["one"]
        table.set_rows([Row("two", ("2",))])
        await pilot.pause()
        assert app.chosen == ["one"]


async def test_enter_in_a_list_that_turned_out_empty_chooses_nothing_later() -> None:
    app = _Lists()
    async with app.run_test() as pilot:
        table = app.query_one(LineTable)
        table.focus()
        table.set_rows([])
        await pilot.press("enter")
        table.set_rows([Row("one", ("1",))])
        await pilot.pause()
        assert app.chosen == []
