"""The frame and I dag: registering, undo, sizes, language, discretion, locking."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.domain.records import Attendance
from fieldtui.services import unlocking
from fieldtui.tui.endings import Ending
from fieldtui.tui.screens.idag import Today
from fieldtui.tui.widgets.linetable import LineTable
from tests.support.vaults import phrase
from tests.tui.support import NOW, SIZES, a_caseload, grid, press, running, said, settle, until, write


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_i_dag_fits_every_size_without_a_wrapped_row_or_a_cut_hint(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, _pilot):
        text = grid(app)
        lines = text.splitlines()
        assert len(lines) <= size[1]
        assert all(len(line) <= size[0] for line in lines)
        assert lines[0].startswith(" 1 I dag")
        assert "Mandag 23-11-2026 · uge 48 · 4 aftaler" in text
        words = " ".join(text.split())
        assert "09:00 Fatima A. Jobsamtale Kvartershuset ► NU" in words
        assert "08:15 Jens K. Opfølgning Telefon □ mangler" in words
        assert "Kræver handling" in text
        assert "? = kommunen har ikke bekræftet reglen" in text
        assert "Behandlingsgaranti" in text or size == (80, 24)
        assert "○ Offline-klar" in lines[-2]
        assert lines[-1].startswith("F1 Hjælp Ctrl+P Find/gør f Fremmødt u Udeblevet a Afbud")
        assert ("Nu · Fatima A." in text) == (size[0] >= 100)


@pytest.mark.parametrize("size", [(79, 30), (100, 23), (20, 5)])
async def test_a_window_that_is_too_small_says_so_in_one_sentence(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, pilot):
        assert "Gør vinduet større" in " ".join(grid(app).split())
        assert "Fatima" not in grid(app)
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert "Fatima" in grid(app)


@pytest.mark.parametrize(
    ("key", "status", "shown"),
    [
        ("f", Attendance.ATTENDED, "√ Mødt"),
        ("u", Attendance.NO_SHOW, "× Udebl."),
        ("a", Attendance.CANCELLED_CITIZEN_LATE, "○ Sent afb."),
    ],
)
async def test_one_key_registers_the_current_appointment_and_z_takes_it_back(
    tmp_path: Path, key: str, status: Attendance, shown: str
) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, key)
        assert load.workspace.lookup.get(load.appointments["fatima"]).record.status is status
        assert shown in grid(app)
        assert "z fortryder" in said(app)
        await press(pilot, "z")
        assert load.workspace.lookup.get(load.appointments["fatima"]).record.status is Attendance.PLANNED
        assert "► NU" in grid(app)
        await press(pilot, "ctrl+y")
        assert load.workspace.lookup.get(load.appointments["fatima"]).record.status is status


async def test_attendance_before_the_meeting_is_refused_with_the_reason(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "down", "f")
        assert "begynder først mandag 23-11 kl. 12:00" in said(app)
        assert load.workspace.lookup.get(load.appointments["ali"]).record.status is Attendance.PLANNED


async def test_a_click_on_a_row_a_hint_and_a_tab_does_what_the_key_does(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await pilot.click("#day-list", offset=(10, 0))
        await settle(pilot)
        assert app.screen.query_one("#day-list", LineTable).cursor == 0
        at = grid(app).splitlines()[-1].index("f Fremmødt")
        await pilot.click("#hints", offset=(at + 3, 0))
        await settle(pilot)
        assert load.workspace.lookup.get(load.appointments["jens"]).record.status is Attendance.ATTENDED
        await pilot.click("#tabs", offset=(3, 0))
        await settle(pilot)
        assert isinstance(app.screen, Today)


async def test_f9_speaks_english_everywhere_and_back_without_losing_place_or_text(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "down", "f9")
        text = grid(app)
        assert "Monday 23-11-2026 · week 48 · 4 appointments" in text
        assert "F1 Help Ctrl+P Find/do f Attended u No-show a Cancelled" in text
        assert app.screen.query_one("#day-list", LineTable).cursor_key == load.appointments["ali"]
        await press(pilot, "f1")
        await write(pilot, "move")
        assert "Move an appointment" in grid(app)
        await press(pilot, "f9")
        text = grid(app)
        assert "move" in text.splitlines()[2]
        assert "Sådan gør du" in text


DANISH = [
    "Hjælp",
    "Udeblevet",
    "Fremmødt",
    "Afbud",
    "Hurtig-tilføj",
    "Fortryd",
    "aftaler",
    "Kræver",
    "Ugen",
    "Senest",
    "Synket",
    "venter",
    "konflikt",
    "Kladder",
    "Diskret:",
    "Mellemrum",
    "Borgere",
    "Kalender",
    "Virksomheder",
    "Brobygning",
    "åbner",
    "Jobmål",
    "Tegn",
    "Overalt",
    "Sådan",
]


@pytest.mark.parametrize("keys", [(), ("f1",), ("f7",), ("ctrl+p",), ("plus",), ("x",), ("o",)], ids=str)
async def test_no_word_of_the_frame_stays_danish_in_english(tmp_path: Path, keys: tuple[str, ...]) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "f9", *keys)
        words = set(grid(app).replace("│", " ").split())
        assert not words & set(DANISH), words & set(DANISH)


async def test_f6_hides_names_at_once_and_twice_locks(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await pilot.press("f6")
        load.clock.advance(timedelta(seconds=1))
        await settle(pilot)
        text = grid(app)
        for name in ("Fatima", "Aslan", "Ali", "Maja", "Øjvind", "Jens", "Køkken", "Kvartershuset"):
            assert name not in text
        assert "Borger 0" in text
        await pilot.press("f6")
        await pilot.press("f6")
        await pilot.pause()
        assert app.return_value == Ending.LOCK


async def test_a_hidden_screen_is_shown_again_only_after_the_pause(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await pilot.press("f6")
        load.clock.advance(timedelta(seconds=1))
        await pilot.press("f6")
        await settle(pilot)
        assert "Fatima" not in grid(app)
        await until(pilot, lambda: "Fatima" in grid(app))


async def test_ctrl_l_keeps_the_draft_that_was_being_written(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "m")
        await write(pilot, "Kom frisk")
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert app.return_value == Ending.LOCK
        drafts = load.workspace.drafts.unfinished()
        assert [draft.text for draft in drafts] == ["Kom frisk"]


async def test_a_draft_stands_on_i_dag_and_opens_again_with_its_text(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "m")
        await write(pilot, "Halvt")
        await until(pilot, lambda: "Kladde gemt 09:04" in grid(app))
        await press(pilot, "escape")
        assert "· Kladde" in said(app) or any(
            "draft:" in row.key for row in app.screen.query_one("#action-list", LineTable).rows
        )
        await press(pilot, "m")
        assert "Halvt" in grid(app)
        await press(pilot, "ctrl+s")
        notes = load.workspace.lookup.list("note", citizen_id=load.citizens["fatima"])
        assert "Halvt" in {stored.record.text for stored in notes}
        assert load.workspace.drafts.unfinished() == ()


async def test_idle_locks_after_five_minutes_with_a_warning_before(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        for _beat in range(91):
            load.clock.advance(timedelta(seconds=3))
            app._heartbeat()
        await settle(pilot)
        assert "Låser om 30 sekunder" in said(app)
        assert app.return_value is None
        for _beat in range(12):
            load.clock.advance(timedelta(seconds=3))
            app._heartbeat()
        await pilot.pause()
        assert app.return_value == Ending.LOCK_IDLE


async def test_a_machine_that_slept_locks_at_the_first_heartbeat(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        load.clock.advance(timedelta(seconds=60))
        app._heartbeat()
        await pilot.pause()
        assert app.return_value == Ending.LOCK_ASLEEP


async def test_help_is_searched_by_what_one_wants_to_do(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "f1")
        await write(pilot, "flyt")
        text = grid(app)
        assert "Flytte en aftale → x" in text
        assert "Skrive et referat" not in text
        await press(pilot, "escape")
        assert isinstance(app.screen, Today)


async def test_find_reaches_people_by_folded_letters_and_actions_by_name_in_both_languages(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "ctrl+p")
        await write(pilot, "oejv")
        assert "Øjvind L." in grid(app)
        await press(pilot, "escape", "f9", "ctrl+p")
        await write(pilot, "udebl")
        assert "No-show" in grid(app)
        await press(pilot, "enter")
        assert load.workspace.lookup.get(load.appointments["fatima"]).record.status is Attendance.NO_SHOW


async def test_quick_add_books_what_it_read_back(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "plus")
        await write(pilot, "samtale fre 10 @fatima")
        assert "√ Jobsamtale   √ fre 27-11-2026 10:00–10:45" in grid(app)
        await press(pilot, "enter")
        booked = load.workspace.lookup.list("appointment", since=(NOW + timedelta(days=4)).date())
        assert [stored.record.citizen_id for stored in booked] == [load.citizens["fatima"]]
        await press(pilot, "z")
        assert load.workspace.lookup.list("appointment", since=(NOW + timedelta(days=4)).date()) == ()


async def test_quick_add_asks_instead_of_guessing_and_stores_nothing(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        before = load.workspace.undo.items(5)
        await press(pilot, "plus")
        await write(pilot, "samtale 31/11 @ali")
        await press(pilot, "enter")
        assert "? " in grid(app)
        assert load.workspace.undo.items(5) == before


async def test_a_task_from_one_line_stands_among_my_changes(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "plus")
        await write(pilot, "opgave: ring")
        await press(pilot, "enter")
        assert any(stored.record.title == "ring" for stored in load.workspace.lookup.list("task"))
        await press(pilot, "f7")
        assert "kan fortrydes" in grid(app)


async def test_ctrl_q_leaves_and_q_alone_does_nothing(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "q", "escape")
        assert app.return_value is None
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert app.return_value == Ending.LEFT


async def test_a_second_window_on_the_same_vault_only_reads_and_says_so(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load, close=False) as (first, pilot):
        other = unlocking.unlock(load.workspace.folder, phrase(), clock=load.clock, ids=load.workspace.store.ids)
        async with running(replace(load, workspace=other)) as (second, hand):
            assert "allerede åben i et andet vindue" in said(second)
            await press(hand, "f")
            assert "allerede åben i et andet vindue" in said(second).splitlines()[0]
            assert "allerede åben" not in said(first)
        await press(pilot, "f")
        assert "fortryder" in said(first)
    load.workspace.close()
