"""Assignments that begin on a later day ("from Monday"), and the list of who has whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.central import assignments
from fieldtui.central.database import Database
from fieldtui.central.ledger import Ledger, open_ledger
from fieldtui.central.schema import assignment, planned_assignment, record
from fieldtui.central.staff import people, person_by_initials
from fieldtui.wire.messages import AssignmentRole, Person


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """What someone is, or will be, to a citizen."""

    citizen_id: str
    call_code: str | None
    consultant: str
    """Initials."""
    role: AssignmentRole
    valid_from: date
    valid_until: date | None
    state: str
    """`active`; `planned`: begins later; `closed`: no valid consent opens the file for the treatment worker; `expired`:
    the last day is over, and the device learns it at its next request."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "citizen_id": self.citizen_id,
            "call_code": self.call_code,
            "consultant": self.consultant,
            "role": self.role,
            "from": self.valid_from.isoformat(),
            "until": self.valid_until.isoformat() if self.valid_until else None,
            "state": self.state,
        }


def plan(
    ledger: Ledger, citizen_id: str, person: Person, role: AssignmentRole, *, begins: date, until: date | None
) -> bool:
    """Let someone have a citizen from a later day on; False where that was the plan already.

    A person has one plan for a citizen at most; a new one takes the place of the old.
    """
    values = {"role": role, "valid_from": begins, "valid_until": until}
    row = ledger.connection.execute(
        select(planned_assignment).where(*_this(ledger.org_id, citizen_id, person.id))
    ).first()
    if row is not None and (row.role, row.valid_from, row.valid_until) == (role, begins, until):
        return False
    ledger.connection.execute(
        insert(planned_assignment)
        .values(org_id=ledger.org_id, citizen_id=citizen_id, consultant_id=person.id, **values)
        .on_conflict_do_update(index_elements=["org_id", "citizen_id", "consultant_id"], set_=values)
    )
    return True


def forget_plan(ledger: Ledger, citizen_id: str, person: Person) -> bool:
    """Give up a plan; False where there was none."""
    found = ledger.connection.execute(delete(planned_assignment).where(*_this(ledger.org_id, citizen_id, person.id)))
    return found.rowcount > 0


def plans_due(connection: Connection, org_id: str, day: date) -> bool:
    """True where an assignment begins on the day or should have begun."""
    due = exists().where(planned_assignment.c.org_id == org_id, planned_assignment.c.valid_from <= day)
    return bool(connection.scalar(select(due)))


def settle_plans(ledger: Ledger, day: date) -> None:
    """Carry out every plan whose day has come, in the order of their days; one whose last day is over is dropped.

    So is a stand-in's plan for who has got the citizen meanwhile: it would take the citizen from them.
    """
    rows = ledger.connection.execute(
        delete(planned_assignment)
        .where(planned_assignment.c.org_id == ledger.org_id, planned_assignment.c.valid_from <= day)
        .returning(planned_assignment)
    ).all()
    staff = {person.id: person for person in people(ledger.connection, ledger.org_id)} if rows else {}
    # Who gets the citizen on a day first, so that who had it until then can stand in from the same day.
    for row in sorted(rows, key=lambda row: (row.valid_from, row.role != "primary", row.citizen_id, row.consultant_id)):
        over = row.valid_until is not None and row.valid_until < day
        has_it = row.role != "primary" and assignments.primary_of(ledger, row.citizen_id) == row.consultant_id
        if not over and not has_it:
            assignments.assign(
                ledger, row.citizen_id, staff[row.consultant_id], row.role, today=day, until=row.valid_until
            )


def end_assignment(db: Database, citizen_id: str, initials: str, *, organisation: str | None = None) -> bool:
    """End a substitute's or a treatment worker's access now, and give up what was planned; False where there was none.

    Raises:
        BadUsage: No such initials; or the citizen is theirs, and is handed over instead.
    """
    with db.transaction() as connection:
        ledger = open_ledger(db, connection, organisation)
        person = person_by_initials(connection, ledger.org_id, initials)
        if assignments.primary_of(ledger, citizen_id) == person.id:
            raise BadUsage(_("{initials} har borgeren. Giv borgeren til en anden i stedet.").format(initials=initials))
        planned = forget_plan(ledger, citizen_id, person)
        ended = assignments.end(ledger, citizen_id, person)
        ledger.close()
        return planned or ended


def list_assignments(
    db: Database, *, citizen_id: str | None = None, initials: str | None = None, organisation: str | None = None
) -> tuple[AssignmentRow, ...]:
    """Who has whom and who will, by call code, the citizen's consultant first.

    Args:
        db: The central database.
        citizen_id: Only this citizen's.
        initials: Only this person's.
        organisation: Which, where there are several.

    Raises:
        NotFound: No such citizen.
        BadUsage: No such initials.
    """
    day = today(db.clock)
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation).id
        person = person_by_initials(connection, org_id, initials) if initials is not None else None
        codes = _call_codes(connection, org_id)
        if citizen_id is not None and citizen_id not in codes:
            raise NotFound(citizen_id)
        staff = {each.id: each.initials for each in people(connection, org_id)}
        rows = [
            AssignmentRow(
                row.citizen_id, codes.get(row.citizen_id), staff[row.consultant_id], row.role, row.valid_from,
                row.valid_until, _state(row, day) if table is assignment else "planned",
            )
            for table in (assignment, planned_assignment)
            for row in connection.execute(select(table).where(table.c.org_id == org_id))
            if (citizen_id is None or row.citizen_id == citizen_id) and (person is None or row.consultant_id == person.id)
        ]  # fmt: skip
    order = {"primary": 0, "substitute": 1, "treatment": 2}
    return tuple(
        sorted(
            rows, key=lambda row: (row.call_code or "", row.citizen_id, order[row.role], row.valid_from, row.consultant)
        )
    )


def _state(row: Any, day: date) -> str:
    if row.valid_until is not None and row.valid_until < day:
        return "expired"
    return "active" if row.open else "closed"


def _call_codes(connection: Connection, org_id: str) -> dict[str, str | None]:
    rows = connection.execute(
        select(record.c.id, record.c.body["call_code"].astext).where(
            record.c.org_id == org_id, record.c.collection == "citizen"
        )
    )
    return {row[0]: row[1] for row in rows}


def _this(org_id: str, citizen_id: str, consultant_id: str) -> tuple[Any, ...]:
    return (
        planned_assignment.c.org_id == org_id,
        planned_assignment.c.citizen_id == citizen_id,
        planned_assignment.c.consultant_id == consultant_id,
    )
