"""Nothing in the environment makes fieldtui write what it holds, go another way, or run what is not ours (S11)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from fieldtui.base.environment import is_hostile, without_hostile
from fieldtui.central.embedded import EmbeddedPostgres
from tests.support.vaults import PHRASE
from tests.support.workspaces import add_citizen, make_workspace
from tests.tui.terminals import Terminal

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal and shell scripts")


class Trap:
    """A folder in which anything that was led astray leaves a file."""

    def __init__(self, folder: Path) -> None:
        self.traces = folder / "traces"
        modules = folder / "modules"
        for each in (self.traces, modules):
            each.mkdir(parents=True)
        script = folder / "program"
        script.write_text(f"#!/bin/sh\ntouch {self.traces}/program\n", encoding="utf-8")
        script.chmod(0o700)
        (modules / "evil_driver.py").write_text(
            f"open({str(self.traces / 'driver')!r}, 'w').close()\nDriver = None\n", encoding="utf-8"
        )
        startup = folder / "startup.py"
        startup.write_text(f"open({str(self.traces / 'startup')!r}, 'w').close()\n", encoding="utf-8")
        openssl = folder / "openssl.cnf"
        openssl.write_text(
            "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCiphersuites = TLS_AES_128_CCM_8_SHA256\n",
            encoding="utf-8",
        )
        files = {"TEXTUAL_LOG": "log", "SSLKEYLOGFILE": "keys", "LD_DEBUG_OUTPUT": "ld", "MALLOC_TRACE": "malloc"}
        self.environment = {
            **{name: str(self.traces / file) for name, file in files.items()},
            "TEXTUAL": "devtools,debug", "TEXTUAL_SCREENSHOT": "1", "TEXTUAL_SCREENSHOT_LOCATION": str(self.traces),
            "TEXTUAL_SCREENSHOT_FILENAME": "shot.svg", "TEXTUAL_PRESS": "x,x,ctrl+q", "TEXTUAL_DEBUG": "1",
            "TEXTUAL_DRIVER": "evil_driver:Driver", "TEXTUAL_ALLOW_SIGNALS": "1", "TEXTUAL_SHOW_RETURN": "1",
            "TEXTUAL_DEVTOOLS_PORT": "1", "TEXTUAL_SPEEDUPS": "0",
            "PYTHONPATH": str(modules), "PYTHONSTARTUP": str(startup), "PYTHONINSPECT": "1", "PYTHONDEVMODE": "1",
            "PYTHONWARNINGS": "error", "PYTHONFAULTHANDLER": "1", "PYTHONASYNCIODEBUG": "1", "PYTHONVERBOSE": "",
            "PYTHONBREAKPOINT": "evil_driver.Driver", "PYTHONMALLOCSTATS": "",
            "OPENSSL_CONF": str(openssl), "SSL_CERT_FILE": str(openssl), "SSL_CERT_DIR": str(modules),
            "HTTPS_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "socks5://127.0.0.1:1",
            "COLUMNS": "99999999", "LINES": "99999999", "PAGER": str(script), "EDITOR": str(script), "VISUAL": str(script), "BROWSER": str(script),
            "TMPDIR": str(self.traces), "SQLITE_TMPDIR": str(self.traces),
            "LANGUAGE": "en:../../x", "LC_ALL": "xx_YY.nonsense", "LC_TERMINAL": "iTerm2", "NO_COLOR": "",
            "XDG_DATA_HOME": "relative", "XDG_STATE_HOME": str(script), "XDG_CACHE_HOME": "", "TERM_PROGRAM": "iTerm.app",
            "TYPER_USE_RICH": "1", "_TYPER_STANDARD_TRACEBACK": "1", "PYDANTIC_VALIDATE_CORE_SCHEMAS": "1",
        }  # fmt: skip

    @property
    def sprung(self) -> set[str]:
        """What was left."""
        return {path.name for path in self.traces.iterdir()}


@posix
def test_the_screens_are_as_ever_in_a_hostile_environment_and_leave_no_file(tmp_path: Path) -> None:
    trap = Trap(tmp_path / "trap")
    with make_workspace(tmp_path / "home") as workspace:
        add_citizen(workspace, "Yrsa")
    secret = tmp_path / "pw"
    secret.write_text(PHRASE, encoding="utf-8")
    words = ["--data-dir", str(workspace.folder), "--passphrase-file", str(secret)]
    program = str(Path(sys.executable).with_name("fieldtui"))
    before = {path for path in tmp_path.rglob("*") if "home" not in path.parts}
    environment = {"PATH": os.environ["PATH"], **trap.environment}  # no HOME
    with Terminal([program, *words], environment=environment) as terminal:
        terminal.until("Kræver handling")
        terminal.type("2")
        terminal.until("Yrsa")
        terminal.type(b"\x11")
        assert terminal.wait() == 0
        assert ">>>" not in terminal.text
    assert trap.sprung == set()
    assert {path for path in tmp_path.rglob("*") if "home" not in path.parts} == before
    # The control: Textual, left alone, follows these variables to a module of somebody else's and to a file.
    followed = subprocess.run(
        [sys.executable, "-c", "from textual import constants; from textual.app import App\nprint(constants.LOG_FILE)\nApp().get_driver_class()"],
        env={**environment, "PYTHONINSPECT": "", "PYTHONWARNINGS": "", "HOME": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert str(trap.traces / "log") in followed.stdout
    assert "driver" in trap.sprung


_ENTRY = """
import runpy, sys
sys.argv = ["fieldtui", "status", "--data-dir", sys.argv[1]]
try:
    runpy.run_module("fieldtui", run_name="__main__")
except SystemExit:
    pass
"""
_SUITES = "import os, ssl; print(len(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).get_ciphers()), ssl.create_default_context().keylog_filename)"


def test_no_configuration_lowers_what_openssl_accepts(tmp_path: Path) -> None:
    trap = Trap(tmp_path / "trap")
    environment = {**os.environ, **{name: trap.environment[name] for name in ("OPENSSL_CONF", "SSLKEYLOGFILE")}}

    def suites(code: str, **given: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "data")], env={**environment, **given}, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout.split()

    plain = subprocess.run(
        [sys.executable, "-c", _SUITES], env=without_hostile(environment), capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()  # fmt: skip
    assert suites(_ENTRY + _SUITES) == plain
    led = suites(_SUITES)  # the control
    assert led[0] != plain[0]
    assert led[1] == trap.environment["SSLKEYLOGFILE"]


@posix
@pytest.mark.parametrize("given", [{"PYTHONINSPECT": "1"}, {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"}])
def test_a_command_ends_as_ever_and_offers_no_prompt(tmp_path: Path, given: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fieldtui", "doctor", "--data-dir", str(tmp_path)],
        env={**os.environ, **given, "COLUMNS": "999999999", "LINES": "-1", "TERM": "\x1b[2J"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if "PYTHONINSPECT" in given:
        assert "PYTHONINSPECT" in done.stdout  # doctor names what worked before it could be refused
        control = subprocess.run(
            [sys.executable, "-c", "import sys; sys.exit(0)"], env={**os.environ, **given}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert (control.returncode, "SystemExit" in control.stderr) == (1, True)  # caught, for a prompt to follow


def test_no_variable_leads_to_another_database_than_the_embedded_one(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.9")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    with pytest.raises(psycopg.Error):  # the control
        psycopg.connect(postgres.url, connect_timeout=5)
    with EmbeddedPostgres(postgres._folder) as again, psycopg.connect(again.url, connect_timeout=5) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_is_a_persons_own_stays() -> None:
    own = {"HOME": "/h", "TERM": "xterm", "LANG": "da_DK.UTF-8", "PATH": "/bin", "TMPDIR": "/t", "XDG_DATA_HOME": "/x",
           "DBUS_SESSION_BUS_ADDRESS": "unix:path=/b", "FIELDTUI_LANG": "en", "PGHOST": "db", "LD_LIBRARY_PATH": "/l",
           "PYTHONUTF8": "1", "NO_COLOR": "1", "_TYPER_COMPLETE_ARGS": "fieldtui li"}  # fmt: skip
    assert without_hostile(own) == own
    assert all(map(is_hostile, ("textual_log", "TEXTUAL", "https_proxy", "No_Proxy", "LD_PRELOAD", "SSLKEYLOGFILE")))
