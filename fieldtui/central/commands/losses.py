"""`fieldtui central lost` and `acts`: a lost laptop, and what the office did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, tell

app = typer.Typer(rich_markup_mode=None)


@app.command("lost", help=_("Meld en maskine mistet: spær den, og skriv arket “Mistet maskine”."))
def lost_command(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help=_("Maskinens id, fra device list."))],
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEKST", help=_("Hvad der er sket. Uden den vises kun arket."))
    ] = None,
    keep_open: Annotated[bool, typer.Option("--keep-open", help=_("Spær den ikke endnu."))] = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="F", help=_("Hvor arket skrives; ellers vises det."))
    ] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Note the loss where a reason is given, and answer with the sheet."""
    from fieldtui.base.files import write_atomically
    from fieldtui.central.acting import CONSOLE
    from fieldtui.central.leading import lose, lost_sheet
    from fieldtui.export.lostsheet import lost_sheet_file, lost_sheet_text

    with database(embedded, database_url) as opened:
        if reason is not None:
            acted = lose(opened, organisation, CONSOLE, device, reason, shut_out=not keep_open)
            tell(_("Maskinen er meldt mistet.") if acted.changed else _("Maskinen var allerede meldt mistet."))
        sheet = lost_sheet(opened, organisation, CONSOLE, device)
    text = lost_sheet_text(sheet)
    if output is not None:
        file = output.expanduser().absolute()
        try:
            write_atomically(file, lost_sheet_file(sheet, file))
        except OSError:
            raise BadFile(str(file), None, _("Filen kan ikke skrives.")) from None
    document = sheet.model_dump(mode="json") | ({"file": str(output)} if output is not None else {})
    answer(document, [str(output)] if output is not None else text.splitlines(), as_json=as_json)


@app.command("acts", help=_("Vis, hvad kontoret og teamlederne har gjort: hvem, hvornår, ved hvem og hvorfor."))
def acts_command(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """List the acts."""
    from fieldtui.central.acting import written_down
    from fieldtui.central.administration import consultants

    with database(embedded, database_url) as opened:
        initials = {person.id: person.initials for person in consultants(opened, organisation=organisation)}
        rows = written_down(opened, organisation=organisation)
    documents = [
        {
            "at": isoformat(row.at), "by": initials.get(row.consultant_id or ""), "device_id": row.device_id,
            "action": row.action, "subject": row.subject, "detail": row.detail, "reason": row.reason,
        }
        for row in rows
    ]  # fmt: skip
    lines = [
        f"{isoformat(row.at)}  {initials.get(row.consultant_id or '', '–'):<8} {row.action:<12} "
        f"{row.subject or ''}  {row.detail or ''}  {row.reason or ''}".rstrip()
        for row in rows
    ]
    answer(documents, lines, as_json=as_json)
