"""`vault passphrase`: what opens the vault day by day."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.passphrase import read_file, typed_anew
from fieldtui.cli.recoverycode import give_code
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
    rotate: Annotated[
        bool,
        typer.Option(
            "--rotate", help=_("Nye nøgler til alt, når nogen kan kende den gamle; giver også en ny nødkode.")
        ),
    ] = False,
) -> None:
    """Give the vault a new passphrase, and with `--rotate` a new key."""
    setting = setting_of(context)
    if rotate:
        _rotate(setting, new_file)
        return
    with opened(setting) as workspace:
        secret = read_file(new_file) if new_file is not None else _asked_for(setting, workspace)
        unlocking.new_passphrase(workspace, secret)
        secret.wipe()
        setting.answer({"vault_id": workspace.vault_id}, [_("Adgangssætningen er skiftet. Den gamle åbner ikke mere.")])


def _rotate(setting: Setting, new_file: Path | None) -> None:
    from fieldtui.services.rotating import rotate as rotate_keys  # what seals to the organisation is only needed here

    with opened(setting) as workspace:
        secret = read_file(new_file) if new_file is not None else _asked_for(setting, workspace)
        enrolled = workspace.consultant is not None
        renewed, code, backups = rotate_keys(workspace, secret, clock=setting.clock, ids=setting.ids)
        secret.wipe()
        with renewed:
            give_code(setting, renewed, code, more={"backups_renewed": backups})
    setting.tell(_("Boksen har nye nøgler. Kopier, som nogen tog før, åbner stadig med de gamle."))
    if enrolled:
        setting.tell(
            _(
                "Maskinen underskriver som før. Kan nogen have en kopi af filerne, så bed kontoret spærre og tilmelde igen."
            )
        )
    if not backups:
        setting.tell(
            _("De gamle sikkerhedskopier er der endnu. Gør plads, og kør: fieldtui vault backup. Slet så de gamle.")
        )


def _asked_for(setting: Setting, workspace: Workspace) -> unlocking.Secret:
    """Suggest one, as long as it must be, and ask for one."""
    bound = binding.bound_to(workspace) is not None
    words = unlocking.suggest_passphrase(secrets.SystemRandom().randint, bound=bound)
    setting.tell(_("Et forslag: {words}").format(words=words))
    return typed_anew(setting)
