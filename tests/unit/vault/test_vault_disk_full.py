"""No room on the disk, at each point where a header is written."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from fieldtui.base import files
from fieldtui.base.errors import DiskFull, WrongPassphrase
from fieldtui.vault import CHEAPEST, VaultState, change_passphrase, create_vault, headerfiles, vault_state
from tests.support.vaults import OTHER_PHRASE, a_clock, a_closed_vault, a_vault, files_below, phrase, reopened


class FullDisk:
    """Lets so many files be written, then has no room for one, then has room again."""

    def __init__(self, room_for: int) -> None:
        self.room_for = room_for

    def write(self, path: Path, data: bytes, *, prefix: str = ".tmp-") -> None:
        self.room_for -= 1
        if self.room_for == -1:
            raise OSError(errno.ENOSPC, "No space left on device")
        files.write_atomically(path, data, prefix=prefix)


@pytest.mark.parametrize("room_for", [0, 1])
def test_a_change_of_passphrase_without_room_leaves_the_old_one_and_not_the_new(
    tmp_path: Path, room_for: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, _code = a_vault(tmp_path)
    home = tmp_path / "vault"
    before = {name: (home / name).read_bytes() for name in ("vault.json", "vault.json.bak")}
    monkeypatch.setattr(headerfiles, "write_atomically", FullDisk(room_for).write)
    with pytest.raises(DiskFull):
        change_passphrase(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
    assert {name: (home / name).read_bytes() for name in before} == before
    monkeypatch.undo()
    vault.close()
    with pytest.raises(WrongPassphrase):
        reopened(tmp_path, OTHER_PHRASE)
    reopened(tmp_path).close()


@pytest.mark.parametrize("room_for", [0, 1])
def test_opening_without_room_changes_nothing(tmp_path: Path, room_for: int, monkeypatch: pytest.MonkeyPatch) -> None:
    a_closed_vault(tmp_path)
    before = files_below(tmp_path)
    monkeypatch.setattr(headerfiles, "write_atomically", FullDisk(room_for).write)
    with pytest.raises(DiskFull):
        reopened(tmp_path)
    monkeypatch.undo()
    assert files_below(tmp_path) == before
    assert reopened(tmp_path).dirty_start is False


@pytest.mark.parametrize("room_for", [0, 1])
def test_closing_without_room_keeps_the_work_and_the_next_start_checks_every_page(
    tmp_path: Path, room_for: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, _code = a_vault(tmp_path)
    vault.connection.execute("CREATE TABLE t (x)")
    vault.connection.execute("INSERT INTO t VALUES ('kept')")
    monkeypatch.setattr(headerfiles, "write_atomically", FullDisk(room_for).write)
    vault.close()
    monkeypatch.undo()
    with reopened(tmp_path) as vault:
        assert vault.dirty_start is True
        assert vault.connection.execute("SELECT x FROM t").fetchall() == [("kept",)]
    with reopened(tmp_path) as vault:
        assert vault.dirty_start is False


@pytest.mark.parametrize("room_for", [0, 1])
def test_a_vault_that_finds_no_room_leaves_nothing_behind(
    tmp_path: Path, room_for: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headerfiles, "write_atomically", FullDisk(room_for).write)
    with pytest.raises(DiskFull):
        create_vault(tmp_path, phrase(), clock=a_clock(), kdf=CHEAPEST)
    monkeypatch.undo()
    assert vault_state(tmp_path) is VaultState.MISSING
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
    a_vault(tmp_path)[0].close()
