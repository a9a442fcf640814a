"""What docs/central.md and the systemd units say can be typed, can be typed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from fieldtui.central.cli import commands_for

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "central.md").read_text("utf-8")
UNITS = sorted((ROOT / "packaging" / "systemd").iterdir())


def commands() -> list[list[str]]:
    """Every `fieldtui central …` of the manual and the units, in words."""
    texts = [line for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL) for line in block.splitlines()]
    for unit in UNITS:
        texts += re.findall(r"(?:ExecStart=|; )/opt/fieldtui/bin/(fieldtui central [^;']*)", unit.read_text("utf-8"))
    found = [shlex.split(text, comments=True) for text in texts if text.startswith("fieldtui central ")]
    return [words[2:] for words in found]


@pytest.mark.parametrize("words", commands(), ids=lambda words: " ".join(words)[:60])
def test_every_command_exists_with_these_options(words: list[str]) -> None:
    command: Any = typer.main.get_command(commands_for(words))
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_a_command_stands_among_few_of_the_commands_and_a_name_there_is_not_among_all_of_them() -> None:
    everything: Any = typer.main.get_command(commands_for(()))
    for name in everything.commands:
        few: Any = typer.main.get_command(commands_for([name]))
        assert few.commands.keys() < everything.commands.keys()
        assert [each.opts for each in few.commands[name].params] == [
            each.opts for each in everything.commands[name].params
        ]
    slip: Any = typer.main.get_command(commands_for(["revok"]))
    assert slip.commands.keys() == everything.commands.keys()


def test_there_are_commands_to_look_at() -> None:
    tried = {words[0] for words in commands()}
    assert tried >= {"serve", "backup", "restore", "bootstrap", "rules", "citizen", "enrol-code"}
    assert len(commands()) > 15


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_units_hold_together(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/fieldtui/bin/fieldtui", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    files = [str(path) for path in tmp_path.iterdir()]
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
