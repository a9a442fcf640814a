"""Pull: what a device may see and has not seen yet, in pages that it can apply one by one.

A *round* goes from the cursor's base to the head that stood when it began, however many pages it
takes, so that a scope that was joined within the round is sent whole exactly once: with its `join`.
What changes while a round is paged has a higher number than its head and comes in the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from sqlalchemy import ARRAY, Connection, Text, and_, any_, bindparam, func, select

from fieldtui.base.clock import today
from fieldtui.central.assignments import (
    TREATMENT_COLLECTIONS,
    Access,
    access_of,
    assigned_to,
    due_changes,
    settle,
)
from fieldtui.central.caller import Caller
from fieldtui.central.cursor import Cursor, accepted
from fieldtui.central.database import Database
from fieldtui.central.desks import desk_of
from fieldtui.central.ledger import Ledger, Standing, standing_from
from fieldtui.central.organisationkeys import told_as
from fieldtui.central.planning import plans_due, settle_plans
from fieldtui.central.rulesets import newest
from fieldtui.central.schema import consultant, erasure, organisation, record, scope_change
from fieldtui.central.staff import people
from fieldtui.central.told import Told, told_to
from fieldtui.domain.confidential import body_is_confidential, may_read
from fieldtui.domain.consenting import Recipient, names
from fieldtui.wire.messages import (
    PAGE_BYTES,
    PAGE_LINES,
    Annulment,
    JoinLine,
    LeaveLine,
    LeaveReason,
    PageEnd,
    PageStart,
    RecordLine,
)

_END_RESERVE: Final = 1_024
"""Bytes kept free for the last line."""
_TREATMENT_FIELDS: Final = frozenset(
    {
        "given_name", "family_name", "call_code", "phone", "address_protected", "protected_until", "programme",
        "contact_preference", "practical_needs",
    }
)  # fmt: skip
"""What a treatment worker needs of a citizen's record to keep an appointment (decisions 29)."""


def pull(db: Database, caller: Caller, cursor_text: str | None, *, limit: int = PAGE_LINES) -> bytes:
    """One page, as NDJSON.

    Args:
        db: The central database.
        caller: Whose device asks.
        cursor_text: What the last page gave; `None` from the beginning.
        limit: Most lines of the page, first and last included; at least one change is sent all the same.

    Raises:
        Refusal: `cursor-reset` where the cursor is not from here.
    """
    day = today(db.clock)
    with db.transaction() as connection:
        org_id = caller.organisation.id
        if plans_due(connection, org_id, day) or due_changes(connection, org_id, caller.person.id, today=day):
            ledger = Ledger(connection, org_id, now=db.now(), ids=db.ids)
            settle_plans(ledger, day)
            settle(ledger, caller.person.id, today=day)
            ledger.close()
        org = connection.execute(select(organisation).where(organisation.c.org_id == caller.organisation.id)).one()
        cursor = accepted(cursor_text, caller, incarnation=org.incarnation, left_at=org.left_at, last=org.seq)
        begins = cursor.head is None
        if cursor.head is None or cursor.base is None:
            cursor = replace(cursor, base=cursor.at, head=org.seq)
        access = access_of(connection, org.org_id, caller.person, today=day)
        said = told_to(connection, org.org_id, caller.device_id, now=db.now())
        start = _start(db, connection, caller, access, org, cursor, said, begins=begins)
        cursor = replace(cursor, rules=str(org.rules_version), keys=told_as(said.keys))
        page = _Page(start, lines=max(3, min(limit, PAGE_LINES)))
        _Round(connection, caller.organisation.id, access, cursor).fill(page, latest=org.seq)
        return page.data()


class _Page:
    """Lines, as long as there is room."""

    def __init__(self, start: PageStart, *, lines: int) -> None:
        self._lines = [_line(start)]
        self._room = lines - 2
        self._bytes = PAGE_BYTES - _END_RESERVE - len(self._lines[0])
        self._empty = True

    def take(self, line: RecordLine | JoinLine | LeaveLine) -> bool:
        """Add a line if there is room; the first one always finds some."""
        encoded = _line(line)
        if not self._empty and (self._room < 1 or len(encoded) > self._bytes):
            return False
        self._lines.append(encoded)
        self._room -= 1
        self._bytes -= len(encoded)
        self._empty = False
        return True

    def wanted(self) -> int:
        """How many more lines may fit."""
        return max(1 if self._empty else 0, self._room)

    def end(self, cursor: Cursor, *, more: bool) -> None:
        """Close the page."""
        self._lines.append(_line(PageEnd(next=cursor.text(), more=more)))

    def data(self) -> bytes:
        """The page's bytes."""
        return b"".join(self._lines)


Place = tuple[int, str | None, str | None]
"""How far a page has come: `at`, `scope` and `after` of the cursor that stands there."""


class _Round:
    """What is left of a round, in order."""

    def __init__(self, connection: Connection, org_id: str, access: Access, cursor: Cursor) -> None:
        self._connection = connection
        self._org_id = org_id
        self._access = access
        self._cursor = cursor
        self._base = cast("int", cursor.base)
        self._head = cast("int", cursor.head)
        self._events = self._last_events()
        self._joined = {row.scope for row in self._events if row.kind == "join"}

    def fill(self, page: _Page, *, latest: int) -> None:
        """Put as much into the page as it takes, and its end; `latest` is the highest number when the page began."""
        place: Place | None = None
        for line, reached in self._items(page):
            if not page.take(line):
                page.end(self._cursor if place is None else self._cursor_at(*place), more=True)
                return
            place = reached
        page.end(self._cursor.settled(self._head), more=self._by_now(latest) > self._head)

    def _by_now(self, latest: int) -> int:
        """The highest number there is after all was read.

        What got a number above the head while the round was read has not come in it. A device that begins anew must
        hear so before it takes what did not come for lost.
        """
        if self._base == self._head:
            return latest
        now = select(organisation.c.seq).where(organisation.c.org_id == self._org_id)
        return int(self._connection.execute(now).scalar_one())

    def _items(self, page: _Page) -> Iterator[tuple[RecordLine | JoinLine | LeaveLine, Place]]:
        """Every line that is left, with the place that is reached with it."""
        cursor = self._cursor
        if cursor.scope is not None and cursor.scope in self._joined:
            yield from self._scope_records(page, cursor.scope, cursor.at, cursor.after or "")
        events = [row for row in self._events if row.seq > cursor.at]
        for row in self._records(page):
            while events and events[0].seq < row.seq:
                yield from self._event(page, events.pop(0))
            yield _record_line(row), (row.seq, None, None)
        for event in events:
            yield from self._event(page, event)

    def _event(self, page: _Page, row: Any) -> Iterator[tuple[JoinLine | LeaveLine | RecordLine, Place]]:
        if row.kind == "leave":
            reason = cast("LeaveReason", row.reason or "ended")
            why = self._why(row.scope) if reason == "erased" else None
            yield LeaveLine(scope=row.scope, seq=row.seq, reason=reason, why=why), (row.seq, None, None)
            return
        yield JoinLine(scope=row.scope, seq=row.seq), (row.seq, row.scope, "")
        yield from self._scope_records(page, row.scope, row.seq, "")

    def _why(self, scope: str) -> str | None:
        """The reason the office gave when the citizen was erased."""
        why: str | None = self._connection.execute(
            select(erasure.c.reason).where(
                erasure.c.org_id == self._org_id, erasure.c.citizen_id == scope.removeprefix("citizen:")
            )
        ).scalar_one_or_none()
        return why

    def _scope_records(self, page: _Page, scope: str, seq: int, after: str) -> Iterator[tuple[RecordLine, Place]]:
        while True:
            batch = page.wanted() + 1
            rows = self._connection.execute(
                select(record)
                .where(
                    record.c.org_id == self._org_id,
                    record.c.scope == scope,
                    record.c.id > after,
                    record.c.seq <= self._head,
                )
                .order_by(record.c.id)
                .limit(batch)
            ).all()
            for row in rows:
                after = row.id
                shown = _shown(standing_from(row), self._access)
                if shown is not None:
                    yield _record_line(shown), (seq, scope, row.id)
            if len(rows) < batch:
                return

    def _records(self, page: _Page) -> Iterator[Standing]:
        """Records that changed in scopes that were open all along."""
        citizens = [f"citizen:{id_}" for id_ in self._access.citizens]
        open_all_along = sorted({"team", *citizens} - self._joined)
        # One array, not a parameter for each citizen: those would be put into the statement's text each time.
        scopes = bindparam("scopes", open_all_along, type_=ARRAY(Text))
        at = self._cursor.at
        while at < self._head:
            batch = page.wanted() + 1
            rows = self._connection.execute(
                select(record)
                .where(
                    record.c.org_id == self._org_id,
                    record.c.seq > at,
                    record.c.seq <= self._head,
                    record.c.scope == any_(scopes),
                )
                .order_by(record.c.seq)
                .limit(batch)
            ).all()
            for row in rows:
                at = row.seq
                shown = _shown(standing_from(row), self._access)
                if shown is not None:
                    yield shown
            if len(rows) < batch:
                return

    def _cursor_at(self, seq: int, scope: str | None, after: str | None) -> Cursor:
        return replace(self._cursor, at=seq, base=self._base, head=self._head, scope=scope, after=after)

    def _last_events(self) -> list[Any]:
        """The last word on each scope in the round, where it is still true today."""
        if self._base == self._head:
            return []
        mine = and_(
            scope_change.c.org_id == self._org_id,
            scope_change.c.consultant_id == self._access.person.id,
            scope_change.c.kind.in_(("join", "leave")),
            scope_change.c.seq > self._base,
            scope_change.c.seq <= self._head,
        )
        last = select(func.max(scope_change.c.seq)).where(mine).group_by(scope_change.c.scope)
        rows = self._connection.execute(
            select(scope_change)
            .where(scope_change.c.org_id == self._org_id, scope_change.c.seq.in_(last))
            .order_by(scope_change.c.seq)
        )
        return [row for row in rows if (row.kind == "join") == self._access.sees(row.scope)]


def _shown(standing: Standing, access: Access) -> Standing | None:
    """The record as this person may see it; `None` where not at all."""
    role, me = access.role_for(standing.scope), access.person.id
    if body_is_confidential(standing.collection, standing.body) and not may_read(standing.body.get("author"), me, role):
        return None
    if role != "treatment":
        return standing
    if standing.collection not in TREATMENT_COLLECTIONS:
        return None
    if standing.collection == "appointment" and standing.body.get("kind") != "brobygning":
        return None
    if standing.collection == "consent" and not _names(standing.body, access):
        return None
    if standing.collection == "bridging_note" and not _is_theirs(standing.body, access):
        return None
    if standing.collection != "citizen":
        return standing
    body = {name: value for name, value in standing.body.items() if name in _TREATMENT_FIELDS}
    if body.get("address_protected"):
        body.pop("phone", None)
    return replace(standing, body=body)


def _is_theirs(note: dict[str, Any], access: Access) -> bool:
    """True for a bridging note that was shared with this treatment worker, or with nobody in particular.

    What was shared with others, and what the citizen took back before it was sent, is not theirs to read.
    """
    if note.get("author") == access.person.id or note.get("shared_with") is None:
        return True
    return note.get("share_stopped_at") is None and _named(note["shared_with"], note.get("shared_with_id"), access)


def _names(consent: dict[str, Any], access: Access) -> bool:
    """True where a consent is about this treatment worker; to whom else the citizen said yes is not theirs to know."""
    return _named(consent.get("recipient", ""), consent.get("recipient_id"), access)


def _named(words: str, recipient_id: str | None, access: Access) -> bool:
    """True where an id, or else words, are this person or their unit."""
    if recipient_id is not None:
        return recipient_id in access.recipient_ids
    person = access.person
    return names(Recipient(person.id, person.name, person.unit), str(words))


def current_line(standing: Standing, access: Access) -> RecordLine | None:
    """The record as a line for this person; `None` where it is not for them."""
    shown = _shown(standing, access) if access.sees(standing.scope) else None
    return _record_line(shown) if shown else None


def _record_line(standing: Standing) -> RecordLine:
    # Not checked anew: it was when it was written, and a page holds a thousand.
    return RecordLine.model_construct(
        collection=standing.collection,
        id=standing.id,
        scope=standing.scope,
        rev=standing.rev,
        seq=standing.seq,
        body=standing.body,
        annulled=Annulment(**standing.annulled) if standing.annulled else None,
        author=standing.author,
        device=standing.device,
        recorded_at=standing.recorded_at,
        received_at=_utc(standing.received_at),
        op_id=standing.op_id,
    )


def _start(
    db: Database,
    connection: Connection,
    caller: Caller,
    access: Access,
    org: Any,
    cursor: Cursor,
    said: Told,
    *,
    begins: bool,
) -> PageStart:
    now = db.now()
    base = cast("int", cursor.base)
    told = connection.execute(
        select(consultant.c.assignments_seq, consultant.c.desk_seq).where(
            consultant.c.org_id == org.org_id, consultant.c.consultant_id == caller.person.id
        )
    ).one()
    tell_people = begins and org.people_seq > base
    tell_assignments = begins and (told.assignments_seq > base or base == 0)
    return PageStart(
        server_time=_utc(now),
        lease_until=_utc(said.policy.lease_until(now)),
        lease_warn_after=_utc(said.policy.lease_warn_after(now)),
        wipe_order=said.order,
        organisation_keys=said.keys if cursor.keys != told_as(said.keys) else None,
        ruleset_versions=newest(connection, org.org_id) if (cursor.rules or "0") != str(org.rules_version) else {},
        people=people(connection, org.org_id) if tell_people else None,
        assignments=assigned_to(connection, org.org_id, caller.person, today=today(db.clock))
        if tell_assignments
        else None,
        desk=desk_of(connection, org.org_id, access, now=now)
        if begins and (told.desk_seq > base or base == 0)
        else None,
    )


def _line(message: PageStart | RecordLine | JoinLine | LeaveLine | PageEnd) -> bytes:
    return message.model_dump_json(exclude_none=True).encode() + b"\n"


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
