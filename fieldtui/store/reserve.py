"""Room that is held back while somebody writes, so that on a full disk the last words still find a place when the vault locks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from fieldtui.base.files import make_private_folder, write_atomically
from fieldtui.base.log import event

RESERVE_BYTES: Final = 256 * 1024
"""More than a long draft, its entry in the write-ahead log and two headers take."""


def _path(folder: Path) -> Path:
    return folder / "state" / "reserve"


def hold(folder: Path) -> None:
    """Hold the room back, where it is not yet and there is so much; a disk without it is not made fuller."""
    path = _path(folder)
    if path.exists():
        return
    try:
        make_private_folder(path.parent)
        write_atomically(path, os.urandom(RESERVE_BYTES), durable=False)
    except OSError as error:
        event("store.no_reserve", error=type(error).__name__)


def give_up(folder: Path) -> bool:
    """Let the room go; False where none was held back."""
    try:
        _path(folder).unlink()
    except OSError:
        return False
    event("store.reserve_used")
    return True
