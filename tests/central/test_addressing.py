"""Addresses of databases: as PostgreSQL's own programs take them, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from fieldtui.base.errors import BadUsage
from fieldtui.central.addressing import parse_database_url


def told(url: str) -> dict[str, Any]:
    """What libpq is told."""
    parsed = parse_database_url(url)
    return dict(parsed.get_dialect()().create_connect_args(parsed)[1])


def test_a_primary_and_its_standbys_are_one_address() -> None:
    said = told("postgresql://fieldtui:p%40ss@db1:5432,[fd00::2]:6432,db3/felt?target_session_attrs=read-write")
    assert said == {
        "host": "db1,fd00::2,db3", "port": "5432,6432,5432", "user": "fieldtui", "password": "p@ss", "dbname": "felt",
        "target_session_attrs": "read-write",
    }  # fmt: skip


def test_one_server_is_told_as_it_was_written() -> None:
    assert told("postgres://u:p@db:5433/felt") == {
        "host": "db", "port": 5433, "user": "u", "password": "p", "dbname": "felt",
    }  # fmt: skip
    assert told("postgresql://u:p@/felt?host=%2Frun%2Fpg&port=5432")["host"] == "/run/pg"


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://u@db/felt", "postgresql://db:x/felt", "postgresql://a:1,b:x/felt", "postgresql://a:1,b:/f"],
)
def test_anything_else_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadUsage) as refused:
        parse_database_url(url)
    assert "postgresql://" in refused.value.message
