"""The real program in a real terminal: supervisor, lock screen, worker."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldtui.base.clock import SystemClock
from tests.support.vaults import PHRASE
from tests.support.workspaces import add_citizen, make_workspace
from tests.tui.terminals import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A locked vault with one citizen, by the machine's own clock."""
    workspace = make_workspace(tmp_path_factory.mktemp("terminal"), clock=SystemClock())
    add_citizen(workspace, "Yrsa", "Kvistgaard")
    workspace.close()
    return workspace.folder


@pytest.fixture
def program(locked: Path) -> Iterator[Terminal]:
    with start(locked) as terminal:
        yield terminal


def start(folder: Path, columns: int = 100, rows: int = 30, **environment: str) -> Terminal:
    command = [sys.executable, "-m", "fieldtui", "--data-dir", str(folder)]
    return Terminal(command, environment={**os.environ, **environment}, columns=columns, rows=rows)


def unlock(terminal: Terminal) -> None:
    terminal.until("fieldtui er låst")
    terminal.type(PHRASE + "\r")
    terminal.until("Kræver handling")
    terminal.until("MH")


def test_a_wrong_passphrase_is_said_so_and_the_right_one_opens_then_ctrl_l_locks_again(program: Terminal) -> None:
    program.until("fieldtui er låst")
    program.type("forkert hestevogn\r")
    program.until("passer ikke")
    assert "Kvistgaard" not in program.text
    unlock(program)
    program.type(b"\x0c" + b"hemmeligt notat\r")  # Ctrl+L, and what a hand was typing meanwhile
    program.until("Låst. Kladder er gemt krypteret.")
    assert "Skriv din adgangssætning" in program.text  # it is in nobody's field, and was tried as no passphrase
    assert b"hemmeligt" not in program.raw
    assert "Kræver handling" not in program.text
    assert "Yrsa" not in program.text
    program.type(PHRASE + "\r")
    program.until("Kræver handling")
    program.type(b"\x11")  # Ctrl+Q
    assert program.wait() == 0
    assert "Yrsa" not in program.text


def test_the_lock_screen_takes_backspace_shows_on_f2_and_speaks_english_on_f9(program: Terminal) -> None:
    program.until("fieldtui er låst")
    program.type("abcæ\x7f\x7f")
    program.until("••▏")
    program.type("\x1bOQ")
    program.until("ab▏")
    program.type("\x15ABCDE")
    program.until("Caps Lock")
    program.type("\x1b[20~")
    program.until("fieldtui is locked")
    program.type(b"\x11")
    assert program.wait() == 0


def test_the_lock_screen_fits_a_tiny_terminal(locked: Path) -> None:
    with start(locked, 30, 6) as terminal:
        terminal.until("fieldtui er låst")
        terminal.type("abc")
        terminal.until("•••▏")
        terminal.type(b"\x11")
        assert terminal.wait() == 0


def test_textual_s_debugging_switches_in_the_environment_write_no_file(locked: Path, tmp_path: Path) -> None:
    log = tmp_path / "textual.log"
    with start(
        locked,
        TEXTUAL_LOG=str(log),
        TEXTUAL_SCREENSHOT="1",
        TEXTUAL_SCREENSHOT_LOCATION=str(tmp_path),
        TEXTUAL_DRIVER="nowhere:Driver",
        TEXTUAL="debug,devtools",
    ) as terminal:
        unlock(terminal)
        terminal.type(b"\x11")
        assert terminal.wait() == 0
    assert list(tmp_path.iterdir()) == []


def test_killing_the_worker_leaves_nothing_of_the_caseload_on_the_screen(program: Terminal) -> None:
    unlock(program)
    program.type("2")
    program.settle()
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    assert program.wait() == 1
    assert "stoppede uventet" in program.text
    assert "Yrsa" not in program.text
    assert "Kræver handling" not in program.text
    assert b"\x1b[?1049l" in program.raw[-600:]


def test_a_hangup_closes_the_vault_in_order(program: Terminal, locked: Path) -> None:
    unlock(program)
    os.kill(program.pid, signal.SIGHUP)
    assert program.wait() == 0
    with start(locked) as again:
        unlock(again)
        again.type(b"\x11")
        assert again.wait() == 0


def test_the_terminal_title_holds_no_name(program: Terminal) -> None:
    unlock(program)
    program.type(b"\x11")
    program.wait()
    titles = [part.split(b"\x07")[0].split(b"\x1b")[0] for part in bytes(program.raw).split(b"\x1b]")[1:]]
    assert all(b"Yrsa" not in title and b"Mette" not in title for title in titles)
