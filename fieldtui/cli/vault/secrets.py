"""`vault passphrase`: what opens the vault day by day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.passphrase import new_passphrase, read_file
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.services import unlocking


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("passphrase", help=_("Skift adgangssætningen; den gamle åbner ikke mere."))(change)


def change(
    context: typer.Context,
    new_file: Annotated[
        Path | None,
        typer.Option("--new-passphrase-file", metavar="FILE", help=_("Fil med den nye; ellers spørges der.")),
    ] = None,
) -> None:
    """Give the vault a new passphrase."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        secret = read_file(new_file) if new_file is not None else new_passphrase(_without_file(setting))
        unlocking.new_passphrase(workspace, secret)
        secret.wipe()
        setting.answer({"vault_id": workspace.vault_id}, [_("Adgangssætningen er skiftet. Den gamle åbner ikke mere.")])


def _without_file(setting: Setting) -> Setting:
    """The same setting, whose passphrase file is the old one's and not the new one's."""
    return replace(setting, passphrase_file=None)
