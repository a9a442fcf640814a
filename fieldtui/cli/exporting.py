"""`export appointments`: the list for the reception, for oneself or for Outlook, open or sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.calendar import written
from fieldtui.export.rendering import check
from fieldtui.services.exporting import ExportResult, Seal, seal_for

app = typer.Typer(help=_("Lister til andre."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="export")


@app.callback()
def _group() -> None:
    """Keep `appointments` a word of its own."""


@app.command("appointments", help=_("Skriv en liste over aftaler. Kolonnerne ligger fast for hver profil."))
def appointments(  # noqa: PLR0913, PLR0917  as many parameters as options
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
    sealed_for: Annotated[
        str | None,
        typer.Option(
            "--sealed-for",
            metavar="R",
            help=_("Forsegl filen til R: en nøgle (age1…), en fil med nøgler eller passphrase."),
        ),
    ] = None,
) -> None:
    """Write the list and say where it is."""
    setting = setting_of(context)
    check(profile, fmt)
    seal = _seal(setting, sealed_for)
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
            seal=seal,
        )
        setting.answer(result.as_json(), [str(result.file)])
        setting.tell(_("{rows} aftaler.").format(rows=result.rows))
        _tell(setting, result)


def _seal(setting: Setting, given: str | None) -> Seal | None:
    """The seal that was asked for.

    Raises:
        BadUsage: No such recipient, sealing is not installed, or nobody would see the words that open the file.
        BadFile: A file of recipients that is none.
    """
    if given is None:
        return None
    seal = seal_for(given)
    if seal == Seal() and not (setting.as_json or setting.terminal):
        raise BadUsage(
            _("Der er ingen terminal at vise filens adgangssætning på. Brug --json, eller forsegl til en nøgle.")
        )
    return seal


def _tell(setting: Setting, result: ExportResult) -> None:
    """What a person must know of a file: how it is opened, and when it goes."""
    if result.passphrase is not None and not setting.as_json:
        setting.tell(_("Filen åbnes med disse ord, som kun vises nu: {words}").format(words=result.passphrase))
        setting.tell(_("Giv dem til modtageren på en anden vej end filen, fx i telefonen."))
    elif result.sealed:
        setting.tell(_("Kun modtageren kan åbne filen."))
    if result.expires_on is not None:
        setting.tell(_("Filen fjernes efter den {day}.").format(day=written(result.expires_on)))
