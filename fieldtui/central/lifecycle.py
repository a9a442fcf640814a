"""Whether a process still wants traffic."""

from __future__ import annotations


class Lifecycle:
    """Shared by the server, which learns that it is to stop, and `/readyz`, which says so."""

    def __init__(self) -> None:
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """True from the moment the process was told to stop; what comes until it has stopped is still answered."""
        return self._stopping

    def stop(self) -> None:
        """Want no more traffic."""
        self._stopping = True
