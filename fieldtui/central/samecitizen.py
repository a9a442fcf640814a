"""Cards of one and the same citizen: whoever gets one gets them all, and who may not have both may not make them one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from fieldtui.central.database import Database
from fieldtui.central.ledger import stored_from
from fieldtui.central.schema import assignment, record
from fieldtui.central.staff import people
from fieldtui.domain.envelope import Stored
from fieldtui.domain.merging import survivors
from fieldtui.domain.samepeople import Likeness, alike


def pointing(connection: Connection, org_id: str) -> dict[str, str]:
    """Citizens who were merged into another one, each with whom; empty in almost every organisation."""
    into = record.c.body["merged_into"].astext
    rows = connection.execute(select(record.c.id, into.label("into")).where(*_citizens(org_id), into.is_not(None)))
    return {row.id: row.into for row in rows}


def group_of(connection: Connection, org_id: str, citizen_id: str) -> tuple[str, ...]:
    """The other cards that stand for the same person as this one, by id; none for almost everybody.

    Args:
        connection: The transaction's.
        org_id: The organisation.
        citizen_id: The citizen.
    """
    stands = stand_ins(connection, org_id)
    mine = stands.get(citizen_id, citizen_id)
    cards = {mine, *(each for each, survivor in stands.items() if survivor == mine)}
    return tuple(sorted(cards - {citizen_id}))


def stand_ins(connection: Connection, org_id: str) -> dict[str, str]:
    """Citizens who were merged into another one, each with who stands for them."""
    known = pointing(connection, org_id)
    if not known:
        return {}
    cards = {*known, *known.values()}
    here = connection.execute(select(record.c.id).where(*_citizens(org_id), record.c.id.in_(cards)))
    stands = survivors({row.id: known.get(row.id) for row in here})
    return {each: survivor for each, survivor in stands.items() if each != survivor}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two citizens of an organisation who may be one."""

    likeness: Likeness
    codes: tuple[str, str]
    """Call codes, in the order of the ids; never a name."""
    consultants: tuple[str, str]
    """Initials of those whose citizens they are; `–` for nobody's."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {
            "ids": [self.likeness.one, self.likeness.other],
            "codes": list(self.codes),
            "consultants": list(self.consultants),
            "why": self.likeness.why,
            "reason": self.likeness.reason,
        }


def duplicates(db: Database, *, organisation: str | None = None) -> tuple[Pair, ...]:
    """Citizens of an organisation who may be one, also where they are two consultants'; neither names nor numbers are told.

    Args:
        db: The central database.
        organisation: Its name, where there are several.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        rows = connection.execute(select(record).where(*_citizens(org.id)))
        citizens = {stored.id: stored for stored in map(stored_from, rows)}
        initials = {person.id: person.initials for person in people(connection, org.id)}
        ties = connection.execute(
            select(assignment.c.citizen_id, assignment.c.consultant_id).where(
                assignment.c.org_id == org.id, assignment.c.role == "primary"
            )
        )
        whose = {tie.citizen_id: initials.get(tie.consultant_id, "–") for tie in ties}
    found = alike({each: stored.record for each, stored in citizens.items()}, secrets.token_bytes(32))
    return tuple(
        Pair(
            each,
            (_code(citizens[each.one]), _code(citizens[each.other])),
            (whose.get(each.one, "–"), whose.get(each.other, "–")),
        )
        for each in found
    )


def _citizens(org_id: str) -> tuple[ColumnElement[bool], ...]:
    return (record.c.org_id == org_id, record.c.collection == "citizen", record.c.annulled.is_(None))


def _code(stored: Stored[Any]) -> str:
    """The call code, or the end of the id where there is none."""
    return str(stored.record.call_code or stored.id[-4:].upper())
