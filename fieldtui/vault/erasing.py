"""Destroying a vault (security design, § 5.7): the headers first, for without them nothing else can be read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fieldtui.base.files import sync_folder
from fieldtui.base.log import event

_MARK: Final = "erasing"
_HEADERS: Final = ("vault.json", "vault.json.bak")
_HEAD_BYTES: Final = 128 * 1024
"""More than a header, or the head of a backup, may have."""
_LEFT: Final = (".hdr-*", ".check-*", ".tmp-*", ".restore-*", "restoring")
_DATABASE: Final = ("vault.db", "vault.db-wal", "vault.db-shm", "contact.json")


def erase_files(folder: Path) -> None:
    """Overwrite and remove the headers, then the database, its copies and backups; whoever is interrupted goes on.

    Backups and what a restore set aside hold copies of the header: those are overwritten as well.

    What was sealed to the organisation stays: nobody on this machine can read it. On a solid-state disk old blocks may
    outlive their file; the header is one page, and without it what is left is ciphertext (disk encryption covers both).

    Raises:
        OSError: A file could not be removed.
    """
    home = folder / "vault"
    (home / _MARK).touch()
    sync_folder(home)
    for name in _HEADERS:
        _overwrite(home / name)
        (home / name).unlink(missing_ok=True)
    sync_folder(home)
    for copy in (*folder.glob("backups/*.fvb"), *folder.glob("set-aside/*/vault.json*")):
        _overwrite(copy)  # they hold copies of the header, and so of its slots
    _erase_rest(folder)
    event("vault.erased")


def finish_erasing(folder: Path) -> None:
    """Remove what an erasure that was cut short left; does nothing where a header is there.

    Raises:
        OSError: A file could not be removed.
    """
    home = folder / "vault"
    if (home / _MARK).exists() and not any((home / name).exists() for name in _HEADERS):
        _erase_rest(folder)


def _erase_rest(folder: Path) -> None:
    home = folder / "vault"
    for path in _remains(folder):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    sync_folder(home)
    (home / _MARK).unlink(missing_ok=True)
    sync_folder(home)


def _remains(folder: Path) -> Iterator[Path]:
    home = folder / "vault"
    for name in _DATABASE:
        yield home / name
    for pattern in _LEFT:
        yield from home.glob(pattern)
    for place in (folder / "backups", folder / "set-aside"):
        if place.is_dir():
            yield from place.iterdir()


def _overwrite(path: Path) -> None:
    try:
        with path.open("r+b") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.write(os.urandom(min(size, _HEAD_BYTES)))
            stream.flush()
            os.fsync(stream.fileno())
    except FileNotFoundError:
        return
