"""Whether the database is whole, and the one that was last here. Nothing is changed by asking."""

from __future__ import annotations

import hmac
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import ChangedSinceLock, DatabaseDamaged, DiskFull, FieldtuiError, RolledBack
from fieldtui.vault.anchors import Anchor
from fieldtui.vault.database import (
    check_pages,
    open_database,
    require_own,
    room_on_disk,
    seal_of,
    size_of,
    wal_of,
)
from fieldtui.vault.header import Header
from fieldtui.vault.sqlcipher import DatabaseError, OperationalError

if TYPE_CHECKING:
    import sqlite3

CHECKING: Final = ".check-"
"""How folders begin in which copies are looked at; they are removed at the next ordinary opening."""


def require_newest(path: Path, vault_key: bytearray, header: Header, anchor: Anchor | None, *, accept: bool) -> bool:
    """Make sure that the database is the one that was last here.

    Args:
        path: The database; nobody else has it open.
        vault_key: Stays the caller's.
        header: Proven.
        anchor: How far the vault had come; `None` where nothing is remembered.
        accept: Its owner takes another one too, where every page of it is sound.

    Returns:
        True where the vault was not closed the last time.

    Raises:
        RolledBack: Whole, but older than the anchor.
        ChangedSinceLock: Whole, but not what was sealed.
        DatabaseDamaged: A page fails, or it belongs to another vault.
        DiskFull: No room for the check after a crash.
    """
    known = (0, "") if anchor is None or accept else (anchor.seq, anchor.mac)
    dirty = header.seal.hmac is None
    if not dirty:
        try:
            require_seal(path, vault_key, header)
        except ChangedSinceLock:
            if not accept:
                raise
            dirty = True
    if dirty:
        require_sound_after_crash(path, vault_key, header, *known)
    elif known != (header.audit_head.seq, header.audit_head.mac):
        connection = open_database(path, vault_key, header.db, immutable=True)
        try:
            require_entry(connection, *known)
        finally:
            connection.close()
    return dirty


def require_seal(path: Path, vault_key: bytearray, header: Header) -> None:
    """Make sure that the closed file is the one that was closed; nothing is changed.

    Raises:
        ChangedSinceLock: Every page is genuine, but it is another file than the one that was sealed, such as an older
            one, or a log of writes that was not there lies beside it.
        DatabaseDamaged: A page is not what was written with this key.
    """
    if size_of(wal_of(path)):
        raise ChangedSinceLock
    seal = header.seal
    found = seal_of(path, vault_key) if path.stat().st_size == seal.size else None
    if found is None or not hmac.compare_digest(found.hmac or "", seal.hmac or "-"):
        raise _why_not_sealed(path, vault_key, header)


def _why_not_sealed(path: Path, vault_key: bytearray, header: Header) -> FieldtuiError:
    """Whether a file that is not the sealed one is damaged, or whole and another."""
    try:
        connection = open_database(path, vault_key, header.db, immutable=True)
        try:
            require_own(connection, header.vault_id)
            broken = connection.execute("PRAGMA cipher_integrity_check").fetchone()
        finally:
            connection.close()
    except DatabaseError:
        return DatabaseDamaged()
    except FieldtuiError as error:
        return error
    return DatabaseDamaged() if broken else ChangedSinceLock()


def require_sound_after_crash(path: Path, vault_key: bytearray, header: Header, seq: int = 0, mac: str = "") -> None:
    """Check every page of a vault that was not closed, without changing it.

    The check folds the WAL into the file, so it is done on a copy (still encrypted, private, removed
    again): a vault that turns out damaged is left exactly as it was found.

    Args:
        path: The database.
        vault_key: Stays the caller's.
        header: Which key the file has, and whose it is.
        seq: Number of an entry of the access log that must be there; 0 for none.
        mac: That entry's.

    Raises:
        RolledBack: Whole, but that entry is not there: an older database, or its log of writes was cut.
        DatabaseDamaged: A page fails, or the database belongs to another vault.
        DiskFull: No room for the copy.
    """
    if (size_of(path) or 0) + (size_of(wal_of(path)) or 0) > shutil.disk_usage(path.parent).free:
        raise DiskFull  # said before the disk is full
    with room_on_disk(), tempfile.TemporaryDirectory(dir=path.parent, prefix=CHECKING) as name:
        copy = Path(name) / path.name
        shutil.copyfile(path, copy)
        if wal_of(path).exists():
            shutil.copyfile(wal_of(path), wal_of(copy))
        connection = open_database(copy, vault_key, header.db)
        try:
            require_own(connection, header.vault_id)
            if not check_pages(connection).ok:
                raise DatabaseDamaged
            require_entry(connection, seq, mac)
        finally:
            connection.close()


def require_entry(connection: sqlite3.Connection, seq: int, mac: str) -> None:
    """Make sure that an entry of the access log is there, as it was; number 0 is that of no entry and always is.

    Raises:
        RolledBack: It is not, so this is an older database, or another one that went its own way.
    """
    if seq == 0:
        return
    try:
        row = connection.execute("SELECT mac FROM audit WHERE seq = ?", (seq,)).fetchone()
    except OperationalError:
        raise RolledBack from None  # older than the table itself
    if row is None or row[0] != mac:
        raise RolledBack
