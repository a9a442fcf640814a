"""Ending a conversation from another thread: a person said stop, or the process must end, while an answer is waited for."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Final

_CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Cutter:
    """Knows the sockets of one client, and can cut them so that whoever reads from them wakes up."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._cut = False

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """To be given to each request as its extension `trace`: learns of every connection that is made."""
        if event not in _CONNECTED:
            return
        made = info["return_value"].get_extra_info("socket")
        if not isinstance(made, socket.socket):
            return
        with self._lock:
            self._sockets = [each for each in self._sockets if each.fileno() >= 0] + [made]
            if self._cut:
                _shut(made)

    @property
    def is_cut(self) -> bool:
        """True once `cut` was called."""
        return self._cut

    def cut(self) -> None:
        """Cut every connection there is or will be; what waits for an answer fails at once. Again does nothing."""
        with self._lock:
            self._cut = True
            for each in self._sockets:
                _shut(each)


def _shut(connection: socket.socket) -> None:
    # Of the socket itself, also under TLS, whose polite ending waits for the other side. What is closed already is cut.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
