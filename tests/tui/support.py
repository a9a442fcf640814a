"""What the TUI's tests share: a small caseload, the screen as text, and a few hands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.pilot import Pilot

from fieldtui.base.clock import COPENHAGEN, FixedClock, isoformat
from fieldtui.base.ids import SeededIds
from fieldtui.services.workspace import Workspace
from fieldtui.tui.app import FieldtuiApp
from tests.support.workspaces import add_citizen, make_workspace

NOW = datetime(2026, 11, 23, 9, 4, tzinfo=COPENHAGEN)
"""A Monday in week 48, four minutes into the second appointment."""
SIZES = ((80, 24), (100, 30), (140, 45))


@dataclass(frozen=True, slots=True)
class Caseload:
    """A workspace with a few citizens and a day's appointments."""

    workspace: Workspace
    clock: FixedClock
    citizens: dict[str, str]
    appointments: dict[str, str]
    companies: dict[str, str]


def a_caseload(folder: Path) -> Caseload:
    """Five citizens, six appointments of the day, a company, notes, a task, a referral in its fourteen days."""
    clock = FixedClock(NOW - timedelta(days=3))
    workspace = make_workspace(folder, clock=clock)
    casework = workspace.casework
    people = {
        "fatima": ("Fatima", "Aslan", {"job_goal": "Køkken eller café, 6–8 t/uge", "considerations": "Pause efter 2 timer", "phone": "12345621"}),
        "ali": ("Ali", "Demir", {"job_goal": "Lager"}),
        "maja": ("Maja", "Sørensen", {"job_goal": "Boghandel, deltid"}),
        "oejvind": ("Øjvind", "Lund", {"job_goal": "IT-support"}),
        "jens": ("Jens", "Krogh", {}),
    }  # fmt: skip
    citizens = {
        key: add_citizen(workspace, given, family, enrolled_on="2026-11-09", **more)
        for key, (given, family, more) in people.items()
    }
    company = casework.create("company", {"name": "Café Solsort", "trade": "Café", "city": "Amager"}).record_ids[0]
    casework.write_note(citizens["fatima"], "Vil gerne starte småt, helst formiddag.")
    casework.create(
        "task", {"citizen_id": citizens["fatima"], "title": "Rundvisning Café Solsort", "due_on": "2026-11-25"}
    )
    casework.request_treatment(citizens["maja"], "SEL101", (NOW - timedelta(days=12)).date())
    day = [
        ("jens", "jens", 8, 15, "opfoelgning", "Telefon"),
        ("fatima", "fatima", 9, 0, "jobsamtale", "Kvartershuset"),
        ("ali", "ali", 12, 0, "jobsamtale", "Gåtur"),
        ("maja", "maja", 13, 15, "brobygning", "Psyk.center"),
    ]
    appointments = {}
    for key, who, hour, minute, kind, place in day:
        values = {
            "citizen_id": citizens[who],
            "kind": kind,
            "starts_at": isoformat(NOW.replace(hour=hour, minute=minute)),
            "duration_minutes": 30 if key == "jens" else 45,
            "place": place,
        }
        appointments[key] = casework.book(values).record_ids[0]
    clock.advance(timedelta(days=3))
    return Caseload(workspace, clock, citizens, appointments, {"solsort": company})


def grid(app: App[Any]) -> str:
    """The screen as text, line by line, without trailing blanks."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


@asynccontextmanager
async def running(
    load: Caseload, size: tuple[int, int] = (100, 30), *, close: bool = True, **more: Any
) -> AsyncIterator[tuple[FieldtuiApp, Pilot[int]]]:
    """The real app on a real vault, with a pilot."""
    app = FieldtuiApp(
        load.workspace.folder,
        clock=load.clock,
        ids=SeededIds("tui", 1_796_000_000_000),
        workspace=load.workspace,
        **more,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield app, pilot
    if close:
        load.workspace.close()


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until threads have answered and nothing is left to paint: three looks in a row that find nothing to do."""
    deadline = time.monotonic() + 10
    quiet = 0
    while quiet < 3 and time.monotonic() < deadline:
        await pilot.pause()
        busy = [worker for worker in pilot.app.workers if not worker.is_finished]
        quiet = 0 if busy else quiet + 1
        await asyncio.sleep(0.01)
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys as a hand does: one, a pause longer than the burst guard's, the next; then wait for what they cause."""
    for key in keys:
        await pilot.press(key)
        await asyncio.sleep(0.06)
    await settle(pilot)


async def write(pilot: Pilot[Any], text: str) -> None:
    """Put text into the field that has the focus, as a terminal pastes it."""
    pilot.app.post_message(events.Paste(text))
    await settle(pilot)


async def until(pilot: Pilot[Any], condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, grid(pilot.app)
        await asyncio.sleep(0.02)
    await pilot.pause()


def said(app: FieldtuiApp) -> str:
    """Everything the app has said, newest first."""
    return "\n".join(notice.text for notice in app.notices)
