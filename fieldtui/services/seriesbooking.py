"""Series of appointments: each is one of its own, booked in one act and undone in one; stopped from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, cast

from fieldtui.base.clock import COPENHAGEN, in_fold, in_gap, isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import written_short
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.domain.series import EVERY_WEEKS, MOST, OnHoliday, Series, series
from fieldtui.services.booking import Booking
from fieldtui.services.calendaring import when
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch
from fieldtui.store import Change

_DUE: Final = "due_"
"""How the fields of a deadline begin."""
_NAMED: Final = 3
"""So many warnings of a series are said; how many there are more is said too."""


class SeriesBooking(Booking):
    """What is done with several appointments at once."""

    def book_series(
        self,
        values: Mapping[str, Any],
        every_weeks: int,
        *,
        until: date | None = None,
        count: int | None = None,
        on_holiday: OnHoliday = "skip",
    ) -> Done:
        """Make an appointment every so many weeks, at the same time by the clock on the wall.

        Only the first gets a deadline: the others' depend on what becomes of it.

        Args:
            values: Of the first one.
            every_weeks: 1, 2 or 4.
            until: The last day there may be one.
            count: How many.
            on_holiday: Leave a holiday out, or take the working day after it.

        Raises:
            InvalidRecords: Values that break the model, or that refer to nothing.
            BadUsage: No such series, or a time that a day of it does not have; or as `book`. Nothing was stored.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        if every_weeks not in EVERY_WEEKS:
            raise BadUsage(_("En række kan gå hver uge, hver 2. uge eller hver 4. uge. Intet er booket."))
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("appointment")
            first = cast("Appointment", parse_record("appointment", self._filled(values), strict_names=True))
            begins = first.starts_at.astimezone(COPENHAGEN)
            try:
                plan = series(begins.date(), every_weeks, until=until, count=count, on_holiday=on_holiday)
            except ValueError:
                raise BadUsage(
                    _("Rækken skal have mindst én og højst {most} aftaler. Intet er booket.").format(most=MOST)
                ) from None
            series_id, batch = self._store.ids.new(), Batch()
            changes: list[Change] = []
            warnings: list[str] = []
            for number, day in enumerate(plan.days):
                dated = {**values, "starts_at": _at(day, begins), "series_id": series_id}
                if number:
                    dated = {name: value for name, value in dated.items() if not name.startswith(_DUE)}
                filled = self._filled(dated, deadline=not number)
                put = self._new("appointment", filled, batch)
                changes.append(put)
                warnings += self._warnings(cast("Appointment", put.record), None)
            who = self._who(first)
            message = _("{count} aftaler med {who} er booket fra {when}.").format(
                count=len(plan.days), who=who, when=when(first.starts_at)
            )
            label = _("{who}: række på {count} aftaler").format(who=who, count=len(plan.days))
            return self._write(changes, message, label=label, warnings=(*_said(plan), *_fewer(warnings)))

    def stop_series(self, appointment_id: str, reason: str) -> Done:
        """Cancel what is planned of a series from one appointment on; what was before it, held or missed stays.

        Raises:
            NotFound: No such appointment.
            BadUsage: It belongs to no series, nothing of it is left, or there is no reason.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        if not reason.strip():
            raise BadUsage(_("Skriv en grund til at stoppe rækken. Intet er ændret."))
        now = self._context.clock.now()
        with self._store.transaction():
            stored = self._appointment(appointment_id)
            record = stored.record
            if record.series_id is None:
                raise BadUsage(_("Aftalen hører ikke til en række. Aflys den alene."))
            left = [
                each
                for each in self._store.all("appointment", scope=stored.scope)
                if each.record.series_id == record.series_id
                and each.record.status is Attendance.PLANNED
                and each.record.starts_at >= record.starts_at
            ]
            if not left:
                raise BadUsage(_("Der er ingen planlagte aftaler tilbage i rækken."))
            batch = Batch()
            values = {
                "status": Attendance.CANCELLED_STAFF.value,
                "status_at": isoformat(now),
                "status_reason": reason.strip(),
            }
            changes: list[Change] = [self._changed(each.id, values, batch) for each in left]
            who = self._who(record)
            message = _("{count} aftaler med {who} er aflyst fra {when}. Giv besked.").format(
                count=len(left), who=who, when=when(record.starts_at)
            )
            return self._write(changes, message, label=_("{who}: række stoppet").format(who=who))


def _at(day: date, like: datetime) -> str:
    """The time on the wall of the first appointment, on another day.

    Raises:
        BadUsage: The clocks change over it: it does not exist, or exists twice.
    """
    naive = datetime.combine(day, like.time().replace(tzinfo=None, fold=0))
    if day != like.date() and (in_gap(naive) or in_fold(naive)):
        raise BadUsage(
            _(
                "Den {day} stilles uret, og kl. {time} findes ikke én gang. Vælg et andet klokkeslæt. Intet er booket."
            ).format(day=written_short(day), time=f"{naive:%H:%M}")
        )
    return isoformat(like) if day == like.date() else isoformat(naive.replace(tzinfo=COPENHAGEN))


def _said(plan: Series) -> list[str]:
    """What became of the holidays."""
    found = []
    if plan.skipped:
        days = ", ".join(written_short(day) for day in plan.skipped)
        found.append(_("Sprunget over, fordi det er helligdag: {days}.").format(days=days))
    found += [
        _("{holiday} er helligdag; aftalen er lagt {day}.").format(
            holiday=written_short(holiday), day=written_short(day)
        )
        for holiday, day in plan.moved
    ]
    return found


def _fewer(warnings: list[str]) -> list[str]:
    known = list(dict.fromkeys(warnings))
    if len(known) <= _NAMED:
        return known
    more = _("Og {count} advarsler mere; se kalenderen.").format(count=len(known) - _NAMED)
    return [*known[:_NAMED], more]
