"""What a team leader does without IT: codes, approvals, substitutes, hand-overs, revoked and lost devices.

Every act is one transaction with its line in the office's log, all or nothing; the same act again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select, update

from fieldtui.base.clock import isoformat, today
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central import administration, assignments, enrolling
from fieldtui.central.acting import Act, Actor, ActRefused, write_down
from fieldtui.central.database import Database
from fieldtui.central.ledger import Ledger
from fieldtui.central.lookedup import last_heard
from fieldtui.central.policy import policy_of
from fieldtui.central.schema import assignment, device, record, wipe_order
from fieldtui.central.staff import people
from fieldtui.central.team import devices_of
from fieldtui.wire.messages import AssignmentRole, Person
from fieldtui.wire.team import Acted, Approval, CodeAnswer, Cover, Held, Holding, LostSheet, TeamEnrolment


def make_code(db: Database, organisation: str, actor: Actor, initials: str) -> CodeAnswer:
    """A code for a colleague's new device, good for a quarter of an hour; its words are compared as ever.

    Raises:
        ActRefused: `unknown-person`.
    """
    try:
        made = enrolling.enrol_code(db, initials, organisation=organisation)
    except BadUsage as error:
        raise ActRefused("unknown-person", error.message) from None
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation).id
        write_down(connection, db, org_id, actor, [Act("enrol-code", detail=clean(initials, limit=8).upper())])
    return CodeAnswer(code=made.code, url=made.url, expires_at=made.expires_at)


def waiting(db: Database, org_id: str, code: str) -> TeamEnrolment:
    """Which device waits on a code.

    Raises:
        ActRefused: `nobody-waits`.
    """
    with db.transaction() as connection:
        try:
            return enrolling.waiting_in(connection, org_id, code, db.now())
        except BadUsage as error:
            raise ActRefused("nobody-waits", error.message) from None


def approve(db: Database, org_id: str, actor: Actor, approval: Approval) -> Acted:
    """Let the device in whose words were compared.

    Raises:
        ActRefused: `nobody-waits`, where no device waits so or it has other words.
    """
    if (approval.code is None) == (approval.reference is None):
        raise ActRefused("nobody-waits", _("Angiv enten koden eller den maskine, der venter."))
    with db.transaction() as connection:
        try:
            device_id, new = enrolling.approve_in(
                db, connection, org_id, approval.words, code=approval.code, reference=approval.reference
            )
        except BadUsage as error:
            raise ActRefused("nobody-waits", error.message) from None
        if new:
            write_down(connection, db, org_id, actor, [Act("approve", subject=device_id)])
        return Acted(changed=int(new), device=device_id)


def substitute(db: Database, org_id: str, actor: Actor, away: str, covers: Iterable[Cover], until: date) -> Acted:
    """Let colleagues stand in for somebody who is away, each for the citizens given, until a day.

    A stand-in who has a citizen for longer already keeps that; nothing is taken from anybody.

    Args:
        db: The central database.
        org_id: The organisation.
        actor: Who does it.
        away: Consultant id of who is away.
        covers: Which citizen goes to whom.
        until: Last day.

    Raises:
        ActRefused: `past-day`, `unknown-person`, `not-a-consultant`, `unknown-citizen`, `not-theirs` where the citizen is
            not with who is away, `themselves`.
    """
    day = today(db.clock)
    if until < day:
        raise ActRefused("past-day", _("Den sidste dag er gået."))
    with db.transaction() as connection:
        ledger = Ledger(connection, org_id, now=db.now(), ids=db.ids)
        staff = {person.id: person for person in people(connection, org_id)}
        _consultant(staff, away)
        wanted = tuple(covers)
        ties = _ties(ledger, wanted)
        acts: list[Act] = []
        for cover in wanted:
            person = _consultant(staff, cover.consultant)
            mine = ties[cover.citizen]
            if not _has_today(mine.get(away), day):
                raise ActRefused("not-theirs", _("Borgeren er ikke hos den, der er væk. Intet er ændret."))
            if person.id == away:
                raise ActRefused("themselves", _("Den, der er væk, kan ikke være sin egen vikar. Intet er ændret."))
            if _stands_already(mine.get(person.id), until):
                continue
            assignments.assign(ledger, cover.citizen, person, "substitute", today=day, until=until)
            acts.append(Act("substitute", subject=cover.citizen, detail=f"{away} → {person.id}, {until.isoformat()}"))
        ledger.close()
        write_down(connection, db, org_id, actor, acts)
        return Acted(changed=len(acts))


def hand_over(db: Database, org_id: str, actor: Actor, covers: Iterable[Cover]) -> Acted:
    """Give citizens another consultant, from now on. Whoever had them keeps their edits: what was not sent is parked.

    Raises:
        ActRefused: `unknown-person`, `not-a-consultant`, `unknown-citizen`.
    """
    with db.transaction() as connection:
        ledger = Ledger(connection, org_id, now=db.now(), ids=db.ids)
        staff = {person.id: person for person in people(connection, org_id)}
        wanted = tuple(covers)
        _ties(ledger, wanted)
        acts = []
        for cover in wanted:
            person = _consultant(staff, cover.consultant)
            if assignments.assign(ledger, cover.citizen, person, "primary", today=today(db.clock)):
                acts.append(Act("hand-over", subject=cover.citizen, detail=f"→ {person.id}"))
        ledger.close()
        write_down(connection, db, org_id, actor, acts)
        return Acted(changed=len(acts))


def revoke(db: Database, organisation: str | None, actor: Actor, device_id: str, reason: str) -> Acted:
    """Shut a device out from its next request on. It locks and keeps: nothing on it is lost.

    Raises:
        ActRefused: `unknown-device`, `own-device`.
    """
    if device_id == actor.device_id:
        raise ActRefused("own-device", _("Du kan ikke spærre den maskine, du sidder ved. Brug en anden."))
    with db.transaction() as connection:
        changed = _shut_out(db, connection, db.organisation(connection, organisation).id, actor, device_id, reason)
    return Acted(changed=int(changed), device=device_id)


def lose(
    db: Database, organisation: str | None, actor: Actor, device_id: str, reason: str, *, shut_out: bool = True
) -> Acted:
    """Note that a device is lost, and shut it out unless told otherwise.

    Raises:
        ActRefused: `unknown-device`, `own-device`.
    """
    if device_id == actor.device_id:
        raise ActRefused("own-device", _("Du sidder ved den maskine; den er ikke mistet."))
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation).id
        found = devices_of(connection, org_id, device_id)
        if not found:
            raise ActRefused("unknown-device", _("Der er ingen maskine med det id."))
        marked = found[0].lost_at is None
        if marked:
            connection.execute(
                update(device)
                .where(device.c.org_id == org_id, device.c.device_id == device_id)
                .values(lost_at=db.now())
            )
            write_down(connection, db, org_id, actor, [Act("lost", subject=device_id, reason=_reason(reason))])
        shut = shut_out and _shut_out(db, connection, org_id, actor, device_id, reason)
    return Acted(changed=int(marked or shut), device=device_id)


def _shut_out(db: Database, connection: Connection, org_id: str, actor: Actor, device_id: str, reason: str) -> bool:
    try:
        changed = administration.revoke_in(db, connection, org_id, device_id)
    except NotFound:
        raise ActRefused("unknown-device", _("Der er ingen maskine med det id.")) from None
    if changed:
        write_down(connection, db, org_id, actor, [Act("revoke", subject=device_id, reason=_reason(reason))])
    return changed


def lost_sheet(db: Database, organisation: str | None, actor: Actor, device_id: str) -> LostSheet:
    """What is known of a device that is lost: what was on it, and what may be lost with it. That it was made is written down.

    Raises:
        ActRefused: `unknown-device`.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        found = devices_of(connection, org.id, device_id)
        if not found:
            raise ActRefused("unknown-device", _("Der er ingen maskine med det id."))
        person = next(each for each in people(connection, org.id) if each.id == found[0].consultant)
        access = assignments.access_of(connection, org.id, person, today=today(db.clock))
        roles = Counter(access.citizens.values())
        seen = connection.scalar(
            select(device.c.last_seen_at).where(device.c.org_id == org.id, device.c.device_id == device_id)
        )
        write_down(connection, db, org.id, actor, [Act("lost-sheet", subject=device_id)])
        return LostSheet(
            organisation=org.name,
            device=found[0],
            consultant=person,
            holdings=tuple(Holding(role=role, citizens=roles[role]) for role in _ROLES if roles[role]),
            protected=_protected(connection, org.id, access.citizens),
            held=_held(connection, org.id, access.citizens),
            lease_until=isoformat(policy_of(connection, org.id).lease_until(seen)) if seen else None,
            heard=last_heard(connection, org.id, device_id),
            wipe_ordered_at=_wipe_ordered(connection, org.id, device_id),
            made_at=isoformat(db.now()),
        )


def _wipe_ordered(connection: Connection, org_id: str, device_id: str) -> str | None:
    set_at = connection.scalar(
        select(wipe_order.c.set_at).where(wipe_order.c.org_id == org_id, wipe_order.c.device_id == device_id)
    )
    return None if set_at is None else isoformat(set_at)


_ROLES: tuple[AssignmentRole, ...] = ("primary", "substitute", "treatment")


def _held(connection: Connection, org_id: str, citizens: Iterable[str]) -> tuple[Held, ...]:
    scopes = ["team", *(assignments.scope_of_citizen(each) for each in citizens)]
    rows = connection.execute(
        select(record.c.collection, func.count())
        .where(record.c.org_id == org_id, record.c.scope.in_(scopes), record.c.annulled.is_(None))
        .group_by(record.c.collection)
        .order_by(record.c.collection)
    )
    return tuple(Held(collection=collection, records=count) for collection, count in rows)


def _protected(connection: Connection, org_id: str, citizens: Iterable[str]) -> int:
    count = connection.scalar(
        select(func.count()).where(
            record.c.org_id == org_id,
            record.c.id.in_(list(citizens)),
            record.c.collection == "citizen",
            record.c.body["address_protected"].astext == "true",
        )
    )
    return int(count or 0)


def _consultant(staff: dict[str, Person], consultant_id: str) -> Person:
    person = staff.get(consultant_id)
    if person is None:
        raise ActRefused("unknown-person", _("Der er ingen medarbejder med det id. Intet er ændret."))
    if person.role != "consultant":
        raise ActRefused(
            "not-a-consultant",
            _("{initials} er ikke konsulent. Intet er ændret.").format(initials=person.initials),
        )
    return person


def _ties(ledger: Ledger, covers: Iterable[Cover]) -> dict[str, dict[str, Any]]:
    """Who has each of the citizens, by citizen and consultant.

    Raises:
        ActRefused: `unknown-citizen`.
    """
    ids = sorted({cover.citizen for cover in covers})
    known = ledger.read(ids)
    if any(each not in known or known[each].collection != "citizen" for each in ids):
        raise ActRefused("unknown-citizen", _("Der er ingen borger med det id. Intet er ændret."))
    found: dict[str, dict[str, Any]] = {each: {} for each in ids}
    rows = ledger.connection.execute(
        select(assignment).where(assignment.c.org_id == ledger.org_id, assignment.c.citizen_id.in_(ids))
    )
    for row in rows:
        found[row.citizen_id][row.consultant_id] = row
    return found


def _has_today(tie: Any, day: date) -> bool:
    """True where somebody has the citizen today, as their own or as a stand-in."""
    if tie is None or tie.role == "treatment":
        return False
    return tie.valid_until is None or bool(tie.valid_until >= day)


def _stands_already(tie: Any, until: date) -> bool:
    """True where somebody has the citizen as their own, or stands in at least that long."""
    if tie is None or tie.role == "treatment":
        return False
    return tie.role == "primary" or tie.valid_until is None or bool(tie.valid_until >= until)


def _reason(text: str) -> str:
    return clean(text, limit=500).strip()
