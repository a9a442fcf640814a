"""`list`, `show`, `search`: records as they stand."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli import arguments, text
from fieldtui.cli.opening import opened
from fieldtui.cli.people import picture_lines
from fieldtui.cli.setting import setting_of
from fieldtui.domain.measures import steps
from fieldtui.domain.problems import model_of
from fieldtui.services.veiling import bare


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.command("list", help=_("Vis posterne i en samling, som de er nu. Det skrives i adgangsloggen."))(list_records)
    root.command("show", help=_("Vis én post. Hører den til en borger, skrives det i adgangsloggen."))(show)
    root.command("search", help=_("Søg i alt, hvad du må se."))(search)


def list_records(
    context: typer.Context,
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help=_("Samlingens navn, fx citizen."))],
    everything: Annotated[bool, typer.Option("--all", help=_("Også annullerede og udskrevne."))] = False,
    citizen: Annotated[str | None, typer.Option("--citizen", metavar="ID", help=_("Kun denne borgers."))] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="D", help=_("Fra og med denne dag."))] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="D", help=_("Til og med denne dag."))] = None,
) -> None:
    """Print the records of a collection."""
    setting = setting_of(context)
    model_of(collection)
    first, last = arguments.period(setting, since, until)
    with opened(setting) as workspace:
        found = workspace.lookup.list_out(
            collection, citizen_id=citizen, include_all=everything, since=first, until=last
        )
        setting.answer(
            [bare(each.flat(), each.record) for each in found], (text.summary(each, workspace.rules) for each in found)
        )
        if not found:
            setting.tell(_("Ingen poster."))


def show(
    context: typer.Context,
    record_id: Annotated[str, typer.Argument(metavar="ID", help=_("Postens id."))],
    reason: Annotated[str | None, typer.Option("--reason", help=_("Hvorfor; skrives i adgangsloggen."))] = None,
    reveal: Annotated[
        str | None,
        typer.Option(
            "--reveal",
            metavar="F",
            help=_(
                "Vis også et skjult felt: address, postal_code, city, phone, et fortroligt notats text. Kræver --reason."
            ),
        ),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help=_("Også, hvad felterne har været, hvem der ændrede dem, og hvornår."))
    ] = False,
    people: Annotated[
        bool, typer.Option("--people", help=_("I JSON også, hvem der er på en borgers sag, og hvad der overlapper."))
    ] = False,
) -> None:
    """Print one record, and what it was before."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        stored = workspace.lookup.show(record_id, reason)
        shown = frozenset({reveal}) if reveal is not None else frozenset[str]()
        if reveal is not None:
            stored = workspace.lookup.revealed(stored, reveal, reason)
        document = bare(stored.flat(), stored.record, shown)
        lines = list(text.card(stored, workspace.rules, shown))
        if history:
            versions = workspace.history.of_record(record_id)
            document["history"] = [version.as_json() for version in versions]
            who = {person.id: person.initials for person in workspace.people}
            lines += [line for version in versions for line in text.version(version, stored, who, workspace.rules)]
        if stored.collection == "citizen":
            picture = workspace.lookup.picture_of(stored.id, today(setting.clock))
            if picture is not None:
                document |= picture.as_json() if people else {}
                lines += picture_lines(picture, workspace.rules, steps(workspace.rules, today(setting.clock)))
        setting.answer(document, lines)


def search(
    context: typer.Context,
    words: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help=_("Ord, der alle skal være der; - spørger, så de ikke står i skallens historik.")
        ),
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help=_("Højst så mange."))] = 50,
) -> None:
    """Print what holds every word."""
    setting = setting_of(context)
    words = arguments.text(words, _("Søg efter"))
    if not words.strip():
        raise BadUsage(_("Skriv mindst ét ord at søge efter."))
    with opened(setting) as workspace:
        hits = workspace.lookup.search(words, limit)
        setting.answer(
            [
                {
                    "id": hit.record_id,
                    "collection": hit.collection,
                    "title": hit.title,
                    "snippet": hit.snippet,
                    "citizen_id": hit.citizen_id,
                    "day": hit.day.isoformat() if hit.day else None,
                }
                for hit in hits
            ],
            (f"{hit.record_id} {_(model_of(hit.collection).label)}: {hit.title} – {hit.snippet}" for hit in hits),
        )
        if not hits:
            setting.tell(_("Intet fundet."))
