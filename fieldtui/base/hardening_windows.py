"""What Windows keeps of a process that fails. Written from Microsoft's documentation and never run on Windows.

`SetErrorMode` (errhandlingapi.h): no box that stays on the screen over what was open. `WerSetFlags` (werapi.h) with
`WER_FAULT_REPORTING_FLAG_NOHEAP`: the error report, which may leave the machine, is made without the heap.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final, Protocol

SEM_FAILCRITICALERRORS: Final = 0x0001
SEM_NOGPFAULTERRORBOX: Final = 0x0002
WER_FAULT_REPORTING_FLAG_NOHEAP: Final = 1


class Calls(Protocol):
    """The two calls, one to one."""

    def set_error_mode(self, mode: int) -> None:
        """`SetErrorMode`."""

    def set_report_flags(self, flags: int) -> None:
        """`WerSetFlags`; its HRESULT tells nothing that could be acted on."""


def close_memory(calls: Calls) -> None:
    """Ask Windows to keep this process's memory out of what it writes down and shows."""
    calls.set_error_mode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX)
    calls.set_report_flags(WER_FAULT_REPORTING_FLAG_NOHEAP)


class Kernel32:  # pragma: no cover  needs Windows
    """kernel32.dll."""

    def __init__(self) -> None:
        library: Any = ctypes
        self._kernel: Any = library.WinDLL("kernel32")

    def set_error_mode(self, mode: int) -> None:
        """As `Calls.set_error_mode`."""
        self._kernel.SetErrorMode(mode)

    def set_report_flags(self, flags: int) -> None:
        """As `Calls.set_report_flags`."""
        self._kernel.WerSetFlags(flags)
