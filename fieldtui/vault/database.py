"""The database file: keyed, checked and sealed.

SQLCipher authenticates every page but not the file: an older page, an older file or a cut WAL pass
its check. The seal, an HMAC over the whole closed file kept in the header, closes that hole.
"""

from __future__ import annotations

import contextlib
import errno
import hmac
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import Busy, DatabaseDamaged, DatabaseMissing, DiskFull, FolderRefused
from fieldtui.base.i18n import _
from fieldtui.vault.header import DatabasePart, Header, Seal
from fieldtui.vault.keys import LABEL_FILE_SEAL, database_label, derive
from fieldtui.vault.secret import wipe
from fieldtui.vault.sqlcipher import DatabaseError, OperationalError, connect

if TYPE_CHECKING:
    import sqlite3

_NO_ROOM: Final = {10, 13}
"""SQLITE_IOERR and SQLITE_FULL (https://sqlite.org/rescode.html): this SQLCipher does not say which I/O failed."""

NAME: Final = "vault.db"
SMALLEST: Final = 4096
"""One page, in bytes; a shorter file is no database. (An empty one SQLCipher would open with any key.)"""
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
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull from error
        raise
    except DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) in _NO_ROOM:
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


def open_database(path: Path, vault_key: bytearray, part: DatabasePart, *, create: bool = False) -> sqlite3.Connection:
    """An open, keyed connection with the settings every connection of ours has.

    Raises:
        DatabaseDamaged: The key does not fit, or the file is no database.
        Busy, DiskFull, FolderRefused: It cannot be reached just now.
    """
    with _told_apart(path):
        connection = connect(path, create=create)
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
        DatabaseDamaged: A file too short to be one.
        PermissionError: It may not be written; SQLite would open it read-only and fail at the first save.
    """
    try:
        with path.open("r+b") as stream:
            size = os.fstat(stream.fileno()).st_size
    except FileNotFoundError as error:
        raise DatabaseMissing from error
    if size == 0:
        raise DatabaseMissing
    if size < SMALLEST:
        raise DatabaseDamaged


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


def require_seal(path: Path, vault_key: bytearray, seal: Seal) -> None:
    """Make sure that the closed file is the one that was closed.

    Raises:
        DatabaseDamaged: It changed since, or a WAL that was not there lies beside it.
    """
    wal = wal_of(path)
    if wal.exists() and wal.stat().st_size > 0:
        raise DatabaseDamaged
    if path.stat().st_size != seal.size:
        raise DatabaseDamaged
    found = seal_of(path, vault_key)
    if seal.hmac is None or found.hmac is None or not hmac.compare_digest(found.hmac, seal.hmac):
        raise DatabaseDamaged


def wal_of(path: Path) -> Path:
    """The write-ahead log beside a database."""
    return path.with_name(f"{path.name}-wal")


def require_sound_after_crash(path: Path, vault_key: bytearray, header: Header) -> None:
    """Check every page of a vault that was not closed, without changing it.

    The check folds the WAL into the file, so it is done on a copy (still encrypted, private, removed
    again): a vault that turns out damaged is left exactly as it was found.

    Raises:
        DatabaseDamaged: A page fails, or the database belongs to another vault.
        DiskFull: No room for the copy.
    """
    with room_on_disk(), tempfile.TemporaryDirectory(dir=path.parent, prefix=".check-") as name:
        copy = Path(name) / path.name
        shutil.copyfile(path, copy)
        if wal_of(path).exists():
            shutil.copyfile(wal_of(path), wal_of(copy))
        connection = open_database(copy, vault_key, header.db)
        try:
            require_own(connection, header.vault_id)
            if not check_pages(connection).ok:
                raise DatabaseDamaged
        finally:
            connection.close()


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
