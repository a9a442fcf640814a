"""`fieldtui central log …`: what all devices' access logs say."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, tell
from fieldtui.central.database import Database

app = typer.Typer(rich_markup_mode=None)
log_app = typer.Typer(
    help=_("Adgangsloggen fra alle maskiner, som de har sendt den."), rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(log_app, name="log")
_MOST_DAYS = 366


@log_app.command("show", help=_("Vis loggen, det om én borger, eller det, borgeren selv har krav på at se."))
def show(
    citizen: Annotated[str | None, typer.Option("--citizen", metavar="ID", help=_("Kun om denne borger."))] = None,
    without_names: Annotated[
        bool,
        typer.Option(
            "--without-names", help=_("Til borgeren: hvornår, hvad og hvorfor, med roller i stedet for navne.")
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=_("Skriv det til borgeren i en fil, som ikke er krypteret.")),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help=_("Hvorfor; skrives i kontorets egen log."))
    ] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print what the devices said, or give one citizen's part out."""
    if without_names and not citizen:
        raise BadUsage(_("Uden navne gives loggen kun om én borger: --citizen ID."))
    if output is not None and not without_names:
        raise BadUsage(_("En fil laves kun til borgeren selv: --citizen ID --without-names --output FIL."))
    if without_names and not (reason or "").strip():
        raise BadUsage(_("Skriv, hvorfor loggen gives ud: --reason. Grunden skrives i kontorets egen log."))
    from fieldtui.central.lookedup import document, entries

    with database(embedded, database_url) as opened:
        if citizen is not None and without_names:
            _give(opened, organisation, citizen, output, reason or "", as_json=as_json)
            return
        found = entries(opened, organisation, citizen)
    lines = [
        f"{entry.at}  {entry.device_id[-8:]} {entry.seq:>6}  {entry.actor[-8:] or '–'}  {entry.action}"
        f"  {entry.subject or ''}  {entry.reason or entry.detail or ''}".rstrip()
        for entry in found
    ]
    answer([document(entry) for entry in found], lines, as_json=as_json)


def _give(
    opened: Database, organisation: str | None, citizen: str, output: Path | None, reason: str, *, as_json: bool
) -> None:
    from fieldtui.base.files import write_atomically
    from fieldtui.central.acting import CONSOLE
    from fieldtui.central.lookedup import given
    from fieldtui.domain.citizenlog import given_text

    looks = given(opened, organisation, citizen, reason, CONSOLE)
    documents = [look.as_json() for look in looks]
    text = given_text(looks, opened.clock.now(), here=False)
    if output is None:
        answer(documents, text.splitlines(), as_json=as_json)
        return
    file = output.expanduser().absolute()
    written = json.dumps(documents, ensure_ascii=False, indent=1) + "\n" if as_json else text
    try:
        write_atomically(file, written.encode("utf-8"))
    except OSError:
        raise BadFile(str(file), None, _("Filen kan ikke skrives.")) from None
    answer({"file": str(file), "entries": len(looks)}, [str(file)], as_json=as_json)
    tell(_("Filen er ikke krypteret. Giv den til borgeren, og slet den bagefter."))


@log_app.command("habits", help=_("Vis, hvordan hver medarbejder har slået op: tal at spørge ind til, ikke en dom."))
def habits_command(
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, max=_MOST_DAYS, help=_("De seneste så mange dage."))
    ] = 30,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Count lookups by person."""
    from fieldtui.base.clock import today
    from fieldtui.central.lookedup import habits

    with database(embedded, database_url) as opened:
        last: date = today(opened.clock)
        found = habits(opened, organisation, last - timedelta(days=days - 1), last)
    documents = [
        {
            "initials": each.person.initials, "citizens": each.citizens, "opened": each.opened, "revealed": each.revealed,
            "searched": each.searched, "not_theirs": each.not_theirs, "at_odd_hours": each.at_odd_hours,
        }
        for each in found
    ]  # fmt: skip
    lines = [
        _(
            "{initials:<6} {citizens} borgere, åbnet {opened} gange, vist skjult {revealed}, søgt {searched}, ikke egne "
            "{not_theirs}, uden for 6-20 og i weekender {odd}"
        ).format(
            initials=each.person.initials,
            citizens=each.citizens,
            opened=each.opened,
            revealed=each.revealed,
            searched=each.searched,
            not_theirs=each.not_theirs,
            odd=each.at_odd_hours,
        )
        for each in found
    ]
    answer(documents, lines, as_json=as_json)
