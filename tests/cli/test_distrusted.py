"""What a person at the command line is told of a vault that is not as it should be, and what they can do about it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Program


@pytest.fixture
def monday(program: Program, tmp_path: Path) -> Path:
    """A copy of the folder as it was; the vault went on after it."""
    program.json("status")
    shutil.copytree(program.folder, tmp_path / "monday")
    program.json("status")
    return tmp_path / "monday"


def put_back(program: Program, monday: Path) -> None:
    shutil.rmtree(program.folder)
    shutil.copytree(monday, program.folder)


def test_an_older_copy_is_exit_7_is_read_on_wish_and_taken_with_a_reason(program: Program, monday: Path) -> None:
    put_back(program, monday)
    refused = program.run("status")
    assert refused.code == 7
    assert "ældre kopi" in refused.err
    assert "Traceback" not in refused.err
    read = program.run("--read-only", "status", "--json")
    assert read.code == 0, read.err
    assert json.loads(read.out)["read_only"] is True
    assert "kun til læsning" in read.err
    assert program.run("status").code == 7
    assert program.run("vault", "accept", "--reason", " ").code == 2
    assert program.json("vault", "accept", "--reason", "IT lagde mandag tilbage")["accepted"] is True
    assert program.run("status").code == 0
    logged = {entry["action"]: entry for entry in program.json("log", "show")}
    assert logged["vault.accept"]["reason"] == "IT lagde mandag tilbage"
    assert logged["vault.found"]["detail"] == "RolledBack read-only/1"


def test_each_truth_has_its_own_sentence_and_exit_code(program: Program, monday: Path) -> None:
    home = program.folder / "vault"
    today = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    said: dict[str, str] = {}

    def spoil(kind: str, **files: bytes) -> None:
        for name, content in {**today, **files}.items():
            (home / name).write_bytes(content)
        result = program.run("status")
        assert result.code == 7, kind
        said[kind] = result.err

    header = {**json.loads(today["vault.json"]), "epoch": 99_999}
    forged = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    flipped = bytearray(today["vault.db"])
    flipped[len(flipped) // 2] ^= 1
    older = (monday / "vault" / "vault.db").read_bytes()
    spoil("tampered", **{"vault.json": forged, "vault.json.bak": forged})
    spoil("changed", **{"vault.db": older})
    spoil("damaged", **{"vault.db": bytes(flipped)})
    put_back(program, monday)
    said["rolled back"] = program.run("status").err
    wrong = program.folder.parent / "forkert"
    wrong.write_text("regnbue havefest pindsvin lanterne kobber")
    result = Program(program.folder, wrong).run("status")
    assert result.code == 3
    said["wrong"] = result.err
    assert len(set(said.values())) == 5
    english = program.run("--lang", "en", "status")
    assert english.code == 7
    assert "older copy" in english.err


@pytest.mark.parametrize(
    "words",
    [
        ("sync",),
        ("put", "task"),
        ("init",),
        ("vault", "passphrase"),
        ("vault", "accept", "--reason", "x"),
        ("sync", "--watch"),
    ],
)
def test_what_changes_something_is_refused_under_read_only(program: Program, words: tuple[str, ...]) -> None:
    result = program.run("--read-only", *words)
    assert result.code == 2
    assert "--read-only" in result.err


def tamper(home: Path, _monday: Path) -> None:
    for name in ("vault.json", "vault.json.bak"):
        header = {**json.loads((home / name).read_bytes()), "epoch": 99_999}
        (home / name).write_bytes(json.dumps(header, sort_keys=True, separators=(",", ":")).encode())


def swap(home: Path, monday: Path) -> None:
    shutil.copy(monday / "vault" / "vault.db", home / "vault.db")


def roll_back(home: Path, monday: Path) -> None:
    shutil.rmtree(home)
    shutil.copytree(monday / "vault", home)


def plant_a_journal(home: Path, _monday: Path) -> None:
    (home / "vault.db-journal").write_bytes(b"x" * 9000)


@pytest.mark.parametrize(
    ("trouble", "found"),
    [
        (tamper, "HeaderTampered"),
        (swap, "ChangedSinceLock"),
        (roll_back, "RolledBack"),
        (plant_a_journal, "ChangedSinceLock"),
    ],
)
def test_the_backup_that_each_sentence_names_brings_the_vault_in_order(
    program: Program, monday: Path, trouble: Callable[[Path, Path], None], found: str
) -> None:
    assert program.run("vault", "backup").code == 0
    trouble(program.folder / "vault", monday)
    assert program.run("status").code == 7
    restored = program.run("vault", "restore")
    assert restored.code == 0, restored.err
    assert program.run("status").code == 0
    assert [each["detail"] for each in program.json("log", "show") if each["action"] == "vault.found"] == [found]
    assert program.run("log", "verify").code == 0
