"""Who has which citizen, and when a scope opens or closes for someone. Every change takes a sequence number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.central.ledger import Ledger
from fieldtui.central.samecitizen import group_of
from fieldtui.central.schema import assignment, consultant, handover, record
from fieldtui.domain.consenting import Recipient, names, opens_for
from fieldtui.domain.records import Consent, Partner
from fieldtui.wire.messages import Assigned, AssignmentRole, Person, Substitute

TREATMENT_COLLECTIONS: Final = frozenset({"citizen", "referral", "bridging_note", "consent", "appointment"})
"""What a treatment worker may see of a citizen whose consent is valid; of appointments only `brobygning`."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one member of staff sees and writes on a day."""

    person: Person
    citizens: dict[str, AssignmentRole]
    """By citizen id; only those whose file is open to this person that day."""
    recipient_ids: frozenset[str] = frozenset()
    """How consents name a treatment worker by id: themselves, and the partners that are their unit."""

    def sees(self, scope: str) -> bool:
        """True where the scope's records may be sent to this person."""
        return scope == "team" or scope.removeprefix("citizen:") in self.citizens

    def role_for(self, scope: str) -> AssignmentRole | None:
        """What this person is to the citizen of the scope."""
        return self.citizens.get(scope.removeprefix("citizen:"))


def scope_of_citizen(citizen_id: str) -> str:
    """The scope of everything that hangs on a citizen."""
    return f"citizen:{citizen_id}"


def assign(
    ledger: Ledger,
    citizen_id: str,
    person: Person,
    role: AssignmentRole,
    *,
    today: date,
    until: date | None = None,
    together: bool = True,
) -> bool:
    """Give a citizen to someone, with every other card of the same person; False where it was so already.

    A primary assignment takes the citizen from whoever had it. The caller has checked the role.

    Args:
        ledger: The transaction's ledger.
        citizen_id: The citizen.
        person: Who gets the citizen.
        role: As what.
        today: First day.
        until: Last day of a substitute.
        together: False where the caller knows that no other card stands for the same person.
    """
    with_others = together and role != "treatment"
    cards = (citizen_id, *(group_of(ledger.connection, ledger.org_id, citizen_id) if with_others else ()))
    changed = [_assign(ledger, each, person, role, today=today, until=until) for each in cards]
    return any(changed)


def _assign(
    ledger: Ledger, citizen_id: str, person: Person, role: AssignmentRole, *, today: date, until: date | None
) -> bool:
    rows = {row.consultant_id: row for row in _ties(ledger, citizen_id)}
    mine = rows.get(person.id)
    if mine is not None and mine.role == role and mine.valid_until == until:
        return False
    scope = scope_of_citizen(citizen_id)
    if role == "primary":
        for row in rows.values():
            if row.role == "primary" and row.consultant_id != person.id:
                _end(ledger, row, reason="reassigned")
        _lapse_offers(ledger, citizen_id)
    opened = role != "treatment" or _is_opened(ledger.connection, ledger.org_id, citizen_id, today, _recipient(person))
    was_open = mine is not None and mine.open
    # Who becomes the citizen's own consultant is sent all of the file anew: confidential notes are for nobody else.
    sees_more = mine is not None and mine.open and role == "primary" and mine.role != "primary"
    if opened == was_open and not sees_more:
        seq = ledger.note_event("assignment", consultant_id=person.id, scope=scope)
    else:
        seq = ledger.note_event(
            "join" if opened else "leave", consultant_id=person.id, scope=scope, reason=None if opened else "ended"
        )
    values = {
        "role": role, "valid_from": today, "valid_until": until, "granted_seq": seq, "open": opened,
    }  # fmt: skip
    ledger.connection.execute(
        insert(assignment)
        .values(org_id=ledger.org_id, citizen_id=citizen_id, consultant_id=person.id, **values)
        .on_conflict_do_update(index_elements=["org_id", "citizen_id", "consultant_id"], set_=values)
    )
    mark_assignments(ledger, {*rows, person.id}, seq)
    return True


def end(ledger: Ledger, citizen_id: str, person: Person) -> bool:
    """End what someone is to a citizen, now, and to every other card of the same person; False where it was nothing.

    The caller has checked that it may end.
    """
    cards = (citizen_id, *group_of(ledger.connection, ledger.org_id, citizen_id))
    ended = [row for card in cards for row in _ties(ledger, card) if row.consultant_id == person.id]
    for row in ended:
        _end(ledger, row, reason="ended")
    return bool(ended)


def mark_desks(ledger: Ledger, consultants: Iterable[str]) -> None:
    """Tell these people's devices, with their next pull, what they are offered, asked and told."""
    found = sorted(set(consultants))
    if found:
        seq = ledger.note_event("assignment")
        ledger.connection.execute(
            update(consultant)
            .where(consultant.c.org_id == ledger.org_id, consultant.c.consultant_id.in_(found))
            .values(desk_seq=seq)
        )


def holders(ledger: Ledger, citizen_id: str) -> list[str]:
    """Who writes the citizen's file now: the consultant and the substitutes."""
    return [row.consultant_id for row in _ties(ledger, citizen_id) if row.role in {"primary", "substitute"}]


def primary_of(ledger: Ledger, citizen_id: str) -> str | None:
    """Whose citizen it is."""
    return next((row.consultant_id for row in _ties(ledger, citizen_id) if row.role == "primary"), None)


def settle(ledger: Ledger, consultant_id: str, *, today: date) -> None:
    """Close what has ended for someone: expired substitutes; and open or close files as consents come and go."""
    for row, opened in due_changes(ledger.connection, ledger.org_id, consultant_id, today=today):
        if row.role == "substitute":
            _end(ledger, row, reason="ended")
            continue
        seq = ledger.note_event(
            "join" if opened else "leave",
            consultant_id=consultant_id,
            scope=scope_of_citizen(row.citizen_id),
            reason=None if opened else "ended",
        )
        ledger.connection.execute(update(assignment).where(*_this(row)).values(open=opened))
        mark_assignments(ledger, {consultant_id}, seq)


def due_changes(connection: Connection, org_id: str, consultant_id: str, *, today: date) -> list[tuple[Any, bool]]:
    """The assignments of someone that are no longer what they say, each with whether it is open today."""
    rows = connection.execute(
        select(assignment).where(
            assignment.c.org_id == org_id,
            assignment.c.consultant_id == consultant_id,
            or_(assignment.c.valid_until < today, assignment.c.role == "treatment"),
        )
    ).all()
    found: list[tuple[Any, bool]] = []
    who = _recipient_named(connection, org_id, consultant_id) if any(row.role == "treatment" for row in rows) else None
    for row in rows:
        if row.role == "substitute":
            found.append((row, False))
        elif row.role == "treatment":
            expired = row.valid_until is not None and row.valid_until < today
            opened = not expired and who is not None and _is_opened(connection, org_id, row.citizen_id, today, who)
            if opened != row.open:
                found.append((row, opened))
    return found


def access_of(connection: Connection, org_id: str, person: Person, *, today: date) -> Access:
    """What someone sees today."""
    rows = connection.execute(
        select(assignment.c.citizen_id, assignment.c.role).where(
            assignment.c.org_id == org_id,
            assignment.c.consultant_id == person.id,
            assignment.c.open,
            or_(assignment.c.valid_until.is_(None), assignment.c.valid_until >= today),
        )
    )
    named = frozenset[str]()
    if person.role == "treatment":
        named = frozenset({person.id, *_units(connection, org_id, person)})
    return Access(person, {row.citizen_id: row.role for row in rows}, named)


def assigned_to(connection: Connection, org_id: str, person: Person, *, today: date) -> dict[str, Assigned]:
    """What someone is to each of their citizens, as the device is told."""
    mine = access_of(connection, org_id, person, today=today)
    if not mine.citizens:
        return {}
    rows = connection.execute(
        select(assignment).where(assignment.c.org_id == org_id, assignment.c.citizen_id.in_(sorted(mine.citizens)))
    ).all()
    primary = {row.citizen_id: row.consultant_id for row in rows if row.role == "primary"}
    substitutes: dict[str, tuple[Substitute, ...]] = {}
    for row in sorted(rows, key=lambda row: str(row.consultant_id)):
        if row.role == "substitute" and (row.valid_until is None or row.valid_until >= today):
            until = row.valid_until.isoformat() if row.valid_until else None
            known = substitutes.get(row.citizen_id, ())
            substitutes[row.citizen_id] = (*known, Substitute(consultant=row.consultant_id, until=until))
    return {
        row.citizen_id: Assigned(
            role=row.role,
            until=row.valid_until.isoformat() if row.valid_until else None,
            primary=primary.get(row.citizen_id),
            substitutes=substitutes.get(row.citizen_id) if row.role != "treatment" else None,
        )
        for row in sorted(rows, key=lambda row: str(row.citizen_id))
        if row.consultant_id == person.id and row.citizen_id in mine.citizens
    }


def _ties(ledger: Ledger, citizen_id: str) -> Iterable[Any]:
    return ledger.connection.execute(
        select(assignment).where(assignment.c.org_id == ledger.org_id, assignment.c.citizen_id == citizen_id)
    ).all()


def _this(row: Any) -> tuple[Any, ...]:
    return (
        assignment.c.org_id == row.org_id,
        assignment.c.citizen_id == row.citizen_id,
        assignment.c.consultant_id == row.consultant_id,
    )


def _end(ledger: Ledger, row: Any, *, reason: str) -> None:
    ledger.connection.execute(delete(assignment).where(*_this(row)))
    seq = ledger.note_event(
        "leave", consultant_id=row.consultant_id, scope=scope_of_citizen(row.citizen_id), reason=reason
    )
    tied = {each.consultant_id for each in _ties(ledger, row.citizen_id)}
    mark_assignments(ledger, {row.consultant_id, *tied}, seq)


def mark_assignments(ledger: Ledger, consultants: Iterable[str], seq: int) -> None:
    """Tell these people's devices, with their next pull, whom they have."""
    ledger.connection.execute(
        update(consultant)
        .where(consultant.c.org_id == ledger.org_id, consultant.c.consultant_id.in_(sorted(consultants)))
        .values(assignments_seq=seq, desk_seq=seq)
    )


def _lapse_offers(ledger: Ledger, citizen_id: str) -> None:
    """The citizen went to someone: what was offered before is no longer to be answered."""
    rows = ledger.connection.execute(
        update(handover)
        .where(handover.c.org_id == ledger.org_id, handover.c.citizen_id == citizen_id, handover.c.state == "offered")
        .values(state="lapsed", answered_at=ledger.now)
        .returning(handover.c.from_id, handover.c.to_id, handover.c.offered_by)
    ).all()
    mark_desks(ledger, {each for row in rows for each in row if each is not None})


def _is_opened(connection: Connection, org_id: str, citizen_id: str, today: date, who: Recipient) -> bool:
    """True where the citizen has a consent that names this person and holds on the day."""
    rows = connection.execute(
        select(record.c.body).where(
            record.c.org_id == org_id,
            record.c.scope == scope_of_citizen(citizen_id),
            record.c.collection == "consent",
            record.c.annulled.is_(None),
        )
    )

    def partner(partner_id: str) -> Partner | None:
        body = connection.execute(
            select(record.c.body).where(
                record.c.org_id == org_id,
                record.c.id == partner_id,
                record.c.collection == "partner",
                record.c.annulled.is_(None),
            )
        ).scalar_one_or_none()
        return None if body is None else Partner.model_validate(body)

    return any(opens_for(Consent.model_validate(body), who, today, partner) for (body,) in rows.all())


def _recipient(person: Person) -> Recipient:
    return Recipient(person.id, person.name, person.unit)


def _recipient_named(connection: Connection, org_id: str, consultant_id: str) -> Recipient | None:
    row = connection.execute(
        select(consultant).where(consultant.c.org_id == org_id, consultant.c.consultant_id == consultant_id)
    ).first()
    return None if row is None else Recipient(row.consultant_id, row.name, row.unit)


def _units(connection: Connection, org_id: str, person: Person) -> list[str]:
    """The partners that are this person's unit."""
    if person.unit is None:
        return []
    rows = connection.execute(
        select(record.c.id, record.c.body["name"].astext).where(
            record.c.org_id == org_id, record.c.collection == "partner", record.c.annulled.is_(None)
        )
    )
    return [id_ for id_, name in rows if names(Recipient(person.id, "", person.unit), name)]
