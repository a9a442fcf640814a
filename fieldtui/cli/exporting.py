"""`export appointments`: the list for the reception, for oneself or for Outlook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.domain.calendar import written
from fieldtui.export.rendering import check

app = typer.Typer(help=_("Lister til andre."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="export")


@app.callback()
def _group() -> None:
    """Keep `appointments` a word of its own."""


@app.command("appointments", help=_("Skriv en liste over aftaler. Kolonnerne ligger fast for hver profil."))
def appointments(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="D", help=_("Første dag."))],
    last: Annotated[str, typer.Option("--to", metavar="D", help=_("Sidste dag."))],
    profile: Annotated[str, typer.Option("--profile", metavar="reception|own|outlook", help=_("Hvem listen er til."))],
    fmt: Annotated[str, typer.Option("--format", metavar="csv|ics|json", help=_("Filens form."))],
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="F", help=_("Fil eller mappe; ellers mappen exports i datamappen.")),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help=_("Behold filen; ellers fjernes den, når dens dag er omme."))
    ] = False,
    any_folder: Annotated[
        bool, typer.Option("--any-folder", help=_("Brug mappen, selv om den deles eller kan flyttes."))
    ] = False,
) -> None:
    """Write the list and say where it is."""
    setting = setting_of(context)
    check(profile, fmt)
    begins, ends = arguments.day(setting, first, "--from"), arguments.day(setting, last, "--to")
    with opened(setting) as workspace:
        result = workspace.exports.appointments(
            begins,
            ends,
            profile,
            fmt,
            output=output.expanduser() if output is not None else None,
            keep=keep,
            any_folder=any_folder,
        )
        setting.answer(result.as_json(), [str(result.file)])
        setting.tell(_("{rows} aftaler.").format(rows=result.rows))
        if result.expires_on is not None:
            setting.tell(_("Filen fjernes efter den {day}.").format(day=written(result.expires_on)))
