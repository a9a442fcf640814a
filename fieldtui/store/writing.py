"""The one door for change: record, outbox, history, access log and search, all or nothing.

Must run inside one transaction. What a change means for the outbox:

* A record has at most one entry that was not sent yet. A later edit replaces its body and gets a new `op_id` with the
  same `base_rev`.
* An entry that is on its way, and may have arrived, keeps its place: an edit made meanwhile is a second entry behind it,
  and is sent once the first is answered. Otherwise the answer's loss would set a person's own two edits against each other.
* An edit that brings a record back to what the central system holds, before anything was sent, takes the
  entry away again. So does annulling what was never sent: the central system never hears of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fieldtui.base.errors import NotFound
from fieldtui.domain.records import scope_of
from fieldtui.store import searching
from fieldtui.store.changes import Annul, Change, Kind, Put
from fieldtui.store.rows import main_day, parse_body


def dump(value: object) -> str:
    """JSON as it is stored."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def stamp(at: datetime) -> str:
    """An instant as it is stored: ISO 8601, UTC, with seconds."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class _Row:
    """A record's row, as far as a change needs it."""

    no: int
    collection: str
    rev: int
    body: dict[str, Any]
    base: str | None
    annulled: str | None
    base_annulled: str | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """The newest outbox entry of a record."""

    seq: int
    base_rev: int
    sent: bool
    """True where it, or the one before it, may have reached the central system."""
    in_flight: bool


@dataclass(frozen=True, slots=True)
class Command:
    """One act of a person: what all its changes have in common."""

    command_id: str
    kind: Kind
    label: str
    actor: str
    at: datetime
    clock_offset_ms: int
    undid: str | None = None
    """The command that an undoing or a redoing is about."""

    @property
    def recorded_at(self) -> str:
        """Device time plus the known offset to the central system's."""
        return stamp(self.at + timedelta(milliseconds=self.clock_offset_ms))


class Writer:
    """Carries out the changes of one command on a connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        command: Command,
        *,
        search_key: bytes,
        new_id: Callable[[], str],
        log: Callable[[str, str, str], None],
    ) -> None:
        """Take what every change needs.

        Args:
            connection: In a transaction.
            command: The act.
            search_key: Key of the index's CPR words.
            new_id: Gives op ids.
            log: Writes an access-log entry: action, subject, detail.
        """
        self._connection = connection
        self._command = command
        self._search_key = search_key
        self._new_id = new_id
        self._log = log

    def apply(self, change: Change) -> bool:
        """Carry out one change.

        Returns:
            False where the record already was as asked; nothing was written then.

        Raises:
            NotFound: An annulment of a record that is not there.
        """
        return self._put(change) if isinstance(change, Put) else self._annul(change)

    def _put(self, change: Put) -> bool:
        record, body = change.record, change.record.body()
        row = self._row(change.id)
        if row is not None and row.body == body and row.annulled is None:
            return False
        before = None if row is None else {"body": row.body, "annulled": _loads(row.annulled)}
        scope = scope_of(record, change.id)
        day = main_day(record)
        values = (dump(body), scope, day.isoformat() if day else None, self._command.actor, self._command.recorded_at)
        if row is None:
            cursor = self._connection.execute(
                "INSERT INTO record (body, scope, day, author, recorded_at, id, collection) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*values, change.id, record.collection),
            )
            no = int(cursor.lastrowid or 0)
        else:
            self._connection.execute(
                "UPDATE record SET body = ?, scope = ?, day = ?, author = ?, recorded_at = ?, annulled = NULL WHERE no = ?",
                (*values, row.no),
            )
            no = row.no
        searching.index(self._connection, no, record, self._search_key)
        hold = self._command.at + timedelta(seconds=change.hold_seconds) if change.hold_seconds else None
        self._send(change.id, record.collection, scope, row, kind="put", body=body, hold=hold)
        self._remember(change.id, record.collection, scope, before, {"body": body, "annulled": None})
        self._log("put", _subject(scope, change.id), f"{record.collection}:{change.id}")
        return True

    def _annul(self, change: Annul) -> bool:
        row = self._row(change.id)
        if row is None:
            raise NotFound(change.id)
        if row.annulled is not None:
            return False
        record = parse_body(row.collection, row.body)
        scope = self._scope(change.id) if record is None else scope_of(record, change.id)
        annulment = {"reason": change.reason, "at": self._command.recorded_at, "by": self._command.actor}
        self._connection.execute("UPDATE record SET annulled = ? WHERE no = ?", (dump(annulment), row.no))
        searching.unindex(self._connection, row.no)
        self._send(change.id, row.collection, scope, row, kind="annul", body={"reason": change.reason}, hold=None)
        after = {"body": row.body, "annulled": annulment}
        self._remember(change.id, row.collection, scope, {"body": row.body, "annulled": None}, after)
        self._log("annul", _subject(scope, change.id), f"{row.collection}:{change.id}")
        return True

    # --- outbox -------------------------------------------------------------------------------

    def _send(
        self,
        record_id: str,
        collection: str,
        scope: str,
        row: _Row | None,
        *,
        kind: str,
        body: dict[str, Any],
        hold: datetime | None,
    ) -> None:
        """Make the outbox say what the record now is."""
        entry = self._entry(record_id)
        if row is not None and row.rev > 0 and row.base is None:
            self._connection.execute(
                "UPDATE record SET base = ?, base_annulled = ? WHERE no = ?", (dump(row.body), row.annulled, row.no)
            )
        elif row is not None and entry is not None and not entry.sent and self._back_to_base(row, kind, body):
            self._forget(row, entry)
            return
        if entry is None:
            self._insert(record_id, collection, scope, row.rev if row else 0, kind, body, hold)
            return
        if not entry.in_flight:
            self._connection.execute("DELETE FROM outbox WHERE seq = ?", (entry.seq,))
        self._insert(record_id, collection, scope, entry.base_rev, kind, body, hold)

    def _back_to_base(self, row: _Row, kind: str, body: dict[str, Any]) -> bool:
        if row.rev == 0:
            return kind == "annul"
        # As values: the central system may write a body's fields in another order than the model does.
        if kind == "annul":
            return row.base_annulled is not None and _loads(row.base) == row.body
        return row.base_annulled is None and _loads(row.base) == body

    def _forget(self, row: _Row, entry: _Entry) -> None:
        self._connection.execute("DELETE FROM outbox WHERE seq = ?", (entry.seq,))
        self._connection.execute("UPDATE record SET base = NULL, base_annulled = NULL WHERE no = ?", (row.no,))

    def _insert(
        self,
        record_id: str,
        collection: str,
        scope: str,
        base_rev: int,
        kind: str,
        body: dict[str, Any],
        hold: datetime | None,
    ) -> None:
        self._connection.execute(
            "INSERT INTO outbox (op_id, record_id, collection, scope, base_rev, kind, body, recorded_at, clock_offset_ms,"
            " hold_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._new_id(), record_id, collection, scope, base_rev, kind, dump(body), self._command.recorded_at,
                self._command.clock_offset_ms, stamp(hold) if hold else None,
            ),
        )  # fmt: skip

    # --- rows ---------------------------------------------------------------------------------

    def _row(self, record_id: str) -> _Row | None:
        found = self._connection.execute(
            "SELECT no, collection, rev, body, base, annulled, base_annulled FROM record WHERE id = ?", (record_id,)
        ).fetchone()
        if found is None:
            return None
        no, collection, rev, body, base, annulled, base_annulled = found
        return _Row(no, collection, rev, json.loads(body), base, annulled, base_annulled)

    def _scope(self, record_id: str) -> str:
        return str(self._connection.execute("SELECT scope FROM record WHERE id = ?", (record_id,)).fetchone()[0])

    def _entry(self, record_id: str) -> _Entry | None:
        found = self._connection.execute(
            "SELECT seq, base_rev, in_flight, state FROM outbox WHERE record_id = ? ORDER BY seq DESC", (record_id,)
        ).fetchall()
        if not found:
            return None
        seq, base_rev, in_flight, state = found[0]
        sent = bool(in_flight or state == "parked" or len(found) > 1)
        return _Entry(seq, base_rev, sent, bool(in_flight))

    def _remember(
        self, record_id: str, collection: str, scope: str, before: dict[str, Any] | None, after: dict[str, Any]
    ) -> None:
        command = self._command
        self._connection.execute(
            "INSERT INTO history (command_id, kind, record_id, collection, scope, before, after, at, actor, label, undid)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                command.command_id, command.kind, record_id, collection, scope, dump(before) if before else None, dump(after),
                stamp(command.at), command.actor, command.label, command.undid,
            ),
        )  # fmt: skip


def _loads(text: str | None) -> Any:
    return json.loads(text) if text else None


def _subject(scope: str, record_id: str) -> str:
    """Whom a log entry is about: the citizen, else the record itself."""
    return scope.removeprefix("citizen:") if scope.startswith("citizen:") else record_id
