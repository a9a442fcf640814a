"""logind on the system bus (org.freedesktop.login1): whether the session is idle, locked or in front, the lid, sleep.

Interfaces as in org.freedesktop.login1(5). Of the session, `IdleHint` is believed only where the desktop is seen to set
it: many never do, and then the session would look busy for ever. `LidClosed` has no signal, so it is asked for.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jeepney import (
    DBusAddress,
    DBusErrorResponse,
    FileDescriptor,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg

from fieldtui.base.log import event
from fieldtui.tui.desktop import OnLock
from fieldtui.tui.endings import LockReason

_NAME: Final = "org.freedesktop.login1"
_SESSION: Final = "org.freedesktop.login1.Session"
_MANAGER: Final = "org.freedesktop.login1.Manager"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_ROOT: Final = "/org/freedesktop/login1"
_LID_SECONDS: Final = 2.0
_AGAIN_SECONDS: Final = 30.0
"""How long after a bus that was not there, or went away, it is looked for again."""
_REPLY_SECONDS: Final = 5.0
_HOLD_SECONDS: Final = 3.0
"""The machine sleeps no later than this after it said it would, whatever fieldtui is doing."""
_GRAPHICAL: Final = frozenset({"x11", "wayland", "mir"})
_manager = DBusAddress(_ROOT, _NAME, _MANAGER)


@dataclass
class _Seen:
    """What is known of the session and the machine."""

    idle: bool = False
    locked: bool = False
    active: bool = True
    lid: bool = False
    sets_idle: bool = False
    """True once the desktop was seen to set `IdleHint`."""


class Logind:
    """Watches over one connection in one thread. Without a bus, or without logind on it, it knows nothing and says so."""

    def __init__(
        self, bus: str = "SYSTEM", *, again_seconds: float = _AGAIN_SECONDS, lid_seconds: float = _LID_SECONDS
    ) -> None:
        """Args:
        bus: An address, or `SYSTEM`.
        again_seconds: How long to wait before a lost bus is looked for again.
        lid_seconds: How often the lid is looked at.
        """
        self._bus = bus
        self._again = again_seconds
        self._lid_seconds = lid_seconds
        self._ended = threading.Event()
        self._seen = _Seen()
        self._on_lock: OnLock = lambda _reason: None
        self._session = ""
        self._graphical = False
        self._inhibitor: FileDescriptor | None = None
        self._mutex = threading.Lock()
        self._connection: DBusConnection | None = None
        self._unheard: deque[Message] = deque()

    def begin(self, on_lock: OnLock) -> None:
        """Watch from now on, in a daemon thread; never blocks and never fails."""
        self._on_lock = on_lock
        threading.Thread(target=self._run, name="fieldtui-logind", daemon=True).start()

    def untouched(self) -> float | None:
        """0.0 while the desktop says somebody is at it; `None` where it does not say, or says nobody is.

        A desktop that finds the session idle says so minutes after the last hand: from then on our own keys count.
        """
        seen = self._seen
        return 0.0 if self._connection is not None and seen.sets_idle and not seen.idle else None

    def end(self) -> None:
        """Watch no more, and let the machine sleep."""
        self._ended.set()
        self._release()

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._watch()
            # The bus, and what speaks on it, is not ours: whatever it says wrong, fieldtui counts its own keys instead.
            except (OSError, RuntimeError, ValueError, KeyError, IndexError, TypeError, DBusErrorResponse) as error:
                event("desktop.not_heard", cause=type(error).__name__)
            finally:
                self._connection = None
                self._release()
            self._ended.wait(self._again)

    def _watch(self) -> None:
        with open_dbus_connection(self._bus, enable_fds=True) as connection:
            self._session = self._find_session(connection)
            self._listen(connection)
            self._take(self._properties(connection), begins=True)
            self._seen.lid = self._lid(connection)
            self._hold_sleep(connection)
            self._connection = connection
            lid_at = time.monotonic() + self._lid_seconds
            while not self._ended.is_set():
                with contextlib.suppress(TimeoutError):
                    self._unheard.append(connection.receive(timeout=max(0.0, lid_at - time.monotonic())))
                while self._unheard:
                    self._heard(connection, self._unheard.popleft())
                if time.monotonic() >= lid_at:
                    self._look_at_lid(connection)
                    lid_at = time.monotonic() + self._lid_seconds

    def _find_session(self, connection: DBusConnection) -> str:
        """The object path of the session this process belongs to, or of the user's desktop.

        A terminal that the user's service manager started is in no session of its own; the desktop it shows on is.
        """
        with contextlib.suppress(DBusErrorResponse):
            return str(self._ask(connection, new_method_call(_manager, "GetSessionByPID", "u", (os.getpid(),)))[0])
        user = str(self._ask(connection, new_method_call(_manager, "GetUser", "u", (os.getuid(),)))[0])
        shown = Properties(DBusAddress(user, _NAME, "org.freedesktop.login1.User")).get("Display")
        (_signature, (_id, path)) = self._ask(connection, shown)[0]
        return str(path)

    def _listen(self, connection: DBusConnection) -> None:
        for rule in (
            MatchRule(type="signal", interface=_SESSION, member="Lock", path=self._session),
            MatchRule(type="signal", interface=_PROPERTIES, member="PropertiesChanged", path=self._session),
            MatchRule(type="signal", interface=_MANAGER, member="PrepareForSleep", path=_ROOT),
        ):
            self._ask(connection, message_bus.AddMatch(rule))

    def _ask(self, connection: DBusConnection, message: Message) -> tuple[Any, ...]:
        """Call and wait for the answer; signals that come meanwhile are heard afterwards.

        Raises:
            DBusErrorResponse: It was refused.
            TimeoutError: Nobody answered.
        """
        serial = next(connection.outgoing_serial)
        connection.send(message, serial=serial)
        end = time.monotonic() + _REPLY_SECONDS
        while True:
            answer = connection.receive(timeout=max(0.0, end - time.monotonic()))
            if answer.header.fields.get(HeaderFields.reply_serial) == serial:
                body: tuple[Any, ...] = unwrap_msg(answer)
                return body
            self._unheard.append(answer)

    def _properties(self, connection: DBusConnection) -> dict[str, Any]:
        found = self._ask(connection, Properties(DBusAddress(self._session, _NAME, _SESSION)).get_all())[0]
        properties = {name: value for name, (_signature, value) in found.items()}
        self._graphical = properties.get("Type") in _GRAPHICAL
        return properties

    # --- what is heard ----------------------------------------------------------------------------

    def _heard(self, connection: DBusConnection, message: Message) -> None:
        if message.header.message_type is not MessageType.signal:
            return
        fields = message.header.fields
        path, member = fields.get(HeaderFields.path), fields.get(HeaderFields.member)
        if path == self._session and member == "Lock":
            self._on_lock(LockReason.SESSION)
        elif path == self._session and member == "PropertiesChanged" and message.body[0] == _SESSION:
            changed = {name: value for name, (_signature, value) in message.body[1].items()}
            missing = set(message.body[2]) & {"IdleHint", "LockedHint", "Active"}
            self._take(self._properties(connection) if missing else changed)
        elif path == _ROOT and member == "PrepareForSleep":
            self._sleeps(connection, begins=bool(message.body[0]))

    def _take(self, said: Mapping[str, Any], *, begins: bool = False) -> None:
        """Keep what the session says; lock where it was locked, or somebody else's came in front, since the last time."""
        seen = self._seen
        if "IdleHint" in said and self._graphical:
            seen.idle = bool(said["IdleHint"])
            seen.sets_idle = seen.sets_idle or seen.idle
        was_away = seen.locked or not seen.active
        seen.locked = bool(said.get("LockedHint", seen.locked))
        seen.active = bool(said.get("Active", seen.active))
        if (seen.locked or not seen.active) and not was_away and not begins:
            self._on_lock(LockReason.SESSION)

    def _lid(self, connection: DBusConnection) -> bool:
        """Whether the lid is closed; False where the machine has none."""
        with contextlib.suppress(DBusErrorResponse):
            return bool(self._ask(connection, Properties(_manager).get("LidClosed"))[0][1])
        return False

    def _look_at_lid(self, connection: DBusConnection) -> None:
        """Lock where the lid was closed just now; a machine in a dock has it closed all day."""
        before, self._seen.lid = self._seen.lid, self._lid(connection)
        if self._seen.lid and not before:
            self._on_lock(LockReason.LID)

    # --- sleep ------------------------------------------------------------------------------------

    def _sleeps(self, connection: DBusConnection, *, begins: bool) -> None:
        if not begins:
            self._hold_sleep(connection)
            return
        self._on_lock(LockReason.ASLEEP)
        timer = threading.Timer(_HOLD_SECONDS, self._release)
        timer.daemon = True
        timer.start()

    def _hold_sleep(self, connection: DBusConnection) -> None:
        """Ask the machine to wait a moment before it sleeps, so that no key lies in its memory then.

        The wait ends when the lock has ended this process, which closes the descriptor.
        """
        what = ("sleep", "fieldtui", "lock", "delay")
        with contextlib.suppress(DBusErrorResponse):
            (held,) = self._ask(connection, new_method_call(_manager, "Inhibit", "ssss", what))
            self._keep(held)

    def _keep(self, held: FileDescriptor) -> None:
        with self._mutex:
            before, self._inhibitor = self._inhibitor, held
        if before is not None:
            before.close()

    def _release(self) -> None:
        with self._mutex:
            held, self._inhibitor = self._inhibitor, None
        if held is not None:
            held.close()
