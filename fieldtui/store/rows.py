"""Rows of the table `record` as values, parsed once for as long as they stay the same."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import ValidationError

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.log import event
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.mainday import main_day
from fieldtui.domain.records import COLLECTIONS, Record

SELECT: Final = """
    SELECT r.id, r.collection, r.rev, r.body, r.annulled, r.author, r.recorded_at, r.received_at,
        (SELECT o.state FROM outbox o WHERE o.record_id = r.id ORDER BY o.state = 'waiting', o.seq DESC LIMIT 1),
        EXISTS (SELECT 1 FROM conflict c WHERE c.record_id = r.id AND c.resolved_at IS NULL)
    FROM record r
"""
"""Everything of a record with where it stands; conditions and order go behind it."""

__all__ = ["SELECT", "Parser", "Row", "main_day", "parse_body", "scope_states"]

Row = tuple[Any, ...]

_STATES: Final = {"waiting": SyncState.PENDING, "rejected": SyncState.REJECTED, "parked": SyncState.PARKED}


_WORST: Final = (SyncState.CONFLICT, SyncState.REJECTED, SyncState.PARKED, SyncState.PENDING)


def scope_states(connection: sqlite3.Connection) -> dict[str, SyncState]:
    """By scope, how the worst of its records stands; annulled ones count, scopes that are wholly synced are missing."""
    found: dict[str, set[SyncState]] = {}
    for scope, state in connection.execute("SELECT DISTINCT scope, state FROM outbox"):
        found.setdefault(scope, set()).add(_STATES[state])
    for (scope,) in connection.execute("SELECT DISTINCT scope FROM conflict WHERE resolved_at IS NULL"):
        found.setdefault(scope, set()).add(SyncState.CONFLICT)
    return {scope: min(states, key=_WORST.index) for scope, states in found.items()}


def parse_body(collection: str, body: dict[str, Any]) -> Record | None:
    """A stored body as a record.

    What a newer central system may have put in a field that this version cannot read does not hide the
    record: an unknown word stays as it is, anything else shows as empty. The stored body keeps it all.

    Returns:
        `None` where the collection is unknown, or a field without which the record means nothing is unreadable.
    """
    model = COLLECTIONS.get(collection)
    if model is None:
        return None
    try:
        return model.model_validate(body)
    except ValidationError as error:
        broken = {str(place[0]) for place in (problem["loc"] for problem in error.errors(include_input=False)) if place}
    readable = {name: value for name, value in body.items() if name not in broken}
    words = {
        name: body[name] for name in broken if name in body and isinstance(body[name], str) and _is_word(model, name)
    }
    try:
        stand_in = {name: get_args(_bare(model, name))[0] for name in words}
        return model.model_validate({**readable, **stand_in}).model_copy(update=words)
    except ValidationError:
        event("store.unreadable_record", collection=collection, fields=len(broken))
        return None


def _bare(model: type[Record], name: str) -> Any:
    info = model.model_fields.get(name)
    annotation = None if info is None else info.annotation
    if get_origin(annotation) is Literal:
        return annotation
    return next((each for each in get_args(annotation) if get_origin(each) is Literal), None)


def _is_word(model: type[Record], name: str) -> bool:
    return _bare(model, name) is not None


class Parser:
    """Turns rows into values, and remembers them: an unchanged row gives the same value again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Row, Stored[Record] | None]] = {}

    def __call__(self, row: Row) -> Stored[Record] | None:
        """The row's record in its envelope; `None` where this version cannot read it."""
        known = self._known.get(row[0])
        if known is not None and known[0] == row:
            return known[1]
        parsed = self._parse(row)
        self._known[row[0]] = (row, parsed)
        return parsed

    @staticmethod
    def _parse(row: Row) -> Stored[Record] | None:
        record_id, collection, rev, body, annulled, author, recorded_at, received_at, outbox, conflict = row
        record = parse_body(collection, json.loads(body))
        if record is None:
            return None
        waiting = _STATES[outbox] if outbox else SyncState.SYNCED
        annulment = json.loads(annulled) if annulled else None
        return Stored(
            id=record_id,
            record=record,
            rev=rev,
            sync_state=SyncState.CONFLICT if conflict else waiting,
            annulled_at=_instant(annulment["at"]) if annulment else None,
            annulled_reason=annulment["reason"] if annulment else None,
            author=author,
            recorded_at=_instant(recorded_at),
            received_at=_instant(received_at),
        )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(COPENHAGEN) if text else None
