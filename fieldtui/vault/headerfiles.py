"""`vault.json` and its byte-identical second copy, on the disk."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fieldtui.base.errors import FolderRefused, HeaderDamaged, HeaderTampered, NoVault, WrongPassphrase
from fieldtui.base.files import read_small, remove_leftover, sync_folder, write_atomically
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.vault.anchors import Anchors
from fieldtui.vault.database import NAME, room_on_disk
from fieldtui.vault.header import MAX_BYTES, Header, parse_header
from fieldtui.vault.replacing import overwrite
from fieldtui.vault.secret import wipe

MAIN: Final = "vault.json"
SECOND: Final = "vault.json.bak"
TEMPORARY: Final = ".hdr-"


class HeaderFiles:
    """Reads the newest genuine header of the two, and writes both.

    A crash between the two writes leaves headers of different epochs; the higher one that proves
    itself with the vault key counts, so that a change of passphrase has either happened or not.
    """

    def __init__(self, vault_folder: Path) -> None:
        self._folder = vault_folder

    def candidates(self) -> tuple[Header, ...]:
        """The headers that can be read, highest epoch first; one where the two are the same.

        Raises:
            NoVault: Neither a header nor a database.
            HeaderDamaged: No header that can be read.
            NewerVault: Made by a newer fieldtui.
            FolderRefused: The files may not be read.
        """
        files = [data for name in (MAIN, SECOND) if (data := self._read(name)) is not None]
        if not files:
            if (self._folder / NAME).exists():
                raise HeaderDamaged
            raise NoVault(str(self._folder.parent))
        headers: list[Header] = []
        for data in dict.fromkeys(files):
            with contextlib.suppress(HeaderDamaged):  # the other copy may be sound; none at all is an error below
                headers.append(parse_header(data))
        if not headers:
            raise HeaderDamaged
        return tuple(sorted(headers, key=lambda header: -header.epoch))

    def unlock(self, open_slot: Callable[[Header], bytearray | None], *, unproven: bool = False) -> bytearray:
        """The vault key, out of a slot of the newest genuine header.

        Args:
            open_slot: Tries the slots of one header; `None` where none opens.
            unproven: Take it out of a header that does not prove itself too, where none does: to read, and only to read.

        Raises:
            WrongPassphrase: No slot of the newest genuine header opens.
            HeaderTampered: A slot opens, but no header proves itself with the key.
        """
        headers = self.candidates()
        for header in headers:
            vault_key = open_slot(header)
            if vault_key is not None:
                try:
                    newest = _newest_genuine(headers, vault_key)
                except HeaderTampered:
                    if unproven:
                        return vault_key
                    _remember_tampering(vault_key)
                    wipe(vault_key)
                    raise
                if newest is header or _opens(open_slot, newest):
                    return vault_key
                wipe(vault_key)
                break
        raise WrongPassphrase

    def genuine(self, vault_key: bytearray) -> Header:
        """The newest header that the holder of this key wrote.

        Raises:
            HeaderTampered: There is none.
        """
        return _newest_genuine(self.candidates(), vault_key)

    def proven_first(self, vault_key: bytearray) -> tuple[Header, ...]:
        """The newest header that the holder of this key wrote, alone; where there is none, all that can be read."""
        headers = self.candidates()
        genuine = tuple(header for header in headers if header.authentic(vault_key))
        return genuine[:1] or headers

    def write(self, header: Header) -> None:
        """Replace both copies, the second one first; where that fails nothing has changed.

        Raises:
            DiskFull: No room.
            OSError: The disk refuses.
        """
        data = header.canonical()
        before = self._read(SECOND)
        for name in (SECOND, MAIN):
            if (self._folder / name).is_dir():  # nothing is renamed over a folder that somebody put there
                remove_leftover(self._folder / name)
        with room_on_disk():
            write_atomically(self._folder / SECOND, data, prefix=TEMPORARY)
            try:
                write_atomically(self._folder / MAIN, data, prefix=TEMPORARY)
            except OSError:
                if before is not None:
                    write_atomically(self._folder / SECOND, before, prefix=TEMPORARY)
                raise

    def replace(self, header: Header) -> None:
        """Put the header of another key in place of both copies, at one moment: when the main one is renamed.

        Until then only the old one is there, and afterwards only the new one; the old bytes are overwritten.

        Raises:
            DiskFull: No room; the old one stays, its second copy is written again with the next change.
            OSError: The disk refuses.
        """
        data = header.canonical()
        main, second = self._folder / MAIN, self._folder / SECOND
        overwrite(second)
        second.unlink(missing_ok=True)
        sync_folder(self._folder)
        with room_on_disk(), contextlib.ExitStack() as stack:
            # Windows renames nothing over a file that is open.
            old = stack.enter_context(main.open("r+b")) if os.name == "posix" else None
            write_atomically(main, data, prefix=TEMPORARY)
            if old is not None:
                with contextlib.suppress(OSError):  # of a file that has no name any more
                    old.write(bytes(os.fstat(old.fileno()).st_size))
                    old.flush()
                    os.fsync(old.fileno())
            write_atomically(second, data, prefix=TEMPORARY)

    def sweep(self) -> None:
        """Remove what a killed process left while writing a header."""
        for left in self._folder.glob(f"{TEMPORARY}*"):
            if remove_leftover(left):
                event("vault.temporary_removed")

    def _read(self, name: str) -> bytes | None:
        try:
            return read_small(self._folder / name, MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno in {errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENXIO}:
                return b""  # a pipe or a folder: a damaged copy, and the other one may be sound
            raise FolderRefused(str(self._folder), _("filerne i den kan ikke læses af dig.")) from error


def _opens(open_slot: Callable[[Header], bytearray | None], header: Header) -> bool:
    vault_key = open_slot(header)
    if vault_key is None:
        return False
    wipe(vault_key)
    return True


def _remember_tampering(vault_key: bytearray) -> None:
    anchors = Anchors(vault_key)
    anchors.note(HeaderTampered.__name__)
    anchors.close()


def _newest_genuine(headers: tuple[Header, ...], vault_key: bytearray) -> Header:
    for header in headers:
        if header.authentic(vault_key):
            return header
    raise HeaderTampered
