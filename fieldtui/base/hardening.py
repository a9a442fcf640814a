"""What a process that holds citizens' data does before anything else: it leaves no memory behind when it fails.

Not against malware of the same user, which is out of scope (docs/security.md, T5), but against the casual look and
against what the system itself writes down.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fieldtui.base.crashreport import report_defect
from fieldtui.base.log import event

_PR_SET_DUMPABLE: Final = 4
_ARG_START: Final = 45
"""Of the words after the name in /proc/self/stat, which are counted from the third."""


def harden() -> None:
    """No core file, no look into this process's memory by others of the same user, no word of data from what fails.

    On Linux the process becomes non-dumpable (prctl(2)): `/proc/PID/mem` and `environ` are closed to everybody but
    root, and no debugger attaches. Where the system refuses, it stays as it was. For Windows see `hardening_windows`.

    Python's own voices are silenced too: a traceback, a warning and the log of last resort quote values.
    """
    _close_memory()
    faulthandler.disable()
    warnings.resetwarnings()  # PYTHONWARNINGS=error would end the program at any library's remark
    warnings.simplefilter("ignore")
    warnings.showwarning = _warned
    logging.lastResort = None
    logging.raiseExceptions = False  # what cannot be written would be printed with all its arguments
    sys.excepthook = _ended
    threading.excepthook = lambda given: _failed("defect.thread", given.exc_value)
    sys.unraisablehook = lambda given: _failed("defect.unraisable", given.exc_value)


def _close_memory() -> None:
    if sys.platform == "win32":
        from fieldtui.base.hardening_windows import Kernel32, close_memory

        with contextlib.suppress(OSError, AttributeError):
            close_memory(Kernel32())
    else:
        import resource

        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def hide_arguments(words: Sequence[str]) -> bool:
    """Blank what was typed after the command, which `ps` shows to everybody on the machine: a name, a reason, a line.

    Linux only: the kernel says where the arguments lie (`arg_start` and `arg_end`, proc(5)), and they are ours to write.
    Until then, some hundredths of a second, they can be seen; a shell's history keeps them anyhow.

    Args:
        words: This process's arguments; the last of what the kernel has, else nothing is touched.

    Returns:
        Whether anything was blanked.
    """
    if sys.platform != "linux" or len(words) < 2:
        return False
    import ctypes

    try:
        text = Path("/proc/self/stat").read_text("ascii", "replace")
        start, end = (int(each) for each in text.rpartition(")")[2].split()[_ARG_START : _ARG_START + 2])
        tail = b"".join(os.fsencode(word) + b"\0" for word in words[1:])
        if not 0 < len(tail) < end - start or ctypes.string_at(end - len(tail), len(tail)) != tail:
            return False
        ctypes.memset(end - len(tail), 0, len(tail))
    except (OSError, ValueError):
        return False
    return True


def _ended(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """The interpreter would print a traceback; a number is enough to find the place by."""
    del trace
    if issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    with contextlib.suppress(Exception):  # as in `_failed`
        number = report_defect(error, "defect.last")
        sys.stderr.write(f"fieldtui: {number}\n")


def _failed(where: str, error: BaseException | None) -> None:
    if error is None or sys.is_finalizing():
        return  # at the very end nothing can be imported or written any more, and Python would tell of that in our stead
    with contextlib.suppress(Exception):  # a hook that fails has its own failure printed, with what caused it
        report_defect(error, where)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    """A warning's text may quote a value (pydantic's do): only its kind and line are written down."""
    del message, filename, file, line
    event("warning", kind=category.__name__, line=lineno)
