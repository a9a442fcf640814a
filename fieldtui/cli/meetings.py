"""`appointment …`: series, other times, who comes unannounced, and what is in each other's way."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, cast

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.collisions import Collision
from fieldtui.domain.series import OnHoliday
from fieldtui.services.calendaring import COLLISION_DAYS
from fieldtui.services.done import Done

app = typer.Typer(help=_("Aftaler: rækker, nye tider, uanmeldt fremmøde og sammenfald."), rich_markup_mode=None)
_HOLIDAYS: Final = ("skip", "move")
_PARTIES: Final = ("staff", "citizen")


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="appointment")


def answer(setting: Setting, done: Done, **more: Any) -> None:
    """Say what was done and what is worth a second look."""
    document = {"ids": list(done.record_ids), "message": done.message, "warnings": list(done.warnings), **more}
    setting.answer(document, [done.message])
    for warning in done.warnings:
        setting.tell(warning)


@app.command("series", help=_("Book den samme aftale hver uge, hver 2. eller hver 4. uge."))
def series(  # noqa: PLR0913, PLR0917  as many parameters as options
    context: typer.Context,
    at: Annotated[str, typer.Option("--at", metavar="T", help=_("Den første, fx 2026-11-25T10:00."))],
    kind: Annotated[str, typer.Option("--kind", help=_("Aftalens type, fx jobsamtale eller team."))],
    every: Annotated[int, typer.Option("--every", metavar="1|2|4", help=_("Uger fra den ene til den næste."))] = 1,
    citizen: Annotated[
        str | None, typer.Option("--citizen", metavar="ID", help=_("Borgerens id; uden borger er det teamets."))
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="D", help=_("Den sidste dag, der må være en."))
    ] = None,
    count: Annotated[int | None, typer.Option("--count", help=_("Hvor mange."))] = None,
    minutes: Annotated[int, typer.Option("--minutes", help=_("Varighed i minutter."))] = 45,
    place: Annotated[str | None, typer.Option("--place", help=_("Sted."))] = None,
    title: Annotated[str | None, typer.Option("--title", help=_("Titel; for møder uden borger."))] = None,
    holidays: Annotated[
        str, typer.Option("--holidays", metavar="skip|move", help=_("Spring helligdage over, eller flyt dem."))
    ] = "skip",
) -> None:
    """Book a series and print the ids of its appointments."""
    setting = setting_of(context)
    if holidays not in _HOLIDAYS:
        raise BadUsage(_("--holidays er skip eller move."))
    if (until is None) == (count is None):
        raise BadUsage(_("Sig, hvornår rækken slutter: --until eller --count."))
    ends = arguments.day(setting, until, "--until") if until is not None else None
    values = {
        "citizen_id": citizen, "kind": kind, "starts_at": at, "duration_minutes": minutes, "place": place, "title": title,
    }  # fmt: skip
    given = {name: value for name, value in values.items() if value is not None}
    with opened(setting) as workspace:
        on_holiday = cast("OnHoliday", holidays)
        answer(setting, workspace.casework.book_series(given, every, until=ends, count=count, on_holiday=on_holiday))


@app.command("stop", help=_("Aflys det, der er tilbage af en række, fra og med én af dens aftaler."))
def stop(
    context: typer.Context,
    appointment_id: Annotated[str, typer.Argument(metavar="ID", help=_("Den første, der aflyses."))],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("Hvorfor."))],
) -> None:
    """Cancel the rest of a series."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        answer(setting, workspace.casework.stop_series(appointment_id, reason))


@app.command("move", help=_("Flyt en aftale til en anden tid."))
def move(
    context: typer.Context,
    appointment_id: Annotated[str, typer.Argument(metavar="ID", help=_("Aftalens id."))],
    at: Annotated[str, typer.Option("--at", metavar="T", help=_("Den nye tid, fx 2026-11-25T10:00."))],
    by: Annotated[str, typer.Option("--by", metavar="staff|citizen", help=_("Hvem der ville flytte den."))] = "staff",
    minutes: Annotated[int | None, typer.Option("--minutes", help=_("Ny varighed; ellers den samme."))] = None,
) -> None:
    """Move one appointment."""
    setting = setting_of(context)
    if by not in _PARTIES:
        raise BadUsage(_("--by er staff eller citizen."))
    starts_at = arguments.instant(at, "--at")
    with opened(setting) as workspace:
        party = cast("Literal['staff', 'citizen']", by)
        answer(setting, workspace.casework.move(appointment_id, starts_at, minutes, by=party))


@app.command("drop-in", help=_("Registrér, at en borger kom uden aftale."))
def drop_in(
    context: typer.Context,
    citizen_id: Annotated[str, typer.Argument(metavar="ID", help=_("Borgerens id."))],
    interview: Annotated[bool, typer.Option("--interview", help=_("Der blev holdt en jobsamtale."))] = False,
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help=_("Et neutralt notat; - spørger om det."))
    ] = None,
    minutes: Annotated[int, typer.Option("--minutes", help=_("Hvor længe borgeren var her."))] = 15,
) -> None:
    """Register a citizen who came unannounced."""
    setting = setting_of(context)
    said = arguments.text(text, _("Skriv notatet")) if text is not None else None
    with opened(setting) as workspace:
        answer(setting, workspace.casework.drop_in(citizen_id, as_interview=interview, text=said, minutes=minutes))


@app.command("collisions", help=_("Aftaler, der ligger oven i hinanden, deler lokale eller ikke giver tid til vejen."))
def collisions(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=0, max=366, help=_("Hvor mange dage frem."))] = COLLISION_DAYS,
) -> None:
    """List what is in each other's way from today on."""
    from datetime import timedelta

    setting = setting_of(context)
    on = today(setting.clock)
    with opened(setting) as workspace:
        found = workspace.casework.collisions(on, on + timedelta(days=days))
        if found:
            workspace.context.looking.listed("appointment", len(found))
        said = [workspace.casework.collision_sentence(each) for each in found]
        document = [{**as_json(each), "text": text} for each, text in zip(found, said, strict=True)]
        setting.answer(document, said or [_("Intet ligger oven i hinanden.")])


def as_json(collision: Collision) -> dict[str, Any]:
    """The shape of docs/cli.md."""
    return {
        "kind": collision.kind,
        "ids": list(collision.ids),
        "starts_at": collision.second.record.starts_at.isoformat(timespec="minutes"),
        "travel_minutes": collision.minutes,
        "minutes_between": collision.between,
    }
