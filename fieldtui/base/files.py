"""Files are private and written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def make_private_folder(folder: Path) -> None:
    """Make the folder (and missing parents) for this user alone; an existing one is left as it is."""
    missing: list[Path] = []
    step = folder
    while not step.exists():
        missing.append(step)
        step = step.parent
    for each in reversed(missing):
        with contextlib.suppress(FileExistsError):
            each.mkdir(mode=PRIVATE_FOLDER)


def read_small(path: Path, most: int) -> bytes:
    """At most so many bytes of a file that somebody else may have put there.

    What is no file is not waited for: opening a pipe blocks, and a device never ends.

    Args:
        path: The file.
        most: Bytes; what is beyond is not read.

    Raises:
        OSError: There is none, it cannot be read, or it is a folder, a pipe or a device (`EINVAL`).
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOINHERIT", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        return stream.read(most)


def remove_leftover(path: Path) -> bool:
    """Remove what a process left that was killed, or whatever somebody put there under that name; a link, not what it names.

    Returns:
        False where it cannot be removed now: it is in nobody's way.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)  # never on anything else: it would wait at a pipe
        else:
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def write_atomically(path: Path, data: bytes, *, prefix: str = ".tmp-", durable: bool = True) -> None:
    """Write a private file whole: temporary file beside it, fsync, rename, fsync of the folder.

    Args:
        path: The file.
        data: What it shall hold.
        prefix: Of the temporary file's name.
        durable: False leaves out the two fsyncs, for what may be lost with the power.

    Raises:
        OSError: Nothing of the old file was changed.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            if hasattr(os, "fchmod"):
                os.fchmod(stream.fileno(), PRIVATE_FILE)
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename durable where the system lets a folder be synced."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
