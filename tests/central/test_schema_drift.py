"""The tables that the migrations make are the tables the code speaks of: nothing more, nothing less."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, Text, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.schema import METADATA
from tests.support.central import fresh_database_url


@pytest.fixture
def migrated(postgres: EmbeddedPostgres) -> Iterator[Connection]:
    """An open transaction in a database that only the migrations made; taken back at the end."""
    url = fresh_database_url(postgres).replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        yield connection
        connection.rollback()


def drift(connection: Connection, metadata: MetaData) -> list[object]:
    """What a migration would still have to do to make the database what the metadata says."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
    )
    return list(compare_metadata(context, metadata))


def checks(connection: Connection, schema: str) -> dict[str, dict[str, str]]:
    """The check constraints of each table, which Alembic does not compare, as PostgreSQL writes them."""
    found = inspect(connection)
    return {
        table: {str(check["name"]): str(check["sqltext"]) for check in found.get_check_constraints(table, schema)}
        for table in found.get_table_names(schema)
        if table != "alembic_version"
    }


def test_the_migrations_make_exactly_the_tables_of_the_metadata(migrated: Connection) -> None:
    assert drift(migrated, METADATA) == []


def test_a_database_made_from_the_metadata_has_the_same_check_constraints(migrated: Connection) -> None:
    made_by_migrations = checks(migrated, "public")
    migrated.execute(text("CREATE SCHEMA fresh"))
    migrated.execute(text("SET LOCAL search_path TO fresh"))
    METADATA.create_all(migrated)
    assert made_by_migrations == checks(migrated, "fresh")
    assert any(made_by_migrations.values())


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE consultant DROP COLUMN role",
        "ALTER TABLE consultant ADD COLUMN nickname text",
        "ALTER TABLE consultant ALTER COLUMN initials DROP NOT NULL",
        "DROP INDEX assignment_one_primary_idx",
    ],
)
def test_a_table_that_was_changed_by_hand_is_seen(migrated: Connection, change: str) -> None:
    migrated.execute(text(change))
    assert drift(migrated, METADATA) != []


def test_a_table_that_no_migration_makes_is_seen(migrated: Connection) -> None:
    metadata = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(metadata)
    Table("forgotten", metadata, Column("id", Text, primary_key=True))
    assert [step[0] for step in drift(migrated, metadata)] == ["add_table"]  # type: ignore[index]
