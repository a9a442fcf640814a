"""`fieldtui central benchmark …`: numbers of others to hold one's own against; devices get them with their next sync."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database

app = typer.Typer(rich_markup_mode=None)
benchmark_app = typer.Typer(help=_("Andres tal at sammenligne med."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(benchmark_app, name="benchmark")
SET: Final = "sammenligningstal"
"""Name of the rule set that carries them."""
_LARGEST: Final = 1_000_000


@benchmark_app.command(
    "import", help=_("Hent sammenligningstal fra en fil med kilde og dato; maskinerne har dem efter næste synk.")
)
def import_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help=_("Kolonnerne tal;navn;vaerdi;fra;til;kilde;laest."))
    ],
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Publish a table of benchmarks."""
    from fieldtui.central.rulesets import publish_document
    from fieldtui.domain.benchmarks import from_table

    try:
        with file.expanduser().open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise BadFile(clean(file.name), None, _("Filen kan ikke læses. Tjek, at du har adgang til den.")) from None
    document = from_table(text, clean(file.name))
    with database(embedded, database_url) as opened:
        made = publish_document(opened, document, SET, organisation_name=organisation)
    count = len(document["benchmark"])
    said = (
        _("{count} sammenligningstal er udgivet.")
        if made.changed
        else _("De {count} sammenligningstal er udgivet i forvejen.")
    )
    answer({**made.as_json(), "benchmarks": count}, [said.format(count=count)], as_json=as_json)


@benchmark_app.command("list", help=_("Vis sammenligningstallene."))
def list_command(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """List what devices hold their figures against."""
    from fieldtui.central.rulesets import book_of

    with database(embedded, database_url) as opened, opened.transaction() as connection:
        found = book_of(connection, opened.organisation(connection, organisation).id).benchmarks
    lines = [
        f"{each.figure}  {each.label}  {each.value:g}  {each.first} – {each.last}  {each.source}, {each.read_on}"
        for each in found
    ]
    answer([each.model_dump(mode="json") for each in found], lines, as_json=as_json)
