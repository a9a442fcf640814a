"""The terminal without Textual: raw keys in, a few escape sequences out. Imports next to nothing, so it is there at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

ENTER_SCREEN: Final = "\x1b[?1049h\x1b[?25l"
"""Alternate screen, cursor hidden."""
_MODES_OFF: Final = (
    "\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?2004l\x1b[?1004l\x1b[?2048l"
    "\x1b[<u\x1b[?7h\x1b[0m\x1b[2J\x1b[H"
)
"""Undo every mode Textual sets, in the alternate screen, and wipe that."""
SCRUB: Final = _MODES_OFF + "\x1b[?1049l\x1b[?25h\x1b[0m"
"""Leave the alternate screen with nothing on it: the shell's own text and scrollback stay."""
BETWEEN: Final = _MODES_OFF + "\x1b[?25l"
"""Between two workers: an empty alternate screen, so that not even the shell's text is shown meanwhile."""
LEAVE_SCREEN: Final = "\x1b[0m\x1b[2J\x1b[H\x1b[?1049l\x1b[?25h"

_WINDOWS: Final = sys.platform == "win32"
_SEQUENCES: Final = {
    b"\x1bOP": "f1", b"\x1b[11~": "f1", b"\x1b[[A": "f1", b"\x1b[1P": "f1",
    b"\x1bOQ": "f2", b"\x1b[12~": "f2", b"\x1b[[B": "f2", b"\x1b[1Q": "f2",
    b"\x1bOS": "f4", b"\x1b[14~": "f4", b"\x1b[[D": "f4", b"\x1b[1S": "f4",
    b"\x1bOR": "f3", b"\x1b[13~": "f3", b"\x1b[[C": "f3", b"\x1b[1R": "f3",
    b"\x1b[20~": "f9", b"\x1b": "escape",
}  # fmt: skip
_WINDOWS_KEYS: Final = {"\x3b": "f1", "\x3c": "f2", "\x3d": "f3", "\x3e": "f4", "\x43": "f9"}


def write(text: str) -> None:
    """Write to the terminal at once; a character it cannot show becomes `?`."""
    out = sys.__stdout__ or sys.stdout  # the terminal itself: while the app runs, Textual keeps sys.stdout for itself
    out.write(text.encode(out.encoding or "utf-8", "replace").decode(out.encoding or "utf-8"))
    out.flush()


def size() -> tuple[int, int]:
    """Columns and rows; 80×24 where nobody knows."""
    try:
        columns, rows = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    except (OSError, ValueError):
        return 80, 24
    return max(1, columns), max(1, rows)


def is_terminal() -> bool:
    """True where keys can be read and pictures be drawn."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def mode() -> Any:
    """How the terminal treats keys, for `set_mode`; `None` where there is nothing to set."""
    if _WINDOWS or not sys.stdin.isatty():
        return None
    import termios

    with suppress(termios.error):
        return termios.tcgetattr(sys.stdin.fileno())
    return None


def silent(before: Any) -> Any:
    """The mode in which keys are kept for whoever reads next: not shown, not edited, and no signals to anybody."""
    if before is None:
        return None
    import termios

    made = [*before[:6], [*before[6]]]
    made[0] &= ~(termios.IXON | termios.IXOFF)
    made[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    made[6][termios.VMIN], made[6][termios.VTIME] = 1, 0
    return made


def set_mode(wanted: Any, *, forget_typed: bool = False) -> None:
    """Set a mode; keys that nobody has read are dropped where asked. A terminal that is gone is left alone."""
    if wanted is None:
        return
    import termios

    with suppress(termios.error, OSError, ValueError):
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSAFLUSH if forget_typed else termios.TCSANOW, wanted)


def forget_typed() -> None:
    """Drop keys that were typed at something that is no longer on the screen."""
    if _WINDOWS:
        import msvcrt

        while msvcrt.kbhit():  # type: ignore[attr-defined]
            msvcrt.getwch()  # type: ignore[attr-defined]
        return
    import termios

    with suppress(termios.error, OSError, ValueError):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def leave_usable() -> None:
    """Give a shell its terminal back where nobody else does: echo, lines and signals as shells expect them."""
    before = mode()
    if before is None:
        return
    import signal
    import termios

    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # the shell may be in front already; setting the mode would stop us
    before[0] |= termios.ICRNL | termios.IXON
    before[1] |= termios.OPOST
    before[3] |= termios.ECHO | termios.ECHOE | termios.ECHOK | termios.ICANON | termios.ISIG | termios.IEXTEN
    set_mode(before, forget_typed=True)


@contextmanager
def raw_keys() -> Iterator[None]:
    """Keys arrive one by one, unechoed, Ctrl+C and Ctrl+Q too; the terminal is as before afterwards."""
    if _WINDOWS:
        yield
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor, termios.TCSADRAIN)  # what was typed already counts
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def read_keys(seconds: float) -> Iterator[str | bytes]:
    """What was typed within so many seconds.

    Yields:
        A name (`enter`, `backspace`, `escape`, `f1`, `f2`, `f3`, `f4`, `f9`, `quit`, `clear`, `closed`), or bytes of UTF-8 text.
    """
    if _WINDOWS:
        yield from _read_windows(seconds)
        return
    import select

    descriptor = sys.stdin.fileno()
    ready, _, _ = select.select([descriptor], [], [], seconds)
    if not ready:
        return
    typed = bytearray(1024)
    try:
        count = os.readv(descriptor, [typed])
    except OSError:
        count = 0
    if not count:
        yield "closed"
        return
    try:
        yield from split_keys(memoryview(typed)[:count])
    finally:
        typed[:] = bytes(len(typed))


def split_keys(typed: bytes | memoryview) -> Iterator[str | bytes]:
    """Tell keys and text apart in what a terminal sent; escape sequences without a meaning here are dropped."""
    at = 0
    while at < len(typed):
        byte = bytes(typed[at : at + 1])
        if byte == b"\x1b":
            length = _sequence_length(typed, at)
            if name := _SEQUENCES.get(bytes(typed[at : at + length])):
                yield name
            at += length
            continue
        at += 1
        if byte in b"\r\n":
            yield "enter"
        elif byte in b"\x7f\x08":
            yield "backspace"
        elif byte == b"\x15":
            yield "clear"
        elif byte == b"\x11":
            yield "quit"
        elif byte >= b" ":
            yield byte


def _sequence_length(typed: bytes | memoryview, at: int) -> int:
    """How many bytes an escape sequence takes, beginning at its ESC."""
    follows = typed[at + 1 : at + 2]
    if follows == b"O":
        return min(3, len(typed) - at)
    if follows != b"[":
        return 1 + len(follows)
    if typed[at + 2 : at + 3] == b"[":  # the Linux console's function keys
        return min(4, len(typed) - at)
    end = at + 2
    while end < len(typed) and not 0x40 <= typed[end] <= 0x7E:
        end += 1
    return min(end + 1, len(typed)) - at


def _read_windows(seconds: float) -> Iterator[str | bytes]:  # pragma: no cover  needs a Windows console
    import msvcrt
    import time

    end = time.monotonic() + seconds
    while not msvcrt.kbhit():  # type: ignore[attr-defined]
        if time.monotonic() >= end:
            return
        time.sleep(0.02)
    while msvcrt.kbhit():  # type: ignore[attr-defined]
        character = msvcrt.getwch()  # type: ignore[attr-defined]
        if character in "\x00\xe0":
            if name := _WINDOWS_KEYS.get(msvcrt.getwch()):  # type: ignore[attr-defined]
                yield name
        elif character == "\x1b":
            continue
        else:
            yield from split_keys(character.encode("utf-8", "ignore"))
