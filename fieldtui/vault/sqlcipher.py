"""The one place that loads SQLCipher, and makes sqlite-utils use it.

sqlite-utils looks for a module called `pysqlite3` before the standard `sqlite3`. Registering
sqlcipher3 under that name *before* sqlite-utils is imported makes its error handling, `alter=True`
and upserts recognise SQLCipher's exceptions. Everything that needs sqlite-utils imports this
package first.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, cast

from sqlcipher3 import dbapi2

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_SHIM_NAMES: Final = ("pysqlite3", "pysqlite3.dbapi2")


def _register() -> None:
    loaded: Any = sys.modules.get("sqlite_utils.db")
    if loaded is not None and loaded.sqlite3 is not dbapi2:
        raise ImportError("fieldtui.vault must be imported before sqlite_utils")
    for name in _SHIM_NAMES:
        sys.modules[name] = dbapi2


_register()

DatabaseError: type[Exception] = dbapi2.DatabaseError
"""Root of what SQLCipher raises about a file: wrong key, damage, locks, no room."""
OperationalError: type[Exception] = dbapi2.OperationalError
"""The branch of it that says nothing about the content: locked, no room, no permission."""


def connect(path: Path, *, create: bool, immutable: bool = False) -> sqlite3.Connection:
    """A connection that no key was given to yet.

    Args:
        path: The database file.
        create: Let SQLite make the file. Without it a missing file is an error, because SQLCipher
            would take an empty file for an empty vault.
        immutable: Read only the file itself: no log of writes beside it is looked at, and nothing is made.

    Returns:
        A connection in driver autocommit (`isolation_level=None`): a statement commits by itself
        unless `BEGIN` came first, which is what sqlite-utils 4 and its `atomic()` expect. It may be
        used from several threads, one at a time; the caller serialises them. Statements are not
        cached, so that the text of `PRAGMA key` does not stay in memory.

    Raises:
        DatabaseError: The file is missing (without `create`) or cannot be opened.
    """
    mode = "ro&immutable=1" if immutable else "rwc" if create else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = dbapi2.connect(
        uri, uri=True, isolation_level=None, cached_statements=0, check_same_thread=False, timeout=5.0
    )
    return cast("sqlite3.Connection", connection)


def cipher_version() -> str | None:
    """The version of SQLCipher in use; `None` where the library that is loaded does not encrypt."""
    connection = dbapi2.connect(":memory:")
    try:
        row = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    return None if row is None else str(row[0])
