"""`today` and `add`: the day, and one line that becomes an appointment or a task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from fieldtui.base.clock import COPENHAGEN, today
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.domain.agenda import Agenda
from fieldtui.domain.calendar import written, written_short
from fieldtui.services.booking import attendance_word
from fieldtui.services.workspace import Workspace


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.command("today", help=_("Dagens aftaler, frister og opgaver."))(today_command)


def today_command(
    context: typer.Context,
    date: Annotated[str | None, typer.Option("--date", metavar="D", help=_("En anden dag end i dag."))] = None,
) -> None:
    """Print the agenda of a day."""
    setting = setting_of(context)
    on = arguments.day(setting, date, "--date") if date is not None else today(setting.clock)
    with opened(setting) as workspace:
        agenda = workspace.agenda.day(on)
        setting.answer(document(agenda), lines(agenda, workspace))


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
        "deadlines": [
            {
                "citizen_id": each.citizen_id,
                "what": each.what,
                "due_on": each.due_on.isoformat(),
                "days_left": each.days_left(agenda.date),
                "rule_id": each.rule_id,
                "rule_version": each.rule_version,
                "reason": each.reason,
                "confirmed": each.confirmed,
            }
            for each in agenda.deadlines
        ],
        "tasks": [each.flat() for each in agenda.tasks],
        **({"expired_rules": expired} if expired else {}),
    }


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
            f"  {_left(left)}  {deadline.what}  {lookup.citizen_name(deadline.citizen_id)}"
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


def _left(days: int) -> str:
    if days == -1:
        return _("1 dag over")
    if days < 0:
        return _("{days} dage over").format(days=-days)
    if days == 0:
        return _("i dag")
    if days == 1:
        return _("1 dag")
    return _("{days} dage").format(days=days)
