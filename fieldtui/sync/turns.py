"""One request of a device at a time, numbered upwards, however many conversations it has with the central system."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from fieldtui.base.errors import Unreachable

_LOOK_SECONDS: Final = 0.1


class Turns:
    """Shared by the conversations of one process.

    The central system takes no request with a lower number than one it has counted. Two that are on their way at once may
    arrive the other way round, so the later one waits for the answer to the earlier.
    """

    def __init__(self, last_seq: int = 0) -> None:
        """`last_seq` is the number this process signed last."""
        self.last_seq = last_seq
        self._lock = threading.Lock()

    @contextmanager
    def take(self, given_up: Callable[[], bool]) -> Iterator[None]:
        """Wait for the turn, and have it for the block.

        Args:
            given_up: Asked while waiting.

        Raises:
            Unreachable: It was given up before the turn came.
        """
        while not self._lock.acquire(timeout=_LOOK_SECONDS):
            if given_up():
                raise Unreachable
        try:
            yield
        finally:
            self._lock.release()
