"""`fieldtui central export …`: lists for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, day, tell

app = typer.Typer(rich_markup_mode=None)
export_app = typer.Typer(help=_("Lister til andre."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(export_app, name="export")


@export_app.callback()
def _export_group() -> None:
    """Keep `appointments` a word of its own."""


@export_app.command("appointments", help=_("Skriv hele teamets liste til receptionen."))
def export_appointments_command(
    first: Annotated[str, typer.Option("--from", metavar="D", help=_("Første dag."))],
    last: Annotated[str, typer.Option("--to", metavar="D", help=_("Sidste dag."))],
    output: Annotated[Path, typer.Option("--output", metavar="F", help=_("Fil eller mappe."))],
    profile: Annotated[
        str, typer.Option("--profile", metavar="reception", help=_("Hvem listen er til."))
    ] = "reception",
    fmt: Annotated[str, typer.Option("--format", metavar="csv|pdf|xlsx|json", help=_("Filens form."))] = "csv",
    place: Annotated[str | None, typer.Option("--place", metavar="P", help=_("Kun møder dette sted."))] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Write the list and say what changed since the last one."""
    from fieldtui.central.listing import export_appointments

    begins, ends = day(first, "--from"), day(last, "--to")
    with database(embedded, database_url) as opened:
        made = export_appointments(
            opened, begins, ends, profile=profile, fmt=fmt, output=output.expanduser(), place=place,
            organisation=organisation,
        )  # fmt: skip
    answer(made.as_json(), [str(made.file)], as_json=as_json)
    tell(_("{rows} aftaler, version {version}.").format(rows=made.rows, version=made.version))
    words = {"added": _("ny"), "changed": _("ændret"), "removed": _("væk")}
    for change in made.changes:
        tell(f"{change.reference}: {words[change.kind]}")
