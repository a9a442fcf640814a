"""A central system that does not know this device's cursor any more: everything is pulled again, and nothing is lost.

Two things bring it about. It only forgot where this device was: then what it sends holds. Or it was restored from a
backup and has lost what it once had. It then says up to which number its changes are those this device knows
(`kept_seq`), and what came with a higher number is lost there. What comes is held against what is here, and what is lost becomes a pending change once more, to be
merged like any other:

- A record that comes *as it once was* is put back by whoever has the newer one. That is its author's device first of
  all, but any other will do, because the author's may be gone. Who sends second changes nothing.
- A record that somebody has changed *since* the restore is merged with what is here, from the state before this
  consultant wrote: at worst a person decides what was decided once before, and nothing is dropped.
- A record that does not come at all is created again.

What only its author may write (notes, contacts) is left to the author; one that does not come stays readable here.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fieldtui.domain.records import COLLECTIONS, Merge, fields_of
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

    def begin(self, kept_seq: int | None) -> None:
        """Pull everything again; what has not come by the end of it is found by `finish`.

        Args:
            kept_seq: Highest change that the central system still has of those this device knows; `None` where it did
                not say that it lost any.
        """
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO unseen (record_id) SELECT id FROM record WHERE rev > 0")
            if self._store.meta(MetaKey.RESET_HEARD) is None:
                newest = connection.execute("SELECT max(received_at) FROM record WHERE rev > 0").fetchone()[0]
                self._store.set_meta(MetaKey.RESET_HEARD, newest or "")
            if kept_seq is not None:
                # A reset may be cut short and the central system restored again meanwhile: what either lost is lost.
                known = self._kept_seq()
                self._store.set_meta(MetaKey.KEPT_SEQ, str(kept_seq if known is None else min(kept_seq, known)))
                # It may lack a part of the access log as well; what it has already it leaves as it is.
                self._store.set_meta(MetaKey.LOG_SENT, None)
            self._store.set_meta(MetaKey.CURSOR, None)

    def under_way(self) -> bool:
        """Whether a reset has begun and its last page has not come."""
        return self._store.meta(MetaKey.RESET_HEARD) is not None

    def came(self, connection: sqlite3.Connection, record_id: str) -> bool:
        """Note that a record came; True where a reset is under way that it belongs to."""
        return connection.execute("DELETE FROM unseen WHERE record_id = ?", (record_id,)).rowcount > 0

    def revive(self, connection: sqlite3.Connection, line: RecordLine, row: Standing) -> Standing:
        """The record as it must be merged with what came: with what may be lost as a pending change, or as it was.

        A change that is pending already is based on what came, or on what was before this consultant wrote: what it was
        based on here may be lost there.
        """
        pending = bool(entries_for(connection, line.id))
        same = line.body == row.body and annulment_of(line) == row.annulled
        if same or not self._is_lost(line, row, pending=pending) or not (pending or self._may_send(row)):
            return row
        base: dict[str, Any] | None
        if self._is_old(line):
            base, base_annulled = line.body, annulment_of(line)
        else:
            base = self._before_mine(connection, line.id, row) if self._is_mine(row.author) or row.seq == 0 else None
            base_annulled = row.base_annulled if base is not None else None
        connection.execute(
            "UPDATE record SET base = ?, base_annulled = ? WHERE id = ?",
            (None if base is None else dump(base), None if base_annulled is None else dump(base_annulled), line.id),
        )
        if not pending:
            self._enqueue(connection, line.id, row, base_rev=line.rev)
        found = standing_of(connection, line.id)
        assert found is not None  # noqa: S101  it was just updated
        return found

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
                elif self._is_kept(row):
                    continue  # it is there, and not for this person any more
                else:
                    # Whoever creates it again begins its revisions anew.
                    connection.execute("UPDATE record SET rev = 0 WHERE id = ?", (record_id,))
                    mine = self._is_mine(row.author) or (row.scope in visible and self._may_send(row))
                    if mine and row.annulled is None:
                        self._enqueue(connection, record_id, row, base_rev=0)
                        sent_again += 1
            connection.execute("DELETE FROM unseen")
            self._store.set_meta(MetaKey.RESET_HEARD, None)
            self._store.set_meta(MetaKey.KEPT_SEQ, None)
        return sent_again

    # --- what is whose ------------------------------------------------------------------------

    def _kept_seq(self) -> int | None:
        text = self._store.meta(MetaKey.KEPT_SEQ)
        return None if text is None else int(text)

    def _is_old(self, line: RecordLine) -> bool:
        """True where it is from before the restore; else by when it came: not newer than the newest heard of here."""
        kept = self._kept_seq()
        if kept is not None:
            return line.seq <= kept
        heard = self._store.meta(MetaKey.RESET_HEARD)
        return bool(heard) and datetime.fromisoformat(line.received_at) <= datetime.fromisoformat(str(heard))

    def _is_kept(self, row: Standing) -> bool:
        """True where the central system said that it has what is here."""
        kept = self._kept_seq()
        return kept is not None and 0 < row.seq <= kept

    def _is_lost(self, line: RecordLine, row: Standing, *, pending: bool) -> bool:
        """True where the central system has lost, or may have lost, what is here."""
        kept = self._kept_seq()
        if kept is None:
            # It says of no loss; what it has at a lower revision it has lost all the same.
            return line.rev < row.rev
        if row.seq > 0:
            return row.seq > kept
        return line.rev < row.rev if self._is_old(line) else pending or self._is_mine(row.author)

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

        Where something came between two of them, what it left of the older ones is taken out as well: it is no less
        this device's own, and may be lost.

        `None` where it cannot be told, or where an edit was taken back on the way: against so old a beginning, taking it
        back would look like nothing, and be dropped.
        """
        found: dict[str, Any] | None = None
        reached = row.body
        touched: set[str] = set()
        together = True
        for before, after in connection.execute(
            "SELECT before, after FROM history WHERE record_id = ? ORDER BY seq DESC", (record_id,)
        ):
            wrote = json.loads(after).get("body")
            together = together and wrote == reached
            if not together and found is None:
                break
            had = json.loads(before).get("body") if before else None
            if had is None or wrote is None:
                found = found or reached
                break
            changed = {name for name in had.keys() | wrote.keys() if had.get(name) != wrote.get(name)}
            found = had if together else _without(row.collection, reached, had, wrote, changed)
            touched |= {name for name in changed if found.get(name) != reached.get(name)}
            reached = found
        if found is not None and any(found.get(name) == row.body.get(name) for name in touched):
            return None
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


def _without(
    collection: str, body: dict[str, Any], had: dict[str, Any], wrote: dict[str, Any], changed: set[str]
) -> dict[str, Any]:
    """A body without what is in it of one edit: each field that still holds what was written, each element of a set."""
    rest = dict(body)
    infos = fields_of(COLLECTIONS[collection])
    for name in changed:
        old, new, now = had.get(name), wrote.get(name), body.get(name)
        if name in infos and infos[name].merge is Merge.SET:
            kept = [each for each in now or () if each in (old or ()) or each not in (new or ())]
            rest[name] = kept + [each for each in old or () if each not in (new or ()) and each not in kept]
        elif now == new and old is not None:
            rest[name] = old
        elif now == new:
            rest.pop(name, None)
    return rest
