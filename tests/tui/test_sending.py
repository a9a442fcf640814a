"""Sync behind the screens: by itself, sent in time, stopped by a key, and never in the way of one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fieldtui.domain.records import Attendance
from fieldtui.store import MetaKey
from fieldtui.sync.transport import READ_SECONDS
from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.presenters.lines import plain
from fieldtui.tui.presenters.status import StatusFacts, left, progress_text
from fieldtui.tui.watch import Verdict, Watch
from tests.support.caseload import NOW, Caseload
from tests.sync.office import Device, Office, TickingClock
from tests.tui.support import grid, press, running, settle, until


def _at_desk(device: Device) -> Caseload:
    """The device as its consultant has it on the screen."""
    device.workspace.__dict__["syncing"] = device.syncing
    return Caseload(device.workspace, device.clock, {}, {}, {})


async def _tick(app: FieldtuiApp, pilot: Pilot[int], seconds: int) -> bool:
    """Let time pass and the app look at its schedule; True where a sync began."""
    assert isinstance(app.clock, TickingClock)
    before = app.workspace.syncing.last()
    seen = len(app.workspace.waiting.list())
    app.clock.advance(timedelta(seconds=seconds))
    app._sync_tick()
    began = app._sync.running
    await until(pilot, lambda: not app._sync.running)
    await settle(pilot)
    return began or app.workspace.syncing.last() != before or len(app.workspace.waiting.list()) != seen


@pytest.fixture
def awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that a test lets pass is no sleep of the machine, which would lock the app."""
    monkeypatch.setattr(Watch, "beat", lambda _self, _elsewhere: Verdict())
    monkeypatch.setattr(Watch, "slept", lambda _self: False)


@pytest.mark.usefixtures("awake")
async def test_edits_go_half_a_minute_after_the_last_and_attendance_when_it_has_rested(
    tmp_path: Path, office: Office
) -> None:
    citizen_id = office.citizen()
    device = office.device(clock=TickingClock(NOW))
    summons = {"citizen_id": citizen_id, "kind": "jobsamtale", "starts_at": "2026-11-23T08:00+01:00"}
    (meeting,) = device.workspace.casework.create("appointment", summons).record_ids
    async with running(_at_desk(device), close=False) as (app, pilot):
        assert await _tick(app, pilot, 2)  # the first one, right after the start
        assert office.body(meeting)["status"] == "planned"
        app.done(device.workspace.casework.update(citizen_id, {"job_goal": "køkken"}))
        app.done(device.workspace.casework.register(meeting, Attendance.ATTENDED))
        assert not await _tick(app, pilot, 25)
        assert await _tick(app, pilot, 6)
        assert office.body(citizen_id)["job_goal"] == "køkken"
        assert office.body(meeting)["status"] == "planned"
        assert not await _tick(app, pilot, 200)
        assert await _tick(app, pilot, 100)
        assert office.body(meeting)["status"] == "attended"
        assert not await _tick(app, pilot, 800)
        assert await _tick(app, pilot, 200)


async def test_by_hand_attendance_goes_at_once(tmp_path: Path, office: Office) -> None:
    citizen_id = office.citizen()
    device = office.device(clock=TickingClock(NOW))
    summons = {"citizen_id": citizen_id, "kind": "jobsamtale", "starts_at": "2026-11-23T08:00+01:00"}
    (meeting,) = device.workspace.casework.create("appointment", summons).record_ids
    device.sync()
    device.workspace.casework.register(meeting, Attendance.NO_SHOW)
    async with running(_at_desk(device), close=False) as (app, pilot):
        await pilot.press("f5")
        await until(pilot, lambda: office.body(meeting)["status"] == "no_show")
        await until(pilot, lambda: "0 ind, 1 ud" in grid(app) or not app._sync.running)


async def test_esc_stops_a_sync_that_waits_for_an_answer_and_keys_work_all_the_while(
    tmp_path: Path, office: Office
) -> None:
    device = office.device(clock=TickingClock(NOW))
    with socket.create_server(("127.0.0.1", 0)) as silent, contextlib.ExitStack() as stack:
        device.workspace.store.set_meta(MetaKey.SERVER_URL, f"http://127.0.0.1:{silent.getsockname()[1]}")
        device.syncing._via = None
        async with running(_at_desk(device), close=False) as (app, pilot):
            await pilot.press("f5")
            connection, _address = await asyncio.to_thread(silent.accept)
            await asyncio.to_thread(connection.recv, 1)
            stack.callback(connection.close)
            assert "● Synker …" in grid(app)
            await press(pilot, "2")
            assert "Borgere · 0" in grid(app)
            await press(pilot, "7")
            began = time.monotonic()
            await pilot.press("escape")
            await until(pilot, lambda: "Synker" not in grid(app).splitlines()[-2])
            assert time.monotonic() - began < READ_SECONDS / 2  # it did not wait for the answer
            assert "Synk er stoppet." in grid(app)
            await until(pilot, lambda: not app._sync._busy.locked())  # its thread has come to its end


def test_the_bar_says_how_far_it_is() -> None:
    assert progress_text("push", 3, 5) == "Sender 3 af 5"
    assert progress_text("pull", 120, None) == "Henter 120"
    facts = StatusFacts(now=NOW, syncing=True, progress=progress_text("push", 3, 5))
    assert plain(left(facts)).startswith(" ● Sender 3 af 5")
