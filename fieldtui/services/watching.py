"""`fieldtui sync --watch`: the same schedule as the TUI's, for a machine where nobody sits in front of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fieldtui.base.clock import Clock
from fieldtui.base.errors import FieldtuiError, MassChange, UpgradeNeeded
from fieldtui.services.autosync import AutoSync, mends_itself
from fieldtui.services.workspace import Workspace
from fieldtui.sync.report import SyncProgress, SyncReport

__all__ = ["SyncProgress", "SyncReport", "Watching"]


class Watching:
    """Keeps a vault in step with the central system until it is told to stop.

    The vault stays open meanwhile, so that nobody is asked for a passphrase again; commands that need it to themselves
    (exit code 8) must wait until the watching ends. Edits that other processes make are noticed.
    """

    def __init__(
        self,
        unlock: Callable[[], Workspace],
        *,
        clock: Clock,
        on_sync: Callable[[SyncReport], None],
        on_trouble: Callable[[FieldtuiError], None],
        on_progress: Callable[[SyncProgress], None] | None = None,
        auto: AutoSync | None = None,
    ) -> None:
        """Prepare.

        Args:
            unlock: Opens the vault; asked again where another process has it to itself.
            clock: Where time comes from.
            on_sync: Told of each sync that came to an end.
            on_trouble: Told once of each kind of trouble in a row.
            on_progress: Told of each step.
            auto: The schedule; a new one without it.
        """
        self._unlock = unlock
        self._auto = auto or AutoSync(clock)
        self._on_sync = on_sync
        self._on_trouble = on_trouble
        self._on_progress = on_progress
        self._ended = threading.Event()
        self._workspace: Workspace | None = None
        self._seen: int | None = None
        self._trouble: type[FieldtuiError] | None = None

    def stop(self) -> None:
        """From another thread: end soon. Again does nothing."""
        self._ended.set()
        if self._workspace is not None:
            self._workspace.syncing.cut()

    def run(self) -> None:
        """Sync whenever it is due, until `stop`.

        Raises:
            NotEnrolled, Revoked, Locked, Damaged: Waiting does not mend it.
        """
        try:
            while not self._ended.is_set():
                self._notice_edits()
                if self._auto.is_due():
                    self._once()
                self._ended.wait(max(0.05, self._auto.wait_seconds()))
        finally:
            if self._workspace is not None:
                self._workspace.close()

    def _once(self) -> None:
        self._auto.began()
        try:
            if self._workspace is None:
                self._workspace = self._unlock()
                self._auto.url = self._workspace.syncing.address
            syncing = self._workspace.syncing
            report = syncing.run(manual=False, cancelled=self._ended.is_set, on_progress=self._on_progress)
            self._auto.ended(report, syncing.rests())
        except FieldtuiError as error:
            if not (mends_itself(error) or isinstance(error, (MassChange, UpgradeNeeded))):
                raise
            self._auto.failed(error)
            if type(error) is not self._trouble:
                self._on_trouble(error)
            self._trouble = type(error)
        else:
            self._trouble = None
            self._on_sync(report)

    def _notice_edits(self) -> None:
        """Where another process wrote to the vault and something waits now, it is to be sent."""
        if self._workspace is None:
            return
        version, _own = self._workspace.store.version()
        if self._seen is not None and version != self._seen and self._workspace.status().pending:
            self._auto.changed()
        self._seen = version
