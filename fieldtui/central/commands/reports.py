"""`fieldtui central report …`: the team's figures."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _, speaking
from fieldtui.base.log import event
from fieldtui.base.text import clean
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, day
from fieldtui.central.database import Database
from fieldtui.domain import caseload as loads
from fieldtui.domain import fidelity, trends
from fieldtui.domain.figures import Period, document, for_others, leaving, lines, together
from fieldtui.domain.outcomes import year_to
from fieldtui.domain.yearly import year_of
from fieldtui.export.report_table import (
    Form,
    Table,
    caseload_table,
    fidelity_table,
    figures_table,
    form_of,
    render,
    trends_table,
)

app = typer.Typer(rich_markup_mode=None)
report_app = typer.Typer(help=_("Teamets tal."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(report_app, name="report")

First = Annotated[str | None, typer.Option("--from", metavar="D", help=_("Første dag."))]
Last = Annotated[str | None, typer.Option("--to", metavar="D", help=_("Sidste dag; ellers i dag."))]
Programme = Annotated[str | None, typer.Option("--programme", metavar="P", help=_("Kun borgere i denne indsats."))]
Public = Annotated[
    bool, typer.Option("--for-others", help=_("Som det må forlade teamet: tal om under fem borgere er skjult."))
]

Format = Annotated[
    str | None, typer.Option("--format", metavar="csv|xlsx|pdf", help=_("Skriv en fil; små tal er skjult i den."))
]
Output = Annotated[Path | None, typer.Option("--output", metavar="F", help=_("Filen."))]
Internal = Annotated[bool, typer.Option("--internal", help=_("Behold små tal i filen. Må ikke forlade teamet."))]


@report_app.callback()
def _report_group() -> None:
    """Keep each report a word of its own."""


@report_app.command("outcomes", help=_("Teamets resultater, med formel, tæller og nævner."))
def outcomes_command(
    first: First = None,
    last: Last = None,
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print K1–K11 of the whole team."""
    from fieldtui.central.reporting import team_outcomes

    file = _file(fmt, output, internal=internal)
    with database(embedded, database_url) as opened:
        period = _period(opened, first, last)
        figures = team_outcomes(opened, period, programme=programme, organisation=organisation)
        if file is not None:
            shown = figures if internal else together(figures, leaving)
            _write(opened, file, figures_table(shown, period, hidden=not internal), as_json=as_json)
            return
    if public:
        figures = together(figures)
    answer(document(figures, period, programme=programme), lines(figures), as_json=as_json)


@report_app.command(
    "jobs", help=_("Fastholdelse: hvem der stadig er i job 13, 26 og 52 uger efter, at et job begyndte.")
)
def jobs_command(
    first: First = None,
    last: Last = None,
    programme: Programme = None,
    public: Public = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print the team's job retention."""
    from fieldtui.central.reporting import team_jobs

    with database(embedded, database_url) as opened:
        period = _period(opened, first, last)
        figures = team_jobs(opened, period, programme=programme, organisation=organisation)
    if public:
        figures = together(figures)
    answer(document(figures, period, programme=programme), lines(figures), as_json=as_json)


@report_app.command("trends", help=_("De samme tal måned for måned, kvartal for kvartal eller uge for uge."))
def trends_command(
    first: First = None,
    last: Last = None,
    by: Annotated[str, typer.Option("--by", metavar="week|month|quarter", help=_("Trinnene."))] = "month",
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print each of the team's figures at each step of a period."""
    from fieldtui.central.reporting import team_trends

    file = _file(fmt, output, internal=internal)
    step = next((each for each in trends.STEPS if each == by), None)
    if step is None:
        raise BadUsage(_("--by er en af: {steps}.").format(steps=", ".join(trends.STEPS)))
    with database(embedded, database_url) as opened:
        period = _period(opened, first, last)
        found = team_trends(opened, period, by=step, programme=programme, organisation=organisation)
        if file is not None:
            shown = found if internal else trends.trends_for_others(found)
            _write(opened, file, trends_table(shown, period, hidden=not internal), as_json=as_json)
            return
    if public:
        found = trends.trends_for_others(found)
    answer(trends.document(found, period, by=step, programme=programme), trends.lines(found), as_json=as_json)


@report_app.command("fidelity", help=_("IPS-25: hvad der er talt, og hvad der er bedømt."))
def fidelity_command(
    first: First = None,
    last: Last = None,
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print the items of the scale for the whole team."""
    from fieldtui.central.reporting import team_fidelity

    file = _file(fmt, output, internal=internal)
    with database(embedded, database_url) as opened:
        found = team_fidelity(opened, _period(opened, first, last), programme=programme, organisation=organisation)
        if file is not None:
            _write(opened, file, fidelity_table(found, hidden=not internal), as_json=as_json)
            return
    shown = fidelity.document(found, programme=programme, hidden=public)
    answer(shown, fidelity.lines(found, hidden=public), as_json=as_json)


@report_app.command(
    "caseload", help=_("Borgere pr. konsulent mod normen: egne, som vikar, i begge spor, overskredne frister.")
)
def caseload_command(
    first: First = None,
    last: Last = None,
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print the team's caseload of the period's last day."""
    from fieldtui.central.reporting import team_caseload

    file = _file(fmt, output, internal=internal)
    with database(embedded, database_url) as opened:
        period = _period(opened, first, last)
        found = team_caseload(opened, period, programme=programme, organisation=organisation)
        if file is not None:
            shown = found.figures if internal else tuple(leaving(each) for each in found.figures)
            _write(opened, file, caseload_table(found, period, shown, hidden=not internal), as_json=as_json)
            return
    said = lines([for_others(each) for each in found.figures]) if public else loads.lines(found)
    answer(loads.document(found, period, programme=programme, hidden=public), said, as_json=as_json)


@report_app.command("yearly", help=_("Årets opfølgning som PDF, i notaternes ord og tabeller."))
def yearly_command(
    year: Annotated[int, typer.Option("--year", metavar="Y", help=_("Kalenderåret."))],
    output: Annotated[Path, typer.Option("--output", metavar="F", help=_("Filen."))],
    programme: Programme = None,
    internal: Internal = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Write the team's year."""
    from fieldtui.central.reporting import team_yearly
    from fieldtui.export.yearly_pdf import to_pdf

    with database(embedded, database_url) as opened:
        period = year_of(year, today(opened.clock))
        with speaking("da"):
            shown = team_yearly(opened, period, programme=programme, hidden=not internal, organisation=organisation)
            data = to_pdf(shown, made_at=opened.now(), made_by=_OFFICE)
    _save(output.expanduser(), data, len(shown.figures), as_json=as_json)


_OFFICE: Final = "det centrale system"


def _file(fmt: str | None, output: Path | None, *, internal: bool) -> tuple[Form, Path] | None:
    """Form and place of the file that was asked for; `None` where the answer shall stand on the screen.

    Raises:
        BadUsage: One without the other, or no such form.
    """
    if fmt is None and output is None and not internal:
        return None
    if fmt is None or output is None:
        raise BadUsage(_("En fil skal have både --format og --output."))
    return form_of(fmt), output.expanduser()


def _write(opened: Database, file: tuple[Form, Path], table: Table, *, as_json: bool) -> None:
    form, path = file
    data = render(table, form, made_at=opened.now(), made_by=_OFFICE)
    _save(path, data, len(table.rows), as_json=as_json)


def _save(path: Path, data: bytes, rows: int, *, as_json: bool) -> None:
    """Write a report, readable for its owner alone.

    Raises:
        BadFile: It cannot be written there.
    """
    try:
        write_atomically(path, data)
    except OSError:
        raise BadFile(clean(path.name), None, _("Filen kan ikke skrives der. Tjek mappen, og prøv igen.")) from None
    digest = hashlib.sha256(data).hexdigest()
    event("central.report", rows=rows, sha256=digest)
    answer({"file": str(path), "rows": rows, "profile": "report", "sha256": digest}, [str(path)], as_json=as_json)


def _period(opened: Database, first: str | None, last: str | None) -> Period:
    ends: date = today(opened.clock) if last is None else day(last, "--to")
    return year_to(ends) if first is None else Period(day(first, "--from"), ends)
