"""Syncing by itself: the schedule with its clock, its dice and an ear for the network. The TUI and `sync --watch` share it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Final

from fieldtui.base.clock import Clock
from fieldtui.base.errors import Busy, DiskFull, FieldtuiError, Unreachable, UpgradeNeeded
from fieldtui.sync.network import Reach, reach
from fieldtui.sync.report import SyncReport
from fieldtui.sync.schedule import AFTER_CHANGE_SECONDS, EVERY_SECONDS, Schedule, beginning

__all__ = ["AFTER_CHANGE_SECONDS", "EVERY_SECONDS", "LISTEN_SECONDS", "AutoSync", "mends_itself"]

LISTEN_SECONDS: Final = 5.0
"""How often the machine's own routing table is looked at."""
_ASLEEP_SECONDS: Final = 60.0
"""The calendar moved so much further than the ticks: the machine slept, or its clock was set."""


def mends_itself(error: FieldtuiError) -> bool:
    """True where trying again later may help without anybody doing anything."""
    return isinstance(error, (Unreachable, Busy, DiskFull)) and not isinstance(error, UpgradeNeeded)


class AutoSync:
    """Says when the next automatic sync is due. One thread asks it and tells it what happened; it starts nothing itself."""

    def __init__(
        self,
        clock: Clock,
        *,
        dice: Callable[[], float] | None = None,
        ear: Callable[[str | None], Reach] = reach,
    ) -> None:
        """Begin: the first sync is due in a second.

        Args:
            clock: Where time comes from.
            dice: Evenly distributed in [0, 1); the operating system's without one.
            ear: Hears which ways lead out of this machine.
        """
        self._clock = clock
        self._dice = dice or random.SystemRandom().random
        self._ear = ear
        self.url: str | None = None
        """The central system's address, once whoever uses this knows it."""
        self._schedule = beginning(clock.monotonic())
        self._heard = ear(None)
        self._heard_at = self._asked_at = clock.monotonic()
        self._asked_on = clock.now()

    @property
    def schedule(self) -> Schedule:
        """As it stands."""
        return self._schedule

    def is_due(self) -> bool:
        """True where a sync should begin now; also notices a network that appeared and a machine that woke up."""
        now, today = self._clock.monotonic(), self._clock.now()
        if self._slept(now, today) or self._network_appeared(now):
            self._schedule = self._schedule.network(now)
        self._asked_at, self._asked_on = now, today
        return now >= self._schedule.due

    def wait_seconds(self) -> float:
        """How long nothing needs to be asked; at most `LISTEN_SECONDS`."""
        return min(max(0.0, self._schedule.due - self._clock.monotonic()), LISTEN_SECONDS)

    def changed(self) -> None:
        """Something was edited."""
        self._schedule = self._schedule.changed(self._clock.monotonic())

    def began(self) -> None:
        """A sync began, by itself or by hand."""
        self._schedule = self._schedule.began(self._clock.monotonic())

    def ended(self, report: SyncReport, rests: float | None) -> None:
        """A sync came back with a report.

        Args:
            report: What it did; one that did not finish is tried again soon.
            rests: Seconds until something that rests may be sent.
        """
        now = self._clock.monotonic()
        if report.finished:
            self._schedule = self._schedule.succeeded(now, rests)
        else:
            self._schedule = self._schedule.failed(now, self._dice())

    def failed(self, error: FieldtuiError) -> None:
        """A sync failed."""
        now = self._clock.monotonic()
        if mends_itself(error):
            asked = error.retry_after if isinstance(error, Unreachable) else None
            self._schedule = self._schedule.failed(now, self._dice(), asked)
        else:
            self._schedule = self._schedule.stopped(now)

    def stopped(self) -> None:
        """A person stopped the sync."""
        self._schedule = self._schedule.stopped(self._clock.monotonic())

    def _slept(self, now: float, today: datetime) -> bool:
        return (today - self._asked_on).total_seconds() - (now - self._asked_at) > _ASLEEP_SECONDS

    def _network_appeared(self, now: float) -> bool:
        if now - self._heard_at < LISTEN_SECONDS:
            return False
        earlier, self._heard, self._heard_at = self._heard, self._ear(self.url), now
        return self._heard.is_news_after(earlier)
