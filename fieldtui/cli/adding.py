"""`add`: one typed line becomes an appointment, a task, a note or a contact."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.calendar import weekday_name, written
from fieldtui.domain.quickadd import QuickDraft
from fieldtui.services.quickadding import carry_out, read, vocabulary
from fieldtui.services.workspace import Workspace


def mount(root: typer.Typer) -> None:
    """Add the command."""
    root.command("add", help=_('Skriv én linje, fx: fieldtui add "samtale fre 10 @fatima"'))(add)


def add(
    context: typer.Context,
    line: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help=_("Hvad, hvornår og med hvem; - spørger, så det ikke står i skallens historik.")
        ),
    ],
) -> None:
    """Store what a line says; what it leaves open is asked on a terminal, and refused where there is none."""
    setting = setting_of(context)
    line = arguments.text(line, _("Skriv linjen"))
    with opened(setting) as workspace:
        draft = _settled(setting, workspace, line)
        done = carry_out(workspace, draft)
        setting.answer(
            {"ids": list(done.record_ids), "message": done.message, "warnings": list(done.warnings)}, [done.message]
        )
        for warning in done.warnings:
            setting.tell(warning)


def _settled(setting: Setting, workspace: Workspace, line: str) -> QuickDraft:
    """The draft with nothing left open, and agreed to where there is someone to ask."""
    words = vocabulary(workspace)
    while True:
        draft = read(workspace, words, line)
        if not setting.terminal:
            if not draft.complete:
                raise BadUsage(" ".join(question.text for question in draft.questions))
            return draft
        setting.tell(echo(draft))
        if draft.company is not None:
            today = workspace.context.today
            for sentence in workspace.lookup.before_calling(draft.company.id, draft.day or today):
                setting.tell(sentence)
        if draft.complete and typer.confirm(_("Gem?"), default=True, err=True):
            return draft
        for question in draft.questions:
            setting.tell("  " + " · ".join((question.text, *question.choices)))
        line = typer.prompt(_("Skriv linjen igen"), default=line, err=True)


def echo(draft: QuickDraft) -> str:
    """What was understood: weekday, date, time to time, who and where."""
    parts = []
    if draft.day is not None:
        parts.append(f"{weekday_name(draft.day)} {written(draft.day)}")
    if draft.start is not None:
        parts.append(f"{draft.start:%H:%M}" + (f"–{draft.end:%H:%M}" if draft.end is not None else ""))
    named = (draft.who, draft.company)
    parts += [
        draft.title or draft.kind,
        *(each.name for each in named if each is not None),
        draft.place or "",
        draft.text,
    ]
    return " · ".join(part for part in parts if part)
