"""`fieldtui central backup` and `restore`: copies of the whole central system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.exits import ExitCode
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Url, answer, database, tell

app = typer.Typer(rich_markup_mode=None)

Passphrase = Annotated[
    Path,
    typer.Option("--secret-file", metavar="F", help=_("Fil med adgangssætningen, som kopien krypteres med.")),
]


@app.command("backup", help=_("Skriv hele databasen til en ny, krypteret fil. Systemet kan køre imens."))
def backup_command(
    file: Annotated[Path, typer.Argument(metavar="F", help=_("Filen, der laves."))],
    passphrase_file: Passphrase,
    embedded: Embedded = None,
    database_url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make a backup."""
    from fieldtui.central.backups.keeping import back_up, read_passphrase

    passphrase = read_passphrase(passphrase_file.expanduser())
    with database(embedded, database_url) as opened:
        made = back_up(opened, file.expanduser().absolute(), passphrase)
    document = {
        "file": str(made.file), "made_at": made.made_at, "rows": made.rows, "bytes": made.size, "sha256": made.sha256,
    }  # fmt: skip
    lines = [
        _("Sikkerhedskopien er skrevet: {file}").format(file=made.file),
        _("{rows} rækker, {size} kB, SHA-256 {sha256}").format(
            rows=sum(made.rows.values()), size=-(-made.size // 1000), sha256=made.sha256
        ),
        _("Uden adgangssætningen kan den ikke læses. Gem den et andet sted end kopien."),
    ]
    answer(document, lines, as_json=as_json)


@app.command("restore", help=_("Læg en sikkerhedskopi tilbage, eller prøv, om den kan lægges tilbage."))
def restore_command(
    file: Annotated[Path, typer.Argument(metavar="F", help=_("Sikkerhedskopien."))],
    passphrase_file: Passphrase,
    drill: Annotated[
        bool, typer.Option("--drill", help=_("Kun en prøve: i en database for sig, som fjernes igen."))
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help=_("Lad den træde i stedet for det, der er i databasen nu."))
    ] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Restore, or try it; exit 7 where a check does not hold."""
    from fieldtui.central.backups import keeping

    passphrase = keeping.read_passphrase(passphrase_file.expanduser())
    with database(embedded, database_url) as opened:
        if drill:
            found = keeping.drill(opened, file.expanduser(), passphrase)
        else:
            found = keeping.restore(opened, file.expanduser(), passphrase, replace=replace)
    lines = [
        _("Kopien er fra {time}, skema {revision}.").format(
            time=found.contents.made_at, revision=found.contents.revision
        )
    ]
    for each in found.organisations:
        lines.append(
            _("{name}: {citizens} borgere, {records} poster, nummer {seq}, {devices} maskiner, heraf spærret {revoked}").format(
                name=each.name, citizens=each.citizens, records=each.records, seq=each.seq,
                devices=each.devices + each.revoked, revoked=each.revoked,
            )
        )  # fmt: skip
        lines.extend(f"  {check.name}: {_('i orden') if check.ok else check.found}" for check in each.checks)
    answer({**found.as_json(), "drill": drill}, lines, as_json=as_json)
    if not found.ok:
        tell(_("Kopien hænger ikke sammen. Brug en anden."))
        raise typer.Exit(int(ExitCode.DAMAGED))
    if drill:
        tell(_("Det var en prøve. Kopien kan lægges tilbage; intet er ændret."))
    else:
        tell(
            _(
                "Kopien er lagt tilbage. Maskinerne henter alt igen ved næste synk og sender det, kopien ikke har. "
                "Spær igen de maskiner, der er spærret siden, og slet igen de borgere, der er slettet siden."
            )
        )
