"""`team`: a team leader sees the team and acts for it, without IT."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldtui.base.errors import BadUsage, Unreachable
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.cli.text import when
from fieldtui.domain.rulebook import RuleBook
from fieldtui.domain.setbacks import set_back_words
from fieldtui.services import teamview
from fieldtui.services.team import Seen, Team
from fieldtui.services.workspace import Workspace
from fieldtui.wire.messages import Person
from fieldtui.wire.team import Acted, TeamDevice, TeamPicture

team = typer.Typer(help=_("Teamet: for teamledere."), rich_markup_mode=None, invoke_without_command=True)

Reason = Annotated[str, typer.Option("--reason", metavar="TEKST", help=_("Hvorfor; skrives i kontorets log."))]
Yes = Annotated[bool, typer.Option("--yes", help=_("Spørg ikke."))]


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(team, name="team")


@team.callback()
def show(context: typer.Context) -> None:
    """Print who is where and what is overdue."""
    if context.invoked_subcommand is not None:
        return
    setting = setting_of(context)
    with opened(setting) as workspace:
        seen, fresh = _seen(workspace.team)
        setting.answer(document(seen, fresh=fresh), lines(seen, workspace.rules))
        if not fresh:
            setting.tell(_("Kontoret svarer ikke. Det er, som teamet så ud {at}.").format(at=when(seen.at)))


def _seen(leading: Team) -> tuple[Seen, bool]:
    """The team as it stands; where nobody answers, as it stood last."""
    try:
        return leading.refresh(), True
    except Unreachable:
        last = leading.last_seen()
        if last is None:
            raise
        return last, False


def document(seen: Seen, *, fresh: bool) -> dict[str, Any]:
    """The team for `--json`."""
    return {
        "seen_at": seen.at.isoformat(timespec="minutes"),
        "fresh": fresh,
        **seen.picture.model_dump(mode="json"),
        "colleagues": [
            {
                "initials": each.person.initials,
                "citizens": len(each.citizens),
                "standing_in": len(each.standing_in),
                "meetings": len([meeting for meeting in each.meetings if not teamview.is_off(meeting)]),
                "overdue": len(each.overdue),
                "past_at_import": each.past_at_import,
            }
            for each in teamview.colleagues(seen.picture)
        ],
    }


def lines(seen: Seen, rules: RuleBook) -> list[str]:
    """The team for a person."""
    picture = seen.picture
    day = date.fromisoformat(picture.day)
    codes = teamview.codes(picture)
    initials = {person.id: person.initials for person in picture.people}
    shown: list[str] = []
    for each in teamview.colleagues(picture):
        counts = _("{citizens} borgere, {meetings} aftaler i dag, {overdue} overskredet").format(
            citizens=len(each.citizens), meetings=len(each.meetings), overdue=len(each.overdue)
        )
        shown.append(f"{each.person.initials:<8} {each.person.name}: {counts}")
        shown += [
            f"    {teamview.starts(meeting):%H:%M}  {codes.get(meeting.citizen or '', '–'):<5} {meeting.place}"
            + (" " + _("(aflyst)") if teamview.is_off(meeting) else "")
            for meeting in each.meetings
        ]
        for overdue in each.overdue:
            rule = rules.get(overdue.rule, overdue.version)
            label = _(rule.label) if rule is not None else overdue.rule
            over = _("{days} d. over").format(days=teamview.days_over(overdue, day))
            shown.append(f"    ▲ {over}  {codes.get(overdue.citizen, '–'):<5} {label} ({overdue.rule})")
    shown += [_device_line(each, initials) for each in picture.devices]
    shown += [
        _("? {initials} {name} venter på godkendelse: {words}").format(
            initials=initials.get(each.consultant, "–"), name=each.device_name, words=" ".join(each.words)
        )
        for each in picture.enrolments
    ]
    return shown


def _device_line(device: TeamDevice, initials: dict[str, str]) -> str:
    state = _("spærret") if device.revoked_at else _("set {at}").format(at=_at(device.last_seen_at))
    if device.lost_at:
        state = _("MISTET, {state}").format(state=state)
    if device.set_back and device.set_back_at:
        state += ", " + _("OBS {time}: {what}").format(
            time=_at(device.set_back_at), what=set_back_words(device.set_back)
        )
    waiting = _("{count} venter").format(count=device.waiting) if device.waiting else ""
    return f"{device.id}  {initials.get(device.consultant, '–'):<8} {device.name}  {device.app_version}  {state}  {waiting}".rstrip()


def _at(text: str | None) -> str:
    from datetime import datetime

    return when(datetime.fromisoformat(text)) if text else "–"


# --- devices ------------------------------------------------------------------------------------


@team.command("code", help=_("Lav en engangskode til en kollegas nye maskine; den gælder et kvarter."))
def code_command(
    context: typer.Context,
    initials: Annotated[str, typer.Argument(metavar="MH", help=_("Kollegaens initialer."))],
) -> None:
    """Make a code."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        made = workspace.team.make_code(initials)
        setting.answer(
            made.model_dump(mode="json"),
            [
                _("Kode: {code}").format(code=made.code),
                _("Gælder til kl. {time}").format(time=made.expires_at[11:16]),
                _("På maskinen: fieldtui enrol '{url}' --code {code}").format(url=made.url, code=made.code),
            ],
        )


@team.command("approve", help=_("Godkend en maskine, når ordene på begge skærme er de samme."))
def approve_command(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("Koden, maskinen brugte."))],
    yes: Annotated[bool, typer.Option("--yes", help=_("Ordene er sammenlignet; spørg ikke."))] = False,
) -> None:
    """Show the words, ask on a terminal, approve."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        asks = workspace.team.waiting(code)
        initials = {person.id: person.initials for person in workspace.people}
        setting.tell(_("{initials}s maskine {name} viser ordene: {words}").format(
            initials=initials.get(asks.consultant, "–"), name=asks.device_name, words=" ".join(asks.words)
        ))  # fmt: skip
        _sure(setting, yes, _("Står de samme ord på maskinens skærm?"), _("Maskinen er ikke godkendt."))
        acted = workspace.team.approve(asks)
        said = _("Maskinen er godkendt.") if acted.changed else _("Maskinen var allerede godkendt.")
        setting.answer({"device_id": acted.device, "words": list(asks.words), "changed": bool(acted.changed)}, [said])


@team.command("revoke", help=_("Spær en maskine. Den låser ved næste kontakt; intet på den går tabt."))
def revoke_command(
    context: typer.Context,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help=_("Maskinens id, fra fieldtui team."))],
    reason: Reason,
    yes: Yes = False,
) -> None:
    """Shut a device out."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _sure(setting, yes, _("Spær maskinen?"), _("Maskinen er ikke spærret."))
        acted = workspace.team.revoke(device, reason)
        said = _("Maskinen er spærret.") if acted.changed else _("Maskinen var allerede spærret.")
        setting.answer({"device_id": device, "changed": bool(acted.changed)}, [said])


@team.command("lost", help=_("Meld en maskine mistet: spær den, og skriv arket “Mistet maskine”."))
def lost_command(
    context: typer.Context,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help=_("Maskinens id, fra fieldtui team."))],
    reason: Reason,
    keep_open: Annotated[bool, typer.Option("--keep-open", help=_("Spær den ikke endnu."))] = False,
    output: Annotated[Path | None, typer.Option("--output", metavar="F", help=_("Hvor arket skrives."))] = None,
    yes: Yes = False,
) -> None:
    """Note the loss, shut the device out, write the sheet."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _sure(setting, yes, _("Meld maskinen mistet?"), _("Intet er ændret."))
        acted = workspace.team.lose(device, reason, revoke=not keep_open)
        file = workspace.team.write_lost_sheet(device, output.expanduser().absolute() if output else None)
        setting.answer({"device_id": device, "changed": bool(acted.changed), "file": str(file)}, [str(file)])


# --- citizens -----------------------------------------------------------------------------------


@team.command("substitute", help=_("En kollega er væk: lad andre være vikar til og med en dag."))
def substitute_command(
    context: typer.Context,
    away: Annotated[str, typer.Argument(metavar="TB", help=_("Initialer på den, der er væk."))],
    cover: Annotated[
        list[str], typer.Option("--cover", metavar="MH", help=_("Hvem der dækker; flere deler borgerne mellem sig."))
    ],
    until: Annotated[str, typer.Option("--until", metavar="D", help=_("Sidste dag, som 2026-11-24."))],
    citizen: Annotated[
        list[str] | None,
        typer.Option("--citizen", metavar="K7Q4[=MH]", help=_("Kun disse borgere; med =MH til en bestemt.")),
    ] = None,
) -> None:
    """Substitute."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        seen = workspace.team.refresh()
        gone = _person(seen.picture, away)
        between = [_person(seen.picture, each).id for each in cover]
        wanted = teamview.turns(seen.picture, gone.id, workspace.clock.now())
        fixed = _chosen(seen.picture, citizen or [], between)
        if citizen:
            wanted = tuple(turn for turn in wanted if turn.citizen.id in fixed)
        covers = {**teamview.split(seen.picture, wanted, between), **{k: v for k, v in fixed.items() if v}}
        acted = workspace.team.substitute(gone.id, covers, _day(until))
        _tell_covers(setting, workspace, seen.picture, covers, acted)


@team.command("handover", help=_("Giv borgere en anden konsulent."))
def handover_command(
    context: typer.Context,
    giver: Annotated[str, typer.Option("--from", metavar="TB", help=_("Hvem der har dem nu."))],
    taker: Annotated[str, typer.Option("--to", metavar="MH", help=_("Hvem der får dem."))],
    citizen: Annotated[
        list[str] | None, typer.Option("--citizen", metavar="K7Q4", help=_("Kun disse borgere; ellers alle."))
    ] = None,
    yes: Yes = False,
) -> None:
    """Hand over."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        seen = workspace.team.refresh()
        picture = seen.picture
        gone, to = _person(picture, giver), _person(picture, taker)
        chosen = _chosen(picture, citizen or [], [to.id])
        mine = [each.id for each in picture.citizens if each.primary == gone.id and (not chosen or each.id in chosen)]
        if not mine:
            raise BadUsage(_("{initials} har ingen af de borgere. Intet er ændret.").format(initials=gone.initials))
        question = _("Giv {count} borgere fra {giver} til {taker}?").format(
            count=len(mine), giver=gone.initials, taker=to.initials
        )
        _sure(setting, yes, question, _("Intet er ændret."))
        covers = dict.fromkeys(mine, to.id)
        _tell_covers(setting, workspace, picture, covers, workspace.team.hand_over(covers))


def _tell_covers(
    setting: Setting, workspace: Workspace, picture: TeamPicture, covers: dict[str, str], acted: Acted
) -> None:
    del workspace
    codes = teamview.codes(picture)
    initials = {person.id: person.initials for person in picture.people}
    setting.answer(
        {
            "changed": acted.changed,
            "covers": [
                {"citizen_id": citizen_id, "code": codes.get(citizen_id), "consultant": initials.get(who)}
                for citizen_id, who in covers.items()
            ],
        },
        [f"{codes.get(citizen_id, '–')} → {initials.get(who, '–')}" for citizen_id, who in covers.items()],
    )


def _person(picture: TeamPicture, initials: str) -> Person:
    wanted = clean(initials).strip().upper()
    found = next((person for person in picture.people if person.initials == wanted), None)
    if found is None:
        raise BadUsage(_("Der er ingen med initialerne {initials}.").format(initials=wanted))
    return found


def _chosen(picture: TeamPicture, given: list[str], between: list[str]) -> dict[str, str]:
    """Consultant id by citizen id of what `--citizen` names; empty where it names nobody in particular."""
    by_code = {each.code: each.id for each in picture.citizens} | {each.id: each.id for each in picture.citizens}
    found: dict[str, str] = {}
    for text in given:
        code, _equals, initials = text.partition("=")
        citizen_id = by_code.get(code.strip().upper()) or by_code.get(code.strip())
        if citizen_id is None:
            raise BadUsage(_("Der er ingen borger med koden {code}.").format(code=clean(code, limit=40)))
        who = _person(picture, initials).id if initials else ""
        if who and who not in between:
            raise BadUsage(_("{initials} er ikke nævnt med --cover.").format(initials=clean(initials).upper()))
        found[citizen_id] = who
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUsage(_("{option} skal være en dato som 2026-11-24.").format(option="--until")) from None


def _sure(setting: Setting, yes: bool, question: str, otherwise: str) -> None:
    """Ask on a terminal; without one the command itself is the answer."""
    if not yes and setting.terminal and not typer.confirm(question, err=True):
        raise BadUsage(otherwise)
