"""Borgerkort: masked until asked for, six tabs, and every act stored by the real services."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.dialogs.note import NoteEditor
from tests.support.workspaces import add_citizen
from tests.tui.support import SIZES, Caseload, a_caseload, grid, press, running, said, settle, until, write

HOSTILE = (
    "[/]",
    "Mødt [se bilag]",
    "[@click=app.quit()]klik[/]",
    "\x1b]52;c;aGVq\x07",
    "\x9b31m",
    "\u202egnidlom",
    "👩‍👩‍👧",
    "x" * 3000,
)


async def opened(app: FieldtuiApp, pilot: object, citizen_id: str) -> None:
    """The card on the screen, loaded."""
    app.go("borgerkort", citizen_id)
    await settle(pilot)  # type: ignore[arg-type]


def entries(load: Caseload, action: str) -> list[str | None]:
    """The details of the access log's entries of a kind."""
    return [row.detail for row in load.workspace.log_entries() if row.action == action]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_overview_fits_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, pilot):
        await opened(app, pilot, load.citizens["fatima"])
        text = grid(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        assert "Køkken eller café, 6–8 t/uge" in text
        assert "□ Rundvisning Café Solsort" in text
        assert "! Intet samtykke" in text.splitlines()[1]
        for tab in ("Overblik", "Tidslinje", "Aftaler 1", "Notater 1", "Brobygning", "Historik"):
            assert tab in text.splitlines()[2]


async def test_opening_is_logged_once_however_often_it_is_repainted(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        before = len(entries(load, "open"))
        await opened(app, pilot, load.citizens["fatima"])
        app.refresh_soon()
        await settle(pilot)
        assert len(entries(load, "open")) == before + 1


async def test_the_phone_is_dots_until_it_is_asked_for_and_that_is_logged(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await opened(app, pilot, load.citizens["fatima"])
        assert "12345621" not in grid(app).replace(" ", "")
        app.screen.query_one("#important").go_to("phone")  # type: ignore[attr-defined]
        await press(pilot, "space")
        assert "12345621" in grid(app).replace(" ", "")
        assert entries(load, "reveal") == ["phone"]
        await press(pilot, "space")
        assert "12345621" not in grid(app).replace(" ", "")


async def test_a_protected_address_needs_a_reason_and_is_in_no_form_before(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    hidden = add_citizen(load.workspace, "Nora", "Berg", address="Hemmelig Allé 7", address_protected=True)
    async with running(load) as (app, pilot):
        await opened(app, pilot, hidden)
        assert grid(app).splitlines()[1].startswith(" BESKYTTET  Nora B.")
        assert "Hemmelig" not in grid(app)
        await press(pilot, "e")
        assert "Adresse" not in grid(app).split("Ret borgerkort")[1].split("Gem")[0].replace("Beskyttet", "")
        await press(pilot, "escape")
        app.screen.query_one("#important").go_to("address")  # type: ignore[attr-defined]
        await press(pilot, "space", "enter")
        assert "Feltet mangler." in grid(app)
        assert "Hemmelig" not in grid(app)
        await press(pilot, *"brev", "enter")
        assert "Hemmelig Allé 7" in grid(app)
        row = next(row for row in load.workspace.log_entries() if row.action == "reveal")
        assert (row.subject, row.detail, row.reason) == (hidden, "address", "brev")


async def test_space_ticks_a_task_and_z_takes_it_back(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await opened(app, pilot, load.citizens["fatima"])
        await press(pilot, "tab", "space")
        assert "√ Rundvisning Café Solsort" in grid(app)
        assert load.workspace.lookup.list("task")[0].record.done_at is not None
        await press(pilot, "z")
        assert load.workspace.lookup.list("task")[0].record.done_at is None


async def test_arrows_and_clicks_turn_the_tabs_and_notes_can_be_added_to(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await opened(app, pilot, load.citizens["fatima"])
        await press(pilot, "right", "right", "right")
        assert "Vil gerne starte småt, helst formiddag." in grid(app)
        await press(pilot, "e")
        assert isinstance(app.screen, NoteEditor)
        assert "Tilføjelse · Fatima A." in grid(app)
        await pilot.press(*"Det var tirsdag")
        await press(pilot, "ctrl+s")
        first, added = sorted(load.workspace.lookup.list("note"), key=lambda stored: stored.record.written_at)
        assert (added.record.text, added.record.addendum_to) == ("Det var tirsdag", first.id)
        await pilot.click("#card-tabs", offset=(2, 0))
        await settle(pilot)
        assert "Det vigtige" in grid(app)


async def test_e_changes_the_card_and_says_what_is_wrong_under_the_field(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await opened(app, pilot, load.citizens["fatima"])
        await press(pilot, "e")
        await until(pilot, lambda: bool(app.screen.query("#entry-benefit")))
        goal = app.screen.query_one("#entry-job_goal")
        goal.value = "Gartner"  # type: ignore[attr-defined]
        benefit = app.screen.query_one("#entry-benefit")
        benefit.value = "kejserpenge"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert "× “kejserpenge” findes ikke her." in grid(app)
        assert load.workspace.lookup.get(load.citizens["fatima"]).record.job_goal != "Gartner"
        benefit.value = "ressource"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        record = load.workspace.lookup.get(load.citizens["fatima"]).record
        assert (record.job_goal, record.benefit) == ("Gartner", "ressourceforloebsydelse")


async def test_p_makes_a_placement_with_a_company_found_by_its_first_letters(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await opened(app, pilot, load.citizens["ali"])
        await press(pilot, "p", "enter")
        await pilot.press(*"virk", "tab", *"cafe", "tab")
        await press(pilot, "ctrl+s")
        assert "Skriv formålet" in grid(app)
        assert load.workspace.lookup.list("placement") == ()
        await write(pilot, "Afklaring")
        await press(pilot, "ctrl+s")
        placement = load.workspace.lookup.list("placement")[0].record
        assert (placement.kind, placement.company_id, placement.citizen_id) == (
            "virksomhedspraktik", load.companies["solsort"], load.citizens["ali"],
        )  # fmt: skip


async def test_the_state_towards_the_office_is_shown(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await opened(app, pilot, load.citizens["fatima"])
        await press(pilot, "left")
        assert "↑ venter" in grid(app)
        assert "Historik" in grid(app).splitlines()[3]


async def test_discreet_view_leaves_no_name_and_no_word_of_the_file(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await opened(app, pilot, load.citizens["fatima"])
        for _turn in range(6):
            await press(pilot, "f6") if _turn == 0 else await press(pilot, "right")
            text = grid(app)
            assert "Fatima" not in text
            assert "Køkken" not in text
            assert "starte småt" not in text


async def test_hostile_text_is_shown_as_text_on_every_tab(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    citizen_id = load.citizens["fatima"]
    for text in HOSTILE:
        load.workspace.casework.write_note(citizen_id, text)
        load.workspace.casework.add_task(text[:200], citizen_id=citizen_id)
    load.workspace.casework.update(citizen_id, {"job_goal": "".join(HOSTILE), "contact_preference": HOSTILE[2]})
    async with running(load) as (app, pilot):
        await opened(app, pilot, citizen_id)
        for tab in range(6):
            shown = grid(app)
            assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c == "\u202e" for c in shown)
            if tab in {0, 1, 3, 5}:
                assert "[@click=app" in shown
            await press(pilot, "right")
        assert app.is_running


async def test_a_citizen_who_left_this_device_closes_the_card(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        app.go("borgerkort", "01968000-0000-7000-8000-0000000000ff")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        assert "Der findes intet med id" in said(app)


async def test_historik_shows_each_field_from_what_it_was_to_what_it_became(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    citizen_id = load.citizens["fatima"]
    load.workspace.casework.update(citizen_id, {"job_goal": "Kantine", "phone": "12345678"})
    load.workspace.casework.update(citizen_id, {"job_goal": "Blomsterbutik"})
    async with running(load) as (app, pilot):
        app.go("borgerkort", citizen_id)
        await press(pilot, "left")
        text = grid(app)
        assert "Jobmål: Kantine → Blomsterbutik" in text
        assert "Telefon: •••• → ••••" in text or "Telefon: – → ••••" in text
        assert "12 34 56 78" not in text


async def test_a_protection_that_comes_while_the_card_is_open_hides_what_was_shown(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    nora = add_citizen(load.workspace, "Nora", "Berg", address="Hemmelig Allé 7", phone="39187654")
    async with running(load) as (app, pilot):
        await opened(app, pilot, nora)
        app.screen.query_one("#important").go_to("address")  # type: ignore[attr-defined]
        await press(pilot, "space")
        assert "Hemmelig Allé 7" in grid(app), "positive control: nobody has to say why"
        load.workspace.casework.update(nora, {"address_protected": True})
        app.refresh_soon()
        await until(pilot, lambda: "BESKYTTET" in grid(app))
        assert "Hemmelig" not in grid(app)
        assert "54" not in grid(app).split("Telefon")[1].splitlines()[0]
        await press(pilot, "space", *"brev", "enter")
        assert "Hemmelig Allé 7" in grid(app)
        app.go("borgere")
        await settle(pilot)
        await opened(app, pilot, nora)
        assert "Hemmelig" not in grid(app), "who left the card left nothing unmasked"
