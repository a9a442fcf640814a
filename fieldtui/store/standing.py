"""A record as it lies in the table `record`, for merging what comes onto it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """A record's row, its JSON read."""

    no: int
    collection: str
    scope: str
    rev: int
    seq: int
    """The central system's number of that revision; 0 where it was never said."""
    body: dict[str, Any]
    base: dict[str, Any] | None
    annulled: dict[str, Any] | None
    base_annulled: dict[str, Any] | None
    author: str | None
    recorded_at: str | None


def standing_of(connection: sqlite3.Connection, record_id: str) -> Standing | None:
    """The record's row; `None` where there is none."""
    found = connection.execute(
        "SELECT no, collection, scope, rev, seq, body, base, annulled, base_annulled, author, recorded_at"
        " FROM record WHERE id = ?",
        (record_id,),
    ).fetchone()
    if found is None:
        return None
    no, collection, scope, rev, seq, body, base, annulled, base_annulled, author, recorded_at = found
    return Standing(
        no, collection, scope, rev, seq, json.loads(body), _load(base), _load(annulled), _load(base_annulled),
        author, recorded_at,
    )  # fmt: skip


def _load(text: str | None) -> dict[str, Any] | None:
    loaded: dict[str, Any] | None = json.loads(text) if text else None
    return loaded
