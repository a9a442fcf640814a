"""The team as its leader sees it: who is where, what was not kept in time, which devices there are and which wait.

Made anew at every request, from the records and with the rules the consultants' own devices use, so that a leader and a
consultant never look at different figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from fieldtui.base.clock import COPENHAGEN, isoformat, today
from fieldtui.central.database import Database
from fieldtui.central.enrolling import waiting_devices
from fieldtui.central.ledger import stored_from
from fieldtui.central.rulesets import book_of
from fieldtui.central.schema import assignment, device, enrolment, record, wipe_order
from fieldtui.central.staff import people
from fieldtui.domain.case import Case
from fieldtui.domain.casefiles import cases_of
from fieldtui.domain.deadlines import deadlines, is_discharged
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.domain.rulebook import RuleBook
from fieldtui.export.lines import line_of
from fieldtui.wire.team import Standin, TeamCitizen, TeamDeadline, TeamDevice, TeamMeeting, TeamPicture

_NEEDED: Final = (
    "citizen", "appointment", "referral", "consent", "placement", "job_lead", "activation", "task", "note",
)  # fmt: skip
"""What deadlines follow from; of a note only its kind and day, as a contact."""


def picture(db: Database, org_id: str) -> TeamPicture:
    """The team of an organisation as it stands now."""
    day = today(db.clock)
    with db.transaction() as connection:
        records = files(connection, org_id)
        cases = cases_of([each for each in records if each.scope != "team"])
        ties = connection.execute(
            select(assignment).where(assignment.c.org_id == org_id).order_by(assignment.c.consultant_id)
        ).all()
        rules = book_of(connection, org_id)
        citizens, overdue = _citizens(cases, ties, rules, day)
        return TeamPicture(
            made_at=isoformat(db.now()),
            day=day.isoformat(),
            people=people(connection, org_id),
            citizens=citizens,
            meetings=_meetings(records, cases, day),
            overdue=overdue,
            devices=devices_of(connection, org_id),
            enrolments=waiting_devices(connection, org_id, db.now()),
        )


def files(connection: Connection, org_id: str) -> list[Stored[Any]]:
    """Every record that deadlines and the day's list follow from, one scope after another."""
    rows = connection.execute(
        select(record)
        .where(record.c.org_id == org_id, record.c.collection.in_(_NEEDED))
        .order_by(record.c.scope, record.c.id)
    )
    return [stored_from(row) for row in rows]


def _citizens(
    cases: Iterable[Case], ties: Iterable[Any], rules: RuleBook, day: date
) -> tuple[tuple[TeamCitizen, ...], tuple[TeamDeadline, ...]]:
    by_citizen: dict[str, list[Any]] = {}
    for tie in ties:
        by_citizen.setdefault(tie.citizen_id, []).append(tie)
    citizens: list[TeamCitizen] = []
    overdue: list[TeamDeadline] = []
    for case in cases:
        if case.citizen.annulled_at is not None:
            continue
        found = deadlines(case, rules, day)
        overdue += [
            TeamDeadline(
                citizen=case.id, kind=each.kind, rule=each.rule_id, version=each.rule_version,
                due_on=each.due_on.isoformat(), confirmed=each.confirmed,
            )
            for each in found
            if not each.past_at_import and each.days_left(day) < 0
        ]  # fmt: skip
        mine = by_citizen.get(case.id, [])
        citizens.append(
            TeamCitizen(
                id=case.id,
                code=code_of(case.citizen),
                enrolled=not is_discharged(case.citizen.record, day),
                primary=next((tie.consultant_id for tie in mine if tie.role == "primary"), None),
                standins=tuple(
                    Standin(
                        consultant=tie.consultant_id, until=tie.valid_until.isoformat() if tie.valid_until else None
                    )
                    for tie in mine
                    if tie.role == "substitute" and (tie.valid_until is None or tie.valid_until >= day)
                ),
                past_at_import=sum(each.past_at_import for each in found),
            )
        )
    return tuple(citizens), tuple(sorted(overdue, key=lambda each: (each.due_on, each.citizen, each.kind, each.rule)))


def code_of(citizen: Stored[Citizen]) -> str:
    """What a citizen is called where no name may stand: the call code, or the end of the id where there is none."""
    return citizen.record.call_code or citizen.id[-4:].upper()


def _meetings(records: Iterable[Stored[Any]], cases: Iterable[Case], day: date) -> tuple[TeamMeeting, ...]:
    by_citizen = {each: case for case in cases for each in (case.id, *(card.id for card in case.merged))}
    todays = [
        each
        for each in records
        if isinstance(each.record, Appointment)
        and each.annulled_at is None
        and each.record.starts_at.astimezone(COPENHAGEN).date() == day
    ]
    providers = frozenset(
        item.record.provider for case in by_citizen.values() for item in case.referrals if item.record.provider
    )
    found = [_meeting(each, by_citizen.get(each.record.citizen_id or ""), providers) for each in todays]
    return tuple(sorted(found, key=lambda each: (datetime.fromisoformat(each.starts_at), each.id)))


def _meeting(stored: Stored[Appointment], case: Case | None, providers: frozenset[str]) -> TeamMeeting:
    """A meeting cut down to what a list for the reception may say of it."""
    appointment = stored.record
    shown = line_of(
        stored, case.citizen if case else None, None, profile="reception", providers=providers,
        others=[card.record for card in case.merged] if case else (),
    )  # fmt: skip
    holder = [appointment.consultant_id] if appointment.consultant_id else []
    return TeamMeeting(
        id=stored.id,
        consultants=(*holder, *(each for each in appointment.participants if each not in holder)),
        citizen=case.id if case else appointment.citizen_id,
        kind=None if appointment.kind == "brobygning" else appointment.kind,
        starts_at=isoformat(appointment.starts_at),
        minutes=appointment.duration_minutes,
        place=shown.place,
        status=appointment.status.value,
    )


def devices_of(connection: Connection, org_id: str, device_id: str | None = None) -> tuple[TeamDevice, ...]:
    """The devices of an organisation, or the one; those in use first, then by consultant and time of enrolment."""
    statement = (
        select(device, enrolment.c.reused_at, wipe_order.c.delivered_at)
        .outerjoin(enrolment, (enrolment.c.org_id == device.c.org_id) & (enrolment.c.device_id == device.c.device_id))
        .outerjoin(
            wipe_order, (wipe_order.c.org_id == device.c.org_id) & (wipe_order.c.device_id == device.c.device_id)
        )
        .where(device.c.org_id == org_id)
    )
    if device_id is not None:
        statement = statement.where(device.c.device_id == device_id)
    rows = connection.execute(
        statement.order_by(device.c.revoked_at.is_not(None), device.c.consultant_id, device.c.enrolled_at)
    )
    return tuple(
        TeamDevice(
            id=row.device_id,
            consultant=row.consultant_id,
            name=row.name,
            app_version=row.app_version,
            enrolled_at=isoformat(row.enrolled_at),
            last_seen_at=_text(row.last_seen_at),
            waiting=row.waiting,
            waiting_since=row.waiting_since,
            revoked_at=_text(row.revoked_at),
            lost_at=_text(row.lost_at),
            code_used_again_at=_text(row.reused_at),
            wipe_delivered_at=_text(row.delivered_at),
            set_back=row.set_back,
            set_back_at=_text(row.set_back_at),
        )
        for row in rows
    )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else isoformat(instant)
