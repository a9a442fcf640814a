"""Wherever the program fails, it says where and never what: not on a screen, not in a stream, not in a file (S10)."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from fieldtui import bootstrap
from fieldtui.base import crashreport
from fieldtui.base.clock import SystemClock
from fieldtui.base.crashreport import kept_reports
from fieldtui.central import embedded
from fieldtui.central.lifecycle import Lifecycle
from fieldtui.central.logs import RequestLog, written_down
from fieldtui.central.serve import _config, _listen, _Server
from fieldtui.services import lookup, syncing
from fieldtui.store import store
from tests.security.failing import CPR, NEEDLE, fail, fail_worse
from tests.support.vaults import PHRASE
from tests.support.workspaces import add_citizen, make_workspace
from tests.tui.support import Caseload, a_caseload, running, settle


def silent(text: str) -> None:
    assert NEEDLE.removeprefix("Nål") not in text
    assert not re.search(r"610190.?0001", text)


def silent_folder(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            silent(path.name)
            silent(path.read_bytes().decode("utf-8", "replace"))


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crash")
    with make_workspace(folder) as workspace:
        add_citizen(workspace, "Yrsa")
    (workspace.folder / "pw").write_text(PHRASE, encoding="utf-8")
    return workspace.folder


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a process sets for itself is given back to the test's."""
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"),
                        (logging, "lastResort"), (logging, "raiseExceptions"), (crashreport, "_folder")):  # fmt: skip
        monkeypatch.setattr(owner, name, getattr(owner, name))
    with warnings.catch_warnings():
        mask = os.umask(0)
        yield
        os.umask(mask)


_PLACES: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "reading": (lookup.Lookup, "list_out", ("list", "citizen")),
    "search": (lookup.Lookup, "search", ("search", "Yrsa", "--json")),
    "migration": (store.Store, "__init__", ("status",)),
    "sync": (syncing.Syncing, "run", ("sync",)),
    "central": (embedded.EmbeddedPostgres, "__enter__", ("central", "consultant", "list", "--embedded", "x")),
    "watch": (syncing.Syncing, "run", ("sync", "--watch")),
}


@pytest.mark.usefixtures("hooks")
@pytest.mark.parametrize("raising", [fail, fail_worse])
@pytest.mark.parametrize("place", _PLACES)
def test_a_command_that_fails_says_a_place_and_no_data(
    vault: Path, place: str, raising: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    owner, name, words = _PLACES[place]
    monkeypatch.setattr(owner, name, raising)
    given = ["--data-dir", str(vault), "--passphrase-file", str(vault / "pw")]
    if words[0] == "sync":
        monkeypatch.setattr("fieldtui.services.watching.Watching.run", raising)
    assert bootstrap.main([*given, *words]) == 1
    out, err = capfd.readouterr()
    silent(out + err)
    assert "Traceback" not in err
    assert "doctor --crash" in err
    assert kept_reports(vault / "logs")[0].errors[0][0] in {"ExceptionGroup", "ExitInAGroup"}
    assert any(raising.__name__ in spot for spot in kept_reports(vault / "logs")[0].errors[0][1])  # it is known where
    silent_folder(vault / "logs")


@pytest.mark.usefixtures("hooks")
def test_a_person_reads_the_whole_report_before_sending_it(
    vault: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(lookup.Lookup, "list_out", fail)
        bootstrap.main(["--data-dir", str(vault), "--passphrase-file", str(vault / "pw"), "list", "citizen"])
    capsys.readouterr()
    assert bootstrap.main(["--data-dir", str(vault), "doctor", "--crash"]) == 0
    shown = capsys.readouterr().out
    silent(shown)
    assert bootstrap.main(["--data-dir", str(vault), "doctor", "--crash", "--json"]) == 0
    reports = json.loads(capsys.readouterr().out)
    newest = reports[0]
    assert newest["number"] in shown
    assert [each["type"] for each in newest["errors"]] == ["ExceptionGroup", "ValueError", "FileNotFoundError", "UnicodeDecodeError", "KeyError"]  # fmt: skip
    places = [place for each in newest["errors"] for place in each["places"]]
    assert all(place in shown for place in places)
    file = vault / "logs" / f"crash-{newest['number']}.json"
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text("utf-8")) == newest
    # Somebody else's hand in the file shows nothing but question marks.
    file.write_text(json.dumps({**newest, "system": f"{NEEDLE} \x1b[2J", "errors": [{"type": CPR, "places": [CPR, NEEDLE]}]}), "utf-8")  # fmt: skip
    assert bootstrap.main(["--data-dir", str(vault), "doctor", "--crash"]) == 0
    silent(capsys.readouterr().out)


@pytest.mark.usefixtures("hooks")
def test_no_more_than_five_reports_are_kept(tmp_path: Path) -> None:
    crashreport.keep_reports_in(tmp_path)
    for number in range(9):
        try:
            exec(f"def place{number}():\n raise ValueError\nplace{number}()", {"__name__": "x"})
        except ValueError as error:
            crashreport.report_defect(error)
    assert len(list(tmp_path.iterdir())) == len(kept_reports(tmp_path)) == 5


_PROCESS = """
import asyncio, atexit, logging, sys, threading, warnings
from pathlib import Path
from fieldtui import bootstrap
from fieldtui.base import log
from fieldtui.base.crashreport import keep_reports_in
from tests.security import failing as silence
if sys.argv[2] == "hardened":
    bootstrap._prepare_process()
    log.open_log(Path(sys.argv[1]))
    keep_reports_in(Path(sys.argv[1]))
thread = threading.Thread(target=silence.fail)
thread.start(); thread.join()
class Bad:
    def __del__(self): silence.fail()
Bad()
kept = Bad()
atexit.register(silence.fail)
async def loop():
    asyncio.get_running_loop().call_soon(silence.fail)
    task = asyncio.create_task(asyncio.to_thread(silence.fail))
    await asyncio.sleep(0.01)
asyncio.run(loop())
warnings.warn(f"{silence.NEEDLE} {silence.CPR}")
logging.getLogger("some.library").error("value %s", silence.NEEDLE)
logging.getLogger("fieldtui").info("%d", silence.NEEDLE)
if len(sys.argv) > 3:
    raise KeyboardInterrupt(silence.NEEDLE)
silence.fail()
"""


def test_a_process_that_fails_everywhere_at_once_says_nothing_of_it(tmp_path: Path) -> None:
    def ran(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", _PROCESS, str(tmp_path), *words],
            env={**os.environ, "FAILING_NEEDLE": NEEDLE},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    done = ran("hardened")
    assert done.returncode == 1
    silent(done.stdout + done.stderr)
    assert "Traceback" not in done.stderr
    assert re.fullmatch(r"fieldtui: [0-9A-F]{6}\n", done.stderr)
    logged = (tmp_path / "fieldtui.log").read_text("utf-8")
    for event in ("defect.thread", "defect.unraisable", "defect.last"):
        assert event in logged
    silent_folder(tmp_path)
    stopped = ran("hardened", "interrupted")
    assert stopped.returncode != 0
    assert stopped.stderr == ""
    # The control: Python by itself quotes it in every one of these places.
    assert ran("plain").stderr.count(NEEDLE) > 10


class Failing(Screen[None]):
    """Fails while it is put together."""

    def compose(self) -> ComposeResult:
        yield Static("x", markup=False)
        fail()


_IN_THE_SCREENS: dict[str, Any] = {
    "compose": lambda app: app.push_screen(Failing()),
    "an async worker": lambda app: app.run_worker(asyncio.to_thread(fail)),
    "a thread that tells": lambda app: threading.Thread(target=lambda: app.tell(fail)).start(),
    "a background fault": lambda app: app.fault(ValueError(NEEDLE)),
    "panic": lambda app: app.panic(NEEDLE),
}


@pytest.mark.parametrize("place", _IN_THE_SCREENS)
async def test_the_screens_end_with_a_number(
    tmp_path: Path, place: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crashreport, "_folder", tmp_path / "logs")
    load: Caseload = a_caseload(tmp_path)
    shown = []
    with pytest.raises(Exception):  # noqa: B017, PT011, PT012  the pilot raises what the app ended with, whatever it is
        async with running(load) as (app, pilot):
            _IN_THE_SCREENS[place](app)
            await settle(pilot)
            while not app.ending:
                await pilot.pause(0.02)
            shown += [str(each) for each in app._exit_renderables]
    out, err = capfd.readouterr()
    silent("".join(shown) + out + err)
    assert "Fejlnummer" in "".join(shown) + err
    silent_folder(tmp_path / "logs")
    (report,) = kept_reports(tmp_path / "logs")
    assert report.number in "".join(shown) + err


@pytest.mark.usefixtures("hooks")
def test_a_request_that_fails_tells_neither_the_caller_nor_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        fail()

    socket, ready = _listen("127.0.0.1", 0), threading.Event()
    server = _Server(_config(RequestLog(app, routes=(), clock=SystemClock())), started=ready.set, lifecycle=Lifecycle())
    url = f"http://127.0.0.1:{socket.getsockname()[1]}/v1/{CPR}?x={NEEDLE.removeprefix('Nål')}"
    with written_down(tmp_path / "central.log"):
        thread = threading.Thread(target=lambda: server.run(sockets=[socket]), daemon=True)
        thread.start()
        assert ready.wait(30)
        try:
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(url, timeout=30)
        finally:
            server.should_exit = True
            thread.join(30)
            socket.close()
    assert refused.value.code == 500
    silent(refused.value.read().decode())
    refused.value.close()
    silent_folder(tmp_path)
    assert '"event": "central.defect"' in (tmp_path / "central.log").read_text("utf-8")
    out, err = capfd.readouterr()
    silent(out + err)
