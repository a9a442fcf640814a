"""Vaults as older versions of the program left them, with unsent work of each kind in them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Final

from fieldtui.store import Store, accesslog
from fieldtui.store.outbox import Outbox
from tests.support.vaults import a_clock, a_vault
from tests.support.workspaces import MH

VERSIONS: Final = Path(__file__).parents[1] / "data" / "vault-versions"
"""The statements of each migration as they were when it was released; never edited."""
NAMES: Final = sorted(path.stem for path in VERSIONS.glob("*.sql"))
"""The migrations, which are the versions."""
_SCOPE: Final = "citizen:c1"


def statements(name: str) -> list[str]:
    """What a migration did."""
    return (VERSIONS / f"{name}.sql").read_text("utf-8").removesuffix(";\n").split(";\n\n")


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
        _fill(connection, vault.audit_key)
        connection.execute("COMMIT")
        return vault.borrow(lambda _header, vault_key: bytearray(vault_key))


def _fill(connection: sqlite3.Connection, key: bytes) -> None:
    body = json.dumps({"given_name": "Fatima", "job_goal": "Murer", "a_field_of_later": 1})
    base = json.dumps({"given_name": "Fatima", "job_goal": "Gartner"})
    connection.execute("INSERT INTO meta VALUES ('consultant', ?), ('cursor', '17')", (MH.model_dump_json(),))
    connection.execute(
        "INSERT INTO record (id, collection, scope, rev, body, base) VALUES ('c1', 'citizen', ?, 3, ?, ?)",
        (_SCOPE, body, base),
    )
    connection.execute(
        "INSERT INTO outbox (op_id, record_id, collection, scope, base_rev, kind, body, recorded_at, state, in_flight)"
        " VALUES ('op1', 'c1', 'citizen', ?, 3, 'put', ?, '2026-11-01T10:00:00Z', 'waiting', 1)",
        (_SCOPE, body),
    )
    connection.execute(
        "INSERT INTO conflict (id, record_id, collection, scope, fields, base, mine, theirs, created_at)"
        " VALUES ('k1', 'c1', 'citizen', ?, '[\"district\"]', '{}', '{\"district\": \"Nord\"}', '{}', '2026-11-01')",
        (_SCOPE,),
    )
    connection.execute("INSERT INTO draft VALUES ('note:c1', 'note', 'c1', 'Et halvt', '2026-11-01T10:00:00', 'Et')")
    connection.execute(
        "INSERT INTO history (command_id, record_id, collection, scope, after, at, actor, label)"
        " VALUES ('h1', 'c1', 'citizen', ?, '{}', '2026-11-01', ?, 'Ændrede')",
        (_SCOPE, MH.id),
    )
    for action in ("create", "unlock", "put"):
        accesslog.append(
            connection, key, at=a_clock().now(), actor=MH.id, device="d", action=action, subject=None, reason=None,
            detail=None,
        )  # fmt: skip


def what_is_missing(store: Store) -> list[str]:
    """What of the unsent work, the log and today's tables is not there."""
    with store.reading() as connection:
        conflicts = connection.execute("SELECT id, mine FROM conflict").fetchall()
        labels = connection.execute("SELECT label FROM history").fetchall()
        integrity = connection.execute("PRAGMA integrity_check").fetchall()
        columns = [row[1] for row in connection.execute("PRAGMA table_info(record)")]
    store.verify_log()
    found = {
        "tables": store.schema_version == len(NAMES) and "seq" in columns,
        "outbox": [(each.op_id, each.base_rev, each.in_flight) for each in Outbox(store).all()] == [("op1", 3, True)],
        "record": store.body_of("c1") == {"given_name": "Fatima", "job_goal": "Murer", "a_field_of_later": 1},
        "draft": [(each.text, each.previous) for each in store.drafts.all()] == [("Et halvt", "Et")],
        "conflict": conflicts == [("k1", '{"district": "Nord"}')],
        "history": labels == [("Ændrede",)],
        "pages": integrity == [("ok",)],
        "log": len(store.log_entries()) >= 3,
    }
    return [name for name, there in found.items() if not there]
