"""Sync behind the screens: by itself when there is something to send, at once on F5, never in the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import FieldtuiError

if TYPE_CHECKING:
    from fieldtui.services.syncing import Syncing, SyncReport

EVERY_SECONDS: Final = 15 * 60
"""Pause between two syncs where nothing was changed."""
AFTER_CHANGE_SECONDS: Final = 30
"""How long after the last change it is sent; short enough to be there when the lid closes, long enough to undo."""


class BackgroundSync:
    """One sync at a time, in a thread of its own that ends with the process.

    A daemon thread, not the event loop's pool: a lock must not wait for an answer from the office.
    """

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
        threading.Thread(target=self._run, args=(manual,), name="fieldtui-sync", daemon=True).start()
        return True

    def stop(self) -> None:
        """Begin no other sync, and let the one under way end at its next safe place."""
        self._stop.set()

    def _run(self, manual: bool) -> None:
        try:
            report = self._once(manual)
        except FieldtuiError as error:
            if not self._stop.is_set():
                self._on_error(error, manual)
        except Exception as fault:  # noqa: BLE001  a fault in a thread must reach the app, which ends without showing data
            if not self._stop.is_set():
                self._on_fault(fault)
        else:
            if not self._stop.is_set():
                self._on_report(report, manual)

    def _once(self, manual: bool) -> SyncReport:
        try:
            return self._syncing().run(manual=manual, cancelled=self._stop.is_set)
        finally:
            self._busy.release()
