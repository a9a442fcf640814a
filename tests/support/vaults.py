"""Real vaults for tests, made with the cheapest KDF that is allowed."""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

from fieldtui.base.clock import FixedClock
from fieldtui.vault import CHEAPEST, OpenVault, Secret, create_vault, open_vault
from fieldtui.vault.anchors import standard_folder

PHRASE = "lygte hestevogn skolebus vindue marmor"
OTHER_PHRASE = "regnbue havefest pindsvin lanterne kobber"


def a_clock() -> FixedClock:
    """A Monday morning in Copenhagen."""
    return FixedClock(datetime(2026, 11, 23, 8, 15))


def phrase(text: str = PHRASE) -> Secret:
    """The passphrase of `a_vault`, or another."""
    return Secret.of(text)


def a_vault(folder: Path) -> tuple[OpenVault, str]:
    """A new open vault and its recovery code."""
    return create_vault(folder, phrase(), clock=a_clock(), kdf=CHEAPEST)


def reopened(folder: Path, text: str = PHRASE) -> OpenVault:
    """The vault opened with a passphrase, by a clock that stands still."""
    return open_vault(folder, phrase(text), clock=a_clock())


def a_closed_vault(folder: Path) -> str:
    """A sealed vault with a few pages of rows in it; returns its recovery code."""
    vault, code = a_vault(folder)
    with vault:
        vault.connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        vault.connection.execute("CREATE INDEX rows_text ON rows (text)")
        vault.connection.execute("BEGIN")
        vault.connection.executemany("INSERT INTO rows (text) VALUES (?)", [(f"row {i} " * 9,) for i in range(300)])
        vault.connection.execute("COMMIT")
    return code


def files_below(folder: Path, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Every path below the folder with its kind, permissions and content, hashed; lock files' are empty."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in but:
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
            found[name] = f"{path.stat().st_mode:o} {content}"
    return found


def anchors_now() -> dict[str, bytes]:
    """What is remembered of vaults outside their folders."""
    folder = standard_folder()
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def put_anchors_back(anchors: dict[str, bytes]) -> None:
    """Let exactly that be remembered; an empty dictionary forgets everything."""
    folder = standard_folder()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    for name, content in anchors.items():
        (folder / name).write_bytes(content)


def as_the_power_went(folder: Path, copy: Path) -> dict[str, bytes]:
    """Copy the folder of an open vault as it lies on the disk; the anchors of that moment, to be put back."""
    shutil.copytree(folder, copy)
    return anchors_now()
