"""The team's picture put together by colleague; pure, for screens and commands alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fieldtui.base.clock import COPENHAGEN
from fieldtui.wire.messages import Person
from fieldtui.wire.team import TeamCitizen, TeamDeadline, TeamDevice, TeamMeeting, TeamPicture

_OFF = frozenset({"cancelled_citizen", "cancelled_citizen_late", "cancelled_staff"})


@dataclass(frozen=True, slots=True)
class Colleague:
    """One member of staff, and what the team's picture says of them."""

    person: Person
    citizens: tuple[TeamCitizen, ...]
    """Enrolled now and their own."""
    standing_in: tuple[TeamCitizen, ...]
    """Others' citizens whom they stand in for today."""
    covered_by: tuple[str, ...]
    """Initials of those who stand in, where somebody does for every one of their citizens: they are away."""
    meetings: tuple[TeamMeeting, ...]
    """Today's, by time; cancelled ones stay and say so."""
    overdue: tuple[TeamDeadline, ...]
    """What was not kept, of their own citizens and those they stand in for: as their own device counts."""
    past_at_import: int
    devices: tuple[TeamDevice, ...]


def starts(meeting: TeamMeeting) -> datetime:
    """When a meeting begins, in Copenhagen."""
    return datetime.fromisoformat(meeting.starts_at).astimezone(COPENHAGEN)


def ends(meeting: TeamMeeting) -> datetime:
    """When it is over."""
    # Counted in UTC: within one zone Python adds by the wall clock, which is an hour off when the clocks change.
    return (starts(meeting).astimezone(UTC) + timedelta(minutes=meeting.minutes)).astimezone(COPENHAGEN)


def is_off(meeting: TeamMeeting) -> bool:
    """True where it will not be held."""
    return meeting.status in _OFF


def present(meetings: Iterable[TeamMeeting], now: datetime) -> TeamMeeting | None:
    """The meeting somebody is in, else the next one of the day; `None` where there is none left."""
    left = (each for each in meetings if not is_off(each) and ends(each) > now)
    return min(left, key=lambda each: (starts(each), each.id), default=None)


def colleagues(picture: TeamPicture) -> tuple[Colleague, ...]:
    """Everybody with citizens, meetings or devices to look after, consultants first; leaders come where they hold any."""
    order = {"consultant": 0, "treatment": 1, "leader": 2}
    people = sorted(picture.people, key=lambda person: (order[person.role], person.initials))
    found = [_colleague(picture, person) for person in people]
    return tuple(each for each in found if each.person.role != "leader" or each.devices)


def _colleague(picture: TeamPicture, person: Person) -> Colleague:
    own = tuple(each for each in picture.citizens if each.primary == person.id)
    others = tuple(
        each for each in picture.citizens if any(standin.consultant == person.id for standin in each.standins)
    )
    ids = {each.id for each in (*own, *others)}
    enrolled = tuple(each for each in own if each.enrolled)
    return Colleague(
        person=person,
        citizens=enrolled,
        standing_in=tuple(each for each in others if each.enrolled),
        covered_by=_covering(picture, enrolled),
        meetings=tuple(each for each in picture.meetings if person.id in each.consultants),
        overdue=tuple(each for each in picture.overdue if each.citizen in ids),
        past_at_import=sum(each.past_at_import for each in (*own, *others)),
        devices=tuple(each for each in picture.devices if each.consultant == person.id),
    )


def _covering(picture: TeamPicture, citizens: Sequence[TeamCitizen]) -> tuple[str, ...]:
    if not all(each.standins for each in citizens):
        return ()
    ids = {standin.consultant for each in citizens for standin in each.standins}
    return tuple(sorted(person.initials for person in picture.people if person.id in ids))


def days_over(deadline: TeamDeadline, on: date) -> int:
    """Whole days since it should have been kept."""
    return (on - date.fromisoformat(deadline.due_on)).days


def codes(picture: TeamPicture) -> Mapping[str, str]:
    """What each citizen is called, by id."""
    return {each.id: each.code for each in picture.citizens}


@dataclass(frozen=True, slots=True)
class Turn:
    """One citizen who needs somebody, and the meeting of today that does, if there is one."""

    citizen: TeamCitizen
    meeting: TeamMeeting | None


def turns(picture: TeamPicture, away: str, now: datetime) -> tuple[Turn, ...]:
    """Everybody whom somebody who is away looks after: today's meetings that are not over first, by time, then the others.

    Args:
        picture: The team.
        away: Consultant id.
        now: The present instant.
    """
    mine = {
        each.id: each
        for each in picture.citizens
        if each.enrolled and (each.primary == away or any(standin.consultant == away for standin in each.standins))
    }
    meetings: dict[str, TeamMeeting] = {}
    for meeting in sorted(picture.meetings, key=starts):
        left = away in meeting.consultants and not is_off(meeting) and ends(meeting) > now
        if left and meeting.citizen in mine:
            meetings.setdefault(meeting.citizen, meeting)
    first = [Turn(mine[citizen_id], meeting) for citizen_id, meeting in meetings.items()]
    rest = sorted((each for each in mine.values() if each.id not in meetings), key=lambda each: each.code)
    return (*first, *(Turn(each, None) for each in rest))


def clash(picture: TeamPicture, meeting: TeamMeeting | None, consultant: str) -> TeamMeeting | None:
    """A meeting of somebody's own at the same time; `None` where they are free."""
    if meeting is None:
        return None
    for other in picture.meetings:
        taken = consultant in other.consultants and not is_off(other) and other.id != meeting.id
        if taken and starts(other) < ends(meeting) and starts(meeting) < ends(other):
            return other
    return None


def split(picture: TeamPicture, wanted: Sequence[Turn], between: Sequence[str]) -> dict[str, str]:
    """A first proposal: who takes whom. Today's meetings go to who is free then, everything else evenly.

    Args:
        picture: The team.
        wanted: Whom to cover.
        between: Consultant ids, at least one.

    Returns:
        Consultant id by citizen id.
    """
    load = dict.fromkeys(between, 0)
    proposal: dict[str, str] = {}
    for turn in wanted:
        taken = [
            other
            for other in wanted
            if other.meeting is not None and other.citizen.id in proposal and _overlap(other.meeting, turn.meeting)
        ]
        busy = {proposal[other.citizen.id] for other in taken}
        busy |= {who for who in between if clash(picture, turn.meeting, who) is not None}
        already = {standin.consultant for standin in turn.citizen.standins}
        who = min(between, key=lambda each: (each not in already, each in busy, load[each], between.index(each)))
        proposal[turn.citizen.id] = who
        load[who] += 1
    return proposal


def _overlap(one: TeamMeeting, other: TeamMeeting | None) -> bool:
    return other is not None and starts(one) < ends(other) and starts(other) < ends(one)
