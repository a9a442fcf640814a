"""`fieldtui central serve` and `bootstrap`: the running system and its first organisation."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Url, answer, database

app = typer.Typer(rich_markup_mode=None)


@app.command("serve", help=_("Kør det centrale system, til det stoppes."))
def serve_command(
    embedded: Embedded = None,
    database_url: Url = None,
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help=_("Hvor der lyttes."))
    ] = "127.0.0.1:8443",
    public_url: Annotated[
        str | None, typer.Option("--public-url", metavar="URL", help=_("Den adresse, maskinerne når det på."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve; the line on stdout is JSON with or without `--json`."""
    from fieldtui.central.serve import serve, stopped_by_signals

    del as_json
    with stopped_by_signals(), database(embedded, database_url) as opened:
        serve(opened, listen=listen, public_url=public_url, announce=lambda line: print(line, flush=True))


@app.command("bootstrap", help=_("Lav den første organisation og dens administrator."))
def bootstrap_command(
    organisation: Annotated[str, typer.Option("--organisation", metavar="NAVN", help=_("Organisationens navn."))],
    embedded: Embedded = None,
    database_url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make an organisation."""
    from fieldtui.central.administration import bootstrap_organisation

    with database(embedded, database_url) as opened:
        made = bootstrap_organisation(opened, organisation)
        document = {"organisation_id": made.id, "organisation": made.name, "administrator": "ADM"}
        answer(document, [_("{name} er oprettet.").format(name=made.name)], as_json=as_json)
