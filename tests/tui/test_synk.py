"""Synk: what waits and why, and differences that a person settles side by side."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.services.conflicts import ConflictRow
from fieldtui.services.syncing import OutboxRow
from fieldtui.tui.presenters import conflicts as present
from fieldtui.tui.presenters import outbox
from tests.support.training import arrive
from tests.support.workspaces import TB, as_synced
from tests.tui.support import SIZES, Caseload, a_caseload, grid, press, running, said

AT = datetime(2026, 11, 23, 8, 40, tzinfo=COPENHAGEN)


def disputed(folder: Path) -> Caseload:
    """Time, place and a list of needs of one appointment changed on both sides."""
    load = a_caseload(folder)
    appointment_id, store = load.appointments["ali"], load.workspace.store
    as_synced(store, appointment_id)
    record = load.workspace.lookup.get(appointment_id).record
    mine = {"starts_at": "2026-11-23T12:15+01:00", "place": "Café Solsort", "practical_needs": ["tolk"]}
    load.workspace.casework.update(appointment_id, mine)
    theirs = {**record.body(), "starts_at": "2026-11-23T12:30+01:00", "place": "Kvartershuset"}
    arrive(load.workspace, "appointment", appointment_id, theirs, rev=2, author=TB.id)
    return load


def row(state: str, reason: str | None, field: str | None = None, collection: str = "appointment") -> OutboxRow:
    """A change that is not at the office."""
    return OutboxRow("op", collection, "id", None, state, reason, field, AT, "Aftale gemt.")


@pytest.mark.parametrize(
    ("given", "said_"),
    [
        (row("waiting", None), "sendes ved næste synk"),
        (row("rejected", "validation:missing", "starts_at"), "Start: Kontoret kan ikke bruge værdien"),
        (row("rejected", "scope-lost:not_yours"), "ikke længere din"),
        (row("parked", "reassigned"), "ny konsulent"),
        (row("rejected", "quota:x"), "Kontoret sagde nej (quota x)"),
    ],
)
def test_every_reason_is_a_danish_sentence(given: OutboxRow, said_: str) -> None:
    assert said_ in given.why


def test_what_rests_says_until_when_it_can_be_undone_and_then_that_it_goes_with_the_next_sync() -> None:
    resting = replace(row("waiting", None), rests_until=AT + timedelta(minutes=5))
    assert "til kl. 08:45" in outbox.why(resting, AT)
    assert "sendes ved næste synk" in outbox.why(resting, AT + timedelta(minutes=5))


def test_both_joins_sets_and_texts_and_nothing_else() -> None:
    def conflict(collection: str, name: str, mine: object, theirs: object) -> ConflictRow:
        return ConflictRow(
            "c", collection, "r", None, (name,), name, {}, {name: mine}, {name: theirs}, None, None, None
        )

    joined = present.both(conflict("citizen", "practical_needs", ["tolk"], ["kørestol"]))
    assert joined is not None
    assert joined.value == {"practical_needs": ["kørestol", "tolk"]}
    text = present.both(conflict("citizen", "considerations", "Pause", "Mentor"))
    assert text is not None
    assert text.value == {"considerations": "Mentor\nPause"}
    assert present.both(conflict("citizen", "benefit", "a", "b")) is None
    assert present.both(conflict("appointment", "starts_at", "a", "b")) is None


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_before_mine_and_theirs_stand_side_by_side_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    load = disputed(tmp_path)
    async with running(load, size) as (app, pilot):
        await press(pilot, "7")
        text = grid(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        for words in (
            "Konflikter · 2",
            "Ali D. · Aftale",
            "Sted",
            "Gåtur",
            "Café Sols",
            "Kvartersh",
            "? vælg",
            "Venter på at blive sendt",
        ):
            assert words in text
        assert "??" in text


async def test_left_and_right_choose_g_saves_and_z_takes_it_back(tmp_path: Path) -> None:
    load = disputed(tmp_path)
    appointment_id, lookup = load.appointments["ali"], load.workspace.lookup
    async with running(load) as (app, pilot):
        await press(pilot, "7")
        await press(pilot, "g")
        assert "Vælg ← din eller → kontorets først." in said(app)
        await press(pilot, "left", "right")
        assert "√ Min" in grid(app)
        assert "√ Kontorets" in grid(app)
        await press(pilot, "g")
        record = lookup.get(appointment_id).record
        assert isoformat(record.starts_at) == "2026-11-23T12:15+01:00"
        assert record.place == "Kvartershuset"
        assert record.practical_needs == ("tolk",)
        assert load.workspace.conflicts.list() == ()
        assert "Ingen konflikter. √" in grid(app)
        await press(pilot, "z")
        assert isoformat(lookup.get(appointment_id).record.starts_at) == "2026-11-23T12:30+01:00"


async def test_b_joins_a_text_and_e_takes_an_own_value(tmp_path: Path) -> None:
    load = disputed(tmp_path)
    lookup = load.workspace.lookup
    async with running(load) as (app, pilot):
        await press(pilot, "7")
        await press(pilot, "b")
        assert "kan kun have én værdi" in said(app)
        await press(pilot, "e")
        start = app.screen.query_one("#entry-starts_at")
        start.value = "i går måske"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert len(load.workspace.conflicts.list()) == 2
        start.value = "24-11-2026 13:00"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert isoformat(lookup.get(load.appointments["ali"]).record.starts_at) == "2026-11-24T13:00+01:00"
        await press(pilot, "b")
        assert "√ Kvarters" in grid(app)
        await press(pilot, "g")
        assert lookup.get(load.appointments["ali"]).record.place == "Kvartershuset; Café Solsort"


def refused(load: Caseload) -> str:
    """The caseload with one change that the office did not take; the record's id."""
    with load.workspace.store.transaction() as connection:
        connection.execute(
            "UPDATE outbox SET state = 'rejected', reason = 'validation:missing', field = 'place' WHERE record_id = ?",
            (load.appointments["maja"],),
        )
    return load.appointments["maja"]


async def test_what_waits_is_listed_with_its_state_age_and_reason(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    refused(load)
    async with running(load) as (app, pilot):
        await press(pilot, "7")
        text = grid(app)
        assert re.search(r"× afvist +! \d dage +Maja S\.", text)
        assert "Sted: Kontoret kan ikke bruge værdien. Ret den, så sendes den igen." in text
        assert "× Afvist eller parkeret: 1" in text
        await press(pilot, "enter")
        assert "Opgiv den" in grid(app)
        await press(pilot, *"borgerkort", "enter", "right", "right")
        assert "× afvist" in grid(app)
        assert "Kontoret kan ikke bruge værdien" in grid(app)


async def test_a_refused_change_is_corrected_in_a_form_of_its_own_fields(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    record_id = refused(load)
    async with running(load) as (app, pilot):
        await press(pilot, "7", "enter", "enter")
        assert "kontoret tog ikke imod det, der står her" in grid(app)
        app.screen.query_one(Input).value = "Café Solsort"
        await press(pilot, "ctrl+s")
        assert load.workspace.lookup.get(record_id).record.place == "Café Solsort"
        assert "× Afvist" not in grid(app)
        assert {row.state for row in load.workspace.waiting.list()} == {"waiting"}


async def test_a_refused_change_can_be_sent_again_by_one_key(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    refused(load)
    async with running(load) as (app, pilot):
        await press(pilot, "7", "i")
        assert {row.state for row in load.workspace.waiting.list()} == {"waiting"}
        await press(pilot, "i")
        assert "Vælg en afvist ændring" in said(app)
