"""What a sync did, told truthfully, and how far it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Stage = Literal["pull", "push", "purge"]


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is."""

    stage: Stage
    done: int
    """Records or changes so far in this stage."""
    total: int | None
    """Of how many, where that is known."""


@dataclass(slots=True)
class SyncReport:
    """What a sync did; filled while it runs."""

    pushed: int = 0
    """Changes the central system took."""
    pulled: int = 0
    """Records that came and were other than here."""
    merged: int = 0
    """Records changed on both sides where both changes hold."""
    conflicts: int = 0
    """Differences a person must decide, found in this sync."""
    rejected: int = 0
    """Changes refused in this sync; they are kept."""
    pending: int = 0
    """Changes that still wait."""
    purged: int = 0
    """Records taken out because their citizen is no longer this consultant's."""
    errands: int = 0
    """Errands the central system carried out: hand-overs and parked edits, offered or answered."""
    requests: int = 0
    bytes_sent: int = 0
    """Of bodies, as they went over the wire."""
    bytes_received: int = 0
    seconds: float = 0.0
    cursor: str | None = None
    server_time_skew_seconds: float = 0.0
    """The central system's time minus this machine's."""
    set_back: bool = False
    """True where the central system knew this vault further than it was: it is an older copy, and what had not been sent
    since may be missing."""
    finished: bool = False
    """True where everything was pulled and everything that may be sent was answered."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return asdict(self) | {
            "seconds": round(self.seconds, 3),
            "server_time_skew_seconds": round(self.server_time_skew_seconds, 1),
        }
