"""A vault while it is open, in this process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from fieldtui.base.errors import Busy, Damaged, FieldtuiError, FolderRefused, Internal, RolledBack
from fieldtui.base.files import remove_leftover
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.vault.anchors import Anchor, Anchors
from fieldtui.vault.database import (
    NAME,
    CheckReport,
    check_pages,
    close_database,
    open_database,
    require_file,
    require_own,
    seal_of,
)
from fieldtui.vault.erasing import erase_files
from fieldtui.vault.header import AuditHead, Header, HeaderAuditHead, Seal
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.locks import IN_THE_WAY, FileLock, gate
from fieldtui.vault.logkey import log_key
from fieldtui.vault.replacing import finish_replacing
from fieldtui.vault.secret import wipe
from fieldtui.vault.sqlcipher import DatabaseError
from fieldtui.vault.truths import CHECKING, require_newest

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")


class OpenVault:
    """An open vault: a keyed connection, the log's key, and the duty to seal at the end.

    Several processes may have a vault open. The last one that closes it seals it; one that is killed
    leaves it unsealed, and the next one alone in it checks every page (`dirty_start`).

    The connection may be used from any thread but only by one at a time: hold `mutex` around each
    use, as the store does.
    """

    read_only = False
    """True where nothing that is changed would stay (`readonly`)."""

    def __init__(
        self, folder: Path, vault_key: bytearray, *, accept: bool = False, anchors: Path | None = None
    ) -> None:
        """Enter the vault in this data folder with its key, which then belongs to this object.

        Args:
            folder: The data folder.
            vault_key: Wiped when the vault is closed.
            accept: Its owner takes the vault as it is, where it is whole but older or another than it should be.
            anchors: Where is remembered how far it had come; `None` for the standard place.

        Raises:
            RolledBack: Genuine, but older than what is remembered.
            HeaderTampered: The header changed since it was unlocked, and not by the key's holder.
            DatabaseMissing: No database, or an empty one.
            ChangedSinceLock: Not the database that was sealed, though whole.
            DatabaseDamaged: A page fails.
            DiskFull: No room for the check after a crash.
            Busy: Another process has the vault to itself.
            FolderRefused: Its files may not be written.
        """
        self.folder = folder
        """The data folder; the vault's own files are in `vault/` below it."""
        self.mutex = threading.RLock()
        self.closing = threading.Event()
        """Set as soon as somebody wants to close: what copies pages beside the work gives up, so that a lock never waits."""
        self._home = folder / "vault"
        self._vault_key = vault_key
        self._files = HeaderFiles(self._home)
        self._presence = FileLock(self._home / "lock")
        self._alone_depth = 0
        self._audit_key = bytearray()
        self._anchors = Anchors(vault_key, anchors)
        self._connection: sqlite3.Connection | None = None
        self.found: str = ""
        """What was found wrong with the vault before, as technical words: to be reported, then `forget_found`."""
        try:
            with gate(self._home):
                self._enter(accept=accept)
        except BaseException as error:
            if isinstance(error, Damaged):
                self._anchors.note(type(error).__name__)
            self._leave()
            if isinstance(error, OSError) and error.errno in IN_THE_WAY:
                raise FolderRefused(str(folder), _("du kan ikke skrive i den.")) from error
            raise

    def _enter(self, *, accept: bool) -> None:
        alone = self._presence.try_exclusive()
        if not alone and not self._presence.try_shared():
            raise Busy("vault")
        header = self._files.genuine(self._vault_key)
        database = self._home / NAME
        if alone:
            finish_replacing(self._home, header, self._vault_key)
        anchor = self._anchors.read()
        if anchor is None:
            event("vault.no_anchor", epoch=header.epoch)
        elif header.epoch < anchor.epoch and not (accept and alone):
            raise RolledBack
        require_file(database)
        self.dirty_start = False
        """True where the vault was not closed the last time (power, kill) and every page was checked."""
        if alone:
            self.dirty_start = require_newest(database, self._vault_key, header, anchor, accept=accept)
            header = self._begin(header, anchor, accept=accept)
        self.vault_id = header.vault_id
        """32 hexadecimal digits; random."""
        self._epoch = header.epoch
        self._head = AuditHead(header.audit_head.seq, header.audit_head.mac)
        self._connection = open_database(database, self._vault_key, header.db)
        require_own(self._connection, header.vault_id)
        self._audit_key = log_key(self._connection, self._vault_key)
        self.anchored = anchor is not None
        """False where nothing was remembered of this vault outside its folder: a new one, or the anchor was removed."""
        self.found = "" if anchor is None else anchor.found
        if alone and not self._presence.try_shared():
            raise Internal  # the gate keeps everybody else away
        event("vault.opened", dirty=self.dirty_start, alone=alone)

    def _begin(self, header: Header, anchor: Anchor | None, *, accept: bool) -> Header:
        """Break the seal, so that whoever comes after a crash knows."""
        accepted = anchor if accept else None
        header = header.counted_to(0 if accepted is None else accepted.epoch)
        header = self._write(header, seal=Seal(hmac=None, size=header.seal.size))
        if accepted is not None:
            self._anchors.settle(header.epoch, header.audit_head.seq, header.audit_head.mac)
        self._sweep()
        return header

    @property
    def connection(self) -> sqlite3.Connection:
        """The SQLCipher connection, in driver autocommit; use `BEGIN` or sqlite-utils' `atomic()`.

        Raises:
            ValueError: The vault is closed.
        """
        if self._connection is None:
            raise ValueError("the vault is closed")
        return self._connection

    @property
    def audit_key(self) -> bytes:
        """The key of the access log's chain (32 bytes).

        Raises:
            ValueError: The vault is closed.
        """
        if self._connection is None:
            raise ValueError("the vault is closed")
        return bytes(self._audit_key)

    @property
    def epoch(self) -> int:
        """How often the header was written, as of now."""
        return self._files.genuine(self._vault_key).epoch

    @property
    def audit_head(self) -> AuditHead:
        """The newest anchored entry that this process knows."""
        return self._head

    def set_audit_head(self, seq: int, mac: str) -> None:
        """Remember the newest entry of the access log: outside the folder at once, in the header when the vault closes.

        Args:
            seq: Its number; a lower one than is known is ignored.
            mac: At most 200 printable ASCII characters.
        """
        with self.mutex:
            if seq > self._head.seq:
                head = HeaderAuditHead(seq=seq, mac=mac)
                self._head = AuditHead(head.seq, head.mac)
                self._anchors.raise_to(self._epoch, seq, mac)

    @property
    def anchor_token(self) -> str:
        """How far the vault has come, for the central system: it can give it back, but not make one up."""
        with self.mutex:
            header = self._files.genuine(self._vault_key)
            # Another process may have come further since this one last wrote something.
            known = self._anchors.read() or Anchor(0, 0, "")
            heads = ((self._head.seq, self._head.mac), (header.audit_head.seq, header.audit_head.mac))
            seq, mac = max(*heads, (known.seq, known.mac))
            return self._anchors.token(header.epoch, seq, mac)

    def heard_of(self, token: str) -> bool:
        """Take in what the central system says this device once told it.

        Returns:
            True where this device did tell it and had come further than this vault has: the vault is an older copy. It
            is from now on ahead of that again, so that the next opening does not refuse what is known already.
        """
        anchor = self._anchors.proven(token)
        if anchor is None or anchor.epoch <= self.epoch:
            return False
        self.raise_above(anchor.epoch)
        return True

    def raise_above(self, epoch: int) -> None:
        """Count the header on beyond this epoch, and remember the vault as it is: it was put back, and goes on from here.

        Raises:
            DiskFull: No room; nothing was changed.
        """
        with self.mutex, gate(self._home):
            header = self._files.genuine(self._vault_key)
            self._write(header.counted_to(max(epoch, (self._anchors.read() or Anchor(0, 0, "")).epoch)))
            self._anchors.settle(self._epoch, self._head.seq, self._head.mac)

    def forget_found(self) -> None:
        """What was found wrong before is reported."""
        with self.mutex:
            self.found = ""
            self._anchors.forget_found()

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Have the vault alone, for work nobody else may see half done (migrate, purge, rotate).

        Raises:
            Busy: Another process has it open; nothing was changed.
        """
        with self.mutex:
            if self._alone_depth == 0:
                self._become_alone()
            self._alone_depth += 1
            try:
                yield
            finally:
                self._alone_depth -= 1
                if self._alone_depth == 0 and self._connection is not None:
                    with gate(self._home):
                        self._share()

    def change_header(self, change: Callable[[Header, bytearray], dict[str, object]]) -> None:
        """Rewrite the header: read afresh, changed, epoch counted up, MAC computed, both copies replaced.

        Args:
            change: Gets the header and the vault key, returns the fields that change. The key stays
                this object's: it must not be kept.
        """
        with self.mutex, gate(self._home):
            if self._connection is None:
                raise ValueError("the vault is closed")
            header = self._files.genuine(self._vault_key)
            self._write(header, **change(header, self._vault_key))

    def borrow(self, use: Callable[[Header, bytearray], T]) -> T:
        """Let a part of this package use the header as it stands and the vault key, which must not be kept.

        Raises:
            ValueError: The vault is closed.
        """
        with self.mutex:
            if self._connection is None:
                raise ValueError("the vault is closed")
            return use(self._files.genuine(self._vault_key), self._vault_key)

    def give_way(self, prepare: Callable[[sqlite3.Connection, Header, bytearray], T], switch: Callable[[T], None]) -> T:
        """Be replaced by another vault in the same folder, and close for good.

        Args:
            prepare: Makes what takes this vault's place, from its connection, its header as it would be left, and its key.
                Where it fails, this vault stays open and as it was.
            switch: Puts it there, while this one is closed and nobody can open either.

        Raises:
            Busy: Another process has it open; nothing was changed.
        """
        with self.exclusive():
            header = self._files.genuine(self._vault_key)
            left = {"audit_head": HeaderAuditHead(seq=self._head.seq, mac=self._head.mac)}
            made = prepare(self.connection, header.model_copy(update=left), self._vault_key)
            self.closing.set()
            with gate(self._home):
                try:
                    close_database(self.connection)
                    switch(made)
                    self._anchors.retire()
                finally:
                    self._leave()
            return made

    def check(self) -> CheckReport:
        """Read and verify every page, index and foreign key.

        Raises:
            Busy: Another process is reading and keeps the WAL from being folded in.
        """
        with self.mutex:
            return check_pages(self.connection)

    def close(self) -> None:
        """Fold in the WAL, close, seal if nobody else is in, and wipe the keys; again does nothing.

        An open transaction is rolled back. Where sealing fails (no room, say) everything stored is
        safe; it is logged, and the next start checks every page instead.
        """
        self.closing.set()
        with self.mutex:
            if self._connection is None:
                return
            connection, self._connection = self._connection, None
            try:
                with gate(self._home):
                    close_database(connection)
                    self._leave_word(alone=self._presence.try_exclusive())
            except (OSError, FieldtuiError, DatabaseError) as error:
                event("vault.not_sealed", cause=type(error).__name__)
            finally:
                connection.close()
                self._leave()

    def erase(self) -> None:
        """Destroy the vault: its keys in memory, both headers, the database and its copies. Nothing brings it back.

        Raises:
            OSError: A file could not be removed; where that was not a header, nobody can read it any more.
        """
        with self.mutex:
            if self._connection is None:
                raise ValueError("the vault is closed")
            with gate(self._home):
                self._anchors.retire()  # a copy that is put back is an older one for ever
                self._leave()
                erase_files(self.folder)

    @property
    def is_open(self) -> bool:
        """False once it was closed or erased."""
        return self._connection is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<OpenVault {'closed' if self._connection is None else 'open'}>"

    def _leave_word(self, *, alone: bool) -> None:
        """Write to the header what this process knows: the log's head, and, where it is the last one, the seal."""
        header = self._files.genuine(self._vault_key)
        changes: dict[str, object] = {}
        if self._head.seq > header.audit_head.seq:
            changes["audit_head"] = HeaderAuditHead(seq=self._head.seq, mac=self._head.mac)
        if alone:
            changes["seal"] = seal_of(self._home / NAME, self._vault_key)
        if changes:
            self._write(header, **changes)
        event("vault.closed", sealed=alone)

    def _write(self, header: Header, **changes: object) -> Header:
        successor = header.succeeded_by(self._vault_key, **changes)
        self._files.write(successor)
        self._epoch = successor.epoch
        # After the header: an anchor that is ahead of it would shut its owner out.
        self._anchors.raise_to(successor.epoch, successor.audit_head.seq, successor.audit_head.mac)
        return successor

    def _sweep(self) -> None:
        self._files.sweep()
        for left in self._home.glob(f"{CHECKING}*"):
            remove_leftover(left)  # what somebody still reads from is removed the next time

    def _become_alone(self) -> None:
        with gate(self._home):
            if not self._presence.try_exclusive():
                self._share()
                raise Busy("vault")

    def _share(self) -> None:
        if not self._presence.try_shared():
            raise Internal  # only who holds the gate can take the exclusive lock, and that is this process

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._presence.release()
        self._anchors.close()
        wipe(self._audit_key)
        wipe(self._vault_key)
