"""The key of the access log's chain and of the search index: what it is, and how it survives new vault keys.

It follows from the vault key that a vault was made with. A rotation carries it on inside the encrypted database, so that the
chain stays one chain, the entries that the central system knows stay the entries, and search finds what it found
(docs/adr/0019-ways-in.md). Whoever can open the database could derive it anyway, so nothing is weaker for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fieldtui.vault.keys import KEY_BYTES, LABEL_AUDIT_MAC, derive

if TYPE_CHECKING:
    import sqlite3

_CARRIED: Final = "audit_key"


def log_key(connection: sqlite3.Connection, vault_key: bytearray) -> bytearray:
    """The key of a vault's log; the caller's, to wipe.

    Args:
        connection: To the vault's database.
        vault_key: Stays the caller's.
    """
    row = connection.execute("SELECT v FROM vault_meta WHERE k = ?", (_CARRIED,)).fetchone()
    if row is None:
        return derive(vault_key, LABEL_AUDIT_MAC)
    key = bytearray.fromhex(row[0])
    if len(key) != KEY_BYTES:
        raise ValueError("a log's key has 32 bytes")
    return key


def carry_log_key(connection: sqlite3.Connection, key: bytes | bytearray) -> None:
    """Keep the key of the log in a database that gets another vault key."""
    connection.execute("INSERT OR REPLACE INTO vault_meta (k, v) VALUES (?, ?)", (_CARRIED, key.hex()))
