"""Kalender and the appointment form: the week right, booked in the slot, moved by hand, read aloud before it is saved."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.tui.dialogs.appointment import AppointmentForm
from fieldtui.tui.presenters import week as present
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.screens.eksport import Export
from fieldtui.tui.widgets.fields import Felt
from fieldtui.tui.widgets.weekgrid import WeekTable
from tests.tui.support import NOW, SIZES, a_caseload, grid, press, running, said, until

MONDAY = date(2026, 11, 23)


def appointment(start: datetime, minutes: int = 45, key: str = "a") -> Stored[Appointment]:
    """A team appointment."""
    return Stored(key, Appointment(kind="team", title=key, starts_at=start, duration_minutes=minutes))


@pytest.mark.parametrize(
    ("monday", "title"),
    [
        (date(2026, 11, 23), "Uge 48 · 23.–27. november 2026"),
        (date(2026, 11, 30), "Uge 49 · 30. november – 4. december 2026"),
        (date(2026, 12, 28), "Uge 53 i 2026 · 28. december 2026 – 1. januar 2027"),
        (date(2024, 12, 30), "Uge 1 i 2025 · 30. december 2024 – 3. januar 2025"),
    ],
)
def test_the_week_is_named_by_its_iso_number_and_year(monday: date, title: str) -> None:
    assert present.heading(monday) == title


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59), st.integers(5, 600)), max_size=12))
def test_every_appointment_of_the_week_is_in_the_grid_or_in_the_weekend_line(
    found: list[tuple[int, int, int, int]],
) -> None:
    stored = [
        appointment(datetime(2026, 11, 23 + day, hour, minute, tzinfo=COPENHAGEN), minutes, f"a{number}")
        for number, (day, hour, minute, minutes) in enumerate(found)
    ]
    grid_ = present.week_grid(MONDAY, stored)
    in_cells = {each.id for cell in grid_.cells.values() for each in cell.starting}
    assert in_cells | {each.id for each in grid_.weekend} == {each.id for each in stored}
    assert all(slot in grid_.slots for _day, slot in grid_.cells)
    assert grid_.first_slot <= 16
    assert grid_.last_slot >= 31


def test_what_overlaps_is_marked_and_named_and_what_was_cancelled_takes_no_time() -> None:
    nine = datetime(2026, 11, 24, 9, tzinfo=COPENHAGEN)
    both = present.week_grid(MONDAY, [appointment(nine, key="Alfa"), appointment(nine.replace(minute=30), key="Beta")])
    assert present.cell_piece(both, 1, 19, Names()).text == "▲ Beta"
    shown = "".join(p.text for each in present.chosen_lines(both, 1, 19, Names(), nine) for p in each)
    assert "▲ Overlapper: Beta og Alfa" in shown
    gone = Stored("x", Appointment(kind="team", title="x", starts_at=nine, status=Attendance.CANCELLED_STAFF))
    assert not present.week_grid(MONDAY, [appointment(nine), gone]).cell(1, 18).overlaps


def test_a_day_off_has_its_name_and_the_skipped_hour_does_not_exist() -> None:
    assert present.week_grid(date(2026, 12, 21), []).holidays[4] == "Juledag"
    assert present.start_of(date(2026, 3, 29), 5) is None
    assert present.start_of(date(2026, 3, 29), 6) == datetime(2026, 3, 29, 3, tzinfo=COPENHAGEN)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_week_fits_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, pilot):
        await press(pilot, "3")
        text = grid(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        for words in (
            "Uge 48 · 23.–27. november 2026",
            "Man 23-11",
            "Fre 27-11",
            "09:00 Fatima A. ",
            "4 aftaler",
            "Ledige tider",
        ):
            assert words in text
        assert "man 23-11 09:00–09:45  Jobsamtale · Fatima A. · Kvartershuset  ► NU" in text


async def test_enter_in_a_free_slot_books_there_and_z_takes_it_back(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        await press(pilot, "right", "down", "enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "entry-citizen_id")
        await pilot.press(*"oejv")
        await until(pilot, lambda: "√ tir 24-11-2026 09:30–10:15" in grid(app))
        assert "√ Øjvind Lund" in grid(app)
        await press(pilot, "ctrl+s")
        booked = load.workspace.lookup.list("appointment", citizen_id=load.citizens["oejvind"])[0]
        assert isoformat(booked.record.starts_at) == "2026-11-24T09:30+01:00"
        assert "Øjvind L." in grid(app)
        await press(pilot, "z")
        assert load.workspace.lookup.list("appointment", citizen_id=load.citizens["oejvind"]) == ()


async def test_x_picks_up_arrows_carry_enter_puts_down_and_esc_lets_it_stand(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    moved = load.appointments["ali"]
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        table = app.screen.query_one(WeekTable)
        table.go_to(0, 24)
        await press(pilot, "x", "right", "down")
        assert "► Flyt Ali D. til tir 24-11-2026 12:30–13:15" in grid(app)
        await press(pilot, "escape")
        assert isoformat(load.workspace.lookup.get(moved).record.starts_at) == "2026-11-23T12:00+01:00"
        table.go_to(0, 24)
        await press(pilot, "x", "right", "enter")
        assert isoformat(load.workspace.lookup.get(moved).record.starts_at) == "2026-11-24T12:00+01:00"
        await press(pilot, "z")
        assert isoformat(load.workspace.lookup.get(moved).record.starts_at) == "2026-11-23T12:00+01:00"


async def test_f_registers_a_asks_who_and_why_and_nothing_is_registered_before_it_began(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        await press(pilot, "f")
        assert load.workspace.lookup.get(load.appointments["fatima"]).record.status is Attendance.ATTENDED
        table = app.screen.query_one(WeekTable)
        table.go_to(0, 24)
        await press(pilot, "u")
        assert "Mødet begynder først" in said(app)
        await press(pilot, "a", "right", "tab", *"ferie", "enter")
        record = load.workspace.lookup.get(load.appointments["ali"]).record
        assert (record.status, record.status_reason) == (Attendance.CANCELLED_STAFF, "ferie")


async def test_pages_turn_weeks_t_comes_back_and_a_click_chooses(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        await press(pilot, "pagedown")
        assert "Uge 49" in grid(app)
        assert "Ugen er tom." in grid(app)
        await press(pilot, "t")
        assert "Uge 48" in grid(app)
        await pilot.click("#week-table", offset=(10, 9))
        await until(pilot, lambda: "Ali D." in grid(app).split("Valgt")[1])
        await press(pilot, "l")
        assert isinstance(app.screen, Export)


async def test_the_form_names_an_overlap_and_two_free_times_and_books_all_the_same(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        app.screen.plan(load.citizens["jens"], NOW.replace(hour=12, minute=30))  # type: ignore[attr-defined]
        await until(pilot, lambda: "▲ Overlapper Ali D. 12:00–12:45." in " ".join(grid(app).split()))
        assert "Ledigt: 10:00 og 10:30." in " ".join(grid(app).replace("│", " ").split())
        await press(pilot, "ctrl+s")
        assert len(load.workspace.lookup.list("appointment", citizen_id=load.citizens["jens"])) == 2


@pytest.mark.parametrize(
    ("typed", "clock", "problem"),
    [
        ("31-11", "10", "Datoen 31-11 findes ikke"),
        ("28-03-2027", "2:30", "uret stilles frem"),
        ("24-11", "25", "er ikke et klokkeslæt"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_at_its_field(
    tmp_path: Path, typed: str, clock: str, problem: str
) -> None:
    load = a_caseload(tmp_path)
    before = len(load.workspace.lookup.list("appointment"))
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        app.screen.plan(load.citizens["jens"])  # type: ignore[attr-defined]
        await until(pilot, lambda: isinstance(app.screen, AppointmentForm) and bool(app.screen.query("#entry-day")))
        app.screen.query_one("#entry-day").value = typed  # type: ignore[attr-defined]
        app.screen.query_one("#entry-at").value = clock  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert any(problem in field.error for field in app.screen.query(Felt))
        assert isinstance(app.screen, AppointmentForm)
        assert len(load.workspace.lookup.list("appointment")) == before


async def test_an_hour_that_comes_twice_is_asked_about(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        app.screen.plan(load.citizens["jens"])  # type: ignore[attr-defined]
        await until(pilot, lambda: isinstance(app.screen, AppointmentForm) and bool(app.screen.query("#entry-day")))
        assert "to gange" not in grid(app)
        app.screen.query_one("#entry-day").value = "31-10-2027"  # type: ignore[attr-defined]
        app.screen.query_one("#entry-at").value = "2:30"  # type: ignore[attr-defined]
        await until(pilot, lambda: "findes to gange" in grid(app))
        app.screen.query_one("#fold").focus()
        await press(pilot, "right", "ctrl+s")
        starts = {
            isoformat(s.record.starts_at)
            for s in load.workspace.lookup.appointments(date(2027, 10, 31), date(2027, 10, 31))
        }
        assert starts == {"2027-10-31T02:30+01:00"}


async def test_a_change_of_an_appointment_says_what_the_model_refuses_under_the_field(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "3")
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app.screen.query("#entry-duration_minutes")))
        app.screen.query_one("#entry-duration_minutes").value = "900"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert "× Det må højst være 600." in grid(app)
        app.screen.query_one("#entry-duration_minutes").value = "60"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        record = load.workspace.lookup.get(load.appointments["fatima"]).record
        assert record.ends_at - record.starts_at == timedelta(minutes=60)
