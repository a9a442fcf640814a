"""A vault of every version there was, with unsent work in it, becomes one of today; killed at any step too."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.errors import DiskFull, NewerVault
from fieldtui.base.ids import SeededIds
from fieldtui.services.restoring import restore
from fieldtui.store import Store, accesslog
from fieldtui.store.migrations import MIGRATIONS
from fieldtui.store.outbox import Outbox
from fieldtui.vault import OpenVault
from fieldtui.vault.backups import listed
from tests.support.vaults import a_clock, a_vault, phrase, reopened
from tests.support.workspaces import MH

VERSIONS = Path(__file__).parents[2] / "data" / "vault-versions"
"""The statements of each migration as they were when it was released; never edited."""
NAMES = sorted(path.stem for path in VERSIONS.glob("*.sql"))
SCOPE = "citizen:c1"


def statements(name: str) -> list[str]:
    return (VERSIONS / f"{name}.sql").read_text("utf-8").removesuffix(";\n").split(";\n\n")


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


def a_vault_of(version: str, folder: Path) -> bytearray:
    """A closed vault as the program of that version left it, with unsent work of each kind; returns its key."""
    vault, _code = a_vault(folder)
    with vault:
        connection = vault.connection
        connection.execute("BEGIN")
        connection.execute(
            'CREATE TABLE "_sqlite_migrations" ("id" INTEGER PRIMARY KEY, "migration_set" TEXT, "name" TEXT,'
            ' "applied_at" TEXT)'
        )
        connection.execute(
            'CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"'
            ' ON "_sqlite_migrations" ("migration_set", "name")'
        )
        for name in NAMES[: NAMES.index(version) + 1]:
            for statement in statements(name):
                connection.execute(statement)
            connection.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('fieldtui', ?, '2026-11-01')",
                (name,),
            )
        fill(connection, vault.audit_key)
        connection.execute("COMMIT")
        return vault.borrow(lambda _header, vault_key: bytearray(vault_key))


def fill(connection: sqlite3.Connection, key: bytes) -> None:
    body = json.dumps({"given_name": "Fatima", "job_goal": "Murer", "a_field_of_later": 1})
    base = json.dumps({"given_name": "Fatima", "job_goal": "Gartner"})
    connection.execute("INSERT INTO meta VALUES ('consultant', ?), ('cursor', '17')", (MH.model_dump_json(),))
    connection.execute(
        "INSERT INTO record (id, collection, scope, rev, body, base) VALUES ('c1', 'citizen', ?, 3, ?, ?)",
        (SCOPE, body, base),
    )
    connection.execute(
        "INSERT INTO outbox (op_id, record_id, collection, scope, base_rev, kind, body, recorded_at, state, in_flight)"
        " VALUES ('op1', 'c1', 'citizen', ?, 3, 'put', ?, '2026-11-01T10:00:00Z', 'waiting', 1)",
        (SCOPE, body),
    )
    connection.execute(
        "INSERT INTO conflict (id, record_id, collection, scope, fields, base, mine, theirs, created_at)"
        " VALUES ('k1', 'c1', 'citizen', ?, '[\"district\"]', '{}', '{\"district\": \"Nord\"}', '{}', '2026-11-01')",
        (SCOPE,),
    )
    connection.execute("INSERT INTO draft VALUES ('note:c1', 'note', 'c1', 'Et halvt', '2026-11-01T10:00:00', 'Et')")
    connection.execute(
        "INSERT INTO history (command_id, record_id, collection, scope, after, at, actor, label)"
        " VALUES ('h1', 'c1', 'citizen', ?, '{}', '2026-11-01', ?, 'Ændrede')",
        (SCOPE, MH.id),
    )
    for action in ("create", "unlock", "put"):
        accesslog.append(
            connection, key, at=a_clock().now(), actor=MH.id, device="d", action=action, subject=None, reason=None,
            detail=None,
        )  # fmt: skip


def opened(folder: Path, key: bytearray) -> Store:
    vault = OpenVault(folder, bytearray(key), anchors=folder / "anchors")
    return Store(vault, clock=a_clock(), ids=SeededIds(folder.name))


def require_all_there(store: Store) -> None:
    """The unsent work, the log, and today's tables."""
    assert store.schema_version == len(NAMES)
    (entry,) = Outbox(store).all()
    assert (entry.op_id, entry.base_rev, entry.in_flight) == ("op1", 3, True)
    assert store.body_of("c1") == {"given_name": "Fatima", "job_goal": "Murer", "a_field_of_later": 1}
    (draft,) = store.drafts.all()
    assert (draft.text, draft.previous) == ("Et halvt", "Et")
    with store.reading() as connection:
        assert connection.execute("SELECT id, mine FROM conflict").fetchall() == [("k1", '{"district": "Nord"}')]
        assert connection.execute("SELECT label FROM history").fetchall() == [("Ændrede",)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        columns = connection.execute("PRAGMA table_info(record)").fetchall()
    assert [column[1] for column in columns][-1] == "seq"
    assert store.verify_log() >= 3


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
    for copy in taken[1::2]:
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
