"""The process a person starts. It starts the worker, cleans the terminal after it, and starts a fresh one to lock.

It holds no secret and imports next to nothing: what a worker had in memory goes with the worker (`docs/security.md`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from fieldtui.base.environment import without_hostile
from fieldtui.base.exits import ExitCode
from fieldtui.base.i18n import _
from fieldtui.tui import terminal
from fieldtui.tui.clipboard import FORGET, copies_to
from fieldtui.tui.endings import REASON_OF, LockReason

REASON_OPTION: Final = "--locked-because"
_LAST_OF_OUR_OWN: Final = 8
"""Exit codes up to this one are said on purpose, after a sentence (`ExitCode`); what a kill leaves is another."""
_FORWARDED: Final = ("SIGHUP", "SIGTERM")


def run(argv_for_worker: Sequence[str]) -> int:
    """Run workers until one ends for good.

    Args:
        argv_for_worker: Arguments for `python -m fieldtui`, with `--worker` among them.

    Returns:
        The exit status of the last worker: 0 where the person left.
    """
    before = terminal.mode()
    old = _deaf()
    try:
        return _run_workers(argv_for_worker, terminal.silent(before))
    finally:
        # What was typed at fieldtui is not for the shell.
        terminal.set_mode(before, forget_typed=True)
        for number, handler in old.items():
            signal.signal(number, handler)


def _run_workers(argv_for_worker: Sequence[str], silent: Any) -> int:
    reason: LockReason | None = None
    while True:
        # Keys typed while one worker follows the other are neither shown nor signals, whatever mode the last one left.
        terminal.set_mode(silent)
        arguments = [*argv_for_worker, *([REASON_OPTION, reason.value] if reason else [])]
        status = _run_worker(arguments)
        reason = REASON_OF.get(status)
        if reason is not None:
            _write(terminal.BETWEEN)  # also where the worker was forced to end before it had cleaned up
        elif 0 <= status <= _LAST_OF_OUR_OWN:
            return status
        else:
            _clean_terminal()
            return int(ExitCode.INTERNAL)


def _deaf() -> dict[signal.Signals, Any]:
    """Ignore what a terminal's keys could send; workers inherit it.

    Ctrl+C, Ctrl+Z and the like are keys to the worker. A stop from elsewhere would leave a caseload on the screen of a
    program that can no longer lock.
    """
    old: dict[signal.Signals, Any] = {}
    for name in ("SIGINT", "SIGQUIT", "SIGTSTP"):
        number = getattr(signal, name, None)
        if number is not None:
            old[number] = signal.signal(number, signal.SIG_IGN)
    return old


def _run_worker(arguments: Sequence[str]) -> int:
    """Start one worker and wait for it; signals that end this process end it first."""
    # -P: the program comes from where this one does, never from the folder the person happens to stand in; -E: nor from
    # PYTHONPATH, and no switch of Python's keeps a worker that should be gone at a prompt, with all it has in memory.
    command = [sys.executable, "-E", "-P", "-m", "fieldtui", *arguments]
    worker = subprocess.Popen(command, env=without_hostile(os.environ))
    old = _forward_signals(worker)
    try:
        status = worker.wait()
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    return status


def _forward_signals(worker: subprocess.Popen[bytes]) -> dict[signal.Signals, Any]:
    def forward(number: int, frame: object) -> None:
        del frame
        if worker.poll() is None:
            worker.send_signal(number)

    old: dict[signal.Signals, Any] = {}
    for name in _FORWARDED:
        number = getattr(signal, name, None)
        if number is not None:
            old[number] = signal.signal(number, forward)
    return old


def _clean_terminal() -> None:
    """After an abnormal end: nothing of a citizen may stay on the screen, and the shell must be usable."""
    _write(terminal.SCRUB)
    if copies_to(os.environ.get("TERM", "")):
        _write(FORGET)  # the worker can no longer say whether something was copied
    _write(_("fieldtui stoppede uventet. Det, der er gemt, er gemt. Start igen.") + "\r\n")


def _write(text: str) -> None:
    if terminal.is_terminal():
        with contextlib.suppress(OSError, ValueError):  # the terminal may be gone; then so is everything on it
            terminal.write(text)
