"""What the machine says of the person at it: somebody's hands elsewhere, a locked screen, a lid, sleep.

One implementation per system, each in a module of its own: logind on Linux, Win32 on Windows. Where neither is there
(macOS, a bare console), fieldtui counts its own keys and notices sleep by its own clock; see `watch.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol

from fieldtui.tui.endings import LockReason

OnLock = Callable[[LockReason], None]
"""Called in a thread of the watcher's own when the machine asks for a lock; may be called more than once."""


class Desktop(Protocol):
    """A watcher of one system."""

    def begin(self, on_lock: OnLock) -> None:
        """Watch from now on, in a daemon thread; never blocks and never fails."""
        ...

    def untouched(self) -> float | None:
        """Seconds since anybody used this session of the machine; `None` where the system does not say."""
        ...

    def end(self) -> None:
        """Watch no more. A system that waited for us before it sleeps waits no longer."""
        ...


def this_machine() -> Desktop | None:
    """The watcher of the system this runs on; `None` where there is none."""
    system: str = sys.platform  # a plain word: both branches are checked on every system
    if system == "win32":
        from fieldtui.tui.desktop_windows import Win32, WindowsDesktop

        return WindowsDesktop(Win32())
    if system.startswith("linux"):
        from fieldtui.tui.desktop_linux import Logind

        return Logind()
    return None
