"""When somebody of the staff was in contact with a citizen, and when they tried."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.case import Case
from fieldtui.domain.due import day_of, live
from fieldtui.domain.records import Attendance

CONTACT_NOTES: Final = frozenset({"referat", "telefon", "uanmeldt"})
"""Kinds of note that tell of a contact; others may be written without one."""
ATTEMPTS: Final = frozenset({"kontaktforsoeg"})


def contact_days(case: Case) -> tuple[date, ...]:
    """The days of attended meetings and of notes that tell of a contact, the oldest first."""
    met = {day_of(item.record) for item in live(case.appointments) if item.record.status is Attendance.ATTENDED}
    noted = {_day(item.record.written_at) for item in live(case.notes) if item.record.kind in CONTACT_NOTES}
    return tuple(sorted(met | noted))


def tried_since(case: Case, since: datetime) -> bool:
    """True where a contact was noted, or an attempt at one, after an instant."""
    kinds = CONTACT_NOTES | ATTEMPTS
    return any(item.record.kind in kinds and item.record.written_at >= since for item in live(case.notes))


def _day(at: datetime) -> date:
    return at.astimezone(COPENHAGEN).date()
