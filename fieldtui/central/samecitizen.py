"""Cards of one and the same citizen: whoever gets one gets them all, and who may not have both may not make them one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, select

from fieldtui.central.schema import record
from fieldtui.domain.merging import survivors


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
    known = pointing(connection, org_id)
    if citizen_id not in known and citizen_id not in known.values():
        return ()
    cards = {*known, *known.values()}
    here = connection.execute(select(record.c.id).where(*_citizens(org_id), record.c.id.in_(cards)))
    stands = survivors({row.id: known.get(row.id) for row in here})
    mine = stands.get(citizen_id)
    return tuple(sorted(each for each, survivor in stands.items() if survivor == mine and each != citizen_id))


def _citizens(org_id: str) -> tuple[ColumnElement[bool], ...]:
    return (record.c.org_id == org_id, record.c.collection == "citizen", record.c.annulled.is_(None))
