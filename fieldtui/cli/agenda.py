"""`today` and `add`: the day, and one line that becomes an appointment or a task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date as date_type
from datetime import timedelta
from itertools import chain
from typing import Annotated, Any

import typer

from fieldtui.base.clock import COPENHAGEN, today
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.meetings import as_json as collision_document
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.domain.agenda import Agenda
from fieldtui.domain.calendar import written, written_short
from fieldtui.domain.collisions import Collision
from fieldtui.domain.due import Deadline
from fieldtui.domain.forecast import DAYS, MOST_DAYS, Forecast
from fieldtui.services.booking import attendance_word
from fieldtui.services.calendaring import COLLISION_DAYS
from fieldtui.services.workspace import Workspace


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.command("today", help=_("Dagens aftaler, frister og opgaver."))(today_command)


def today_command(
    context: typer.Context,
    date: Annotated[str | None, typer.Option("--date", metavar="D", help=_("En anden dag end i dag."))] = None,
    ahead: Annotated[
        bool, typer.Option("--forecast", help=_("Også det, der bliver for sent i de næste dage, hvis intet gøres."))
    ] = False,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, max=MOST_DAYS, help=_("Så mange dage frem med --forecast."))
    ] = DAYS,
) -> None:
    """Print the agenda of a day, and with `--forecast` what becomes late after it."""
    setting = setting_of(context)
    on = arguments.day(setting, date, "--date") if date is not None else today(setting.clock)
    with opened(setting) as workspace:
        agenda = workspace.agenda.day(on)
        said, text = document(agenda), lines(agenda, workspace)
        if found := workspace.casework.collisions(on, on + timedelta(days=COLLISION_DAYS)):
            said["collisions"], text = (
                [collision_document(each) for each in found],
                chain(text, in_the_way(found, workspace)),
            )
        if ahead:
            coming = workspace.agenda.forecast(on, days=days)
            said["forecast"], text = coming_document(coming), chain(text, coming_lines(coming, workspace))
        setting.answer(said, text)


def document(agenda: Agenda) -> dict[str, Any]:
    """The agenda in the shape of docs/cli.md."""
    expired = [
        {"rule_id": each.id, "rule_version": each.version, "valid_to": each.valid_to.isoformat()}
        for each in agenda.expired
        if each.valid_to is not None
    ]
    return {
        "date": agenda.date.isoformat(),
        "appointments": [each.flat() for each in agenda.appointments],
        "deadlines": [_deadline(each, agenda.date) for each in agenda.deadlines],
        "tasks": [each.flat() for each in agenda.tasks],
        **({"expired_rules": expired} if expired else {}),
    }


def in_the_way(found: Sequence[Collision], workspace: Workspace) -> Iterator[str]:
    """What is in each other's way, for a person."""
    yield _("Sammenfald")
    for each in found:
        yield "  " + workspace.casework.collision_sentence(each)


def coming_document(coming: Forecast) -> dict[str, Any]:
    """The forecast in the shape of docs/cli.md."""
    return {
        "from": coming.first.isoformat(),
        "to": coming.last.isoformat(),
        "overdue": coming.overdue,
        "deadlines": [_deadline(each, coming.first) for each in coming.deadlines],
        "tasks": [each.flat() for each in coming.tasks],
    }


def _deadline(each: Deadline, on: date_type) -> dict[str, Any]:
    return {
        "citizen_id": each.citizen_id,
        "what": each.what,
        "due_on": each.due_on.isoformat(),
        "days_left": each.days_left(on),
        "rule_id": each.rule_id,
        "rule_version": each.rule_version,
        "reason": each.reason,
        "confirmed": each.confirmed,
    }


def coming_lines(coming: Forecast, workspace: Workspace) -> Iterator[str]:
    """The forecast for a person."""
    days = (coming.last - coming.first).days + 1
    yield _("Bliver for sent i de næste {days} dage, hvis intet gøres").format(days=days)
    if not coming.deadlines and not coming.tasks:
        yield "  " + _("Intet.")
    name = workspace.lookup.citizen_name
    dated = [(each.due_on, each.what, name(each.citizen_id)) for each in coming.deadlines]
    dated += [
        (
            task.record.due_on or coming.last,
            task.record.title,
            name(task.record.citizen_id) if task.record.citizen_id else "",
        )
        for task in coming.tasks
    ]
    for due, what, who in sorted(dated):
        yield f"  {written_short(due)}  {what}  {who}".rstrip()
    if coming.overdue:
        yield "  " + _("{count} er for sent allerede.").format(count=coming.overdue)


def lines(agenda: Agenda, workspace: Workspace) -> Iterator[str]:
    """The agenda for a person."""
    lookup = workspace.lookup
    yield _("{date} · uge {week} · {count} aftaler").format(
        date=written(agenda.date), week=agenda.date.isocalendar().week, count=len(agenda.appointments)
    )
    if not agenda.appointments:
        yield "  " + _("Ingen aftaler i dag.")
    for each in agenda.appointments:
        record = each.record
        who = lookup.citizen_name(record.citizen_id) if record.citizen_id else record.title or ""
        at = record.starts_at.astimezone(COPENHAGEN)
        yield f"  {at:%H:%M}  {who}  {attendance_word(record.status)}  {record.place or ''}".rstrip()
    if agenda.deadlines or agenda.past_at_import or agenda.expired:
        yield _("Frister")
    for deadline in agenda.deadlines:
        left = deadline.days_left(agenda.date)
        mark = "" if deadline.confirmed else " " + _("(reglen er ikke bekræftet)")
        yield (
            f"  {days_word(left)}  {deadline.what}  {lookup.citizen_name(deadline.citizen_id)}"
            f"  {written_short(deadline.due_on)}  {deadline.reason}{mark}"
        )
    if agenda.past_at_import:
        yield "  " + _("{count} frister var overskredet, da sagerne blev hentet ind.").format(
            count=agenda.past_at_import
        )
    yield from _about_rules(agenda)
    if agenda.tasks:
        yield _("Opgaver")
    for task in agenda.tasks:
        who = lookup.citizen_name(task.record.citizen_id) if task.record.citizen_id else ""
        due = written_short(task.record.due_on) if task.record.due_on else "–"
        yield f"  {due}  {task.record.title}  {who}".rstrip()


def _about_rules(agenda: Agenda) -> Iterator[str]:
    """One line each where the deadlines stand on rules nobody has confirmed, and where rules have run out."""
    waiting = sum(not each.confirmed for each in agenda.deadlines)
    if waiting:
        one = _("1 frist bygger på en regel, som kommunen ikke har bekræftet. Se hvilken: fieldtui doctor")
        many = _("{count} frister bygger på regler, som kommunen ikke har bekræftet. Se hvilke: fieldtui doctor")
        yield "  " + (one if waiting == 1 else many.format(count=waiting))
    if agenda.expired:
        names = ", ".join(sorted({_(each.label) for each in agenda.expired}))
        text = _("Udløbet, uden at der er en ny regel: {names}. De giver ingen frister, før kontoret udgiver en.")
        yield "  " + text.format(names=names)


def days_word(days: int) -> str:
    """How many days are left, or over, in words."""
    if days == -1:
        return _("1 dag over")
    if days < 0:
        return _("{days} dage over").format(days=-days)
    if days == 0:
        return _("i dag")
    if days == 1:
        return _("1 dag")
    return _("{days} dage").format(days=days)
