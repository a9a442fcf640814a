"""What is measured: each work and its floor, the work without what fieldtui does, in turn in the same round."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from fieldtui.base.clock import SystemClock
from fieldtui.services.workspace import Workspace
from fieldtui.store.copies import measure
from fieldtui.vault import STANDARD, OpenVault, Secret, create_vault, open_vault
from fieldtui.vault.backups import Backups
from fieldtui.vault.keys import passphrase_key
from fieldtui.wire.signatures import HttpMessage, sign_request, verify_request
from tests.support.vaults import PHRASE, anchors_now, put_anchors_back
from tests.support.workspaces import add_citizen, make_workspace
from tests.tui.terminals import Terminal

MANY: Final = 200
_BODY: Final = b"x" * 2_000
_F6: Final = "\x1b[17~"


@dataclass(slots=True)
class Measured:
    """One work."""

    name: str
    floor: str
    """What it is held against."""
    budget: float
    """Seconds on a two-core laptop (security notes, section 9)."""
    goal: float
    """Times its floor."""
    seconds: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)


def works() -> dict[str, Measured]:
    """All of them, empty."""
    listed = (
        ("unlock", "unlock", "Argon2id with the same cost", 1.0, 2.0),
        ("lock", "close and seal 16 MB after one write", "HMAC-SHA256 of the file", 0.32, 5.0),
        ("crash", "unlock 16 MB that was not closed", "Argon2id and the two PRAGMAs", 1.6, 2.0),
        ("audit", "one entry of the access log", "one row in a transaction of its own", 0.001, 5.0),
        ("sign", "sign and prove a request of 2 kB", "ECDSA P-256 and SHA-256 of the same", 0.005, 12.0),
        ("backup", "back 16 MB up and prove the copy", "copy the file and bring it to the disk", 1.0, 25.0),
        ("prompt", "from the command to the lock screen", "python -c pass", 2.0, 8.0),
        ("again", "from Ctrl+L to the lock screen again", "python -c pass", 2.0, 5.0),
        (
            "blank",
            "F6 twice until nothing of the screen is left",
            "a bare Textual program empties its screen",
            0.15,
            6.0,
        ),
    )
    return {key: Measured(name, floor, budget, goal) for key, name, floor, budget, goal in listed}


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall time."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Bench:
    """The vaults that are measured, in a folder of their own."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder, self.big = folder, folder / "big"
        self.clock = SystemClock()
        vault, _code = create_vault(self.big, Secret.of(PHRASE), clock=self.clock, kdf=STANDARD)
        with vault:
            vault.connection.execute("CREATE TABLE bench (id INTEGER PRIMARY KEY, text TEXT)")
            vault.connection.execute("CREATE INDEX bench_text ON bench (text)")
            vault.connection.execute("BEGIN")
            row = ((hashlib.sha256(str(n).encode()).hexdigest() * 8,) for n in range(megabytes * 840))
            vault.connection.executemany("INSERT INTO bench (text) VALUES (?)", row)
            vault.connection.execute("COMMIT")
        self.size = (self.big / "vault" / "vault.db").stat().st_size
        self.header = (self.big / "vault" / "vault.json").stat().st_size
        workspace = make_workspace(folder / "screens", clock=self.clock)
        add_citizen(workspace, "Naalesen", "Kvist")
        workspace.close()
        self.screens = workspace.folder
        self.results = works()

    def round(self) -> None:
        """Measure each work and its floor once."""
        self._vault()
        self._signatures()
        self._screens()

    def entries(self) -> None:
        """The access log, on an ordinary vault; many at once, because one is too short to time."""
        with make_workspace(self.folder / f"log{len(self.results['audit'].seconds)}", clock=self.clock) as workspace:
            self._entries(workspace)

    # --- the vault ----------------------------------------------------------------------------

    def _open(self, folder: Path) -> OpenVault:
        return open_vault(folder, Secret.of(PHRASE), clock=self.clock)

    def _note(self, work: str, ours: float, floor: float) -> None:
        self.results[work].seconds.append(ours)
        self.results[work].floors.append(floor)

    def _vault(self) -> None:
        database = self.big / "vault" / "vault.db"
        argon = timed(lambda: passphrase_key(Secret.of(PHRASE), STANDARD, os.urandom(16)))
        began = time.perf_counter()
        vault = self._open(self.big)
        self._note("unlock", time.perf_counter() - began, argon)
        pragmas = timed(lambda: self._two_checks(vault))
        vault.connection.execute("INSERT INTO bench (text) VALUES ('afbrudt')")
        crashed = self.folder / "crashed"
        shutil.copytree(self.big, crashed)
        then = anchors_now()
        backups = Backups(vault, self.clock, measure)
        copied = timed(lambda: self._copy(database))
        self._note("backup", timed(lambda: backups.make("hand")), copied)
        vault.connection.execute("INSERT INTO bench (text) VALUES ('sidst')")
        closing = timed(vault.close)
        self._note("lock", closing, timed(lambda: _hmac(database)))
        now = anchors_now()
        put_anchors_back(then)
        began = time.perf_counter()
        after = self._open(crashed)
        self._note("crash", time.perf_counter() - began, argon + pragmas)
        if not after.dirty_start:
            raise SystemExit("the copy was not taken for one that was not closed")
        after.close()
        put_anchors_back(now)
        shutil.rmtree(crashed)

    @staticmethod
    def _two_checks(vault: OpenVault) -> None:
        for pragma in ("cipher_integrity_check", "integrity_check"):
            vault.connection.execute(f"PRAGMA {pragma}").fetchall()

    def _copy(self, database: Path) -> None:
        with (self.folder / "copy").open("wb") as copy:
            copy.write(database.read_bytes())
            copy.flush()
            os.fsync(copy.fileno())

    def _entries(self, workspace: Workspace) -> None:
        citizen = add_citizen(workspace)
        with workspace.store.transaction() as connection:
            connection.execute("CREATE TABLE bench (seq INTEGER PRIMARY KEY, text TEXT)")

        def bare() -> None:
            for number in range(MANY):
                with workspace.store.transaction() as connection:
                    connection.execute("INSERT INTO bench (text) VALUES (?)", (f"open {number} {citizen}",))

        def ours() -> None:
            for _number in range(MANY):
                workspace.store.audit("open", citizen, reason="måling")

        self._note("audit", timed(ours) / MANY, timed(bare) / MANY)

    # --- signatures ---------------------------------------------------------------------------

    def _signatures(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)

        def ours() -> None:
            headers = {"content-type": "application/json"}
            message = HttpMessage("POST", "https://kontor.example/v1/changes", headers, _BODY)
            signed = sign_request(
                message, key=key, key_id="o.d", device="d", seq=1, created=now, nonce=os.urandom(16).hex()
            )
            sent = HttpMessage(message.method, message.url, {**headers, **signed}, _BODY)
            verify_request(sent, resolve=lambda _id: key.public_key(), now=now)

        def bare() -> None:
            signature = key.sign(hashlib.sha256(_BODY).digest(), ec.ECDSA(SHA256()))
            key.public_key().verify(signature, hashlib.sha256(_BODY).digest(), ec.ECDSA(SHA256()))

        repeated = MANY // 4
        self._note(
            "sign",
            sum(timed(ours) for _ in range(repeated)) / repeated,
            sum(timed(bare) for _ in range(repeated)) / repeated,
        )

    # --- screens ------------------------------------------------------------------------------

    def _screens(self) -> None:
        floor = _blank(_bare())
        with _terminal([sys.executable, "-m", "fieldtui", "--data-dir", str(self.screens)]) as terminal:
            python = timed(lambda: os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", "pass"]))
            self._note("prompt", terminal.until("fieldtui er låst"), python)
            _unlock(terminal)
            began = time.perf_counter()
            terminal.type("\x0c")
            terminal.until("fieldtui er låst")
            self._note("again", time.perf_counter() - began, python)
            _unlock(terminal)
            self._note("blank", _until_gone(terminal, "Borgere", _F6 + _F6), floor)


def _hmac(path: Path) -> str:
    keyed = hmac.new(b"k" * 32, digestmod="sha256")
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            keyed.update(block)
    return keyed.hexdigest()


@contextmanager
def _terminal(command: list[str]) -> Iterator[Terminal]:
    with Terminal(command, environment={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"}) as terminal:
        yield terminal


@contextmanager
def _bare() -> Iterator[Terminal]:
    with _terminal([sys.executable, "-m", "tests.benchmarks.vault.bare_screen"]) as terminal:
        terminal.until("naal 27")
        terminal.settle()
        yield terminal


def _blank(bare: object) -> float:
    with bare as terminal:  # type: ignore[attr-defined]
        return _until_gone(terminal, "naal", "b")


def _unlock(terminal: Terminal) -> None:
    terminal.settle()
    terminal.type(PHRASE + "\r")
    terminal.until("Kræver handling")
    terminal.type("2")
    terminal.until("Naalesen")
    terminal.settle()


def _until_gone(terminal: Terminal, word: str, keys: str) -> float:
    """Seconds from the keys until no line of the terminal has the word."""
    began = time.perf_counter()
    terminal.type(keys)
    while word in terminal.text:
        if time.perf_counter() - began > 30:
            raise SystemExit(f"{word} does not go away")
        terminal.pump(0.005)
    return time.perf_counter() - began
