"""Series in the form, who drops in, headings in a note, the journal and the wrong citizen, with keys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.domain.records import Attendance
from fieldtui.tui.dialogs.appointment import AppointmentForm
from fieldtui.tui.dialogs.ask import ChooseDialog, ConfirmDialog
from fieldtui.tui.dialogs.entries import EntryForm
from fieldtui.tui.dialogs.note import NoteEditor
from fieldtui.tui.widgets.fields import CleanTextArea
from tests.support.workspaces import as_synced
from tests.tui.support import a_caseload, grid, press, running, until, write


@pytest.fixture(autouse=True)
def capable_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


async def test_a_series_is_booked_in_the_form_that_shows_wishes_week_and_what_is_in_the_way(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    work = load.workspace
    work.casework.update(load.citizens["fatima"], {"practical_needs": ["tolk: arabisk"]})
    async with running(load, (100, 45)) as (app, pilot):
        app.go("borgerkort", load.citizens["fatima"])
        await press(pilot, "n")
        form = app.screen
        assert isinstance(form, AppointmentForm)
        for name, text in (
            ("day", "24-11"),
            ("at", "9"),
            ("place", "Kvartershuset"),
            ("every", "hver 2"),
            ("until", "22-12"),
        ):
            form.felts[name].value = text
        await until(pilot, lambda: "tir 24-11-2026 09:00–09:45 · uge 48" in grid(app))
        await until(pilot, lambda: "behov: tolk: arabisk" in grid(app))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not isinstance(app.screen, EntryForm))
        series = [s.record for s in work.lookup.list("appointment") if s.record.series_id]
        assert [f"{each.starts_at:%d-%m %H:%M}" for each in series] == ["24-11 09:00", "08-12 09:00", "22-12 09:00"]
        assert {each.practical_needs for each in series} == {("tolk: arabisk",)}


async def test_f3_puts_headings_behind_what_stands_there_and_w_takes_in_who_drops_in(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "m")
        assert isinstance(app.screen, NoteEditor)
        await write(pilot, "Kom til tiden.")
        await press(pilot, "f3")
        await until(pilot, lambda: isinstance(app.screen, ChooseDialog))
        await press(pilot, "enter")
        text = app.screen.query_one(CleanTextArea).text
        assert text.startswith("Kom til tiden.\n\nSiden sidst:\n")
        await write(pilot, " har cyklet")
        assert "Siden sidst: har cyklet\n" in app.screen.query_one(CleanTextArea).text
        await press(pilot, "escape")
        app.go("borgerkort", load.citizens["ali"])
        await press(pilot, "w")
        await until(pilot, lambda: isinstance(app.screen, EntryForm))
        await press(pilot, "ctrl+s")
        met = [s.record for s in load.workspace.lookup.list("appointment") if s.record.unannounced]
        assert [(each.citizen_id, each.status) for each in met] == [(load.citizens["ali"], Attendance.ATTENDED)]


async def test_l_takes_a_note_to_the_journal_once_and_x_to_the_right_citizen(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    work, wrong = load.workspace, load.citizens["maja"]
    note = work.casework.write_note(wrong, "Zebra på kontoret").record_ids[0]
    as_synced(work.store, note)
    async with running(load) as (app, pilot):
        app.go("borgerkort", wrong)
        await press(pilot, "right", "right", "right")
        await until(pilot, lambda: "ikke journaliseret endnu" in grid(app))
        await press(pilot, "l")
        assert isinstance(app.screen, ConfirmDialog)
        await press(pilot, "j")
        await until(pilot, lambda: "√ i journalen 23-11" in grid(app))
        await press(pilot, "x")
        await until(pilot, lambda: isinstance(app.screen, EntryForm))
        form = app.screen
        assert isinstance(form, EntryForm)
        form.felts["to"].value = "Ali"
        form.felts["reason"].value = "forkert kort åbent"
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert "Andre kan have læst" in grid(app)
        await press(pilot, "j")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmDialog))
        await until(pilot, lambda: "Zebra" not in grid(app))
        assert [s.record.text for s in work.lookup.list("note", citizen_id=load.citizens["ali"])][
            -1
        ] == "Zebra på kontoret"
        [task] = [s.record for s in work.lookup.list("task") if s.record.text]
        assert task.due_on == app.today + timedelta(days=3)


async def test_w_shows_the_month_in_a_small_window_and_enter_the_week_of_the_day(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load, (80, 24)) as (app, pilot):
        await press(pilot, "3", "w")
        await until(pilot, lambda: "November 2026" in grid(app))
        assert "23 ■■■■" in grid(app)
        assert "09:00–09:45  Jobsamtale · Fatima A." in grid(app)
        await press(pilot, "pagedown", "down")
        await until(pilot, lambda: "December 2026" in grid(app))
        assert "ons 30-12-2026" in grid(app)
        await press(pilot, "enter")
        await until(pilot, lambda: "Uge 53 i 2026" in grid(app))
