"""Guessing enrolment codes: counted by the address it comes from, and for the organisation as a whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.central.schema import enrol_address, organisation

WINDOW: Final = timedelta(minutes=15)
FROM_ADDRESS: Final = 10
"""Wrong codes from one address in the window, before it has to wait. Fewer than an organisation takes, so that nobody
alone can make a whole organisation wait."""
FROM_ALL: Final = 20
"""Wrong codes per organisation in the window, before every new code, right or wrong, has to wait."""


def wait_for_address(connection: Connection, address: str | None, now: datetime) -> int:
    """Seconds until codes from an address are looked at again; 0 where it may ask now."""
    if address is None:
        return 0
    row = connection.execute(select(enrol_address).where(enrol_address.c.address_hash == address)).first()
    return 0 if row is None or row.failures < FROM_ADDRESS else _left(row.window_at, now)


def wait_for_all(connection: Connection, org_id: str, now: datetime) -> int:
    """Seconds until codes of an organisation are taken again; 0 where there were not too many wrong ones."""
    row = connection.execute(select(organisation).where(organisation.c.org_id == org_id)).one()
    if row.enrol_window_at is None or row.enrol_failures <= FROM_ALL:
        return 0
    return _left(row.enrol_window_at, now)


def count_wrong_code(connection: Connection, address: str | None, now: datetime) -> int:
    """Count a wrong code; seconds to wait where there were too many. Nobody knows whose code was meant, so all count."""
    if address is not None:
        _count_address(connection, address, now)
    longest = 0
    for row in connection.execute(select(organisation).with_for_update()).all():
        fresh = row.enrol_window_at is None or now - row.enrol_window_at > WINDOW
        failures = 1 if fresh else row.enrol_failures + 1
        began = now if fresh else row.enrol_window_at
        connection.execute(
            update(organisation)
            .where(organisation.c.org_id == row.org_id)
            .values(enrol_failures=failures, enrol_window_at=began)
        )
        if failures > FROM_ALL:
            longest = max(longest, _left(began, now))
    return longest


def _count_address(connection: Connection, address: str, now: datetime) -> None:
    connection.execute(delete(enrol_address).where(enrol_address.c.window_at < now - WINDOW))
    connection.execute(
        insert(enrol_address)
        .values(address_hash=address, failures=1, window_at=now)
        .on_conflict_do_update(index_elements=["address_hash"], set_={"failures": enrol_address.c.failures + 1})
    )


def _left(began: datetime, now: datetime) -> int:
    ends = began + WINDOW
    return int((ends - now).total_seconds()) + 1 if now < ends else 0
