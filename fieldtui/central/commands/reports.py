"""`fieldtui central report …`: the team's figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from fieldtui.base.clock import today
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, day
from fieldtui.domain.figures import Period, document, for_others, lines
from fieldtui.domain.outcomes import year_to

app = typer.Typer(rich_markup_mode=None)
report_app = typer.Typer(help=_("Teamets tal."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(report_app, name="report")


@report_app.callback()
def _report_group() -> None:
    """Keep `outcomes` a word of its own."""


@report_app.command("outcomes", help=_("Teamets resultater, med formel, tæller og nævner."))
def outcomes_command(
    first: Annotated[str | None, typer.Option("--from", metavar="D", help=_("Første dag."))] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Sidste dag; ellers i dag."))] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", metavar="P", help=_("Kun borgere i denne indsats."))
    ] = None,
    public: Annotated[
        bool, typer.Option("--for-others", help=_("Som det må forlade teamet: tal om under fem borgere er skjult."))
    ] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Print K1–K11 of the whole team."""
    from fieldtui.central.reporting import team_outcomes

    ends = None if last is None else day(last, "--to")
    begins = None if first is None else day(first, "--from")
    with database(embedded, database_url) as opened:
        period = _period(begins, ends or today(opened.clock))
        figures = team_outcomes(opened, period, programme=programme, organisation=organisation)
    if public:
        figures = tuple(for_others(figure) for figure in figures)
    answer(document(figures, period, programme=programme), lines(figures), as_json=as_json)


def _period(first: date | None, last: date) -> Period:
    return year_to(last) if first is None else Period(first, last)
