"""`log show|verify`: who looked at what, what the citizen who asks is told of it, and proof that nobody changed it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.citizenlog import given_text
from fieldtui.services.workspace import Workspace

app = typer.Typer(help=_("Adgangsloggen: hvem der har set og ændret hvad."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="log")


@app.command("show", help=_("Vis loggen, det om én borger, eller det, borgeren selv har krav på at se."))
def show(
    context: typer.Context,
    citizen: Annotated[str | None, typer.Option("--citizen", metavar="ID", help=_("Kun om denne borger."))] = None,
    without_names: Annotated[
        bool,
        typer.Option(
            "--without-names", help=_("Til borgeren: hvornår, hvad og hvorfor, med roller i stedet for navne.")
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=_("Skriv det til borgeren i en fil, som ikke er krypteret.")),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help=_("Hvorfor filen laves; skrives i adgangsloggen."))
    ] = None,
    any_folder: Annotated[
        bool, typer.Option("--any-folder", help=_("Brug mappen, selv om den deles eller kan flyttes."))
    ] = False,
) -> None:
    """Print entries of the access log."""
    setting = setting_of(context)
    if output is not None and not (without_names and citizen):
        raise BadUsage(_("En fil laves kun til borgeren selv: --citizen ID --without-names --output FIL."))
    with opened(setting) as workspace:
        if citizen is not None and without_names:
            _for_the_citizen(setting, workspace, citizen, output, reason, any_folder=any_folder)
        else:
            _for_the_owner(setting, workspace, citizen, without_names=without_names)


def _for_the_citizen(
    setting: Setting, workspace: Workspace, citizen: str, output: Path | None, reason: str | None, *, any_folder: bool
) -> None:
    if output is None:
        looks = workspace.logbook.about(citizen)
        text = given_text(looks, setting.clock.now(), here=True)
        setting.answer([look.as_json() for look in looks], text.splitlines())
        return
    try:
        given = workspace.logbook.give(
            citizen, output.expanduser().absolute(), reason or "", as_json=setting.as_json, any_folder=any_folder
        )
    except OSError:
        raise BadFile(str(output), None, _("Filen kan ikke skrives.")) from None
    setting.answer({"file": str(given.file), "entries": given.rows}, [str(given.file)])
    setting.tell(_("Filen er ikke krypteret. Giv den til borgeren; fieldtui sletter den efter et døgn."))


def _for_the_owner(setting: Setting, workspace: Workspace, citizen: str | None, *, without_names: bool) -> None:
    names = {} if without_names else {person.id: person.initials for person in workspace.people}
    book = workspace.logbook
    entries = book.entries(citizen)
    setting.answer(
        [
            {
                "seq": entry.seq,
                "at": entry.at,
                "actor": names.get(entry.actor, entry.actor),
                "device": entry.device,
                "action": entry.action,
                "subject": entry.subject,
                "reason": entry.reason,
                "detail": entry.detail,
                "what": book.said(entry),
            }
            for entry in entries
        ],
        (
            f"{entry.seq:>6}  {entry.at}  {names.get(entry.actor, entry.actor) or '–'}  {entry.action}"
            f"  {entry.subject or ''}  {entry.reason or entry.detail or ''}".rstrip()
            for entry in entries
        ),
    )


@app.command("verify", help=_("Prøv hele loggen; nævner den første post, der ikke passer."))
def verify(context: typer.Context) -> None:
    """Check the chain."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        count = workspace.logbook.verify()
        setting.answer({"ok": True, "entries": count}, [_("{count} poster, og kæden er hel.").format(count=count)])
