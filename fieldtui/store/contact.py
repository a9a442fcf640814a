"""When this device last talked with the central system, and how long its lease is.

It lies beside the database, so that a sync that finds nothing new writes nothing into it. The file holds
times only and is sealed with the vault's own key: an altered file counts as a missing one. Whoever removes
it gets the values of the last sync that brought something, which lie in the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fieldtui.base.files import read_small, write_atomically
from fieldtui.store.meta import MetaKey

CONTACT_KEYS: Final = (MetaKey.LAST_SYNC_AT, MetaKey.LEASE_UNTIL, MetaKey.LEASE_WARN_AFTER)
"""The values that every contact moves."""
_LABEL: Final = b"fieldtui/contact/1\n"
_LARGEST: Final = 4_096


def contact_file(folder: Path) -> Path:
    """Where the times lie in a data folder."""
    return folder / "vault" / "contact.json"


def read_contact(folder: Path, key: bytes) -> dict[str, str]:
    """The times as of the last contact; empty where there is no file, or it was altered."""
    path = contact_file(folder)
    try:
        said = json.loads(read_small(path, _LARGEST))
        values = {str(name): str(value) for name, value in said["values"].items()}
        genuine = hmac.compare_digest(str(said["mac"]), _mac(key, values))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return values if genuine else {}


def write_contact(folder: Path, key: bytes, values: Mapping[str, str], *, durable: bool = True) -> None:
    """Keep the times of a contact.

    Args:
        folder: The data folder.
        key: The vault's own.
        values: By name.
        durable: False where a power cut may leave the old file or none: what the next sync writes anew.

    Raises:
        OSError: The old file is as it was.
    """
    plain = {str(name): value for name, value in values.items()}
    said = {"values": plain, "mac": _mac(key, plain)}
    write_atomically(contact_file(folder), json.dumps(said, sort_keys=True).encode(), durable=durable)


def keep_contact(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    """Put the times of a contact into the tables too, for when the file is gone.

    The file goes before them: write it next. Killed in between, the device knows its contact before this one.

    Args:
        connection: In a transaction.
        values: By name.
    """
    rows = [(str(name), value) for name, value in values.items()]
    connection.executemany("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", rows)


def forget_contact(folder: Path, key: bytes, name: str) -> None:
    """Take one value out of the file, so that the database's own counts again; without a file does nothing."""
    values = read_contact(folder, key)
    if values.pop(str(name), None) is not None:
        write_contact(folder, key, values)


def _mac(key: bytes, values: Mapping[str, str]) -> str:
    return hmac.new(key, _LABEL + json.dumps(values, sort_keys=True).encode(), hashlib.sha256).hexdigest()
