"""Match: what is suggested and why, what is put aside, and companies that stand twice brought together."""

from __future__ import annotations

from pathlib import Path

from fieldtui.tui.screens.match import MatchScreen
from tests.tui.support import Caseload, a_caseload, grid, press, running, until


def with_openings(tmp_path: Path) -> tuple[Caseload, str]:
    load = a_caseload(tmp_path)
    lookup, casework = load.workspace.lookup, load.workspace.casework
    company = lookup.companies(load.workspace.context.today)[0].id
    values = {"company_id": company, "title": "Opvask", "weekly_hours": 6, "considerations": ["pause"]}
    return load, casework.create("opening", values).record_ids[0]


async def test_the_screen_fits_a_small_terminal_and_says_why(tmp_path: Path) -> None:
    load, _opening = with_openings(tmp_path)
    async with running(load, (80, 24)) as (app, pilot):
        await press(pilot, "5")
        assert isinstance(app.screen, MatchScreen)
        await until(pilot, lambda: "Hvorfor Café Solsort?" in grid(app))
        assert all(len(line) <= 80 for line in grid(app).splitlines())
        assert "Helbred bruges aldrig. Du bestemmer." in grid(app)


async def test_a_suggestion_is_proposed_and_another_put_aside_with_a_reason(tmp_path: Path) -> None:
    load, opening = with_openings(tmp_path)
    fatima = load.citizens["fatima"]
    async with running(load) as (app, pilot):
        await press(pilot, "5")
        await until(pilot, lambda: "Hvorfor Café Solsort?" in grid(app))
        app.screen.query_one("#seekers").go_to(fatima)  # type: ignore[attr-defined]
        await until(pilot, lambda: "Forslag til Fatima" in grid(app))
        await press(pilot, "right", "enter")
        await until(pilot, lambda: bool(app.screen.query("#entry-next_step_on")))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "i gang" in grid(app))
        (lead,) = load.workspace.lookup.list("job_lead", citizen_id=fatima)
        assert (lead.record.state, lead.record.opening_id) == ("proposed", opening)
        await press(pilot, "i")
        await until(pilot, lambda: bool(app.screen.query("#entry-reason")))
        app.screen.query_one("#entry-reason").value = "for tidligt"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Ingen åbninger endnu." in grid(app))
        (lead,) = load.workspace.lookup.list("job_lead", citizen_id=fatima)
        assert (lead.record.state, lead.record.text) == ("declined", "for tidligt")


async def test_two_companies_that_are_one_are_merged_from_the_list_and_taken_apart_from_the_card(
    tmp_path: Path,
) -> None:
    load = a_caseload(tmp_path)
    lookup, today = load.workspace.lookup, load.workspace.context.today
    load.workspace.casework.create("company", {"name": "Cafe Solsort ApS"})
    async with running(load) as (app, pilot):
        await press(pilot, "4", "d")
        await until(pilot, lambda: "Måske den samme" in grid(app))
        await press(pilot, "enter")
        await until(pilot, lambda: "Er de den samme?" in grid(app))
        await press(pilot, "enter")
        await until(pilot, lambda: len(lookup.companies(today)) == 1)
        await press(pilot, "enter")
        await until(pilot, lambda: "Også kendt som" in grid(app))
        await press(pilot, "d")
        await until(pilot, lambda: "lagt sammen: skil ad" in grid(app))
        await press(pilot, "enter")
        await until(pilot, lambda: len(lookup.companies(today)) == 2)
        await until(pilot, lambda: "Også kendt som" not in grid(app))


async def test_an_opening_is_written_on_the_card(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    lookup = load.workspace.lookup
    async with running(load) as (app, pilot):
        await press(pilot, "4", "enter", "n")
        await until(pilot, lambda: "Nyt hos Café Solsort" in grid(app))
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app.screen.query("#entry-title")))
        app.screen.query_one("#entry-title").value = "Opvask"  # type: ignore[attr-defined]
        app.screen.query_one("#entry-weekly_hours").value = "6,5"  # type: ignore[attr-defined]
        app.screen.query_one("#entry-considerations").value = "mentor, rolig start"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "□ Opvask · 6,5 t" in grid(app))
        (opening,) = lookup.list("opening")
        assert opening.record.considerations == ("mentor", "rolig start")
