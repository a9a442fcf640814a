"""What a person at a terminal is asked, and what is never shown."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="needs pseudo-terminals")

from tests.cli.conftest import Program
from tests.support.vaults import PHRASE
from tests.tui.terminals import Terminal


def terminal(folder: Path, *words: str) -> Terminal:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FIELDTUI_")}
    return Terminal([sys.executable, "-m", "fieldtui", "--data-dir", str(folder), *words], environment=environment)


def answer(shown: Terminal, asked: str, text: str) -> None:
    """Wait until the last line asks this, and answer it."""
    for _ in range(200):
        lines = [line for line in shown.text.split("\n") if line]
        if lines and asked in lines[-1]:
            break
        shown.pump(0.1)
    else:
        raise AssertionError(f"{asked!r} was not asked:\n{shown.text}")
    shown.type(f"{text}\r")
    shown.settle()


def test_a_new_vault_asks_for_the_passphrase_twice_and_two_groups_of_the_code_back(tmp_path: Path) -> None:
    with terminal(tmp_path / "d", "init") as shown:
        shown.until("Et forslag på fem ord")
        answer(shown, "Ny adgangssætning", PHRASE)
        answer(shown, "Skriv den igen", "noget andet end før")
        assert "De to er ikke ens" in shown.text
        answer(shown, "Ny adgangssætning", PHRASE)
        answer(shown, "Skriv den igen", PHRASE)
        shown.until("Skriv gruppe")
        assert PHRASE not in shown.text
        code = re.search(r"FT1(-[0-9A-Z]{5})+", shown.text)
        assert code is not None
        groups = code.group().split("-")[1:]
        answer(shown, "Skriv gruppe", "ØØØØØ")
        assert "Det er ikke gruppe" in shown.text
        for _ in range(2):
            number = int(re.findall(r"Skriv gruppe (\d)", shown.text)[-1])
            answer(shown, "Skriv gruppe", groups[number - 1].lower())
        assert shown.wait() == 0
    with terminal(tmp_path / "d", "status") as shown:
        shown.until("Adgangssætning:")
        answer(shown, "Adgangssætning:", PHRASE)
        assert shown.wait() == 0
        assert "ikke tilmeldt" in shown.text
        assert PHRASE not in shown.text


def test_a_typed_line_is_echoed_with_its_day_asked_about_and_kept_when_agreed_to(program: Program) -> None:
    words = ["add", "samtale 24-11-2099 @åse"]
    assert program.passphrase_file is not None
    with terminal(program.folder, "--passphrase-file", str(program.passphrase_file), *words) as shown:
        shown.until("Skriv linjen igen")
        assert "tirsdag 24-11-2099" in shown.text
        answer(shown, "Skriv linjen igen", "samtale 24-11-2099 kl 10 @åse")
        shown.until("10:00–10:45")
        answer(shown, "Gem?", "")
        assert shown.wait() == 0
    assert [each["starts_at"] for each in program.json("list", "appointment")] == ["2099-11-24T10:00+01:00"]
