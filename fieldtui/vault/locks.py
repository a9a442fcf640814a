"""Locks between processes, held by the operating system and gone when the process is.

A vault has three: `lock` says who has it open (shared) or to itself (exclusive), `lock.gate` makes
opening, closing and changing the header one at a time, `sync.lock` lets one sync run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fieldtui.base.errors import Busy, FolderRefused, NoVault
from fieldtui.base.files import PRIVATE_FILE
from fieldtui.base.i18n import _

GATE_SECONDS: Final = 10.0
"""Opening and sealing hold the gate for well under a second; a damaged vault's check takes longest."""
_STEP_SECONDS: Final = 0.01
IN_THE_WAY: Final = frozenset({
    errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.ENOTDIR
})  # fmt: skip
"""No right to write, or something that is no file where the lock should be."""

if sys.platform == "win32":
    import msvcrt

    _SLOTS: Final = 64
    """A shared lock takes one byte of many, the exclusive one takes them all: `msvcrt` has no shared locks."""

    def _lock(handle: int, *, shared: bool) -> bool:
        _unlock(handle)
        for offset, length in [(i, 1) for i in range(_SLOTS)] if shared else [(0, _SLOTS)]:
            os.lseek(handle, offset, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, length)
            except OSError:
                continue
            _HELD[handle] = (offset, length)
            return True
        return False

    def _unlock(handle: int) -> None:
        if held := _HELD.pop(handle, None):
            os.lseek(handle, held[0], os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, held[1])

    _HELD: Final[dict[int, tuple[int, int]]] = {}
else:
    import fcntl

    def _lock(handle: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            # A failed change of an flock may or may not have dropped what was held: make it certain.
            fcntl.flock(handle, fcntl.LOCK_UN)
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


class FileLock:
    """One lock on one file, held at most once by this object.

    The file is made when it is missing and never removed: removing a lock file lets two processes
    hold "the" lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def try_shared(self) -> bool:
        """Take or change to a shared lock at once; on failure nothing is held."""
        return self._try(shared=True)

    def try_exclusive(self) -> bool:
        """Take or change to the exclusive lock at once; on failure nothing is held."""
        return self._try(shared=False)

    def wait_exclusive(self, seconds: float) -> bool:
        """Try for the exclusive lock for so many seconds."""
        for _turn in range(max(1, round(seconds / _STEP_SECONDS))):
            if self.try_exclusive():
                return True
            time.sleep(_STEP_SECONDS)
        return False

    def release(self) -> None:
        """Let go; does nothing when nothing is held."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            try:
                _unlock(handle)
            finally:
                os.close(handle)

    def _try(self, *, shared: bool) -> bool:
        if self._handle is None:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
            try:
                self._handle = os.open(self._path, flags, PRIVATE_FILE)
            except OSError as error:
                if error.errno not in IN_THE_WAY:
                    raise
                where = str(self._path.parent)
                raise FolderRefused(
                    where, _("filen {name} i den kan ikke åbnes.").format(name=self._path.name)
                ) from error
        if _lock(self._handle, shared=shared):
            return True
        os.close(self._handle)
        self._handle = None
        return False


@contextlib.contextmanager
def gate(vault_folder: Path) -> Iterator[None]:
    """Be the only one who opens, closes or rewrites this vault's header.

    Raises:
        Busy: Somebody else was at it for longer than `GATE_SECONDS`.
    """
    lock = FileLock(vault_folder / "lock.gate")
    if not lock.wait_exclusive(GATE_SECONDS):
        raise Busy("vault")
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def sync_lock(folder: Path) -> Iterator[None]:
    """Be the only sync of the vault in this data folder.

    Raises:
        NoVault: There is no vault to sync.
        Busy: A sync is running; it is not waited for.
    """
    vault_folder = folder / "vault"
    if not vault_folder.is_dir():
        raise NoVault(str(folder))
    lock = FileLock(vault_folder / "sync.lock")
    if not lock.try_exclusive():
        raise Busy("sync")
    try:
        yield
    finally:
        lock.release()
