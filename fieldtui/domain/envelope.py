"""A record as it stands in a store: its body, and the envelope that store and wire keep around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from fieldtui.base.clock import isoformat
from fieldtui.domain.records import Record, scope_of

R_co = TypeVar("R_co", bound=Record, covariant=True)


class SyncState(StrEnum):
    """Where a record stands between this device and the central system."""

    SYNCED = "synced"
    PENDING = "pending"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Stored(Generic[R_co]):
    """One record with its envelope."""

    id: str
    record: R_co
    rev: int = 0
    """Revision at the central system; 0 before it was accepted the first time."""
    sync_state: SyncState = SyncState.SYNCED
    annulled_at: datetime | None = None
    annulled_reason: str | None = None
    author: str | None = None
    """Consultant id; `None` where the central system itself made it, as an import does."""
    recorded_at: datetime | None = None
    received_at: datetime | None = None
    """When the central system took it; `None` before."""

    @property
    def collection(self) -> str:
        """Name of its collection."""
        return self.record.collection

    @property
    def scope(self) -> str:
        """`citizen:<id>` or `team`."""
        return scope_of(self.record, self.id)

    @property
    def imported(self) -> bool:
        """True where nobody wrote it here: it came with an extract."""
        return self.author is None and self.received_at is not None

    def flat(self) -> dict[str, Any]:
        """The flat JSON form that scripts rely on (docs/cli.md)."""
        return {
            "id": self.id,
            "collection": self.collection,
            "rev": self.rev,
            "sync_state": self.sync_state.value,
            "annulled_at": isoformat(self.annulled_at) if self.annulled_at else None,
            **self.record.model_dump(mode="json"),
        }
