"""What others changed in records that were here already, field by field: the part of a record's history a device sees."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from fieldtui.domain.merge import ANNULLED
from fieldtui.store.disagreements import annulment_of
from fieldtui.store.writing import dump
from fieldtui.wire.messages import RecordLine


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, each with what it was and what it is; `None` where it has no value."""
    names = sorted(before.keys() | after.keys())
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


def remember_arrival(
    connection: sqlite3.Connection,
    line: RecordLine,
    before: Mapping[str, Any],
    annulled_before: Mapping[str, Any] | None,
) -> None:
    """Keep what a record that came is other in than what the central system had when it was here last.

    Several revisions that came as one are one entry, with who made the last of them.

    Args:
        connection: In a transaction.
        line: As it came.
        before: The body as the central system had it, as far as this device knew.
        annulled_before: Its annulment then.
    """
    changes = differences(before, line.body)
    annulled = annulment_of(line)
    if annulled_before != annulled:
        changes[ANNULLED] = [annulled_before, annulled]
    if changes:
        connection.execute(
            "INSERT INTO arrived (record_id, scope, rev, author, at, changes) VALUES (?, ?, ?, ?, ?, ?)",
            (line.id, line.scope, line.rev, line.author, line.recorded_at or line.received_at, dump(changes)),
        )
