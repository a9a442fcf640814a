"""`fieldtui central …`: the reference central system and its administration (docs/cli.md)."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import BadUsage
from fieldtui.base.exits import ExitCode
from fieldtui.base.i18n import _
from fieldtui.base.ids import SystemIds
from fieldtui.base.text import clean
from fieldtui.central.database import Database, migrate

app = typer.Typer(help=_("Det centrale system og dets administration."), rich_markup_mode=None, no_args_is_help=True)
consultant_app = typer.Typer(help=_("Medarbejdere."), rich_markup_mode=None, no_args_is_help=True)
citizen_app = typer.Typer(help=_("Borgere."), rich_markup_mode=None, no_args_is_help=True)
device_app = typer.Typer(help=_("Maskiner."), rich_markup_mode=None, no_args_is_help=True)
export_app = typer.Typer(help=_("Lister til andre."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(consultant_app, name="consultant")
app.add_typer(citizen_app, name="citizen")
app.add_typer(device_app, name="device")
app.add_typer(export_app, name="export")

Embedded = Annotated[
    Path | None,
    typer.Option("--embedded", metavar="DIR", help=_("Mappe til en PostgreSQL, som fieldtui selv starter.")),
]
Url = Annotated[
    str | None, typer.Option("--database-url", metavar="URL", help=_("En PostgreSQL, der kører: postgresql://…"))
]
Name = Annotated[
    str | None, typer.Option("--organisation", metavar="NAVN", help=_("Hvilken organisation, hvor der er flere."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Svar med ét JSON-dokument."))]


@contextlib.contextmanager
def _database(embedded: Path | None, url: str | None) -> Iterator[Database]:
    """The database that the options name, with its tables in order."""
    if (embedded is None) == (url is None):
        raise BadUsage(_("Vælg en database: --embedded MAPPE eller --database-url postgresql://…"))
    with contextlib.ExitStack() as stack:
        if embedded is not None:
            from fieldtui.central.embedded import EmbeddedPostgres

            url = stack.enter_context(EmbeddedPostgres(embedded.expanduser())).url
        if url is None:
            raise BadUsage(_("Vælg en database: --embedded MAPPE eller --database-url postgresql://…"))
        migrate(url)
        database = Database(url, clock=SystemClock(), ids=SystemIds())
        stack.callback(database.close)
        yield database


def _answer(document: Any, lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for line in lines:
        print(clean(line))


def _tell(sentence: str) -> None:
    print(clean(sentence, multiline=True), file=sys.stderr)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUsage(_("{option} skal være en dato som 2026-11-24.").format(option=option)) from None


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
    with stopped_by_signals(), _database(embedded, database_url) as database:
        serve(database, listen=listen, public_url=public_url, announce=lambda line: print(line, flush=True))


@app.command("bootstrap", help=_("Lav den første organisation og dens administrator."))
def bootstrap_command(
    organisation: Annotated[str, typer.Option("--organisation", metavar="NAVN", help=_("Organisationens navn."))],
    embedded: Embedded = None,
    database_url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Make an organisation."""
    from fieldtui.central.administration import bootstrap_organisation

    with _database(embedded, database_url) as database:
        made = bootstrap_organisation(database, organisation)
        document = {"organisation_id": made.id, "organisation": made.name, "administrator": "ADM"}
        _answer(document, [_("{name} er oprettet.").format(name=made.name)], as_json=as_json)


@consultant_app.command("add", help=_("Tilføj en medarbejder."))
def consultant_add(
    initials: Annotated[str, typer.Option("--initials", metavar="MH", help=_("Initialer."))],
    name: Annotated[str, typer.Option("--name", metavar="NAVN", help=_("Navn."))],
    role: Annotated[
        str, typer.Option("--role", metavar="consultant|treatment|leader", help=_("Rolle."))
    ] = "consultant",
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Add someone to the staff."""
    from fieldtui.central.administration import add_consultant
    from fieldtui.central.staff import role_named

    with _database(embedded, database_url) as database:
        person = add_consultant(database, initials, name, role_named(role), organisation=organisation)
        said = _("{initials} {name} er tilføjet.").format(initials=person.initials, name=person.name)
        _answer(person.model_dump(), [said], as_json=as_json)


@consultant_app.command("list", help=_("Vis medarbejderne."))
def consultant_list(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """List the staff."""
    from fieldtui.central.administration import consultants

    with _database(embedded, database_url) as database:
        found = consultants(database, organisation=organisation)
        lines = [f"{person.initials:<8} {person.role:<10} {person.name}" for person in found]
        _answer([person.model_dump() for person in found], lines, as_json=as_json)


@citizen_app.command("import", help=_("Tag et udtræk ind: en mappe med borgere.csv og de andre filer."))
def citizen_import(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Mappen med udtrækket."))],
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="S", help=_("Systemet, udtrækket kommer fra; ellers mappens navn.")),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Vis kun, hvad der ville ske."))] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Import; exit 5 where a row was left out."""
    from fieldtui.central.administration import import_folder

    with _database(embedded, database_url) as database:
        report = import_folder(database, folder.expanduser(), source, dry_run, organisation=organisation)
    lines = [
        _("{file}: {rows} rækker, {created} nye, {updated} ændret, {unchanged} uændret, {left_out} udeladt").format(
            file=name, rows=count.rows, created=count.created, updated=count.updated, unchanged=count.unchanged,
            left_out=count.left_out,
        )
        for name, count in report.files.items()
    ]  # fmt: skip
    _answer(report.as_json(), lines, as_json=as_json)
    if not as_json:
        for problem in report.problems:
            place = ", ".join(
                part for part in (problem.file, _("linje {line}").format(line=problem.line), problem.field) if part
            )
            _tell(f"{place}: {problem.message}")
    if report.consultants_made:
        _tell(_("Nye konsulenter: {initials}").format(initials=", ".join(report.consultants_made)))
    if dry_run:
        _tell(_("Det var en prøve. Intet er gemt."))
    if report.left_out:
        _tell(_("{count} rækker er udeladt. Ret dem i udtrækket, og tag det ind igen.").format(count=report.left_out))
        raise typer.Exit(int(ExitCode.WAITING))


@app.command("assign", help=_("Giv en borger til en konsulent."))
def assign_command(
    citizen: Annotated[str, typer.Option("--citizen", metavar="ID", help=_("Borgerens id."))],
    consultant: Annotated[str, typer.Option("--consultant", metavar="MH", help=_("Initialer."))],
    role: Annotated[
        str, typer.Option("--role", metavar="primary|substitute|treatment", help=_("Som hvad."))
    ] = "primary",
    until: Annotated[str | None, typer.Option("--until", metavar="D", help=_("Vikarens sidste dag."))] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Hand a citizen over, or let someone stand in."""
    from fieldtui.central.administration import assign
    from fieldtui.central.staff import assignment_role_named

    with _database(embedded, database_url) as database:
        last_day = _day(until, "--until") if until is not None else None
        changed = assign(
            database, citizen, consultant, assignment_role_named(role), last_day, organisation=organisation
        )
        said = _("Borgeren er givet til {initials}.") if changed else _("Borgeren er allerede hos {initials}.")
        document = {
            "citizen_id": citizen,
            "consultant": consultant.upper(),
            "role": role,
            "until": until,
            "changed": changed,
        }
        _answer(document, [said.format(initials=clean(consultant).upper())], as_json=as_json)


@app.command("enrol-code", help=_("Lav en engangskode til en maskine; den gælder et kvarter."))
def enrol_code_command(
    consultant: Annotated[str, typer.Option("--consultant", metavar="MH", help=_("Hvis maskine det er."))],
    pre_approved: Annotated[
        bool, typer.Option("--pre-approved", help=_("Uden sammenligning af ord (oplæring, automatik)."))
    ] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Make a code."""
    from fieldtui.central.administration import enrol_code

    with _database(embedded, database_url) as database:
        made = enrol_code(database, consultant, pre_approved, organisation=organisation)
        lines = [
            _("Kode: {code}").format(code=made.code),
            _("Gælder til kl. {time}").format(time=made.expires_at[11:16]),
            _("På maskinen: fieldtui enrol '{url}' --code {code}").format(url=made.url, code=made.code),
        ]
        _answer({"code": made.code, "url": made.url, "expires_at": made.expires_at}, lines, as_json=as_json)


@app.command("approve", help=_("Godkend en maskine, når ordene på begge skærme er de samme."))
def approve_command(
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("Koden, maskinen brugte."))],
    yes: Annotated[bool, typer.Option("--yes", help=_("Ordene er sammenlignet; spørg ikke."))] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Show the words, ask on a terminal, approve."""
    from fieldtui.central.administration import approve
    from fieldtui.central.enrolling import waiting

    with _database(embedded, database_url) as database:
        asks = waiting(database, code, organisation=organisation)
        _tell(_("{initials}s maskine {name} viser ordene: {words}").format(
            initials=asks.consultant, name=asks.device_name, words=" ".join(asks.words)
        ))  # fmt: skip
        if not yes and sys.stdin.isatty() and not typer.confirm(_("Står de samme ord på maskinens skærm?"), err=True):
            raise BadUsage(_("Maskinen er ikke godkendt."))
        device_id = approve(database, code, organisation=organisation)
        _answer({"device_id": device_id, "words": list(asks.words)}, [_("Maskinen er godkendt.")], as_json=as_json)


@device_app.command("list", help=_("Vis maskinerne."))
def device_list(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """List the devices."""
    from fieldtui.central.administration import devices

    with _database(embedded, database_url) as database:
        found = devices(database, organisation=organisation)
        lines = [
            f"{row.id}  {row.consultant:<8} {row.name}  "
            + (_("spærret {time}").format(time=row.revoked_at) if row.revoked_at else row.last_seen_at or "–")
            for row in found
        ]
        _answer([row.as_json() for row in found], lines, as_json=as_json)


@app.command("revoke", help=_("Spær en maskine. Den låser ved næste synk; intet på den går tabt."))
def revoke_command(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help=_("Maskinens id, fra device list."))],
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Shut a device out."""
    from fieldtui.central.administration import revoke

    with _database(embedded, database_url) as database:
        changed = revoke(database, device, organisation=organisation)
        said = _("Maskinen er spærret.") if changed else _("Maskinen var allerede spærret.")
        _answer({"device_id": device, "changed": changed}, [said], as_json=as_json)


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
    fmt: Annotated[str, typer.Option("--format", metavar="csv|json", help=_("Filens form."))] = "csv",
    place: Annotated[str | None, typer.Option("--place", metavar="P", help=_("Kun møder dette sted."))] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Write the list and say what changed since the last one."""
    from fieldtui.central.listing import export_appointments

    begins, ends = _day(first, "--from"), _day(last, "--to")
    with _database(embedded, database_url) as database:
        made = export_appointments(
            database, begins, ends, profile=profile, fmt=fmt, output=output.expanduser(), place=place,
            organisation=organisation,
        )  # fmt: skip
    _answer(made.as_json(), [str(made.file)], as_json=as_json)
    _tell(_("{rows} aftaler, version {version}.").format(rows=made.rows, version=made.version))
    words = {"added": _("ny"), "changed": _("ændret"), "removed": _("væk")}
    for change in made.changes:
        _tell(f"{change.reference}: {words[change.kind]}")
