"""Differences that wait for a person: kept when two edits of the same thing meet, and shown as theirs is now."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from fieldtui.domain.merge import ANNULLED, FieldConflict
from fieldtui.store.outbox import Entry
from fieldtui.store.writing import dump, stamp
from fieldtui.wire.messages import RecordLine

if TYPE_CHECKING:
    from fieldtui.store.store import Store


def keep_conflict(store: Store, line: RecordLine, entry: Entry, conflict: FieldConflict) -> None:
    """Keep what both sides said, with who and when. Nothing of it is decided here."""
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO conflict (id, record_id, collection, scope, fields, base, mine, theirs, mine_at, theirs_at,"
            " theirs_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                store.ids.new(), line.id, line.collection, line.scope, dump(list(conflict.fields)),
                dump(conflict.base), dump(conflict.mine), dump(conflict.theirs), entry.recorded_at,
                line.recorded_at or line.received_at, line.author, stamp(store.clock.now()),
            ),
        )  # fmt: skip


def refresh_conflicts(connection: sqlite3.Connection, line: RecordLine) -> None:
    """An open conflict shows theirs as it is now, not as it was; where that is what mine says, nobody disagrees any more."""
    open_ones = connection.execute(
        "SELECT id, fields, mine, theirs FROM conflict WHERE record_id = ? AND resolved_at IS NULL", (line.id,)
    ).fetchall()
    now = {**line.body, ANNULLED: annulment_of(line)} if open_ones else {}
    for conflict_id, fields, mine, theirs in open_ones:
        names = json.loads(fields)
        current = {name: now[name] for name in names if now.get(name) is not None}
        if ANNULLED not in names and current == json.loads(mine):
            connection.execute(
                "UPDATE conflict SET theirs = ?, theirs_at = ?, theirs_by = ?, resolved_at = ?, resolution = ? WHERE id = ?",
                (
                    dump(current), line.recorded_at or line.received_at, line.author, line.received_at,
                    dump({"take": "same", "by": line.author}), conflict_id,
                ),
            )  # fmt: skip
            continue
        if current != json.loads(theirs):
            connection.execute(
                "UPDATE conflict SET theirs = ?, theirs_at = ?, theirs_by = ? WHERE id = ?",
                (dump(current), line.recorded_at or line.received_at, line.author, conflict_id),
            )


def annulment_of(line: RecordLine) -> dict[str, Any] | None:
    """The annulment a record came with, as it is stored."""
    return line.annulled.model_dump() if line.annulled else None
