"""`log show|verify`: who looked at what, and proof that nobody changed it."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of

app = typer.Typer(help=_("Adgangsloggen: hvem der har set og ændret hvad."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="log")


@app.command("show", help=_("Vis loggen, eller kun det om én borger."))
def show(
    context: typer.Context,
    citizen: Annotated[str | None, typer.Option("--citizen", metavar="ID", help=_("Kun om denne borger."))] = None,
    without_names: Annotated[
        bool, typer.Option("--without-names", help=_("Medarbejdere ved id i stedet for initialer."))
    ] = False,
) -> None:
    """Print entries of the access log."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        names = {} if without_names else {person.id: person.initials for person in workspace.people}
        entries = workspace.log_entries(subject=citizen)
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
        count = workspace.verify_log()
        setting.answer({"ok": True, "entries": count}, [_("{count} poster, og kæden er hel.").format(count=count)])
