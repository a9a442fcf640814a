"""`report outcomes`: figures that show what they are made of."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.clock import today
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.figures import Period, document, for_others, lines
from fieldtui.domain.outcomes import year_to

app = typer.Typer(help=_("Tal med formel: hvor mange, af hvor mange, efter hvilke regler."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="report")


@app.callback()
def _group() -> None:
    """Keep `outcomes` a word of its own."""


@app.command(
    "outcomes", help=_("Resultater for dine egne borgere: afgang, praktik, rettidighed, fremmøde, behandling.")
)
def outcomes_command(
    context: typer.Context,
    since: Annotated[str | None, typer.Option("--from", metavar="D", help=_("Første dag."))] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Sidste dag; ellers i dag."))] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", metavar="P", help=_("Kun borgere i denne indsats."))
    ] = None,
    public: Annotated[
        bool, typer.Option("--for-others", help=_("Som det må forlade teamet: tal om under fem borgere er skjult."))
    ] = False,
) -> None:
    """Print K1–K11 of the device's own consultant."""
    setting = setting_of(context)
    period = period_of(setting, since, until)
    with opened(setting) as workspace:
        figures = workspace.reporting.outcomes(period, programme=programme)
    if public:
        figures = tuple(for_others(figure) for figure in figures)
    setting.answer(document(figures, period, programme=programme), lines(figures))


def period_of(setting: Setting, since: str | None, until: str | None) -> Period:
    """The period that was asked for; without its ends the twelve months up to today.

    Raises:
        BadUsage: No such day, or the end lies before the beginning.
    """
    last = arguments.day(setting, until, "--to") if until is not None else today(setting.clock)
    return Period(arguments.day(setting, since, "--from"), last) if since is not None else year_to(last)
