"""What a process that holds citizens' data does before anything else: it leaves no memory behind when it fails.

Not against malware of the same user, which is out of scope (docs/security.md, T5), but against the casual look and
against what the system itself writes down.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import Any, Final

from fieldtui.base.log import event

_PR_SET_DUMPABLE: Final = 4


def harden() -> None:
    """No core file, no look into this process's memory by others of the same user, no traceback of a thread.

    On Linux the process becomes non-dumpable (prctl(2)): `/proc/PID/mem` and `environ` are closed to everybody but
    root, and no debugger attaches. Where the system refuses, it stays as it was.
    """
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    threading.excepthook = lambda given: _place_only("thread", given.exc_type, given.exc_traceback)
    sys.unraisablehook = lambda given: _place_only("unraisable", given.exc_type, given.exc_traceback)


def _place_only(where: str, kind: type[BaseException] | None, trace: Any) -> None:
    """Write the kind of error and its place to the log; its message may hold personal data."""
    place = "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    event(f"defect.{where}", error=kind.__name__ if kind else "?", place=place)
