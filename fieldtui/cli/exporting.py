"""`export appointments|citizen`: lists for others, and everything about one citizen for the citizen; open or sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.passphrase import asked, passphrase
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.calendar import written
from fieldtui.export.rendering import check
from fieldtui.services.dossier import InTheClear
from fieldtui.services.exporting import PASSPHRASE, ExportResult, Seal, seal_for
from fieldtui.services.journalfile import JournalFiles
from fieldtui.services.unlocking import Secret

app = typer.Typer(help=_("Filer til andre: aftalelister, og en borgers sag til borgeren selv."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="export")


@app.command("appointments", help=_("Skriv en liste over aftaler. Kolonnerne ligger fast for hver profil."))
def appointments(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="D", help=_("Første dag."))],
    last: Annotated[str, typer.Option("--to", metavar="D", help=_("Sidste dag."))],
    profile: Annotated[str, typer.Option("--profile", metavar="reception|own|outlook", help=_("Hvem listen er til."))],
    fmt: Annotated[str, typer.Option("--format", metavar="csv|pdf|xlsx|json|ics", help=_("Filens form."))],
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


@app.command("citizen", help=_("Skriv alt om én borger til borgerens egen indsigt. Filen forsegles."))
def citizen(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    citizen_id: Annotated[str, typer.Argument(metavar="ID", help=_("Borgerens id."))],
    fmt: Annotated[str, typer.Option("--format", metavar="json|pdf", help=_("Filens form."))],
    sealed_for: Annotated[
        str | None,
        typer.Option(
            "--sealed-for",
            metavar="R",
            help=_("Forsegl filen til R: en nøgle (age1…), en fil med nøgler eller passphrase (ellers det sidste)."),
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help=_("Uden segl; kræver adgangssætningen igen og --reason."))
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help=_("Hvorfor; skrives i adgangsloggen."))
    ] = None,
    with_protected: Annotated[
        bool, typer.Option("--with-protected", help=_("Også en beskyttet adresse og telefon; kræver --reason."))
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="F", help=_("Fil eller mappe; ellers mappen exports i datamappen.")),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help=_("Behold filen; ellers fjernes den."))] = False,
    any_folder: Annotated[
        bool, typer.Option("--any-folder", help=_("Brug mappen, selv om den deles eller kan flyttes."))
    ] = False,
) -> None:
    """Write the dossier and say where it is."""
    setting = setting_of(context)
    if plain and sealed_for is not None:
        raise BadUsage(_("Vælg --plain eller --sealed-for, ikke begge."))
    seal = None if plain else _seal(setting, sealed_for or PASSPHRASE)
    with opened(setting) as workspace:
        protection: Seal | InTheClear = InTheClear(_again(setting)) if seal is None else seal
        try:
            result = workspace.dossiers.write(
                citizen_id,
                fmt,
                protection,
                reason=reason,
                with_protected=with_protected,
                output=output.expanduser() if output is not None else None,
                keep=keep,
                any_folder=any_folder,
            )
        finally:
            if isinstance(protection, InTheClear):
                protection.passphrase.wipe()
        setting.answer(result.as_json(), [str(result.file)])
        if plain:
            setting.tell(
                _("Filen er ikke forseglet: enhver, der får fat i den, kan læse den. Slet den, når den er brugt.")
            )
            if not keep:
                setting.tell(_("Den fjernes efter 24 timer, når boksen åbnes eller låses."))
            return
        _tell(setting, result)


@app.command("journal", help=_("Skriv en dags notater til kommunens journal, og markér dem som journaliserede."))
def journal(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    day: Annotated[str, typer.Option("--day", metavar="D", help=_("Dagen, notaterne er skrevet."))],
    fmt: Annotated[str, typer.Option("--format", metavar="json|txt", help=_("Filens form."))] = "json",
    sealed_for: Annotated[
        str | None,
        typer.Option(
            "--sealed-for",
            metavar="R",
            help=_("Forsegl filen til R: en nøgle (age1…), en fil med nøgler eller passphrase (ellers det sidste)."),
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help=_("Uden segl; kræver adgangssætningen igen og --reason."))
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help=_("Hvorfor; skrives i adgangsloggen."))
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="F", help=_("Fil eller mappe; ellers mappen exports i datamappen.")),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help=_("Behold filen; ellers fjernes den."))] = False,
    any_folder: Annotated[
        bool, typer.Option("--any-folder", help=_("Brug mappen, selv om den deles eller kan flyttes."))
    ] = False,
) -> None:
    """Write the notes of a day that are not in the journal yet, and mark them."""
    setting = setting_of(context)
    if plain and sealed_for is not None:
        raise BadUsage(_("Vælg --plain eller --sealed-for, ikke begge."))
    on = arguments.day(setting, day, "--day")
    seal = None if plain else _seal(setting, sealed_for or PASSPHRASE)
    with opened(setting) as workspace:
        protection: Seal | InTheClear = InTheClear(_again(setting)) if seal is None else seal
        try:
            result = JournalFiles(workspace.context).write(
                on,
                fmt,
                protection,
                reason=reason,
                output=output.expanduser() if output is not None else None,
                keep=keep,
                any_folder=any_folder,
            )
        finally:
            if isinstance(protection, InTheClear):
                protection.passphrase.wipe()
        file = {"file": None, "rows": 0} if result.file is None else result.file.as_json()
        document = {**file, "marked": result.marked, "left_out": result.left_out}
        setting.answer(document, [str(result.file.file)] if result.file else [])
        if result.file is None:
            setting.tell(_("Ingen notater fra den dag venter på journalen."))
        else:
            setting.tell(_("{count} notater er skrevet og markeret som journaliserede.").format(count=result.marked))
            _tell(setting, result.file)
        if result.left_out:
            setting.tell(
                _(
                    "{count} notater er ikke med: de er fortrolige eller nævner det beskyttede. Læg dem i journalen selv."
                ).format(count=result.left_out)
            )


def _again(setting: Setting) -> Secret:
    """The vault's passphrase once more: typed again, or out of the file that was named for it."""
    if setting.terminal and setting.passphrase_file is None:
        return asked(_("Adgangssætningen igen, før filen skrives uden segl: "))
    return passphrase(setting)


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
