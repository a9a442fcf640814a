"""The system's clipboard: written to on purpose only, and emptied again after a minute, at a lock and at the end.

Most terminals take a text for the clipboard (OSC 52, xterm's ctlseqs) and none of them may be asked what lies in it: so
whether it is still ours cannot be known, and after a minute it is written over whatever it holds by then. Windows' own
clipboard can be asked; there a text that somebody else put in stays (`clipboard_windows`).
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from typing import Final, Protocol

from fieldtui.base.text import clean

CLEAR_SECONDS: Final = 60
_LONGEST: Final = 74_994
"""Bytes; as much as xterm takes of one sequence."""
_DEAF: Final = frozenset({"linux", "dumb", ""})
"""Terminals (`TERM`) that would print the sequence instead of obeying it, or have no clipboard."""
_OVERWRITTEN_BY: Final = " "
"""An empty text is ignored by some terminals (tmux); a blank is taken by all."""


def sequence(text: str) -> str:
    """What makes a terminal put a text into the clipboard (OSC 52)."""
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode('ascii')}\x07"


FORGET: Final = sequence(_OVERWRITTEN_BY)


def copies_to(terminal: str) -> bool:
    """True where that kind of terminal (`TERM`) can be expected to obey, or at least to swallow, the sequence."""
    return sys.platform != "win32" and terminal not in _DEAF


class Clipboard(Protocol):
    """Where a copied text goes."""

    @property
    def holds_ours(self) -> bool:
        """True while a text of ours may lie there."""

    def put(self, text: str) -> bool:
        """Put a text in; False where that cannot be done here."""

    def forget(self) -> None:
        """Take it out again, where one was put in."""


class TerminalClipboard:
    """The clipboard of the machine the terminal runs on."""

    def __init__(self, write: Callable[[str], None], terminal: str) -> None:
        """Args:
        write: Writes to the terminal.
        terminal: Its kind, as `TERM` says.
        """
        self._write = write
        self._deaf = not copies_to(terminal)
        self._ours = False

    @property
    def holds_ours(self) -> bool:
        """True from `put` to `forget`: what others put in meanwhile cannot be seen."""
        return self._ours

    def put(self, text: str) -> bool:
        """Put a text in; False where the terminal has no clipboard, or the text is too long for one sequence."""
        said = sequence(clean(text, multiline=True))
        if self._deaf or len(said) > _LONGEST:
            return False
        self._write(said)
        self._ours = True
        return True

    def forget(self) -> None:
        """Write a blank over it."""
        if self._ours:
            self._ours = False
            self._write(FORGET)


def clipboard(write: Callable[[str], None], terminal: str) -> Clipboard:
    """The clipboard of this system.

    Args:
        write: Writes to the terminal.
        terminal: Its kind, as `TERM` says.
    """
    if sys.platform == "win32":
        from fieldtui.tui.clipboard_windows import User32, WindowsClipboard

        return WindowsClipboard(User32())
    return TerminalClipboard(write, terminal)
