"""Where a device stands, in numbers and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fieldtui.store.lease import Lease
from fieldtui.wire.messages import Person


@dataclass(frozen=True, slots=True)
class Status:
    """Where this device stands."""

    citizens: int
    """Enrolled now."""
    pending: int
    """Changes that wait to be sent."""
    conflicts: int
    rejected: int
    """Changes the central system refused for good."""
    parked: int
    """Changes that wait for the citizen's new consultant."""
    last_sync_at: datetime | None
    """When a whole sync last finished."""
    lease_until: datetime | None
    """After it this device is read-only until the next contact."""
    lease_warn_after: datetime | None
    """After it a person is asked to sync."""
    lease: Lease
    """The same, held against the time as it is known."""
    schema_version: int
    device_id: str | None
    consultant: Person | None
