"""A counting proxy on loopback: whole requests and every byte that goes by, headers included. Never there while timing."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from dataclasses import dataclass
from typing import Final, Self

_REQUEST: Final = re.compile(rb"(?:GET|POST|PUT|DELETE|HEAD|OPTIONS) \S+ HTTP/1\.[01]\r\n")
_LONGEST_LINE: Final = 8_192


@dataclass
class Counted:
    """What went over the wire since the last reset."""

    requests: int = 0
    up: int = 0
    down: int = 0


class Wire:
    """Passes every connection on to a port of this machine and counts."""

    def __init__(self, port: int = 0) -> None:
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port: Final[int] = self._listening.getsockname()[1]
        self.url: Final = f"http://127.0.0.1:{self.port}"
        self.to: int = 0
        """The port that is passed on to."""
        self.counted = Counted()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._listening.close()

    def reset(self) -> None:
        """Count from nothing."""
        self.counted = Counted()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            for source, sink, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass, args=(source, sink, up), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        tail = b""
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if up:
                    self.counted.up += len(data)
                    # A request line may fall between two pieces, and is counted in the piece that completes it.
                    seen = len(_REQUEST.findall(tail))
                    self.counted.requests += len(_REQUEST.findall(tail + data)) - seen
                    tail = (tail + data)[-_LONGEST_LINE:]
                else:
                    self.counted.down += len(data)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
