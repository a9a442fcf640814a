"""What is newer than a backup, taken from the database the backup replaces, also where that is damaged.

Tables are read by halving ranges of row numbers: a page that fails costs the rows on it and no others. What SQLCipher gives
out it has authenticated, so a row that can be read is a row that was written. Only what the central system does not have is
taken: pending changes with their records, drafts, conflicts, errands, own history, the access log. The rest it sends again.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.log import event
from fieldtui.store.meta import MetaKey
from fieldtui.store.rows import main_day, parse_body
from fieldtui.store.searching import index_again
from fieldtui.vault.sqlcipher import DatabaseError

_MOST_TRIES: Final = 20_000
"""Reads of one table; each failed one costs a third of a millisecond."""
_FAR: Final = 1 << 20
"""Where the highest row number cannot be read: how far to look."""
_CARRIED: Final = (
    MetaKey.LOCKED_REASON, MetaKey.SEALED_FILE, MetaKey.WIPE_ORDER, MetaKey.CLOCK_SEEN, MetaKey.CLOCK_OFFSET_MS,
    MetaKey.RECOVERY_CONFIRMED, MetaKey.ORGANISATION_KEY, MetaKey.ORGANISATION_KEY_TRUST,
    MetaKey.ORGANISATION_KEY_REFUSED,
)  # fmt: skip
"""What this device was told and must not forget by being restored: that it is shut out, above all."""
_IDENTITY: Final = (
    MetaKey.CONSULTANT, MetaKey.DEVICE_ID, MetaKey.KEY_ID, MetaKey.DEVICE_KEY, MetaKey.SERVER_URL, MetaKey.SERVER_KEY,
    MetaKey.ORGANISATION, MetaKey.ORGANISATION_ID,
)  # fmt: skip
"""Carried together or not at all: a device may have been enrolled again since."""

Row = dict[str, Any]
Opener = Callable[[], sqlite3.Connection]


class Reader:
    """Reads what can be read of a database that may be damaged."""

    def __init__(self, opener: Opener) -> None:
        """Read what `opener` opens; it is called again after each page that fails."""
        self._opener = opener
        self._connection: sqlite3.Connection | None = None
        self._tries = 0
        self.damaged = False
        """True once something could not be read."""

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, query: str, values: tuple[object, ...] = ()) -> list[Row] | None:
        """The answer to a query; `None` where a page under it fails."""
        try:
            if self._connection is None:
                self._connection = self._opener()
            cursor = self._connection.execute(query, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        except (DatabaseError, FieldtuiError):
            self.damaged = True
            self.close()
            return None

    def table(self, name: str, *, above: int = 0) -> Table:
        """Every row of a table that can be read, of those with a number above `above`."""
        self._tries = 0
        if not self._has(name):
            return Table((), whole=not self.damaged)
        answer = self.ask(f"SELECT max(rowid) AS last FROM {name}")  # noqa: S608  constant names
        if answer is None:
            answer = self.ask("SELECT seq AS last FROM sqlite_sequence WHERE name = ?", (name,))
        last = (answer[0]["last"] or 0) if answer else (0 if answer == [] else _FAR)
        lost: list[tuple[int, int]] = []
        rows = tuple(self._between(name, above + 1, last, lost)) if last > above else ()
        return Table(rows, whole=not lost and (answer is not None))

    def meta(self, key: str) -> tuple[bool, str | None]:
        """Whether a single value could be looked up, and the value."""
        found = self.ask("SELECT value FROM meta WHERE key = ?", (str(key),))
        if found is None:
            return False, None
        return True, found[0]["value"] if found else None

    def _has(self, name: str) -> bool:
        return bool(self.ask("SELECT 1 AS there FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def _between(self, name: str, first: int, last: int, lost: list[tuple[int, int]]) -> Iterator[Row]:
        ranges = [(first, last)]
        while ranges:
            low, high = ranges.pop()
            rows = None
            if self._tries < _MOST_TRIES:
                self._tries += 1
                rows = self.ask(f"SELECT * FROM {name} NOT INDEXED WHERE rowid BETWEEN ? AND ?", (low, high))  # noqa: S608
            if rows is not None:
                yield from rows
            elif low == high or self._tries >= _MOST_TRIES:
                lost.append((low, high))
            else:
                middle = (low + high) // 2
                ranges += [(middle + 1, high), (low, middle)]


@dataclass(frozen=True, slots=True)
class Table:
    """What could be read of a table."""

    rows: tuple[Row, ...]
    whole: bool
    """True where nothing failed; False where rows may be missing."""


@dataclass(slots=True)
class Salvaged:
    """What was carried over into a restored database."""

    readable: bool = True
    """False where nothing at all could be read of the old database."""
    whole: bool = True
    """False where something of it could not be read."""
    pending: Counter[str] = field(default_factory=Counter)
    """By collection: changes the office has not taken, which are newer than the backup."""
    drafts: int = 0
    """Drafts that the backup has not, or has in an older version."""
    conflicts: int = 0
    log: int = 0
    """Entries of the access log."""
    history: int = 0
    """Own changes made after the backup, sent or not."""
    unplaced: int = 0
    """Pending changes whose record could neither be read nor be made again from the change."""

    @property
    def newer(self) -> bool:
        """True where the old database holds something of its own that the backup does not."""
        return bool(self.pending or self.drafts or self.conflicts or self.history)


def carry_over(opener: Opener | None, new: sqlite3.Connection, search_key: bytes) -> Salvaged:
    """Carry over what the central system does not have, in one transaction.

    Args:
        opener: Opens the old database; `None` where there is none that could be read.
        new: The restored database, at this version's tables.
        search_key: Key of CPR numbers in the search index.
    """
    if opener is None:
        return Salvaged(readable=False, whole=False)
    reader = Reader(opener)
    try:
        if reader.ask("SELECT count(*) AS tables FROM sqlite_master") is None:
            return Salvaged(readable=False, whole=False)
        done = Salvaged()
        new.execute("BEGIN IMMEDIATE")
        try:
            _Carrying(reader, new, search_key, done).carry()
            new.execute("COMMIT")
        except BaseException:
            new.execute("ROLLBACK")
            raise
    finally:
        reader.close()
    done.whole = not reader.damaged
    event("vault.salvaged", pending=sum(done.pending.values()), drafts=done.drafts, whole=done.whole)
    return done


class _Carrying:
    """One salvage."""

    def __init__(self, reader: Reader, new: sqlite3.Connection, search_key: bytes, done: Salvaged) -> None:
        self._reader = reader
        self._new = new
        self._search_key = search_key
        self._done = done

    def carry(self) -> None:
        self._log()
        self._pending()
        self._keyed("draft", "key", "drafts", unless_gone=True)
        self._keyed("conflict", "id", "conflicts", unless_gone=False)
        self._keyed("errand", "errand_id", None, unless_gone=True, without="seq")
        self._keyed("exported", "file", None, unless_gone=True)
        self._history()
        for key in _CARRIED:
            known, value = self._reader.meta(key)
            if known:
                self._set_meta(key, value)
        identity = {key: self._reader.meta(key) for key in _IDENTITY}
        if all(known and value is not None for known, value in identity.values()):
            for key, (_known, value) in identity.items():
                self._set_meta(key, value)

    def _log(self) -> None:
        """Go on with the access log as far as it hangs together, so that no entry is lost and nothing forks."""
        last = self._new.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone() or (0, "")
        seq, mac = last
        rows = self._reader.table("audit", above=seq)
        for row in sorted(rows.rows, key=lambda each: int(each["seq"])):
            if row["seq"] != seq + 1 or row["prev"] != mac:
                break
            self._insert("audit", row)
            seq, mac = row["seq"], row["mac"]
            self._done.log += 1
        known, sent = self._reader.meta(MetaKey.LOG_SENT)
        if known and sent is not None and int(sent) <= seq:
            self._set_meta(MetaKey.LOG_SENT, sent)

    # --- pending changes --------------------------------------------------------------------------

    def _pending(self) -> None:
        outbox = self._reader.table("outbox")
        entries: dict[str, list[Row]] = {}
        for row in outbox.rows:
            entries.setdefault(row["record_id"], []).append(row)
        before: dict[str, set[str]] = {}
        for record_id, op_id in self._new.execute("SELECT record_id, op_id FROM outbox"):
            before.setdefault(record_id, set()).add(op_id)
        wanted = entries.keys() | before.keys()
        records = {row["id"]: row for row in self._reader.table("record").rows if row["id"] in wanted} if wanted else {}
        indexed: dict[int, Any] = {}
        for record_id in sorted(wanted):
            mine = entries.get(record_id, [])
            if not mine and not (record_id in records and outbox.whole):
                continue  # not to be known whether it was settled: sent again, and taken once
            no = self._put_record(records[record_id]) if record_id in records else self._rebuilt(record_id, mine)
            if no is None:
                self._done.unplaced += len(mine)
                continue
            self._new.execute("DELETE FROM outbox WHERE record_id = ?", (record_id,))
            for entry in sorted(mine, key=lambda each: int(each["seq"])):
                self._insert("outbox", {name: value for name, value in entry.items() if name != "seq"})
                if entry["op_id"] not in before.get(record_id, set()):
                    self._done.pending[entry["collection"]] += 1
            indexed[no] = self._record_of(no)
        self._in_order(outbox)
        index_again(self._new, indexed, self._search_key)

    def _in_order(self, outbox: Table) -> None:
        """Give what waits the order in which it was made; what only the backup knew of comes first."""
        order = {row["op_id"]: row["seq"] for row in outbox.rows}
        rows = self._new.execute("SELECT seq, op_id FROM outbox").fetchall()
        top = max([row[0] for row in rows], default=0) + max(order.values(), default=0)
        ranked = sorted(rows, key=lambda row: (order.get(row[1], -1), row[0]))
        for place, (_seq, op_id) in enumerate(ranked, top + 1):
            self._new.execute("UPDATE outbox SET seq = ? WHERE op_id = ?", (place, op_id))

    def _put_record(self, row: Row) -> int:
        """A record as it stood, in place of the backup's."""
        values = {name: value for name, value in row.items() if name != "no"}
        known = self._new.execute("SELECT no FROM record WHERE id = ?", (row["id"],)).fetchone()
        if known is None:
            return self._insert("record", values)
        names = [name for name in self._columns("record") if name in values and name != "id"]
        self._new.execute(
            f"UPDATE record SET {', '.join(f'{name} = :{name}' for name in names)} WHERE id = :id",  # noqa: S608
            {name: values[name] for name in (*names, "id")},
        )
        return int(known[0])

    def _rebuilt(self, record_id: str, entries: list[Row]) -> int | None:
        """A record whose own page is lost, made again from the changes that wait and what the backup has of it."""
        first, last = entries[0], entries[-1]
        put = next((entry for entry in reversed(entries) if entry["kind"] == "put"), None)
        known = self._rows("SELECT * FROM record WHERE id = ?", record_id)
        if not known and put is None:
            return None  # an annulment of something that is nowhere to be seen
        annulled = None
        if last["kind"] == "annul":
            reason = json.loads(last["body"])["reason"]
            annulled = json.dumps({"reason": reason, "at": last["recorded_at"], "by": None})
        bare = {
            "id": record_id, "collection": first["collection"], "scope": first["scope"], "rev": first["base_rev"],
            "base": None, "base_annulled": None, "author": None, "received_at": None, "seq": 0,
        }  # fmt: skip
        row = known[0] if known else bare
        if row.get("base") is None and row.get("body") is not None and row["rev"] == first["base_rev"]:
            row["base"], row["base_annulled"] = row["body"], row["annulled"]
        if put is not None:
            row["body"] = put["body"]
        row["annulled"], row["recorded_at"], row["rev"] = annulled, last["recorded_at"], first["base_rev"]
        record = parse_body(row["collection"], json.loads(row["body"]))
        day = main_day(record) if record is not None else None
        row["day"] = day.isoformat() if day else None
        return self._put_record(row)

    def _record_of(self, no: int) -> Any:
        collection, body, annulled = self._new.execute(
            "SELECT collection, body, annulled FROM record WHERE no = ?", (no,)
        ).fetchone()
        return None if annulled is not None else parse_body(collection, json.loads(body))

    # --- whole tables -----------------------------------------------------------------------------

    def _keyed(
        self, table: str, key: str, counted: str | None, *, unless_gone: bool, without: str | None = None
    ) -> None:
        """Rows by their key: the old database's in place of the backup's; what it has no more goes, where that is certain."""
        old = self._reader.table(table)
        before = {row[key]: row for row in self._rows(f"SELECT * FROM {table}")}  # noqa: S608  constant names
        for row in old.rows:
            values = {name: value for name, value in row.items() if name != without}
            known = {name: value for name, value in before.pop(row[key], {}).items() if name != without}
            if all(known.get(name) == value for name, value in values.items() if name in self._columns(table)):
                continue
            self._new.execute(f"DELETE FROM {table} WHERE {key} = ?", (row[key],))  # noqa: S608
            self._insert(table, values)
            if counted is not None and row.get("resolved_at") is None:
                setattr(self._done, counted, getattr(self._done, counted) + 1)
        if old.whole and unless_gone:
            self._new.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(gone,) for gone in before])  # noqa: S608

    def _history(self) -> None:
        (last,) = self._new.execute("SELECT coalesce(max(seq), 0) FROM history").fetchone()
        for row in self._reader.table("history", above=last).rows:
            self._insert("history", row)
            self._done.history += 1

    # --- rows -------------------------------------------------------------------------------------

    def _insert(self, table: str, values: Mapping[str, Any]) -> int:
        names = [name for name in self._columns(table) if name in values]
        places = ", ".join(f":{name}" for name in names)
        cursor = self._new.execute(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})",  # noqa: S608  our own tables' names
            {name: values[name] for name in names},
        )
        return int(cursor.lastrowid or 0)

    def _columns(self, table: str) -> list[str]:
        return [row[1] for row in self._new.execute(f"PRAGMA table_info({table})")]

    def _rows(self, query: str, *values: object) -> list[Row]:
        cursor = self._new.execute(query, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _set_meta(self, key: str, value: str | None) -> None:
        self._new.execute("DELETE FROM meta WHERE key = ?", (str(key),))
        if value is not None:
            self._new.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (str(key), value))
