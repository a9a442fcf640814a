"""The processes that are killed: the API, the laptops' workers, single commands."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from tests.support.vaults import PHRASE
from tests.torture.clusters import SECONDS, free_port
from tests.torture.worker import Journal, live, read_journal

REPOSITORY: Final = Path(__file__).parents[2]
# Each worker is a process of its own, forked from one that has only imported the program: it lives in 50 ms instead of 900.
_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.torture.worker"])


@dataclass
class Api:
    """One `fieldtui central serve`, always on the same port."""

    database_url: str
    log: Path
    """Where its errors go."""
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def spawn(self) -> None:
        """Start it, and do not wait."""
        with self.log.open("ab") as errors:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "fieldtui", "central", "serve", "--database-url", self.database_url,
                    "--listen", f"127.0.0.1:{self.port}",
                ],
                cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
            )  # fmt: skip

    def wait(self) -> None:
        """Until it says that it listens."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.log.read_text("utf-8")[-2_000:]
        assert json.loads(line)["listening"] == self.url

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            _end(self._process)
            self._process = None


@dataclass
class Laptop:
    """A vault of somebody's, its journal, and the process that works in it."""

    number: int
    initials: str
    folder: Path
    _process: ForkServerProcess | None = None

    @property
    def vault(self) -> Path:
        return self.folder / "data"

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def lives(self) -> bool:
        """True while its worker works."""
        return self._process is not None and self._process.is_alive()

    def start(self, seed: str) -> None:
        """Let it work."""
        self.kill()
        self._process = _FORKS.Process(
            target=live, args=(str(self.vault), str(self.journal), self.number, seed), daemon=True
        )
        self._process.start()

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.join(SECONDS)
            self._process.close()
            self._process = None

    def command(self, *words: str, stdin: bytes = b"") -> subprocess.Popen[bytes]:
        """Start one command of the program in this vault."""
        secret = self.folder / "passphrase"
        secret.write_text(f"{PHRASE}\n", "utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "fieldtui", "--data-dir", str(self.vault), "--passphrase-file", str(secret), *words],
            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin)
            process.stdin.close()
        process.stdin = None
        return process

    def run(self, *words: str) -> tuple[int, str, str]:
        """One command to its end: exit code, answer, sentences."""
        process = self.command(*words)
        out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out.decode("utf-8"), err.decode("utf-8")

    def put_and_die(self, number: int, after: float) -> None:
        """`fieldtui put`, killed at some moment; the ids that it printed are written down as stored."""
        texts = [f"{self.number}-{number * 100 + each}" for each in range(20)]
        lines = "".join(json.dumps({"name": text}) + "\n" for text in texts).encode()
        process = self.command("put", "company", stdin=lines)
        journal = Journal(self.journal)
        for printed, text in zip(_killed(process, after).splitlines(keepends=True), texts, strict=False):
            if printed.endswith("\n"):
                journal.say("made", id=printed.strip(), text=text)

    def sync_and_die(self, after: float) -> None:
        """`fieldtui sync`, killed at some moment."""
        _killed(self.command("sync", "--accept-mass-change"), after)

    def said(self) -> list[dict[str, object]]:
        """What it was told is stored."""
        return read_journal(self.journal)


def _killed(process: subprocess.Popen[bytes], after: float) -> str:
    """What a process had said when it was killed, or when it ended before."""
    try:
        out, _err = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        out, _err = process.communicate(timeout=SECONDS)
    return out.decode("utf-8")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait(SECONDS)
    if process.stdout is not None:
        process.stdout.close()
