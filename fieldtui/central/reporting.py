"""The team's figures, counted from the records as they stand; the same functions count them on a device."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from fieldtui.central.database import Database
from fieldtui.central.ledger import stored_from
from fieldtui.central.rulesets import book_of
from fieldtui.central.schema import assignment, record
from fieldtui.central.staff import people
from fieldtui.domain.envelope import Stored
from fieldtui.domain.figures import Figure, Period
from fieldtui.domain.outcomes import COUNTED, Records, outcomes


def team_outcomes(
    db: Database, period: Period, *, programme: str | None = None, organisation: str | None = None
) -> tuple[Figure, ...]:
    """K1–K11 and both tracks for everybody.

    Args:
        db: The central database.
        period: First and last day.
        programme: Only citizens of this one.
        organisation: Its name, where there are several.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        initials = {person.id: person.initials for person in people(connection, org.id)}
        ties = connection.execute(
            select(assignment.c.citizen_id, assignment.c.consultant_id).where(
                assignment.c.org_id == org.id, assignment.c.role == "primary"
            )
        )
        consultants = {tie.citizen_id: initials.get(tie.consultant_id, "–") for tie in ties}
        counted = Records.of(_records(connection, org.id), consultants, programme=programme)
        return outcomes(counted, period, book_of(connection, org.id))


def _records(connection: Connection, org_id: str) -> list[Stored[Any]]:
    rows = connection.execute(
        select(record).where(record.c.org_id == org_id, record.c.collection.in_(COUNTED)).order_by(record.c.id)
    )
    return [stored_from(row) for row in rows]
