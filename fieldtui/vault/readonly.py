"""Reading on from a vault that should not be written to: one that was tampered with, is older than it should be, or changed.

It is done on an encrypted copy inside the vault's folder, which is thrown away: the vault itself stays byte for byte as it was
found. Only on the explicit wish of whoever has the passphrase, and only where every page is sound.
"""

from __future__ import annotations

import contextlib
import hmac
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fieldtui.base.errors import BadUsage, Busy, DatabaseDamaged, DatabaseMissing, DiskFull, FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.vault.database import (
    LARGEST,
    NAME,
    SMALLEST,
    check_pages,
    open_database,
    require_own,
    room_on_disk,
    seal_of,
    size_of,
    wal_of,
)
from fieldtui.vault.header import AuditHead, Header
from fieldtui.vault.logkey import log_key
from fieldtui.vault.openvault import OpenVault, T
from fieldtui.vault.sqlcipher import DatabaseError
from fieldtui.vault.truths import CHECKING

if TYPE_CHECKING:
    import sqlite3


class ReadOnlyVault(OpenVault):
    """A vault that is read on an encrypted copy. What is written to it, such as the access log, goes with the copy.

    How many entries that log gained is remembered outside the folder, and reported when the vault next opens in order.
    """

    read_only = True
    _copy: Path | None = None
    _entries_before = 0

    def _enter(self, *, accept: bool) -> None:
        """Copy and open.

        Raises:
            Busy: Somebody has the vault open, so it is in order, or the copy would be half of two states.
            HeaderDamaged, DatabaseMissing, DatabaseDamaged: There is nothing sound to read.
            DiskFull: No room for the copy.
        """
        del accept
        if not self._presence.try_exclusive():
            raise Busy("vault")
        try:
            headers = self._files.proven_first(self._vault_key)
            for number, header in enumerate(headers, start=1):
                try:
                    self._connection = self._copied(header)
                    break
                except DatabaseDamaged:
                    self._throw_away()
                    if number == len(headers):
                        raise
        finally:
            # Not held while reading: whoever opens the vault meanwhile must look at it as if nobody had it open.
            self._presence.release()
        self._audit_key = log_key(self.connection, self._vault_key)
        self.dirty_start, self.anchored = False, True
        self.vault_id = header.vault_id
        self._epoch = header.epoch
        self._header = header
        self._head = AuditHead(header.audit_head.seq, header.audit_head.mac)
        self._entries_before = self._entries()
        event("vault.opened_read_only")

    def _copied(self, header: Header) -> sqlite3.Connection:
        database = self._home / NAME
        size = size_of(database)
        if not size:
            raise DatabaseMissing
        if not SMALLEST <= size <= LARGEST:
            raise DatabaseDamaged
        wal = self._wal_worth_reading(database, header)
        if size + (size_of(wal) or 0 if wal else 0) > shutil.disk_usage(self._home).free:
            raise DiskFull
        with room_on_disk():
            self._copy = Path(tempfile.mkdtemp(dir=self._home, prefix=CHECKING))
            copy = self._copy / NAME
            shutil.copyfile(database, copy)
            if wal is not None:
                shutil.copyfile(wal, wal_of(copy))
            connection = open_database(copy, self._vault_key, header.db)
            try:
                require_own(connection, header.vault_id)
                if not check_pages(connection).ok:
                    raise DatabaseDamaged
            except BaseException:
                connection.close()
                raise
        return connection

    def _wal_worth_reading(self, database: Path, header: Header) -> Path | None:
        """The log of writes beside the database, unless the database is what was sealed: then the log is foreign."""
        wal = wal_of(database)
        if wal.is_symlink() or not wal.is_file() or not 0 < wal.stat().st_size <= LARGEST:
            return None
        seal = header.seal
        if seal.hmac is not None and database.stat().st_size == seal.size:
            sealed = seal_of(database, self._vault_key).hmac or ""
            if hmac.compare_digest(sealed, seal.hmac):
                return None
        return wal

    @property
    def epoch(self) -> int:
        """How often the header was written when the copy was made."""
        return self._epoch

    def set_audit_head(self, seq: int, mac: str) -> None:
        """Remember the newest entry of the copy's access log, for as long as it is open."""
        with self.mutex:
            if seq > self._head.seq:
                self._head = AuditHead(seq, mac)

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else has the copy."""
        with self.mutex:
            yield

    def borrow(self, use: Callable[[Header, bytearray], T]) -> T:
        """Let a part of this package use the header that was read, proven or not, and the vault key."""
        with self.mutex:
            return use(self._header, self._vault_key)

    def change_header(self, change: Callable[[Header, bytearray], dict[str, object]]) -> NoReturn:
        """Refuse.

        Raises:
            BadUsage: Always.
        """
        raise BadUsage(why_not_now())

    def raise_above(self, epoch: int) -> NoReturn:
        """Refuse.

        Raises:
            BadUsage: Always.
        """
        raise BadUsage(why_not_now())

    def close(self) -> None:
        """Close and throw the copy away, and wipe the keys; again does nothing."""
        self.closing.set()
        with self.mutex:
            if self._connection is None:
                return
            with contextlib.suppress(FieldtuiError, DatabaseError):
                self._anchors.note(f"read-only/{self._entries() - self._entries_before}")
            self._leave()

    def erase(self) -> NoReturn:
        """Refuse: `fieldtui vault erase` needs no open vault.

        Raises:
            BadUsage: Always.
        """
        raise BadUsage(why_not_now())

    def _leave(self) -> None:
        super()._leave()
        self._throw_away()

    def _throw_away(self) -> None:
        copy, self._copy = self._copy, None
        if copy is not None:
            shutil.rmtree(copy, ignore_errors=True)  # encrypted; what stays is removed at the next ordinary opening

    def _entries(self) -> int:
        with contextlib.suppress(DatabaseError):  # a vault in which nothing was ever stored has no log
            found = self.connection.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()
            return int(found[0])
        return 0


def require_ordinary(vault: OpenVault) -> None:
    """Make sure that what is done now would stay, and stand in the access log.

    Raises:
        BadUsage: The vault was opened to read only.
    """
    if vault.read_only:
        raise BadUsage(why_not_now())


def why_not_now() -> str:
    """Why nothing can be changed, as a sentence in the language in force."""
    return _(
        "Boksen er åbnet kun til læsning. Intet kan ændres, synkes eller skrives ud, og intet i den er ændret. "
        "Luk fieldtui, og åbn den uden --read-only, når den er bragt i orden."
    )
