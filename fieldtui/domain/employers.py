"""Contact with employers: who spoke to them last, whether it is too soon to call again, what they have open, how often.

Pure: records and a day in, answers out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from fieldtui.domain.calendar import monday_of
from fieldtui.domain.envelope import Stored
from fieldtui.domain.merging import survivors
from fieldtui.domain.records import Company, EmployerContact, Opening, Partner

WEEKS: Final = 8
"""So many weeks back a development is shown."""


@dataclass(frozen=True, slots=True)
class Recent:
    """A colleague's last contact with a company, not long ago."""

    on: date
    by: str | None
    """Consultant id."""
    days: int
    """How many days ago; 0 is the same day."""


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week's contacts."""

    monday: date
    contacts: int
    face_to_face: int


def recent_colleague(contacts: Iterable[EmployerContact], me: str | None, on: date, within_days: int) -> Recent | None:
    """The last contact that somebody else than me had with a company, where it is not long ago.

    Args:
        contacts: Every contact with the company; additions to one do not count on their own.
        me: Consultant id; my own contacts warn nobody.
        on: The day somebody wants to call.
        within_days: A contact from so many days before, or from the day itself, is recent.
    """
    theirs = [
        each
        for each in contacts
        if each.by != me and each.addendum_to is None and 0 <= (on - each.on).days <= within_days
    ]
    last = max(theirs, key=lambda each: each.on, default=None)
    return None if last is None else Recent(last.on, last.by, (on - last.on).days)


def rests(company: Company, on: date) -> bool:
    """True where the company has asked for peace on that day; `rest_until` is its last day."""
    return company.rest_until is not None and on <= company.rest_until


def under_survivors(stored: Sequence[Stored[Any]]) -> list[Stored[Any]]:
    """The same records, with each that names a company naming the one that stands for it; for counting, never for storing.

    Args:
        stored: Records that stand, the companies among them.
    """
    pointers = {each.id: each.record.merged_into for each in stored if isinstance(each.record, Company)}
    moved = {each: survivor for each, survivor in survivors(pointers).items() if survivor != each}
    if not moved:
        return list(stored)
    return [
        replace(each, record=each.record.model_copy(update={"company_id": moved[company_id]}))
        if (company_id := getattr(each.record, "company_id", None)) in moved
        else each
        for each in stored
    ]


def is_open(opening: Opening, on: date) -> bool:
    """True from its first day through its last; without them it is open."""
    return (opening.open_from is None or opening.open_from <= on) and not is_closed(opening, on)


def is_closed(opening: Opening, on: date) -> bool:
    """True after its last day; one that has not begun is not closed."""
    return opening.open_until is not None and opening.open_until < on


def is_offered(partner: Partner, on: date) -> bool:
    """True where a partner may be chosen on that day; what was agreed with one that ended keeps it."""
    return (partner.valid_from is None or partner.valid_from <= on) and (
        partner.valid_to is None or on <= partner.valid_to
    )


def by_week(contacts: Iterable[EmployerContact], on: date, *, weeks: int = WEEKS) -> tuple[Week, ...]:
    """Contacts in each of the last ISO weeks (ISO 8601, Monday first), the oldest first; the last holds the day.

    An addition to a contact is no contact of its own. Days after `on` do not count yet.
    """
    last = monday_of(on)
    counted = [each for each in contacts if each.addendum_to is None and each.on <= on]
    found = []
    for back in range(weeks - 1, -1, -1):
        monday = last - timedelta(weeks=back)
        mine = [each for each in counted if monday_of(each.on) == monday]
        found.append(Week(monday, len(mine), sum(each.face_to_face for each in mine)))
    return tuple(found)
