"""Parked edits answered by the citizen's new consultant: taken in under their author's name, or declined and kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.text import clean
from fieldtui.central.assignments import Access, holders, mark_desks
from fieldtui.central.caller import Caller
from fieldtui.central.handovers import Refused
from fieldtui.central.ledger import Ledger, Origin, Standing
from fieldtui.central.permissions import AUTHOR_FIELDS, broken_rule, references
from fieldtui.central.schema import parked, revision, scope_change
from fieldtui.central.staff import people
from fieldtui.domain.merge import ANNULLED
from fieldtui.domain.parking import accepted_body
from fieldtui.domain.records import COLLECTIONS, Record, scope_of
from fieldtui.wire.desk import Errand
from fieldtui.wire.messages import AssignmentRole, Op, Parked, Person

_LONGEST_REASON = 500


def park(ledger: Ledger, caller: Caller, op: Op, scope: str, recorded_at: datetime) -> Parked | None:
    """Keep an edit of somebody who no longer sees the scope, for who has the citizen now.

    Args:
        ledger: The transaction's ledger.
        caller: Whose device sent it.
        op: The edit.
        scope: Where.
        recorded_at: When it was made.

    Returns:
        `None` where it was made after the citizen was handed over, or was never theirs to make.
    """
    row = ledger.connection.execute(
        select(scope_change)
        .where(
            scope_change.c.org_id == ledger.org_id,
            scope_change.c.consultant_id == caller.person.id,
            scope_change.c.scope == scope,
        )
        .order_by(scope_change.c.seq.desc())
        .limit(1)
    ).first()
    if row is None or row.kind != "leave" or row.reason == "erased" or recorded_at > row.at:
        return None
    ledger.connection.execute(
        insert(parked).values(
            org_id=ledger.org_id, op_id=op.op_id, consultant_id=caller.person.id, device_id=caller.device_id,
            scope=scope, op=op.model_dump(mode="json"), received_at=ledger.now, state="waiting",
        )
    )  # fmt: skip
    tell_of_parked(ledger, scope, caller.person.id)
    return Parked(op_id=op.op_id, reason=row.reason or "ended")


def tell_of_parked(ledger: Ledger, scope: str, author_id: str) -> None:
    """An edit was parked: its receivers and its author learn of it with their next pull."""
    mark_desks(ledger, {author_id, *holders(ledger, scope.removeprefix("citizen:"))})


def accept_parked(ledger: Ledger, access: Access, errand: Errand) -> None:
    """Take a parked edit into the record, merged with what was changed since, under its author's name and time.

    Raises:
        Refused: Not this person's to answer, answered, or against the rules; `changed` where the record is no longer
            as the person saw it.
    """
    row, op = _waiting(ledger, access, errand)
    standing = ledger.read([op.id]).get(op.id)
    if standing is not None and (standing.collection, standing.scope) != (op.collection, row.scope):
        raise Refused("identity")
    if op.body is None:
        _annul(ledger, row, op, standing, errand)
    else:
        _put(ledger, row, op, standing, errand)
    _answer(ledger, access, row, "accepted", None)


def decline_parked(ledger: Ledger, access: Access, errand: Errand) -> None:
    """Leave the record as it is. The edit stays on file with the reason, and its author is told.

    Raises:
        Refused: Not this person's to answer, answered, or no reason.
    """
    row, _op = _waiting(ledger, access, errand)
    reason = clean(errand.reason or "", limit=_LONGEST_REASON, multiline=True).strip()
    if not reason:
        raise Refused("reason")
    _answer(ledger, access, row, "declined", reason)


def _waiting(ledger: Ledger, access: Access, errand: Errand) -> tuple[Any, Op]:
    row = ledger.connection.execute(
        select(parked).where(parked.c.org_id == ledger.org_id, parked.c.op_id == errand.about)
    ).first()
    if row is None:
        raise Refused("unknown_parked")
    if access.person.role != "consultant" or access.role_for(row.scope) not in {"primary", "substitute"}:
        raise Refused("not_yours")
    if row.state != "waiting":
        raise Refused(f"already_{row.state}")
    return row, Op.model_validate(row.op)


def _annul(ledger: Ledger, row: Any, op: Op, standing: Standing | None, errand: Errand) -> None:
    if standing is None:
        raise Refused("unknown_record")
    if standing.annulled is not None:
        return
    if standing.rev != op.base_rev:
        base = _body_at(ledger, op.id, op.base_rev)
        edited = base is None or COLLECTIONS[op.collection].model_validate(base).body() != standing.body
        if edited and (ANNULLED not in errand.take or errand.seen_rev != standing.rev):
            raise Refused("edited_since", changed=True)
    _refuse_broken(ledger, row, op, None, standing)
    reason = clean(op.annul.reason).strip() if op.annul else ""
    annulled = {"reason": reason or "-", "at": op.recorded_at, "by": row.consultant_id}
    _write(ledger, row, op, standing.body, standing, annulled)


def _put(ledger: Ledger, row: Any, op: Op, standing: Standing | None, errand: Errand) -> None:
    model, given = COLLECTIONS[op.collection], op.body or {}
    if standing is None:
        body = dict(given)
        author_field = AUTHOR_FIELDS.get(op.collection)
        if author_field:
            body[author_field] = row.consultant_id
    else:
        base = _body_at(ledger, op.id, op.base_rev)
        if standing.rev not in {errand.seen_rev, op.base_rev}:
            # The person looked at another record than the one that stands: let them look again.
            raise Refused("edited_since", changed=True)
        if standing.annulled is not None and ANNULLED not in errand.take:
            raise Refused("annulled_since", changed=True)
        body = accepted_body(model, base, given, standing.body, errand.take)
        if op.collection == "citizen" and "call_code" in standing.body:
            body["call_code"] = standing.body["call_code"]
    try:
        record = model.model_validate(body)
    except ValidationError:
        raise Refused("invalid") from None
    if scope_of(record, op.id) != row.scope:
        raise Refused("scope")
    _refuse_broken(ledger, row, op, record, standing)
    _require_references(ledger, row.scope, record)
    body = record.body()
    if standing is not None and standing.annulled is None and body == standing.body:
        return
    _write(ledger, row, op, body, standing, None)


def _refuse_broken(ledger: Ledger, row: Any, op: Op, record: Record | None, standing: Standing | None) -> None:
    """What the author could not have written then is not taken in now either."""
    author = _staff(ledger).get(row.consultant_id)
    if author is None:
        raise Refused("unknown_author")
    role: AssignmentRole = "treatment" if author.role == "treatment" else "primary"
    as_then = Access(author, {row.scope.removeprefix("citizen:"): role})
    broken = broken_rule(as_then, op.collection, row.scope, record, standing)
    if broken is not None:
        raise Refused(broken[1])


def _require_references(ledger: Ledger, scope: str, record: Record) -> None:
    wanted = dict(references(record))
    found = ledger.read(wanted.values())
    for field, id_ in wanted.items():
        target = found.get(id_)
        if target is None or target.scope not in {scope, "team"}:
            raise Refused(f"unknown_reference:{field}"[:40])
    person = getattr(record, "consultant_id", None)
    if person is not None and person not in _staff(ledger):
        raise Refused("unknown_person")


def _staff(ledger: Ledger) -> dict[str, Person]:
    return {each.id: each for each in people(ledger.connection, ledger.org_id)}


def _write(
    ledger: Ledger, row: Any, op: Op, body: dict[str, Any], standing: Standing | None, annulled: dict[str, Any] | None
) -> None:
    origin = Origin(row.consultant_id, row.device_id, op.recorded_at, op.op_id, op.clock_offset_ms)
    ledger.write(op.id, op.collection, row.scope, body, previous=standing, annulled=annulled, origin=origin)


def _answer(ledger: Ledger, access: Access, row: Any, state: str, reason: str | None) -> None:
    ledger.connection.execute(
        update(parked)
        .where(parked.c.org_id == ledger.org_id, parked.c.op_id == row.op_id)
        .values(state=state, answered_by=access.person.id, answered_at=ledger.now, reason=reason)
    )
    tell_of_parked(ledger, row.scope, row.consultant_id)


def _body_at(ledger: Ledger, record_id: str, rev: int) -> dict[str, Any] | None:
    body: dict[str, Any] | None = ledger.connection.execute(
        select(revision.c.body).where(
            revision.c.org_id == ledger.org_id, revision.c.id == record_id, revision.c.rev == rev
        )
    ).scalar_one_or_none()
    return body
