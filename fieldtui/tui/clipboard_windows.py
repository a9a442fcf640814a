"""Windows' clipboard, past its history and its cloud. Written from Microsoft's documentation and never run on Windows.

`OpenClipboard`, `EmptyClipboard`, `SetClipboardData`, `CloseClipboard`, `GetClipboardSequenceNumber`,
`RegisterClipboardFormatW` (winuser.h); the formats that keep a text out of the history (Win+V), of the cloud and of
programs that watch are those of "Cloud Clipboard and Clipboard History Formats" (Windows App Development).
"""

from __future__ import annotations

import ctypes
from typing import Any, Final, Protocol

from fieldtui.base.text import clean

CF_UNICODETEXT: Final = 13
_GMEM_MOVEABLE: Final = 0x0002
_NO: Final = b"\0\0\0\0"
"""A DWORD of zero: no."""
KEPT_OUT_OF: Final = (
    "ExcludeClipboardContentFromMonitorProcessing",
    "CanIncludeInClipboardHistory",
    "CanUploadToCloudClipboard",
)


class Calls(Protocol):
    """The few calls that are needed, one to one."""

    def open(self) -> bool:
        """`OpenClipboard(NULL)`."""

    def close(self) -> None:
        """`CloseClipboard`."""

    def empty(self) -> bool:
        """`EmptyClipboard`."""

    def put(self, format_number: int, data: bytes) -> bool:
        """`SetClipboardData` with a copy of the bytes."""

    def register(self, name: str) -> int:
        """`RegisterClipboardFormatW`; 0 where it fails."""

    def sequence_number(self) -> int:
        """`GetClipboardSequenceNumber`; it changes whenever anybody changes the clipboard."""


class WindowsClipboard:
    """Puts a text in, and takes it out again only while it is the last thing that anybody put in."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._number: int | None = None

    @property
    def holds_ours(self) -> bool:
        """True while nobody has put anything else in."""
        return self._number is not None and self._calls.sequence_number() == self._number

    def put(self, text: str) -> bool:
        """Put a text in; False where another program holds the clipboard. It is then emptied, never left half said."""
        if not self._calls.open():
            return False
        try:
            data = clean(text, multiline=True).replace("\n", "\r\n").encode("utf-16-le") + b"\0\0"
            done = self._calls.empty() and self._keep_out() and self._calls.put(CF_UNICODETEXT, data)
            if not done:
                self._calls.empty()
        finally:
            self._calls.close()
        self._number = self._calls.sequence_number() if done else None
        return done

    def _keep_out(self) -> bool:
        """Before the text: a program that watches must never see it without."""
        numbers = [self._calls.register(name) for name in KEPT_OUT_OF]
        return all(numbers) and all(self._calls.put(number, _NO) for number in numbers)

    def forget(self) -> None:
        """Empty it, where the text is still ours."""
        if self.holds_ours and self._calls.open():
            try:
                self._calls.empty()
            finally:
                self._calls.close()
        self._number = None


class User32:  # pragma: no cover  needs Windows
    """user32.dll and kernel32.dll."""

    def __init__(self) -> None:
        library: Any = ctypes
        self._user: Any = library.WinDLL("user32", use_last_error=True)
        self._kernel: Any = library.WinDLL("kernel32", use_last_error=True)
        handle, number = ctypes.c_void_p, ctypes.c_uint
        self._user.SetClipboardData.argtypes, self._user.SetClipboardData.restype = [number, handle], handle
        self._user.OpenClipboard.argtypes = [handle]
        self._kernel.GlobalAlloc.argtypes, self._kernel.GlobalAlloc.restype = [number, ctypes.c_size_t], handle
        self._kernel.GlobalLock.argtypes, self._kernel.GlobalLock.restype = [handle], handle
        self._kernel.GlobalUnlock.argtypes = self._kernel.GlobalFree.argtypes = [handle]

    def open(self) -> bool:
        """As `Calls.open`."""
        return bool(self._user.OpenClipboard(None))

    def close(self) -> None:
        """As `Calls.close`."""
        self._user.CloseClipboard()

    def empty(self) -> bool:
        """As `Calls.empty`."""
        return bool(self._user.EmptyClipboard())

    def put(self, format_number: int, data: bytes) -> bool:
        """As `Calls.put`; the system owns the memory once it has taken it."""
        memory = self._kernel.GlobalAlloc(_GMEM_MOVEABLE, len(data))
        if not memory:
            return False
        place = self._kernel.GlobalLock(memory)
        if place:
            ctypes.memmove(place, data, len(data))
            self._kernel.GlobalUnlock(memory)
            if self._user.SetClipboardData(format_number, memory):
                return True
        self._kernel.GlobalFree(memory)
        return False

    def register(self, name: str) -> int:
        """As `Calls.register`."""
        return int(self._user.RegisterClipboardFormatW(name))

    def sequence_number(self) -> int:
        """As `Calls.sequence_number`."""
        return int(self._user.GetClipboardSequenceNumber())
