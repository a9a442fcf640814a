"""What two appointments cannot both have: a person's time, a room, or the way from one place to the next. Warnings, never refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.text import fold
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.domain.rulebook import RuleBook

TAKES_TIME: Final = frozenset({Attendance.PLANNED, Attendance.ATTENDED})
"""What cancelled and missed ones do not."""
TRAVEL: Final = "travel."
"""How the ids of the rules about ways begin."""
_DEFAULT: Final = "travel.default"
_FARTHEST: Final = timedelta(days=1)
"""No way takes longer, by the limits of a rule."""

_NOWHERE: Final = frozenset({"telefon", "telefonisk", "opkald", "online", "digitalt", "video", "teams"})
"""What people write as a place, folded, where nobody has to go."""

Kind = Literal["person", "citizen", "room", "travel"]


@dataclass(frozen=True, slots=True)
class Collision:
    """Two appointments that are in each other's way."""

    kind: Kind
    """The same member of staff, the same citizen, the same room; or too little time for the way between two places."""
    first: Stored[Appointment]
    """The one that begins first."""
    second: Stored[Appointment]
    minutes: int = 0
    """Of `travel`: how long the way takes."""
    between: int = 0
    """Of `travel`: minutes from the end of the first to the beginning of the second."""

    @property
    def ids(self) -> tuple[str, str]:
        """The two appointments."""
        return self.first.id, self.second.id


def collisions(
    appointments: Iterable[Stored[Appointment]], rules: RuleBook, staff: Mapping[str, str] | None = None
) -> tuple[Collision, ...]:
    """Every two appointments that are in each other's way, by time; pure. A pair is named once, for the worst of its reasons.

    Args:
        appointments: In any order; cancelled, missed and annulled ones are in nobody's way.
        rules: With the rules `travel.*`.
        staff: Id by initials, for participants who are named by theirs.
    """
    live = [each for each in appointments if each.annulled_at is None and each.record.status in TAKES_TIME]
    ordered = sorted(live, key=lambda each: (each.record.starts_at.timestamp(), each.id))
    reach = timedelta(minutes=_longest(rules))
    found: list[Collision] = []
    for number, one in enumerate(ordered):
        until = _utc(one.record.ends_at) + reach
        for other in ordered[number + 1 :]:
            if _utc(other.record.starts_at) >= until:
                break
            if collision := between(one, other, rules, staff or {}):
                found.append(collision)
    return tuple(found)


def between(
    one: Stored[Appointment], other: Stored[Appointment], rules: RuleBook, staff: Mapping[str, str]
) -> Collision | None:
    """How two appointments are in each other's way, or `None`; arguments as `collisions`."""
    if _utc(other.record.starts_at) < _utc(one.record.starts_at):
        one, other = other, one
    gap = _utc(other.record.starts_at) - _utc(one.record.ends_at)
    shared = people_of(one.record, staff) & people_of(other.record, staff)
    if gap < timedelta(0):
        kind = _shared_time(one.record, other.record, shared=bool(shared))
        return Collision(kind, one, other) if kind else None
    same_citizen = one.record.citizen_id is not None and one.record.citizen_id == other.record.citizen_id
    if not shared and not same_citizen:
        return None
    day = one.record.starts_at.astimezone(COPENHAGEN).date()
    minutes = travel_minutes(rules, day, one.record, other.record)
    left = int(gap.total_seconds() // 60)
    return Collision("travel", one, other, minutes, left) if left < minutes else None


def _shared_time(one: Appointment, other: Appointment, *, shared: bool) -> Kind | None:
    if shared:
        return "person"
    if one.citizen_id is not None and one.citizen_id == other.citizen_id:
        return "citizen"
    if _same_meeting(one, other):
        return None
    room = room_of(one)
    return "room" if room and room == room_of(other) else None


def _same_meeting(one: Appointment, other: Appointment) -> bool:
    """True for a meeting without a citizen that two colleagues each put in their own calendar."""
    return (
        one.citizen_id is None
        and other.citizen_id is None
        and (_utc(one.starts_at), fold(one.title or "")) == (_utc(other.starts_at), fold(other.title or ""))
    )


def people_of(record: Appointment, staff: Mapping[str, str]) -> frozenset[str]:
    """Ids of the staff who are needed at an appointment."""
    named = {staff.get(each, each) for each in record.participants}
    return frozenset({*named, *([record.consultant_id] if record.consultant_id else [])})


def room_of(record: Appointment) -> str:
    """The room a meeting needs, folded: `Kvartershuset, lokale 4`. Empty where only a house is named, or nobody comes."""
    place = record.place or ""
    house, comma, room = place.partition(",")
    return fold(f"{house.strip()},{room.strip()}") if comma and room.strip() and record.form == "personal" else ""


def house_of(record: Appointment) -> str:
    """Where one must be, folded and without the room; empty where it is not said, or nobody has to be anywhere."""
    if record.form != "personal":
        return ""
    house = fold((record.place or record.address or "").partition(",")[0].strip())
    if house in _NOWHERE:
        return ""
    return house or (f"company:{record.company_id}" if record.company_id else "")


def travel_minutes(rules: RuleBook, day: date, one: Appointment, other: Appointment) -> int:
    """How long the way from one appointment to another takes by the rules of a day; 0 within a house, and where a place is not known."""
    here, there = house_of(one), house_of(other)
    if not here or not there or here == there:
        return 0
    for rule in rules.rules:
        if not rule.id.startswith(TRAVEL) or not rule.in_force(day) or rule.given.between is None:
            continue
        ends = tuple(fold(name) for name in rule.given.between)
        if _joins(ends, here, there) and rules.on(rule.id, day) == rule:
            return rule.given.minutes or 0
    default = rules.on(_DEFAULT, day)
    return default.given.minutes or 0 if default else 0


def _joins(ends: tuple[str, ...], here: str, there: str) -> bool:
    one, other = ends
    return (here.startswith(one) and there.startswith(other)) or (here.startswith(other) and there.startswith(one))


def _longest(rules: RuleBook) -> int:
    known = [rule.given.minutes or 0 for rule in rules.rules if rule.id.startswith(TRAVEL)]
    return min(max(known, default=0), int(_FARTHEST.total_seconds() // 60))


def _utc(at: datetime) -> datetime:
    """Compared in UTC: within one zone Python compares the wall clock, which is an hour off when the clocks change."""
    return at.astimezone(UTC)
