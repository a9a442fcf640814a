"""A laptop with fieldtui on it: every command is a process of its own, with folders of its own."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from tests.support.central import Central
from tests.support.forking import forking
from tests.support.vaults import PHRASE, phrase
from tests.tui.terminals import Terminal

SECONDS = 120


@dataclass(frozen=True)
class Result:
    """What a process said when it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Laptop:
    """One data folder, one passphrase file, one folder for temporary files."""

    root: Path
    passphrase: str = PHRASE

    @classmethod
    def at(cls, root: Path, passphrase: str = PHRASE) -> Laptop:
        """A laptop without a vault."""
        made = cls(root, passphrase)
        made.temporary.mkdir(parents=True)
        made.passphrase_file.write_text(f"{passphrase}\n", "utf-8")
        return made

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def temporary(self) -> Path:
        return self.root / "temporary"

    @property
    def passphrase_file(self) -> Path:
        return self.root / "passphrase"

    @property
    def given(self) -> list[str]:
        """The global options."""
        return ["--data-dir", str(self.data), "--passphrase-file", str(self.passphrase_file)]

    def environment(self, **more: str) -> dict[str, str]:
        """The machine's, with this laptop's folder for temporary files."""
        return {**os.environ, "TMPDIR": str(self.temporary), **more}

    def run(
        self,
        *words: str,
        stdin: str | bytes = b"",
        bare: bool = False,
        before: Callable[[], None] | None = None,
        **environment: str,
    ) -> Result:
        """Run one command to its end, in a process of its own.

        Args:
            words: The command.
            stdin: What it reads.
            bare: True leaves the global options out.
            before: Runs in a fresh interpreter before the program, to narrow what the machine gives it.
            environment: More of it.
        """
        given = stdin.encode() if isinstance(stdin, str) else stdin
        argv = [*([] if bare else self.given), *words]
        if before is None:
            ended = forking().run(argv, stdin=given, environment=self.environment(**environment), seconds=SECONDS)
            return Result(ended.code, ended.out.decode("utf-8"), ended.err.decode("utf-8"))
        done = subprocess.run(
            [sys.executable, "-m", "fieldtui", *argv],
            input=given,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env=self.environment(**environment),
            start_new_session=True,
            preexec_fn=before,
        )
        return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def json(self, *words: str, stdin: str | bytes = b"", code: int = 0) -> Any:
        """Run one command with `--json`; its one document, after the exit code that was expected."""
        done = self.run(*words, "--json", stdin=stdin)
        assert done.code == code, (done.code, done.err)
        return done.json

    def put(self, collection: str, *records: dict[str, Any]) -> list[str]:
        """Store records; their ids."""
        lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)
        ids = self.json("put", collection, stdin=lines)
        assert isinstance(ids, list)
        return ids

    def start(self, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start one command and leave it running; whoever starts it ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "fieldtui", *self.given, *words],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(),
            start_new_session=True,
        )

    def terminal(self, columns: int = 100, rows: int = 30) -> Terminal:
        """The TUI in a terminal of its own; it asks for the passphrase."""
        command = [sys.executable, "-m", "fieldtui", "--data-dir", str(self.data)]
        return Terminal(command, environment=self.environment(), columns=columns, rows=rows)

    def make_vault(self) -> str:
        """A vault that opens as fast as is allowed; its recovery code."""
        workspace, code = unlocking.create(
            self.data, phrase(self.passphrase), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
        )
        workspace.close()
        return code

    def enrol(self, central: Central, initials: str) -> str:
        """Tie it to the central system with a fresh code; the device's id."""
        from fieldtui.central.administration import enrol_code

        made = enrol_code(central.database, initials, pre_approved=True)
        answer = self.json("enrol", made.url, "--code", made.code, "--device-name", f"laptop {initials}")
        assert answer["consultant"]["initials"] == initials
        return str(answer["device_id"])

    def files(self) -> list[Path]:
        """Every file below the data folder and the folder for temporary files."""
        return [path for folder in (self.data, self.temporary) for path in sorted(folder.rglob("*")) if path.is_file()]


def kill(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """SIGKILL one process that we started; what it had said by then."""
    process.send_signal(signal.SIGKILL)
    return process.communicate(timeout=SECONDS)


def a_needle(what: str = "") -> str:
    """A word that stands nowhere by chance."""
    return f"nål{what}{secrets.token_hex(6)}"


def children_of(pid: int) -> Sequence[int]:
    """Process ids of a process's children."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
