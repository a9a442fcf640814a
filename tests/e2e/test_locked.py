"""After a lock, and after a kill, in a real terminal: nobody's text in any process, on the screen, or kept by the terminal."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fieldtui.base.clock import SystemClock
from tests.e2e.laptop import a_needle, children_of
from tests.support.memory import forms, found_in, may_look
from tests.support.vaults import PHRASE
from tests.support.workspaces import add_citizen, make_workspace
from tests.tui.terminals import Terminal

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.support.bus import Bus
from tests.support.logind import Login

needs_memory = pytest.mark.skipif(not may_look(), reason="only root may read closed memory")

CPR = "670265-1234"


class Locked:
    """A locked vault with one citizen, whose every text is a needle."""

    def __init__(self, folder: Path) -> None:
        self.name, self.note = f"Nav{secrets.token_hex(4)}", a_needle("notat")
        workspace = make_workspace(folder, clock=SystemClock())
        citizen = add_citizen(workspace, self.name, "Kvist")
        workspace.casework.update(citizen, {"cpr": CPR})
        workspace.casework.write_note(citizen, f"Aftalt {self.note}.", kind="notat")
        workspace.close()
        self.folder = workspace.folder

    @property
    def needles(self) -> Mapping[str, str]:
        return {"name": self.name, "note": self.note, "cpr": CPR.replace("-", ""), "passphrase": PHRASE}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Locked:
    return Locked(tmp_path_factory.mktemp("locked"))


@pytest.fixture(scope="module")
def bus() -> Iterator[Bus]:
    with Bus() as made:
        yield made


def start(locked: Locked, bus: Bus | None = None, *words: str) -> Terminal:
    command = [sys.executable, "-m", "fieldtui", *words, "--data-dir", str(locked.folder)]
    address = bus.address if bus is not None else "unix:path=/nowhere"
    return Terminal(command, environment={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address})


def unlock(terminal: Terminal) -> None:
    terminal.until("fieldtui er låst")
    terminal.type(PHRASE + "\r")
    terminal.until("Kræver handling")
    terminal.until("MH")


def begin_a_note(terminal: Terminal, locked: Locked) -> str:
    """From I dag to a note that is being written; what stands in it."""
    terminal.type("2")
    terminal.until("Borgere · 1")
    terminal.until(locked.name)
    terminal.type("m")
    terminal.until("Skriv kun det", 20)
    written = a_needle("skrevet")
    terminal.type(written)
    terminal.until(written)
    return written


def put_away(terminal: Terminal) -> None:
    """Close the note that is open, so that the next test does not begin in it."""
    terminal.type("\x1b")
    terminal.until("Kladden er gemt")


def gone(pid: int, terminal: Terminal, seconds: float = 60) -> None:
    """Wait until a process that is not ours to wait for has ended; meanwhile the terminal takes what it writes."""
    end = time.monotonic() + seconds
    while Path(f"/proc/{pid}/status").exists() and "zombie" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < end, f"{pid} is still there"
        terminal.pump(0.02)


def nothing_in(screen: str, needles: Mapping[str, str]) -> None:
    assert [name for name, needle in needles.items() if needle in screen] == []


def fresh_worker(terminal: Terminal, before: int, seconds: float = 60) -> int:
    end = time.monotonic() + seconds
    while not (children := [pid for pid in children_of(terminal.pid) if pid != before]):
        assert time.monotonic() < end
        terminal.pump(0.02)
    return children[0]


@needs_memory
def test_after_a_lock_nobody_s_text_is_in_any_process_or_on_the_screen_and_the_half_written_note_is_back(
    locked: Locked, bus: Bus
) -> None:
    login = Login(bus)
    with start(locked, bus) as terminal:
        unlock(terminal)
        login.wait_for_watcher()
        needles = {**locked.needles, "written": begin_a_note(terminal, locked)}
        (worker,) = children_of(terminal.pid)
        open_memory = found_in(worker, needles)
        assert min(open_memory[name] for name in ("name", "written")) > 0  # the control: the look finds what is there
        login.signal_lock()
        terminal.until("maskinens skærm blev låst")
        nothing_in(terminal.text, needles)
        gone(worker, terminal)
        for pid in (terminal.pid, fresh_worker(terminal, worker)):
            assert found_in(pid, needles) == dict.fromkeys(needles, 0)
        terminal.type(PHRASE + "\r")
        terminal.until(needles["written"])
        put_away(terminal)
        terminal.type(b"\x11")
        assert terminal.wait() == 0
        nothing_in(terminal.text, needles)


def test_a_vault_closed_inside_one_process_leaves_its_texts_there(locked: Locked) -> None:
    """The control: why the process ends."""
    if not may_look():
        pytest.skip("only root may read closed memory")
    program = (
        "import sys, gc\n"
        "from pathlib import Path\n"
        "from fieldtui.base.clock import SystemClock\n"
        "from fieldtui.base.ids import SystemIds\n"
        "from fieldtui.services import unlocking\n"
        "secret = unlocking.Secret.of(sys.stdin.readline().rstrip())\n"
        "workspace = unlocking.unlock(Path(sys.argv[1]), secret, clock=SystemClock(), ids=SystemIds())\n"
        "rows = workspace.lookup.list('citizen'), workspace.lookup.list('note')\n"
        "workspace.close(); del rows, workspace; gc.collect()\n"
        "print('closed', flush=True); sys.stdin.readline()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(locked.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(PHRASE.encode() + b"\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"closed\n"
    left = found_in(process.pid, locked.needles)
    process.communicate()
    assert left["note"] + left["name"] > 0


def test_a_killed_supervisor_takes_the_worker_along_and_the_shell_gets_a_clean_terminal(locked: Locked) -> None:
    words = ["--data-dir", str(locked.folder)]
    shell = ["/bin/sh", "-c", '"$@"; echo the shell is back; read line', "sh", sys.executable, "-m", "fieldtui", *words]
    with Terminal(shell, environment={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"}) as terminal:
        unlock(terminal)
        written = begin_a_note(terminal, locked)
        (supervisor,) = children_of(terminal.pid)
        (worker,) = children_of(supervisor)
        os.kill(supervisor, signal.SIGKILL)
        gone(worker, terminal)
        terminal.settle()
        nothing_in(terminal.text, {**locked.needles, "written": written})
        assert terminal.echoes()  # the shell's terminal is as shells expect it
        terminal.type("\n")
        assert terminal.wait() == 0
    with start(locked) as terminal:  # the draft was kept
        terminal.until("fieldtui er låst")
        terminal.type(PHRASE + "\r")
        terminal.until(written)
        put_away(terminal)
        terminal.type(b"\x11")
        assert terminal.wait() == 0


def test_a_process_that_stood_still_for_four_seconds_locks_before_it_paints_anything(locked: Locked) -> None:
    with start(locked) as terminal:
        unlock(terminal)
        (worker,) = children_of(terminal.pid)
        os.kill(worker, signal.SIGTSTP)  # is not heard: the caseload would stay on the screen
        terminal.type("2")
        terminal.until("Borgere · 1")
        terminal.until(locked.name)
        os.kill(worker, signal.SIGSTOP)
        time.sleep(4)
        terminal.type("1")  # would show I dag
        terminal.settle(0.05)
        seen = len(terminal.raw)
        os.kill(worker, signal.SIGCONT)
        terminal.until("maskinen har sovet")
        painted = bytes(terminal.raw[seen:])
        assert b"Kr\xc3\xa6ver handling" not in painted
        assert not any(form in painted for form in forms(locked.name))
        terminal.type(b"\x11")
        assert terminal.wait() == 0


def test_without_the_supervisor_a_killed_worker_leaves_its_caseload_on_the_screen(locked: Locked) -> None:
    """The control: what the supervisor's cleaning is for."""
    with start(locked, None, "--worker") as terminal:
        unlock(terminal)
        terminal.type("2")
        terminal.until("Borgere · 1")
        terminal.until(locked.name)
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait()
        assert locked.name in terminal.text
