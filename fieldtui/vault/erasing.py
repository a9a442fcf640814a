"""Destroying a vault (security design, § 5.7): the device secret first, then the headers; without them nothing can be read.

Nobody has to open it for that. What is a fieldtui vault is told by its own files, so that no other folder is touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from fieldtui.base.errors import (
    Busy,
    DeviceStoreShut,
    FieldtuiError,
    FolderRefused,
    HeaderDamaged,
    NewerVault,
    NoVault,
)
from fieldtui.base.files import sync_folder
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.vault.database import NAME
from fieldtui.vault.devicesecret import binding_of, store_named
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.locks import FileLock, gate

_MARK: Final = "erasing"
_HEADERS: Final = ("vault.json", "vault.json.bak")
_HEAD_BYTES: Final = 128 * 1024
"""More than a header, or the head of a backup, may have."""
_LEFT: Final = (".hdr-*", ".check-*", ".tmp-*", ".restore-*", "restoring", "device-*.dpapi", "vault.db.next*")
_ASKED: Final = "recovery-request.json"
_DATABASE: Final = ("vault.db", "vault.db-wal", "vault.db-shm", "contact.json", _ASKED)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was destroyed, and what was not."""

    device_secret: Literal["none", "gone", "left"]
    """`left`: the operating system's store did not answer; alone it opens nothing."""
    backups: int
    """Backups on this machine."""
    exports: int
    """Lists and files in the vault's own exports folder; those that were written elsewhere are known to nobody without the key."""
    sealed: tuple[str, ...]
    """Files sealed to the organisation, which stay: nobody on this machine can read them."""


def erase_vault(folder: Path) -> Erased:
    """Destroy the vault in a data folder without opening it. Nothing brings it back.

    Raises:
        NoVault: There is none; nothing was touched.
        FolderRefused: The vault's folder is a link to another place; nothing was touched.
        Busy: Another fieldtui has it open, and would write its header again; nothing was touched.
        OSError: A file could not be removed; call again.
    """
    home = folder / "vault"
    if home.is_symlink():
        raise FolderRefused(str(folder), _("mappen med boksen er et link til et andet sted."))
    if not _is_vault(home):
        raise NoVault(str(folder))
    presence = FileLock(home / "lock")
    if not presence.try_exclusive():
        raise Busy("vault")
    try:
        with gate(home):
            return erase_files(folder)
    finally:
        presence.release()


def _is_vault(home: Path) -> bool:
    """True for what only fieldtui makes: a header of ours, one that is damaged beside our database, or a begun erasure."""
    if (home / _MARK).is_file():
        return True
    try:
        return bool(HeaderFiles(home).candidates())
    except NewerVault:
        return True
    except HeaderDamaged:
        return (home / NAME).is_file() and (home / "lock").is_file()
    except FieldtuiError:
        return False


def erase_files(folder: Path) -> Erased:
    """Take the device secret out of the operating system's store, overwrite and remove the headers, then the database, its
    copies, backups and exports; whoever is interrupted goes on.

    Backups and what a restore set aside hold copies of the header: those are overwritten as well.

    What was sealed to the organisation stays: nobody on this machine can read it. On a solid-state disk old blocks may
    outlive their file; the header is one page, and without it what is left is ciphertext (disk encryption covers both).

    Raises:
        OSError: A file could not be removed.
    """
    home = folder / "vault"
    (home / _MARK).touch()
    sync_folder(home)
    erased = Erased(
        device_secret=_forget_device_secret(folder),
        backups=sum(1 for _each in _own(folder / "backups", "*.fvb")),
        exports=sum(1 for _each in _own(folder / "exports", "*")),
        sealed=tuple(sorted(path.name for path in home.glob("sealed-*.json"))),
    )
    for name in _HEADERS:
        _overwrite(home / name)
        _remove(home / name)
    sync_folder(home)
    _overwrite(home / _ASKED)  # what opens the office's answer, where it is still on its way
    aside = (each for place in _own(folder / "set-aside", "*") for each in _own(place, "vault.json*"))
    for copy in (*_own(folder / "backups", "*.fvb"), *aside):
        _overwrite(copy)  # they hold copies of the header, and so of its slots
    _erase_rest(folder)
    event("vault.erased")
    return erased


def _forget_device_secret(folder: Path) -> Literal["none", "gone", "left"]:
    try:
        headers = HeaderFiles(folder / "vault").candidates()
    except FieldtuiError:
        return "none"  # no header that names one
    answers = [(name, header.vault_id) for header in headers if (name := binding_of(header)) is not None]
    try:
        for name, vault_id in answers:
            store_named(name, folder).forget(vault_id)
    except DeviceStoreShut:
        event("vault.device_secret_left")
        return "left"
    return "gone" if answers else "none"


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
        _release(path)
        _remove(path)
    sync_folder(home)
    (home / _MARK).unlink(missing_ok=True)
    sync_folder(home)


def _remains(folder: Path) -> Iterator[Path]:
    home = folder / "vault"
    for name in _DATABASE:
        yield home / name
    for pattern in _LEFT:
        yield from home.glob(pattern)
    for place in (folder / "backups", folder / "set-aside", folder / "exports"):
        yield from _own(place, "*")


def _own(place: Path, pattern: str) -> list[Path]:
    """What lies in a folder of the vault's; in none that is a link to somebody's own."""
    return list(place.glob(pattern)) if place.is_dir() and not place.is_symlink() else []


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _release(path: Path) -> None:
    """Give a file's blocks back at once, so that a disk that is told of free blocks (TRIM) may forget them."""
    if path.is_file() and not path.is_symlink():
        with path.open("r+b") as stream:
            stream.truncate(0)
            os.fsync(stream.fileno())


def _overwrite(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        return  # what it points at is somebody else's, and a pipe or a folder holds nothing of ours
    try:
        with path.open("r+b") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.write(os.urandom(min(size, _HEAD_BYTES)))
            stream.flush()
            os.fsync(stream.fileno())
    except FileNotFoundError:
        return
