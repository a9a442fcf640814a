"""`company`: companies found by the kind of number that is meant, and two that are one brought together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.calendar import written_short
from fieldtui.domain.duplicates import ground_words
from fieldtui.domain.envelope import Stored
from fieldtui.domain.identifiers import parse_cvr, parse_p_number
from fieldtui.domain.records import Company
from fieldtui.services.companylist import Duplicate
from fieldtui.services.done import Done

app = typer.Typer(help=_("Virksomheder: find dem, og læg dem sammen, der står to gange."), rich_markup_mode=None)

_ID = Annotated[str, typer.Argument(metavar="ID", help=_("Virksomhedens id."))]


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="company")


@app.command("find", help=_("Find virksomheder efter CVR-nummer, P-nummer eller navn."))
def find(
    context: typer.Context,
    cvr: Annotated[str | None, typer.Option("--cvr", metavar="N", help=_("Otte cifre."))] = None,
    p_number: Annotated[str | None, typer.Option("--p-number", metavar="N", help=_("Ti cifre."))] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help=_("En del af navnet."))] = None,
) -> None:
    """Print the companies with a number or a name; the kind of number is always said, never guessed."""
    setting = setting_of(context)
    if sum(each is not None for each in (cvr, p_number, name)) != 1:
        raise BadUsage(_("Giv én af --cvr, --p-number og --name."))
    numbers = _numbers(cvr, p_number)
    with opened(setting) as workspace:
        if name is None:
            found = workspace.lookup.numbered(cvr=numbers[0], p_number=numbers[1])
        else:
            wanted = fold(name).split()
            every = workspace.lookup.list("company")
            found = tuple(each for each in every if all(word in fold(each.record.name) for word in wanted))
        stands = workspace.context.companies()
        documents = [{**each.flat(), "stands_for_it": stands.get(each.id, each.id)} for each in found]
        setting.answer(documents, (_line(each) for each in found))
        if not found:
            setting.tell(_("Ingen virksomheder."))


def _numbers(cvr: str | None, p_number: str | None) -> tuple[str | None, str | None]:
    try:
        return (parse_cvr(cvr) if cvr else None), (parse_p_number(p_number) if p_number else None)
    except ValueError as error:
        if str(error) == "cvr":
            raise BadUsage(_("--cvr: det er ikke et CVR-nummer. Det har otte cifre.")) from None
        raise BadUsage(_("--p-number: det er ikke et P-nummer. Det har ti cifre.")) from None


@app.command("duplicates", help=_("Vis virksomheder, der måske står to gange."))
def duplicates(context: typer.Context) -> None:
    """Print every pair that may be one, the surest first."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        found = workspace.lookup.duplicates()
    setting.answer([_pair(each) for each in found], (line for each in found for line in _pair_lines(each)))
    if not found:
        setting.tell(_("Ingen virksomheder ser ud til at stå to gange."))


@app.command("merge", help=_("Læg to virksomheder sammen: den første står for begge. Det kan fortrydes."))
def merge(
    context: typer.Context,
    keep: _ID,
    other: Annotated[str, typer.Argument(metavar="OTHER", help=_("Id på den, der går ind i den første."))],
) -> None:
    """Let one company stand for both; nothing that either holds is rewritten."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _say(setting, workspace.casework.merge_companies(keep, other))


@app.command("unmerge", help=_("Lad en virksomhed, der er lagt sammen med en anden, stå for sig selv igen."))
def unmerge(context: typer.Context, company: _ID) -> None:
    """Take a merge back, whoever made it."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _say(setting, workspace.casework.unmerge_company(company))


@app.command("not-duplicate", help=_("Sig, at to virksomheder er to forskellige. Der bliver ikke spurgt igen."))
def not_duplicate(
    context: typer.Context,
    one: _ID,
    other: Annotated[str, typer.Argument(metavar="OTHER", help=_("Den andens id."))],
) -> None:
    """Remember that two companies are two; shared in the team."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        _say(setting, workspace.casework.not_duplicate(one, other))


@app.command("weeks", help=_("Vis dine kontakter med virksomheder, uge for uge."))
def weeks(context: typer.Context) -> None:
    """Print the contacts of the last eight ISO weeks beside the target."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        figures = workspace.lookup.weekly_figures(workspace.context.today)
    document = {
        "target": figures.target,
        "weeks": [
            {"monday": each.monday.isoformat(), "contacts": each.contacts, "face_to_face": each.face_to_face}
            for each in figures.weeks
        ],
    }
    line = _("uge fra {day}: {met} ansigt til ansigt af {target} ({all} kontakter)")
    setting.answer(
        document,
        (
            line.format(day=written_short(each.monday), met=each.face_to_face, target=figures.target, all=each.contacts)
            for each in figures.weeks
        ),
    )


def _say(setting: Setting, done: Done) -> None:
    setting.answer(
        {"ids": list(done.record_ids), "message": done.message, "warnings": list(done.warnings)}, [done.message]
    )
    for warning in done.warnings:
        setting.tell(warning)


def _pair(pair: Duplicate) -> dict[str, Any]:
    found = pair.suspicion
    return {
        "one": found.one,
        "one_name": pair.one.record.name,
        "other": found.other,
        "other_name": pair.other.record.name,
        "grounds": list(found.grounds),
        "likeness": found.likeness,
    }


def _pair_lines(pair: Duplicate) -> Iterator[str]:
    yield _("Måske den samme: {grounds}").format(grounds=", ".join(ground_words(pair.suspicion)))
    yield f"  {_line(pair.one)}"
    yield f"  {_line(pair.other)}"


def _line(stored: Stored[Company]) -> str:
    record = stored.record
    place = " ".join(part for part in (record.postal_code, record.city) if part)
    numbers = (
        _("CVR {number}").format(number=record.cvr) if record.cvr else "",
        _("P {number}").format(number=record.p_number) if record.p_number else "",
    )
    told = " · ".join(part for part in (record.name, *numbers, record.address or "", place) if part)
    return f"{stored.id} {told}"
