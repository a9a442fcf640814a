"""Files are private and written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import tempfile
from io import BufferedReader
from pathlib import Path
from typing import Final

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_LARGEST_HASHED: Final = 256 << 20


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
        OSError: As `open_plain`.
    """
    with open_plain(path) as stream:
        return stream.read(most)


def open_plain(path: Path) -> BufferedReader:
    """A file to read, and nothing else that may lie under its name.

    Raises:
        OSError: There is none, it cannot be read, or it is a folder (`EISDIR`), a pipe or a device (`EINVAL`).
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOINHERIT", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        refused = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        raise OSError(refused, os.strerror(refused), str(path))
    return os.fdopen(handle, "rb")


def holds(path: Path, sha256: str) -> bool:
    """True where a file is the one with this SHA-256 (in hexadecimal digits). One of more than 256 MiB is none of ours.

    Raises:
        OSError: As `open_plain`.
    """
    with open_plain(path) as stream:
        if os.fstat(stream.fileno()).st_size > _LARGEST_HASHED:
            return False
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256


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
