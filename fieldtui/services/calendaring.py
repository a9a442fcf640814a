"""The calendar as a use case looks at it: whose time is taken, what is free, and what is in each other's way."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import instant, is_working_day, weekday_name, written, written_short
from fieldtui.domain.collisions import TAKES_TIME, Collision, between, collisions, people_of
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment
from fieldtui.services.editing import Editing

_DAY_BEGINS: Final = time(8, 0)
_DAY_ENDS: Final = time(16, 0)
_STEP: Final = timedelta(minutes=30)
COLLISION_DAYS: Final = 14
"""So far ahead a day's agenda looks for appointments that are in each other's way."""

_SAID: Final = {
    "person": N_("{day} kl. {time}: {one} og {other} ligger oven i hinanden."),
    "citizen": N_("{day} kl. {time}: {one} har to aftaler på samme tid."),
    "room": N_("{day} kl. {time}: {one} og {other} har fået det samme lokale."),
    "travel": N_("{day} kl. {time}: fra {one} til {other} er der {between} min., og vejen tager {minutes} min."),
}


def when(starts_at: datetime, on: date | None = None) -> str:
    """A time as people read it: `tirsdag 24-11 kl. 10:00`; in another year than today's with the year and the ISO week.

    Args:
        starts_at: The instant.
        on: Today, where a wrong year or clock should be seen: `fredag 01-01-2027 (uge 53) kl. 10:00`.
    """
    local = starts_at.astimezone(COPENHAGEN)
    day = local.date()
    shown = written_short(day)
    if on is not None and on.year != day.year:
        shown = _("{date} (uge {week})").format(date=written(day), week=day.isocalendar().week)
    return _("{weekday} {day} kl. {time}").format(weekday=weekday_name(day), day=shown, time=f"{local:%H:%M}")


def collision_sentence(collision: Collision, one: str, other: str) -> str:
    """What two appointments cannot both have, and when it begins.

    Args:
        collision: The two.
        one: Whom the first is with, as the reader may see it.
        other: Whom the second is with.
    """
    at = collision.second.record.starts_at.astimezone(COPENHAGEN)
    return _(_SAID[collision.kind]).format(
        day=written_short(at.date()),
        time=f"{at:%H:%M}",
        one=one,
        other=other,
        between=collision.between,
        minutes=collision.minutes,
    )


class Calendaring(Editing):
    """Asks the calendar; changes nothing."""

    def overlaps(
        self, starts_at: datetime, minutes: int, exclude: str | None = None
    ) -> tuple[Stored[Appointment], ...]:
        """My appointments that share time with this one; cancelled ones and missed ones share none.

        Args:
            starts_at: When it begins.
            minutes: How long it lasts.
            exclude: Id of an appointment that does not count, as the one being moved.
        """
        ends_at = starts_at + timedelta(minutes=minutes)
        day = starts_at.astimezone(COPENHAGEN).date()
        return tuple(
            stored
            for stored in self._mine(day)
            if stored.id != exclude
            and stored.record.status in TAKES_TIME
            and stored.record.starts_at < ends_at
            and starts_at < stored.record.ends_at
        )

    def free_slots(self, day: date, minutes: int) -> tuple[datetime, ...]:
        """Half-hourly times between 8 and 16 at which I have nothing for so long; none on days off or in the past."""
        if not is_working_day(day):
            return ()
        now = self._context.clock.now()
        at, end = instant(day, _DAY_BEGINS), instant(day, _DAY_ENDS)
        found = []
        while at + timedelta(minutes=minutes) <= end:
            if at >= now and not self.overlaps(at, minutes):
                found.append(at)
            at += _STEP
        return tuple(found)

    def collisions(self, first: date, last: date) -> tuple[Collision, ...]:
        """What is in each other's way on these days and not over, by time, whoever booked it and wherever it came from.

        A device knows its own citizens' appointments and the team's; two consultants' other citizens in one room are seen
        by the central system only.
        """
        near = self._near(first, last)
        now = self._context.clock.now()
        return tuple(
            each
            for each in collisions(near, self._context.rules, self._staff())
            if first <= each.second.record.starts_at.astimezone(COPENHAGEN).date() <= last
            and each.second.record.ends_at > now
        )

    def collisions_of(self, record: Appointment, exclude: str | None = None) -> tuple[Collision, ...]:
        """What an appointment that is about to be stored would be in the way of, nearest first.

        Args:
            record: As it would stand.
            exclude: Its own id where it is there already.
        """
        day = record.starts_at.astimezone(COPENHAGEN).date()
        planned: Stored[Appointment] = Stored(id=exclude or "", record=record)
        rules, staff = self._context.rules, self._staff()
        found = [
            between(planned, other, rules, staff)
            for other in self._near(day, day)
            if other.id != exclude and other.record.status in TAKES_TIME
        ]
        return tuple(each for each in found if each is not None)

    def collision_sentence(self, collision: Collision) -> str:
        """What two appointments cannot both have, with the names of those they are with."""
        return collision_sentence(collision, self._who(collision.first.record), self._who(collision.second.record))

    # --- pieces -------------------------------------------------------------------------------

    def _mine(self, day: date) -> tuple[Stored[Appointment], ...]:
        """Appointments I hold or take part in that may touch a day."""
        me, staff = self._context.me, self._staff()
        return tuple(
            stored
            for stored in self._near(day, day)
            if stored.record.consultant_id is None or me.id in people_of(stored.record, staff)
        )

    def _near(self, first: date, last: date) -> tuple[Stored[Appointment], ...]:
        found: tuple[Stored[Appointment], ...] = self._store.all(
            "appointment", since=first - timedelta(days=1), until=last + timedelta(days=1)
        )
        return self._context.veil.over_all(found)

    def _staff(self) -> dict[str, str]:
        """Id by initials."""
        return {person.initials: person.id for person in self._context.people}

    def _who(self, record: Appointment) -> str:
        """Whom an appointment is with, in a sentence."""
        if record.citizen_id is not None:
            return self._short_name(record.citizen_id)
        return record.title or _("teamet")
