"""`fieldtui central serve` and `bootstrap`: the running system and its first organisation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
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
    tls_cert: Annotated[
        Path | None,
        typer.Option("--tls-cert", metavar="F", help=_("Systemets eget certifikat, PEM; SIGHUP læser det igen.")),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="F", help=_("Certifikatets nøgle, PEM uden adgangssætning."))
    ] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help=_("Kun en proxy kan nå det: tro på dens X-Forwarded-For."))
    ] = False,
    rate: Annotated[
        int, typer.Option("--rate", metavar="N", min=0, help=_("Kald i minuttet fra hver maskine; 0 uden grænse."))
    ] = 600,
    connections: Annotated[
        int, typer.Option("--connections", metavar="N", min=1, max=1000, help=_("Forbindelser til databasen, højst."))
    ] = 32,
    drain: Annotated[
        float,
        typer.Option(
            "--drain", metavar="S", min=0, max=600, help=_("Sekunder, der svares endnu, efter at /readyz siger nej.")
        ),
    ] = 0,
    log_file: Annotated[
        Path | None, typer.Option("--log-file", metavar="F", help=_("Log som JSON-linjer i en fil; ellers på stderr."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve; the line on stdout is JSON with or without `--json`."""
    from fieldtui.central.certificate import Certificate
    from fieldtui.central.logs import written_down
    from fieldtui.central.serve import Serving, serve, stopped_by_signals
    from fieldtui.central.traffic import Traffic

    del as_json
    if (tls_cert is None) != (tls_key is None):
        raise BadUsage(_("--tls-cert og --tls-key hører sammen."))
    certificate = Certificate(tls_cert.expanduser(), tls_key.expanduser()) if tls_cert and tls_key else None
    serving_as = Serving(
        listen=listen,
        public_url=public_url,
        certificate=certificate,
        traffic=Traffic(per_minute=rate, burst=max(1, 2 * rate), behind_proxy=behind_proxy),
        drain_seconds=drain,
    )
    with (
        stopped_by_signals(),
        written_down(log_file.expanduser() if log_file else None),
        database(embedded, database_url, connections=connections) as opened,
    ):
        serve(opened, serving_as, announce=lambda line: print(line, flush=True))


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
