"""The backups beside a vault: made while it is open, proven before they count, and only so many of them.

A backup is copied through a second connection inside one read transaction, some pages at a time, so that people and syncs
go on writing meanwhile and a lock never waits: as soon as the vault is about to close, the copying gives up.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldtui.base.clock import Clock
from fieldtui.base.errors import BackupDamaged, BadUsage, Busy, DatabaseDamaged, DiskFull, FieldtuiError
from fieldtui.base.files import make_private_folder, sync_folder
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.vault.backupfile import (
    SUFFIX,
    BackupFile,
    Kind,
    OpenedBackup,
    Summary,
    new_backup_key,
    open_backup,
    read_backup,
    wrapping_key_of,
    write_backup,
)
from fieldtui.vault.database import NAME, check_pages, open_database, require_own, room_on_disk, wal_of
from fieldtui.vault.folders import refuse_unfit
from fieldtui.vault.header import DatabasePart, Header
from fieldtui.vault.locks import FileLock
from fieldtui.vault.openvault import OpenVault
from fieldtui.vault.secret import wipe

if TYPE_CHECKING:
    import sqlite3

FOLDER: Final = "backups"
ASIDE: Final = "set-aside"
"""Folder of the databases that a restore took out of use, each in a dated folder of its own."""
KEPT: Final = 7
"""Of all but those before a migration."""
KEPT_MIGRATIONS: Final = 2
_WORK: Final = ".work-"
_LOCK: Final = "backup.lock"
_LOCK_SECONDS: Final = 60.0
_STEP_PAGES: Final = 250
"""About 1 MB between two looks at whether the vault is about to close: some 15 ms."""

_UNHURRIED: Final = ("journal_mode=OFF", "synchronous=OFF")
"""A copy that a crash cuts short is thrown away; only the finished backup is made durable."""

Measure = Callable[["sqlite3.Connection"], Summary]
"""Counts what is in a database, so that a copy can be held against it and a person told."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of restoring a backup into a file of its own."""

    file: BackupFile
    problem: str | None
    """A technical word; `None` where it is whole and holds what was counted when it was made."""


def listed(folder: Path) -> tuple[BackupFile, ...]:
    """The backups of a data folder whose head can be read, the newest first. Nothing is proven yet."""
    found = []
    for path in _files(folder):
        with contextlib.suppress(FieldtuiError, OSError):  # a file that is no backup: `unreadable` counts it
            found.append(read_backup(path))
    return tuple(sorted(found, key=_age, reverse=True))


def _age(file: BackupFile) -> tuple[int, int, int]:
    """By the header's own count first: a clock that was set back makes nothing older."""
    return file.header.epoch, file.made, file.path.stat().st_mtime_ns


def unreadable(folder: Path) -> int:
    """How many files are called backups and cannot be read as one."""
    return len(_files(folder)) - len(listed(folder))


class Backups:
    """The backups of an open vault."""

    def __init__(self, vault: OpenVault, clock: Clock, measure: Measure) -> None:
        self._vault = vault
        self._clock = clock
        self._measure = measure
        self._folder = vault.folder / FOLDER

    def make(self, kind: Kind) -> BackupFile:
        """Make one, prove it, and remove the oldest beyond those that are kept.

        Raises:
            DiskFull: No room; the backups that were there are there.
            Busy: The vault is about to close, or another process is at it.
            DatabaseDamaged: The copy does not pass its check; nothing was replaced.
        """
        with self._alone():
            made = self._make(kind)
            self._prune()
        return made

    def make_at(self, path: Path) -> BackupFile:
        """Make one in a file of the person's choice.

        Raises:
            BadUsage: There is such a file already; it was not touched.
            FolderRefused: The folder is synced to a cloud, on a network share, or open to everybody.
            DiskFull, Busy, DatabaseDamaged: As `make`.
        """
        refuse_unfit(path.absolute().parent)
        if not path.absolute().parent.is_dir():
            raise BadUsage(_("Mappen {folder} findes ikke.").format(folder=path.absolute().parent))
        with self._alone():
            return self._make("hand", path)

    def renew(self, kind: Kind) -> BackupFile:
        """Make one and remove every older one, and what a restore set aside: they hold what must be gone.

        Where there is no room for the new one beside the old ones, the old ones go first.

        Raises:
            DiskFull: No room even then; the older ones are gone.
            Busy, DatabaseDamaged: As `make`; nothing was removed.
        """
        with self._alone():
            try:
                made = self._make(kind)
            except DiskFull:
                self._remove_all_but(None)
                made = self._make(kind)
            self._remove_all_but(made.path)
        return made

    def test(self) -> Tested | None:
        """Restore the newest into an encrypted file of its own, check it, count, and remove that file again.

        Returns:
            What came of it; `None` where there is no backup.

        Raises:
            DiskFull: No room for the file.
            Busy: As `make`.
        """
        newest = next(iter(listed(self._vault.folder)), None)
        if newest is None:
            return None
        with self._alone(), self._work() as work:
            problem: str | None = None
            try:
                self._prove(newest.path, work)
            except (BackupDamaged, DatabaseDamaged) as error:
                problem = type(error).__name__
            event("backup.tested", ok=problem is None)
            return Tested(newest, problem)

    # --- making one ---------------------------------------------------------------------------

    def _make(self, kind: Kind, path: Path | None = None) -> BackupFile:
        key, part = new_backup_key(), DatabasePart(salt=secrets.token_hex(16))
        try:
            with self._work() as work:
                header, summary = self._copy(work / NAME, key, part)
                wrapping_key = self._vault.borrow(lambda _header, vault_key: wrapping_key_of(vault_key))
                final = path if path is not None else self._new_name(kind)
                draft = work / final.name if path is None else path.with_name(f".{path.name}.{secrets.token_hex(4)}")
                try:
                    write_backup(
                        draft, work / NAME, header=header, wrapping_key=wrapping_key, key=key, part=part,
                        made=int(self._clock.now().timestamp()), kind=kind, summary=summary,
                    )  # fmt: skip
                    (work / NAME).unlink()
                    self._prove(draft, work)
                    self._give_name(draft, final)
                finally:
                    wipe(wrapping_key)
                    draft.unlink(missing_ok=True)
        finally:
            wipe(key)
        event("backup.made", kind=kind)
        return read_backup(final)

    def _copy(self, path: Path, key: bytearray, part: DatabasePart) -> tuple[Header, Summary]:
        """Copy the database as it stands at one moment; returns the header of that moment and what was counted."""
        header, source = self._vault.borrow(
            lambda header, vault_key: (header, open_database(self._vault.folder / "vault" / NAME, vault_key, header.db))
        )
        with contextlib.closing(source), room_on_disk(), _private(path):
            source.execute("BEGIN")
            summary = self._measure(source)
            with contextlib.closing(open_database(path, key, part, create=True)) as target:
                for pragma in _UNHURRIED:
                    target.execute(f"PRAGMA {pragma}").fetchall()
                source.backup(target, pages=_STEP_PAGES, progress=lambda *_counts: self._go_on())
            source.execute("ROLLBACK")
        return header, summary

    def _prove(self, path: Path, work: Path) -> None:
        """Open a backup as a restore would, and hold what is in it against what was counted.

        Raises:
            BackupDamaged, DatabaseDamaged: It is not what was copied.
        """
        opened = self._vault.borrow(lambda _header, vault_key: open_backup(read_backup(path), vault_key))
        with contextlib.closing(opened):
            self._go_on()
            prove(opened, work / "proof.db", self._vault.vault_id, self._measure)

    def _go_on(self) -> None:
        if self._vault.closing.is_set():
            raise Busy("vault")

    def _new_name(self, kind: Kind) -> Path:
        stem = f"{self._clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}-{kind}"
        path, again = self._folder / f"{stem}{SUFFIX}", 1
        while path.exists():
            again += 1
            path = self._folder / f"{stem}-{again}{SUFFIX}"
        return path

    @staticmethod
    def _give_name(draft: Path, final: Path) -> None:
        if final.exists():
            raise BadUsage(_("Filen {file} findes allerede og er ikke rørt.").format(file=final))
        with room_on_disk():
            draft.rename(final)
            sync_folder(final.parent)

    # --- the folder ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time makes or removes backups; what a killed one left is removed first."""
        lock = FileLock(self._vault.folder / "vault" / _LOCK)
        if not lock.wait_exclusive(_LOCK_SECONDS):
            raise Busy("vault")
        try:
            with room_on_disk():
                make_private_folder(self._folder)
            for left in self._folder.glob(f"{_WORK}*"):
                shutil.rmtree(left)
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def _work(self) -> Iterator[Path]:
        with room_on_disk(), tempfile.TemporaryDirectory(dir=self._folder, prefix=_WORK) as name:
            yield Path(name)

    def _prune(self) -> None:
        found = listed(self._vault.folder)
        before = [file for file in found if file.head.kind == "migration"]
        other = [file for file in found if file.head.kind != "migration"]
        for file in (*other[KEPT:], *before[KEPT_MIGRATIONS:]):
            file.path.unlink(missing_ok=True)
        sync_folder(self._folder)

    def _remove_all_but(self, kept: Path | None) -> None:
        for path in _files(self._vault.folder):
            if path != kept:
                path.unlink(missing_ok=True)
        sync_folder(self._folder)
        aside = self._vault.folder / ASIDE
        if aside.is_dir():
            shutil.rmtree(aside)


def prove(opened: OpenedBackup, path: Path, vault_id: str, measure: Measure) -> None:
    """Take a backup's database out, read every page, and count; the file is removed again.

    Raises:
        BackupDamaged: It is another vault's, or holds something else than was counted.
        DatabaseDamaged: A page fails.
        DiskFull: No room.
    """
    try:
        opened.require_whole()
        opened.extract(path)
        with contextlib.closing(open_database(path, opened.key, opened.part)) as connection:
            require_own(connection, vault_id)
            if not check_pages(connection).ok:
                raise DatabaseDamaged
            if measure(connection) != opened.summary:
                raise BackupDamaged
    finally:
        for left in (path, wal_of(path), path.with_name(f"{path.name}-shm")):
            left.unlink(missing_ok=True)


@contextlib.contextmanager
def _private(path: Path) -> Iterator[None]:
    """Make the file for this user alone before SQLite gets to see the path."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    yield


def _files(folder: Path) -> list[Path]:
    place = folder / FOLDER
    return sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else []


def made_at(file: BackupFile) -> datetime:
    """When a backup was made."""
    return datetime.fromtimestamp(file.made, UTC)
