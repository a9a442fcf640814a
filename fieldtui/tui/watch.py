"""When the vault locks by itself: no hand on the machine, a machine that slept, or a very long day."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fieldtui.base.clock import Clock
from fieldtui.tui.endings import LockReason

BEAT_SECONDS: Final = 1.0
WARN_SECONDS: Final = 30
"""How long before an idle lock it is announced."""
DEFAULT_IDLE_MINUTES: Final = 5
LONGEST_IDLE_MINUTES: Final = 15
"""More than a rule may ask for; and so long may fieldtui lie untouched while hands use the machine for something else."""
_LONGEST: Final = timedelta(hours=12)
_GAP_SECONDS: Final = 2.0
"""A heartbeat this much too late means the process stood still: the lid was closed, or it was stopped."""


def slept_seconds() -> float:
    """Seconds this machine has slept since it started; 0.0 where the system does not say."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return 0.0
    return time.clock_gettime(boot) - time.clock_gettime(time.CLOCK_MONOTONIC)


def idle_minutes_of(value: Any) -> int:
    """What a rule says of the idle time, as minutes within 1 and 15; what says nothing usable counts as the default.

    A rule comes from outside: none may keep the vault open for longer, or keep it from opening.
    """
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    minutes = value if usable else DEFAULT_IDLE_MINUTES
    return int(max(1, min(LONGEST_IDLE_MINUTES, minutes)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a heartbeat found."""

    lock: LockReason | None = None
    warn: bool = False
    """True once, `WARN_SECONDS` before an idle lock."""


class Pulse:
    """Notices that this process stood still, in whichever thread looks first.

    A thread of its own beats, so that a screen that is long to draw is not taken for sleep; before anything is painted,
    `stood_still` is asked, so that nothing is painted after sleep.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, slept: Callable[[], float] = slept_seconds
    ) -> None:
        """Args:
        monotonic: Seconds that do not count while the machine sleeps, or do.
        slept: Seconds the machine has slept.
        """
        self._monotonic = monotonic
        self._slept_seconds = slept
        self._beat_at = monotonic()
        self._slept = slept()
        self._stood = False
        self._mutex = threading.Lock()
        self._ended = threading.Event()

    def begin(self) -> None:
        """Beat in a thread of its own until `end`."""
        threading.Thread(target=self._run, name="fieldtui-pulse", daemon=True).start()

    def end(self) -> None:
        """Beat no more."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(BEAT_SECONDS / 2):
            self.stood_still()

    def stood_still(self) -> bool:
        """Whether the process stood still for more than two seconds since it began; also a heartbeat."""
        with self._mutex:
            now, slept = self._monotonic(), self._slept_seconds()
            if now - self._beat_at > BEAT_SECONDS + _GAP_SECONDS or slept - self._slept > _GAP_SECONDS:
                self._stood = True
            self._beat_at, self._slept = now, slept
            return self._stood


class Watch:
    """Counts from heartbeat to heartbeat. It reads clocks and decides; the app acts."""

    def __init__(self, clock: Clock, *, idle_minutes: int = DEFAULT_IDLE_MINUTES, pulse: Pulse | None = None) -> None:
        """Args:
        clock: Where time comes from.
        idle_minutes: Minutes without a key or a click; kept within 1 and 15.
        pulse: Notices sleep; without one, a pulse by the same clock.
        """
        self._clock = clock
        self._idle = idle_minutes_of(idle_minutes) * 60
        self._opened: datetime = clock.now()
        self._touched = clock.monotonic()
        self._pulse = pulse or Pulse(clock.monotonic)
        self._warned = False

    def touch(self) -> None:
        """A key or a click."""
        self._touched = self._clock.monotonic()
        self._warned = False

    def allow(self, idle_minutes: int) -> None:
        """A rule says from now on how many minutes; kept within 1 and 15."""
        self._idle = idle_minutes_of(idle_minutes) * 60

    def slept(self) -> bool:
        """Whether the process stood still; to be asked before anything is painted."""
        return self._pulse.stood_still()

    def beat(self, elsewhere: float | None = None) -> Verdict:
        """Called about every second.

        Args:
            elsewhere: Seconds since somebody last used the machine for anything, as the system says; `None` where it
                does not say. Whoever uses it keeps the vault open past the idle time, but never longer than
                `LONGEST_IDLE_MINUTES`: the system does not say whose hands they are.
        """
        if self.slept():
            return Verdict(lock=LockReason.ASLEEP)
        if self._clock.now() - self._opened >= _LONGEST:
            return Verdict(lock=LockReason.LONG)
        untouched = self._clock.monotonic() - self._touched
        idle = untouched if elsewhere is None else min(untouched, max(0.0, elsewhere))
        left = min(self._idle - idle, LONGEST_IDLE_MINUTES * 60 - untouched)
        if left <= 0:
            return Verdict(lock=LockReason.IDLE)
        if left > WARN_SECONDS:
            self._warned = False
        elif not self._warned:
            self._warned = True
            return Verdict(warn=True)
        return Verdict()
