"""What lies on someone's desk: hand-overs offered to them or by them, and parked edits to accept or to be told of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, or_, select

from fieldtui.central.assignments import Access, scope_of_citizen
from fieldtui.central.schema import handover, parked, record, revision
from fieldtui.domain.records import Citizen
from fieldtui.wire.desk import Desk, Handover, ParkedEdit
from fieldtui.wire.fields import Message
from fieldtui.wire.messages import Op

TOLD: Final = timedelta(days=30)
"""How long after the answer the parties are told of it."""
DESK_BYTES: Final = 262_144
"""Most bytes of one desk; it shares its page with records."""
_LONGEST_LABEL: Final = 200
"""What the wire carries; a first name may be as long, and the initial comes after it."""
_MOST_OFFERS: Final = 50
"""The newest; a note is at most 2,000 characters."""


def desk_of(connection: Connection, org_id: str, access: Access, *, now: datetime) -> Desk:
    """Everything that concerns this person now, as much as there is room for: the newest offers, the oldest edits.

    Args:
        connection: In a transaction.
        org_id: The organisation.
        access: Whose desk, and which citizens' files they see.
        now: The present instant.
    """
    since = now - TOLD
    offers = _offers(connection, org_id, access.person.id, since)
    edits = _edits(connection, org_id, access, since)
    names = _labels(connection, org_id, {row.citizen_id for row in offers} | {_citizen(row) for row in edits})
    bases = _bases(connection, org_id, edits)
    room, more = DESK_BYTES, False
    handovers: list[Handover] = []
    for row in offers:
        handovers.append(_handover(row, access, names))
        room -= _weight(handovers[-1])
    waiting: list[ParkedEdit] = []
    for row in edits:
        made = _parked(row, access, names, bases)
        room -= _weight(made)
        if room < 0:
            more = True
            break
        waiting.append(made)
    return Desk(handovers=tuple(handovers), parked=tuple(waiting), more=more)


def _weight(message: Message) -> int:
    return len(message.model_dump_json().encode())


def _offers(connection: Connection, org_id: str, person_id: str, since: datetime) -> list[Any]:
    mine = or_(handover.c.to_id == person_id, handover.c.from_id == person_id, handover.c.offered_by == person_id)
    current = or_(handover.c.state == "offered", handover.c.answered_at >= since)
    return list(
        connection.execute(
            select(handover)
            .where(handover.c.org_id == org_id, mine, current)
            .order_by(handover.c.offered_at.desc(), handover.c.handover_id)
            .limit(_MOST_OFFERS)
        )
    )


def _edits(connection: Connection, org_id: str, access: Access, since: datetime) -> list[Any]:
    scopes = [scope_of_citizen(id_) for id_, role in access.citizens.items() if role != "treatment"]
    for_me = and_(parked.c.scope.in_(scopes), parked.c.state == "waiting")
    by_me = and_(
        parked.c.consultant_id == access.person.id, or_(parked.c.state == "waiting", parked.c.answered_at >= since)
    )
    return list(
        connection.execute(
            select(parked)
            .where(parked.c.org_id == org_id, or_(for_me, by_me))
            .order_by(parked.c.received_at, parked.c.op_id)
        )
    )


def _handover(row: Any, access: Access, names: dict[str, tuple[str, str]]) -> Handover:
    invited = row.state == "offered" and row.to_id == access.person.id
    whole = invited or row.citizen_id in access.citizens or access.person.role == "leader"
    name, code = names.get(row.citizen_id, ("–", "–"))
    return Handover(
        id=row.handover_id,
        citizen_id=row.citizen_id,
        label=name if whole else code,
        from_id=row.from_id,
        to_id=row.to_id,
        offered_by=row.offered_by,
        note=row.note if whole else "",
        state=row.state,
        offered_at=_utc(row.offered_at),
        answered_by=row.answered_by,
        answered_at=_utc(row.answered_at) if row.answered_at else None,
        reason=row.reason,
    )


def _parked(
    row: Any, access: Access, names: dict[str, tuple[str, str]], bases: dict[tuple[str, int], dict[str, Any]]
) -> ParkedEdit:
    op = Op.model_validate(row.op)
    citizen_id = _citizen(row)
    receives = row.state == "waiting" and access.citizens.get(citizen_id) in {"primary", "substitute"}
    name, code = names.get(citizen_id, ("–", "–"))
    return ParkedEdit(
        op_id=row.op_id,
        collection=op.collection,
        id=op.id,
        citizen_id=citizen_id,
        label=name if receives else code,
        side="receiver" if receives else "author",
        author=row.consultant_id,
        recorded_at=op.recorded_at,
        base_rev=op.base_rev,
        base=bases.get((op.id, op.base_rev)) if receives else None,
        body=op.body if receives else None,
        annul=op.annul.reason if receives and op.annul else None,
        state=row.state,
        answered_by=row.answered_by,
        answered_at=_utc(row.answered_at) if row.answered_at else None,
        reason=row.reason,
    )


def _labels(connection: Connection, org_id: str, citizen_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """By citizen id: how colleagues may name the citizen, and the call code alone."""
    rows = connection.execute(
        select(record.c.id, record.c.body).where(record.c.org_id == org_id, record.c.id.in_(sorted(citizen_ids)))
    )
    found = {}
    for id_, body in rows:
        code = str(body.get("call_code") or "–")
        citizen = Citizen.model_validate(body)
        found[id_] = (code if citizen.address_protected else citizen.short_name[:_LONGEST_LABEL], code)
    return found


def _bases(connection: Connection, org_id: str, edits: list[Any]) -> dict[tuple[str, int], dict[str, Any]]:
    wanted = {(row.op["id"], row.op["base_rev"]) for row in edits if row.state == "waiting" and row.op["base_rev"]}
    if not wanted:
        return {}
    rows = connection.execute(
        select(revision.c.id, revision.c.rev, revision.c.body).where(
            revision.c.org_id == org_id, revision.c.id.in_(sorted({id_ for id_, _rev in wanted}))
        )
    )
    return {(row.id, row.rev): row.body for row in rows if (row.id, row.rev) in wanted}


def _citizen(row: Any) -> str:
    return str(row.scope.removeprefix("citizen:"))


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
