"""`fieldtui central citizen import` and `assign`: who is enrolled, and with whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.exits import ExitCode
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, day, tell

app = typer.Typer(rich_markup_mode=None)
citizen_app = typer.Typer(help=_("Borgere."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(citizen_app, name="citizen")


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
    from fieldtui.central.samecitizen import duplicates

    with database(embedded, database_url) as opened:
        report = import_folder(opened, folder.expanduser(), source, dry_run, organisation=organisation)
        alike = len(duplicates(opened, organisation=organisation))
    lines = [
        _("{file}: {rows} rækker, {created} nye, {updated} ændret, {unchanged} uændret, {left_out} udeladt").format(
            file=name, rows=count.rows, created=count.created, updated=count.updated, unchanged=count.unchanged,
            left_out=count.left_out,
        )
        for name, count in report.files.items()
    ]  # fmt: skip
    answer(report.as_json(), lines, as_json=as_json)
    if not as_json:
        for problem in report.problems:
            place = ", ".join(
                part for part in (problem.file, _("linje {line}").format(line=problem.line), problem.field) if part
            )
            tell(f"{place}: {problem.message}")
    if report.consultants_made:
        tell(_("Nye konsulenter: {initials}").format(initials=", ".join(report.consultants_made)))
    if alike:
        tell(_("{count} par borgere er måske den samme: fieldtui central citizen duplicates").format(count=alike))
    if dry_run:
        tell(_("Det var en prøve. Intet er gemt."))
    if report.left_out:
        tell(_("{count} rækker er udeladt. Ret dem i udtrækket, og tag det ind igen.").format(count=report.left_out))
        raise typer.Exit(int(ExitCode.WAITING))


@citizen_app.command(
    "duplicates", help=_("Borgere, der måske er den samme, også hos to konsulenter; uden navne og numre.")
)
def citizen_duplicates(
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """List pairs by call code and consultant: where they are two, one is handed over before anybody merges."""
    from fieldtui.central.samecitizen import duplicates

    with database(embedded, database_url) as opened:
        found = duplicates(opened, organisation=organisation)
    lines = [
        f"{each.codes[0]} ({each.consultants[0]}) · {each.codes[1]} ({each.consultants[1]}): {each.likeness.reason}"
        for each in found
    ]
    answer([each.as_json() for each in found], lines, as_json=as_json)
    if any(len(set(each.consultants)) > 1 for each in found):
        tell(_("Hos to konsulenter: overdrag den ene, så kan den, der har begge, lægge dem sammen."))


@app.command("assign", help=_("Giv en borger til en konsulent."))
def assign_command(
    citizen: Annotated[str, typer.Option("--citizen", metavar="ID", help=_("Borgerens id."))],
    consultant: Annotated[str, typer.Option("--consultant", metavar="MH", help=_("Initialer."))],
    role: Annotated[
        str, typer.Option("--role", metavar="primary|substitute|treatment", help=_("Som hvad."))
    ] = "primary",
    until: Annotated[str | None, typer.Option("--until", metavar="D", help=_("Vikarens sidste dag."))] = None,
    begins: Annotated[str | None, typer.Option("--from", metavar="D", help=_("Første dag; ellers i dag."))] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Hand a citizen over, or let someone stand in."""
    from fieldtui.central.administration import assign
    from fieldtui.central.staff import assignment_role_named

    with database(embedded, database_url) as opened:
        last_day = day(until, "--until") if until is not None else None
        first_day = day(begins, "--from") if begins is not None else None
        changed = assign(
            opened, citizen, consultant, assignment_role_named(role), last_day, begins=first_day,
            organisation=organisation,
        )  # fmt: skip
        said = _("Borgeren er givet til {initials}.") if changed else _("Borgeren er allerede hos {initials}.")
        document = {
            "citizen_id": citizen,
            "consultant": consultant.upper(),
            "role": role,
            "from": begins,
            "until": until,
            "changed": changed,
        }
        answer(document, [said.format(initials=clean(consultant).upper())], as_json=as_json)
