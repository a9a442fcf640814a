"""`conflicts list|show|resolve`: what two people changed at once."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.services.conflicts import ConflictRow

app = typer.Typer(help=_("Det, to har ændret på én gang."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="conflicts")


def _lines(row: ConflictRow) -> list[str]:
    shown = [f"{row.id} {row.label}"]
    for name in row.fields:
        mine, theirs = (json.dumps(side.get(name), ensure_ascii=False) for side in (row.mine, row.theirs))
        shown.append("  " + _("{field}: dit {mine}, kontorets {theirs}").format(field=name, mine=mine, theirs=theirs))
    if row.proposed is not None:
        shown.append("  " + _("Forslag: --take {side}. Du bestemmer.").format(side=row.proposed))
    return shown


@app.command("list", help=_("Vis alle, der venter på dig."))
def list_conflicts(context: typer.Context) -> None:
    """Print the open conflicts."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        rows = workspace.conflicts.list()
        setting.answer(
            [entry for row in rows for entry in row.entries()], [line for row in rows for line in _lines(row)]
        )
        if not rows:
            setting.tell(_("Ingen konflikter."))


@app.command("show", help=_("Vis én."))
def show(context: typer.Context, conflict_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Print one conflict."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        row = workspace.conflicts.get(conflict_id)
        setting.answer(list(row.entries()), _lines(row))


@app.command("resolve", help=_("Vælg din udgave, kontorets, eller en tredje."))
def resolve(
    context: typer.Context,
    conflict_id: Annotated[str, typer.Argument(metavar="ID")],
    field: Annotated[
        str | None, typer.Option("--field", metavar="F", help=_("Feltet; nødvendigt med --value."))
    ] = None,
    take: Annotated[
        str | None, typer.Option("--take", metavar="mine|theirs", help=_("Hvis udgave der gælder."))
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", metavar="V", help=_("En ny værdi; JSON eller ren tekst."))
    ] = None,
) -> None:
    """Decide a conflict."""
    setting = setting_of(context)
    choice = _choice(take, value)
    with opened(setting) as workspace:
        row = workspace.conflicts.get(conflict_id)
        if field is not None and field not in row.fields:
            raise BadUsage(
                _("Konflikten handler ikke om {field}, men om {fields}.").format(
                    field=field, fields=", ".join(row.fields)
                )
            )
        done = workspace.conflicts.resolve(
            conflict_id, choice, _value(value) if value is not None else None, field=field
        )
        setting.answer({"id": conflict_id, "record_ids": list(done.record_ids)}, [done.message])


def _choice(take: str | None, value: str | None) -> Literal["mine", "theirs", "value"]:
    if (take is None) == (value is None):
        raise BadUsage(_("Sig enten --take mine, --take theirs eller --value V."))
    if value is not None:
        return "value"
    if take == "mine":
        return "mine"
    if take == "theirs":
        return "theirs"
    raise BadUsage(_("--take er mine eller theirs."))


def _value(text: str) -> Any:
    """JSON where it is JSON, else the text itself: a date or a name needs no quotes."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
