"""A real pseudo-terminal with a screen: starts a program, answers what terminals are asked, and reads what it shows."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from typing import Self

import pyte

_ANSWERS = (
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
)
BLINK_SECONDS = 0.5
"""How often a cursor in a field is painted."""
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?]\d*(;\d+)*u|\x1b\[\?\d+\$p")


class Terminal:
    """A program in a terminal of its own; use it with `with`, and it is ended."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], columns: int = 100, rows: int = 30
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._seen = (0, "\n" * (rows - 1))
        self.status: int | None = None
        given = {
            **environment,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "COLUMNS": environment.get("COLUMNS", str(columns)),
            "LINES": environment.get("LINES", str(rows)),
        }
        self.started = time.monotonic()
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], list(command), given)
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGTERM)
            if self.wait(3) is None:
                os.kill(self.pid, signal.SIGKILL)
                self.wait()
        os.close(self._handle)

    @property
    def text(self) -> str:
        """What a person sees."""
        if self._seen[0] != len(self.raw):  # nothing else changes the screen, and reading it is dear
            self._seen = (len(self.raw), "\n".join(line.rstrip() for line in self.screen.display))
        return self._seen[1]

    def pump(self, seconds: float) -> bool:
        """Take in what the program wrote within so many seconds; False where it has ended."""
        ready, _, _ = select.select([self._handle], [], [], seconds)
        if not ready:
            return True
        try:
            written = os.read(self._handle, 65536)
        except OSError:
            return False
        if not written:
            return False
        self.raw += written
        for asked, answer in _ANSWERS:
            for _found in asked.findall(written):
                os.write(self._handle, answer)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", written))
        return True

    def until(self, wanted: str, seconds: float = 60) -> float:
        """Wait for a text on the screen; returns the seconds since the program was started."""
        end = time.monotonic() + seconds
        while wanted not in self.text:
            assert time.monotonic() < end, f"{wanted!r} did not appear:\n{self.text}"
            assert self.pump(0.05), f"ended before {wanted!r} appeared:\n{self.text}"
        return time.monotonic() - self.started

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed by itself, line by line, as a shell expects it."""
        flags = termios.tcgetattr(self._handle)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON and flags & termios.ISIG)

    def settle(self, seconds: float = 0.3) -> None:
        """Take in what comes until nothing has come for a while, shorter than a cursor blinks; at the most a minute."""
        assert seconds < BLINK_SECONDS
        before, end = -1, time.monotonic() + 60
        while before != len(self.raw):
            assert time.monotonic() < end, self.text
            before = len(self.raw)
            if not self.pump(seconds):
                return

    def type(self, text: str | bytes) -> None:
        """Send keys as they are."""
        os.write(self._handle, text.encode() if isinstance(text, str) else text)

    def wait(self, seconds: float = 60) -> int | None:
        """The exit status, once the program has ended; `None` where it has not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.pump(0.0) and self._more():
                    pass
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
            self.pump(0.02)
        return None

    def _more(self) -> bool:
        return bool(select.select([self._handle], [], [], 0.05)[0])
