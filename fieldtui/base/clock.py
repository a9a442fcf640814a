"""Time is asked for, never taken: a clock arrives through the constructor.

Instants are compared as instants and written with Copenhagen's offset to the minute.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class Clock(Protocol):
    """Where a use case asks for the time."""

    def now(self) -> datetime:
        """The present instant, with Copenhagen's offset."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never goes backwards."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, with Copenhagen's offset."""
        return datetime.now(UTC).astimezone(COPENHAGEN)

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()


class FixedClock:
    """A clock that stands still until it is moved; for tests, training and replays."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            at = at.replace(tzinfo=COPENHAGEN)
        self._at = at.astimezone(COPENHAGEN)
        self._ticks = 0.0

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._at

    def monotonic(self) -> float:
        """Seconds it was moved since it was made."""
        return self._ticks

    def advance(self, step: timedelta) -> None:
        """Move the clock; forwards moves the monotonic clock too."""
        self._at = (self._at.astimezone(UTC) + step).astimezone(COPENHAGEN)
        self._ticks += max(0.0, step.total_seconds())


def today(clock: Clock) -> date:
    """The calendar day in Copenhagen."""
    return clock.now().astimezone(COPENHAGEN).date()


def in_gap(naive: datetime) -> bool:
    """True where a wall-clock time does not exist: the hour skipped in spring."""
    aware = naive.replace(tzinfo=COPENHAGEN)
    return aware.astimezone(UTC).astimezone(COPENHAGEN).replace(tzinfo=None) != naive


def in_fold(naive: datetime) -> bool:
    """True where a wall-clock time exists twice: the hour repeated in autumn."""
    first = naive.replace(tzinfo=COPENHAGEN, fold=0)
    second = naive.replace(tzinfo=COPENHAGEN, fold=1)
    return not in_gap(naive) and first.utcoffset() != second.utcoffset()


def isoformat(instant: datetime) -> str:
    """ISO 8601 with Copenhagen's offset, to the minute (`2026-11-24T10:00+01:00`)."""
    return instant.astimezone(COPENHAGEN).isoformat(timespec="minutes")
