"""`vault passphrase`: what opens the vault day by day."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.passphrase import read_file, typed_anew
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.services import binding, unlocking
from fieldtui.services.workspace import Workspace


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
        secret = read_file(new_file) if new_file is not None else _asked_for(setting, workspace)
        unlocking.new_passphrase(workspace, secret)
        secret.wipe()
        setting.answer({"vault_id": workspace.vault_id}, [_("Adgangssætningen er skiftet. Den gamle åbner ikke mere.")])


def _asked_for(setting: Setting, workspace: Workspace) -> unlocking.Secret:
    """Suggest one, as long as it must be, and ask for one."""
    bound = binding.bound_to(workspace) is not None
    words = unlocking.suggest_passphrase(secrets.SystemRandom().randint, bound=bound)
    setting.tell(_("Et forslag: {words}").format(words=words))
    return typed_anew(setting)
