"""A vault of every version there was, with unsent work in it, becomes one of today; killed at any step too."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.errors import DiskFull, NewerVault
from fieldtui.base.ids import SeededIds
from fieldtui.services.restoring import restore
from fieldtui.store import Store
from fieldtui.store.migrations import MIGRATIONS
from fieldtui.vault import OpenVault
from fieldtui.vault.backups import listed
from tests.support.oldvaults import NAMES, a_vault_of, statements, what_is_missing
from tests.support.vaults import a_clock, phrase, reopened


def test_no_migration_that_was_released_was_edited_since_and_each_is_frozen() -> None:
    for migration in MIGRATIONS._migrations:
        ran: list[str] = []
        recorder: Any = _Recorder(ran)
        migration.fn(recorder)
        assert migration.name in NAMES, f"freeze it: tests/data/vault-versions/{migration.name}.sql"
        assert ran == statements(migration.name), migration.name
    assert [migration.name for migration in MIGRATIONS._migrations] == NAMES


class _Recorder:
    def __init__(self, ran: list[str]) -> None:
        self.execute = ran.append


def opened(folder: Path, key: bytearray) -> Store:
    vault = OpenVault(folder, bytearray(key), anchors=folder / "anchors")
    return Store(vault, clock=a_clock(), ids=SeededIds(folder.name))


def require_all_there(store: Store) -> None:
    assert what_is_missing(store) == []


@pytest.mark.parametrize("version", NAMES[:-1])
def test_a_vault_of_each_older_version_keeps_its_unsent_work_and_is_backed_up_before_it_changes(
    version: str, tmp_path: Path
) -> None:
    key = a_vault_of(version, tmp_path)
    store = opened(tmp_path, key)
    require_all_there(store)
    store.vault.close()
    (backup,) = listed(tmp_path)
    assert backup.head.kind == "migration"
    again = opened(tmp_path, key)
    again.vault.close()
    assert len(listed(tmp_path)) == 1


def test_the_backup_from_before_an_upgrade_is_restored_and_upgraded_again(tmp_path: Path) -> None:
    key = a_vault_of(NAMES[2], tmp_path)
    store = opened(tmp_path, key)
    with store.transaction() as connection:
        connection.execute("DELETE FROM draft")
        connection.execute("DELETE FROM outbox")
        connection.execute("UPDATE record SET base = NULL")
    store.vault.close()
    (tmp_path / "vault" / "vault.db").write_bytes(b"\0" * 8192)
    report = restore(tmp_path, None, phrase(), clock=a_clock())
    assert report.present in {"damaged", "unreadable"}
    assert report.kind == "migration"
    back = opened(tmp_path, key)
    require_all_there(back)
    back.vault.close()


def test_killed_at_any_step_of_an_upgrade_the_next_start_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves are the files as they are at that moment: they are copied before each statement."""
    from sqlite_utils import Database  # not before fieldtui.vault

    here = tmp_path / "here"
    key = a_vault_of(NAMES[0], here)
    taken: list[Path] = []

    def snapshot() -> None:
        copy = tmp_path / f"killed-{len(taken)}"
        shutil.copytree(here, copy)
        taken.append(copy)

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            snapshot()
            return call(*args, **named)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(Database, "execute", watched(Database.execute))
        patch.setattr("fieldtui.vault.backups.write_backup", watched(_write_backup))
        patch.setattr(Path, "rename", watched(Path.rename))
        store = opened(here, key)
    require_all_there(store)
    store.vault.close()
    assert len(taken) > 20
    for copy in taken[1::4]:
        store = opened(copy, key)
        assert store.vault.dirty_start
        require_all_there(store)
        store.vault.close()
        assert listed(copy)
        assert all(path.suffix == ".fvb" for path in (copy / "backups").iterdir())
        shutil.rmtree(copy)


def _write_backup(*args: Any, **named: Any) -> None:
    from fieldtui.vault.backupfile import write_backup

    write_backup(*args, **named)


def test_without_room_for_the_backup_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = a_vault_of(NAMES[3], tmp_path)
    before = (tmp_path / "vault" / "vault.db").read_bytes()

    def full(*_args: Any, **_named: Any) -> None:
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr("fieldtui.vault.backups.write_backup", full)
        vault = OpenVault(tmp_path, bytearray(key))
        with contextlib.closing(vault), pytest.raises(DiskFull):
            Store(vault, clock=a_clock(), ids=SeededIds("x"))
    assert (tmp_path / "vault" / "vault.db").read_bytes() == before
    store = opened(tmp_path, key)
    require_all_there(store)
    store.vault.close()


def test_a_database_of_a_newer_program_is_refused_and_left_byte_for_byte_as_it_was(tmp_path: Path) -> None:
    key = a_vault_of(NAMES[-1], tmp_path)
    with reopened(tmp_path) as vault:
        vault.connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('fieldtui', '9999_later', '')"
        )
    database, header = tmp_path / "vault" / "vault.db", tmp_path / "vault" / "vault.json"
    before, said = database.read_bytes(), json.loads(header.read_bytes())
    vault = OpenVault(tmp_path, bytearray(key))
    with contextlib.closing(vault), pytest.raises(NewerVault):
        Store(vault, clock=a_clock(), ids=SeededIds("x"))
    assert database.read_bytes() == before
    after = json.loads(header.read_bytes())
    assert {**after, "epoch": 0, "mac": ""} == {**said, "epoch": 0, "mac": ""}
    assert listed(tmp_path) == ()
