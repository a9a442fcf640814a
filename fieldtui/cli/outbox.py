"""`outbox list|retry|drop`: what the central system has not taken, why, and what to do about it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.cli.text import when
from fieldtui.services.waiting import OutboxRow

app = typer.Typer(help=_("Det, kontoret ikke har taget imod endnu."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="outbox")


def _document(row: OutboxRow) -> dict[str, Any]:
    return {
        "op_id": row.op_id,
        "collection": row.collection,
        "record_id": row.record_id,
        "citizen_id": row.citizen_id,
        "state": row.state,
        "reason": row.reason,
        "recorded_at": isoformat(row.recorded_at),
    }


def _line(row: OutboxRow) -> str:
    states = {"waiting": _("↑ venter"), "rejected": _("× afvist"), "parked": _("! parkeret")}
    return f"{row.op_id}  {states[row.state]}  {when(row.recorded_at)}  {_(row.label)}  {row.why}"


@app.command("list", help=_("Vis, hvad der venter, og hvorfor."))
def list_outbox(context: typer.Context) -> None:
    """Print the outbox."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        rows = workspace.waiting.list()
        setting.answer([_document(row) for row in rows], [_line(row) for row in rows])
        if not rows:
            setting.tell(_("Intet venter."))


@app.command("retry", help=_("Send en afvist ændring igen ved næste synk."))
def retry(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help=_("Ændringens eller postens id."))] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("Alle afviste."))] = False,
) -> None:
    """Let refused changes wait once more."""
    setting = setting_of(context)
    if (name is None) is not everything:
        raise BadUsage(_("Angiv et id, eller --all for alle afviste."))
    with opened(setting) as workspace:
        rows = workspace.waiting.retry(name)
        setting.answer([_document(row) for row in rows], [_line(row) for row in rows])
        setting.tell(_("Sendes ved næste synk: fieldtui sync") if rows else _("Ingen ændringer er afvist."))


@app.command("drop", help=_("Opgiv en afvist ændring; posten bliver igen, som kontoret har den."))
def drop(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help=_("Ændringens eller postens id."))],
) -> None:
    """Take a refused change back."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        done = workspace.waiting.give_up(name)
        setting.answer({"record_ids": list(done.record_ids)}, [done.message])
