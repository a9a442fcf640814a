"""What a store counts of itself, so that a backup can be held against it and a person told what is in it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import Busy, DatabaseDamaged, DiskFull
from fieldtui.base.log import event
from fieldtui.store.meta import MetaKey
from fieldtui.vault.backupfile import Summary
from fieldtui.vault.backups import Backups

if TYPE_CHECKING:
    from fieldtui.store.store import Store

_COUNTS: Final = {
    "citizens": "SELECT count(*) FROM record WHERE collection = 'citizen'",
    "notes": "SELECT count(*) FROM record WHERE collection IN ('note', 'bridging_note')",
    "records": "SELECT count(*) FROM record",
    "pending": "SELECT count(*) FROM outbox WHERE state = 'waiting'",
    "rejected": "SELECT count(*) FROM outbox WHERE state = 'rejected'",
    "parked": "SELECT count(*) FROM outbox WHERE state = 'parked'",
    "conflicts": "SELECT count(*) FROM conflict WHERE resolved_at IS NULL",
    "drafts": "SELECT count(*) FROM draft",
    "log": "SELECT coalesce(max(seq), 0) FROM audit",
    "newest_change": "SELECT max(seq) FROM history",
}
"""Only of tables that every version of the vault has had."""


def measure(connection: sqlite3.Connection) -> Summary:
    """Counts, and when the last whole sync was; without names and texts.

    A database whose tables no store has made yet is counted as empty.
    """
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"record", "outbox", "conflict", "draft", "audit", "history", "meta"} <= tables:
        return {"tables": len(tables)}
    found: Summary = {name: connection.execute(query).fetchone()[0] for name, query in _COUNTS.items()}
    synced = connection.execute("SELECT value FROM meta WHERE key = ?", (str(MetaKey.LAST_SYNC_AT),)).fetchone()
    found["last_sync_at"] = synced[0] if synced else None
    return found


def backups_of(store: Store) -> Backups:
    """The backups of a store's vault."""
    return Backups(store.vault, store.clock, measure)


def renew_after_purge(store: Store) -> bool:
    """Replace every backup, and what a restore set aside, by one backup made now: they hold what was taken out.

    Returns:
        False where it could not be done now and must be tried again.
    """
    try:
        backups_of(store).renew("purge")
    except (Busy, DiskFull, DatabaseDamaged) as error:
        event("sync.backups_wait", cause=type(error).__name__)
        return False
    return True
