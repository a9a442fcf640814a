"""When the vault locks by itself: no hand on the machine, a machine that slept, or a very long day."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fieldtui.base.clock import Clock
from fieldtui.tui.endings import LockReason

BEAT_SECONDS: Final = 1.0
WARN_SECONDS: Final = 30
"""How long before an idle lock it is announced."""
_LONGEST: Final = timedelta(hours=12)
_GAP_SECONDS: Final = 3.0
"""A heartbeat this late means the process stood still: the lid was closed, or it was stopped."""
DEFAULT_IDLE_MINUTES: Final = 5


def _slept() -> float:
    """Seconds this machine has slept since it started; 0.0 where the system does not say."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return 0.0
    return time.clock_gettime(boot) - time.clock_gettime(time.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a heartbeat found."""

    lock: LockReason | None = None
    warn: bool = False
    """True once, `WARN_SECONDS` before an idle lock."""


class Watch:
    """Counts from heartbeat to heartbeat. It reads clocks and decides; the app acts."""

    def __init__(self, clock: Clock, *, idle_minutes: int = DEFAULT_IDLE_MINUTES) -> None:
        """Args:
        clock: Where time comes from.
        idle_minutes: Minutes without a key or a click; kept within 1 and 15.
        """
        self._clock = clock
        self._idle = max(1, min(15, idle_minutes)) * 60
        self._opened: datetime = clock.now()
        self._touched = clock.monotonic()
        self._beat = clock.monotonic()
        self._slept = _slept()
        self._warned = False

    def touch(self) -> None:
        """A key or a click."""
        self._touched = self._clock.monotonic()
        self._warned = False

    def beat(self) -> Verdict:
        """Called about every second, before the next paint."""
        now = self._clock.monotonic()
        gap, self._beat = now - self._beat, now
        slept, self._slept = _slept() - self._slept, _slept()
        if gap > BEAT_SECONDS + _GAP_SECONDS or slept > 2:
            return Verdict(lock=LockReason.ASLEEP)
        if self._clock.now() - self._opened >= _LONGEST:
            return Verdict(lock=LockReason.LONG)
        idle = now - self._touched
        if idle >= self._idle:
            return Verdict(lock=LockReason.IDLE)
        if idle >= self._idle - WARN_SECONDS and not self._warned:
            self._warned = True
            return Verdict(warn=True)
        return Verdict()
