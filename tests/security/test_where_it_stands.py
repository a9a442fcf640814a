"""Which code runs does not depend on the folder a person happens to stand in, nor on switches in the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fieldtui.tui import supervisor
from tests.tui.terminals import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def test_a_folder_with_a_false_fieldtui_in_it_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap, traces = tmp_path / "downloads", tmp_path / "traces"
    (trap / "fieldtui").mkdir(parents=True)
    traces.mkdir()
    for module in ("fieldtui/__init__", "fieldtui/__main__", "textual", "sqlcipher3", "platformdirs"):
        spring = f"open({str(traces / module.replace('/', '.'))!r}, 'w').close()\n"
        (trap / f"{module}.py").write_text(spring, encoding="utf-8")
    monkeypatch.chdir(trap)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8",
    }  # fmt: skip
    program = str(Path(sys.executable).with_name("fieldtui"))
    with Terminal([program, "--data-dir", str(tmp_path / "data")], environment=environment) as terminal:
        terminal.until("Ctrl+Q")
        terminal.type(b"\x11")
        assert terminal.wait() == 0
    assert list(traces.iterdir()) == []
    # The control: Python does look into the folder it stands in, where it is not told otherwise.
    assert os.spawnve(os.P_WAIT, sys.executable, [sys.executable, "-m", "fieldtui"], environment) == 0
    assert (traces / "fieldtui.__main__").exists()


def test_no_switch_of_python_keeps_a_worker_at_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, str]] = []

    class Started:
        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            assert command[:5] == [sys.executable, "-E", "-P", "-m", "fieldtui"]
            started.append(env)

        def wait(self) -> int:
            return 0

        def poll(self) -> int:
            return 0

    monkeypatch.setattr("subprocess.Popen", Started)
    for name in ("PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONFAULTHANDLER", "SSLKEYLOGFILE", "FIELDTUI_LANG"):
        monkeypatch.setenv(name, "x")
    assert supervisor.run(["--worker"]) == 0
    (environment,) = started
    assert environment["FIELDTUI_LANG"] == "x"  # the control: what is the person's own goes along
    assert not {"PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONFAULTHANDLER", "SSLKEYLOGFILE"} & environment.keys()
