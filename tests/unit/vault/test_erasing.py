"""Erasing a vault without its passphrase: nothing opens afterwards, whoever is interrupted goes on, and nothing else is touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fieldtui.base.errors import Busy, FieldtuiError, FolderRefused, NoVault
from fieldtui.vault import VaultState, open_vault, recover_vault, vault_state
from fieldtui.vault.erasing import erase_vault
from fieldtui.vault.headerfiles import MAIN
from tests.support.vaults import a_clock, a_closed_vault, phrase

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("made") / "data"
    code = a_closed_vault(folder)
    return folder, code


@pytest.fixture
def folder(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A closed vault with a backup, a list, and a file that is sealed to the organisation."""
    data = Path(shutil.copytree(made[0], tmp_path / "data"))
    for name in ("backups", "exports"):
        (data / name).mkdir(exist_ok=True)
    shutil.copy(data / "vault" / MAIN, data / "backups" / "2026-11-22.fvb")
    (data / "exports" / "liste.csv").write_text("liste")
    (data / "vault" / "sealed-01968000-20261122T120000.json").write_text("{}")
    return data


def test_nothing_opens_it_afterwards_and_only_what_the_office_can_read_is_left(
    folder: Path, made: tuple[Path, str], tmp_path: Path
) -> None:
    headers = (folder / "vault" / MAIN).read_bytes()
    erased = erase_vault(folder)
    assert (erased.backups, erased.exports, erased.device_secret) == (1, 1, "none")
    assert erased.sealed == ("sealed-01968000-20261122T120000.json",)
    left = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]
    assert [path.name for path in left] == list(erased.sealed)
    assert not any(headers[40:120] in path.read_bytes() for path in left)
    assert vault_state(folder) is VaultState.MISSING
    for attempt in (
        lambda: open_vault(folder, phrase(), clock=a_clock()),
        lambda: recover_vault(folder, made[1], phrase("ny sætning med mange ord her"), clock=a_clock()),
    ):
        with pytest.raises(NoVault):
            attempt()
    with pytest.raises(NoVault):
        erase_vault(folder)


def test_a_header_is_overwritten_and_not_only_unlinked(folder: Path, tmp_path: Path) -> None:
    """A hard link keeps the blocks in sight: what was unlinked without being overwritten would still read as the header."""
    headers, backup = tmp_path / "header", tmp_path / "backup"
    os.link(folder / "vault" / MAIN, headers)
    os.link(folder / "backups" / "2026-11-22.fvb", backup)
    assert b"fieldtui-vault" in headers.read_bytes(), "positive control"
    erase_vault(folder)
    assert b"fieldtui-vault" not in headers.read_bytes()
    assert b"fieldtui-vault" not in backup.read_bytes()


def test_a_foreign_folder_is_never_touched(tmp_path: Path) -> None:
    home = tmp_path / "data" / "vault"
    home.mkdir(parents=True)
    for name in ("vault.json", "vault.db", "notes.txt"):
        (home / name).write_text("somebody's own")
    before = {path: path.read_bytes() for path in home.iterdir()}
    with pytest.raises(NoVault):
        erase_vault(tmp_path / "data")
    assert {path: path.read_bytes() for path in home.iterdir()} == before
    with pytest.raises(NoVault):
        erase_vault(tmp_path)


def test_links_to_somebodys_own_files_are_not_followed(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    shutil.rmtree(folder / "exports")
    (folder / "exports").symlink_to(own)
    (folder / "backups" / "other.fvb").symlink_to(own / "letter.txt")
    (folder / "backups" / "more").symlink_to(own)
    (folder / "set-aside").mkdir()
    (folder / "set-aside" / "20261101T080000Z").symlink_to(own)
    (own / "vault.json").write_text("mine")
    erase_vault(folder)
    assert (own / "letter.txt").read_text() == "mine"
    assert (own / "vault.json").read_text() == "mine"
    shutil.rmtree(folder)
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "vault").symlink_to(own)
    with pytest.raises(FolderRefused):
        erase_vault(tmp_path / "linked")


def test_a_folder_of_backups_that_is_a_link_keeps_what_lies_at_its_end(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "another-vaults"
    shutil.move(folder / "backups", own)
    (folder / "backups").symlink_to(own)
    before = {path.name: path.read_bytes() for path in own.iterdir()}
    assert before
    assert erase_vault(folder).backups == 0
    assert {path.name: path.read_bytes() for path in own.iterdir()} == before


def test_a_pipe_or_a_folder_in_the_way_stops_no_erasure(folder: Path) -> None:
    os.mkfifo(folder / "backups" / "pipe.fvb")
    (folder / "backups" / "folder.fvb").mkdir()
    (folder / "vault" / f"{MAIN}.bak").unlink()
    (folder / "vault" / f"{MAIN}.bak").mkdir()
    erase_vault(folder)
    assert vault_state(folder) is VaultState.MISSING
    assert not list((folder / "backups").iterdir())


def test_a_vault_that_is_open_is_not_erased_under_whoever_would_write_its_header_again(folder: Path) -> None:
    with open_vault(folder, phrase(), clock=a_clock()):
        with pytest.raises(Busy):
            erase_vault(folder)
        assert (folder / "vault" / MAIN).exists()
    erase_vault(folder)


def test_a_damaged_vault_can_be_erased_too(folder: Path) -> None:
    for name in (MAIN, f"{MAIN}.bak"):
        (folder / "vault" / name).write_bytes(b"\x00" * 100)
    erase_vault(folder)
    assert vault_state(folder) is VaultState.MISSING


_KILLED = """
import os, sys
from pathlib import Path
import fieldtui.vault.erasing as erasing
left = int(sys.argv[2])
def counted(real):
    def call(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
        return real(*given, **named)
    return call
erasing._overwrite, erasing._release = counted(erasing._overwrite), counted(erasing._release)
Path.unlink = counted(Path.unlink)
erasing.erase_vault(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("step", [0, 1, 3, 6, 9])
def test_whoever_is_killed_on_the_way_goes_on(folder: Path, step: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder), str(step)], cwd=REPOSITORY, check=False, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    if vault_state(folder) is not VaultState.MISSING:
        erase_vault(folder)
    assert vault_state(folder) is VaultState.MISSING
    assert not any(
        path.name.endswith((".fvb", ".db", ".json", ".bak")) for path in folder.rglob("[!s]*") if path.is_file()
    )
    with pytest.raises(FieldtuiError):
        open_vault(folder, phrase(), clock=a_clock())
