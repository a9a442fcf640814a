"""The training folder: marked as such, so that training and real work can never meet."""

from __future__ import annotations

import json
import shutil
import socket
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from fieldtui.base.errors import Busy, FolderRefused
from fieldtui.base.files import make_private_folder, write_atomically
from fieldtui.base.i18n import _
from fieldtui.services.unlocking import VaultState, vault_state

MARKER: Final = "fieldtui-training.json"
_FORMAT: Final = "fieldtui-training"
_VERSION: Final = 1
_OURS: Final = ("central", "vault", "state", "exports", "logs")
"""What a training folder holds, and what is removed when it is made anew."""
_OTHER: Final = "as-"
"""What the laptop folders of the others in the training begin with."""
_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Training:
    """What a training folder was made with."""

    seed: int
    citizens: int
    """For each consultant."""
    day: str
    """ISO date; the made-up work lies around it."""
    port: int = 0
    """Where its central system listens; the enrolled device knows no other."""
    ready: bool = False
    """True once everything is in place."""

    def same_as(self, other: Training) -> bool:
        """True where both ask for the same made-up team."""
        return (self.seed, self.citizens, self.day) == (other.seed, other.citizens, other.day)


def home_of(folder: Path, initials: str, first: str) -> Path:
    """Where somebody's laptop of the training lies; the first consultant's is the training folder itself."""
    return folder if initials == first else folder / f"{_OTHER}{initials.lower()}"


def prepare(folder: Path, seed: int, citizens: int, day: date) -> Training:
    """Make the folder ready: one made today for the same team is used again, another one is made anew.

    Raises:
        FolderRefused: It holds a vault or a central system that is not for training.
        Busy: A training is running in it.
    """
    wanted = Training(seed, citizens, day.isoformat())
    found = _read(folder)
    if found is None:
        if vault_state(folder) is not VaultState.MISSING or (folder / "central").exists():
            raise FolderRefused(
                str(folder), _("den holder en rigtig boks, og øvelse blandes aldrig med arbejde. Vælg en anden mappe.")
            )
    elif _answers(found.port):
        raise Busy("central")
    elif found.ready and found.same_as(wanted):
        return found
    else:
        _clear(folder)
    make_private_folder(folder)
    write(folder, wanted)
    return wanted


def write(folder: Path, training: Training) -> None:
    """Write the marker."""
    document: dict[str, Any] = {"format": _FORMAT, "version": _VERSION, **asdict(training)}
    write_atomically(folder / MARKER, (json.dumps(document, indent=2) + "\n").encode("utf-8"))


def finish(folder: Path, training: Training, port: int) -> None:
    """Note that everything is in place, and where the central system listens."""
    write(folder, replace(training, port=port, ready=True))


def _read(folder: Path) -> Training | None:
    """The marker's content; `None` where there is no marker, or one that this version cannot read."""
    try:
        values = json.loads((folder / MARKER).read_text("utf-8"))
        if values.pop("format") != _FORMAT or values.pop("version") != _VERSION:
            return None
        return Training(**values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _clear(folder: Path) -> None:
    """Remove what a training left; a PostgreSQL that a killed one left running is stopped first."""
    from fieldtui.central.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(folder / "central")
    if postgres.pid is not None:
        with postgres:
            pass  # the last one out stops it
    for place in (*(folder / name for name in _OURS), *folder.glob(f"{_OTHER}*")):
        if place.is_dir():
            shutil.rmtree(place)


def _answers(port: int) -> bool:
    if not port:
        return False
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((_LOOPBACK, port)) == 0
