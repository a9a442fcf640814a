"""`fieldtui central erase` and `retention`: what is no longer kept."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, tell

app = typer.Typer(rich_markup_mode=None)
retention_app = typer.Typer(
    help=_("Slet borgere, der er udskrevet for længere siden, end de må opbevares."), rich_markup_mode=None
)
app.add_typer(retention_app, name="retention")

Rewrite = Annotated[
    bool,
    typer.Option(
        "--rewrite", help=_("Skriv tabellerne om, så intet er tilbage i databasens filer; de er lukket imens.")
    ),
]


@app.command("erase", help=_("Slet en borger helt. Det kan ikke fortrydes."))
def erase_command(
    citizen: Annotated[str, typer.Option("--citizen", metavar="ID", help=_("Borgerens id."))],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEKST", help=_("Grunden; medarbejderne læser den. Nævn ingen navne."))
    ],
    all_cards: Annotated[
        bool, typer.Option("--all-cards", help=_("Slet også de kort, der er lagt sammen med borgerens."))
    ] = False,
    rewrite_tables: Rewrite = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Erase; devices purge at their next sync."""
    from fieldtui.central.erasing import erase, rewrite

    with database(embedded, database_url) as opened:
        done = erase(opened, citizen, reason, all_cards=all_cards, organisation=organisation)
        if rewrite_tables:
            rewrite(opened)
    said = _("Borgeren er slettet: {records} poster. {told} medarbejderes maskiner sletter ved næste synk.")
    answer(done.as_json(), [said.format(records=done.records, told=done.devices_of)], as_json=as_json)
    tell(_("Sikkerhedskopier fra før i dag har borgeren endnu. Lad dem udløbe, eller lav en ny og slet de gamle."))


@retention_app.callback(invoke_without_command=True)
def retention_command(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Vis kun, hvem det gælder."))] = False,
    rewrite_tables: Rewrite = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Erase who is beyond the period; nobody until a period is set."""
    if context.invoked_subcommand is not None:
        return
    from fieldtui.central.erasing import apply_retention, retention, rewrite

    with database(embedded, database_url) as opened:
        found = retention(opened, organisation=organisation)
        done = () if dry_run else apply_retention(opened, organisation=organisation)
        if done and rewrite_tables:
            rewrite(opened)
    answer(
        {"days": found.days, "due": list(found.due), "erased": [each.as_json() for each in done]},
        list(found.due),
        as_json=as_json,
    )
    if found.days is None:
        tell(_("Der er ikke sat nogen frist, så ingen slettes. Sæt den med: fieldtui central retention set --days N"))
    elif dry_run:
        tell(_("Det var en prøve. Intet er slettet."))
    else:
        tell(_("{count} borgere er slettet.").format(count=len(done)))


@retention_app.command("set", help=_("Sæt fristen, eller slå den fra."))
def retention_set(
    days: Annotated[int | None, typer.Option("--days", metavar="N", help=_("Dage efter udskrivning."))] = None,
    off: Annotated[bool, typer.Option("--off", help=_("Ingen frist: ingen slettes af sig selv."))] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Set the period."""
    from fieldtui.central.erasing import set_retention

    if (days is None) != off:
        raise BadUsage(_("Sig enten --days N eller --off."))
    with database(embedded, database_url) as opened:
        set_retention(opened, days, organisation=organisation)
    said = _("Ingen slettes af sig selv.") if days is None else _("Fristen er {days} dage efter udskrivning.")
    answer({"days": days}, [said.format(days=days)], as_json=as_json)
