"""A central system that was restored from a backup and has lost what it once had.

It is told by a cursor it does not know. Everything is pulled again; what comes is held against what is here, and what the
restored system has lost becomes a pending change once more, to be merged like any other:

- A record that comes *as it once was* (older than all that was heard before, and with a lower revision) is put back by
  whoever has the newer one. That is its author's device first of all, but any other will do, because the author's may
  be gone. Who sends second changes nothing.
- A record that somebody has changed *since* the restore is merged with what this consultant had written, from the state
  before that: at worst a person decides what was decided once before, and nothing is dropped.
- A record that does not come at all is created again.

What only its author may write (notes, contacts) is left to the author, and stays readable here.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fieldtui.store.disagreements import annulment_of
from fieldtui.store.meta import MetaKey
from fieldtui.store.outbox import entries_for
from fieldtui.store.standing import Standing, standing_of
from fieldtui.store.writing import dump, stamp
from fieldtui.wire.messages import RecordLine

if TYPE_CHECKING:
    from fieldtui.store.store import Store

_ONLY_THEIR_AUTHORS: Final = frozenset({"note", "bridging_note", "employer_contact"})
"""Collections whose records no colleague may send (decisions 16)."""


class Resetting:
    """What one store does when the central system has forgotten its cursor."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self) -> None:
        """Pull everything again; what has not come by the end of it is found by `finish`."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO unseen (record_id) SELECT id FROM record WHERE rev > 0")
            if self._store.meta(MetaKey.RESET_HEARD) is None:
                newest = connection.execute("SELECT max(received_at) FROM record WHERE rev > 0").fetchone()[0]
                self._store.set_meta(MetaKey.RESET_HEARD, newest or "")
            self._store.set_meta(MetaKey.CURSOR, None)

    def came(self, connection: sqlite3.Connection, record_id: str) -> bool:
        """Note that a record came; True where a reset is under way that it belongs to."""
        return connection.execute("DELETE FROM unseen WHERE record_id = ?", (record_id,)).rowcount > 0

    def revive(self, connection: sqlite3.Connection, line: RecordLine, row: Standing) -> Standing:
        """The record as it must be merged with what came: with what may be lost as a pending change, or as it was.

        A change that is pending already is based on what came, or on what was before this consultant wrote: what it was
        based on here may be lost there.
        """
        if line.body == row.body and annulment_of(line) == row.annulled:
            return row
        pending = bool(entries_for(connection, line.id))
        if self._is_old(line) and line.rev < row.rev:
            if not pending and not self._may_send(row):
                return row
            base: dict[str, Any] | None = line.body
            base_annulled = annulment_of(line)
        elif not self._is_old(line) and (pending or self._is_mine(row.author)):
            base = self._before_mine(connection, line.id, row)
            base_annulled = row.base_annulled
            if base is None:
                return row
        else:
            return row
        connection.execute(
            "UPDATE record SET base = ?, base_annulled = ? WHERE id = ?",
            (dump(base), None if base_annulled is None else dump(base_annulled), line.id),
        )
        if not pending:
            self._enqueue(connection, line.id, row, base_rev=line.rev)
        found = standing_of(connection, line.id)
        assert found is not None  # noqa: S101  it was just updated
        return found

    def keeps(self, line: RecordLine, row: Standing) -> bool:
        """True where what came is older than what is here, and somebody else will send that: then it stays as it is."""
        return self._is_old(line) and line.rev < row.rev

    def finish(self) -> int:
        """After the last page: create again what the central system no longer has.

        Returns:
            How many records wait to be sent again.
        """
        sent_again = 0
        with self._store.transaction() as connection:
            lost = [row[0] for row in connection.execute("SELECT record_id FROM unseen ORDER BY record_id")]
            visible = {
                row[0]
                for row in connection.execute(
                    "SELECT DISTINCT scope FROM record WHERE rev > 0 AND id NOT IN (SELECT record_id FROM unseen)"
                )
            } | {"team"}
            for record_id in lost:
                row = standing_of(connection, record_id)
                entries = entries_for(connection, record_id)
                if row is None:
                    continue
                if entries:
                    connection.execute(
                        "UPDATE outbox SET base_rev = 0, op_id = ?, in_flight = 0 WHERE seq = ?",
                        (self._store.ids.new(), entries[-1].seq),
                    )
                    connection.execute(
                        "DELETE FROM outbox WHERE record_id = ? AND state <> 'parked' AND seq < ?",
                        (record_id, entries[-1].seq),
                    )
                    connection.execute("UPDATE record SET rev = 0, base = NULL WHERE id = ?", (record_id,))
                elif row.annulled is None and (
                    self._is_mine(row.author) or (row.scope in visible and self._may_send(row))
                ):
                    connection.execute("UPDATE record SET rev = 0 WHERE id = ?", (record_id,))
                    self._enqueue(connection, record_id, row, base_rev=0)
                    sent_again += 1
            connection.execute("DELETE FROM unseen")
            self._store.set_meta(MetaKey.RESET_HEARD, None)
        return sent_again

    # --- what is whose ------------------------------------------------------------------------

    def _is_old(self, line: RecordLine) -> bool:
        """True where it is from before the restore: not newer than the newest this device had heard of."""
        heard = self._store.meta(MetaKey.RESET_HEARD)
        return bool(heard) and datetime.fromisoformat(line.received_at) <= datetime.fromisoformat(str(heard))

    def _may_send(self, row: Standing) -> bool:
        if self._is_mine(row.author):
            return True
        return row.collection not in _ONLY_THEIR_AUTHORS and self._person().get("role") == "consultant"

    def _is_mine(self, author: str | None) -> bool:
        return bool(author) and self._person().get("id") == author

    def _person(self) -> dict[str, Any]:
        person: dict[str, Any] = json.loads(self._store.meta(MetaKey.CONSULTANT) or "{}")
        return person

    @staticmethod
    def _before_mine(connection: sqlite3.Connection, record_id: str, row: Standing) -> dict[str, Any] | None:
        """The body before the first of this device's own edits that led, one onto the other, to the body here.

        Too old a beginning makes a person look at something twice; too new a one would drop an edit.
        """
        found: dict[str, Any] | None = None
        reached = row.body
        for before, after in connection.execute(
            "SELECT before, after FROM history WHERE record_id = ? ORDER BY seq DESC", (record_id,)
        ):
            if json.loads(after).get("body") != reached:
                break
            found = json.loads(before).get("body") if before else reached
            if before is None or found is None:
                break
            reached = found
        return found

    def _enqueue(self, connection: sqlite3.Connection, record_id: str, row: Standing, *, base_rev: int) -> None:
        annul = row.annulled is not None and base_rev > 0
        body = {"reason": row.annulled["reason"]} if annul and row.annulled else row.body
        connection.execute(
            "INSERT INTO outbox (op_id, record_id, collection, scope, base_rev, kind, body, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._store.ids.new(), record_id, row.collection, row.scope, base_rev, "annul" if annul else "put",
                dump(body), row.recorded_at or stamp(self._store.clock.now()),
            ),
        )  # fmt: skip
