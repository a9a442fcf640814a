"""What came from the central system, applied: a page in one transaction with its cursor.

A record without a pending change is replaced. One with a pending change is merged (`domain.merge`): the record
shows the result, `base` becomes what came, the pending change stands on top of it, and where both sides changed the
same thing differently a conflict is kept for a person. Nothing of mine is dropped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fieldtui.base.errors import ServerFault
from fieldtui.domain.merge import FieldConflict, merge, merge_annulment
from fieldtui.domain.records import COLLECTIONS, Record
from fieldtui.store.arrivals import Arrivals, known_ids
from fieldtui.store.arrived import remember_arrival
from fieldtui.store.desk import replace_desk
from fieldtui.store.disagreements import annulment_of, keep_conflict, refresh_conflicts
from fieldtui.store.meta import MetaKey
from fieldtui.store.outbox import Entry, entries_for
from fieldtui.store.resetting import Resetting
from fieldtui.store.rows import main_day, parse_body
from fieldtui.store.rulesets import remember_told
from fieldtui.store.searching import index_again
from fieldtui.store.standing import Standing, standing_of
from fieldtui.store.writing import dump
from fieldtui.wire.messages import JoinLine, LeaveLine, PageStart, RecordLine

if TYPE_CHECKING:
    from fieldtui.store.store import Store

MY_BODY = ""
"""In a conflict about an annulment: my whole body, under a name that no field has."""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page, as it was received."""

    start: PageStart
    lines: tuple[RecordLine | JoinLine | LeaveLine, ...]
    next: str
    more: bool


@dataclass(slots=True)
class Applied:
    """What a page, or several, did here."""

    records: int = 0
    """Records that are other than they were."""
    merged: int = 0
    """Records where a pending change met one from elsewhere and both hold."""
    conflicts: int = 0

    def add(self, other: Applied) -> None:
        """Count another page's."""
        self.records += other.records
        self.merged += other.merged
        self.conflicts += other.conflicts


class Inbox:
    """Applies what comes to one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.resetting = Resetting(store)
        """For a central system that no longer knows the cursor."""
        self._search_key = store.vault.audit_key
        self._to_index: dict[int, Record | None] = {}
        """By number, what the search index must learn. Done in one go: between other statements FTS5 writes out its
        words each time, which makes a record ten times as dear."""

    def apply_page(self, page: Page, *, cursor: str | None) -> Applied:
        """Apply a page with its cursor: all of it or nothing.

        A page without news writes nothing.

        Args:
            page: What came.
            cursor: The cursor it was asked with.

        Raises:
            ServerFault: A record's id is another record's here.
        """
        done = Applied()
        start = page.start
        told = (start.people, start.assignments, start.desk)
        if not page.lines and page.next == cursor and told == (None, None, None):
            return done
        with self._store.transaction() as connection:
            self._to_index.clear()  # what a rolled-back page left
            self._staff(connection, start)
            arrivals = Arrivals(connection)
            known = known_ids(connection, (line.id for line in page.lines if isinstance(line, RecordLine)))
            for line in page.lines:
                if isinstance(line, RecordLine) and line.id not in known:
                    known.add(line.id)
                    arrivals.add(line)
                    done.records += 1
                elif isinstance(line, RecordLine):
                    if line.id in arrivals:
                        arrivals.write()
                    done.add(self._apply_record(connection, line))
                elif isinstance(line, JoinLine):
                    connection.execute("DELETE FROM leaving WHERE scope = ?", (line.scope,))
                else:
                    arrivals.write()
                    connection.execute(
                        "INSERT OR REPLACE INTO leaving (scope, reason, seq, why) SELECT ?1, ?2, ?3, ?4"
                        " WHERE EXISTS (SELECT 1 FROM record WHERE scope = ?1)",
                        (line.scope, line.reason, line.seq, line.why),
                    )
            arrivals.write()
            arrivals.index(self._search_key)
            self._index(connection)
            self._store.set_meta(MetaKey.CURSOR, page.next)
        return done

    def apply_record(self, line: RecordLine) -> Applied:
        """Apply one record as it stands at the central system.

        Raises:
            ServerFault: Its id is another record's here.
        """
        with self._store.transaction() as connection:
            self._to_index.clear()
            done = self._apply_record(connection, line)
            self._index(connection)
        return done

    def _apply_record(self, connection: sqlite3.Connection, line: RecordLine) -> Applied:
        row = standing_of(connection, line.id)
        if row is None:
            self._write(connection, None, line, line.body, annulment_of(line))
            return Applied(records=1)
        if (line.collection, line.scope) != (row.collection, row.scope):
            # Neither ever changes. Taking it in would turn one record into another, a local draft of it included.
            raise ServerFault("identity")
        reset = self.resetting.came(connection, line.id)
        if reset:
            row = self.resetting.revive(connection, line, row)
        entries = entries_for(connection, line.id)
        if entries:
            return self._onto_pending(connection, line, row, entries, reset=reset)
        if line.rev < row.rev and not reset:
            return Applied()
        changed = not _equal(line, row)
        if changed:
            remember_arrival(connection, line, row.body, row.annulled)
            self._write(connection, row, line, line.body, annulment_of(line))
        else:
            self._renew(connection, row, line)
        refresh_conflicts(connection, line)
        return Applied(records=1 if changed else 0)

    @staticmethod
    def _renew(connection: sqlite3.Connection, row: Standing, line: RecordLine) -> None:
        """The same values again, as when a device's own changes come back to it: only what stands around them is new."""
        connection.execute(
            "UPDATE record SET rev = ?, seq = ?, author = ?, recorded_at = ?, received_at = ?, base = NULL,"
            " base_annulled = NULL WHERE no = ?",
            (line.rev, line.seq, line.author, line.recorded_at, line.received_at, row.no),
        )

    def _index(self, connection: sqlite3.Connection) -> None:
        if self._to_index:
            index_again(connection, self._to_index, self._search_key)
            self._to_index.clear()

    # --- onto a pending change ----------------------------------------------------------------

    def _onto_pending(
        self, connection: sqlite3.Connection, line: RecordLine, row: Standing, entries: Sequence[Entry], *, reset: bool
    ) -> Applied:
        first, last = entries[0], entries[-1]
        if line.op_id == last.op_id:
            connection.execute("DELETE FROM outbox WHERE record_id = ? AND state <> 'parked'", (line.id,))
            self._write(connection, row, line, line.body, annulment_of(line))
            return Applied()
        base, base_annulled = row.base, row.base_annulled
        if line.op_id == first.op_id:
            # An older edit of our own arrived although its answer was lost: what is pending grew out of it.
            base, base_annulled = line.body, annulment_of(line)
        elif not reset and (line.rev < row.rev or (line.rev == row.rev and line.body == row.base)):
            return Applied()
        else:
            remember_arrival(connection, line, base or {}, base_annulled)
        connection.execute(
            "DELETE FROM outbox WHERE record_id = ? AND state <> 'parked' AND seq < ?", (line.id, last.seq)
        )
        return self._merge(connection, line, row, last, base, base_annulled)

    def _merge(
        self,
        connection: sqlite3.Connection,
        line: RecordLine,
        row: Standing,
        entry: Entry,
        base: dict[str, Any] | None,
        base_annulled: dict[str, Any] | None,
    ) -> Applied:
        model = COLLECTIONS[line.collection]
        theirs_annulled = annulment_of(line)
        annulled, conflict, annul_pending = theirs_annulled, None, False
        if base_annulled is not None and theirs_annulled is not None:
            # They left the annulment alone; whether mine lifts it is mine to say.
            annulled, annul_pending = row.annulled, row.annulled is None
        else:
            outcome = merge_annulment(
                model, base, row.body, line.body, mine_annulled=row.annulled, theirs_annulled=theirs_annulled
            )
            annulled, conflict, annul_pending = outcome.annulled, outcome.conflict, outcome.changed_from_theirs
        merged = merge(model, base, row.body, line.body)
        if conflict is not None:
            kept = FieldConflict(conflict.fields, conflict.base, {**conflict.mine, MY_BODY: row.body}, conflict.theirs)
            keep_conflict(self._store, line, entry, kept)
            self._settle(connection, row, line, entry, line.body, theirs_annulled, pending=False)
            return Applied(records=1, conflicts=1)
        for each in merged.conflicts:
            keep_conflict(self._store, line, entry, each)
        both_gone = annulled is not None and theirs_annulled is not None
        pending = (merged.changed_from_theirs or annul_pending) and not both_gone
        self._settle(connection, row, line, entry, line.body if both_gone else merged.body, annulled, pending=pending)
        return Applied(records=1, merged=0 if merged.conflicts else 1, conflicts=len(merged.conflicts))

    def _settle(
        self,
        connection: sqlite3.Connection,
        row: Standing,
        line: RecordLine,
        entry: Entry,
        body: dict[str, Any],
        annulled: dict[str, Any] | None,
        *,
        pending: bool,
    ) -> None:
        """Show the outcome, and put what is left to send on top of what came."""
        refresh_conflicts(connection, line)
        self._write(connection, row, line, body, annulled, pending=pending)
        if not pending:
            connection.execute("DELETE FROM outbox WHERE seq = ?", (entry.seq,))
            return
        kind = "annul" if annulled is not None else "put"
        sent = {"reason": annulled["reason"]} if annulled is not None else body
        connection.execute(
            "UPDATE outbox SET op_id = ?, base_rev = ?, kind = ?, body = ?, in_flight = 0 WHERE seq = ?",
            (self._store.ids.new(), line.rev, kind, dump(sent), entry.seq),
        )

    # --- rows ---------------------------------------------------------------------------------

    def _write(
        self,
        connection: sqlite3.Connection,
        row: Standing | None,
        line: RecordLine,
        body: dict[str, Any],
        annulled: dict[str, Any] | None,
        *,
        pending: bool = False,
    ) -> None:
        record = parse_body(line.collection, body)
        day = main_day(record) if record is not None else None
        values = {
            "id": line.id,
            "collection": line.collection,
            "scope": line.scope,
            "rev": line.rev,
            "seq": line.seq,
            "body": dump(body),
            "annulled": _dump(annulled),
            "base": dump(line.body) if pending else None,
            "base_annulled": _dump(annulment_of(line)) if pending else None,
            "author": line.author,
            "recorded_at": line.recorded_at,
            "received_at": line.received_at,
            "day": day.isoformat() if day else None,
        }
        # Not one upsert: with RETURNING it costs eight times as much here.
        if row is None:
            names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
            statement = f"INSERT INTO record ({names}) VALUES ({places})"  # noqa: S608  constant names
            no = int(connection.execute(statement, values).lastrowid or 0)
        else:
            no = row.no
            renewed = [name for name in values if not (pending and name in {"author", "recorded_at"})]
            settings = ", ".join(f"{name} = :{name}" for name in renewed)
            connection.execute(f"UPDATE record SET {settings} WHERE id = :id", values)  # noqa: S608  constant names
        self._to_index[no] = None if annulled is not None else record

    @staticmethod
    def _staff(connection: sqlite3.Connection, start: PageStart) -> None:
        if start.people is not None:
            connection.execute("DELETE FROM person")
            connection.executemany(
                "INSERT OR REPLACE INTO person (id, initials, name, role, unit) VALUES (?, ?, ?, ?, ?)",
                [(each.id, each.initials, each.name, each.role, each.unit) for each in start.people],
            )
        if start.assignments is not None:
            connection.execute("DELETE FROM assignment")
            connection.executemany(
                "INSERT INTO assignment (citizen_id, role, until, primary_id) VALUES (?, ?, ?, ?)",
                [(citizen, tie.role, tie.until, tie.primary) for citizen, tie in start.assignments.items()],
            )
            standing_in = {
                citizen: [[each.consultant, each.until] for each in tie.substitutes]
                for citizen, tie in start.assignments.items()
                if tie.substitutes
            }
            connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (MetaKey.SUBSTITUTES, dump(standing_in))
            )
        if start.desk is not None:
            replace_desk(connection, start.desk)
        if start.ruleset_versions:
            remember_told(connection, start.ruleset_versions)


def _equal(line: RecordLine, row: Standing) -> bool:
    return line.body == row.body and annulment_of(line) == row.annulled


def _dump(value: dict[str, Any] | None) -> str | None:
    return None if value is None else dump(value)
