"""Records that are new on this device, written together: most of a first sync is nothing else.

One at a time each of them would be looked for, written and indexed by statements of its own; together they are one
question, one insertion into the table and one into the search index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from fieldtui.domain.records import Record
from fieldtui.store.rows import main_day, parse_body
from fieldtui.store.searching import index_new
from fieldtui.store.writing import dump
from fieldtui.wire.messages import RecordLine

_INSERT = (
    "INSERT INTO record (no, id, collection, scope, rev, seq, body, annulled, author, recorded_at, received_at, day)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def known_ids(connection: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """Which of these records are here already."""
    rows = connection.execute("SELECT id FROM record WHERE id IN (SELECT value FROM json_each(?))", (dump(list(ids)),))
    return {row[0] for row in rows}


class Arrivals:
    """Collects the new records of a page. `write` puts them into the tables; the index comes last, with `index`.

    Between other statements FTS5 writes out its words each time, which makes a record ten times as dear.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Prepare.

        Args:
            connection: In a transaction that lasts until `index`.
        """
        self._connection = connection
        self._lines: dict[str, RecordLine] = {}
        self._to_index: list[tuple[int, Record]] = []

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._lines

    def add(self, line: RecordLine) -> None:
        """Take a record that is neither in the table nor among those that wait here."""
        self._lines[line.id] = line

    def write(self) -> None:
        """Put what was collected into the table."""
        if not self._lines:
            return
        (last,) = self._connection.execute("SELECT coalesce(max(no), 0) FROM record").fetchone()
        rows = []
        for no, line in enumerate(self._lines.values(), last + 1):
            record = parse_body(line.collection, line.body)
            day = main_day(record) if record is not None else None
            annulled = dump(line.annulled.model_dump()) if line.annulled else None
            rows.append(
                (
                    no, line.id, line.collection, line.scope, line.rev, line.seq, dump(line.body), annulled,
                    line.author, line.recorded_at, line.received_at, day.isoformat() if day else None,
                )
            )  # fmt: skip
            if record is not None and annulled is None:
                self._to_index.append((no, record))
        self._connection.executemany(_INSERT, rows)
        self._lines.clear()

    def index(self, key: bytes) -> None:
        """Put what was written into the search index.

        Args:
            key: Of the index's CPR words.
        """
        index_new(self._connection, self._to_index, key)
        self._to_index.clear()
