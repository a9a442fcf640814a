"""Many new rows at once, by COPY: a third of what the same rows cost as single insertions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import JSONB

from fieldtui.base.errors import DatabaseUnreachable


class Texts:
    """JSON of the values of JSON columns, written once where the same value goes into several tables."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def of(self, value: object) -> str:
        """A value as a JSON column takes it.

        Raises:
            ValueError: NaN or an infinity; JSON has none.
        """
        known = self._known.get(id(value))
        if known is None:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            # The value is kept too: while it lives, nothing else can have its identity.
            known = self._known[id(value)] = (value, text)
        return known[1]


def copy_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], texts: Texts) -> None:
    """Put new rows into a table, in the transaction that is under way.

    Args:
        connection: In a transaction.
        table: Which table.
        rows: Each with the same columns, in the same order. `None` is NULL.
        texts: What was written down already; no value may change between two calls with the same.

    Raises:
        DatabaseUnreachable: The server does not answer any more.
        psycopg.IntegrityError: A row is there already. The transaction is lost.
    """
    if not rows:
        return
    names = tuple(rows[0])
    documents = frozenset(name for name in names if isinstance(table.c[name].type, JSONB))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(
                    [
                        texts.of(value) if name in documents and value is not None else value
                        for name, value in row.items()
                    ]
                )
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise DatabaseUnreachable("connection") from error
