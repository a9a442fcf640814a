"""What the machine says: logind over a real bus, Windows through a stand-in for its calls."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from fieldtui.tui.desktop_windows import WindowsDesktop
from fieldtui.tui.endings import LockReason

if sys.platform == "win32":
    pytest.skip("D-Bus needs a unix socket", allow_module_level=True)

from fieldtui.tui.desktop_linux import Logind
from tests.support.bus import Bus
from tests.support.logind import Login


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@dataclass
class Heard:
    """A watcher that listens, and what it said."""

    login: Login
    desktop: Logind
    reasons: queue.Queue[LockReason] = field(default_factory=queue.Queue)

    def next(self) -> LockReason:
        return self.reasons.get(timeout=60)


@pytest.fixture
def bus() -> Iterator[Bus]:
    with Bus() as made:
        yield made


@pytest.fixture
def heard(bus: Bus) -> Iterator[Heard]:
    login = Login(bus)
    made = Heard(login, Logind(bus.address, again_seconds=0.05))
    made.desktop.begin(made.reasons.put)
    login.wait_for_watcher()
    yield made
    made.desktop.end()


def test_a_session_that_is_locked_locks_whether_by_signal_or_by_hint(heard: Heard) -> None:
    heard.login.signal_lock()
    assert heard.next() is LockReason.SESSION
    heard.login.session(LockedHint=("b", True))
    assert heard.next() is LockReason.SESSION
    heard.login.session(LockedHint=("b", False))
    heard.login.session(Active=("b", False))
    assert heard.next() is LockReason.SESSION
    assert heard.reasons.empty()


def test_another_s_session_and_an_idle_hint_lock_nothing(heard: Heard) -> None:
    heard.login.bus.emit(
        "org.freedesktop.login1", "/org/freedesktop/login1/session/_9", "org.freedesktop.login1.Session", "Lock"
    )
    heard.login.session(IdleHint=("b", True))
    heard.login.session(IdleHint=("b", False))
    heard.login.sleep(True)
    assert heard.next() is LockReason.ASLEEP  # the first thing said: what came before was heard, and locked nothing


def test_the_machine_waits_with_sleep_until_fieldtui_has_let_go(heard: Heard) -> None:
    until(lambda: len(heard.login.held) == 1)
    heard.login.sleep(True)
    assert heard.next() is LockReason.ASLEEP
    assert heard.login.is_held()
    heard.desktop.end()  # as the end of the process does
    until(lambda: not heard.login.is_held())


def test_the_lid_locks_when_it_is_closed_and_not_where_it_was_closed_all_day(bus: Bus) -> None:
    login = Login(bus, lid=True)
    desktop, reasons = Logind(bus.address, lid_seconds=0.02), queue.Queue[LockReason]()
    desktop.begin(reasons.put)
    login.wait_for_watcher()
    looked = login.lid_looks
    login.lid = False
    until(lambda: login.lid_looks >= looked + 2)
    assert reasons.empty()
    login.lid = True
    assert reasons.get(timeout=60) is LockReason.LID
    desktop.end()


def test_an_idle_hint_is_believed_only_of_a_desktop_that_is_seen_to_set_it(heard: Heard) -> None:
    assert heard.desktop.untouched() is None
    heard.login.session(IdleHint=("b", True))
    heard.login.session(IdleHint=("b", False))
    until(lambda: heard.desktop.untouched() == 0.0)
    heard.login.session(IdleHint=("b", True))
    until(lambda: heard.desktop.untouched() is None)


def test_a_bare_console_s_hint_counts_for_nothing(bus: Bus) -> None:
    login = Login(bus, kind="tty")
    desktop, reasons = Logind(bus.address), queue.Queue[LockReason]()
    desktop.begin(reasons.put)
    login.wait_for_watcher()
    login.session(IdleHint=("b", True))
    login.session(IdleHint=("b", False))
    login.signal_lock()
    assert reasons.get(timeout=60) is LockReason.SESSION
    assert desktop.untouched() is None
    desktop.end()


def test_a_terminal_of_the_service_manager_is_watched_by_the_user_s_desktop(bus: Bus) -> None:
    login = Login(bus, in_session=False)
    desktop, reasons = Logind(bus.address), queue.Queue[LockReason]()
    desktop.begin(reasons.put)
    login.wait_for_watcher()
    login.signal_lock()
    assert reasons.get(timeout=60) is LockReason.SESSION
    desktop.end()


def test_a_bus_that_comes_late_or_goes_away_is_found_again_and_knows_nothing_meanwhile(bus: Bus) -> None:
    desktop, reasons = Logind(bus.address, again_seconds=0.02), queue.Queue[LockReason]()
    desktop.begin(reasons.put)  # nobody serves logind yet
    until(lambda: len(bus.refused) >= 2)
    assert desktop.untouched() is None
    login = Login(bus)
    login.wait_for_watcher()
    login.signal_lock()
    assert reasons.get(timeout=60) is LockReason.SESSION
    desktop.end()


@pytest.mark.parametrize(
    "properties",
    [
        {"IdleHint": ("s", "yes"), "LockedHint": ("as", []), "Type": ("u", 7)},
        {},
        {"Active": ("a{sv}", {}), "Type": ("s", "x11")},
    ],
    ids=str,
)
def test_a_logind_that_talks_nonsense_neither_ends_the_watch_nor_anything_else(
    bus: Bus, properties: dict[str, Any]
) -> None:
    login = Login(bus)
    login.objects.properties[login.session_path, "org.freedesktop.login1.Session"] = dict(properties)
    desktop, reasons = Logind(bus.address, again_seconds=0.02), queue.Queue[LockReason]()
    desktop.begin(reasons.put)
    login.wait_for_watcher()
    bus.emit("org.freedesktop.login1", login.session_path, "org.freedesktop.DBus.Properties", "PropertiesChanged")
    login.wait_for_watcher()
    login.signal_lock()
    assert reasons.get(timeout=60) is LockReason.SESSION
    desktop.end()


# --- Windows --------------------------------------------------------------------------------------


class Calls:
    """Windows, as far as `WindowsDesktop` asks it."""

    def __init__(self) -> None:
        self.input, self.now = 0, 0
        self.state = (False, True)
        self.looks = 0
        self.power: tuple[Callable[[], None], Callable[[bool], None]] | None = None

    def last_input_tick(self) -> int:
        return self.input

    def tick(self) -> int:
        return self.now

    def session(self) -> tuple[bool, bool]:
        self.looks += 1
        return self.state

    def on_power(self, suspending: Callable[[], None], lid: Callable[[bool], None]) -> None:
        self.power = suspending, lid

    def off_power(self) -> None:
        self.power = None


def test_windows_idle_time_survives_the_wrap_of_its_counter() -> None:
    calls = Calls()
    desktop = WindowsDesktop(calls)
    calls.input, calls.now = 2**32 - 1000, 4000
    assert desktop.untouched() == 5.0


def test_windows_locks_with_its_session_its_lid_and_its_sleep() -> None:
    calls, reasons = Calls(), queue.Queue[LockReason]()
    desktop = WindowsDesktop(calls, look_seconds=0.001)
    desktop.begin(reasons.put)
    until(lambda: calls.looks > 1)
    assert calls.power is not None
    suspending, lid = calls.power
    lid(True)  # as it is when one begins to listen: a machine in its dock
    lid(False)
    lid(True)
    assert reasons.get(timeout=60) is LockReason.LID
    suspending()
    assert reasons.get(timeout=60) is LockReason.ASLEEP
    calls.state = (True, True)
    assert reasons.get(timeout=60) is LockReason.SESSION
    looked = calls.looks
    until(lambda: calls.looks > looked + 2)
    assert reasons.empty()  # once, not every look
    desktop.end()
    assert calls.power is None


def test_a_windows_that_refuses_leaves_the_app_s_own_count() -> None:
    class Refusing(Calls):
        def last_input_tick(self) -> int:
            raise OSError

        def on_power(self, suspending: Callable[[], None], lid: Callable[[bool], None]) -> None:
            raise OSError

    desktop = WindowsDesktop(Refusing())
    desktop.begin(lambda _reason: None)
    assert desktop.untouched() is None
    desktop.end()
