"""Backup and restore at the command line: what is printed, what is refused, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldtui.base.errors import DiskFull
from fieldtui.services.backing import Backing
from fieldtui.vault import backups
from tests.cli.conftest import Program


def test_a_backup_is_made_tried_and_restored_over_a_missing_database(program: Program, tmp_path: Path) -> None:
    assert program.json("vault", "backup", "--test") == {
        "backups": 0, "newest": None, "tested_at": None, "ok": False,
    }  # fmt: skip
    made = program.json("vault", "backup")
    assert Path(made["file"]).parent == program.folder / "backups"
    assert made["bytes"] == Path(made["file"]).stat().st_size
    assert program.json("vault", "backup", "--test")["ok"] is True
    citizens = len(program.json("list", "citizen"))
    trial = program.json("vault", "restore", "--dry-run", "--replace-newer")
    assert (trial["dry_run"], trial["present"], trial["set_aside"]) == (True, "sound", None)
    assert trial["contents"]["citizens"] == citizens

    (program.folder / "vault" / "vault.db").unlink()
    refused = program.run("status")
    assert refused.code == 7
    assert "fieldtui vault restore" in refused.err
    told = program.run("vault", "restore")
    assert told.code == 0, told.err
    assert f"I den: {citizens} borgere" in told.out
    assert "fieldtui sync" in told.err
    assert program.run("vault", "check").code == 0
    assert len(program.json("list", "citizen")) == citizens
    assert program.run("log", "verify").code == 0


def test_what_is_refused_and_how(program: Program, tmp_path: Path) -> None:
    assert program.run("vault", "restore").code == 2
    assert program.run("vault", "restore", str(tmp_path / "nowhere.fvb")).code == 2
    file = tmp_path / "away.fvb"
    assert program.run("vault", "backup", str(file)).code == 0
    again = program.run("vault", "backup", str(file))
    assert (again.code, "ikke rørt" in again.err) == (2, True)
    (tmp_path / "OneDrive").mkdir()
    assert program.run("vault", "backup", str(tmp_path / "OneDrive" / "a.fvb")).code == 2
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    assert program.run("vault", "restore", str(file), "--replace-newer").code == 7
    wrong = tmp_path / "wrong"
    wrong.write_text("en helt anden adgangssætning her\n", "utf-8")
    other = Program(program.folder, wrong)
    assert other.run("vault", "restore", str(file)).code == 3
    assert program.run("vault", "check").code == 0


def test_the_first_command_of_a_day_backs_up_and_a_failure_is_said_once(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = program.folder / "backups"
    assert program.run("status").code == 0
    assert not folder.exists()  # the day the vault was made

    def full(*_given: object, **_named: object) -> None:
        raise DiskFull

    with monkeypatch.context() as narrow:
        narrow.setattr(backups, "write_backup", full)
        narrow.setattr(Backing, "is_due", lambda _self: True)
        first, second = program.run("status"), program.run("status")
    assert (first.code, second.code) == (0, 0)
    assert "Dagens sikkerhedskopi kunne ikke laves." in first.err
    assert "Dagens sikkerhedskopi" not in second.err
    monkeypatch.setattr(Backing, "is_due", lambda _self: True)
    assert program.run("status").code == 0
    assert [path.suffix for path in folder.iterdir()] == [".fvb"]
