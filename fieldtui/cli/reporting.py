"""`report outcomes|trends|fidelity|caseload`: figures that show what they are made of."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain import caseload as loads
from fieldtui.domain import fidelity, trends
from fieldtui.domain.figures import Period, document, for_others, lines
from fieldtui.domain.outcomes import year_to

app = typer.Typer(help=_("Tal med formel: hvor mange, af hvor mange, efter hvilke regler."), rich_markup_mode=None)
fidelity_app = typer.Typer(
    help=_("IPS-25: hvad der er talt, og hvad der er bedømt."), rich_markup_mode=None, invoke_without_command=True
)

Since = Annotated[str | None, typer.Option("--from", metavar="D", help=_("Første dag."))]
Until = Annotated[str | None, typer.Option("--to", metavar="D", help=_("Sidste dag; ellers i dag."))]
Programme = Annotated[str | None, typer.Option("--programme", metavar="P", help=_("Kun borgere i denne indsats."))]
Public = Annotated[
    bool, typer.Option("--for-others", help=_("Som det må forlade teamet: tal om under fem borgere er skjult."))
]


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    app.add_typer(fidelity_app, name="fidelity")
    root.add_typer(app, name="report")


@app.callback()
def _group() -> None:
    """Keep each report a word of its own."""


@app.command(
    "outcomes", help=_("Resultater for dine egne borgere: afgang, praktik, rettidighed, fremmøde, behandling.")
)
def outcomes_command(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    programme: Programme = None,
    public: Public = False,
) -> None:
    """Print K1–K11 of the device's own consultant."""
    setting = setting_of(context)
    period = period_of(setting, since, until)
    with opened(setting) as workspace:
        figures = workspace.reporting.outcomes(period, programme=programme)
    if public:
        figures = tuple(for_others(figure) for figure in figures)
    setting.answer(document(figures, period, programme=programme), lines(figures))


@app.command("trends", help=_("De samme tal måned for måned, kvartal for kvartal eller uge for uge."))
def trends_command(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    by: Annotated[str, typer.Option("--by", metavar="week|month|quarter", help=_("Trinnene."))] = "month",
    programme: Programme = None,
    public: Public = False,
) -> None:
    """Print each figure at each step of a period."""
    setting = setting_of(context)
    period, step = period_of(setting, since, until), step_of(by)
    with opened(setting) as workspace:
        found = workspace.reporting.trends(period, by=step, programme=programme)
    if public:
        found = trends.trends_for_others(found)
    setting.answer(trends.document(found, period, by=step, programme=programme), trends.lines(found))


@app.command("caseload", help=_("Dine borgere mod normen: egne, som vikar, i begge spor, overskredne frister."))
def caseload_command(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    programme: Programme = None,
    public: Public = False,
) -> None:
    """Print the caseload of the period's last day."""
    setting = setting_of(context)
    period = period_of(setting, since, until)
    with opened(setting) as workspace:
        found = workspace.reporting.caseload(period, programme=programme)
    said = lines([for_others(each) for each in found.figures]) if public else loads.lines(found)
    setting.answer(loads.document(found, period, programme=programme, hidden=public), said)


@fidelity_app.callback()
def fidelity_command(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    programme: Programme = None,
    public: Public = False,
) -> None:
    """Print the items of the scale; a total only where all of them have a score."""
    if context.invoked_subcommand is not None:
        return
    setting = setting_of(context)
    period = period_of(setting, since, until)
    with opened(setting) as workspace:
        found = workspace.reporting.fidelity(period, programme=programme)
    setting.answer(fidelity.document(found, programme=programme, hidden=public), fidelity.lines(found, hidden=public))


@fidelity_app.command("rate", help=_("Gem en bedømmelse af et punkt, med dag og begrundelse."))
def rate_command(
    context: typer.Context,
    item: Annotated[int, typer.Argument(metavar="ITEM", help=_("Punktets nummer, 1 til 25."))],
    score: Annotated[int, typer.Argument(metavar="SCORE", help=_("1 til 5."))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("Hvad bedømmelsen bygger på."))],
    on: Annotated[str | None, typer.Option("--on", metavar="D", help=_("Dagen; ellers i dag."))] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=_("Hvem der bedømte; ellers dig selv."))
    ] = None,
) -> None:
    """Store a rating."""
    setting = setting_of(context)
    day = arguments.day(setting, on, "--on") if on is not None else None
    with opened(setting) as workspace:
        done = workspace.reporting.rate(item, score, reason, on=day, by=by)
    setting.answer({"id": done.record_ids[0], "item": item, "score": score}, [done.message, *done.warnings])


def step_of(given: str) -> trends.By:
    """The step of a trend by its name.

    Raises:
        BadUsage: There is no such step.
    """
    for step in trends.STEPS:
        if step == given:
            return step
    raise BadUsage(_("--by er en af: {steps}.").format(steps=", ".join(trends.STEPS)))


def period_of(setting: Setting, since: str | None, until: str | None) -> Period:
    """The period that was asked for; without its ends the twelve months up to today.

    Raises:
        BadUsage: No such day, or the end lies before the beginning.
    """
    last = arguments.day(setting, until, "--to") if until is not None else today(setting.clock)
    return Period(arguments.day(setting, since, "--from"), last) if since is not None else year_to(last)
