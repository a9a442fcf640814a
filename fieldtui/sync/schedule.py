"""When to sync by itself. Pure: the clock's reading and the dice come from outside, and every step gives a new value.

Sync protocol, "Errors": in the TUI and under `sync --watch` a sync starts when a network appears, 30 s after the last
edit and every 15 minutes; what rests for a while (attendance) goes when its rest is over. After a failure the wait is
drawn anew each time, evenly between nothing and a bound that doubles from 1 s to 5 min ("full jitter"), so that a
thousand laptops do not come back in the same second. `Retry-After` is a floor that only a person's own F5 goes below.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

EVERY_SECONDS: Final = 15 * 60
"""Pause between two syncs where nothing was changed."""
AFTER_CHANGE_SECONDS: Final = 30
"""How long after the last change it is sent; short enough to be there when the lid closes, long enough to undo."""
AT_ONCE_SECONDS: Final = 1
"""Lets the first screen be painted, and a network that has just appeared settle."""
FIRST_BOUND_SECONDS: Final = 1
LARGEST_BOUND_SECONDS: Final = 5 * 60
RETRY_AFTER_LIMIT: Final = 60 * 60
"""Seconds. A `Retry-After` is not signed where a proxy sends it: whoever answers may hold us off, but not for ever."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the next sync is due. All instants are readings of one monotonic clock, in seconds."""

    regular: float
    """The quarter of an hour; after a failure, when to try again."""
    change: float | None = None
    """When the last edit is to be sent; `None` where nothing was edited since the last whole sync."""
    rested: float | None = None
    """When something that rests may be sent; `None` where nothing does."""
    not_before: float = float("-inf")
    """What the central system asked for; automatic syncs keep to it."""
    failures: int = 0
    """In a row."""

    @property
    def due(self) -> float:
        """When the next automatic sync starts."""
        wanted = [self.regular] if self.failures else [self.regular, self.change, self.rested]
        return max(self.not_before, min(each for each in wanted if each is not None))

    def changed(self, now: float) -> Schedule:
        """Something was edited: it goes half a minute after the last edit, or when a failure's wait is over."""
        return replace(self, change=now + AFTER_CHANGE_SECONDS)

    def network(self, now: float) -> Schedule:
        """A network appeared, or the machine woke up: what failed before says nothing any more."""
        return replace(self, regular=min(self.regular, now + AT_ONCE_SECONDS), failures=0)

    def began(self, now: float) -> Schedule:
        """A sync began, whoever asked for it: it takes along what was edited until now."""
        return replace(self, regular=now + EVERY_SECONDS, change=None, rested=None)

    def succeeded(self, now: float, rests: float | None = None) -> Schedule:
        """A whole sync finished.

        Args:
            now: The clock's reading.
            rests: Seconds until something that rests may be sent; `None` where nothing does.
        """
        rested = None if rests is None else now + max(0.0, rests)
        return Schedule(regular=now + EVERY_SECONDS, change=self.change, rested=rested)

    def failed(self, now: float, dice: float, retry_after: float | None = None) -> Schedule:
        """A sync failed, or did not get to its end, in a way that time may mend.

        Args:
            now: The clock's reading.
            dice: Evenly distributed in [0, 1).
            retry_after: Seconds the central system asked for.
        """
        wait = dice * bound(self.failures)
        floor = self.not_before if retry_after is None else now + min(max(0.0, retry_after), RETRY_AFTER_LIMIT)
        return replace(self, regular=now + wait, not_before=floor, failures=self.failures + 1)

    def stopped(self, now: float) -> Schedule:
        """A person stopped the sync, or only a person can mend what stopped it: the next quarter of an hour, or edit."""
        return replace(self, regular=now + EVERY_SECONDS, rested=None, failures=0)


def beginning(now: float) -> Schedule:
    """The schedule of a process that has just opened the vault."""
    return Schedule(regular=now + AT_ONCE_SECONDS)


def bound(failures: int) -> float:
    """The longest wait after so many failures in a row before this one, in seconds."""
    return float(min(LARGEST_BOUND_SECONDS, FIRST_BOUND_SECONDS * 2 ** min(failures, 30)))
