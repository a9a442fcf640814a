"""Reading the access logs of all devices: for the citizen who asks, for who looks after the lookups, and for a lost laptop.

The central system cannot prove an entry, as the key lies in the device's vault; it holds what each device once said, refuses
to let that be said otherwise, and knows by the head in every request how much it has not got.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import NotFound
from fieldtui.base.text import clean
from fieldtui.central.acting import Act, Actor, write_down
from fieldtui.central.assignments import access_of
from fieldtui.central.database import Database
from fieldtui.central.schema import access_log, device, record
from fieldtui.central.staff import people
from fieldtui.domain.citizenlog import GivenLook, looks_of
from fieldtui.domain.logged import ABOUT_A_CITIZEN, LONGEST_REASON, bare_reason
from fieldtui.wire.messages import Person
from fieldtui.wire.team import LastHeard

_WEEK: Final = timedelta(days=7)
_SEALED: Final = "sealed"
_TRIES: Final = re.compile(r"[0-9]{1,6}", re.ASCII)
_LOOKS: Final = frozenset({"open", "reveal", "search"})
_EARLY, _LATE = 6, 20
"""From the first hour to the one before the last is an ordinary day of work."""
_ENTRY = (
    access_log.c.device_id,
    access_log.c.seq,
    access_log.c.at,
    access_log.c.actor,
    access_log.c.action,
    access_log.c.subject,
    access_log.c.reason,
    access_log.c.detail,
    access_log.c.received_at,
)


@dataclass(frozen=True, slots=True)
class HeldEntry:
    """One entry as a device said it."""

    device_id: str
    seq: int
    at: str
    actor: str
    action: str
    subject: str | None
    reason: str | None
    detail: str | None
    received_at: datetime

    @classmethod
    def of(cls, row: Sequence[Any]) -> HeldEntry:
        """From a row; a time that is none is the time when the entry was received."""
        entry = cls(*row)
        try:
            timely = datetime.fromisoformat(entry.at).tzinfo is not None
        except ValueError:
            timely = False
        return entry if timely else replace(entry, at=entry.received_at.isoformat(timespec="seconds"))


@dataclass(frozen=True, slots=True)
class Habit:
    """How one person looked things up in a period: numbers to ask about, not to judge by."""

    person: Person
    citizens: int
    """Different citizens whose file was opened."""
    opened: int
    revealed: int
    searched: int
    not_theirs: int
    """Openings of a citizen who is nobody's of theirs today."""
    at_odd_hours: int
    """Openings, reveals and searches before 6, after 20, or in a weekend, by Danish time."""


def entries(db: Database, organisation: str | None, citizen_id: str | None = None) -> tuple[HeldEntry, ...]:
    """What all devices said, by time; only about one citizen and the citizen's records where one is given."""
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation).id
        return _entries(connection, org_id, citizen_id)


def given(db: Database, organisation: str | None, citizen_id: str, reason: str, actor: Actor) -> tuple[GivenLook, ...]:
    """What a citizen who asks is told of all devices' logs, without names. It is written down that it was given.

    Args:
        db: The central database.
        organisation: Its name; `None` where there is only one.
        citizen_id: Who asks.
        reason: Why it is given out, as it was typed.
        actor: Who does it.

    Raises:
        NotFound: No device said anything about such a citizen.
    """
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation).id
        found = _entries(connection, org_id, citizen_id)
        if not found:
            raise NotFound(clean(citizen_id, limit=80))
        looks = looks_of(found, people(connection, org_id))
        why = bare_reason(clean(reason, limit=LONGEST_REASON))
        write_down(connection, db, org_id, actor, [Act("log-given", citizen_id, str(len(looks)), why)])
        return looks


def habits(db: Database, organisation: str | None, first: date, last: date) -> tuple[Habit, ...]:
    """How each person looked things up from the first day through the last, most citizens first."""
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation).id
        by_actor: dict[str, list[HeldEntry]] = {}
        for entry in _entries(connection, org_id, None):
            if entry.action in _LOOKS and first <= _local(entry).date() <= last:
                by_actor.setdefault(entry.actor, []).append(entry)
        found = [
            _habit(person, by_actor[person.id], set(access_of(connection, org_id, person, today=last).citizens))
            for person in people(connection, org_id)
            if person.id in by_actor
        ]
    return tuple(sorted(found, key=lambda habit: (-habit.citizens, habit.person.initials)))


def last_heard(connection: Connection, org_id: str, device_id: str) -> LastHeard:
    """What the access log of one device says of its last days."""
    found = [
        HeldEntry.of(row)
        for row in connection.execute(
            select(*_ENTRY)
            .where(access_log.c.org_id == org_id, access_log.c.device_id == device_id)
            .order_by(access_log.c.seq)
        )
    ]
    head = connection.scalar(
        select(device.c.audit_head).where(device.c.org_id == org_id, device.c.device_id == device_id)
    )
    said = int(head.partition(":")[0]) if head and head.partition(":")[0].isdigit() else None
    since = _instant(found[-1]) - _WEEK if found else datetime.max.replace(tzinfo=UTC)
    return LastHeard(
        entries=len(found),
        missing=None if said is None else max(0, said - (found[-1].seq if found else 0)),
        last_at=isoformat(_instant(found[-1])) if found else None,
        unlocked_at=_latest(found, "unlock"),
        wrong_tries=sum(int(entry.detail or 0) for entry in found if _is_wrong_try(entry)),
        bound=next((entry.detail for entry in reversed(found) if entry.action == "device_secret"), None),
        open_lists=sum(
            entry.action in {"export", "dossier", "log.given"}
            and _SEALED not in (entry.detail or "").split()
            and _instant(entry) >= since
            for entry in found
        ),
        backups_elsewhere=sum(entry.action == "backup" and entry.detail == "elsewhere" for entry in found),
    )


# --- inside ---------------------------------------------------------------------------------------


def _entries(connection: Connection, org_id: str, citizen_id: str | None) -> tuple[HeldEntry, ...]:
    query = select(*_ENTRY).where(access_log.c.org_id == org_id)
    if citizen_id is not None:
        records = select(record.c.id).where(record.c.org_id == org_id, record.c.scope == f"citizen:{citizen_id}")
        query = query.where((access_log.c.subject == citizen_id) | access_log.c.subject.in_(records))
    rows = connection.execute(query.order_by(access_log.c.at, access_log.c.device_id, access_log.c.seq))
    return tuple(HeldEntry.of(row) for row in rows)


def _habit(person: Person, looks: Iterable[HeldEntry], own: set[str]) -> Habit:
    looks = tuple(looks)
    kinds = Counter(entry.action for entry in looks)
    opened = [entry for entry in looks if entry.action == "open"]
    return Habit(
        person=person,
        citizens=len({entry.subject for entry in opened}),
        opened=kinds["open"],
        revealed=kinds["reveal"],
        searched=kinds["search"],
        not_theirs=sum(entry.subject not in own for entry in opened),
        at_odd_hours=sum(_is_odd(_local(entry)) for entry in looks),
    )


def _is_odd(at: datetime) -> bool:
    return at.weekday() >= 5 or not _EARLY <= at.hour < _LATE


def _is_wrong_try(entry: HeldEntry) -> bool:
    return entry.action == "unlock.failed" and _TRIES.fullmatch(entry.detail or "") is not None


def _latest(found: list[HeldEntry], action: str) -> str | None:
    return next((isoformat(_instant(entry)) for entry in reversed(found) if entry.action == action), None)


def _instant(entry: HeldEntry) -> datetime:
    return datetime.fromisoformat(entry.at)


def _local(entry: HeldEntry) -> datetime:
    return _instant(entry).astimezone(COPENHAGEN)


def document(entry: HeldEntry) -> dict[str, Any]:
    """An entry in the shape of docs/cli.md."""
    return {
        "device": entry.device_id,
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "detail": entry.detail,
        "about_a_citizen": entry.action in ABOUT_A_CITIZEN,
    }
