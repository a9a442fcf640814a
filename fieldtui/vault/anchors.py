"""What is remembered of a vault outside its folder, so that an older copy of the folder does not pass for the newest.

One small file for each vault key, in the user's state folder: how often the header was written, the newest entry of the
access log, and what was found wrong and nobody has reported yet. It is authenticated with a key that follows from the
vault key (docs/adr/0015-anchors.md): whoever cannot open the vault cannot write one that counts. They can remove it or put
an older one of ours back; then less is noticed, and nobody is locked out. What cannot be read or proven counts as missing.

It is rewritten in place, without waiting for the disk, after what it tells of was made durable. So it is never ahead of
the vault, whenever the process is killed or the power goes.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fieldtui.base.files import PRIVATE_FILE, make_private_folder
from fieldtui.base.log import event
from fieldtui.vault.keys import derive
from fieldtui.vault.secret import wipe

_FOLDER: Final = "fieldtui-anchors"
_LABEL_NAME: Final = "anchor-name"
_LABEL_MAC: Final = "anchor-mac"
_SIZE: Final = 512
"""Bytes of an anchor's file: one sector, so that a power cut leaves the old one or the new one."""
RETIRED: Final = 2**53
"""The epoch of a vault key that was replaced: every header under it is an older one."""
_TOKEN: Final = re.compile(r"(\d{1,16}):([!-9;-~]{0,100}):(\d{1,16}):([0-9a-f]{32})\Z")
_LONGEST_MAC: Final = 100
_LONGEST_FOUND: Final = 100


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far a vault had come."""

    epoch: int
    """How often its header had been written."""
    seq: int
    """Number of the newest entry of its access log; 0 where there was none."""
    mac: str
    """That entry's MAC, as the log wrote it."""
    found: str = ""
    """What was found wrong since the vault was last open, as technical words; empty where nothing was."""


def standard_folder() -> Path:
    """Where anchors are kept: the user's state folder (`$XDG_STATE_HOME`, `%LOCALAPPDATA%`), never the data folder."""
    import platformdirs  # only who opens a vault needs it

    return platformdirs.user_state_path(_FOLDER, appauthor=False)


class Anchors:
    """The anchor of one vault key."""

    def __init__(self, vault_key: bytearray, folder: Path | None = None) -> None:
        """Look for the anchor of a vault.

        Args:
            vault_key: Stays the caller's.
            folder: Where anchors are kept; `None` for the standard place.
        """
        self._folder = folder if folder is not None else standard_folder()
        name = derive(vault_key, _LABEL_NAME)
        self._path = self._folder / name.hex()[:32]
        self._key = derive(vault_key, _LABEL_MAC)

    def read(self) -> Anchor | None:
        """The anchor; `None` where there is none that can be read and proven."""
        try:
            with self._opened(os.O_RDONLY) as handle:
                return self._parsed(os.read(handle, _SIZE))
        except FileNotFoundError:
            return None
        except OSError as error:
            event("vault.anchor_unread", error=type(error).__name__)
            return None

    def raise_to(self, epoch: int, seq: int, mac: str) -> None:
        """Remember that the vault has come so far; never less than is known. What cannot be written is not remembered."""
        known = self.read() or Anchor(0, 0, "")
        if seq < known.seq:
            seq, mac = known.seq, known.mac
        reached = replace(known, epoch=max(epoch, known.epoch), seq=seq, mac=mac)
        if reached != known:
            self._write(reached)

    def settle(self, epoch: int, seq: int, mac: str) -> None:
        """Remember exactly this: the vault was put back on purpose, and goes on from here."""
        self._write(Anchor(epoch, seq, mac, (self.read() or Anchor(0, 0, "")).found))

    def retire(self) -> None:
        """The vault has another key from now on: whatever still opens with this one is an older copy."""
        self._write(Anchor(RETIRED, 0, ""))

    def note(self, found: str) -> None:
        """Remember what was found wrong, to be reported once the vault is open again; words are added, none twice."""
        known = self.read() or Anchor(0, 0, "")
        words = dict.fromkeys([*known.found.split(), found])
        self._write(replace(known, found=" ".join(words)[:_LONGEST_FOUND]))

    def forget_found(self) -> None:
        """What was found wrong is reported."""
        known = self.read()
        if known is not None and known.found:
            self._write(replace(known, found=""))

    # --- for the central system -------------------------------------------------------------------

    def token(self, epoch: int, seq: int, mac: str) -> str:
        """`seq:mac:epoch:proof`: what the central system is told, and can give back but not make up."""
        said = f"{seq}:{mac}:{epoch}"
        return f"{said}:{self._proof('central', said)[:32]}"

    def proven(self, token: str) -> Anchor | None:
        """How far the vault had come when this device made the token; `None` where it did not make it."""
        parts = _TOKEN.match(token)
        if parts is None:
            return None
        said, _colon, proof = token.rpartition(":")
        if not hmac.compare_digest(proof, self._proof("central", said)[:32]):
            return None
        return Anchor(epoch=int(parts[3]), seq=int(parts[1]), mac=parts[2])

    def close(self) -> None:
        """Wipe the key."""
        wipe(self._key)

    # --- the file ---------------------------------------------------------------------------------

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        """A descriptor of a regular file: a link is not followed, and a pipe is not waited for."""
        for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOINHERIT", "O_BINARY"):
            flags |= getattr(os, name, 0)
        handle = os.open(self._path, flags, PRIVATE_FILE)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FileExistsError
            yield handle
        finally:
            os.close(handle)

    def _write(self, anchor: Anchor) -> None:
        said = [anchor.epoch, anchor.seq, anchor.mac[:_LONGEST_MAC], anchor.found]
        plain = json.dumps(said, separators=(",", ":"))
        line = json.dumps([*said, self._proof("file", plain)], separators=(",", ":")).encode("ascii")
        try:
            make_private_folder(self._folder)
            with self._opened(os.O_RDWR | os.O_CREAT) as handle:
                os.write(handle, line.ljust(_SIZE - 1) + b"\n")
        except OSError as error:
            event("vault.anchor_unwritten", error=type(error).__name__)

    def _parsed(self, data: bytes) -> Anchor | None:
        try:
            epoch, seq, mac, found, proof = json.loads(data)
            plain = json.dumps([epoch, seq, mac, found], separators=(",", ":"))
            genuine = hmac.compare_digest(str(proof), self._proof("file", plain))
        except (ValueError, TypeError, RecursionError):
            return None
        return Anchor(epoch, seq, mac, found) if genuine else None

    def _proof(self, use: str, said: str) -> str:
        return hmac.digest(self._key, f"fieldtui/anchor/1/{use}\n{said}".encode(), "sha256").hex()
