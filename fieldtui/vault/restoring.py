"""Putting a backup in the place of a vault's database, so that whenever it is killed there is one vault, the old or the new.

The new database and its header are made whole in a folder beside the old ones. A marker says that they are; from then on the
switch is carried through by whoever comes next. The old files are moved into a dated folder, never deleted: they are what
a salvage reads, and what is left should the backup be the wrong one.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.clock import Clock
from fieldtui.base.errors import BackupDamaged, Busy, DatabaseDamaged, HeaderDamaged, NoVault, WrongPassphrase
from fieldtui.base.files import make_private_folder, read_small, sync_folder, write_atomically
from fieldtui.base.log import event
from fieldtui.vault.anchors import RETIRED, Anchors
from fieldtui.vault.backupfile import BackupFile, Summary, open_backup
from fieldtui.vault.backups import ASIDE, Measure
from fieldtui.vault.database import (
    NAME,
    SMALLEST,
    check_pages,
    open_database,
    require_own,
    room_on_disk,
    seal_of,
    wal_of,
)
from fieldtui.vault.folders import refuse_unfit
from fieldtui.vault.header import DatabasePart, Header, HeaderAuditHead
from fieldtui.vault.headerfiles import MAIN, SECOND, HeaderFiles
from fieldtui.vault.locks import FileLock, gate
from fieldtui.vault.logkey import log_key
from fieldtui.vault.secret import wipe

if TYPE_CHECKING:
    import sqlite3

MARKER: Final = "restoring"
_STAGING: Final = ".restore-"
_MOVED: Final = (f"{NAME}-wal", f"{NAME}-shm", f"{NAME}-journal", NAME, "contact.json")
_STAGING_NAME: Final = re.compile(r"\.restore-[A-Za-z0-9_]{1,40}\Z")
_ASIDE_NAME: Final = re.compile(r"\d{8}T\d{6}Z(-\d{1,4})?\Z")
_MAX_MARKER: Final = 500

OpenSlot = Callable[[Header], "bytearray | None"]


@dataclass(frozen=True, slots=True)
class Found:
    """Who may restore, and over what."""

    vault_key: bytearray = field(repr=False)
    present: Header | None
    """The vault's own header, where it has the same key."""
    other: bool
    """True where there is a vault with another key: somebody else's, or this one after its keys were changed."""


def key_for(folder: Path, file: BackupFile, open_slot: OpenSlot) -> Found:
    """The vault key behind a backup, and the vault's own header where that has the same key.

    Where the vault has a genuine header under that key, only what opens *it* counts: an old passphrase does not restore an
    old backup over a vault that has a new one.

    Raises:
        WrongPassphrase: The secret opens neither.
        BackupDamaged: The backup's header was not written by the key's holder.
        NewerVault: The vault there is a newer fieldtui's.
    """
    headers: tuple[Header, ...] = ()
    with contextlib.suppress(NoVault, HeaderDamaged):  # then what is in the backup has to do
        headers = HeaderFiles(folder / "vault").candidates()
    vault_key = next((key for header in (*headers, file.header) if (key := _own(open_slot, header, file))), None)
    if vault_key is None:
        raise WrongPassphrase
    try:
        if not file.header.authentic(vault_key):
            raise BackupDamaged
        present = next((header for header in headers if header.authentic(vault_key)), None)
        if present is not None:
            again = open_slot(present)
            if again is None:
                raise WrongPassphrase
            wipe(again)
    except BaseException:
        wipe(vault_key)
        raise
    other = present is None and bool(headers) and not any(_opens(open_slot, header, vault_key) for header in headers)
    return Found(vault_key, present, other)


def _opens(open_slot: OpenSlot, header: Header, vault_key: bytearray) -> bool:
    """True of a header of this vault's, also where somebody changed it who has no key."""
    key = open_slot(header)
    same = key is not None and hmac.compare_digest(key, vault_key)
    if key is not None:
        wipe(key)
    return same


def _own(open_slot: OpenSlot, header: Header, file: BackupFile) -> bytearray | None:
    """The key out of a header, where it is the backup's too."""
    vault_key = open_slot(header)
    if vault_key is None or header is file.header or file.header.authentic(vault_key):
        return vault_key
    wipe(vault_key)
    return None


class Restoring:
    """A backup taken out, whole and proven, beside the vault it shall become. Leave it, and nothing was changed."""

    def __init__(self, folder: Path, file: BackupFile, found: Found, *, clock: Clock) -> None:
        """Prepare; nothing is made yet.

        Args:
            folder: The data folder.
            file: The backup.
            found: From `key_for`; the key is this object's from now on, to wipe.
            clock: Names the folder for what is set aside.
        """
        self.file = file
        self.summary: Summary = {}
        """What the backup says of itself."""
        self._folder = folder
        self._home = folder / "vault"
        self._vault_key = found.vault_key
        self._present = present = found.present
        self._clock = clock
        self._presence = FileLock(self._home / "lock")
        self._staging: Path | None = None
        self._part = DatabasePart(
            gen=max(file.header.db.gen, present.db.gen if present else 0) + 1, salt=secrets.token_hex(16)
        )
        self._connection: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def prepared(self, measure: Measure) -> Iterator[sqlite3.Connection]:
        """Take the backup out and prove it; yields the connection to the database that is to be.

        Raises:
            BackupDamaged, DatabaseDamaged: It is not whole.
            Busy: The vault is open in another process.
            DiskFull: No room.
            FolderRefused: The data folder, where there is no vault yet, is no place for one.
        """
        if not self._home.exists():
            refuse_unfit(self._folder)
        try:
            with room_on_disk():
                make_private_folder(self._home)
                if not self._presence.try_exclusive():
                    raise Busy("vault")
                self._staging = Path(tempfile.mkdtemp(dir=self._home, prefix=_STAGING))
            self._take_out(self._staging, measure)
            self._connection = open_database(self._staging / NAME, self._vault_key, self._part)
            yield self._connection
        finally:
            self._clean_up()

    def audit_key(self) -> bytes:
        """The key of the access log and of the search index."""
        if self._connection is None:
            raise ValueError("nothing was taken out yet")
        key = log_key(self._connection, self._vault_key)
        try:
            return bytes(key)
        finally:
            wipe(key)

    def old(self) -> Callable[[], sqlite3.Connection] | None:
        """Opens the database that is there now, on a copy, again and again; `None` where there is none to read.

        A page that fails makes a connection useless, so whoever salvages opens it anew after each.

        Raises:
            DiskFull: No room for the copy.
        """
        there = self._home / NAME
        if self._staging is None or not there.is_file() or there.stat().st_size < SMALLEST:
            return None
        # Without a header of its own it most likely still has the key it had when the backup was made.
        part = self.file.header.db if self._present is None else self._present.db
        copy = self._staging / "old" / NAME
        with room_on_disk():
            make_private_folder(copy.parent)
            for source, target in ((there, copy), (wal_of(there), wal_of(copy))):
                if source.is_file():
                    shutil.copyfile(source, target)
                    target.chmod(0o600)
            _fill_up(copy, 0 if self._present is None else self._present.seal.size)
        return lambda: open_database(copy, self._vault_key, part)

    def commit(self, audit_head: tuple[int, str], common: tuple[int, str]) -> Path:
        """Put it in the vault's place; returns the folder with what was there.

        Args:
            audit_head: Number and MAC of the newest entry of the access log in the new database.
            common: Of the newest entry that both the new and the old database have.

        Raises:
            DatabaseDamaged: The new database does not pass its check; nothing was changed.
            DiskFull: No room; nothing was changed.
        """
        if self._staging is None or self._connection is None:
            raise ValueError("prepare it first")
        if not check_pages(self._connection).ok:
            raise DatabaseDamaged
        self._connection.close()
        self._connection = None
        header = self._header(audit_head)
        with room_on_disk():
            _durable(self._staging / NAME)
            HeaderFiles(self._staging).write(header)
            aside = self._aside()
            with gate(self._home), contextlib.closing(Anchors(self._vault_key, None)) as anchors:
                known = anchors.read()
                # Down to what both databases have, before either counts: killed in between, neither is refused.
                floor = 0 if known is None or known.epoch >= RETIRED else known.epoch
                anchors.settle(min(floor, header.epoch), *common)
                said = {"staging": self._staging.name, "aside": aside.name}
                write_atomically(self._home / MARKER, json.dumps(said).encode("ascii"))
                _carry_through(self._folder, self._staging, aside)
                anchors.settle(header.epoch, *audit_head)
        event("vault.restored", set_aside=aside.is_dir())
        return aside

    def _take_out(self, staging: Path, measure: Measure) -> None:
        taken = staging / "backup.db"
        with contextlib.closing(open_backup(self.file, self._vault_key)) as opened:
            opened.require_whole()
            self.summary = opened.summary
            opened.extract(taken)
            with contextlib.closing(open_database(taken, opened.key, opened.part)) as source:
                require_own(source, self.file.header.vault_id)
                if not check_pages(source).ok:
                    raise DatabaseDamaged
                if measure(source) != opened.summary:
                    raise BackupDamaged
                with (
                    contextlib.closing(
                        open_database(staging / NAME, self._vault_key, self._part, create=True)
                    ) as target,
                    room_on_disk(),
                ):
                    source.backup(target)
        for left in (taken, wal_of(taken), staging / "backup.db-shm"):
            left.unlink(missing_ok=True)

    def _header(self, audit_head: tuple[int, str]) -> Header:
        """The header of the restored vault: today's slots where it has them, an epoch above all that is known."""
        base = self._present if self._present is not None else self.file.header
        with contextlib.closing(Anchors(self._vault_key, None)) as anchors:
            known = anchors.read()
        epochs = [base.epoch, self.file.header.epoch]
        if known is not None and known.epoch < RETIRED:
            epochs.append(known.epoch)
        assert self._staging is not None  # noqa: S101  the caller looked
        return base.model_copy(update={"epoch": max(epochs)}).succeeded_by(
            self._vault_key,
            db=self._part,
            seal=seal_of(self._staging / NAME, self._vault_key),
            audit_head=HeaderAuditHead(seq=audit_head[0], mac=audit_head[1]),
        )

    def _aside(self) -> Path:
        stem = f"{self._clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
        path, again = self._folder / ASIDE / stem, 1
        while path.exists():
            again += 1
            path = self._folder / ASIDE / f"{stem}-{again}"
        return path

    def _clean_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._staging is not None and not (self._home / MARKER).exists():
            shutil.rmtree(self._staging, ignore_errors=True)
        self._presence.release()
        wipe(self._vault_key)


def finish_restoring(folder: Path) -> None:
    """Carry a restore through that was cut short after its marker, and remove what one left that was cut short before it.

    Raises:
        Busy: A restore is under way.
        DiskFull, OSError: It could not be carried through now.
    """
    home = folder / "vault"
    left = [path for path in home.glob(f"{_STAGING}*") if path.is_dir()]
    marked = (home / MARKER).exists()
    if not left and not marked:
        return
    presence = FileLock(home / "lock")
    if not presence.try_exclusive():
        if marked:
            raise Busy("vault")
        return  # somebody has the vault open; the next one alone in it sweeps
    try:
        with gate(home), room_on_disk():
            said = _marked(home)
            if said is not None:
                _carry_through(folder, home / said[0], folder / ASIDE / said[1])
                event("vault.restore_finished")
        for staging in left:
            shutil.rmtree(staging, ignore_errors=True)
    finally:
        presence.release()


def _marked(home: Path) -> tuple[str, str] | None:
    """Names of the folder with what is new and of the one for what is old; `None` without a marker that says so."""
    try:
        said = json.loads(read_small(home / MARKER, _MAX_MARKER))
        staging, aside = said["staging"], said["aside"]
        if _STAGING_NAME.match(staging) and _ASIDE_NAME.match(aside):
            return staging, aside
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    event("vault.restore_marker_unread")
    return None


def _carry_through(folder: Path, staging: Path, aside: Path) -> None:
    """The switch, from wherever it was cut short: each step is done once, however often this runs."""
    home = folder / "vault"
    new, header = staging / NAME, staging / MAIN
    if new.exists():
        _set_aside(home, aside)
        new.rename(home / NAME)
        sync_folder(home)
    if header.exists():
        data = header.read_bytes()
        for name in (SECOND, MAIN):
            write_atomically(home / name, data)
    (home / MARKER).unlink(missing_ok=True)
    sync_folder(home)
    shutil.rmtree(staging, ignore_errors=True)


def _set_aside(home: Path, aside: Path) -> None:
    if not any((home / name).exists() for name in (MAIN, SECOND, *_MOVED)):
        return
    make_private_folder(aside)
    for name in (MAIN, SECOND):
        if (home / name).exists() and not (aside / name).exists():
            write_atomically(aside / name, (home / name).read_bytes())
    for name in _MOVED:
        if (home / name).exists():
            (home / name).rename(aside / name)
    sync_folder(aside)


def _fill_up(path: Path, size: int) -> None:
    """Give a database that was cut short its length again: SQLite reads nothing of one that is shorter than it should be."""
    pages = -(-max(size, path.stat().st_size) // SMALLEST)
    with path.open("r+b") as stream:
        stream.truncate(pages * SMALLEST)


def _durable(path: Path) -> None:
    path.chmod(0o600)
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def set_aside(folder: Path) -> tuple[Path, ...]:
    """The folders with what restores took out of use, the newest first."""
    place = folder / ASIDE
    if not place.is_dir():
        return ()
    return tuple(sorted((path for path in place.iterdir() if _ASIDE_NAME.match(path.name)), reverse=True))


def aside_at(path: Path) -> datetime:
    """When a folder was set aside."""
    return datetime.strptime(path.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


__all__ = ["Found", "OpenSlot", "Restoring", "aside_at", "finish_restoring", "key_for", "set_aside"]
