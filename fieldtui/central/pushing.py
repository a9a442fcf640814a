"""Push: a batch of changes from a device, each judged on its own, all in one transaction, none applied twice."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.clock import isoformat, today
from fieldtui.base.log import event
from fieldtui.base.text import clean
from fieldtui.central.assignments import Access, access_of, assign, settle
from fieldtui.central.bulk import Texts, copy_rows
from fieldtui.central.caller import Caller, Refusal
from fieldtui.central.changes import current_line
from fieldtui.central.cursor import require_same_life
from fieldtui.central.database import Database
from fieldtui.central.erasing import ERASED, erased_among, scope_once_of
from fieldtui.central.errands import carry_out
from fieldtui.central.ledger import Ledger, Origin, Standing
from fieldtui.central.parking import park
from fieldtui.central.permissions import AUTHOR_FIELDS, broken_rule, references, taken_back
from fieldtui.central.planning import settle_plans
from fieldtui.central.schema import access_log, operation
from fieldtui.central.staff import people
from fieldtui.domain.problems import problems_of
from fieldtui.domain.records import COLLECTIONS, TEAM_SCOPE, Record, scope_of
from fieldtui.domain.records.base import RESERVED
from fieldtui.wire.fields import parse_instant
from fieldtui.wire.messages import (
    PROBLEM_PREFIX,
    Accepted,
    Limits,
    LogEntry,
    Op,
    OpResult,
    Parked,
    ProblemName,
    PushRequest,
    PushResponse,
    Rejected,
    Stale,
)

REMEMBERED: Final = timedelta(days=401)
"""How long the answer to an operation is kept; the protocol promises 400 days."""
_LARGEST_OFFSET: Final = 2**31 - 1
_UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_RESULT: Final[TypeAdapter[OpResult]] = TypeAdapter(OpResult)


@dataclass(frozen=True, slots=True)
class _Checked:
    """An operation that is sound in itself."""

    op: Op
    record: Record | None
    """`None` where it annuls."""
    recorded_at: datetime
    content_hash: str


class _No(Exception):
    """This operation is refused."""

    def __init__(self, name: ProblemName, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.name: ProblemName = name
        self.detail = detail
        self.field = field

    def result(self, op: Op) -> Rejected:
        return Rejected(op_id=op.op_id, type=PROBLEM_PREFIX + self.name, detail=self.detail, field=self.field)


def push(db: Database, caller: Caller, request: PushRequest) -> PushResponse:
    """Take a batch.

    Raises:
        Refusal: `too-large` where it holds more operations than `limits` says; `cursor-reset` where the device has come
            further than this system, which was restored from a backup.
    """
    if len(request.ops) > Limits().ops or len(request.log) > Limits().ops * 4:
        raise Refusal("too-large", detail="ops")
    sound = [_sound(op) for op in request.ops]
    with db.transaction() as connection:
        ledger = Ledger(connection, caller.organisation.id, now=db.now(), ids=db.ids)
        numbers = ledger.sequence
        require_same_life(request.cursor, caller, incarnation=numbers.incarnation, left_at=numbers.left_at)
        day = today(db.clock)
        settle_plans(ledger, day)
        settle(ledger, caller.person.id, today=day)
        batch = _Batch(ledger, caller, access_of(connection, ledger.org_id, caller.person, today=day), sound, day)
        results = tuple(batch.judge(checked) for checked in sound)
        batch.remember()
        done = carry_out(ledger, caller, request.errands, day=day)
        ledger.close()
        head = _store_log(ledger, caller, request.log)
    return PushResponse(results=results, log_head=head, errands=done)


def forget_old_operations(db: Database) -> int:
    """Drop remembered answers that no device may ask for any more; how many."""
    with db.transaction() as connection:
        found = connection.execute(delete(operation).where(operation.c.received_at < db.now() - REMEMBERED))
        return found.rowcount


class _Batch:
    """The operations of one push, judged in order."""

    def __init__(
        self, ledger: Ledger, caller: Caller, access: Access, sound: Several[_Checked | tuple[Op, _No]], day: Any
    ) -> None:
        self._ledger = ledger
        self._caller = caller
        self._access = access
        self._day = day
        self._staff = {person.id for person in people(ledger.connection, ledger.org_id)}
        self._refused: set[str] = set()
        """Ids whose creation in this batch came to nothing."""
        self._remembered: list[dict[str, Any]] = []
        wanted: set[str] = set()
        for each in sound:
            if isinstance(each, _Checked):
                wanted.add(each.op.id)
                wanted |= {id_ for _field, id_ in references(each.record)} if each.record else set()
        self._standing = ledger.read(wanted)
        self._erased = self._erased_of([each for each in sound if isinstance(each, _Checked)])
        op_ids = [each.op.op_id for each in sound if isinstance(each, _Checked)]
        op_ids += [each[0].op_id for each in sound if not isinstance(each, _Checked) and _is_id(each[0].op_id)]
        rows = ledger.connection.execute(
            select(operation).where(operation.c.org_id == ledger.org_id, operation.c.op_id.in_(op_ids))
        )
        self._known = {row.op_id: (row.content_hash, row.result) for row in rows}

    def judge(self, checked: _Checked | tuple[Op, _No]) -> OpResult:
        """The answer to one operation, and its effect."""
        op = checked.op if isinstance(checked, _Checked) else checked[0]
        content_hash = checked.content_hash if isinstance(checked, _Checked) else fingerprint_of(op)
        known = self._known.get(op.op_id)
        if known is not None:
            if known[0] == ERASED:
                return _No("scope-lost", ERASED).result(op)
            if known[0] != content_hash:
                return _No("conflict-of-identity", "op_id").result(op)
            answer = _RESULT.validate_python(known[1])
            if not isinstance(answer, Accepted):
                self._refused.add(op.id)
            return answer
        try:
            if isinstance(checked, tuple):
                raise checked[1]
            result = self._apply(checked)
        except _No as no:
            result = no.result(op)
        if isinstance(result, Rejected | Parked) and op.id not in self._standing:
            self._refused.add(op.id)
        if not isinstance(result, Stale) and _is_id(op.op_id):
            # What has no proper id cannot be told from anything else, and is refused each time anew. A stale operation changed nothing and may come again after merging, so there is nothing to remember.
            said = result.model_dump(mode="json")
            self._known[op.op_id] = (content_hash, said)
            self._remembered.append(
                {
                    "org_id": self._ledger.org_id, "op_id": op.op_id, "device_id": self._caller.device_id,
                    "content_hash": content_hash, "result": said, "received_at": self._ledger.now,
                }
            )  # fmt: skip
        return result

    def _erased_of(self, checked: Several[_Checked]) -> frozenset[str]:
        """Op ids of what is about a citizen who was erased: refused, and stored nowhere."""
        ledger = self._ledger
        scopes: dict[str, str] = {}
        for each in checked:
            if each.op.id in self._standing:
                continue
            scope = scope_of(each.record, each.op.id) if each.record is not None else None
            if scope is None:
                scope = scope_once_of(ledger.connection, ledger.org_id, each.op.id)
            if scope is not None and scope != TEAM_SCOPE:
                scopes[each.op.op_id] = scope.removeprefix("citizen:")
        gone = erased_among(ledger.connection, ledger.org_id, scopes.values())
        return frozenset(op_id for op_id, citizen_id in scopes.items() if citizen_id in gone)

    def remember(self) -> None:
        """Keep the answers, so that the same operation again gets the same one."""
        if self._remembered:
            copy_rows(self._ledger.connection, operation, self._remembered, Texts())

    def _apply(self, checked: _Checked) -> OpResult:
        op = checked.op
        if op.op_id in self._erased:
            raise _No("scope-lost", ERASED)
        standing = self._standing.get(op.id)
        if standing is not None and standing.collection != op.collection:
            raise _No("conflict-of-identity", "id")
        if standing is None and op.base_rev > 0:
            raise _No("validation", "unknown_record", "id")
        if checked.record is not None:
            scope = scope_of(checked.record, op.id)
        elif standing is not None:
            scope = standing.scope
        else:
            raise _No("validation", "unknown_record", "id")
        if standing is not None and not self._access.sees(standing.scope):
            return self._out_of_reach(checked, standing.scope)
        creates_citizen = standing is None and op.collection == "citizen" and self._caller.person.role == "consultant"
        if not self._access.sees(scope) and not creates_citizen:
            return self._out_of_reach(checked, scope)
        if standing is not None and standing.scope != scope:
            raise _No("validation", "scope", "citizen_id")
        broken = broken_rule(self._access, op.collection, scope, checked.record, standing)
        if broken is not None:
            raise _No(*broken)
        if standing is not None and op.base_rev != standing.rev:
            current = current_line(standing, self._access)
            if current is None:
                raise _No("scope-lost", "not_visible")
            return Stale(op_id=op.op_id, current=current)
        return self._write(checked, scope, standing)

    def _write(self, checked: _Checked, scope: str, standing: Standing | None) -> Accepted:
        op = checked.op
        annulled: dict[str, Any] | None = None
        if checked.record is None or standing is None:
            if checked.record is None and op.annul is not None and standing is not None:
                reason = clean(op.annul.reason).strip() or "-"
                annulled = {"reason": reason, "at": op.recorded_at, "by": self._caller.person.id}
                body = standing.body
            else:
                body = self._given_body(checked, None)
        else:
            body = self._given_body(checked, standing)
            if body == standing.body and standing.annulled is None:
                return Accepted(op_id=op.op_id, rev=standing.rev, seq=standing.seq)
        origin = Origin(self._caller.person.id, self._caller.device_id, op.recorded_at, op.op_id, op.clock_offset_ms)
        written = self._ledger.write(
            op.id, op.collection, scope, body, previous=standing, annulled=annulled, origin=origin
        )
        self._standing[op.id] = written
        if standing is None and op.collection == "citizen":
            # Who enrols a citizen has the citizen.
            assign(self._ledger, op.id, self._caller.person, "primary", today=self._day, together=False)
            self._access = Access(self._access.person, self._access.citizens | {op.id: "primary"})
        return Accepted(op_id=op.op_id, rev=written.rev, seq=written.seq)

    def _given_body(self, checked: _Checked, standing: Standing | None) -> dict[str, Any]:
        """The body with what only the central system may say in it.

        Raises:
            _No: The device said it, and differently; or it refers to what is not there.
        """
        assert checked.record is not None  # noqa: S101  told by the caller: it has a body
        body = checked.record.body()
        collection = checked.op.collection
        author_field = AUTHOR_FIELDS.get(collection)
        if author_field and standing is not None and author_field in standing.body:
            body[author_field] = standing.body[author_field]
        elif author_field and body.setdefault(author_field, self._caller.person.id) != self._caller.person.id:
            raise _No("validation", "author", author_field)
        if collection == "citizen":
            given = standing.body.get("call_code") if standing else self._ledger.new_call_code()
            if standing is not None and body.get("call_code", given) != given:
                raise _No("validation", "given_by_central", "call_code")
            body |= {"call_code": given} if given else {}
        self._require_references(checked, scope_of(checked.record, checked.op.id))
        if (
            standing is None
            and collection == "bridging_note"
            and taken_back(self._standing.get(body.get("consent_id", "")))
        ):
            body.setdefault("share_stopped_at", isoformat(self._ledger.now))
        return body

    def _require_references(self, checked: _Checked, scope: str) -> None:
        for field, id_ in references(checked.record):
            if id_ in self._refused:
                raise _No("validation", "depends", field)
            target = self._standing.get(id_)
            if target is None:
                raise _No("validation", "unknown_reference", field)
            if target.scope not in {scope, "team"}:
                raise _No("validation", "reference_scope", field)
        person = getattr(checked.record, "consultant_id", None)
        if person is not None and person not in self._staff:
            raise _No("validation", "unknown_person", "consultant_id")

    def _out_of_reach(self, checked: _Checked, scope: str) -> OpResult:
        """Park what was written before the citizen was handed over; refuse anything else."""
        found = park(self._ledger, self._caller, checked.op, scope, checked.recorded_at)
        if found is None:
            raise _No("scope-lost", "not_yours")
        return found


def is_sound(op: Op) -> bool:
    """True where nothing is wrong with an operation in itself."""
    return isinstance(_sound(op), _Checked)


def _sound(op: Op) -> _Checked | tuple[Op, _No]:
    try:
        return _check(op)
    except _No as no:
        return op, no


def _check(op: Op) -> _Checked:
    """What can be said of an operation without knowing anything else.

    Raises:
        _No: It is unsound.
    """
    if abs(op.clock_offset_ms) > _LARGEST_OFFSET:
        raise _No("validation", "clock_offset_ms")
    canonical = _storable(op)
    if canonical is None:
        raise _No("validation", "characters")
    model = COLLECTIONS.get(op.collection)
    if model is None:
        raise _No("validation", "unknown_collection", "collection")
    if not _is_id(op.id) or not _is_id(op.op_id):
        raise _No("validation", "id", "id")
    if (op.body is None) == (op.annul is None):
        raise _No("validation", "body_or_annul")
    try:
        recorded_at = parse_instant(op.recorded_at)
    except ValueError:
        raise _No("validation", "recorded_at", "recorded_at") from None
    record: Record | None = None
    if op.body is not None:
        reserved = sorted(RESERVED & op.body.keys())
        if reserved:
            raise _No("validation", "reserved", reserved[0])
        try:
            record = model.model_validate(op.body)
        except ValidationError as error:
            problem = problems_of(error)[0]
            raise _No("validation", problem.code, problem.field) from None
    return _Checked(op, record, recorded_at, _hashed(canonical))


def _storable(op: Op) -> str | None:
    """What `fingerprint_of` hashes; `None` where PostgreSQL cannot keep it as JSON: NUL, half a surrogate pair, infinity."""
    try:
        text = json.dumps(op.model_dump(mode="python"), sort_keys=True, allow_nan=False)
        if "\\ud" in text:  # only then may there be half a pair
            json.dumps(op.model_dump(mode="python"), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return None if "\\u0000" in text else text


def fingerprint_of(op: Op) -> str:
    """What tells the same operation from another one under its id."""
    return _hashed(json.dumps(op.model_dump(mode="python"), sort_keys=True))


def _hashed(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()


def _is_id(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _store_log(ledger: Ledger, caller: Caller, entries: Several[LogEntry]) -> int:
    """Keep the device's access log; the highest entry held.

    An entry that is here already stays as it is: a device cannot rewrite what it once said.
    """
    sound = [
        entry
        for entry in entries
        if "\x00" not in "".join(v for v in entry.model_dump().values() if isinstance(v, str))
    ]
    if sound:
        values = [
            entry.model_dump() | {"org_id": ledger.org_id, "device_id": caller.device_id, "received_at": ledger.now}
            for entry in sound
        ]
        stored = ledger.connection.execute(
            insert(access_log).values(values).on_conflict_do_nothing().returning(access_log.c.seq)
        ).all()
        event("central.log.stored", entries=len(stored), repeated=len(entries) - len(stored))
    head = ledger.connection.execute(
        select(func.max(access_log.c.seq)).where(
            access_log.c.org_id == ledger.org_id, access_log.c.device_id == caller.device_id
        )
    ).scalar_one()
    return int(head or 0)
