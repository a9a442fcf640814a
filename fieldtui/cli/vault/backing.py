"""`vault backup`: a copy that can be restored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import BackupDamaged
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.services.backing import Backing, made_at


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("backup", help=_("Lav en krypteret sikkerhedskopi nu, og prøv den."))(backup)


def backup(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FIL]", help=_("Ny fil til kopien; ellers mappen backups ved siden af boksen.")),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help=_("Lav ingen; prøv, om den nyeste kan lægges tilbage."))] = False,
) -> None:
    """Make a backup now, or try the newest."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        backing = Backing(workspace.context)
        if test:
            state = backing.test()
            setting.answer(
                {
                    "backups": state.count,
                    "newest": None if state.newest is None else isoformat(state.newest),
                    "tested_at": None if state.tested_at is None else isoformat(state.tested_at),
                    "ok": state.count > 0 and state.problem is None,
                },
                [_said(state.count, state.problem)],
            )
            if state.count and state.problem is not None:
                raise BackupDamaged
            return
        made = backing.by_hand(file)
        at = made_at(made).astimezone(COPENHAGEN)
        setting.answer(
            {"file": str(made.path), "made_at": isoformat(at), "bytes": made.path.stat().st_size},
            [_("Sikkerhedskopien er lavet og prøvet: {file}").format(file=made.path)],
        )
        if file is not None:
            setting.tell(
                _(
                    "Den åbnes med adgangssætningen eller nødkoden, som de er i dag. Slettes en borger, må filen slettes."
                )
            )


def _said(count: int, problem: str | None) -> str:
    if not count:
        return _("Der er ingen sikkerhedskopi endnu.")
    if problem is not None:
        return _("Den nyeste sikkerhedskopi kan ikke lægges tilbage ({problem}).").format(problem=problem)
    return _("Den nyeste sikkerhedskopi er lagt tilbage i en fil for sig og prøvet. Alt er der.")
