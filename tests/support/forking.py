"""Commands as processes of their own, without a start of the interpreter each.

One process per pytest process has imported the program and forks for every command. What is forked has its own memory,
environment, streams and session, runs `fieldtui.__main__.main`, and ends as an interpreter ends. What it does not try is
loading: tests/cli/test_process.py, the terminals and whatever is killed start the interpreter anew.

Run as `python -m tests.support.forking`, this is that process. It reads requests from the socket that is its standard
input: a line of JSON `{"argv": [...], "env": {...}}` and three descriptors, and answers each with two lines: the id of
the process, and when it has ended its exit code.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    """Negative where a signal ended it."""
    out: bytes
    err: bytes


class Forking:
    """The process that forks, and the line to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen([sys.executable, "-m", __name__], stdin=theirs.fileno(), cwd=_ROOT)
        self._line = ours
        self._answers = ours.makefile("rb", buffering=0)

    def run(self, argv: Sequence[str], *, stdin: bytes, environment: Mapping[str, str], seconds: float) -> Ended:
        """Run `fieldtui` with these arguments to its end.

        Raises:
            TimeoutError: It took longer than `seconds`; then it is killed.
        """
        request = json.dumps({"argv": list(argv), "env": dict(environment)}).encode() + b"\n"
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(stdin)
            given.seek(0)
            socket.send_fds(self._line, [request], [each.fileno() for each in (given, out, err)])
            pid = int(self._answers.readline())
            if not select.select([self._line], [], [], seconds)[0]:
                os.kill(pid, signal.SIGKILL)
                self._answers.readline()
                raise TimeoutError(f"{list(argv)} took longer than {seconds} seconds")
            code = int(self._answers.readline())
            out.seek(0)
            err.seek(0)
            return Ended(code, out.read(), err.read())

    def end(self) -> None:
        """End the process that forks."""
        self._answers.close()
        self._line.close()
        self._process.wait(60)


_started: list[Forking] = []


def forking() -> Forking:
    """The one of this process; it ends with it."""
    if not _started:
        _started.append(Forking())
        atexit.register(_started[0].end)
    return _started[0]


def _import_everything() -> None:
    from fieldtui.cli.families import FAMILIES

    for module in {
        "fieldtui.bootstrap",
        *FAMILIES.values(),
        "fieldtui.cli.setting",
        "fieldtui.cli.usage",
        "typer",
        "platformdirs",
    }:
        importlib.import_module(module)
    assert threading.active_count() == 1  # else what is forked may wait for a lock that nobody holds


def _request(line: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    data, descriptors, _flags, _address = socket.recv_fds(line, _LONGEST, 3)
    while data and not data.endswith(b"\n"):
        data += line.recv(_LONGEST)
    return (json.loads(data), descriptors) if data else None


def _serve() -> dict[str, Any]:
    """Fork for each request; returns, in the forked process only, what it is to be."""
    line = socket.socket(fileno=os.dup(0))
    while (asked := _request(line)) is not None:
        request, descriptors = asked
        pid = os.fork()
        if pid == 0:
            line.close()
            os.setsid()
            for stream, descriptor in enumerate(descriptors):
                os.dup2(descriptor, stream)
                os.close(descriptor)
            return request
        for descriptor in descriptors:
            os.close(descriptor)
        line.sendall(f"{pid}\n".encode())
        _pid, status = os.waitpid(pid, 0)
        line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _main() -> int:
    from fieldtui.__main__ import main

    _import_everything()
    request = _serve()
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["fieldtui", *request["argv"]]
    return main()


if __name__ == "__main__":
    sys.exit(_main())
