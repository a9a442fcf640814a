"""`fieldtui central rules …`: rule sets that devices get with their next sync."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Annotated, Final

import typer

from fieldtui.base.clock import SystemClock, today
from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, day

app = typer.Typer(rich_markup_mode=None)
rules_app = typer.Typer(help=_("Regelsæt til maskinerne."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(rules_app, name="rules")
_LARGEST: Final = 1_000_000


@rules_app.command("publish", help=_("Udgiv en regelfil; maskinerne har den efter næste synk."))
def publish_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help=_("Regelfilen."))],
    begins: Annotated[
        str | None,
        typer.Option("--from", metavar="D", help=_("Dagen, reglerne gælder fra, hvor de ikke selv siger det.")),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="N", help=_("Sættets navn; ellers filens."))] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Publish a rule file."""
    from fieldtui.central.rulesets import publish

    text = _text_of(file)
    first = day(begins, "--from") if begins is not None else None
    with database(embedded, database_url) as opened:
        made = publish(opened, text, clean(file.name), name or file.stem, begins=first, organisation_name=organisation)
    said = (
        _("{name} version {version} er udgivet.")
        if made.changed
        else _("{name} version {version} siger det samme. Intet er ændret.")
    )
    answer(made.as_json(), [said.format(name=made.name, version=made.version), *made.rules], as_json=as_json)


@rules_app.command("check", help=_("Se efter, hvad en regelfil ændrer, før nogen har den."))
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help=_("Regelfilen."))],
    begins: Annotated[
        str | None,
        typer.Option("--from", metavar="D", help=_("Dagen, reglerne gælder fra, hvor de ikke selv siger det.")),
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="D", help=_("Dagen, fristerne ses på; ellers i dag."))
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="N", help=_("Sættets navn; ellers filens."))] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Say what a rule file would change; without a database it is held against fieldtui's own rules."""
    from fieldtui.central.rulecheck import checked

    text = _text_of(file)
    first = day(begins, "--from") if begins is not None else None
    on = day(date, "--date") if date is not None else today(SystemClock())
    with contextlib.ExitStack() as stack:
        opened = None
        if embedded is not None or database_url is not None:
            opened = stack.enter_context(database(embedded, database_url))
        found = checked(
            opened, text, clean(file.name), name or file.stem, on=on, begins=first, organisation_name=organisation
        )
    answer(found.as_json(), found.lines(), as_json=as_json)


def _text_of(file: Path) -> str:
    try:
        with file.expanduser().open("rb") as stream:
            return stream.read(_LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise BadFile(clean(file.name), None, _("Filen kan ikke læses. Tjek, at du har adgang til den.")) from None


@rules_app.command("list", help=_("Vis de udgivne regelsæt."))
def list_command(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """List what was published."""
    from fieldtui.central.rulesets import listed

    with database(embedded, database_url) as opened:
        found = listed(opened, organisation_name=organisation)
    lines = [f"{each.name} {each.version}  {each.published_at}  {len(each.rules)}" for each in found]
    answer([each.as_json() for each in found], lines, as_json=as_json)


@rules_app.command("show", help=_("Vis et regelsæt."))
def show_command(
    name: Annotated[str, typer.Argument(metavar="N", help=_("Sættets navn."))],
    version: Annotated[
        int | None, typer.Option("--version-number", metavar="V", help=_("Hvilken version; ellers den nyeste."))
    ] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Show one set."""
    from fieldtui.central.rulesets import shown

    with database(embedded, database_url) as opened:
        found, document = shown(opened, name, version, organisation_name=organisation)
    lines = json.dumps(document, ensure_ascii=False, indent=2).splitlines()
    answer({**found.as_json(), "document": document}, lines, as_json=as_json)
