"""What others on the machine see of a running fieldtui, and what lies in its log: no word of anybody."""

from __future__ import annotations

import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base import log
from fieldtui.base.hardening_windows import close_memory
from fieldtui.base.log import looks_like_cpr, technical
from tests.support.vaults import PHRASE
from tests.support.workspaces import add_citizen, make_workspace
from tests.tui.terminals import Terminal

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc")


def arguments_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def core_limit(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/limits").read_text("ascii")
    return next(line for line in text.splitlines() if line.startswith("Max core")).split()[4:6]


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@linux
def test_nobody_reads_in_the_list_of_processes_what_was_typed_on_the_line(tmp_path: Path) -> None:
    with make_workspace(tmp_path / "Nålesen") as workspace:
        add_citizen(workspace, "Yrsa")
    secret = tmp_path / "pw"
    secret.write_text(PHRASE, encoding="utf-8")
    words = ["search", "-", "--data-dir", str(workspace.folder), "--passphrase-file", str(secret)]
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "Nålesen"]) as control:
        until(lambda: "Nålesen".encode() in arguments_of(control.pid))  # others show theirs
        control.kill()
    with subprocess.Popen(
        [sys.executable, "-m", "fieldtui", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        until(lambda: b"fieldtui" in arguments_of(process.pid) and "Nålesen".encode() not in arguments_of(process.pid))
        until(lambda: core_limit(process.pid) == ["0", "0"])
        assert b"search" in arguments_of(process.pid)
        assert process.poll() is None
        out, _err = process.communicate(b"Yrsa\n", timeout=60)
    assert process.returncode == 0
    assert "Yrsa" in out.decode()  # it had read its arguments all the same


@linux
def test_neither_the_supervisor_nor_the_worker_leaves_a_core_or_tells_more_than_a_folder(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        pass
    program = str(Path(sys.executable).with_name("fieldtui"))
    before = resource.getrlimit(resource.RLIMIT_CORE)
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}
    with Terminal([program, "--data-dir", str(workspace.folder)], environment=environment) as terminal:
        terminal.until("Ctrl+Q")
        (worker,) = map(int, Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text("ascii").split())
        for pid in (terminal.pid, worker):
            assert core_limit(pid) == ["0", "0"]
            if os.getuid() != 0:  # what cannot be dumped belongs to root; root's own does so anyhow
                assert Path(f"/proc/{pid}/environ").stat().st_uid == 0
        said = arguments_of(worker).split(b"\0")
        assert said[said.index(b"--worker") + 1 : -1][:2] == [b"--data-dir", os.fsencode(workspace.folder)]
        terminal.type(b"\x11")
        assert terminal.wait() == 0
    assert resource.getrlimit(resource.RLIMIT_CORE) == before  # the control: it is their own doing


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    file = log.open_log(tmp_path)
    yield file
    for handler in list(logging.getLogger("fieldtui").handlers):
        log.no_longer_to(handler)
        handler.close()


_SEPARATORS = st.text(st.sampled_from("-–—−‐ ./_·\u00a0\u2009,:"), max_size=3)
_DIGITS = st.sampled_from(["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"])


@given(
    st.integers(1, 31).flatmap(lambda day: st.sampled_from([day, day + 60])), st.integers(1, 12), st.integers(0, 99),
    st.integers(0, 9999), _SEPARATORS, _SEPARATORS, _SEPARATORS, _DIGITS, st.sampled_from(["", "cpr", "=", "nr. "]),
)  # fmt: skip
def test_a_cpr_number_is_known_however_it_is_written(
    day: int, month: int, year: int, rest: int, a: str, b: str, c: str, digits: str, before: str
) -> None:
    plain = f"{day:02}{a}{month:02}{b}{year:02}{c}{rest:04}"
    text = before + plain.translate({ord("0") + n: digits[n] for n in range(10)})
    assert looks_like_cpr(text)
    assert technical(text) == "?"


@given(st.uuids(), st.integers(0, 2**32 - 1), st.datetimes())
def test_ids_and_times_are_no_cpr_numbers(record_id: object, seed: int, at: object) -> None:
    assert not looks_like_cpr(str(record_id))
    assert not looks_like_cpr(f"{seed:08x}" * 4)
    assert not looks_like_cpr(str(at)[:19])


def test_the_log_drops_what_looks_personal_and_says_how_much(logged: Path) -> None:
    logging.getLogger("fieldtui").info("borger 610190-0001")
    logging.getLogger("fieldtui").info("%s", "x" * 400)
    log.event("sync.finished", who="Åse Søgård", number=6101900001, count=3, note="610190-0001")
    text = logged.read_text("utf-8")
    assert "610190" not in text
    assert "Åse" not in text
    assert "sync.finished who=? number=? count=3 note=? dropped=2" in text


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
def test_the_log_is_nobody_elses_also_when_it_is_rotated_or_lay_there_open(logged: Path) -> None:
    mask = os.umask(0)
    try:
        logged.touch(mode=0o666)
        logged.chmod(0o666)
        handler = next(each for each in logging.getLogger("fieldtui").handlers if isinstance(each, log.PrivateLog))
        assert handler.maxBytes == 512_000
        handler.maxBytes = 5_000  # the same, sooner
        for number in range(200):
            log.event("tick", number=number, filler="x" * 70)
        files = sorted(path.name for path in logged.parent.iterdir())
        assert files == ["fieldtui.log", "fieldtui.log.1", "fieldtui.log.2"]
        assert {path.stat().st_mode & 0o777 for path in logged.parent.iterdir()} == {0o600}
        assert all(path.stat().st_size <= 5_000 for path in logged.parent.iterdir())
    finally:
        os.umask(mask)


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_the_log_follows_no_link_to_another_file(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine", encoding="utf-8")
    (tmp_path / "fieldtui.log").symlink_to(other)
    log.open_log(tmp_path)
    before, logging.raiseExceptions = logging.raiseExceptions, False
    log.event("tick")
    logging.raiseExceptions = before
    assert other.read_text("utf-8") == "mine"
    for handler in list(logging.getLogger("fieldtui").handlers):
        log.no_longer_to(handler)


def test_windows_is_asked_for_reports_without_the_heap_and_for_no_box() -> None:
    asked: list[tuple[str, int]] = []

    class FakeKernel32:
        def set_error_mode(self, mode: int) -> None:
            asked.append(("SetErrorMode", mode))

        def set_report_flags(self, flags: int) -> None:
            asked.append(("WerSetFlags", flags))

    close_memory(FakeKernel32())
    assert asked == [("SetErrorMode", 3), ("WerSetFlags", 1)]
