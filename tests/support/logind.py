"""logind on the tests' bus: one session of this user, a lid, and sleep that waits for who asked it to."""

from __future__ import annotations

import os
import select
from typing import Any, Final

from tests.support.bus import Answer, Bus, Call, Objects, Refused

NAME: Final = "org.freedesktop.login1"
_ROOT: Final = "/org/freedesktop/login1"
_SESSION: Final = "org.freedesktop.login1.Session"
_MANAGER: Final = "org.freedesktop.login1.Manager"


class Login:
    """Serves `org.freedesktop.login1` from now on."""

    def __init__(self, bus: Bus, *, kind: str = "wayland", in_session: bool = True, lid: bool = False) -> None:
        """Args:
        bus: Where.
        kind: The session's `Type`.
        in_session: False where every process is the service manager's, as terminals of a modern desktop are.
        lid: Whether the lid is closed.
        """
        self.bus = bus
        self.lid = lid
        self.lid_looks = 0
        self.held: list[int] = []
        """Our ends of the pipes that were handed out: readable once the other end was closed."""
        self._in_session = in_session
        self._waited = 0
        self.session_path = f"{_ROOT}/session/_31"
        user = f"{_ROOT}/user/_{os.getuid()}"
        self.objects = Objects(
            {
                (_ROOT, _MANAGER, "GetSessionByPID"): self._session_of,
                (_ROOT, _MANAGER, "GetUser"): lambda _call: ("o", (user,)),
                (_ROOT, _MANAGER, "Inhibit"): self._inhibit,
                (_ROOT, "org.freedesktop.DBus.Properties", "Get"): self._get_lid,
            },
            {
                (self.session_path, _SESSION): {
                    "IdleHint": ("b", False),
                    "LockedHint": ("b", False),
                    "Active": ("b", True),
                    "Type": ("s", kind),
                },
                (user, "org.freedesktop.login1.User"): {"Display": ("(so)", ("1", self.session_path))},
            },
        )
        bus.serve(NAME, self.objects)

    def _session_of(self, _call: Call) -> Answer:
        if not self._in_session:
            raise Refused("org.freedesktop.login1.NoSessionForPID")
        return "o", (self.session_path,)

    def _get_lid(self, call: Call) -> Answer:
        assert call.body[1] == "LidClosed"
        self.lid_looks += 1
        return "v", (("b", self.lid),)

    def _inhibit(self, call: Call) -> Answer:
        assert call.body[0] == "sleep"
        assert call.body[3] == "delay"
        ours, theirs = os.pipe()
        self.held.append(ours)
        self._theirs = theirs
        return "h", (theirs,)

    def is_held(self) -> bool:
        """Whether somebody still makes the machine wait."""
        if self._theirs >= 0:
            os.close(self._theirs)  # our copy: what was handed out is another
            self._theirs = -1
        return not all(select.select([each], [], [], 0)[0] for each in self.held)

    def wait_for_watcher(self) -> None:
        """Wait until one more program has begun to watch."""
        self._waited += 1
        self.bus.wait(lambda: len(self.held) >= self._waited)

    def session(self, **properties: tuple[str, Any]) -> None:
        """The session changes, and says so."""
        self.objects.properties[self.session_path, _SESSION].update(properties)
        self.bus.changed(NAME, self.session_path, _SESSION, properties)

    def signal_lock(self) -> None:
        """`loginctl lock-session`."""
        self.bus.emit(NAME, self.session_path, _SESSION, "Lock")

    def sleep(self, begins: bool) -> None:
        """The machine is about to sleep, or has woken."""
        self.bus.emit(NAME, _ROOT, _MANAGER, "PrepareForSleep", "b", (begins,))
