"""Taking out what this device may no longer hold, so that its text is gone from the file.

Only the central system's `leave` starts it, and only once nothing of the scope waits to be sent: an edit that was
refused stays, visible, with its scope, until a person has dealt with it. What is parked has been stored for the
citizen's new consultant and leaves with the scope.
"""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import Busy
from fieldtui.base.log import event
from fieldtui.store.searching import unindex

if TYPE_CHECKING:
    from fieldtui.store.store import Store

VACUUM_DUE: Final = "vacuum_due"
"""Meta key: records were taken out and their text may still be in free pages of the file."""


def purgeable(store: Store) -> tuple[str, ...]:
    """Scopes that have left and of which nothing waits, was refused, or is for a person to decide."""
    with store.reading() as connection:
        return tuple(
            scope
            for (scope,) in connection.execute(
                "SELECT scope FROM leaving WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.scope = leaving.scope"
                " AND o.state <> 'parked') AND NOT EXISTS (SELECT 1 FROM conflict c WHERE c.scope = leaving.scope"
                " AND c.resolved_at IS NULL) ORDER BY seq"
            )
        )


def purge(store: Store) -> int:
    """Take out every scope that may go.

    Records, search words, drafts, bases, conflicts and own history go in one transaction; then lists that were
    exported, because they may name the citizen; then the file is rewritten without its free pages. Where another
    process has the vault open the rewriting waits for the next sync.

    Returns:
        How many records are gone.

    Raises:
        DiskFull: The records are gone from the tables, their text perhaps not yet from the file; the next sync
            tries again.
    """
    gone = 0
    scopes = purgeable(store)
    if scopes:
        with store.transaction() as connection:
            for scope in scopes:
                gone += _take_out(connection, scope)
                store.audit("purge", subject=scope.removeprefix("citizen:"))
            files = connection.execute("SELECT file, sha256 FROM exported").fetchall()
            connection.execute("DELETE FROM exported")
            store.set_meta(VACUUM_DUE, "1")
        for file, sha256 in files:
            _remove_list(Path(file), sha256)
        event("sync.purged", scopes=len(scopes), records=gone)
    if store.meta(VACUUM_DUE) is not None:
        _rewrite(store)
    return gone


def _take_out(connection: sqlite3.Connection, scope: str) -> int:
    rows = connection.execute("SELECT no, id FROM record WHERE scope = ?", (scope,)).fetchall()
    citizen_id = scope.removeprefix("citizen:")
    for no, _record_id in rows:
        unindex(connection, no)
    ids = [(record_id,) for _no, record_id in rows]
    # Not LIKE: an id is compared as it stands, whatever is in it.
    connection.executemany(
        "DELETE FROM draft WHERE ?1 <> '' AND (subject = ?1 OR instr(key, ?1) > 0)", [*ids, (citizen_id,)]
    )
    connection.executemany("DELETE FROM history WHERE record_id = ?", ids)
    for table in ("record", "outbox", "conflict", "history", "leaving"):
        connection.execute(f"DELETE FROM {table} WHERE scope = ?", (scope,))  # noqa: S608  constant names
    connection.execute("DELETE FROM assignment WHERE citizen_id = ?", (citizen_id,))
    return len(rows)


def _remove_list(path: Path, sha256: str) -> None:
    """Remove a list that fieldtui wrote; one that was changed since is somebody's own and stays."""
    try:
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
            path.unlink()
    except OSError as error:
        event("sync.list_not_removed", cause=type(error).__name__)


def _rewrite(store: Store) -> None:
    """Rewrite the file without free pages, and empty the log of changes beside it."""
    try:
        with store.vault.exclusive(), store.reading() as connection:
            connection.execute("INSERT INTO search(search) VALUES ('optimize')")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except Busy:
        event("sync.vacuum_waits")
        return
    store.set_meta(VACUUM_DUE, None)
