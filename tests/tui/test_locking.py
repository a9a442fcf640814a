"""F6 in dialogs, reasons to lock that come from the machine, rules about idle time, and an end that nothing delays."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import TextArea

from fieldtui.base.clock import FixedClock
from fieldtui.tui.desktop import OnLock
from fieldtui.tui.endings import Ending, LockReason
from fieldtui.tui.watch import LONGEST_IDLE_MINUTES, Pulse, Watch, idle_minutes_of
from tests.tui.support import a_caseload, grid, press, running, settle, until, write

NAMES = ("Fatima", "Aslan", "Jens", "Øjvind", "Maja")


async def test_f6_covers_a_half_written_note_and_gives_it_back_with_its_place(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "m")
        await write(pilot, "Fatima kom frisk")
        app.screen.query_one(TextArea).move_cursor((0, 6))
        await press(pilot, "f6")
        assert "Skjult." in grid(app)
        assert not [name for name in (*NAMES, "frisk") if name in grid(app)]
        await press(pilot, "f9", "x", "f9")  # a change of language builds everything anew, and uncovers nothing
        assert not [name for name in (*NAMES, "frisk") if name in grid(app)]
        load.clock.advance(timedelta(seconds=1))
        await press(pilot, "f6")
        await until(pilot, lambda: "Fatima kom frisk" in grid(app))
        await until(pilot, lambda: isinstance(app.focused, TextArea))


@pytest.mark.parametrize("keys", [("x",), ("n",), ("plus",), ("ctrl+p",), ("2", "n"), ("6", "n")], ids=str)
async def test_f6_hides_names_in_every_dialog_that_is_open_and_in_those_that_open_after(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, *keys)
        assert [name for name in NAMES if name in grid(app)]  # the control: there was something to hide
        await press(pilot, "f6")
        assert not [name for name in NAMES if name in grid(app)]
        app.pop_screen()
        await settle(pilot)
        assert not [name for name in NAMES if name in grid(app)]
        await press(pilot, *keys[-1:])
        assert not [name for name in NAMES if name in grid(app)]
        await pilot.press("f6", "f6")
        await pilot.pause()
        assert app.return_value == Ending.LOCK


class Machine:
    """A machine that says what a test lets it."""

    def __init__(self) -> None:
        self.on_lock: OnLock | None = None
        self.hands: float | None = None
        self.ended = False

    def begin(self, on_lock: OnLock) -> None:
        self.on_lock = on_lock

    def untouched(self) -> float | None:
        return self.hands

    def end(self) -> None:
        self.ended = True


async def test_the_machine_s_reason_locks_from_any_thread_and_keeps_the_draft(tmp_path: Path) -> None:
    load, machine = a_caseload(tmp_path), Machine()
    async with running(load, desktop=machine) as (app, pilot):
        await press(pilot, "m")
        await write(pilot, "Halvt")
        assert machine.on_lock is not None
        on_lock = machine.on_lock
        threading.Thread(target=lambda: on_lock(LockReason.LID)).start()
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == Ending.LOCK_LID
        assert machine.ended
        assert [draft.text for draft in load.workspace.drafts.unfinished()] == ["Halvt"]


async def test_nothing_is_painted_after_the_machine_slept(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        load.clock.advance(timedelta(seconds=4))
        app.refresh()
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == Ending.LOCK_ASLEEP


def test_hands_elsewhere_keep_the_vault_open_but_never_longer_than_a_quarter_of_an_hour() -> None:
    clock = FixedClock(datetime(2026, 11, 23, 9))
    watch = Watch(clock, idle_minutes=5)
    verdicts = []
    for _second in range(LONGEST_IDLE_MINUTES * 60):
        clock.advance(timedelta(seconds=1))
        verdicts.append(watch.beat(0.0))
    assert [verdict.lock for verdict in verdicts[:-1]] == [None] * (LONGEST_IDLE_MINUTES * 60 - 1)
    assert verdicts[-1].lock is LockReason.IDLE
    assert sum(verdict.warn for verdict in verdicts) == 1


def test_hands_that_leave_the_machine_lock_after_the_minutes_of_the_rule() -> None:
    clock = FixedClock(datetime(2026, 11, 23, 9))
    watch = Watch(clock, idle_minutes=5)
    for second in range(600):
        clock.advance(timedelta(seconds=1))
        assert watch.beat(max(0.0, second - 200.0)).lock is (LockReason.IDLE if second == 500 else None)
        if second == 500:
            break


@given(
    st.one_of(
        st.none(), st.booleans(), st.text(), st.floats(), st.integers(), st.lists(st.integers()), st.just(float("nan"))
    )
)
def test_no_rule_keeps_the_vault_open_for_longer_or_the_app_from_starting(value: Any) -> None:
    assert 1 <= idle_minutes_of(value) <= LONGEST_IDLE_MINUTES


def test_a_pulse_that_was_late_stays_late_whichever_thread_looks_and_sleep_the_clock_did_not_count_is_found() -> None:
    at, slept = [0.0], [0.0]
    pulse = Pulse(lambda: at[0], lambda: slept[0])
    at[0] = 3.0
    assert not pulse.stood_still()
    at[0] = 6.1
    assert pulse.stood_still()
    assert pulse.stood_still()
    pulse = Pulse(lambda: at[0], lambda: slept[0])
    slept[0] = 3600.0
    assert pulse.stood_still()


def test_a_thread_that_never_lets_go_of_the_vault_delays_the_end_no_longer_than_its_deadline() -> None:
    program = (
        "import threading\n"
        "from fieldtui.tui.endings import Ending\n"
        "from fieldtui.tui.parting import ProcessEnd\n"
        "class App:\n"
        "    open_workspace = None\n"
        "end = ProcessEnd(App(), parent=0, deadline_seconds=0.2)\n"
        "end.begin(Ending.LOCK_IDLE)\n"
        "held = threading.Lock(); held.acquire(); held.acquire()\n"
    )
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert ended.returncode == Ending.LOCK_IDLE
    assert time.monotonic() - began >= 0.2
