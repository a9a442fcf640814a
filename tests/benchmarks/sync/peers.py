"""The peers, each installed at fixed versions into a folder of its own, outside the program's environment and its locks."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ANKI: Final = "26.9.3"
POUCH: Final = {"pouchdb-node": "9.0.0", "express-pouchdb": "4.2.0", "express": "4.21.2"}
_HERE: Final = Path(__file__).parent
_INSTALL_SECONDS: Final = 300


class Missing(Exception):
    """A peer that is not here: why, in one line."""


def cache() -> Path:
    """Where peers are installed: `FIELDTUI_BENCH_CACHE`, else a folder in the user's cache."""
    named = os.environ.get("FIELDTUI_BENCH_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fieldtui-bench"


def anki_python() -> Path:
    """The Python that has Anki.

    Raises:
        Missing: It cannot be installed here.
    """
    folder = cache() / f"anki-{ANKI}-py{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with _installing(folder, "Anki") as needed:
        if needed:
            _run(sys.executable, "-m", "venv", str(folder))
            _run(str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", f"anki=={ANKI}")
    return python


def pouch_modules() -> Path:
    """The folder `node_modules` that has PouchDB and its server.

    Raises:
        Missing: It cannot be installed here.
    """
    folder = cache() / ("pouchdb-" + "-".join(POUCH.values()))
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Missing("PouchDB: no node and npm here")
    with _installing(folder, "PouchDB") as needed:
        if needed:
            folder.mkdir(parents=True)
            said = {"name": "fieldtui-bench-peers", "private": True, "dependencies": POUCH}
            (folder / "package.json").write_text(json.dumps(said), encoding="utf-8")
            npm = str(shutil.which("npm"))
            _run(npm, "install", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)
    return folder / "node_modules"


@contextlib.contextmanager
def _installing(folder: Path, name: str) -> Iterator[bool]:
    """Whether it must be installed; a folder that was not finished is made anew."""
    done = folder / ".finished"
    if done.exists():
        yield False
        return
    shutil.rmtree(folder, ignore_errors=True)
    print(f"installing {name} into {folder.name} …", file=sys.stderr)
    try:
        yield True
        done.touch()
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Missing(f"{name}: could not be installed ({type(error).__name__})") from error


def _run(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(
        command, check=True, cwd=cwd, timeout=_INSTALL_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@contextlib.contextmanager
def anki_server(python: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Anki's sync server over an empty folder: its port and its process id."""
    port = _free_port()
    environment = {
        **os.environ, "SYNC_USER1": "bench:bench", "SYNC_BASE": str(folder), "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": str(port), "RUST_LOG": "error",
    }  # fmt: skip
    with _process([str(python), "-m", "anki.syncserver"], environment, port) as pid:
        yield port, pid


@contextlib.contextmanager
def pouch_server(modules: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """PouchDB's server over an empty folder: its port and its process id."""
    port = _free_port()
    folder.mkdir(parents=True)
    command = ["node", str(_HERE / "pouch_office.cjs"), str(modules), str(folder), str(port)]
    with _process(command, dict(os.environ), port) as pid:
        yield port, pid


@contextlib.contextmanager
def _process(command: list[str], environment: dict[str, str], port: int) -> Iterator[int]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not listen")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
