"""The people of an organisation."""

from __future__ import annotations

from typing import Any, Final, cast, get_args

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central.ledger import Ledger
from fieldtui.central.schema import consultant
from fieldtui.wire.messages import AssignmentRole, Person, Role

_LONGEST_INITIALS: Final = 8


def person_from(row: Any) -> Person:
    """The person in a row of the table `consultant`."""
    return Person(id=row.consultant_id, initials=row.initials, name=row.name, role=row.role, unit=row.unit)


def people(connection: Connection, org_id: str) -> tuple[Person, ...]:
    """All staff, by initials."""
    rows = connection.execute(select(consultant).where(consultant.c.org_id == org_id).order_by(consultant.c.initials))
    return tuple(person_from(row) for row in rows)


def person_by_initials(connection: Connection, org_id: str, initials: str) -> Person:
    """Someone by initials, in any case of letters.

    Raises:
        BadUsage: No such initials.
    """
    shown = initials_of(initials)
    row = connection.execute(
        select(consultant).where(consultant.c.org_id == org_id, consultant.c.initials == shown)
    ).first()
    if row is None:
        raise BadUsage(_("Der er ingen med initialerne {initials}.").format(initials=shown))
    return person_from(row)


def initials_of(text: str) -> str:
    """Initials as they are kept: cleaned, upper case."""
    return clean(text).strip().upper()


def make_person(ledger: Ledger, *, initials: str, name: str, role: Role, unit: str | None = None) -> Person:
    """Add someone to the staff; a treatment worker with the unit that consents name.

    Raises:
        BadUsage: Initials or name cannot be used, or the initials are taken.
    """
    shown, name = initials_of(initials), clean(name, limit=120).strip()
    if not shown.isalnum() or len(shown) > _LONGEST_INITIALS:
        raise BadUsage(_("Initialer er højst {most} bogstaver og tal.").format(most=_LONGEST_INITIALS))
    if not name:
        raise BadUsage(_("Medarbejderen skal have et navn."))
    unit = clean(unit, limit=200).strip() or None if unit else None
    person = Person(id=ledger.ids.new(), initials=shown, name=name, role=role, unit=unit)
    added = ledger.connection.execute(
        insert(consultant)
        .values(
            org_id=ledger.org_id, consultant_id=person.id, initials=shown, name=name, role=role, unit=unit,
            assignments_seq=0, created_at=ledger.now,
        )
        .on_conflict_do_nothing(index_elements=["org_id", "initials"])
        .returning(consultant.c.consultant_id)
    ).first()  # fmt: skip
    if added is None:
        raise BadUsage(_("Initialerne {initials} er taget.").format(initials=shown))
    ledger.note_event("people")
    return person


def set_unit(ledger: Ledger, person: Person, unit: str | None) -> None:
    """Say where a treatment worker works; which files consents open for them follows at their next request."""
    shown = clean(unit, limit=200).strip() or None if unit else None
    ledger.connection.execute(
        update(consultant)
        .where(consultant.c.org_id == ledger.org_id, consultant.c.consultant_id == person.id)
        .values(unit=shown)
    )
    ledger.note_event("people")


def role_named(text: str) -> Role:
    """The role of that name.

    Raises:
        BadUsage: There is none.
    """
    for role in get_args(Role):
        if role == text:
            return cast("Role", role)
    raise BadUsage(_("Rollen skal være consultant, treatment eller leader."))


def assignment_role_named(text: str) -> AssignmentRole:
    """What someone may be to a citizen, by that name.

    Raises:
        BadUsage: There is none.
    """
    for role in get_args(AssignmentRole):
        if role == text:
            return cast("AssignmentRole", role)
    raise BadUsage(_("Rollen skal være primary, substitute eller treatment."))
