"""`note …`: what is not in the municipality's journal, the mark that it is, and a note that stands on the wrong citizen."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.meetings import answer
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.domain.calendar import written

app = typer.Typer(help=_("Notater: til kommunens journal, og væk fra en forkert borger."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="note")


@app.command("waiting", help=_("Dine notater, der ikke er i kommunens journal endnu, med deres alder."))
def waiting(context: typer.Context) -> None:
    """List the notes that wait for the journal."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        found = workspace.casework.unjournalised()
        document = [
            {
                "id": each.note.id,
                "citizen_id": each.note.record.citizen_id,
                "written_at": each.note.record.written_at.isoformat(timespec="minutes"),
                "days": each.days,
                "urgency": each.urgency,
                "confidential": each.confidential,
            }
            for each in found
        ]
        lines = []
        for each in found:
            age = _("1 dag") if each.days == 1 else _("{days} dage").format(days=each.days)
            mark = {"red": "▲", "amber": "!"}.get(each.urgency, " ")
            who = workspace.lookup.citizen_name(each.note.record.citizen_id)
            lines.append(f"{mark} {age}  {each.note.id}  {who}  {written(each.note.record.written_at.date())}")
        setting.answer(document, lines or [_("Alle dine notater er i journalen.")])


@app.command("journalised", help=_("Sig, at notater er lagt i kommunens journal; --undo tager det tilbage."))
def journalised(
    context: typer.Context,
    note_ids: Annotated[list[str], typer.Argument(metavar="ID…", help=_("Notaternes id."))],
    undo: Annotated[bool, typer.Option("--undo", help=_("De er der ikke alligevel."))] = False,
) -> None:
    """Mark notes, or take the mark back."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        casework = workspace.casework
        act = casework.unmark_journalised if undo else casework.mark_journalised
        answer(setting, act(note_ids))


@app.command("move", help=_("Flyt et notat, der står hos en forkert borger."))
def move(
    context: typer.Context,
    note_id: Annotated[str, typer.Argument(metavar="ID", help=_("Notatets id."))],
    to: Annotated[str, typer.Option("--to", metavar="ID", help=_("Den rette borgers id."))],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=_("Hvordan det gik til; skrives i begge borgeres log."))
    ],
    keep: Annotated[bool, typer.Option("--keep-checklist", help=_("Gem tjeklisten som en opgave."))] = False,
) -> None:
    """Move one note, and say what to do where others may have read it."""
    setting = setting_of(context)
    why = arguments.text(reason, _("Hvordan gik det til?"))
    with opened(setting) as workspace:
        moved = workspace.casework.move_note(note_id, to, why)
        task = workspace.casework.keep_checklist(moved) if keep and moved.checklist else None
        answer(
            setting,
            moved.done,
            checklist=list(moved.checklist),
            report_by=moved.report_by.isoformat(timespec="minutes") if moved.report_by else None,
            task_id=task.record_ids[0] if task else None,
        )
        for line in moved.checklist:
            setting.tell(f"□ {line}")
