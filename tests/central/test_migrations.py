"""Every schema there has been comes up to the present one with all that was in it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, create_engine, inspect, select
from sqlalchemy.pool import NullPool

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import BadUsage
from fieldtui.base.ids import SystemIds
from fieldtui.central import database as central_database
from fieldtui.central.backups import archive
from fieldtui.central.backups.keeping import back_up, drill
from fieldtui.central.database import Database, migrate, newest_revision, revision_of, upgrade
from fieldtui.central.embedded import EmbeddedPostgres


def revisions() -> list[str]:
    """All there are, the first one first."""
    with central_database._migrations() as config:
        return [str(each.revision) for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a database without tables."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield postgres.url_of(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def connected(url: str) -> Connection:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool).connect()


def value_for(column: Column[Any], allowed: dict[str, str]) -> Any:
    """Something that this column takes and that is not what it has by itself."""
    if column.name in allowed:
        return allowed[column.name]
    kind: type = column.type.python_type if column.type.__class__.__name__ != "JSONB" else dict
    if kind is dict:
        return {"ord": "blåbærgrød", "tal": [1, 2.5, None]}
    if kind is str:
        # The same text wherever it is a key, so that references hold.
        return f"{column.name} æøå"
    if kind is datetime:
        return datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    if kind is date:
        return date(2026, 2, 28)
    return {int: 7, bool: True}[kind]


def fill(connection: Connection) -> dict[str, dict[str, Any]]:
    """Put a row with a value in every column into every table; the rows by table."""
    tables = MetaData()
    tables.reflect(connection)
    found = {}
    for table in tables.sorted_tables:
        if table.name == "alembic_version":
            continue
        checks = inspect(connection).get_check_constraints(table.name)
        allowed = {}
        for check in checks:
            words = re.findall(r"'([^']+)'", str(check["sqltext"]))
            named = re.match(r"\(?(\w+)\)? = ", str(check["sqltext"]))
            if words and named:
                allowed[named[1]] = words[0]
        row = {column.name: value_for(column, allowed) for column in table.columns}
        connection.execute(table.insert().values(row))
        found[table.name] = row
    return found


def read(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    tables = MetaData()
    tables.reflect(connection)
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in tables.sorted_tables
        if table.name != "alembic_version"
    }


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_every_revision_comes_up_with_all_that_was_in_it(empty: str, revision: str) -> None:
    with connected(empty) as connection, connection.begin():
        upgrade(connection, revision)
        before = fill(connection)
    assert before["record"]["body"]["ord"] == "blåbærgrød"
    migrate(empty)
    with connected(empty) as connection:
        assert revision_of(connection) == newest_revision()
        after = read(connection)
    for table, row in before.items():
        (kept,) = after[table]
        assert {name: kept[name] for name in row} == row, table


def test_processes_that_start_at_once_migrate_once_and_lose_nothing(empty: str) -> None:
    with connected(empty) as connection, connection.begin():
        upgrade(connection, revisions()[0])
        before = fill(connection)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty] * 4))
    with connected(empty) as connection:
        after = read(connection)
        assert revision_of(connection) == newest_revision()
    assert {name: after["record"][0][name] for name in before["record"]} == before["record"]


def test_the_revisions_are_one_chain() -> None:
    with central_database._migrations() as config:
        scripts = ScriptDirectory.from_config(config)
        assert len(scripts.get_heads()) == 1
        assert len(scripts.get_bases()) == 1
    assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]


def test_a_database_of_a_newer_version_is_left_alone(empty: str) -> None:
    migrate(empty)
    with connected(empty) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadUsage):
        migrate(empty)
    with connected(empty) as connection:
        assert revision_of(connection) == "9999"


def test_a_backup_of_an_older_version_can_be_restored(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(empty) as connection, connection.begin():
        upgrade(connection, "0002")
        before = fill(connection)
        then = MetaData()
        then.reflect(connection)
        then.remove(then.tables["alembic_version"])
    database = Database(empty, clock=SystemClock(), ids=SystemIds())
    with monkeypatch.context() as older:
        older.setattr(archive, "METADATA", then)
        back_up(database, tmp_path / "old", "fem ord som ingen gætter")
    tried = drill(database, tmp_path / "old", "fem ord som ingen gætter")
    database.close()
    assert tried.contents.revision == "0002"
    assert tried.rows == dict.fromkeys(before, 1)
    assert [standing.name for standing in tried.organisations] == ["name æøå"]
