"""The database file: keyed, checked and sealed.

SQLCipher authenticates every page but not the file: an older page, an older file or a cut WAL pass
its check. The seal, an HMAC over the whole closed file kept in the header, closes that hole.
"""

from __future__ import annotations

import contextlib
import errno
import hmac
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import (
    Busy,
    ChangedSinceLock,
    DatabaseDamaged,
    DatabaseMissing,
    DiskFull,
    DiskReadOnly,
    FolderRefused,
)
from fieldtui.base.i18n import _
from fieldtui.vault.header import DatabasePart, Seal
from fieldtui.vault.keys import LABEL_FILE_SEAL, database_label, derive
from fieldtui.vault.secret import wipe
from fieldtui.vault.sqlcipher import DatabaseError, OperationalError, connect

if TYPE_CHECKING:
    import sqlite3

_NO_ROOM: Final = {10, 13}
"""SQLITE_IOERR and SQLITE_FULL (https://sqlite.org/rescode.html): this SQLCipher does not say which I/O failed."""

_SAID_OF_NO_ROOM: Final = ("disk I/O error", "database or disk is full")
"""What fails while pages are copied from one connection to another comes without a code."""
_READ_ONLY: Final = 8
"""SQLITE_READONLY."""

NAME: Final = "vault.db"
SMALLEST: Final = 4096
"""One page, in bytes; a shorter file is no database. (An empty one SQLCipher would open with any key.)"""
LARGEST: Final = 4 << 30
"""Bytes; a vault of 25 citizens has some 16 MB. What is larger was not written by us, and is neither read nor copied."""
_CHUNK: Final = 1 << 20
_RAW_KEY: Final = re.compile(r"[0-9a-f]{96}\Z")
_MOST_PROBLEMS: Final = 20
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "temp_store=MEMORY",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "foreign_keys=ON",
    "recursive_triggers=ON",
)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of every page found."""

    problems: tuple[str, ...]
    """Technical findings (page and index numbers, table names), at most 20; empty where all is well."""
    pages: int
    """Pages in the database."""

    @property
    def ok(self) -> bool:
        """True where nothing was found."""
        return not self.problems


@contextlib.contextmanager
def room_on_disk() -> Iterator[None]:
    """Turn "no space left" into an error of ours, from the system and from SQLite.

    A limit of the file's size (`ulimit -f`, FAT) is no room either; SQLite tells it as I/O that failed, so a disk
    that fails otherwise is told the same way.

    Raises:
        DiskFull: There was no room, or the disk failed.
        DiskReadOnly: It lets nothing be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.EROFS:
            raise DiskReadOnly from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull from error
        raise
    except DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code == _READ_ONLY or (code is None and "readonly" in str(error)):
            raise DiskReadOnly from error
        if code in _NO_ROOM or (code is None and str(error).startswith(_SAID_OF_NO_ROOM)):
            raise DiskFull from error
        raise


@contextlib.contextmanager
def _told_apart(path: Path) -> Iterator[None]:
    """Tell a file that is damaged from one that cannot be reached just now.

    Raises:
        DatabaseDamaged: The content is not what was written with this key.
        Busy: Another connection holds it.
        DiskFull: No room.
        FolderRefused: No permission to read or write it.
    """
    try:
        with room_on_disk():
            yield
    except OperationalError as error:
        if "locked" in str(error):
            raise Busy("vault") from error
        raise FolderRefused(str(path.parent), _("databasen i den kan ikke læses og skrives af dig.")) from error
    except DatabaseError as error:
        raise DatabaseDamaged from error


def open_database(
    path: Path, vault_key: bytearray, part: DatabasePart, *, create: bool = False, immutable: bool = False
) -> sqlite3.Connection:
    """An open, keyed connection with the settings every connection of ours has.

    Args:
        path: The file.
        vault_key: Stays the caller's.
        part: Which key the file has.
        create: Make the file.
        immutable: Read the file alone, without its log of writes and without making anything.

    Raises:
        DatabaseDamaged: The key does not fit, or the file is no database.
        Busy, DiskFull, FolderRefused: It cannot be reached just now.
    """
    with _told_apart(path):
        connection = connect(path, create=create, immutable=immutable)
        _prepare(connection, vault_key, part)
    return connection


def _prepare(connection: sqlite3.Connection, vault_key: bytearray, part: DatabasePart) -> None:
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")  # before the key: SQLCipher writes to stderr
        connection.execute("PRAGMA cipher_memory_security=ON")
        _set_key(connection, vault_key, part)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise


def _set_key(connection: sqlite3.Connection, vault_key: bytearray, part: DatabasePart) -> None:
    key = derive(vault_key, database_label(part.gen))
    raw = key.hex() + part.salt
    wipe(key)
    if not _RAW_KEY.match(raw):  # SQLCipher silently takes anything else for a passphrase
        raise ValueError("a raw key is 96 hexadecimal digits")
    connection.execute(f"PRAGMA key=\"x'{raw}'\"")


def create_database(path: Path, vault_key: bytearray, part: DatabasePart, vault_id: str) -> None:
    """Make the file, knowing whose it is."""
    connection = open_database(path, vault_key, part, create=True)
    try:
        connection.execute("CREATE TABLE vault_meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT")
        connection.execute("INSERT INTO vault_meta VALUES ('vault_id', ?)", (vault_id,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def close_database(connection: sqlite3.Connection) -> None:
    """Roll back what is open, fold in the log of writes, and close."""
    if connection.in_transaction:
        connection.rollback()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


def require_own(connection: sqlite3.Connection, vault_id: str) -> None:
    """Make sure that the database belongs to this vault.

    Raises:
        DatabaseDamaged: It does not.
    """
    try:
        row = connection.execute("SELECT v FROM vault_meta WHERE k = 'vault_id'").fetchone()
    except DatabaseError as error:
        raise DatabaseDamaged from error
    if row is None or row[0] != vault_id:
        raise DatabaseDamaged


def require_file(path: Path) -> None:
    """Make sure that there is a database to open, before SQLite gets to see the path.

    Raises:
        DatabaseMissing: No file, or an empty one.
        DatabaseDamaged: Too short or too large to be one, or something that is no file.
        ChangedSinceLock: What lies where its log of writes would be is no file, or larger than any of ours.
        PermissionError: It may not be written; SQLite would open it read-only and fail at the first save.
    """
    size = size_of(path)
    if not size:
        raise DatabaseMissing
    if not SMALLEST <= size <= LARGEST:
        raise DatabaseDamaged
    journal = path.with_name(f"{path.name}-journal")
    if journal.is_symlink() or journal.exists():
        raise ChangedSinceLock  # a vault never has one, and SQLite would copy old pages out of it into the database
    for beside in (wal_of(path), path.with_name(f"{path.name}-shm")):
        if beside.is_symlink() or (beside.exists() and not beside.is_file()):
            raise ChangedSinceLock  # SQLite would follow a link, and wait at a pipe
        if beside.exists() and beside.stat().st_size > LARGEST:
            raise ChangedSinceLock
    with path.open("r+b"):
        return


def size_of(path: Path) -> int | None:
    """Bytes of a file; `None` where there is none.

    Raises:
        DatabaseDamaged: It is no file: a folder, a pipe, a device.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise DatabaseDamaged
    return found.st_size


def seal_of(path: Path, vault_key: bytearray) -> Seal:
    """The seal of a closed file: its size and an HMAC-SHA256 over every byte (91 ms for 16 MB)."""
    key = derive(vault_key, LABEL_FILE_SEAL)
    digest = hmac.new(key, digestmod="sha256")
    wipe(key)
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Seal(hmac=digest.hexdigest(), size=size)


def wal_of(path: Path) -> Path:
    """The write-ahead log beside a database."""
    return path.with_name(f"{path.name}-wal")


def check_pages(connection: sqlite3.Connection) -> CheckReport:
    """Every page and index: WAL folded in first, because `cipher_integrity_check` reads only the file.

    Raises:
        Busy: Another connection kept the WAL from being folded in.
    """
    problems: list[str] = []
    pages = 0
    try:
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise Busy("vault")
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        problems += [row[0] for row in connection.execute("PRAGMA cipher_integrity_check")]
        problems += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        problems += [f"foreign key: {row[0]} {row[1]}" for row in connection.execute("PRAGMA foreign_key_check")]
    except OperationalError as error:
        if "locked" in str(error):
            raise Busy("vault") from error
        problems.append(str(error))
    except DatabaseError as error:
        problems.append(str(error))
    return CheckReport(tuple(problems[:_MOST_PROBLEMS]), pages)
