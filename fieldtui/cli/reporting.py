"""`report outcomes|jobs|trends|fidelity|caseload`: figures that show what they are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _, speaking
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain import caseload as loads
from fieldtui.domain import fidelity, trends
from fieldtui.domain.calendar import written
from fieldtui.domain.figures import Period, document, for_others, lines, together
from fieldtui.domain.outcomes import year_to
from fieldtui.services.exportfiles import ExportResult
from fieldtui.services.reportfiles import Wanted, wanted

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
Format = Annotated[
    str | None, typer.Option("--format", metavar="csv|xlsx|pdf", help=_("Skriv en fil; små tal er skjult i den."))
]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="F", help=_("Fil eller mappe; ellers mappen exports i datamappen."))
]
Internal = Annotated[
    bool, typer.Option("--internal", help=_("Behold små tal i filen; kræver --reason. Må ikke forlade teamet."))
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help=_("Hvorfor; skrives i adgangsloggen."))]
AnyFolder = Annotated[bool, typer.Option("--any-folder", help=_("Brug mappen, selv om den deles eller kan flyttes."))]


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    app.add_typer(fidelity_app, name="fidelity")
    root.add_typer(app, name="report")


@app.command("yearly", help=_("Årets opfølgning som PDF, i notaternes ord og tabeller."))
def yearly_command(
    context: typer.Context,
    year: Annotated[int, typer.Option("--year", metavar="Y", help=_("Kalenderåret."))],
    programme: Programme = None,
    output: Output = None,
    internal: Internal = False,
    reason: Reason = None,
    any_folder: AnyFolder = False,
) -> None:
    """Write one's own year."""
    setting = setting_of(context)
    how = wanted("pdf", internal=internal, reason=reason, output=output, any_folder=any_folder)
    with opened(setting) as workspace:
        with speaking("da"):
            result = workspace.report_files.yearly(year, how, programme=programme)
        _written(setting, result)


def _file(
    fmt: str | None, output: Path | None, *, internal: bool, reason: str | None, any_folder: bool
) -> Wanted | None:
    """The file that was asked for; `None` where the answer shall stand on the screen.

    Raises:
        BadUsage: No such form, an option of files without `--format`, or small numbers without a reason.
    """
    if fmt is None:
        if output is not None or internal or reason is not None or any_folder:
            raise BadUsage(_("Sig også --format: csv, xlsx eller pdf."))
        return None
    place = output.expanduser() if output is not None else None
    return wanted(fmt, internal=internal, reason=reason, output=place, any_folder=any_folder)


def _written(setting: Setting, result: ExportResult) -> None:
    setting.answer(result.as_json(), [str(result.file)])
    if result.expires_on is not None:
        setting.tell(_("Små tal er med. Filen må ikke forlade teamet."))
        setting.tell(_("Filen fjernes efter den {day}.").format(day=written(result.expires_on)))


@app.callback()
def _group() -> None:
    """Keep each report a word of its own."""


@app.command(
    "outcomes", help=_("Resultater for dine egne borgere: afgang, praktik, rettidighed, fremmøde, behandling.")
)
def outcomes_command(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    reason: Reason = None,
    any_folder: AnyFolder = False,
) -> None:
    """Print K1–K11 of the device's own consultant."""
    setting = setting_of(context)
    period = period_of(setting, since, until)
    how = _file(fmt, output, internal=internal, reason=reason, any_folder=any_folder)
    with opened(setting) as workspace:
        if how is not None:
            _written(setting, workspace.report_files.outcomes(period, how, programme=programme))
            return
        figures = workspace.reporting.outcomes(period, programme=programme)
    if public:
        figures = together(figures)
    setting.answer(document(figures, period, programme=programme), lines(figures))


@app.command("jobs", help=_("Fastholdelse: hvem der stadig er i job 13, 26 og 52 uger efter, at et job begyndte."))
def jobs_command(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    programme: Programme = None,
    public: Public = False,
) -> None:
    """Print job retention of the device's own consultant."""
    setting = setting_of(context)
    period = period_of(setting, since, until)
    with opened(setting) as workspace:
        figures = workspace.reporting.jobs(period, programme=programme)
    if public:
        figures = together(figures)
    setting.answer(document(figures, period, programme=programme), lines(figures))


@app.command("trends", help=_("De samme tal måned for måned, kvartal for kvartal eller uge for uge."))
def trends_command(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    by: Annotated[str, typer.Option("--by", metavar="week|month|quarter", help=_("Trinnene."))] = "month",
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    reason: Reason = None,
    any_folder: AnyFolder = False,
) -> None:
    """Print each figure at each step of a period."""
    setting = setting_of(context)
    period, step = period_of(setting, since, until), step_of(by)
    how = _file(fmt, output, internal=internal, reason=reason, any_folder=any_folder)
    with opened(setting) as workspace:
        if how is not None:
            _written(setting, workspace.report_files.trends(period, how, by=step, programme=programme))
            return
        found = workspace.reporting.trends(period, by=step, programme=programme)
    if public:
        found = trends.trends_for_others(found)
    setting.answer(trends.document(found, period, by=step, programme=programme), trends.lines(found))


@app.command("caseload", help=_("Dine borgere mod normen: egne, som vikar, i begge spor, overskredne frister."))
def caseload_command(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    reason: Reason = None,
    any_folder: AnyFolder = False,
) -> None:
    """Print the caseload of the period's last day."""
    setting = setting_of(context)
    period = period_of(setting, since, until)
    how = _file(fmt, output, internal=internal, reason=reason, any_folder=any_folder)
    with opened(setting) as workspace:
        if how is not None:
            _written(setting, workspace.report_files.caseload(period, how, programme=programme))
            return
        found = workspace.reporting.caseload(period, programme=programme)
    said = lines([for_others(each) for each in found.figures]) if public else loads.lines(found)
    setting.answer(loads.document(found, period, programme=programme, hidden=public), said)


@fidelity_app.callback()
def fidelity_command(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    programme: Programme = None,
    public: Public = False,
    fmt: Format = None,
    output: Output = None,
    internal: Internal = False,
    reason: Reason = None,
    any_folder: AnyFolder = False,
) -> None:
    """Print the items of the scale; a total only where all of them have a score."""
    if context.invoked_subcommand is not None:
        return
    setting = setting_of(context)
    period = period_of(setting, since, until)
    how = _file(fmt, output, internal=internal, reason=reason, any_folder=any_folder)
    with opened(setting) as workspace:
        if how is not None:
            _written(setting, workspace.report_files.fidelity(period, how, programme=programme))
            return
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
