"""Taking out what this device may no longer hold, so that its text is gone from the file.

Only the central system's `leave` starts it, and only once nothing of the scope waits to be sent: an edit that was
refused stays, visible, with its scope, until a person has dealt with it. What is parked has been stored for the
citizen's new consultant and leaves with the scope. A citizen who was erased at the office goes at once and whole, with
whatever was not sent; the person is told so, and why.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import Busy
from fieldtui.base.files import holds
from fieldtui.base.log import event
from fieldtui.store.copies import renew_after_purge
from fieldtui.store.desk import add_notice
from fieldtui.store.searching import unindex

if TYPE_CHECKING:
    from fieldtui.store.store import Store

_LONG_AGO: Final = "0001-01-01"
VACUUM_DUE: Final = "vacuum_due"
"""Meta key: records were taken out and their text may still be in free pages of the file, or in backups."""


def purgeable(store: Store) -> tuple[str, ...]:
    """Scopes that have left and of which nothing waits, was refused, or is for a person to decide; and erased ones."""
    with store.reading() as connection:
        return tuple(
            scope
            for (scope,) in connection.execute(
                "SELECT scope FROM leaving WHERE reason = 'erased' OR (NOT EXISTS (SELECT 1 FROM outbox o"
                " WHERE o.scope = leaving.scope AND o.state <> 'parked') AND NOT EXISTS (SELECT 1 FROM conflict c"
                " WHERE c.scope = leaving.scope AND c.resolved_at IS NULL)) ORDER BY seq"
            )
        )


def purge(store: Store) -> int:
    """Take out every scope that may go.

    Records, search words, drafts, bases, conflicts, errands and own history go in one transaction; then what was
    exported: every list, because it may name the citizen, and every file about the citizen; then the file is rewritten
    without its free pages, and one backup made of it takes the place of all older ones. Where another process has the
    vault open, or there is no room, that waits for the next sync.

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
                _tell_of_erasure(connection, scope, store.clock.now())
                gone += _take_out(connection, scope)
                store.audit("purge", subject=scope.removeprefix("citizen:"))
            files = [found for scope in scopes for found in _exported(connection, scope.removeprefix("citizen:"))]
            store.set_meta(VACUUM_DUE, "1")
        own_folder = store.vault.folder / "exports"
        for file, sha256 in files:
            if _remove_list(Path(file), sha256, ours=Path(file).parent == own_folder):
                _forget_list(store, file)
        event("sync.purged", scopes=len(scopes), records=gone)
    if store.meta(VACUUM_DUE) is not None:
        _rewrite(store)
    return gone


def _exported(connection: sqlite3.Connection, citizen_id: str) -> list[tuple[str, str]]:
    """Let the time be over for every list, which may name the citizen, and every file about the citizen.

    Each is forgotten only once it is gone: where a kill or another program keeps one, the next unlock removes it.

    Returns:
        Name and digest of each.
    """
    return connection.execute(
        "UPDATE exported SET kept = 0, expires_on = ? WHERE citizen_id IS NULL OR citizen_id = ? RETURNING file, sha256",
        (_LONG_AGO, citizen_id),
    ).fetchall()


def _forget_list(store: Store, file: str) -> None:
    with store.transaction() as connection:
        connection.execute("DELETE FROM exported WHERE file = ?", (file,))


def _tell_of_erasure(connection: sqlite3.Connection, scope: str, now: datetime) -> None:
    """Where the citizen was erased: what the person is to be shown, without a name."""
    why = connection.execute("SELECT why FROM leaving WHERE scope = ? AND reason = 'erased'", (scope,)).fetchone()
    if why is None:
        return
    code = connection.execute(
        "SELECT json_extract(body, '$.call_code') FROM record WHERE scope = ? AND collection = 'citizen'", (scope,)
    ).fetchone()
    unsent = connection.execute(
        "SELECT (SELECT count(*) FROM outbox WHERE scope = ?1 AND state <> 'parked')"
        " + (SELECT count(*) FROM conflict WHERE scope = ?1 AND resolved_at IS NULL)",
        (scope,),
    ).fetchone()[0]
    about = {"call_code": code[0] if code else None, "why": why[0], "unsent": unsent}
    add_notice(connection, "erased", about, now)


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
    # One act may have been about a company too: that part stays, under a name that says nothing of the citizen.
    connection.execute(
        "UPDATE history SET label = collection WHERE scope <> ?1 AND command_id IN"
        " (SELECT command_id FROM history WHERE scope = ?1)",
        (scope,),
    )
    connection.executemany("DELETE FROM history WHERE record_id = ?", ids)
    for table in ("record", "outbox", "conflict", "history", "arrived", "leaving", "errand"):
        connection.execute(f"DELETE FROM {table} WHERE scope = ?", (scope,))  # noqa: S608  constant names
    connection.execute("DELETE FROM assignment WHERE citizen_id = ?", (citizen_id,))
    return len(rows)


def _remove_list(path: Path, sha256: str, *, ours: bool) -> bool:
    """Remove a list that fieldtui wrote; one outside its own folder that was changed since is somebody's own and stays.

    Returns:
        False where it could not be removed and must be tried again.
    """
    try:
        if path.is_file() and (ours or holds(path, sha256)):
            path.unlink()
    except OSError as error:
        event("sync.list_not_removed", cause=type(error).__name__)
        return False
    return True


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
    if renew_after_purge(store):
        store.set_meta(VACUUM_DUE, None)
