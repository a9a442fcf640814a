"""The end of a worker: vault closed, terminal clean, process gone, whatever its threads are doing.

Textual's own way out waits for every thread and takes its screens apart; a lock waits for neither. What the process had
in memory goes with it, and the supervisor finds the terminal as it needs it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Final

from fieldtui.base.log import event
from fieldtui.tui import terminal
from fieldtui.tui.endings import REASON_OF, Ending, LockReason

if TYPE_CHECKING:
    from fieldtui.tui.app import FieldtuiApp

DEADLINE_SECONDS: Final = 3.0
"""The process is gone no later than this after a lock began; what was stored before is stored all the same."""


_PR_SET_PDEATHSIG: Final = 1


def orphaned(parent: int) -> bool:
    """Whether the supervisor with this process id has gone. Windows gives an orphan no new parent: False there."""
    return os.getppid() != parent


def end_with_parent() -> None:
    """On Linux: get SIGHUP when the supervisor ends in whatever way (prctl(2)). Elsewhere the heartbeat notices."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGHUP), 0, 0, 0)


class ProcessEnd:
    """Ends this process with an `Ending` as its status."""

    def __init__(self, app: FieldtuiApp, *, parent: int, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        """Args:
        app: Whose vault is closed and whose terminal is left.
        parent: The supervisor's process id. Where it was killed, nobody else gives the shell its terminal back.
        deadline_seconds: The longest it may take.
        """
        self._app = app
        self._deadline = deadline_seconds
        self._parent = parent

    def begin(self, ending: Ending) -> None:
        """Start the deadline.

        A thread that holds the vault, or a terminal that takes no more, can delay the end so long and no longer. The
        vault is then left as after a loss of power: whole, and read through at the next start.
        """

        def too_late() -> None:
            event("lock.forced", exit=int(ending))
            os._exit(int(ending))

        timer = threading.Timer(self._deadline, too_late)
        timer.daemon = True
        timer.start()

    def finish(self, ending: Ending) -> None:
        """Close the vault, leave the terminal, and end; does not return."""
        try:
            workspace = self._app.open_workspace
            if workspace is not None:
                reason = REASON_OF.get(int(ending), LockReason.ASKED)
                workspace.close(None if reason is LockReason.ASKED else reason.value)
        except Exception as error:  # noqa: BLE001  whatever closing runs into, the process must go, and its keys with it
            event("lock.not_closed", cause=type(error).__name__)
        with contextlib.suppress(Exception):  # the terminal may be gone; then nothing is left to clean
            self._app.write_out()
            terminal.write(terminal.SCRUB if ending is Ending.LEFT else terminal.BETWEEN)
        if orphaned(self._parent):
            terminal.leave_usable()
        os._exit(int(ending))
