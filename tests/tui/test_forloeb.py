"""Forløb: a citizen's programme, points, people and progress by keys; and two cards that become one from the list."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.support.workspaces import add_citizen
from tests.tui.support import NOW, SIZES, a_caseload, grid, press, running, settle, write

TODAY = NOW.date()


async def test_the_page_shows_programme_points_people_and_progress_and_space_checks_off(tmp_path: Path) -> None:
    size = SIZES[0]
    load = a_caseload(tmp_path)
    citizen, casework = load.citizens["fatima"], load.workspace.casework
    casework.set_programme(citizen, "unge-handicap-16-uger", "ønsker forløbet")
    casework.update(citizen, {"others_involved": ["Hjemløseenheden"]})
    casework.measure(citizen, {"hverdag": 1}, on=TODAY - timedelta(days=30))
    casework.measure(citizen, {"hverdag": 5}, on=TODAY)
    async with running(load, size) as (app, pilot):
        app.go("borgerkort", citizen)
        await settle(pilot)
        await press(pilot, "i")
        text = grid(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        for said in (
            "Unge med handicap, forløb på 16 uger",
            "[ ] Køkken",
            "▁█",
            "↗ 5/5",
            "Koordinerer",
            "Hjemløseenheden",
        ):
            assert said in text
        await press(pilot, "down", "space")
        assert "[x] Køkken" in grid(app)
        await press(pilot, "f6")
        assert "Hjemløseenheden" not in grid(app)
        assert "▁█" not in grid(app)


async def test_i_asks_for_a_reason_before_the_programme_changes_and_g_stores_a_step(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    citizen, lookup = load.citizens["fatima"], load.workspace.lookup
    async with running(load) as (app, pilot):
        app.go("forloeb", citizen)
        await settle(pilot)
        await press(pilot, "i")
        await write(pilot, "IPS")
        await press(pilot, "ctrl+s")
        assert lookup.show(citizen).record.programme is None
        await write(pilot, "Vil i job")
        await press(pilot, "ctrl+s")
        assert lookup.show(citizen).record.programme == "ips-sydhavnen"
        await press(pilot, "g")
        await write(pilot, "Hverdag ")
        await press(pilot, "tab")
        await write(pilot, "3")
        await press(pilot, "ctrl+s")
        [step] = lookup.list("progression")
        assert (step.record.area, step.record.score, step.record.assessed_by) == ("hverdag", 3, "staff")


async def test_d_finds_two_cards_of_one_citizen_and_one_stands_for_both_until_it_is_undone(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    keep = add_citizen(load.workspace, "Ali", "Demir", cpr="6101900001")
    gone = add_citizen(load.workspace, "ali", "Demir", cpr="6101900003")
    async with running(load) as (app, pilot):
        app.go("borgere")
        await settle(pilot)
        await press(pilot, "d")
        assert "samme navn og fødselsdag" in grid(app)
        await press(pilot, "enter", "enter")
        await write(pilot, "nyt nummer")
        await press(pilot, "enter")
        assert load.workspace.store.stand_ins() == {gone: keep}
        assert grid(app).count("Demir") <= 1
        await press(pilot, "z")
        assert load.workspace.store.stand_ins() == {}
        load.workspace.casework.merge_citizens(keep, gone, "igen")
        app.go("forloeb", keep)
        await settle(pilot)
        await press(pilot, "d", "enter")
        await write(pilot, "to brødre")
        await press(pilot, "enter")
        assert load.workspace.store.stand_ins() == {}
        await press(pilot, "escape")
        await press(pilot, "d", "enter", "down", "down", "enter")
        assert load.workspace.casework.citizen_duplicates() == ()
