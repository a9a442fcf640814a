"""A real disk that is small: it can be filled to the last byte, emptied again, and made read-only."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


class SmallDisk:
    """A file system of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, room: int = 0) -> None:
        """Leave no more room than this many bytes (rounded to whole pages)."""
        self.empty()
        left = os.statvfs(self.folder)
        size = left.f_bavail * left.f_bsize - room
        with (self.folder / "ballast").open("wb") as stream, contextlib.suppress(OSError):
            stream.write(b"\1" * max(0, size))

    def empty(self) -> None:
        """Give the room back."""
        (self.folder / "ballast").unlink(missing_ok=True)

    @contextlib.contextmanager
    def read_only(self) -> Iterator[None]:
        """Refuse every write, as a disk does that failed or was taken out of use."""
        _mount("-o", "remount,ro", str(self.folder))
        try:
            yield
        finally:
            _mount("-o", "remount,rw", str(self.folder))


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """Six megabytes; skipped where this user may not mount."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts; tests/e2e/test_faults.py tries it with a limit of the file's size")
    folder = Path(tempfile.mkdtemp(prefix="fieldtui-disk-"))
    try:
        _mount("-t", "tmpfs", "-o", "size=6m,mode=0700", "fieldtui-test", str(folder))
    except subprocess.CalledProcessError:
        folder.rmdir()
        pytest.skip("this machine lets nobody mount")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)
        with contextlib.suppress(OSError):
            folder.rmdir()


def is_full(folder: Path) -> bool:
    """The control: a write really fails there."""
    try:
        (folder / "probe").write_bytes(b"x" * 8192)
    except OSError as error:
        return error.errno in {errno.ENOSPC, errno.EROFS}
    finally:
        with contextlib.suppress(OSError):
            (folder / "probe").unlink(missing_ok=True)
    return False
