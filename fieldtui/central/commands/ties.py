"""`fieldtui central assignments` and `unassign`: who has whom, from when and until when."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database

app = typer.Typer(rich_markup_mode=None)

_STATES: Final = {
    "active": "",
    "planned": N_("begynder senere"),
    "closed": N_("lukket: intet gyldigt samtykke"),
    "expired": N_("udløbet"),
}


@app.command("assignments", help=_("Vis, hvem der har hvem, fra hvornår og til hvornår."))
def assignments_command(
    citizen: Annotated[str | None, typer.Option("--citizen", metavar="ID", help=_("Kun denne borger."))] = None,
    consultant: Annotated[
        str | None, typer.Option("--consultant", metavar="MH", help=_("Kun denne medarbejder."))
    ] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """List assignments, those that begin later too."""
    from fieldtui.central.planning import list_assignments

    with database(embedded, database_url) as opened:
        rows = list_assignments(opened, citizen_id=citizen, initials=consultant, organisation=organisation)
    lines = [
        f"{row.call_code or '–':<5} {row.citizen_id}  {row.consultant:<8} {row.role:<10} "
        f"{row.valid_from.isoformat()} – {row.valid_until.isoformat() if row.valid_until else '…':<10} "
        f"{_(_STATES[row.state]) if _STATES[row.state] else ''}".rstrip()
        for row in rows
    ]
    answer([row.as_json() for row in rows], lines, as_json=as_json)


@app.command("unassign", help=_("Afslut en vikars eller behandlers adgang nu."))
def unassign_command(
    citizen: Annotated[str, typer.Option("--citizen", metavar="ID", help=_("Borgerens id."))],
    consultant: Annotated[str, typer.Option("--consultant", metavar="MH", help=_("Initialer."))],
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """End an access early."""
    from fieldtui.central.planning import end_assignment

    with database(embedded, database_url) as opened:
        changed = end_assignment(opened, citizen, consultant, organisation=organisation)
    shown = clean(consultant).upper()
    said = _("{initials} har ikke længere adgang.") if changed else _("{initials} havde ikke adgang.")
    document = {"citizen_id": citizen, "consultant": shown, "changed": changed}
    answer(document, [said.format(initials=shown)], as_json=as_json)
