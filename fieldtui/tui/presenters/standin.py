"""Those somebody stands in for: one row on I dag, and what is next with each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from fieldtui.base.i18n import _
from fieldtui.services.standingin import StandInRow
from fieldtui.tui.presenters.dates import clock, days_left, local, near, short
from fieldtui.tui.presenters.lines import Piece, Row
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import kind


def standin_rows(count: int) -> list[Row]:
    """The row on I dag, where somebody stands in for anybody."""
    if not count:
        return []
    one, many = _("Du er vikar for 1 borger"), _("Du er vikar for {count} borgere")
    return [Row("standin:", (Piece(_("· Vikar"), "primary"), one if count == 1 else many.format(count=count), "", ""))]


def standin_text(rows: Sequence[StandInRow], names: Names, on: date) -> str:
    """Everyone in turn: protection first, what is due, what is booked, what was promised, with whom may be shared."""
    return "\n\n".join("\n".join(_lines(row, names, on)) for row in rows)


def _lines(row: StandInRow, names: Names, on: date) -> Iterator[str]:
    protected = _("BESKYTTET") + "  " if row.found.protected else ""
    until = _("til og med {day}").format(day=near(row.until, on)) if row.until else ""
    yield f"{protected}{names.show(row.citizen_id, row.label)} · {row.consultant} · {until}".rstrip(" ·")
    for deadline in row.found.deadlines:
        mark = "" if deadline.confirmed else " ?"
        yield f"  {days_left(deadline.days_left(on))}  {deadline.what}{mark}  {short(deadline.due_on)}"
    for meeting in row.found.appointments:
        at = meeting.record.starts_at
        place = names.text(meeting.record.place or "")
        yield f"  {near(local(at).date(), on)} {clock(at)}  {kind(meeting.record)}  {place}".rstrip()
    for task in row.found.tasks:
        yield f"  □ {names.text(task.record.title)}  {short(task.record.due_on) if task.record.due_on else ''}".rstrip()
    for consent in row.found.consents:
        yield "  " + _("Samtykke til {recipient}").format(recipient=names.text(consent.record.recipient))
    if not row.found.consents:
        yield "  " + _("Intet gyldigt samtykke.")
