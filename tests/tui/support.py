"""What the TUI's tests share: the app on a caseload, the screen as text, and a few hands."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widgets import Input, TextArea

from fieldtui.base.ids import SeededIds
from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.guard import HOLD_SECONDS
from fieldtui.tui.widgets.secret import SecretField
from tests.support.caseload import NOW, Caseload, a_caseload

__all__ = [
    "NOW", "SIZES", "Caseload", "a_caseload", "grid", "press", "running", "said", "settle", "shows", "until", "write",
]  # fmt: skip
SOON_SECONDS = 0.2
"""A wait of the app's own that is over so soon belongs to the key that began it."""
PATIENCE_SECONDS = 60
"""What has not happened by then does not happen, on however slow a machine."""
HAND_SECONDS = HOLD_SECONDS + 0.005
"""Between two keys of a hand outside a field."""
_pressed_at: WeakKeyDictionary[App[Any], float] = WeakKeyDictionary()
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
    """Wait until threads have answered and nothing is left to paint: two looks in a row that find nothing to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    quiet = 0
    while quiet < 2:
        assert time.monotonic() < deadline, grid(pilot.app)
        if not await pilot._wait_for_screen() or pilot.app._exit:
            return  # the app has ended: nothing is painted any more
        pilot.app.screen._on_timer_update()
        if busy(pilot.app):
            quiet = 0
            await asyncio.sleep(0.005)
        else:
            quiet += 1
            await asyncio.sleep(0)


def busy(app: App[Any]) -> bool:
    """Whether a thread is at work, a message waits, something is to be painted, or a short wait of the app's runs."""
    screen = app.screen
    return (
        any(not worker.is_finished for worker in app.workers)
        or bool(screen._callbacks or screen._dirty_widgets or screen._layout_required or screen._recompose_required)
        or any(
            node.message_queue_size or any(map(_soon, list(node._timers)))
            for node in (app, *screen.walk_children(with_self=True))
        )
    )


def _soon(timer: Timer) -> bool:
    """A timer that runs once and shortly: the burst guard's, or one that waits for the next key."""
    return timer._repeat == 0 and timer._interval <= SOON_SECONDS and timer._task is not None and not timer._task.done()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys as a hand does: one, what it causes, and the next no sooner than the burst guard takes from a hand."""
    for key in keys:
        due = _pressed_at.get(pilot.app, 0) + HAND_SECONDS - time.monotonic()
        if due > 0 and not isinstance(pilot.app.focused, (Input, TextArea, SecretField)):
            await asyncio.sleep(due)
        event = events.Key(*_named(key))
        event.set_sender(pilot.app)
        assert pilot.app._driver is not None
        pilot.app._driver.send_message(event)
        _pressed_at[pilot.app] = time.monotonic()
        await settle(pilot)
    if not keys:
        await settle(pilot)


async def press_at_once(pilot: Pilot[Any], *keys: str) -> None:
    """Keys that were all pressed before the first is looked at: a machine slower than the hand."""
    assert pilot.app._driver is not None
    for key in keys:
        event = events.Key(*_named(key))
        event.set_sender(pilot.app)
        pilot.app._driver.send_message(event)
    await settle(pilot)


def _named(key: str) -> tuple[str, str | None]:
    """Textual's name of a key, and what it writes; as its own pilot makes them."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    try:
        return name, unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    except KeyError:
        return name, key if len(key) == 1 else None


async def write(pilot: Pilot[Any], text: str) -> None:
    """Put text into the field that has the focus, as a terminal pastes it."""
    pilot.app.post_message(events.Paste(text))
    await settle(pilot)


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, grid(pilot.app)
        await asyncio.sleep(0.02)
    await pilot.pause()


async def shows(app: FieldtuiApp, pilot: Pilot[Any], *words: str) -> str:
    """Wait until all the words are on the screen; the screen."""
    await until(pilot, lambda: all(each in grid(app) for each in words))
    await settle(pilot)
    return grid(app)


def said(app: FieldtuiApp) -> str:
    """Everything the app has said, newest first."""
    return "\n".join(notice.text for notice in app.notices)
