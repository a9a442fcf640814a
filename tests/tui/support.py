"""What the TUI's tests share: the app on a caseload, the screen as text, and a few hands."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.app import App
from textual.pilot import Pilot

from fieldtui.base.ids import SeededIds
from fieldtui.tui.app import FieldtuiApp
from tests.support.caseload import NOW, Caseload, a_caseload

__all__ = [
    "NOW", "SIZES", "Caseload", "a_caseload", "grid", "press", "running", "said", "settle", "shows", "until", "write",
]  # fmt: skip
SIZES = ((80, 24), (100, 30), (140, 45))


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


async def shows(app: FieldtuiApp, pilot: Pilot[Any], *words: str) -> str:
    """Wait until all the words are on the screen; the screen."""
    await until(pilot, lambda: all(each in grid(app) for each in words), 20)
    await settle(pilot)
    return grid(app)


def said(app: FieldtuiApp) -> str:
    """Everything the app has said, newest first."""
    return "\n".join(notice.text for notice in app.notices)
