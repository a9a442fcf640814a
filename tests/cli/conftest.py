"""The real program on a real vault."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from fieldtui import bootstrap
from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from tests.support.central import central, clock, database, postgres
from tests.support.vaults import PHRASE, phrase
from tests.support.workspaces import add_citizen, make_workspace

__all__ = ["Program", "Result", "central", "clock", "database", "postgres"]


@dataclass(frozen=True)
class Result:
    """What a process said when it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Program:
    """`fieldtui` on one data folder, without a terminal."""

    folder: Path
    passphrase_file: Path | None

    @property
    def given(self) -> list[str]:
        """The global options."""
        words = ["--data-dir", str(self.folder)]
        return words if self.passphrase_file is None else [*words, "--passphrase-file", str(self.passphrase_file)]

    def make_vault(self) -> None:
        """What `init` makes, with the passphrase of `tests.support.vaults`, but opened as fast as is allowed."""
        workspace, _recovery = unlocking.create(
            self.folder, phrase(), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
        )
        workspace.close()

    def spawn(self, *words: str, stdin: str = "", **environment: str) -> Result:
        """Run one command as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "fieldtui", *self.given, *words],
            input=stdin.encode(),
            capture_output=True,
            check=False,
            timeout=120,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def run(self, *words: str, stdin: str | bytes = b"", **environment: str) -> Result:
        """Run one command from its argv to its exit code, in this process: the same program without Python's start."""
        given = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8")
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2))
        umask = os.umask(0o022)
        try:
            with (
                patch.dict(os.environ, environment),
                patch.object(sys, "stdin", given),
                # What ends this process later is the test runner's, and is told in full, not as a number.
                patch.object(sys, "excepthook", sys.excepthook),
                patch.object(sys, "unraisablehook", sys.unraisablehook),
                patch.object(threading, "excepthook", threading.excepthook),
                redirect_stdout(out),
                redirect_stderr(err),
            ):
                code = bootstrap.main([*self.given, *words])
        finally:
            os.umask(umask)
            _close_log()
        return Result(code, *(_written(stream) for stream in (out, err)))

    def json(self, *words: str, stdin: str = "") -> Any:
        """Run a command that must succeed, and read its one JSON document."""
        result = self.run(*words, "--json", stdin=stdin)
        assert result.code == 0, result.err
        return json.loads(result.out)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def _close_log() -> None:
    logger = logging.getLogger("fieldtui")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder to copy: enrolled for MH, with one citizen."""
    # Made today: each test's first command would otherwise make the day's backup.
    with make_workspace(tmp_path_factory.mktemp("made"), clock=SystemClock()) as workspace:
        add_citizen(workspace, "Åse", "Søgård", cpr="6101900001", phone="12345678")
        return workspace.folder


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase.txt"
    path.write_text(f"{PHRASE}\n", "utf-8")
    return path


@pytest.fixture
def program(tmp_path: Path, made: Path, passphrase_file: Path) -> Program:
    """A vault that is enrolled for MH and holds one citizen."""
    return Program(shutil.copytree(made, tmp_path / "data"), passphrase_file)


@pytest.fixture
def empty(tmp_path: Path, passphrase_file: Path) -> Program:
    """A folder without a vault."""
    return Program(tmp_path / "tom", passphrase_file)


@pytest.fixture
def unchanged_umask() -> Iterator[None]:
    """bootstrap narrows the umask of the process it runs in; a test that runs it here gives it back."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches what a test starts, also where the tests run as a background job, which shells start deaf to it."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what is caught here, a new program gets as its default
    yield
    signal.signal(signal.SIGINT, before)
