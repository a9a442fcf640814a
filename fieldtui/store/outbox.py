"""What the central system has not accepted yet: read, marked as sent, and answered."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fieldtui.store.writing import dump, stamp
from fieldtui.wire.messages import Accepted, Parked, Rejected

if TYPE_CHECKING:
    from fieldtui.store.store import Store

_COLUMNS: Final = (
    "seq, op_id, record_id, collection, scope, base_rev, kind, body, recorded_at, clock_offset_ms, state, reason, field,"
    " hold_until, in_flight"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM outbox"  # noqa: S608  constant text


@dataclass(frozen=True, slots=True)
class Entry:
    """One change on its way."""

    seq: int
    """Order in which changes were made on this device."""
    op_id: str
    record_id: str
    collection: str
    scope: str
    base_rev: int
    """Revision the change was made on; 0 creates."""
    kind: str
    """`put` or `annul`."""
    body: dict[str, Any]
    """The record's body, or `{"reason": …}`."""
    recorded_at: str
    clock_offset_ms: int
    state: str
    """`waiting`, `rejected` or `parked`."""
    reason: str | None
    field: str | None
    hold_until: str | None
    """ISO 8601, UTC, by this machine's clock; automatic sync lets the entry rest until then."""
    in_flight: bool
    """True where it was sent and no answer has come."""


def entry_of(row: tuple[Any, ...]) -> Entry:
    """A row of the table as a value."""
    seq, op_id, record_id, collection, scope, base_rev, kind, body, recorded_at, offset = row[:10]
    state, reason, field, hold_until, in_flight = row[10:]
    return Entry(
        seq=seq,
        op_id=op_id,
        record_id=record_id,
        collection=collection,
        scope=scope,
        base_rev=base_rev,
        kind=kind,
        body=json.loads(body),
        recorded_at=recorded_at,
        clock_offset_ms=offset,
        state=state,
        reason=reason,
        field=field,
        hold_until=hold_until,
        in_flight=bool(in_flight),
    )


def entries_for(connection: sqlite3.Connection, record_id: str) -> list[Entry]:
    """The entries of one record that are not parked, oldest first.

    There are two only where a record was changed while an earlier change of it was on its way.
    """
    rows = connection.execute(f"{_SELECT} WHERE record_id = ? AND state <> 'parked' ORDER BY seq", (record_id,))
    return [entry_of(row) for row in rows]


class Outbox:
    """The outbox of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, *states: str) -> tuple[Entry, ...]:
        """Entries in the order they were made; only those in one of the states, if any is given."""
        wanted = f" WHERE state IN ({', '.join('?' * len(states))})" if states else ""
        with self._store.reading() as connection:
            return tuple(entry_of(row) for row in connection.execute(f"{_SELECT}{wanted} ORDER BY seq", states))

    def unanswered(self) -> tuple[Entry, ...]:
        """Entries that were sent and have no answer yet, in the order they were made."""
        with self._store.reading() as connection:
            rows = connection.execute(f"{_SELECT} WHERE state = 'waiting' AND in_flight <> 0 ORDER BY seq")
            return tuple(entry_of(row) for row in rows)

    def waiting(self) -> int:
        """How many entries wait."""
        with self._store.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()[0])

    def sendable(self, *, manual: bool) -> tuple[Entry, ...]:
        """What may be sent now: everything that waits, without what rests unless a person asked for the sync."""
        now = stamp(self._store.clock.now())
        return tuple(
            entry
            for entry in self.all("waiting")
            if manual or entry.in_flight or entry.hold_until is None or entry.hold_until <= now
        )

    def mark_in_flight(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Remember, before they are sent, that these may reach the central system.

        Returns:
            Those that may be sent: what was edited or taken back since it was read is no longer there.
        """
        given = tuple(entries)
        if not given:
            return ()
        these = (dump([entry.op_id for entry in given]),)
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE outbox SET in_flight = 1 WHERE state = 'waiting' AND op_id IN (SELECT value FROM json_each(?))",
                these,
            )
            marked = connection.execute("SELECT op_id FROM outbox WHERE state = 'waiting' AND in_flight <> 0")
            still = {row[0] for row in marked}
        return tuple(entry for entry in given if entry.op_id in still)

    def accept_all(self, answered: Iterable[tuple[Entry, Accepted]]) -> int:
        """As `accept` for each, of different records; together, because a day's work is answered in one go.

        Returns:
            How many there were.
        """
        pairs = tuple(answered)
        if not pairs:
            return 0
        these = (dump([sent.record_id for sent, _result in pairs]),)
        with self._store.transaction() as connection:
            connection.executemany("DELETE FROM outbox WHERE op_id = ?", [(sent.op_id,) for sent, _result in pairs])
            rows = connection.execute(
                "SELECT DISTINCT record_id FROM outbox WHERE state <> 'parked' AND record_id IN"
                " (SELECT value FROM json_each(?))",
                these,
            )
            edited_since = {row[0] for row in rows}
            connection.executemany(
                "UPDATE record SET rev = ?, seq = ?, base = NULL, base_annulled = NULL WHERE id = ?",
                [
                    (result.rev, result.seq, sent.record_id)
                    for sent, result in pairs
                    if sent.record_id not in edited_since
                ],
            )
            for sent, result in pairs:
                if sent.record_id in edited_since:
                    self.accept(sent, result)
        return len(pairs)

    def accept(self, sent: Entry, result: Accepted) -> None:
        """A change is on the server; what was edited meanwhile now stands on top of it."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM outbox WHERE op_id = ?", (sent.op_id,))
            connection.execute(
                "UPDATE record SET rev = ?, seq = ? WHERE id = ?", (result.rev, result.seq, sent.record_id)
            )
            later = entries_for(connection, sent.record_id)
            if not later:
                connection.execute(
                    "UPDATE record SET base = NULL, base_annulled = NULL WHERE id = ?", (sent.record_id,)
                )
                return
            if sent.kind == "put":
                connection.execute(
                    "UPDATE record SET base = ?, base_annulled = NULL WHERE id = ?",
                    (dump(sent.body), sent.record_id),
                )
            else:
                annulment = {"reason": sent.body["reason"], "at": sent.recorded_at, "by": None}
                connection.execute(
                    "UPDATE record SET base_annulled = ? WHERE id = ?", (dump(annulment), sent.record_id)
                )
            connection.execute(
                "UPDATE outbox SET base_rev = ? WHERE record_id = ? AND state <> 'parked'",
                (result.rev, sent.record_id),
            )

    def reject(self, sent: Entry, result: Rejected) -> None:
        """A change was refused; it stays, with the reason. One that was edited meanwhile goes on with the later edit."""
        with self._store.transaction() as connection:
            later = [entry for entry in entries_for(connection, sent.record_id) if entry.seq > sent.seq]
            if not later:
                connection.execute(
                    "UPDATE outbox SET state = 'rejected', reason = ?, field = ?, in_flight = 0 WHERE op_id = ?",
                    (_technical(result), result.field, sent.op_id),
                )
                return
            # The later edit holds the whole record; it is judged on its own.
            connection.execute("DELETE FROM outbox WHERE op_id = ?", (sent.op_id,))
            if sent.base_rev == 0 and later[-1].kind == "annul":
                # What was never taken needs no annulment at the central system.
                connection.execute("DELETE FROM outbox WHERE seq = ?", (later[-1].seq,))

    def park(self, sent: Entry, result: Parked) -> None:
        """A change waits at the central system for the citizen's new consultant."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE outbox SET state = 'parked', reason = ?, in_flight = 0 WHERE op_id = ?",
                (result.reason[:200], sent.op_id),
            )

    def retry(self, entries: Sequence[Entry], new_id: Callable[[], str]) -> tuple[Entry, ...]:
        """Let refused changes wait to be sent once more.

        Under new op ids: under the old ones the central system would give the answer it remembers.

        Returns:
            As they wait now; one that was answered or edited meanwhile is not among them.
        """
        with self._store.transaction() as connection:
            for entry in entries:
                connection.execute(
                    "UPDATE outbox SET state = 'waiting', op_id = ?, reason = NULL, field = NULL, hold_until = NULL,"
                    " in_flight = 0 WHERE seq = ? AND op_id = ? AND state = 'rejected'",
                    (new_id(), entry.seq, entry.op_id),
                )
            seqs = {entry.seq for entry in entries}
            return tuple(entry for entry in self.all("waiting") if entry.seq in seqs)

    def came_too_late(self, sent: Entry) -> None:
        """A `stale` answer: the op changed nothing, so nothing is on its way any more."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE outbox SET in_flight = 0 WHERE op_id = ?", (sent.op_id,))


def _technical(result: Rejected) -> str:
    """Type and detail, as the outbox keeps them: `validation:missing`."""
    name = result.type.rpartition(":")[2]
    return f"{name}:{result.detail}"[:200] if result.detail else name[:200]
