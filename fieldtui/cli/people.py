"""`citizen …`, `programme …` and `progress …`: citizens as people, their programme and their progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli import arguments
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.measures import ARROWS, Course, plot, steps
from fieldtui.domain.rule import Programme
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.casepeople import CasePicture
from fieldtui.services.done import Done

citizen = typer.Typer(help=_("Borgere, der er den samme, og borgere, der er flyttet."), rich_markup_mode=None)
programme = typer.Typer(help=_("Indsatser, og hvilken en borger er i."), rich_markup_mode=None)
progress = typer.Typer(help=_("Borgerens progression: mål den, og se den over tid."), rich_markup_mode=None)

_WIDTH: Final = 24
"""Characters of a plot."""
_Citizen = Annotated[str, typer.Argument(metavar="CITIZEN", help=_("Borgerens id."))]
_Reason = Annotated[str, typer.Option("--reason", help=_("Hvorfor; skrives i adgangsloggen."))]


def mount(root: typer.Typer) -> None:
    """Add the families."""
    root.add_typer(citizen, name="citizen")
    root.add_typer(programme, name="programme")
    root.add_typer(progress, name="progress")


# --- citizens ---------------------------------------------------------------------------------------


@citizen.command("duplicates", help=_("Borgere på maskinen, der måske er den samme. Det skrives i adgangsloggen."))
def duplicates(context: typer.Context) -> None:
    """List pairs that somebody should look at."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        found = workspace.casework.citizen_duplicates()
        setting.answer(
            [each.as_json() for each in found],
            (
                f"{each.likeness.one} {each.names[0]} · {each.likeness.other} {each.names[1]}: {each.likeness.reason}"
                for each in found
            ),
        )
        if not found:
            setting.tell(_("Ingen borgere her ser ud til at være den samme."))


@citizen.command(
    "merge", help=_("Lad ét kort stå for to, der er samme borger. Intet skrives om; det kan tages tilbage.")
)
def merge(
    context: typer.Context,
    keep: Annotated[str, typer.Argument(metavar="KEEP", help=_("Id på kortet, der bliver."))],
    gone: Annotated[str, typer.Argument(metavar="GONE", help=_("Id på det andet kort."))],
    reason: _Reason,
) -> None:
    """Merge two citizens."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _answer(setting, workspace.casework.merge_citizens(keep, gone, reason))


@citizen.command("unmerge", help=_("Lad en borger, der blev lagt sammen med en anden, stå for sig selv igen."))
def unmerge(context: typer.Context, citizen_id: _Citizen, reason: _Reason) -> None:
    """Take a merge back."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _answer(setting, workspace.casework.unmerge_citizen(citizen_id, reason))


@citizen.command("not-duplicate", help=_("Husk, at to borgere er to, så ingen spørger igen."))
def not_duplicate(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="ID", help=_("Den ene borgers id."))],
    other: Annotated[str, typer.Argument(metavar="OTHER", help=_("Den anden borgers id."))],
) -> None:
    """Say that two citizens are two."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _answer(setting, workspace.casework.not_same_citizen(one, other))


@citizen.command("reviewed", help=_("Målgruppen er vurderet igen efter en flytning; borgeren bliver i indsatsen."))
def reviewed(context: typer.Context, citizen_id: _Citizen, reason: _Reason) -> None:
    """Close the review that a move asks for."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _answer(setting, workspace.casework.review_eligibility(citizen_id, reason))


@citizen.command("transfer", help=_("En tekst til den kommune, borgeren er flyttet til. Det skrives i adgangsloggen."))
def transfer(
    context: typer.Context,
    citizen_id: _Citizen,
    reason: Annotated[str | None, typer.Option("--reason", help=_("Hvorfor; skrives i adgangsloggen."))] = None,
) -> None:
    """Print what another municipality needs to go on."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        text = workspace.lookup.transfer_text(citizen_id, reason)
        setting.answer({"text": text}, text.splitlines())


# --- programmes -------------------------------------------------------------------------------------


@programme.command("list", help=_("Indsatserne, som de er i dag."))
def list_programmes(context: typer.Context) -> None:
    """List the profiles, and how many of one's own citizens are in each."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        on = today(setting.clock)
        counted = workspace.lookup.by_programme(on)
        found = [_profile(each, workspace.rules, counted.get(each.id, 0), on) for each in workspace.rules.programmes]
        setting.answer(found, (_told(each) for each in found))


@programme.command("set", help=_("Skift en borgers indsats, med en begrundelse. Ingen afvises."))
def set_programme(
    context: typer.Context,
    citizen_id: _Citizen,
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help=_("Indsatsens id: fieldtui programme list"))],
    reason: _Reason,
    since: Annotated[str | None, typer.Option("--since", metavar="D", help=_("Første dag; ellers i dag."))] = None,
) -> None:
    """Put a citizen into another programme."""
    setting = setting_of(context)
    first = arguments.day(setting, since, "--since") if since is not None else None
    with opened(setting) as workspace:
        _answer(setting, workspace.casework.set_programme(citizen_id, profile, reason, since=first))


@programme.command("check", help=_("Kryds et punkt af i borgerens forløb."))
def check(
    context: typer.Context,
    citizen_id: _Citizen,
    point: Annotated[str, typer.Argument(metavar="POINT", help=_("Punktet, fx Dokumentation."))],
    undo: Annotated[bool, typer.Option("--undo", help=_("Tag krydset tilbage."))] = False,
) -> None:
    """Check a point of the course off."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _answer(setting, workspace.casework.check_off(citizen_id, point, done=not undo))


# --- progress ---------------------------------------------------------------------------------------


@progress.command("measure", help=_("Gem en måling: et trin for hvert område, fx hverdag=3. Trin 1 er længst fra job."))
def measure(
    context: typer.Context,
    citizen_id: _Citizen,
    scores: Annotated[list[str], typer.Argument(metavar="AREA=STEP…", help=_("Område og trin."))],
    on: Annotated[str | None, typer.Option("--on", metavar="D", help=_("Dagen; ellers i dag."))] = None,
    by: Annotated[
        Literal["staff", "citizen"] | None, typer.Option("--by", help=_("Hvis vurdering: staff eller citizen."))
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help=_("Hvad det bygger på."))] = None,
) -> None:
    """Store a measurement."""
    setting = setting_of(context)
    given = dict(_score(each) for each in scores)
    day = arguments.day(setting, on, "--on") if on is not None else None
    with opened(setting) as workspace:
        codes = {workspace.rules.code_of("progression_area", area): step for area, step in given.items()}
        _answer(setting, workspace.casework.measure(citizen_id, codes, on=day, assessed_by=by, text=text))


@progress.command("show", help=_("Borgerens progression over tid. Det skrives i adgangsloggen."))
def show(context: typer.Context, citizen_id: _Citizen) -> None:
    """Draw each area's course."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        on = today(setting.clock)
        picture = workspace.lookup.picture(workspace.lookup.open_citizen(citizen_id), on)
        setting.answer(
            picture.as_json()["progress"], lines_of(picture.courses, workspace.rules, steps(workspace.rules, on))
        )
        if not picture.courses:
            setting.tell(_("Der er ingen progression endnu."))


def lines_of(found: Sequence[Course], rules: RuleBook, most: int) -> Iterator[str]:
    """Each area: name, plot, which way it went last, and when."""
    for course in found:
        label = rules.label("progression_area", course.area)
        score = f" {course.scores[-1]}/{most}" if course.scores[-1] is not None else ""
        arrow = ARROWS[course.latest]
        yield f"  {label:<24} {plot(course, _WIDTH, most):<{_WIDTH}} {arrow}{score}  {course.days[-1]:%d-%m-%Y}"


def picture_lines(picture: CasePicture, rules: RuleBook, most: int) -> Iterator[str]:
    """What `show` says of a citizen beside the fields of the card."""
    for each in picture.involved:
        yield f"  {each.written()}"
    for _card, name in picture.merged:
        yield "  " + _("Står også for kortet: {name}").format(name=name)
    for point in picture.points:
        yield f"  {'[x]' if point.done else '[ ]'} {_(point.name)}"
    for remark in picture.remarks:
        yield f"  ! {remark}"
    yield from lines_of(picture.courses, rules, most)


# --- words ------------------------------------------------------------------------------------------


def _answer(setting: Setting, done: Done) -> None:
    setting.answer(
        {"record_ids": list(done.record_ids), "warnings": list(done.warnings)}, (done.message, *done.warnings)
    )


def _score(text: str) -> tuple[str, int]:
    area, equals, step = text.partition("=")
    if not equals or not step.strip().isdecimal():
        raise BadUsage(_("Skriv område og trin, fx hverdag=3."))
    return area.strip(), int(step)


def _profile(each: Programme, rules: RuleBook, citizens: int, on: Any) -> dict[str, Any]:
    norm = rules.on("caseload.norm", on, programme=each.id)
    return {
        "id": each.id,
        "label": _(each.label),
        "source": each.source,
        "valid_from": each.valid_from.isoformat(),
        "valid_to": each.valid_to.isoformat() if each.valid_to else None,
        "citizens": citizens,
        "norm": norm.params.get("value") if norm else None,
        "norm_confirmed": norm.confirmed if norm else None,
    }


def _told(profile: dict[str, Any]) -> str:
    norm = _(" af {norm}").format(norm=profile["norm"]) if profile["norm"] is not None else ""
    mark = "" if profile["norm_confirmed"] is not False else " " + _("(normen er ikke bekræftet)")
    return f"{profile['id']:<24} {profile['label']}: {profile['citizens']}{norm}{mark}"
