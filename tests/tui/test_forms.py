"""One way to book, move, cancel, promise and log: the same form wherever the key is pressed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fieldtui.base.clock import isoformat
from fieldtui.domain.records import Attendance
from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.dialogs.appointment import AppointmentForm, MoveForm
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.contact import ContactForm
from fieldtui.tui.dialogs.entries import EntryForm
from fieldtui.tui.dialogs.note import NoteEditor
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.fields import Felt
from fieldtui.tui.widgets.panel import Lines
from tests.tui.support import Caseload, a_caseload, grid, press, press_at_once, running, said, settle, until

EVERYWHERE = ("idag", "borgere", "borgerkort", "kalender")


async def on_fatima(app: FieldtuiApp, pilot: Pilot[int], load: Caseload, route: str) -> None:
    """Show a screen with Fatima under the cursor."""
    app.go(route, *((load.citizens["fatima"],) if route == "borgerkort" else ()))
    await settle(pilot)
    if route == "borgere":
        await press(pilot, "slash", *"fatima", "enter")


async def opened(app: FieldtuiApp, pilot: Pilot[int], form: type[EntryForm]) -> EntryForm:
    """The form that was asked for, with its fields."""
    await until(pilot, lambda: isinstance(app.screen, form) and bool(app.screen.query(Felt)))
    await settle(pilot)
    assert isinstance(app.screen, form)
    return app.screen


@pytest.mark.parametrize("route", EVERYWHERE)
async def test_the_same_keys_open_the_same_forms_everywhere(tmp_path: Path, route: str) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await on_fatima(app, pilot, load, route)
        await press(pilot, "n")
        await opened(app, pilot, AppointmentForm)
        await press(pilot, "escape", "o")
        form = await opened(app, pilot, EntryForm)
        assert form.heading() == "Ny opgave · Fatima A."
        await press(pilot, "escape", "v")
        await until(pilot, lambda: isinstance(app.screen, ChooseDialog))
        await press(pilot, "enter")
        form = await opened(app, pilot, ContactForm)
        assert form.felts["citizen_id"].value == "Fatima Aslan"
        await press(pilot, "escape", "m")
        await until(pilot, lambda: isinstance(app.screen, NoteEditor))


async def test_a_task_is_stored_for_the_citizen_with_its_day_and_without_a_title_it_is_refused(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    before = {stored.id for stored in load.workspace.lookup.list("task")}
    async with running(load) as (app, pilot):
        await press(pilot, "o")
        form = await opened(app, pilot, EntryForm)
        await press(pilot, "ctrl+s")
        assert form.felts["title"].error == "Feltet mangler."
        form.felts["title"].value = "Ring til jobcentret"
        form.felts["due_on"].value = "ons"
        await press(pilot, "ctrl+s")
        (made,) = [stored for stored in load.workspace.lookup.list("task") if stored.id not in before]
        assert (made.record.citizen_id, made.record.title, str(made.record.due_on)) == (
            load.citizens["fatima"], "Ring til jobcentret", "2026-11-25",
        )  # fmt: skip


async def test_moving_names_what_it_collides_with_but_not_itself_and_keeps_the_length(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "x", "enter")
        form = await opened(app, pilot, MoveForm)
        assert form.heading() == "Flyt aftalen med Fatima A."
        assert "√ man 23-11-2026 09:00–09:45" in grid(app)
        assert "Overlapper" not in grid(app)
        form.felts["at"].value = "12:15"
        note = form.query_one("#form-note", Lines)
        await until(pilot, lambda: "▲ Overlapper Ali D. 12:00–12:45." in str(note.content))
        assert str(note.content).endswith("Ctrl+S booker alligevel.")
        form.felts["duration_minutes"].value = ""
        await press(pilot, "ctrl+s")
        record = load.workspace.lookup.get(load.appointments["fatima"]).record
        assert (isoformat(record.starts_at), record.duration_minutes) == ("2026-11-23T12:15+01:00", 45)


async def test_quick_add_names_the_same_collision_in_the_same_words(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "plus", *"samtale 12:30 ")
        await press(pilot, "at")
        await press(pilot, *"jens")
        await until(pilot, lambda: "▲ Overlapper Ali D. 12:00–12:45." in " ".join(grid(app).split()))
        assert "Enter booker alligevel." in " ".join(grid(app).replace("│", " ").split())


async def test_calling_off_from_idag_asks_who_and_why_and_without_a_reason_says_who(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "x", "down", "enter")
        form = await opened(app, pilot, EntryForm)
        assert form.heading() == "Afbud · Fatima A."
        form.query_one("#by", ChoiceField).pick("staff")
        await press(pilot, "ctrl+s")
        record = load.workspace.lookup.get(load.appointments["fatima"]).record
        assert (record.status, record.status_reason) == (Attendance.CANCELLED_STAFF, "Aflyst af os")


@pytest.mark.parametrize(
    ("mode", "answer", "face_to_face"), [("visit", None, True), ("phone", None, False), ("mail", "ja", True)]
)
async def test_a_call_is_not_face_to_face_unless_it_is_said(
    tmp_path: Path, mode: str, answer: str | None, face_to_face: bool
) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "4", "v")
        form = await opened(app, pilot, ContactForm)
        form.query_one("#mode", ChoiceField).pick(mode)
        await settle(pilot)
        if answer is not None:
            form.query_one("#face_to_face", ChoiceField).pick(answer)
        await press(pilot, "ctrl+s")
        (contact,) = load.workspace.lookup.list("employer_contact")
        assert (contact.record.mode, contact.record.face_to_face) == (mode, face_to_face)


async def test_f9_in_a_form_speaks_english_and_keeps_what_was_typed_picked_and_chosen(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "n")
        form = await opened(app, pilot, AppointmentForm)
        form.felts["kind"].value = "opf"
        form.felts["day"].value = "25-11-2026"
        form.felts["at"].value = "14:30"
        form.query_one("#form", ChoiceField).pick("phone")
        await press(pilot, "f9")
        assert "New appointment" in grid(app)
        assert "Ny aftale" not in grid(app)
        assert (form.felts["kind"].value, form.query_one("#form", ChoiceField).value) == ("Follow-up", "phone")
        await press(pilot, "ctrl+s")
        assert "booked" in said(app)
        (booked,) = load.workspace.lookup.appointments(date(2026, 11, 25), date(2026, 11, 25))
        assert (booked.record.kind, booked.record.form, booked.record.citizen_id) == (
            "opfoelgning", "phone", load.citizens["fatima"],
        )  # fmt: skip
        await press(pilot, "f9")


async def test_an_answer_that_contradicts_the_way_of_contact_outlives_a_change_of_language(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "4", "v")
        form = await opened(app, pilot, ContactForm)
        form.query_one("#mode", ChoiceField).pick("mail")
        await settle(pilot)
        form.query_one("#face_to_face", ChoiceField).pick("ja")
        await press(pilot, "f9")
        assert [form.query_one(f"#{name}", ChoiceField).value for name in ("mode", "face_to_face")] == ["mail", "ja"]
        await press(pilot, "f9")


@pytest.mark.parametrize("text", ["nan", "inf", "1e3", "-5", "halvanden"])
async def test_what_is_no_number_is_refused_at_its_field(tmp_path: Path, text: str) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "x", "enter")
        form = await opened(app, pilot, MoveForm)
        form.felts["duration_minutes"].value = text
        await press(pilot, "ctrl+s")
        assert form.felts["duration_minutes"].error == "Skriv et tal, fx 12,5."
        assert app.screen is form


@pytest.mark.parametrize("key", ["tab", "enter"])
async def test_what_is_typed_ahead_lands_in_the_field_it_was_typed_for(tmp_path: Path, key: str) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await on_fatima(app, pilot, load, "idag")
        await press(pilot, "o")
        form = await opened(app, pilot, EntryForm)
        await press_at_once(pilot, *"Ring til Bo", key, *"24/11")
        assert (form.felts["title"].value, form.felts["due_on"].value) == ("Ring til Bo", "24/11")
        await press_at_once(pilot, "shift+tab", *"Skriv", "tab", *"25/11", "ctrl+s")
        await until(pilot, lambda: app.screen is not form)
        tasks = load.workspace.lookup.list("task", citizen_id=load.citizens["fatima"])
        assert [str(task.record.due_on) for task in tasks if task.record.title == "Ring til BoSkriv"] == ["2026-11-25"]
