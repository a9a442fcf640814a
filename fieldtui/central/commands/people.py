"""`fieldtui central consultant …`: the staff."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database

app = typer.Typer(rich_markup_mode=None)
consultant_app = typer.Typer(help=_("Medarbejdere."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(consultant_app, name="consultant")


Unit = Annotated[
    str | None,
    typer.Option("--unit", metavar="ENHED", help=_("Behandlerens enhed, med det navn, som samtykker bruger.")),
]


@consultant_app.command("add", help=_("Tilføj en medarbejder."))
def consultant_add(
    initials: Annotated[str, typer.Option("--initials", metavar="MH", help=_("Initialer."))],
    name: Annotated[str, typer.Option("--name", metavar="NAVN", help=_("Navn."))],
    role: Annotated[
        str, typer.Option("--role", metavar="consultant|treatment|leader", help=_("Rolle."))
    ] = "consultant",
    unit: Unit = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Add someone to the staff."""
    from fieldtui.central.administration import add_consultant
    from fieldtui.central.staff import role_named

    with database(embedded, database_url) as opened:
        person = add_consultant(opened, initials, name, role_named(role), unit=unit, organisation=organisation)
        said = _("{initials} {name} er tilføjet.").format(initials=person.initials, name=person.name)
        answer(person.model_dump(), [said], as_json=as_json)


@consultant_app.command("set", help=_("Ret en behandlers enhed."))
def consultant_set(
    initials: Annotated[str, typer.Option("--initials", metavar="BH", help=_("Initialer."))],
    unit: Unit = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Say where a treatment worker works; without `--unit` nowhere."""
    from fieldtui.central.administration import set_unit

    with database(embedded, database_url) as opened:
        person = set_unit(opened, initials, unit, organisation=organisation)
        said = _("{initials} hører til {unit}.") if person.unit else _("{initials} hører ikke til nogen enhed.")
        answer(person.model_dump(), [said.format(initials=person.initials, unit=person.unit)], as_json=as_json)


@consultant_app.command("list", help=_("Vis medarbejderne."))
def consultant_list(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """List the staff."""
    from fieldtui.central.administration import consultants

    with database(embedded, database_url) as opened:
        found = consultants(opened, organisation=organisation)
        lines = [f"{person.initials:<8} {person.role:<10} {person.name}" for person in found]
        answer([person.model_dump() for person in found], lines, as_json=as_json)
