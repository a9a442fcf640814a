"""One appointment as a list may show it: what a reader may not see is left out before any format is chosen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.text import clean, fold, phone_digits
from fieldtui.domain.due import day_of, is_silent
from fieldtui.domain.envelope import Stored
from fieldtui.domain.lists import appointment_reference
from fieldtui.domain.protection import ELSEWHERE, holds_address
from fieldtui.domain.records import Appointment, Attendance, Citizen
from fieldtui.export.columns import Profile
from fieldtui.wire.messages import Person

_KIND_LABELS: Final = {
    "jobsamtale": "Jobsamtale",
    "opfoelgning": "Opfølgning",
    "virksomhedsbesoeg": "Virksomhedsbesøg",
    # Bridging to treatment is health information: a list calls it what any meeting is called.
    "brobygning": "Samtale",
    "mentor": "Mentor",
    "team": "Teammøde",
    "netvaerk": "Netværksmøde",
    "andet": "Møde",
}
_CANCELLED: Final = frozenset(
    {Attendance.CANCELLED_CITIZEN, Attendance.CANCELLED_CITIZEN_LATE, Attendance.CANCELLED_STAFF}
)
_TELLING: Final = re.compile(
    r"\bips\b|rusmid|misbrug|alkohol|stof(brug|afhaeng)|afvaen|afrus|behandling|psykiat|ambulator|\d{6}[- ]?\d{4}"
)
"""In a place, folded: what a person reads a citizen's health, programme or CPR number from (domain.md § 6.1)."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of an appointment list, already cut down to what its profile may show.

    `citizen_label` is first name and initial, or the call code where the citizen is protected; `None` where the
    list names nobody. `status` is the appointment's state, which decides whether it is listed; no format prints it.
    """

    appointment_id: str
    reference: str
    starts_at: datetime
    ends_at: datetime
    place: str
    consultant_initials: str
    consultant_name: str
    citizen_label: str | None
    kind: str
    kind_label: str
    practical_needs: tuple[str, ...]
    phone: str | None
    protected: bool
    status: Attendance
    sequence: int
    """How often the event was changed since it was first listed (RFC 5545 § 3.8.7.4)."""
    updated_at: datetime
    annulled: bool = False

    @property
    def cancelled(self) -> bool:
        """True where the meeting will not be held."""
        return self.annulled or self.status in _CANCELLED

    @property
    def uid(self) -> str:
        """A stable identifier that says nothing: a digest of the appointment's random id."""
        return hashlib.sha256(f"fieldtui-list:{self.appointment_id}".encode()).hexdigest()[:32] + "@fieldtui"


def line_of(
    appointment: Stored[Appointment],
    citizen: Stored[Citizen] | None,
    consultant: Person | None,
    *,
    profile: Profile,
    sequence: int | None = None,
    providers: Collection[str] = (),
    others: Collection[Citizen] = (),
) -> ListLine:
    """What a list of this profile may know about an appointment (domain.md § 6.1).

    A meeting to come with somebody whose reminders are stopped is listed as one that is called off.
    An employer meeting is listed without its citizen. A meeting about treatment is listed without its place and
    under a neutral name; so is a place that tells of treatment whatever the meeting is, and a place that holds the citizen's address becomes "Ude af huset".

    Args:
        appointment: The appointment as stored.
        citizen: Whose it is; `None` for meetings of the team.
        consultant: Who holds it, if known.
        profile: For whom the list is made.
        sequence: Change number of the event; the record's revision where it is not given.
        providers: Names of places where treatment is given; a place that holds one is left out.
        others: The other cards of the same citizen: an address or a protection that stands on one counts.
    """
    record = appointment.record
    reference = appointment_reference(appointment.id)
    person = citizen.record if citizen is not None and record.kind != "virksomhedsbesoeg" else None
    cards = (citizen.record, *others) if citizen is not None else ()
    protected = any(card.address_protected for card in cards)
    own = profile == "own"
    changed = appointment.annulled_at or appointment.recorded_at or appointment.received_at or record.starts_at
    return ListLine(
        appointment_id=appointment.id,
        reference=reference,
        starts_at=record.starts_at.astimezone(COPENHAGEN),
        ends_at=record.ends_at.astimezone(COPENHAGEN),
        place=_place(record, cards, providers),
        consultant_initials=clean(consultant.initials) if consultant is not None and profile == "reception" else "",
        consultant_name=clean(consultant.name) if consultant is not None and profile == "reception" else "",
        citizen_label=_label(person, reference, profile, protected=protected),
        kind=record.kind,
        kind_label=_KIND_LABELS.get(record.kind, "Møde") if own else {"reception": "Samtale"}.get(profile, "Aftale"),
        practical_needs=_needs(record, person) if own else (),
        phone=phone_digits(person.phone) if own and person is not None and person.phone and not protected else None,
        protected=protected,
        status=record.status,
        sequence=appointment.rev if sequence is None else sequence,
        updated_at=changed,
        annulled=appointment.annulled_at is not None or _stopped(record, citizen),
    )


def _stopped(record: Appointment, citizen: Stored[Citizen] | None) -> bool:
    """True for a meeting to come with somebody who is dead, imprisoned or admitted by then: nobody is called out for it."""
    return citizen is not None and record.status is Attendance.PLANNED and is_silent(citizen.record, day_of(record))


def _label(citizen: Citizen | None, reference: str, profile: Profile, *, protected: bool) -> str | None:
    if citizen is None or profile == "outlook":
        return None
    if protected:
        return clean(citizen.call_code or reference)
    return clean(citizen.short_name)


def _needs(record: Appointment, citizen: Citizen | None) -> tuple[str, ...]:
    of_citizen = citizen.practical_needs if citizen is not None else ()
    return tuple(sorted({*record.practical_needs, *of_citizen}))


def _place(record: Appointment, cards: Collection[Citizen], providers: Collection[str]) -> str:
    if record.kind == "brobygning":
        return ""
    place = clean(record.place or "")
    if _TELLING.search(fold(place)) or any(fold(name) in fold(place) for name in providers if len(name) > 2):
        return ""
    return ELSEWHERE if any(holds_address(place, card) for card in cards) else place
