"""Which entries of the access log go up with the next request."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fieldtui.store.meta import MetaKey
from fieldtui.store.store import Store
from fieldtui.wire.messages import LogEntry

LOG_ENTRIES: Final = 500
"""Access-log entries in one request."""
LOG_AGE: Final = timedelta(hours=24)
"""An entry goes up with the next push, or on its own when it is so old."""


def due_entries(store: Store, *, alone: bool) -> tuple[LogEntry, ...]:
    """Access-log entries that are due: with a push all that are there, alone only once the oldest is a day old."""
    after = int(store.meta(MetaKey.LOG_SENT) or 0)
    rows = store.log_entries(after=after, limit=LOG_ENTRIES)
    if not rows:
        return ()
    if alone and store.clock.now() - datetime.fromisoformat(rows[0].at) < LOG_AGE:
        return ()
    return tuple(
        LogEntry(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            reason=row.reason,
            detail=row.detail,
            mac=row.mac,
        )
        for row in rows
    )
