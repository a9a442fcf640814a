"""`handover …` and `parked …`: citizens handed over, and what was written before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import N_, _
from fieldtui.cli.agenda import days_word
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.cli.text import when
from fieldtui.domain.calendar import written, written_short
from fieldtui.domain.takeover import DAYS
from fieldtui.services.done import Done
from fieldtui.services.handovers import HandoverRow
from fieldtui.services.lookup import Lookup
from fieldtui.services.parked import ParkedRow, field_label
from fieldtui.services.standingin import StandingIn, StandInRow
from fieldtui.services.workspace import Workspace

handover = typer.Typer(help=_("Overdrag en borger til en kollega, og svar på det, du tilbydes."), rich_markup_mode=None)
parked = typer.Typer(help=_("Det, der blev skrevet, før en borger skiftede hænder."), rich_markup_mode=None)

STATES: Final = {
    "offering": N_("tilbydes ved næste synk"),
    "offered": N_("venter på svar"),
    "accepting": N_("ja, sendes ved næste synk"),
    "rejecting": N_("nej, sendes ved næste synk"),
    "declining": N_("nej, sendes ved næste synk"),
    "withdrawing": N_("trækkes tilbage ved næste synk"),
    "accepted": N_("ja"),
    "rejected": N_("nej"),
    "declined": N_("nej"),
    "withdrawn": N_("trukket tilbage"),
    "lapsed": N_("bortfaldet"),
    "waiting": N_("venter på svar"),
    "refused": N_("kontoret sagde nej"),
    "changed": N_("ændret i mellemtiden, svar igen"),
}


def mount(root: typer.Typer) -> None:
    """Add the families' commands."""
    root.add_typer(handover, name="handover")
    root.add_typer(parked, name="parked")


def _state(state: str) -> str:
    return _(STATES[state]) if state in STATES else state


def _done(setting: Setting, done: Done, document: dict[str, Any]) -> None:
    setting.answer(document, [done.message])


def waiting_lines(workspace: Workspace) -> list[str]:
    """What a person should be told after a sync: what they are offered, asked and told, each with its command."""
    lines = []
    if offers := len(workspace.handovers.to_answer()):
        one, many = _("1 borger er tilbudt dig"), _("{count} borgere er tilbudt dig")
        lines.append(f"{one if offers == 1 else many.format(count=offers)}: fieldtui handover list")
    if edits := len(workspace.parked.to_answer()):
        one, many = _("1 parkeret ændring venter på dig"), _("{count} parkerede ændringer venter på dig")
        lines.append(f"{one if edits == 1 else many.format(count=edits)}: fieldtui parked list")
    if pairs := workspace.casework.possible_duplicates():
        one, many = _("2 borgere er måske den samme"), _("{count} par borgere er måske den samme")
        lines.append(f"{one if pairs == 1 else many.format(count=pairs)}: fieldtui citizen duplicates")
    lines += [text for _number, text in workspace.handovers.notices()]
    return lines


# --- handover ------------------------------------------------------------------------------------------


@handover.command("cover", help=_("De borgere, du er vikar for: næste aftaler, frister, opgaver og samtykker."))
def cover(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=0, max=366, help=_("Hvor mange dage frem."))] = DAYS,
) -> None:
    """Show what a stand-in must know."""
    setting = setting_of(context)
    on = today(setting.clock)
    with opened(setting) as workspace:
        rows = StandingIn(workspace.context).rows(on, days=days)
        setting.answer([each.as_json(on) for each in rows], [line for row in rows for line in _cover_lines(row, on)])
    if not rows:
        setting.tell(_("Du er ikke vikar for nogen i dag."))


def _cover_lines(row: StandInRow, on: date) -> Iterator[str]:
    protected = _("BESKYTTET") + "  " if row.found.protected else ""
    until = _("til og med {day}").format(day=written(row.until)) if row.until else ""
    yield f"{protected}{row.label}  {row.consultant}  {until}  {row.citizen_id}".rstrip()
    for each in row.found.deadlines:
        mark = "" if each.confirmed else " " + _("(reglen er ikke bekræftet)")
        yield f"  {days_word(each.days_left(on))}  {each.what}  {written_short(each.due_on)}  {each.reason}{mark}"
    for meeting in row.found.appointments:
        yield f"  {when(meeting.record.starts_at)}  {meeting.record.kind}  {meeting.record.place or ''}".rstrip()
    for task in row.found.tasks:
        yield f"  {written_short(task.record.due_on) if task.record.due_on else '–'}  {task.record.title}"
    for consent in row.found.consents:
        text = _("Samtykke til {recipient}").format(recipient=consent.record.recipient)
        last = _("til og med {day}").format(day=written(consent.record.expires_on)) if consent.record.expires_on else ""
        yield f"  {text}  {last}".rstrip()
    if not row.found.consents:
        yield "  " + _("Intet gyldigt samtykke.")


def _handover_lines(row: HandoverRow, lookup: Lookup) -> list[str]:
    way = _("fra {who}") if row.incoming else _("til {who}")
    other = row.from_id if row.incoming else row.to_id
    shown = [f"{row.id}  {row.label}  {way.format(who=lookup.initials(other or ''))}  {_state(row.state)}"]
    if row.note:
        shown += [f"    {line}" for line in row.note.splitlines()]
    if row.reason:
        shown.append("    " + _("Grund: {why}").format(why=row.reason.replace("\n", " ")))
    return shown


@handover.command("list", help=_("Vis det, du er tilbudt, og det, du har tilbudt."))
def handover_list(context: typer.Context) -> None:
    """Print offers, the newest first."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        rows = workspace.handovers.list()
        lines = [line for row in rows for line in _handover_lines(row, workspace.lookup)]
        setting.answer([row.as_json() for row in rows], lines)
        if not rows:
            setting.tell(_("Ingen overdragelser."))


@handover.command("offer", help=_("Tilbyd en borger til en kollega."))
def handover_offer(
    context: typer.Context,
    citizen: Annotated[str, typer.Option("--citizen", metavar="ID", help=_("Borgerens id."))],
    to: Annotated[str, typer.Option("--to", metavar="TB", help=_("Kollegaens initialer."))],
    note: Annotated[str, typer.Option("--note", metavar="TEKST", help=_("Det, din kollega skal vide."))],
) -> None:
    """Offer; the citizen stays until the colleague has accepted."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        done = workspace.handovers.offer(citizen, to, note)
        offers = workspace.handovers.list()
        made = next(row for row in offers if row.citizen_id == citizen and row.state == "offering")
        _done(setting, done, made.as_json())


@handover.command("accept", help=_("Tag imod en borger."))
def handover_accept(context: typer.Context, handover_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take the citizen over with the next sync."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _done(setting, workspace.handovers.accept(handover_id), {"id": handover_id, "state": "accepting"})


@handover.command("reject", help=_("Sig nej, med en grund."))
def handover_reject(
    context: typer.Context,
    handover_id: Annotated[str, typer.Argument(metavar="ID")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help=_("Grunden; din kollega læser den."))],
) -> None:
    """Say no."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _done(setting, workspace.handovers.reject(handover_id, reason), {"id": handover_id, "state": "rejecting"})


@handover.command("withdraw", help=_("Træk et tilbud tilbage."))
def handover_withdraw(context: typer.Context, handover_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Take an offer back."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _done(setting, workspace.handovers.withdraw(handover_id), {"id": handover_id, "state": "withdrawing"})


# --- parked --------------------------------------------------------------------------------------------


def _value(side: dict[str, Any], name: str) -> str:
    return json.dumps(side.get(name), ensure_ascii=False)


def _parked_lines(row: ParkedRow, lookup: Lookup) -> list[str]:
    who = _("dig") if row.mine else lookup.initials(row.author)
    shown = [f"{row.op_id}  {row.label}  {row.collection}  {who} {when(row.recorded_at)}  {_state(row.state)}"]
    for each in row.differences:
        for name in each.fields:
            mark = " " + _("(rettet af andre siden)") if each.contested else ""
            shown.append(
                "    "
                + _("{field}: før {before}, parkeret {parked}, nu {now}").format(
                    field=field_label(row.collection, name), before=_value(each.before, name),
                    parked=_value(each.parked, name), now=_value(each.now, name),
                )
                + mark
            )  # fmt: skip
    if row.reason:
        shown.append("    " + _("Grund: {why}").format(why=row.reason.replace("\n", " ")))
    return shown


@parked.command("list", help=_("Vis det, der venter på dig, og dit eget, der venter på andre."))
def parked_list(context: typer.Context) -> None:
    """Print parked edits, field by field."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        rows = workspace.parked.list()
        lines = [line for row in rows for line in _parked_lines(row, workspace.lookup)]
        setting.answer([row.as_json() for row in rows], lines)
        if not rows:
            setting.tell(_("Intet er parkeret."))


@parked.command("accept", help=_("Tag en parkeret ændring med i sagen."))
def parked_accept(
    context: typer.Context,
    op_id: Annotated[str, typer.Argument(metavar="OP_ID")],
    take: Annotated[
        list[str] | None,
        typer.Option(
            "--take", metavar="F", help=_("Felt, andre har rettet siden, hvor den parkerede værdi skal gælde.")
        ),
    ] = None,
) -> None:
    """Take it in; contested fields stay as they are unless they are named."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        done = workspace.parked.accept(op_id, tuple(take or ()))
        _done(setting, done, {"op_id": op_id, "state": "accepting", "take": sorted(take or ())})


@parked.command("decline", help=_("Afvis en parkeret ændring, med en grund."))
def parked_decline(
    context: typer.Context,
    op_id: Annotated[str, typer.Argument(metavar="OP_ID")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help=_("Grunden; den, der skrev, læser den."))],
) -> None:
    """Leave the record as it is."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _done(setting, workspace.parked.decline(op_id, reason), {"op_id": op_id, "state": "declining"})


# --- notices -------------------------------------------------------------------------------------------


@handover.command("notices", help=_("Vis beskeder fra kontoret, der ikke er læst, og sæt dem som læst med --seen."))
def notices(
    context: typer.Context,
    seen: Annotated[int | None, typer.Option("--seen", metavar="NR", help=_("Beskeden er læst."))] = None,
) -> None:
    """Print notices, or mark one as seen."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        if seen is not None:
            if seen not in {number for number, _text in workspace.handovers.notices()}:
                raise BadUsage(_("Der er ingen ulæst besked med det nummer."))
            workspace.handovers.seen(seen)
        rows = workspace.handovers.notices()
        setting.answer(
            [{"id": number, "text": text} for number, text in rows], [f"{number}  {text}" for number, text in rows]
        )
