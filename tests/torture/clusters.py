"""A durable PostgreSQL of one's own on loopback, that may be killed, started again, copied and promoted."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from fieldtui.central.installation import account_for, binaries_for, make_runtime, remove_runtime

USER: Final = "fieldtui"
SECONDS: Final = 120
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "restart_after_crash": "off",
}


PORTS: Final = range(15_000, 32_000)
"""Below those that a system gives to whoever asks for any, so that none of these is taken before it is listened on."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Cluster:
    """One PostgreSQL server: its folder, its port, and the process while it runs."""

    folder: Path
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    settings: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _runtime: Path | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def make(self) -> None:
        """Make an empty cluster."""
        self._own_folder()
        secret = self.folder / "password"
        secret.write_text(self.password, "utf-8")
        account = account_for()
        if account is not None:
            account.give(secret)
        self.tool(
            "initdb", "-D", str(self.data), "--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}",
            "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
        )  # fmt: skip
        secret.unlink()

    def copy_of(self, primary: Cluster, *, slot: str | None = None) -> None:
        """Become a standby of a running server: its data by `pg_basebackup`, ready to follow it."""
        self.password = primary.password
        self._own_folder()
        self.tool(
            "pg_basebackup", "-d", primary.url + "?application_name=standby", "-D", str(self.data), "-R", "-X", "stream",
            "-c", "fast", *(("-C", "-S", slot) if slot else ()),
        )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers. What a killed server left behind may hold it up for a moment."""
        end = time.monotonic() + SECONDS
        while True:
            self._spawn()
            if self._answers(end):
                return
            self.kill()
            if time.monotonic() > end:
                raise TimeoutError((self.folder / "server.log").read_text("utf-8", errors="replace")[-2_000:])

    def kill(self) -> None:
        """SIGKILL the server; its children notice and end by themselves, as after a crash."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(SECONDS)
            self._process = None

    def stop(self) -> None:
        """Stop it in order, and forget the folder of its programs."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # "fast"
            try:
                self._process.wait(SECONDS)
                self._process = None
            except subprocess.TimeoutExpired:
                self.kill()
        if self._runtime is not None:
            remove_runtime(self._runtime)
            self._runtime = None

    def promote(self) -> None:
        """Make a standby the primary, and wait until it takes changes."""
        self.execute("SELECT pg_promote(true, %s)", SECONDS)

    def execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement; its rows."""
        with psycopg.connect(self.url, connect_timeout=10, autocommit=True) as connection:
            found = connection.execute(statement, values or None)
            return found.fetchall() if found.description else []

    def tool(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        done = subprocess.run(
            [str(self._binaries() / name), *arguments], cwd=self.folder, capture_output=True, check=False,
            timeout=SECONDS, **_as_account(),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode("utf-8", errors="replace")[-2_000:]

    def _spawn(self) -> None:
        options = [part for name, value in (_SETTINGS | self.settings).items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._binaries() / "postgres"), "-D", str(self.data), "-p", str(self.port), *options],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                **_as_account(),
            )  # fmt: skip

    def _answers(self, end: float) -> bool:
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                self._process = None
                time.sleep(0.05)
                return False
            with contextlib.suppress(psycopg.OperationalError):
                return bool(self.execute("SELECT 1"))
            time.sleep(0.03)
        return False

    def _own_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        account = account_for()
        if account is not None:
            account.give(self.folder)

    def _binaries(self) -> Path:
        if self._runtime is None:
            self._runtime = make_runtime(account_for())
        return binaries_for(account_for(), self._runtime)


def _as_account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: there it runs as an unprivileged account."""
    account = account_for()
    given: dict[str, Any] = {"env": {"LC_ALL": "C", "PATH": os.defpath}}
    if account is not None:
        given |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return given


def remove(folder: Path) -> None:
    """Remove a folder of clusters."""
    shutil.rmtree(folder, ignore_errors=True)
