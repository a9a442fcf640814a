"""Sync behind the screens: by itself when there is something to send, at once on F5, never in the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from fieldtui.base.errors import FieldtuiError

if TYPE_CHECKING:
    from fieldtui.services.syncing import Syncing, SyncProgress, SyncReport

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ran:
    """A sync that came back, and what the next one must know."""

    report: SyncReport
    manual: bool
    """True where a person asked for it."""
    stopped: bool
    """True where a person stopped it."""
    rests: float | None
    """Seconds until something that automatic sync lets rest may be sent."""


def aside(
    call: Callable[[], T],
    *,
    on_done: Callable[[T], None],
    on_error: Callable[[FieldtuiError], None],
    on_fault: Callable[[Exception], None],
) -> None:
    """Run something slow in a daemon thread; the listeners run in that thread too.

    A daemon thread, not the event loop's pool: a lock must not wait for an answer from the office.
    """

    def work() -> None:
        try:
            answer = call()
        except FieldtuiError as error:
            on_error(error)
        except Exception as fault:  # noqa: BLE001  a fault in a thread must reach the app, which ends without showing data
            on_fault(fault)
        else:
            on_done(answer)

    threading.Thread(target=work, name="fieldtui-aside", daemon=True).start()


class BackgroundSync:
    """One sync at a time, in a thread of its own that ends with the process."""

    def __init__(
        self,
        syncing: Callable[[], Syncing],
        *,
        on_done: Callable[[Ran], None],
        on_error: Callable[[FieldtuiError, bool], None],
        on_fault: Callable[[Exception], None],
        on_progress: Callable[[SyncProgress], None],
    ) -> None:
        """The callbacks run in the sync thread; `bool` says whether a person asked for this sync."""
        self._syncing = syncing
        self._on_done = on_done
        self._on_error = on_error
        self._on_fault = on_fault
        self._on_progress = on_progress
        self._ended = threading.Event()
        self._stopped = threading.Event()
        self._busy = threading.Lock()

    @property
    def running(self) -> bool:
        """True while a sync is under way, until it is stopped."""
        return self._busy.locked() and not self._stopped.is_set()

    def start(self, *, manual: bool, accept_mass_change: bool = False) -> bool:
        """Begin a sync; False where one is under way already, or one that was stopped has not come to its end."""
        if self._ended.is_set() or not self._busy.acquire(blocking=False):
            return False
        self._stopped.clear()
        aside(
            lambda: self._once(manual, accept_mass_change),
            on_done=lambda ran: self._tell(self._on_done, ran),
            on_error=lambda error: self._tell(self._on_error, error, manual),
            on_fault=lambda fault: self._tell(self._on_fault, fault),
        )
        return True

    def stop(self) -> bool:
        """Let the sync under way end at its next safe place, and wait for no answer; False where none is under way."""
        if not self.running:
            return False
        self._stopped.set()
        self._syncing().cut()
        return True

    def end(self) -> None:
        """The process ends: begin no other sync, stop the one under way, and tell nobody."""
        self._ended.set()
        self.stop()

    def _tell(self, listener: Callable[..., None], *said: object) -> None:
        if not self._ended.is_set():
            listener(*said)

    def _once(self, manual: bool, accept_mass_change: bool) -> Ran:
        try:
            syncing = self._syncing()
            report = syncing.run(
                manual=manual,
                accept_mass_change=accept_mass_change,
                cancelled=self._stopped.is_set,
                on_progress=lambda step: self._tell(self._on_progress, step),
            )
            return Ran(report, manual, stopped=self._stopped.is_set() and not report.finished, rests=syncing.rests())
        finally:
            self._busy.release()
