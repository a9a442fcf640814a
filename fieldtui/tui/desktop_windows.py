"""Windows: idle time, locked session, sleep and lid, by documented Win32 calls. Written from Microsoft's documentation
and tried only against a stand-in of `Win32Calls`; never run on Windows (`docs/security.md` says so too).

| What | Call |
|---|---|
| Last key or mouse movement in this session | `GetLastInputInfo` (winuser.h), `GetTickCount` (sysinfoapi.h) |
| Session locked, or not in front | `WTSQuerySessionInformationW`, class `WTSSessionInfoEx` (wtsapi32.h) |
| Sleep | `PowerRegisterSuspendResumeNotification`, `PBT_APMSUSPEND` (powrprof.h) |
| Lid | `PowerSettingRegisterNotification`, `GUID_LIDSWITCH_STATE_CHANGE` (powrprof.h) |
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from fieldtui.base.log import event
from fieldtui.tui.desktop import OnLock
from fieldtui.tui.endings import LockReason

_LOOK_SECONDS: Final = 1.0
_TICKS: Final = 2**32
"""GetTickCount wraps after 49.7 days."""


class Win32Calls(Protocol):
    """The calls of the system, each as narrow as it is needed."""

    def last_input_tick(self) -> int:
        """`LASTINPUTINFO.dwTime`: milliseconds, modulo 2**32."""
        ...

    def tick(self) -> int:
        """`GetTickCount`: milliseconds, modulo 2**32."""
        ...

    def session(self) -> tuple[bool, bool]:
        """(locked, connected and in front) of the session of this process."""
        ...

    def on_power(self, suspending: Callable[[], None], lid: Callable[[bool], None]) -> None:
        """Be called, in a thread of the system's, when the machine is about to sleep, and when the lid moves.

        `lid` gets True for closed; Windows also calls it once at once, with the lid as it is.
        """
        ...

    def off_power(self) -> None:
        """Be called no more."""
        ...


class WindowsDesktop:
    """Looks every second in a thread of its own; sleep and lid are told by the system."""

    def __init__(self, calls: Win32Calls, *, look_seconds: float = _LOOK_SECONDS) -> None:
        """Args:
        calls: The system's.
        look_seconds: How often the session is asked whether it is locked.
        """
        self._calls = calls
        self._look = look_seconds
        self._ended = threading.Event()
        self._away = False
        self._lid: bool | None = None
        self._on_lock: OnLock = lambda _reason: None

    def begin(self, on_lock: OnLock) -> None:
        """Watch from now on, in a daemon thread; never blocks and never fails."""
        self._on_lock = on_lock
        threading.Thread(target=self._run, name="fieldtui-desktop", daemon=True).start()

    def untouched(self) -> float | None:
        """Seconds since the last key or mouse movement in this session; `None` where the system does not say."""
        try:
            return ((self._calls.tick() - self._calls.last_input_tick()) % _TICKS) / 1000
        except OSError:
            return None

    def end(self) -> None:
        """Watch no more."""
        self._ended.set()
        try:
            self._calls.off_power()
        except OSError as error:
            event("desktop.not_heard", cause=type(error).__name__)

    def _run(self) -> None:
        try:
            self._calls.on_power(lambda: self._on_lock(LockReason.ASLEEP), self._lid_moved)
            self._look_at_session(begins=True)
            while not self._ended.wait(self._look):
                self._look_at_session()
        except OSError as error:
            event("desktop.not_heard", cause=type(error).__name__)

    def _look_at_session(self, *, begins: bool = False) -> None:
        locked, in_front = self._calls.session()
        away = locked or not in_front
        if away and not self._away and not begins:
            self._on_lock(LockReason.SESSION)
        self._away = away

    def _lid_moved(self, closed: bool) -> None:
        before, self._lid = self._lid, closed
        if closed and before is False:
            self._on_lock(LockReason.LID)


class _LastInput(ctypes.Structure):
    _fields_ = [("cbSize", ctypes.c_uint32), ("dwTime", ctypes.c_uint32)]


class _SessionLevel1(ctypes.Structure):
    """The beginning of WTSINFOEX with its WTSINFOEX_LEVEL1_W; what follows is not read."""

    _fields_ = [
        ("Level", ctypes.c_uint32),
        ("_padding", ctypes.c_uint32),  # the union holds 64-bit times and is aligned to them
        ("SessionId", ctypes.c_uint32),
        ("SessionState", ctypes.c_int32),
        ("SessionFlags", ctypes.c_int32),
    ]


class _Guid(ctypes.Structure):
    _fields_ = [
        ("Data1", ctypes.c_uint32),
        ("Data2", ctypes.c_uint16),
        ("Data3", ctypes.c_uint16),
        ("Data4", ctypes.c_uint8 * 8),
    ]


class _PowerSetting(ctypes.Structure):
    """POWERBROADCAST_SETTING with one DWORD of data."""

    _fields_ = [("PowerSetting", _Guid), ("DataLength", ctypes.c_uint32), ("Data", ctypes.c_uint32)]


class _Subscription(ctypes.Structure):
    """DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS."""

    _fields_ = [("Callback", ctypes.c_void_p), ("Context", ctypes.c_void_p)]


_LID_GUID: Final = (0xBA3E0F4D, 0xB817, 0x4094, (0xA2, 0xD1, 0xD5, 0x63, 0x79, 0xE6, 0xA0, 0xF3))
_DEVICE_NOTIFY_CALLBACK: Final = 2
_PBT_APMSUSPEND: Final = 0x0004
_PBT_POWERSETTINGCHANGE: Final = 0x8013
_WTS_CURRENT_SESSION: Final = 0xFFFFFFFF
_WTS_SESSION_INFO_EX: Final = 25
_WTS_ACTIVE: Final = 0
_WTS_SESSIONSTATE_LOCK: Final = 0
_WTS_SESSIONSTATE_UNLOCK: Final = 1


class Win32:  # pragma: no cover  needs Windows
    """The calls of `Win32Calls`, by ctypes."""

    def __init__(self) -> None:
        load: Any = getattr(ctypes, "WinDLL")  # noqa: B009  not there on other systems
        self._user32 = load("user32", use_last_error=True)
        self._kernel32 = load("kernel32", use_last_error=True)
        self._wtsapi32 = load("wtsapi32", use_last_error=True)
        self._powrprof = load("powrprof", use_last_error=True)
        self._kernel32.GetTickCount.restype = ctypes.c_uint32
        self._handles: list[tuple[Any, ctypes.c_void_p]] = []
        self._kept: list[Any] = []

    def last_input_tick(self) -> int:
        """`LASTINPUTINFO.dwTime`.

        Raises:
            OSError: The system refuses.
        """
        info = _LastInput(ctypes.sizeof(_LastInput), 0)
        if not self._user32.GetLastInputInfo(ctypes.byref(info)):
            raise OSError("GetLastInputInfo")
        return int(info.dwTime)

    def tick(self) -> int:
        """`GetTickCount`."""
        return int(self._kernel32.GetTickCount())

    def session(self) -> tuple[bool, bool]:
        """`WTSSessionInfoEx` of this process's session.

        Raises:
            OSError: The system refuses.
        """
        found, size = ctypes.c_void_p(), ctypes.c_uint32()
        asked = self._wtsapi32.WTSQuerySessionInformationW(
            None, _WTS_CURRENT_SESSION, _WTS_SESSION_INFO_EX, ctypes.byref(found), ctypes.byref(size)
        )
        if not asked or not found.value:
            raise OSError("WTSQuerySessionInformationW")
        try:
            info = ctypes.cast(found, ctypes.POINTER(_SessionLevel1)).contents
            known = info.SessionFlags in {_WTS_SESSIONSTATE_LOCK, _WTS_SESSIONSTATE_UNLOCK}
            locked = known and info.SessionFlags == _WTS_SESSIONSTATE_LOCK
            return locked, info.SessionState == _WTS_ACTIVE
        finally:
            self._wtsapi32.WTSFreeMemory(found)

    def on_power(self, suspending: Callable[[], None], lid: Callable[[bool], None]) -> None:
        """Subscribe to sleep and lid.

        Raises:
            OSError: The system refuses.
        """
        callback_type: Any = getattr(ctypes, "WINFUNCTYPE")(  # noqa: B009  not there on other systems
            ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p
        )

        def slept(_context: int, kind: int, _setting: int) -> int:
            if kind == _PBT_APMSUSPEND:
                suspending()
            return 0

        def moved(_context: int, kind: int, setting: int) -> int:
            if kind == _PBT_POWERSETTINGCHANGE and setting:
                # GUID_LIDSWITCH_STATE_CHANGE: 0 is closed, 1 is open.
                lid(ctypes.cast(setting, ctypes.POINTER(_PowerSetting)).contents.Data == 0)
            return 0

        first, second, *rest, tail = _LID_GUID
        guid = _Guid(first, second, *rest, (ctypes.c_uint8 * 8)(*tail))
        self._subscribe(callback_type(slept), "PowerRegisterSuspendResumeNotification", ())
        self._subscribe(callback_type(moved), "PowerSettingRegisterNotification", (ctypes.byref(guid),))

    def _subscribe(self, callback: Any, name: str, before: tuple[Any, ...]) -> None:
        parameters = _Subscription(ctypes.cast(callback, ctypes.c_void_p).value, None)
        handle = ctypes.c_void_p()
        call = getattr(self._powrprof, name)
        if call(*before, _DEVICE_NOTIFY_CALLBACK, ctypes.byref(parameters), ctypes.byref(handle)):
            raise OSError(name)
        self._kept += [callback, parameters]
        undo = name.replace("Register", "Unregister")
        self._handles.append((getattr(self._powrprof, undo), handle))

    def off_power(self) -> None:
        """Unsubscribe."""
        while self._handles:
            unregister, handle = self._handles.pop()
            unregister(handle)
