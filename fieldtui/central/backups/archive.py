"""What lies in a backup: the tables as PostgreSQL copies them out, under a line that says which they are.

The first line is JSON: format, schema revision, time, and each table with its columns. Then, table by table, blocks of
`COPY … TO` in text format, each after its length in four bytes, a length of zero after the last; at the end a line of JSON
with the number of rows of each table. COPY's text format is the same in every supported PostgreSQL, so a backup can be
restored into a newer server, and no program but fieldtui is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from fieldtui.base.errors import BackupDamaged
from fieldtui.central.schema import METADATA

FORMAT: Final = 1
_LONGEST_LINE: Final = 1_048_576
_LARGEST_BLOCK: Final = 1 << 30


class Sink(Protocol):
    """What an archive is written to."""

    def write(self, data: bytes, /) -> int:
        """Take all of it."""
        ...


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive says it holds."""

    revision: str
    """Schema revision that its columns are of."""
    made_at: str
    """ISO 8601: the moment it shows."""
    made_by: str
    """Version of fieldtui."""
    tables: tuple[tuple[str, tuple[str, ...]], ...]
    """Names and columns, in an order that references allow."""


def write_archive(connection: Connection, out: Sink, *, made_at: str, made_by: str) -> dict[str, int]:
    """Copy every table out; rows by table. The connection's transaction must see one moment (REPEATABLE READ)."""
    raw = _psycopg(connection)
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    tables = [(table.name, tuple(column.name for column in table.columns)) for table in METADATA.sorted_tables]
    head = {"format": FORMAT, "revision": revision, "made_at": made_at, "made_by": made_by, "tables": tables}
    out.write(json.dumps(head).encode() + b"\n")
    rows = {}
    for name, columns in tables:
        with raw.cursor().copy(_statement("COPY {table} ({columns}) TO STDOUT", name, columns)) as copying:
            count = 0
            for part in copying:
                block = bytes(part)
                count += block.count(b"\n")
                out.write(len(block).to_bytes(4, "big") + block)
        out.write(bytes(4))
        rows[name] = count
    out.write(json.dumps({"rows": rows}).encode() + b"\n")
    return rows


class ArchiveReader:
    """An archive that is read from its beginning to its end, once."""

    def __init__(self, plain: Iterator[bytes]) -> None:
        self._plain = plain
        self._buffer = bytearray()
        try:
            head = json.loads(self._line())
            if head["format"] != FORMAT:
                raise BackupDamaged
            tables = tuple((str(name), tuple(str(each) for each in columns)) for name, columns in head["tables"])
            self.contents: Final = Contents(str(head["revision"]), str(head["made_at"]), str(head["made_by"]), tables)
        except (ValueError, KeyError, TypeError):
            raise BackupDamaged from None

    def copy_into(self, connection: Connection) -> dict[str, int]:
        """Copy every table in; rows by table.

        Raises:
            BackupDamaged: It does not hold what it says it holds.
        """
        raw = _psycopg(connection)
        known = {table.name for table in METADATA.sorted_tables}
        rows = {}
        for name, columns in self.contents.tables:
            if name not in known:
                raise BackupDamaged
            with raw.cursor() as cursor:
                with cursor.copy(_statement("COPY {table} ({columns}) FROM STDIN", name, columns)) as copying:
                    for block in self._blocks():
                        copying.write(block)
                rows[name] = cursor.rowcount
        try:
            told = json.loads(self._line())["rows"]
        except (ValueError, KeyError, TypeError):
            raise BackupDamaged from None
        if told != rows or self._buffer or next(self._plain, None) is not None:
            raise BackupDamaged
        return rows

    def _blocks(self) -> Iterator[bytes]:
        while size := int.from_bytes(self._take(4), "big"):
            if size > _LARGEST_BLOCK:
                raise BackupDamaged
            yield self._take(size)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _LONGEST_LINE:
                raise BackupDamaged
            self._more()
        return self._take(end + 1)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _more(self) -> None:
        piece = next(self._plain, None)
        if piece is None:
            raise BackupDamaged
        self._buffer += piece


def _statement(form: Any, name: str, columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(form).format(
        table=sql.Identifier(name), columns=sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    )


def _psycopg(connection: Connection) -> psycopg.Connection[Any]:
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)  # noqa: S101  the engine is made with this driver
    return raw
