"""Locks that end with the process that holds them, also when it is killed: the operating system keeps them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fieldtui.base.errors import Busy

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_WAIT_STEP: Final = 0.05


class FileLock:
    """An exclusive lock on a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def path(self) -> Path:
        """The file that is locked."""
        return self._path

    def try_take(self) -> bool:
        """Take the lock if nobody has it; True where it is ours now."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform == "win32":
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self, *, remove: bool = False) -> None:
        """Give it back; with `remove` its file goes too."""
        if self._handle is None:
            return
        if remove and sys.platform != "win32":
            self._path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = None
        if remove and sys.platform == "win32":
            with contextlib.suppress(OSError):
                self._path.unlink()


@contextlib.contextmanager
def exclusively(path: Path, *, seconds: float = 150.0) -> Iterator[None]:
    """Hold the lock on a file for the length of the block, waiting for whoever has it.

    Raises:
        Busy: Nobody gave it back in time.
    """
    lock = FileLock(path)
    give_up = time.monotonic() + seconds
    while not lock.try_take():
        if time.monotonic() > give_up:
            raise Busy("central")
        time.sleep(_WAIT_STEP)
    try:
        yield
    finally:
        lock.release()


class Holders:
    """Who uses something that many share; the last one out is told so.

    Each holder locks a file of its own in the folder, so that one that was killed no longer counts.
    Call only while an exclusive lock over the shared thing is held.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine: FileLock | None = None

    def enter(self, name: str) -> None:
        """Count me in under a name that nobody else uses."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        mine = FileLock(self._folder / name)
        if not mine.try_take():
            raise Busy("central")
        self._mine = mine

    def leave(self) -> bool:
        """Count me out; True where nobody is left."""
        if self._mine is not None:
            self._mine.release(remove=True)
            self._mine = None
        return not self.others()

    def others(self) -> int:
        """How many others hold it now; files of the dead are removed on the way."""
        alive = 0
        for path in self._folder.iterdir():
            if self._mine is not None and path == self._mine.path:
                continue
            lock = FileLock(path)
            if lock.try_take():
                lock.release(remove=True)
            else:
                alive += 1
        return alive
