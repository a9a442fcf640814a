"""Where every change of a record is written: the record as it stands, and the revision that stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.ids import IdSource
from fieldtui.central.bulk import Texts, copy_rows
from fieldtui.central.database import Database, Sequence
from fieldtui.central.schema import record, revision, scope_change
from fieldtui.domain.envelope import Stored
from fieldtui.domain.lists import ALPHABET, LENGTH
from fieldtui.domain.records import COLLECTIONS


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands here."""

    id: str
    collection: str
    scope: str
    rev: int
    seq: int
    body: dict[str, Any]
    annulled: dict[str, Any] | None
    author: str | None
    device: str | None
    recorded_at: str | None
    received_at: datetime
    op_id: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from. All empty: the central system's own, as an import's."""

    author: str | None = None
    device: str | None = None
    recorded_at: str | None = None
    op_id: str | None = None
    clock_offset_ms: int | None = None


class Ledger:
    """The changes of one transaction. Holds the organisation's lock from its making to the transaction's end.

    `close` writes what was collected; without it nothing was changed.
    """

    def __init__(self, connection: Connection, org_id: str, *, now: datetime, ids: IdSource) -> None:
        self.connection = connection
        self.org_id = org_id
        self.now = now
        self.ids = ids
        self.sequence = Sequence(connection, org_id)
        self._changed: dict[str, Standing] = {}
        self._made: dict[str, None] = {}
        """Ids of the changed records that are not in the table yet, in order."""
        self._revisions: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._people_seq: int | None = None
        self._call_codes: set[str] | None = None

    def read(self, ids: Iterable[str]) -> dict[str, Standing]:
        """The records with these ids as they stand, this transaction's changes included."""
        wanted = set(ids)
        found = {id_: self._changed[id_] for id_ in wanted & self._changed.keys()}
        missing = sorted(wanted - found.keys())
        for start in range(0, len(missing), 1000):
            rows = self.connection.execute(
                select(record).where(record.c.org_id == self.org_id, record.c.id.in_(missing[start : start + 1000]))
            )
            found |= {row.id: standing_from(row) for row in rows}
        return found

    def write(
        self,
        record_id: str,
        collection: str,
        scope: str,
        body: Mapping[str, Any],
        *,
        previous: Standing | None,
        annulled: dict[str, Any] | None = None,
        origin: Origin | None = None,
    ) -> Standing:
        """Write the next revision of a record.

        Args:
            record_id: Its id.
            collection: Its collection, which never changes.
            scope: Its scope, which never changes.
            body: The whole body.
            previous: As it stood before; `None` creates it.
            annulled: The annulment, where it no longer counts.
            origin: Who and what it comes from.
        """
        origin = origin or Origin()
        standing = Standing(
            id=record_id,
            collection=collection,
            scope=scope,
            rev=previous.rev + 1 if previous else 1,
            seq=self.sequence.next(),
            body=dict(body),
            annulled=annulled,
            author=origin.author,
            device=origin.device,
            recorded_at=origin.recorded_at,
            received_at=self.now,
            op_id=origin.op_id,
        )
        if previous is None:
            self._made[record_id] = None
        self._changed[record_id] = standing
        self._revisions.append(self._row(standing) | {"clock_offset_ms": origin.clock_offset_ms})
        return standing

    def note_event(
        self, kind: str, *, consultant_id: str | None = None, scope: str | None = None, reason: str | None = None
    ) -> int:
        """Write what happened to who sees what, with a sequence number of its own."""
        seq = self.sequence.next()
        self._events.append(
            {
                "org_id": self.org_id, "seq": seq, "kind": kind, "consultant_id": consultant_id, "scope": scope,
                "reason": reason, "at": self.now,
            }
        )  # fmt: skip
        if kind == "people":
            self._people_seq = seq
        return seq

    def new_call_code(self) -> str:
        """A call code that no citizen of the organisation has (decisions 16)."""
        if self._call_codes is None:
            rows = self.connection.execute(
                select(record.c.body["call_code"].astext).where(
                    record.c.org_id == self.org_id, record.c.collection == "citizen"
                )
            )
            self._call_codes = {code for (code,) in rows if code}
        while True:
            code = short_code(self.ids, LENGTH)
            # A letter first, so that no spreadsheet reads it as a number.
            if code[0].isalpha() and code not in self._call_codes:
                self._call_codes.add(code)
                return code

    def close(self) -> None:
        """Write everything to the database; the transaction's end makes it count."""
        texts = Texts()
        copy_rows(self.connection, record, [self._row(self._changed[id_]) for id_ in self._made], texts)
        altered = [self._row(standing) for id_, standing in self._changed.items() if id_ not in self._made]
        if altered:
            statement = insert(record)
            updated = {column: statement.excluded[column] for column in altered[0] if column not in {"org_id", "id"}}
            statement = statement.on_conflict_do_update(index_elements=["org_id", "id"], set_=updated)
            # Another record may hold, until its own turn, no number that is ours: numbers are never given twice.
            self.connection.execute(statement, altered)
        copy_rows(self.connection, revision, self._revisions, texts)
        if self._events:
            self.connection.execute(insert(scope_change), self._events)
        also = {} if self._people_seq is None else {"people_seq": self._people_seq}
        self.sequence.store(**also)
        self._changed, self._revisions, self._events, self._people_seq = {}, [], [], None
        self._made.clear()

    def _row(self, standing: Standing) -> dict[str, Any]:
        return {
            "org_id": self.org_id,
            "id": standing.id,
            "collection": standing.collection,
            "scope": standing.scope,
            "rev": standing.rev,
            "seq": standing.seq,
            "body": standing.body,
            "annulled": standing.annulled,
            "author": standing.author,
            "device": standing.device,
            "recorded_at": standing.recorded_at,
            "received_at": standing.received_at,
            "op_id": standing.op_id,
        }


def standing_from(row: Any) -> Standing:
    """The record in a row of the table `record`."""
    return Standing(
        row.id, row.collection, row.scope, row.rev, row.seq, row.body, row.annulled, row.author, row.device,
        row.recorded_at, row.received_at, row.op_id,
    )  # fmt: skip


def stored_from(row: Any) -> Stored[Any]:
    """The same as a record of the domain, in its envelope."""
    standing = standing_from(row)
    annulled = standing.annulled
    return Stored(
        id=standing.id,
        record=COLLECTIONS[standing.collection].model_validate(standing.body),
        rev=standing.rev,
        annulled_at=datetime.fromisoformat(annulled["at"]) if annulled else None,
        annulled_reason=annulled["reason"] if annulled else None,
        author=standing.author,
        received_at=standing.received_at,
    )


def short_code(ids: IdSource, length: int) -> str:
    """A random code for people to read aloud, of up to twelve characters (58 bits of an id are random)."""
    number = int(ids.new().replace("-", ""), 16) & ((1 << 58) - 1)
    code = ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        code += ALPHABET[digit]
    return code


def open_ledger(db: Database, connection: Connection, name: str | None) -> Ledger:
    """The ledger of the organisation of that name, or the only one."""
    return Ledger(connection, db.organisation(connection, name).id, now=db.now(), ids=db.ids)
