"""`fieldtui central report …`: the team's figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, day
from fieldtui.central.database import Database
from fieldtui.domain import caseload as loads
from fieldtui.domain import fidelity, trends
from fieldtui.domain.figures import Period, document, for_others, lines
from fieldtui.domain.outcomes import year_to

app = typer.Typer(rich_markup_mode=None)
report_app = typer.Typer(help=_("Teamets tal."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(report_app, name="report")

First = Annotated[str | None, typer.Option("--from", metavar="D", help=_("Første dag."))]
Last = Annotated[str | None, typer.Option("--to", metavar="D", help=_("Sidste dag; ellers i dag."))]
Programme = Annotated[str | None, typer.Option("--programme", metavar="P", help=_("Kun borgere i denne indsats."))]
Public = Annotated[
    bool, typer.Option("--for-others", help=_("Som det må forlade teamet: tal om under fem borgere er skjult."))
]


@report_app.callback()
def _report_group() -> None:
    """Keep each report a word of its own."""


@report_app.command("outcomes", help=_("Teamets resultater, med formel, tæller og nævner."))
def outcomes_command(
    first: First = None,
    last: Last = None,
    programme: Programme = None,
    public: Public = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print K1–K11 of the whole team."""
    from fieldtui.central.reporting import team_outcomes

    with database(embedded, database_url) as opened:
        period = _period(opened, first, last)
        figures = team_outcomes(opened, period, programme=programme, organisation=organisation)
    if public:
        figures = tuple(for_others(figure) for figure in figures)
    answer(document(figures, period, programme=programme), lines(figures), as_json=as_json)


@report_app.command("trends", help=_("De samme tal måned for måned, kvartal for kvartal eller uge for uge."))
def trends_command(
    first: First = None,
    last: Last = None,
    by: Annotated[str, typer.Option("--by", metavar="week|month|quarter", help=_("Trinnene."))] = "month",
    programme: Programme = None,
    public: Public = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print each of the team's figures at each step of a period."""
    from fieldtui.central.reporting import team_trends

    step = next((each for each in trends.STEPS if each == by), None)
    if step is None:
        raise BadUsage(_("--by er en af: {steps}.").format(steps=", ".join(trends.STEPS)))
    with database(embedded, database_url) as opened:
        period = _period(opened, first, last)
        found = team_trends(opened, period, by=step, programme=programme, organisation=organisation)
    if public:
        found = trends.trends_for_others(found)
    answer(trends.document(found, period, by=step, programme=programme), trends.lines(found), as_json=as_json)


@report_app.command("fidelity", help=_("IPS-25: hvad der er talt, og hvad der er bedømt."))
def fidelity_command(
    first: First = None,
    last: Last = None,
    programme: Programme = None,
    public: Public = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print the items of the scale for the whole team."""
    from fieldtui.central.reporting import team_fidelity

    with database(embedded, database_url) as opened:
        found = team_fidelity(opened, _period(opened, first, last), programme=programme, organisation=organisation)
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
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print the team's caseload of the period's last day."""
    from fieldtui.central.reporting import team_caseload

    with database(embedded, database_url) as opened:
        period = _period(opened, first, last)
        found = team_caseload(opened, period, programme=programme, organisation=organisation)
    said = lines([for_others(each) for each in found.figures]) if public else loads.lines(found)
    answer(loads.document(found, period, programme=programme, hidden=public), said, as_json=as_json)


def _period(opened: Database, first: str | None, last: str | None) -> Period:
    ends: date = today(opened.clock) if last is None else day(last, "--to")
    return year_to(ends) if first is None else Period(day(first, "--from"), ends)
