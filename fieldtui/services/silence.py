"""After a death, a prison or an admission: nobody is registered as absent, and what still stands is pointed out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.due import day_of, is_silent
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance, Citizen, Record
from fieldtui.services.context import Context


def refuse_absence(stored: Stored[Any] | None, appointment: Appointment) -> None:
    """Nobody fails to come to a meeting that they could not come to.

    Args:
        stored: Whose meeting it is; `None` for the team's.
        appointment: The meeting.

    Raises:
        BadUsage: The citizen's reminders were stopped by the day of the meeting.
    """
    citizen = stored.record if stored is not None else None
    if isinstance(citizen, Citizen) and is_silent(citizen, day_of(appointment)):
        raise BadUsage(_("Påmindelser er stoppet for borgeren, så der er ingen udeblivelse. Aflys mødet i stedet."))


def silence_warnings(context: Context, record_id: str, record: Record) -> Iterator[str]:
    """What stopped when a citizen fell silent, and how many meetings still stand."""
    if not isinstance(record, Citizen) or not is_silent(record, context.today):
        return
    yield _("Påmindelser, frister, opfølgning og lister er stoppet for borgeren.")
    planned = [
        each
        for each in context.store.all("appointment", scope=f"citizen:{record_id}", since=context.today)
        if each.record.status is Attendance.PLANNED and day_of(each.record) >= context.today
    ]
    if planned:
        one, many = _("1 aftale står stadig som planlagt."), _("{count} aftaler står stadig som planlagt.")
        yield (one if len(planned) == 1 else many.format(count=len(planned))) + " " + _("Aflys dem, når det passer.")
