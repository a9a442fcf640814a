"""Tying a device to a consultant: a code, six words on both screens, one approval (security design, § 7)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.base.text import clean
from fieldtui.central.database import Database, Organisation, organisation_from
from fieldtui.central.guessing import count_wrong_code, wait_for_address, wait_for_all
from fieldtui.central.ledger import short_code
from fieldtui.central.organisationkeys import keys_of
from fieldtui.central.policy import policy_of
from fieldtui.central.schema import consultant, device, enrolment, organisation
from fieldtui.central.staff import person_by_initials, person_from
from fieldtui.wire.keys import load_public_key, public_key_der, public_key_text
from fieldtui.wire.messages import Enrolled, EnrolPending, EnrolRequest
from fieldtui.wire.team import TeamEnrolment
from fieldtui.wire.words import fingerprint_words

CODE_LENGTH: Final = 8
CODE_MINUTES: Final = 15
_WAIT_AFTER_CODE: Final = timedelta(hours=24)
"""How long after its code ran out a device that used it in time may still ask whether it was approved."""
DEFAULT_URL: Final = "http://127.0.0.1:8443"


@dataclass(frozen=True, slots=True)
class EnrolCode:
    """What the office hands to the person at the device."""

    code: str
    """`XXXX-XXXX`; blanks and hyphens do not count when it is typed."""
    url: str
    """Address with the fingerprint of the response key."""
    expires_at: str
    """ISO 8601."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits for approval."""

    consultant: str
    """Initials."""
    device_name: str
    words: tuple[str, ...]
    reused_at: str | None = None
    """When another machine last tried the same code: the one that waits may not be the right one."""


class CodeRefused(Exception):
    """The code is unknown, used by another key, or too old."""


class TooManyTries(Exception):
    """Too many wrong codes lately; wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many tries")
        self.seconds = seconds


def fingerprint(org: Organisation) -> str:
    """SHA-256 of the response key, base64url without padding."""
    digest = hashlib.sha256(public_key_der(org.server_key)).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def enrol_code(
    db: Database,
    initials: str,
    pre_approved: bool = False,
    base_url: str | None = None,
    *,
    organisation: str | None = None,
) -> EnrolCode:
    """A one-time code for one device of someone, valid for a quarter of an hour.

    Args:
        db: The central database.
        initials: Whose device it will be.
        pre_approved: Skip the comparison of words (training, automation).
        base_url: Where devices reach the central system; as `serve` was last told where not given.
        organisation: Its name, where there are several.

    Raises:
        BadUsage: No such initials or organisation.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        person = person_by_initials(connection, org.id, initials)
        code = short_code(db.ids, CODE_LENGTH)
        now = db.now()
        expires = now + timedelta(minutes=CODE_MINUTES)
        connection.execute(
            insert(enrolment).values(
                org_id=org.id, code_hash=_hashed(org.id, code), consultant_id=person.id, pre_approved=pre_approved,
                created_at=now, expires_at=expires,
            )
        )  # fmt: skip
        base = (base_url or org.public_url or DEFAULT_URL).rstrip("/")
        return EnrolCode(f"{code[:4]}-{code[4:]}", f"{base}#k={fingerprint(org)}", isoformat(expires))


def waiting(db: Database, code: str, *, organisation: str | None = None) -> Waiting:
    """Which device waits on a code, with the words to compare.

    Raises:
        BadUsage: The code is unknown or too old, or no device has used it yet.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        row = _waiting_row(connection, org.id, code, db.now())
        person = _person(connection, org.id, row.consultant_id)
        reused_at = isoformat(row.reused_at) if row.reused_at else None
        return Waiting(person.initials, row.device_name, _words(row.public_key), reused_at)


def approve(db: Database, code: str, *, organisation: str | None = None) -> str:
    """Approve the device that waits on a code; returns its id. Approving it again changes nothing.

    Raises:
        BadUsage: The code is unknown or too old, or no device has used it yet.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        row = _waiting_row(connection, org.id, code, db.now())
        if row.device_id is not None:
            return str(row.device_id)
        return _make_device(db, connection, row)


def waiting_devices(connection: Connection, org_id: str, now: datetime) -> tuple[TeamEnrolment, ...]:
    """Every device that waits for approval, the one that waits longest first."""
    rows = connection.execute(
        select(enrolment)
        .where(
            enrolment.c.org_id == org_id,
            enrolment.c.public_key.is_not(None),
            enrolment.c.device_id.is_(None),
            enrolment.c.expires_at >= now - _WAIT_AFTER_CODE,
        )
        .order_by(enrolment.c.created_at, enrolment.c.code_hash)
    )
    return tuple(_enrolment_of(row) for row in rows)


def waiting_in(connection: Connection, org_id: str, code: str, now: datetime) -> TeamEnrolment:
    """The device that waits on a code, inside a transaction of the caller's; errors as `waiting`."""
    return _enrolment_of(_waiting_row(connection, org_id, code, now))


def approve_in(
    db: Database,
    connection: Connection,
    org_id: str,
    words: tuple[str, ...],
    *,
    code: str | None,
    reference: str | None,
) -> tuple[str, bool]:
    """Let a device in whose words were compared, inside a transaction of the caller's.

    Args:
        db: The central database.
        connection: The transaction.
        org_id: The organisation.
        words: As they stood on both screens.
        code: What the device enrolled with; or
        reference: as `waiting_devices` named it.

    Returns:
        The device's id, and whether it was let in just now.

    Raises:
        BadUsage: No device waits so, or it has other words.
    """
    if code is not None:
        row = _waiting_row(connection, org_id, code, db.now())
    else:
        rows = connection.execute(select(enrolment).where(enrolment.c.org_id == org_id).with_for_update())
        row = next((each for each in rows if _reference(each.code_hash) == reference), None)
        if row is None or row.public_key is None or db.now() > row.expires_at + _WAIT_AFTER_CODE:
            raise BadUsage(_("Ingen maskine venter på det. Den kan være godkendt af en anden."))
    if _words(row.public_key) != words:
        raise BadUsage(_("Ordene passer ikke til den maskine, der venter. Den er ikke godkendt."))
    if row.device_id is not None:
        return str(row.device_id), False
    return _make_device(db, connection, row), True


def _enrolment_of(row: Any) -> TeamEnrolment:
    return TeamEnrolment(
        reference=_reference(row.code_hash),
        consultant=row.consultant_id,
        device_name=row.device_name,
        words=_words(row.public_key),
        asked_at=isoformat(row.created_at),
        code_used_again_at=isoformat(row.reused_at) if row.reused_at else None,
    )


def _reference(code_hash: str) -> str:
    """A name for an enrolment that its code cannot be guessed from any faster than from the hash of it."""
    return hashlib.sha256(f"enrolment:{code_hash}".encode()).hexdigest()[:32]


def answer(
    db: Database, request: EnrolRequest, *, key_text: str, address: str | None = None
) -> tuple[Organisation, Enrolled | EnrolPending]:
    """What a device hears that asks to be enrolled.

    Args:
        db: The central database.
        request: What it asks.
        key_text: The key its request was proven to be signed with.
        address: A name for where it comes from, where that tells somebody from somebody else.

    Raises:
        CodeRefused: As it says; nothing tells which.
        TooManyTries: Somebody is guessing.
    """
    code = _normalised(request.code)
    now = db.now()
    with db.transaction() as connection:
        found = _find(connection, code)
        wait = wait_for_address(connection, address, now)
        if found is None:
            wait = wait or count_wrong_code(connection, address, now)
        else:
            org, row = found
            # A right guess among many wrong ones must not be told apart. Whoever uses a code already goes on.
            wait = max(wait, wait_for_all(connection, org.id, now)) if row.public_key is None else 0
            if not wait and _may_go_on(row, key_text, now):
                return org, _answer(db, connection, org, row, request, key_text)
            if row.public_key is not None and row.public_key != key_text:
                _sound_alarm(connection, row, now)
    if wait:
        raise TooManyTries(wait)
    raise CodeRefused


def _answer(
    db: Database, connection: Connection, org: Organisation, row: Any, request: EnrolRequest, key_text: str
) -> Enrolled | EnrolPending:
    if row.public_key is None:
        connection.execute(
            update(enrolment)
            .where(enrolment.c.org_id == org.id, enrolment.c.code_hash == row.code_hash)
            .values(
                public_key=key_text,
                device_name=clean(request.device_name).strip() or "?",
                app_version=clean(request.app_version).strip(),
            )
        )
        row = _row(connection, org.id, row.code_hash)
    device_id = row.device_id
    if device_id is None and row.pre_approved:
        device_id = _make_device(db, connection, row)
    if device_id is None:
        return EnrolPending(words=_words(key_text))
    return Enrolled(
        device_id=device_id,
        key_id=f"{org.id}.{device_id}",
        organisation=org.name,
        organisation_id=org.id,
        consultant=_person(connection, org.id, row.consultant_id),
        server_key=public_key_text(org.server_key),
        organisation_keys=keys_of(connection, org.id),
        ca=policy_of(connection, org.id).ca,
    )


def _sound_alarm(connection: Connection, row: Any, now: datetime) -> None:
    """Somebody else has the code too: the device it let in, or that waits on it, may not be the right one."""
    event("central.enrol.code_used_again", device=row.device_id or "")
    connection.execute(
        update(enrolment)
        .where(enrolment.c.org_id == row.org_id, enrolment.c.code_hash == row.code_hash)
        .values(reused_at=now)
    )


def _may_go_on(row: Any, key_text: str, now: datetime) -> bool:
    if row.public_key is None:
        return bool(now <= row.expires_at)
    # In use: only the key that came first may ask on, and not for ever.
    return bool(row.public_key == key_text and now <= row.expires_at + _WAIT_AFTER_CODE)


def _find(connection: Connection, code: str) -> tuple[Organisation, Any] | None:
    for org_row in connection.execute(select(organisation)).all():
        row = _row(connection, org_row.org_id, _hashed(org_row.org_id, code), lock=True)
        if row is not None:
            return organisation_from(org_row), row
    return None


def _row(connection: Connection, org_id: str, code_hash: str, *, lock: bool = False) -> Any:
    statement = select(enrolment).where(enrolment.c.org_id == org_id, enrolment.c.code_hash == code_hash)
    return connection.execute(statement.with_for_update() if lock else statement).first()


def _waiting_row(connection: Connection, org_id: str, code: str, now: datetime) -> Any:
    row = _row(connection, org_id, _hashed(org_id, _normalised(code)), lock=True)
    if row is None or now > row.expires_at + _WAIT_AFTER_CODE:
        raise BadUsage(_("Koden kendes ikke, eller den er for gammel. Lav en ny med: fieldtui central enrol-code"))
    if row.public_key is None:
        raise BadUsage(_("Ingen maskine har brugt koden endnu. Kør først fieldtui enrol på maskinen."))
    return row


def _make_device(db: Database, connection: Connection, row: Any) -> str:
    device_id = db.ids.new()
    now = db.now()
    connection.execute(
        insert(device).values(
            org_id=row.org_id, device_id=device_id, consultant_id=row.consultant_id, name=row.device_name,
            public_key=row.public_key, app_version=row.app_version, last_seq=0, enrolled_at=now,
        )
    )  # fmt: skip
    connection.execute(
        update(enrolment)
        .where(enrolment.c.org_id == row.org_id, enrolment.c.code_hash == row.code_hash)
        .values(device_id=device_id, approved_at=now)
    )
    return device_id


def _person(connection: Connection, org_id: str, consultant_id: str) -> Any:
    row = connection.execute(
        select(consultant).where(consultant.c.org_id == org_id, consultant.c.consultant_id == consultant_id)
    ).one()
    return person_from(row)


def _words(key_text: str) -> tuple[str, ...]:
    return fingerprint_words(public_key_der(load_public_key(key_text)))


def _normalised(code: str) -> str:
    return "".join(char for char in code.upper() if char.isalnum())


def _hashed(org_id: str, code: str) -> str:
    return hashlib.sha256(f"{org_id}:{code}".encode()).hexdigest()
