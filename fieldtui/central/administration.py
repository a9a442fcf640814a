"""What the office does at the central system: people, citizens' consultants, devices. Works while it serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.clock import isoformat, today
from fieldtui.base.errors import BadUsage, InvalidRecords, LineProblem, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central import assignments, planning, staff
from fieldtui.central.database import Database, Organisation
from fieldtui.central.enrolling import EnrolCode, approve, enrol_code
from fieldtui.central.importing.report import ImportReport
from fieldtui.central.importing.taking import import_folder
from fieldtui.central.ledger import Ledger, Origin, open_ledger
from fieldtui.central.schema import consultant, device, enrolment, organisation, serving, wipe_order
from fieldtui.central.staff import make_person, people, person_by_initials
from fieldtui.domain.records import COLLECTIONS, scope_of
from fieldtui.wire.keys import new_device_key, private_key_text
from fieldtui.wire.messages import AssignmentRole, Person, Role

__all__ = [
    "DeviceRow",
    "EnrolCode",
    "ImportReport",
    "add_consultant",
    "approve",
    "assign",
    "bootstrap_organisation",
    "consultants",
    "devices",
    "enrol_code",
    "import_folder",
    "put_record",
    "put_records",
    "revoke",
    "set_unit",
]


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as the office sees it."""

    id: str
    consultant: str
    """Initials."""
    name: str
    app_version: str
    enrolled_at: str
    last_seen_at: str | None
    revoked_at: str | None
    code_used_again_at: str | None
    """An alarm: when another machine last tried the code that let this one in."""
    wipe_ordered_at: str | None
    wipe_delivered_at: str | None
    """When it was handed the order to wipe itself."""
    set_back: str | None = None
    """How its vault last went backwards: `older`, `restored` or `forked`."""
    set_back_at: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


def bootstrap_organisation(db: Database, name: str) -> Organisation:
    """Make an organisation, with its response key and an administrator (a leader with initials ADM).

    Raises:
        BadUsage: The name is empty or taken.
    """
    name = clean(name, limit=120).strip()
    if not name:
        raise BadUsage(_("Organisationen skal have et navn."))
    with db.transaction() as connection:
        if connection.execute(select(organisation.c.org_id).where(organisation.c.name == name)).first():
            raise BadUsage(_("Der er allerede en organisation, der hedder {name}.").format(name=name))
        org_id = db.ids.new()
        connection.execute(
            insert(organisation).values(
                org_id=org_id, name=name, seq=0, people_seq=0, server_key=private_key_text(new_device_key()),
                public_url=connection.scalar(select(serving.c.public_url)), enrol_failures=0, created_at=db.now(),
            )
        )  # fmt: skip
        ledger = Ledger(connection, org_id, now=db.now(), ids=db.ids)
        make_person(ledger, initials="ADM", name=_("Administrator"), role="leader")
        ledger.close()
        return db.organisation(connection, name)


def add_consultant(
    db: Database,
    initials: str,
    name: str,
    role: Role = "consultant",
    *,
    unit: str | None = None,
    organisation: str | None = None,
) -> Person:
    """Add a member of staff.

    Raises:
        BadUsage: Initials or name cannot be used, or the initials are taken.
    """
    with db.transaction() as connection:
        ledger = open_ledger(db, connection, organisation)
        person = make_person(ledger, initials=initials, name=name, role=role, unit=unit)
        ledger.close()
        return person


def set_unit(db: Database, initials: str, unit: str | None, *, organisation: str | None = None) -> Person:
    """Say which unit a treatment worker belongs to, as consents name it; `None` for none.

    Raises:
        BadUsage: No such initials, or not a treatment worker.
    """
    with db.transaction() as connection:
        ledger = open_ledger(db, connection, organisation)
        person = person_by_initials(connection, ledger.org_id, initials)
        if person.role != "treatment":
            raise BadUsage(_("Kun en behandler har en enhed, som samtykker kan nævne."))
        staff.set_unit(ledger, person, unit)
        ledger.close()
        return person_by_initials(connection, ledger.org_id, initials)


def consultants(db: Database, *, organisation: str | None = None) -> tuple[Person, ...]:
    """All staff, by initials."""
    with db.transaction() as connection:
        return people(connection, db.organisation(connection, organisation).id)


def assign(
    db: Database,
    citizen_id: str,
    initials: str,
    role: AssignmentRole = "primary",
    until: date | None = None,
    *,
    begins: date | None = None,
    organisation: str | None = None,
) -> bool:
    """Give a citizen to someone, now or from a later day on; False where it was so already, or it is theirs in any case.

    The same person and role with another last day extends or shortens what they have.

    Raises:
        NotFound: No such citizen.
        BadUsage: No such initials, or a role that does not go with the person or the date.
    """
    with db.transaction() as connection:
        ledger = open_ledger(db, connection, organisation)
        person = person_by_initials(connection, ledger.org_id, initials)
        standing = ledger.read([citizen_id]).get(citizen_id)
        if standing is None or standing.collection != "citizen":
            raise NotFound(citizen_id)
        day = today(db.clock)
        _refuse_senseless(person, role, until, begins if begins is not None and begins > day else day)
        if begins is not None and begins < day:
            raise BadUsage(_("Den første dag er gået."))
        now = begins is None or begins <= day
        if now and role != "primary" and assignments.primary_of(ledger, citizen_id) == person.id:
            return False  # nobody stands in for themselves: the citizen would be nobody's
        if begins is not None and begins > day:
            changed = planning.plan(ledger, citizen_id, person, role, begins=begins, until=until)
        else:
            changed = assignments.assign(ledger, citizen_id, person, role, today=day, until=until)
        ledger.close()
        return changed


def put_record(
    db: Database, collection: str, record_id: str, body: dict[str, Any], *, organisation: str | None = None
) -> int:
    """Write a record as the central system's own change; returns its revision. The same body again changes nothing.

    Raises:
        BadUsage: No such collection, or the id belongs to a record of another.
        InvalidRecords: The body breaks its model.
    """
    with db.transaction() as connection:
        ledger = open_ledger(db, connection, organisation)
        rev = put_in(ledger, collection, record_id, body)
        ledger.close()
        return rev


def put_records(
    db: Database, records: list[tuple[str, str, dict[str, Any]]], *, organisation: str | None = None
) -> int:
    """Write many records `(collection, id, body)` in one transaction; returns how many. All or nothing, as `put_record`."""
    with db.transaction() as connection:
        ledger = open_ledger(db, connection, organisation)
        for collection, record_id, body in records:
            put_in(ledger, collection, record_id, body)
        ledger.close()
    return len(records)


def put_in(ledger: Ledger, collection: str, record_id: str, body: dict[str, Any]) -> int:
    """`put_record` inside a transaction of the caller's."""
    model = COLLECTIONS.get(collection)
    if model is None:
        raise BadUsage(_("Der er ingen samling, der hedder {name}.").format(name=clean(collection, limit=40)))
    try:
        checked = model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise InvalidRecords((LineProblem(None, field, first["msg"]),)) from None
    previous = ledger.read([record_id]).get(record_id)
    scope = scope_of(checked, record_id)
    if previous is not None and (previous.collection != collection or previous.scope != scope):
        raise BadUsage(_("Id {id} hører til noget andet.").format(id=record_id))
    values = checked.body()
    if collection == "citizen" and "call_code" not in values:
        values["call_code"] = previous.body["call_code"] if previous else ledger.new_call_code()
    if previous is not None and previous.body == values and previous.annulled is None:
        return previous.rev
    return ledger.write(record_id, collection, scope, values, previous=previous, origin=Origin()).rev


def devices(db: Database, *, organisation: str | None = None) -> tuple[DeviceRow, ...]:
    """All devices, by consultant and time of enrolment."""
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        rows = connection.execute(
            select(device, consultant.c.initials, enrolment.c.reused_at, wipe_order.c.set_at, wipe_order.c.delivered_at)
            .join(
                consultant,
                (consultant.c.org_id == device.c.org_id) & (consultant.c.consultant_id == device.c.consultant_id),
            )
            .outerjoin(
                enrolment, (enrolment.c.org_id == device.c.org_id) & (enrolment.c.device_id == device.c.device_id)
            )
            .outerjoin(
                wipe_order, (wipe_order.c.org_id == device.c.org_id) & (wipe_order.c.device_id == device.c.device_id)
            )
            .where(device.c.org_id == org.id)
            .order_by(consultant.c.initials, device.c.enrolled_at)
        )
        return tuple(
            DeviceRow(
                id=row.device_id, consultant=row.initials, name=row.name, app_version=row.app_version,
                enrolled_at=_text(row.enrolled_at), last_seen_at=_perhaps(row.last_seen_at),
                revoked_at=_perhaps(row.revoked_at), code_used_again_at=_perhaps(row.reused_at),
                wipe_ordered_at=_perhaps(row.set_at), wipe_delivered_at=_perhaps(row.delivered_at),
                set_back=row.set_back, set_back_at=_perhaps(row.set_back_at),
            )
            for row in rows
        )  # fmt: skip


def revoke(db: Database, device_id: str, *, organisation: str | None = None) -> bool:
    """Shut a device out from its next request on; False where it was already.

    Raises:
        NotFound: No such device.
    """
    with db.transaction() as connection:
        return revoke_in(db, connection, db.organisation(connection, organisation).id, device_id)


# --- inside a transaction -----------------------------------------------------------------------


def revoke_in(db: Database, connection: Connection, org_id: str, device_id: str) -> bool:
    """As `revoke`, inside a transaction of the caller's."""
    mine = (device.c.org_id == org_id) & (device.c.device_id == device_id)
    row = connection.execute(select(device.c.revoked_at).where(mine)).first()
    if row is None:
        raise NotFound(clean(device_id, limit=40))
    if row.revoked_at is not None:
        return False
    connection.execute(update(device).where(mine).values(revoked_at=db.now()))
    return True


def _refuse_senseless(person: Person, role: AssignmentRole, until: date | None, day: date) -> None:
    if role == "treatment" and person.role != "treatment":
        raise BadUsage(
            _("{initials} er ikke behandler og kan ikke få borgeren som behandler.").format(initials=person.initials)
        )
    if role != "treatment" and person.role != "consultant":
        raise BadUsage(_("{initials} er ikke konsulent og kan ikke få borgeren.").format(initials=person.initials))
    if role == "substitute" and until is None:
        raise BadUsage(_("En vikar skal have en sidste dag: --until ÅÅÅÅ-MM-DD."))
    if role == "primary" and until is not None:
        raise BadUsage(_("Kun en vikar eller behandler kan have en sidste dag."))
    if until is not None and until < day:
        raise BadUsage(_("Den sidste dag ligger før den første."))


def _perhaps(instant: Any) -> str | None:
    return None if instant is None else _text(instant)


def _text(instant: Any) -> str:
    return isoformat(instant)
