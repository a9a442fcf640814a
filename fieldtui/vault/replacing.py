"""Putting a database that was written anew in the place of the old one; whoever is cut short is finished by the next opening.

`vault.json` decides. Where it carries the seal of the file beside the database, that file is the database.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from typing import Final

from fieldtui.base.files import remove_leftover, sync_folder
from fieldtui.base.log import event
from fieldtui.vault.database import NAME, seal_of, wal_of
from fieldtui.vault.header import Header

NEXT: Final = "vault.db.next"
"""File in the vault's folder: the database under its new key, while it is being made."""
_CHUNK: Final = 1 << 20


def next_of(home: Path) -> Path:
    """Where the new database is made."""
    return home / NEXT


def clear_next(home: Path) -> None:
    """Remove what lies where the new database is made, whatever somebody put there."""
    for ending in ("", "-wal", "-shm", "-journal"):
        remove_leftover(home / f"{NEXT}{ending}")


def finish_replacing(home: Path, header: Header, vault_key: bytearray) -> None:
    """Put the new database in its place where the header is its, and remove it where it is not.

    Nobody else may have the vault open. However often this is cut short, the next run finishes it.

    Args:
        home: The vault's folder.
        header: The newest one, proven with the key.
        vault_key: Stays the caller's.

    Raises:
        OSError: A file could not be moved or removed; nothing is lost.
    """
    made = next_of(home)
    if not os.path.lexists(made):
        return
    database = home / NAME
    if made.is_file() and not made.is_symlink() and _is_sealed(made, header, vault_key):
        for left in (wal_of(database), database.with_name(f"{NAME}-shm")):
            left.unlink(missing_ok=True)  # the old file's
        overwrite(database)
        made.replace(database)
        event("vault.replaced", generation=header.db.gen)
    else:
        event("vault.replacing_undone")
    clear_next(home)
    sync_folder(home)


def overwrite(path: Path) -> None:
    """Write zeros over a file that is not needed any more. A solid-state disk may keep old blocks all the same.

    Raises:
        OSError: It could not be written.
    """
    try:
        with path.open("r+b") as stream:
            left = os.fstat(stream.fileno()).st_size
            while left > 0:
                left -= stream.write(bytes(min(_CHUNK, left)))
            stream.flush()
            os.fsync(stream.fileno())
    except FileNotFoundError:
        return


def _is_sealed(path: Path, header: Header, vault_key: bytearray) -> bool:
    seal = header.seal
    if seal.hmac is None or path.stat().st_size != seal.size:
        return False
    return hmac.compare_digest(seal_of(path, vault_key).hmac or "", seal.hmac)
