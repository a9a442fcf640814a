"""Appointments: book, move, cancel, and register what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, cast

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.domain.calendar import is_working_day, written_short
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Appointment, Attendance, Citizen
from fieldtui.services.calendaring import Calendaring, when
from fieldtui.services.copying import says_secret
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch
from fieldtui.services.employercalls import before_calling
from fieldtui.services.silence import refuse_absence
from fieldtui.store import Change

_LATE_HOURS: Final = 24
_MOST_COLLISIONS: Final = 3
_LINE: Final = 200
"""Characters of a line."""

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


class Booking(Calendaring):
    """What is done with appointments."""

    def book(self, values: Mapping[str, Any]) -> Done:
        """Make an appointment.

        A jobsamtale counts as statutory unless it is said not to, and gets the citizen's nearest open deadline for
        one, with its rule. What the citizen needs at a meeting and how they want to be reached is carried over from
        the citizen, unless the values say otherwise. An overlap, a way that takes too long, a day off and a time that
        has passed are warnings, not refusals.

        Raises:
            InvalidRecords: Values that break the model, or that refer to nothing.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("appointment")
            put = self._new("appointment", self._filled(values), Batch())
            record = cast("Appointment", put.record)
            message = _("Aftale med {who} er booket {when}.").format(
                who=self._who(record), when=when(record.starts_at, self._context.today)
            )
            label = _("{who}: aftale {when}").format(who=self._who(record), when=when(record.starts_at))
            return self._write([put], message, label=label, warnings=self._warnings(record, None))

    def move(
        self,
        appointment_id: str,
        starts_at: datetime,
        duration_minutes: int | None = None,
        *,
        by: Literal["staff", "citizen"] = "staff",
    ) -> Done:
        """Move an appointment that has not been held; its deadline stays.

        Where the citizen wanted it moved, that is counted. What the summons says of rebooking is warned about, never
        enforced: whoever moves it has talked with the citizen.

        Args:
            appointment_id: Which.
            starts_at: The new beginning.
            duration_minutes: The new length; `None` keeps it.
            by: Who wanted it.

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
            warnings: tuple[str, ...] = ()
            if by == "citizen":
                warnings = self._rebooking_warnings(record)
                values["rebookings"] = (record.rebookings or 0) + 1
            if record.rebook_allowed and record.rebook_until is not None:
                values["rebook_until"] = self._last_rebooking(starts_at, record)
            put = self._changed(appointment_id, values, Batch())
            moved = cast("Appointment", put.record)
            message = _("Aftalen med {who} er flyttet til {when}.").format(
                who=self._who(moved), when=when(moved.starts_at)
            )
            label = _("{who}: flyttet til {when}").format(who=self._who(moved), when=when(moved.starts_at))
            return self._write(
                [put], message, label=label, warnings=(*warnings, *self._warnings(moved, appointment_id))
            )

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
            BadUsage: Held or missed, before it has begun; missed, by somebody who was dead, imprisoned or admitted; or it is
                annulled.
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
            if status is Attendance.NO_SHOW:
                refuse_absence(self._store.get(record.citizen_id or ""), record)
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

    def drop_in(
        self, citizen_id: str, *, as_interview: bool = False, text: str | None = None, minutes: int = 15
    ) -> Done:
        """Register that a citizen came without an appointment.

        It counts as a contact. It is a held jobsamtale only where that is said, and never counts in the attendance.

        Args:
            citizen_id: Who came.
            as_interview: A jobsamtale was held then and there.
            text: A neutral note of what happened, stored with it as a note; `None` writes none.
            minutes: How long they were here, up to now.

        Raises:
            NotFound: No such citizen.
            InvalidRecords: Values that break the model.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        now = self._context.clock.now()
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("appointment")
            citizen = self._citizen(citizen_id)
            batch = Batch()
            values = {
                "citizen_id": citizen_id,
                "kind": "jobsamtale" if as_interview else "andet",
                "title": _("Uanmeldt fremmøde"),
                "starts_at": isoformat((now.astimezone(UTC) - timedelta(minutes=minutes)).astimezone(COPENHAGEN)),
                "duration_minutes": minutes,
                "status": Attendance.ATTENDED.value,
                "status_at": isoformat(now),
                "unannounced": True,
            }
            put = self._new("appointment", self._filled(values), batch)
            changes: list[Change] = [put]
            if text is not None and text.strip():
                note = {"citizen_id": citizen_id, "text": text, "kind": "uanmeldt", "appointment_id": put.id}
                changes.append(self._new("note", note, batch))
            who = citizen.record.short_name
            message = _("{who} kom uden aftale. Det er registreret som en kontakt.").format(who=who)
            if as_interview:
                message = _("{who} kom uden aftale. Det er registreret som en holdt jobsamtale.").format(who=who)
            return self._write(changes, message, label=_("{who}: uanmeldt fremmøde").format(who=who))

    def wishes(self, citizen_id: str) -> str:
        """How a citizen wants to be reached and what they need at a meeting, in one line; empty where nothing is known.

        Nothing of a protected address or number is in it.
        """
        known = self._wishes_for({"citizen_id": citizen_id})
        needs = ", ".join(known.get("practical_needs", ()))
        parts = (known.get("contact_options", ""), _("behov: {needs}").format(needs=needs) if needs else "")
        return " · ".join(part for part in parts if part)

    # --- pieces -------------------------------------------------------------------------------

    def _appointment(self, appointment_id: str) -> Stored[Appointment]:
        self._store.require_writable()
        stored: Stored[Appointment] = self._require(appointment_id, "appointment")
        self._require_may_change(stored)
        if stored.annulled_at is not None:
            raise BadUsage(_("Aftalen er annulleret. Book en ny."))
        return stored

    def _filled(self, values: Mapping[str, Any], *, deadline: bool = True) -> dict[str, Any]:
        """What was given, and what follows from it: the deadline, the citizen's wishes, and how long may be rebooked.

        Args:
            values: Of the appointment.
            deadline: False leaves the citizen's open deadline to another appointment.
        """
        given = {name: value for name, value in values.items() if value is not None}
        found = self._deadline_for(given)
        if not deadline:
            found = {name: value for name, value in found.items() if not name.startswith("due_")}
        filled = {**found, **self._wishes_for(given), **given}
        if filled.get("rebook_allowed") is True and "rebook_until" not in filled:
            record = cast("Appointment", parse_record("appointment", filled, strict_names=True))
            filled["rebook_until"] = self._last_rebooking(record.starts_at, record)
        return filled

    def _wishes_for(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """How the citizen wants to be reached and what they need at a meeting; nothing that is protected."""
        citizen_id = values.get("citizen_id")
        stored = self._store.get(citizen_id) if isinstance(citizen_id, str) else None
        if stored is None or not isinstance(stored.record, Citizen):
            return {}
        citizen, found = stored.record, dict[str, Any]()
        if citizen.practical_needs:
            found["practical_needs"] = list(citizen.practical_needs)
        wish = " ".join((citizen.contact_preference or "").split())
        if wish and not any(says_secret(card, wish) for card in self._context.veil.protected(stored.id)):
            found["contact_options"] = clean(wish, limit=_LINE)
        return found

    def _last_rebooking(self, starts_at: datetime, record: Appointment) -> str:
        """The last day the citizen may move a meeting, by the rule; the one that was given where no rule counts."""
        day = starts_at.astimezone(COPENHAGEN).date()
        days = self._context.rules.value("rebook.days_before", day)
        last = record.rebook_until or day if days is None else day - timedelta(days=int(days))
        return last.isoformat()

    def _rebooking_warnings(self, record: Appointment) -> tuple[str, ...]:
        """What the summons or the rules say against the citizen moving a meeting now."""
        today, found = self._context.today, []
        if record.rebook_allowed is False:
            found.append(_("Indkaldelsen siger, at borgeren ikke selv kan flytte mødet."))
        if record.rebook_from is not None and today < record.rebook_from:
            found.append(_("Borgeren kan først ombooke fra den {day}.").format(day=written_short(record.rebook_from)))
        if record.rebook_until is not None and today > record.rebook_until:
            found.append(_("Borgeren kunne ombooke til den {day}.").format(day=written_short(record.rebook_until)))
        most, times = self._context.rules.value("rebook.most", today), record.rebookings or 0
        if most is not None and times >= int(most):
            found.append(_("Borgeren har allerede flyttet mødet {count} gange.").format(count=times))
        return tuple(found)

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
        overlapping = self.overlaps(record.starts_at, record.duration_minutes, exclude)
        for other in overlapping[:1]:
            taken = _("Kl. {time} har du allerede en aftale: {who}").format(
                time=f"{other.record.starts_at:%H:%M}", who=self._who(other.record)
            )
            found.append(taken if taken.endswith(".") else f"{taken}.")
            free = self.free_slots(day, record.duration_minutes)[:2]
            if free:
                found.append(_("Ledigt kl. {times}.").format(times=", ".join(f"{slot:%H:%M}" for slot in free)))
        named = {other.id for other in overlapping}
        others = [each for each in self.collisions_of(record, exclude) if not named & set(each.ids)]
        found += [self.collision_sentence(each) for each in others[:_MOST_COLLISIONS]]
        if record.company_id is not None:
            found += before_calling(self._context, record.company_id, day)
        if not is_working_day(day):
            found.append(_("Dagen er en weekend eller helligdag."))
        if record.starts_at < self._context.clock.now():
            found.append(_("Tidspunktet er allerede passeret."))
        if record.due_on is not None and day > record.due_on:
            found.append(_("Det er efter fristen den {day}.").format(day=written_short(record.due_on)))
        return tuple(found)
