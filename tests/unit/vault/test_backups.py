"""Backups: proven before they count, bounded, private, and only so many; a restore that is cut short leaves one vault."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.base.errors import (
    BackupDamaged,
    BadUsage,
    Busy,
    DatabaseDamaged,
    DiskFull,
    FieldtuiError,
    FolderRefused,
    HeaderDamaged,
    NewerVault,
    WrongPassphrase,
)
from fieldtui.base.files import write_atomically
from fieldtui.vault import (
    CHEAPEST,
    OpenVault,
    VaultState,
    backupfile,
    backups,
    change_passphrase,
    restoring,
    vault_state,
)
from fieldtui.vault.backupfile import MAX_HEAD, Summary, open_backup, read_backup
from fieldtui.vault.backups import Backups, listed, unreadable
from fieldtui.vault.database import CheckReport
from fieldtui.vault.restoring import Restoring, finish_restoring, key_for, set_aside
from fieldtui.vault.slots import PassphraseTry
from tests.support.vaults import OTHER_PHRASE, PHRASE, a_clock, a_closed_vault, files_below, phrase, reopened


def rows(connection: sqlite3.Connection) -> Summary:
    return {"rows": connection.execute("SELECT count(*) FROM rows").fetchone()[0]}


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[OpenVault]:
    a_closed_vault(tmp_path / "data")
    with reopened(tmp_path / "data") as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenVault, Path]]:
    """A vault and a backup of it, which no test changes."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    a_closed_vault(folder)
    with reopened(folder) as opened:
        yield opened, Backups(opened, a_clock(), rows).make("daily").path


def opens(vault: OpenVault, path: Path) -> None:
    opened = vault.borrow(lambda _header, key: open_backup(read_backup(path), key))
    with contextlib.closing(opened):
        opened.require_whole()


def test_a_backup_is_one_private_file_that_the_days_passphrase_opens(vault: OpenVault) -> None:
    clock = a_clock()
    made = Backups(vault, clock, rows).make("daily")
    assert made.path.parent == vault.folder / "backups"
    assert made.path.name == "20261123T071500Z-daily.fvb"
    if os.name == "posix":
        assert made.path.stat().st_mode & 0o777 == 0o600
        assert made.path.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]
    change_passphrase(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
    with contextlib.closing(PassphraseTry(phrase(), vault.folder)) as attempt:
        vault_key = attempt(made.header)
    assert vault_key is not None
    with contextlib.closing(open_backup(made, vault_key)) as opened:
        assert opened.summary == {"rows": 300}


def test_a_flipped_bit_anywhere_in_a_backup_is_noticed_and_changes_nothing(
    whole: tuple[OpenVault, Path], tmp_path: Path
) -> None:
    vault, good = whole
    data = good.read_bytes()
    head = int.from_bytes(data[10:14], "big")
    chance = random.Random(20261122)
    places = {*range(14), *chance.sample(range(14, 14 + head), 40), *chance.sample(range(14 + head, len(data)), 20)}
    flipped = tmp_path / "flipped.fvb"
    for place in sorted({*places, len(data) - 1}):
        flipped.write_bytes(data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :])
        with pytest.raises((BackupDamaged, NewerVault, HeaderDamaged)):
            opens(vault, flipped)
    flipped.write_bytes(data)
    opens(vault, flipped)  # the control


@pytest.mark.parametrize("cut", [0, 5, 13, 14, 200, 5_000, -33, -1])
def test_a_backup_that_was_cut_short_or_grew_is_none(whole: tuple[OpenVault, Path], tmp_path: Path, cut: int) -> None:
    vault, good = whole
    data = good.read_bytes()
    file = tmp_path / "cut.fvb"
    file.write_bytes(data[:cut])
    with pytest.raises(BackupDamaged):
        opens(vault, file)
    file.write_bytes(data + data[:100])
    with pytest.raises(BackupDamaged):
        opens(vault, file)


def test_a_newer_backup_and_an_endless_head_are_refused_before_anything_of_them_is_read(
    whole: tuple[OpenVault, Path], tmp_path: Path
) -> None:
    data = whole[1].read_bytes()
    file = tmp_path / "other.fvb"
    file.write_bytes(data[:8] + (backupfile.VERSION + 1).to_bytes(2, "big") + data[10:])
    with pytest.raises(NewerVault):
        read_backup(file)
    file.write_bytes(data[:10] + (MAX_HEAD + 1).to_bytes(4, "big") + b"{" * (MAX_HEAD + 1))
    with pytest.raises(BackupDamaged):
        read_backup(file)


def test_seven_are_kept_with_two_from_before_migrations_and_a_wrong_clock_makes_none_older(vault: OpenVault) -> None:
    clock = a_clock()
    made = Backups(vault, clock, rows)
    for _ in range(4):
        made.make("migration")
        clock.advance(timedelta(days=1))
    newest = made.make("daily")
    for _ in range(8):
        clock.advance(timedelta(days=1))
        newest = made.make("daily")
    kinds = [file.head.kind for file in listed(vault.folder)]
    assert (kinds.count("daily"), kinds.count("migration")) == (7, 2)
    vault.change_header(lambda _header, _key: {})
    clock.advance(timedelta(days=-300))
    backwards = made.make("daily")
    assert [file.path for file in listed(vault.folder)][:2] == [backwards.path, newest.path]


def test_a_file_that_is_no_backup_is_counted_and_left_alone(vault: OpenVault) -> None:
    made = Backups(vault, a_clock(), rows)
    made.make("daily")
    strange = vault.folder / "backups" / "strange.fvb"
    strange.write_bytes(b"something of somebody's")
    for _ in range(9):
        made.make("daily")
    assert len(listed(vault.folder)) == 7
    assert unreadable(vault.folder) == 1
    assert strange.exists()
    made.renew("purge")  # what must be gone may be in anything that is called a backup
    assert [file.head.kind for file in listed(vault.folder)] == ["purge"]
    assert not strange.exists()


def test_a_copy_that_does_not_pass_its_check_replaces_no_backup(
    vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Backups(vault, a_clock(), rows)
    good = [made.make("daily").path for _ in range(7)]
    before = files_below(vault.folder / "backups")
    counts = iter(range(100))
    with pytest.raises(BackupDamaged):
        Backups(vault, a_clock(), lambda _connection: {"rows": next(counts)}).make("daily")
    monkeypatch.setattr(backups, "check_pages", lambda _connection: CheckReport(("page 3",), 9))
    with pytest.raises(DatabaseDamaged):
        made.renew("purge")
    assert files_below(vault.folder / "backups") == before
    assert all(path.exists() for path in good)


def test_a_full_disk_costs_no_backup_but_where_older_ones_must_go(
    vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Backups(vault, a_clock(), rows)
    made.make("daily")
    before = files_below(vault.folder)

    def full(*_args: object, **_named: object) -> None:
        raise DiskFull

    monkeypatch.setattr(backups, "write_backup", full)
    with pytest.raises(DiskFull):
        made.make("daily")
    assert files_below(vault.folder, but=("vault/vault.db-shm",)) == {
        name: value for name, value in before.items() if name != "vault/vault.db-shm"
    }
    with pytest.raises(DiskFull):
        made.renew("purge")
    assert listed(vault.folder) == ()


def test_a_lock_does_not_wait_for_a_backup_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    vault = reopened(tmp_path)
    seen = threading.Event()

    def slow(connection: sqlite3.Connection) -> Summary:
        seen.set()
        assert vault.closing.wait(30)
        return rows(connection)

    ended: list[FieldtuiError] = []

    def work() -> None:
        try:
            Backups(vault, a_clock(), slow).make("daily")
        except FieldtuiError as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert seen.wait(30)
    vault.close()
    thread.join(30)
    assert [type(error) for error in ended] == [Busy]
    assert list((tmp_path / "backups").iterdir()) == []
    reopened(tmp_path).close()


def test_a_backup_elsewhere_touches_no_file_that_is_there_and_goes_to_no_cloud(
    vault: OpenVault, tmp_path: Path
) -> None:
    made = Backups(vault, a_clock(), rows)
    there = tmp_path / "there.fvb"
    there.write_bytes(b"mine")
    with pytest.raises(BadUsage):
        made.make_at(there)
    assert there.read_bytes() == b"mine"
    (tmp_path / "OneDrive").mkdir()
    with pytest.raises(FolderRefused):
        made.make_at(tmp_path / "OneDrive" / "b.fvb")
    with pytest.raises(BadUsage):
        made.make_at(tmp_path / "nowhere" / "b.fvb")
    opens(vault, made.make_at(tmp_path / "here.fvb").path)
    assert {path.name for path in tmp_path.iterdir()} == {"data", "there.fvb", "OneDrive", "here.fvb"}


# --- restoring --------------------------------------------------------------------------------


def taken(folder: Path, text: str = PHRASE, file: Path | None = None) -> Restoring:
    chosen = read_backup(file) if file is not None else listed(folder)[0]
    with contextlib.closing(PassphraseTry(phrase(text), folder)) as attempt:
        found = key_for(folder, chosen, attempt)
    return Restoring(folder, chosen, found, clock=a_clock())


def restored(folder: Path, text: str = PHRASE, file: Path | None = None) -> Path:
    restoring = taken(folder, text, file)
    with restoring.prepared(rows):
        return restoring.commit((0, ""), (0, ""))


def count(folder: Path, text: str = PHRASE) -> int:
    with reopened(folder, text) as vault:
        return int(vault.connection.execute("SELECT count(*) FROM rows").fetchone()[0])


def test_a_restored_vault_is_as_it_was_then_under_todays_passphrase_and_what_it_replaced_is_set_aside(
    tmp_path: Path,
) -> None:
    a_closed_vault(tmp_path)
    with reopened(tmp_path) as vault:
        Backups(vault, a_clock(), rows).make("daily")
        vault.connection.execute("DELETE FROM rows WHERE id > 100")
        change_passphrase(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
        epoch = vault.epoch
    replaced = (tmp_path / "vault" / "vault.db").read_bytes()
    with pytest.raises(WrongPassphrase):
        restored(tmp_path, PHRASE)  # the old one opens the backup, and does not put it over a vault with a new one
    aside = restored(tmp_path, OTHER_PHRASE)
    assert count(tmp_path, OTHER_PHRASE) == 300
    with pytest.raises(WrongPassphrase):
        reopened(tmp_path, PHRASE)
    with reopened(tmp_path, OTHER_PHRASE) as vault:
        assert vault.epoch > epoch
    assert set_aside(tmp_path) == (aside,)
    assert (aside / "vault.db").read_bytes() == replaced
    assert {path.name for path in (tmp_path / "vault").iterdir()} <= {
        "vault.json", "vault.json.bak", "vault.db", "lock", "lock.gate", "backup.lock",
    }  # fmt: skip


def test_a_backup_is_a_vault_on_a_machine_that_has_none(tmp_path: Path) -> None:
    a_closed_vault(tmp_path / "data")
    with reopened(tmp_path / "data") as vault:
        Backups(vault, a_clock(), rows).make_at(tmp_path / "away.fvb")
    other = tmp_path / "other"
    assert vault_state(other) is VaultState.MISSING
    restored(other, file=tmp_path / "away.fvb")
    assert count(other) == 300
    assert set_aside(other) == ()


def test_restoring_that_was_only_tried_changes_nothing(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    with reopened(tmp_path) as vault:
        Backups(vault, a_clock(), rows).make("daily")
    before = files_below(tmp_path)
    restoring = taken(tmp_path)
    with restoring.prepared(rows) as connection:
        assert rows(connection) == {"rows": 300}
        with pytest.raises(Busy):
            reopened(tmp_path)
    assert files_below(tmp_path) == before


class _Cut(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step", range(8))
def test_a_restore_that_is_cut_at_any_step_leaves_the_old_vault_or_the_new_one(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_closed_vault(tmp_path)
    with reopened(tmp_path) as vault:
        Backups(vault, a_clock(), rows).make("daily")
        vault.connection.execute("DELETE FROM rows WHERE id > 100")
    left = iter(range(step, -1, -1))
    rename, write = Path.rename, write_atomically

    def cut_rename(path: Path, target: Path) -> Path:
        if next(left, 0) == 0:
            raise _Cut
        return rename(path, target)

    def cut_write(path: Path, data: bytes) -> None:
        if next(left, 0) == 0:
            raise _Cut
        write(path, data)

    monkeypatch.setattr(Path, "rename", cut_rename)
    monkeypatch.setattr(restoring, "write_atomically", cut_write)
    monkeypatch.setattr(Restoring, "_clean_up", lambda self: self._presence.release())
    try:
        restored(tmp_path)
        ended = True
    except _Cut:
        ended = False
    monkeypatch.undo()
    assert ended == (step >= 7), "the steps this test knows of"
    assert vault_state(tmp_path) is VaultState.PRESENT
    assert count(tmp_path) == (100 if step == 0 else 300)
    assert not list((tmp_path / "vault").glob(".restore-*"))
    assert not (tmp_path / "vault" / "restoring").exists()
    finish_restoring(tmp_path)
    assert len(set_aside(tmp_path)) == (0 if step == 0 else 1)
