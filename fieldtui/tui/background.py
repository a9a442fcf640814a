"""Sync behind the screens: by itself when there is something to send, at once on F5, never in the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from fieldtui.base.errors import FieldtuiError

if TYPE_CHECKING:
    from fieldtui.services.syncing import Syncing, SyncReport

T = TypeVar("T")

EVERY_SECONDS: Final = 15 * 60
"""Pause between two syncs where nothing was changed."""
AFTER_CHANGE_SECONDS: Final = 30
"""How long after the last change it is sent; short enough to be there when the lid closes, long enough to undo."""


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
        on_report: Callable[[SyncReport, bool], None],
        on_error: Callable[[FieldtuiError, bool], None],
        on_fault: Callable[[Exception], None],
    ) -> None:
        """The callbacks run in the sync thread; `bool` says whether a person asked for this sync."""
        self._syncing = syncing
        self._on_report = on_report
        self._on_error = on_error
        self._on_fault = on_fault
        self._stop = threading.Event()
        self._busy = threading.Lock()

    @property
    def running(self) -> bool:
        """True while a sync is under way."""
        return self._busy.locked()

    def start(self, *, manual: bool) -> bool:
        """Begin a sync; False where one is under way already."""
        if self._stop.is_set() or not self._busy.acquire(blocking=False):
            return False
        aside(
            lambda: self._once(manual),
            on_done=lambda report: self._tell(self._on_report, report, manual),
            on_error=lambda error: self._tell(self._on_error, error, manual),
            on_fault=lambda fault: self._tell(self._on_fault, fault),
        )
        return True

    def stop(self) -> None:
        """Begin no other sync, and let the one under way end at its next safe place."""
        self._stop.set()

    def _tell(self, listener: Callable[..., None], *said: object) -> None:
        if not self._stop.is_set():
            listener(*said)

    def _once(self, manual: bool) -> SyncReport:
        try:
            return self._syncing().run(manual=manual, cancelled=self._stop.is_set)
        finally:
            self._busy.release()
