"""Appointments: book, move, cancel, and register what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, cast

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import instant, is_working_day, weekday_name, written_short
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing

_DAY_BEGINS: Final = time(8, 0)
_DAY_ENDS: Final = time(16, 0)
_STEP: Final = timedelta(minutes=30)
_LATE_HOURS: Final = 24
_TAKES_TIME: Final = frozenset({Attendance.PLANNED, Attendance.ATTENDED})

_REGISTERED: Final = {
    Attendance.PLANNED: N_("{who}: registreringen er taget tilbage."),
    Attendance.ATTENDED: N_("{who} er registreret som fremmødt."),
    Attendance.NO_SHOW: N_("{who} er registreret som udeblevet. Ring eller skriv, og find en ny tid."),
    Attendance.CANCELLED_CITIZEN: N_("Afbud fra {who} er registreret. Find en ny tid."),
    Attendance.CANCELLED_CITIZEN_LATE: N_("Sent afbud fra {who} er registreret. Find en ny tid."),
    Attendance.CANCELLED_STAFF: N_("Aftalen med {who} er aflyst af os. Giv besked, og find en ny tid."),
}

_WORDS: Final = {
    Attendance.PLANNED: N_("planlagt"),
    Attendance.ATTENDED: N_("fremmødt"),
    Attendance.NO_SHOW: N_("udeblevet"),
    Attendance.CANCELLED_CITIZEN: N_("afbud"),
    Attendance.CANCELLED_CITIZEN_LATE: N_("sent afbud"),
    Attendance.CANCELLED_STAFF: N_("aflyst af os"),
}


def attendance_word(status: Attendance) -> str:
    """What became of an appointment, in one or two words of the language in force."""
    return _(_WORDS[status])


def when(starts_at: datetime) -> str:
    """A time as people read it: `tirsdag 24-11 kl. 10:00`."""
    local = starts_at.astimezone(COPENHAGEN)
    return _("{weekday} {day} kl. {time}").format(
        weekday=weekday_name(local.date()), day=written_short(local.date()), time=f"{local:%H:%M}"
    )


class Booking(Editing):
    """What is done with appointments."""

    def book(self, values: Mapping[str, Any]) -> Done:
        """Make an appointment.

        A jobsamtale counts as statutory unless it is said not to, and gets the citizen's nearest open deadline for
        one, with its rule. An overlap, a day off and a time that has passed are warnings, not refusals.

        Raises:
            InvalidRecords: Values that break the model, or that refer to nothing.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("appointment")
            filled = {**self._deadline_for(values), **values}
            put = self._new("appointment", filled, Batch())
            record = cast("Appointment", put.record)
            message = _("Aftale med {who} er booket {when}.").format(who=self._who(record), when=when(record.starts_at))
            label = _("{who}: aftale {when}").format(who=self._who(record), when=when(record.starts_at))
            return self._write([put], message, label=label, warnings=self._warnings(record, None))

    def move(self, appointment_id: str, starts_at: datetime, duration_minutes: int | None = None) -> Done:
        """Move an appointment that has not been held; its deadline stays.

        Raises:
            NotFound: No such appointment.
            BadUsage: It was held or cancelled, or it is annulled.
            InvalidRecords: A time or a length that cannot be.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            stored = self._appointment(appointment_id)
            record = stored.record
            if record.status is not Attendance.PLANNED:
                raise BadUsage(_("Aftalen er allerede holdt eller aflyst. Book en ny i stedet."))
            values: dict[str, Any] = {"starts_at": isoformat(starts_at)}
            if duration_minutes is not None:
                values["duration_minutes"] = duration_minutes
            put = self._changed(appointment_id, values, Batch())
            moved = cast("Appointment", put.record)
            message = _("Aftalen med {who} er flyttet til {when}.").format(
                who=self._who(moved), when=when(moved.starts_at)
            )
            label = _("{who}: flyttet til {when}").format(who=self._who(moved), when=when(moved.starts_at))
            return self._write([put], message, label=label, warnings=self._warnings(moved, appointment_id))

    def cancel(self, appointment_id: str, by: Literal["staff", "citizen"], reason: str | None = None) -> Done:
        """Cancel an appointment on the citizen's or on our own account; by the citizen it may be a late one.

        Raises:
            As `register`.
        """
        status = Attendance.CANCELLED_STAFF if by == "staff" else Attendance.CANCELLED_CITIZEN
        return self.register(appointment_id, status, reason)

    def register(self, appointment_id: str, status: Attendance, reason: str | None = None) -> Done:
        """Register what became of an appointment; `PLANNED` takes it back.

        A cancellation by the citizen within the hours of the rule `afbud.late_hours` becomes a late one. Nothing
        follows by itself; after a no-show the answer suggests what to do. Automatic sync lets it rest five minutes.

        Raises:
            NotFound: No such appointment.
            BadUsage: Held or missed, before it has begun; or it is annulled.
            InvalidRecords: A reason that is too long.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        now = self._context.clock.now()
        with self._store.transaction():
            stored = self._appointment(appointment_id)
            record = stored.record
            if status in {Attendance.ATTENDED, Attendance.NO_SHOW} and now < record.starts_at:
                raise BadUsage(
                    _("Mødet begynder først {when}. Fremmøde registreres, når det er begyndt.").format(
                        when=when(record.starts_at)
                    )
                )
            if status is Attendance.CANCELLED_CITIZEN and self._is_late(record, now):
                status = Attendance.CANCELLED_CITIZEN_LATE
            planned = status is Attendance.PLANNED
            values = {
                "status": status.value,
                "status_at": None if planned else isoformat(now),
                "status_reason": None if planned else (reason or record.status_reason),
            }
            put = self._changed(appointment_id, values, Batch())
            message = _(_REGISTERED[status]).format(who=self._who(record))
            label = _("{who}: {status}").format(who=self._who(record), status=attendance_word(status))
            return self._write([put], message, label=label)

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
            and stored.record.status in _TAKES_TIME
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

    # --- pieces -------------------------------------------------------------------------------

    def _appointment(self, appointment_id: str) -> Stored[Appointment]:
        self._store.require_writable()
        stored: Stored[Appointment] = self._require(appointment_id, "appointment")
        self._require_may_change(stored)
        if stored.annulled_at is not None:
            raise BadUsage(_("Aftalen er annulleret. Book en ny."))
        return stored

    def _mine(self, day: date) -> tuple[Stored[Appointment], ...]:
        """Appointments I hold or take part in that may touch a day."""
        me = self._context.me
        near = self._store.all("appointment", since=day - timedelta(days=1), until=day + timedelta(days=1))
        return tuple(
            stored
            for stored in near
            if stored.record.consultant_id in {None, me.id} or {me.id, me.initials} & set(stored.record.participants)
        )

    def _is_late(self, record: Appointment, now: datetime) -> bool:
        day = record.starts_at.astimezone(COPENHAGEN).date()
        hours = self._context.rules.value("afbud.late_hours", day, _LATE_HOURS)
        return now > record.starts_at - timedelta(hours=float(hours))

    def _deadline_for(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Statutory, and the deadline it answers to, for a jobsamtale."""
        if values.get("kind") != "jobsamtale":
            return {}
        found: dict[str, Any] = {"statutory": True}
        citizen_id = values.get("citizen_id")
        case = self._store.case(citizen_id) if isinstance(citizen_id, str) else None
        if case is None or values.get("due_on") is not None:
            return found
        open_ones = deadlines(case, self._context.rules, self._context.today)
        nearest = next((each for each in open_ones if each.kind == "jobsamtale"), None)
        if nearest is not None:
            found |= {
                "due_on": nearest.due_on.isoformat(),
                "due_rule_id": nearest.rule_id,
                "due_rule_version": nearest.rule_version,
            }
        return found

    def _warnings(self, record: Appointment, exclude: str | None) -> tuple[str, ...]:
        found = []
        day = record.starts_at.astimezone(COPENHAGEN).date()
        for other in self.overlaps(record.starts_at, record.duration_minutes, exclude)[:1]:
            taken = _("Kl. {time} har du allerede en aftale: {who}").format(
                time=f"{other.record.starts_at:%H:%M}", who=self._who(other.record)
            )
            found.append(taken if taken.endswith(".") else f"{taken}.")
            free = self.free_slots(day, record.duration_minutes)[:2]
            if free:
                found.append(_("Ledigt kl. {times}.").format(times=", ".join(f"{slot:%H:%M}" for slot in free)))
        if not is_working_day(day):
            found.append(_("Dagen er en weekend eller helligdag."))
        if record.starts_at < self._context.clock.now():
            found.append(_("Tidspunktet er allerede passeret."))
        if record.due_on is not None and day > record.due_on:
            found.append(_("Det er efter fristen den {day}.").format(day=written_short(record.due_on)))
        return tuple(found)

    def _who(self, record: Appointment) -> str:
        """Whom an appointment is with, in a sentence."""
        if record.citizen_id is not None:
            return self._short_name(record.citizen_id)
        return record.title or _("teamet")
