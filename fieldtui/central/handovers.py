"""A citizen offered to a colleague, and what the colleague answers. Until it is accepted nothing moves."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.text import clean
from fieldtui.central.assignments import Access, assign, mark_desks, primary_of
from fieldtui.central.ledger import Ledger
from fieldtui.central.schema import handover
from fieldtui.central.staff import people
from fieldtui.wire.desk import Errand

_LONGEST_TEXT = 2_000


class Refused(Exception):
    """An errand that cannot be carried out; the word says why."""

    def __init__(self, word: str, *, changed: bool = False) -> None:
        super().__init__(word)
        self.word = word
        self.changed = changed
        """True where it is not the errand that is wrong: what it was about has moved on."""


def offer(ledger: Ledger, access: Access, errand: Errand) -> None:
    """Offer a citizen to a colleague. The citizen's consultant may, and a leader.

    Raises:
        Refused: Not theirs to offer, to nobody who could have the citizen, or it is offered already.
    """
    if errand.citizen_id is None or errand.to is None:
        raise Refused("incomplete")
    standing = ledger.read([errand.citizen_id]).get(errand.citizen_id)
    if standing is None or standing.collection != "citizen":
        raise Refused("unknown_citizen")
    holder = primary_of(ledger, errand.citizen_id)
    if access.person.role != "leader" and holder != access.person.id:
        raise Refused("not_yours")
    receiver = next((each for each in people(ledger.connection, ledger.org_id) if each.id == errand.to), None)
    if receiver is None or receiver.role != "consultant":
        raise Refused("receiver")
    if receiver.id == holder:
        raise Refused("has_it_already")
    taken = ledger.connection.execute(
        select(handover.c.handover_id).where(
            handover.c.org_id == ledger.org_id,
            (handover.c.handover_id == errand.about)
            | ((handover.c.citizen_id == errand.citizen_id) & (handover.c.state == "offered")),
        )
    ).first()
    if taken is not None:
        raise Refused("offered_already")
    ledger.connection.execute(
        insert(handover).values(
            org_id=ledger.org_id, handover_id=errand.about, citizen_id=errand.citizen_id, from_id=holder,
            to_id=receiver.id, offered_by=access.person.id, note=_text(errand.note), state="offered",
            offered_at=ledger.now,
        )
    )  # fmt: skip
    mark_desks(ledger, {receiver.id, access.person.id, *([holder] if holder else [])})


def withdraw(ledger: Ledger, access: Access, errand: Errand) -> None:
    """Take an offer back: who made it may, whose citizen it is, and a leader.

    Raises:
        Refused: Not theirs, or it is answered.
    """
    row = _open_offer(ledger, errand)
    if access.person.role != "leader" and access.person.id not in {row.offered_by, row.from_id}:
        raise Refused("not_yours")
    _answer(ledger, access, row, "withdrawn", None)


def accept(ledger: Ledger, access: Access, errand: Errand, *, day: date) -> None:
    """Take the citizen over; the one who had the citizen gets a `leave`.

    Raises:
        Refused: Not offered to this person, answered, or the citizen is somewhere else by now.
    """
    row = _offer_to(ledger, access, errand)
    standing = ledger.read([row.citizen_id]).get(row.citizen_id)
    if standing is None or primary_of(ledger, row.citizen_id) != row.from_id:
        raise Refused("moved_on")
    _answer(ledger, access, row, "accepted", None)
    assign(ledger, row.citizen_id, access.person, "primary", today=day)


def reject(ledger: Ledger, access: Access, errand: Errand) -> None:
    """Say no, with a reason; the citizen stays where it is.

    Raises:
        Refused: Not offered to this person, answered, or no reason.
    """
    row = _offer_to(ledger, access, errand)
    reason = _text(errand.reason)
    if not reason:
        raise Refused("reason")
    _answer(ledger, access, row, "rejected", reason)


def _offer_to(ledger: Ledger, access: Access, errand: Errand) -> Any:
    row = _open_offer(ledger, errand)
    if row.to_id != access.person.id or access.person.role != "consultant":
        raise Refused("not_yours")
    return row


def _open_offer(ledger: Ledger, errand: Errand) -> Any:
    row = ledger.connection.execute(
        select(handover).where(handover.c.org_id == ledger.org_id, handover.c.handover_id == errand.about)
    ).first()
    if row is None:
        raise Refused("unknown_handover")
    if row.state != "offered":
        raise Refused(f"already_{row.state}")
    return row


def _answer(ledger: Ledger, access: Access, row: Any, state: str, reason: str | None) -> None:
    ledger.connection.execute(
        update(handover)
        .where(handover.c.org_id == ledger.org_id, handover.c.handover_id == row.handover_id)
        .values(state=state, answered_by=access.person.id, answered_at=ledger.now, reason=reason)
    )
    mark_desks(ledger, {row.to_id, row.offered_by, *([row.from_id] if row.from_id else [])})


def _text(text: str | None) -> str:
    return clean(text or "", limit=_LONGEST_TEXT, multiline=True).strip()
