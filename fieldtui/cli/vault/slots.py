"""`vault slots|bind|unbind`: what opens the vault, and whether the passphrase needs this machine besides."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import PassphraseTooWeak
from fieldtui.base.i18n import N_, _
from fieldtui.cli.opening import opened, passphrase_for
from fieldtui.cli.passphrase import read_file, typed_anew
from fieldtui.cli.setting import setting_of
from fieldtui.services import binding

_KINDS = {
    "passphrase": N_("Adgangssætning"),
    "recovery": N_("Nødkode"),
    "org-hpke": N_("Kontorets nøgle"),
}
_STORES = {"secretservice": N_("maskinens nøglering"), "dpapi": N_("din Windows-konto")}


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("slots", help=_("Vis, hvad der åbner boksen."))(slots)
    app.command("bind", help=_("Bind adgangssætningen til denne maskine; så er tre ord eller 8 tegn nok."))(bind)
    app.command("unbind", help=_("Lad adgangssætningen åbne alene igen; den skal da være lang."))(unbind)


def slots(context: typer.Context) -> None:
    """List what opens the vault, as its header says."""
    setting = setting_of(context)
    ways = binding.ways_in(setting.folder)
    setting.answer([asdict(way) for way in ways], [_line(way) for way in ways])


def _line(way: binding.WayIn) -> str:
    text = _(_KINDS.get(way.kind, N_("Ukendt, fra en nyere fieldtui")))
    if way.store is not None:
        text += " · " + _("kun sammen med {store}").format(store=_(_STORES[way.store]))
    if way.kid is not None:
        text += f" · {way.kid[:8]}"
    if way.created is not None:
        text += " · " + _("siden {day}").format(day=way.created)
    return text


def bind(context: typer.Context) -> None:
    """Bind the passphrase to a secret in the operating system's store."""
    setting = setting_of(context)
    secret = passphrase_for(setting)
    with opened(setting, secret) as workspace:
        store = binding.bind(workspace, secret)
        secret.wipe()
        setting.answer(
            {"vault_id": workspace.vault_id, "store": store},
            [_("Adgangssætningen åbner nu kun sammen med {store}.").format(store=_(_STORES[store]))],
        )
        setting.tell(
            _(
                "Går nøgleringen eller kontoen tabt, åbner nødkoden. "
                "Vil du have en kortere adgangssætning: fieldtui vault passphrase"
            )
        )


def unbind(
    context: typer.Context,
    new_file: Annotated[
        Path | None,
        typer.Option("--new-passphrase-file", metavar="FILE", help=_("Fil med en ny, lang adgangssætning.")),
    ] = None,
) -> None:
    """Let the passphrase open the vault by itself; a short one has to be replaced by a long one."""
    setting = setting_of(context)
    secret = passphrase_for(setting)
    with opened(setting, secret) as workspace:
        if new_file is not None:
            long = read_file(new_file)
            binding.unbind(workspace, long)
            long.wipe()
        else:
            try:
                binding.unbind(workspace, secret)
            except PassphraseTooWeak as error:
                if not setting.terminal:
                    raise
                setting.tell(error.reason)
                long = typed_anew(setting)
                binding.unbind(workspace, long)
                long.wipe()
        secret.wipe()
        setting.answer({"vault_id": workspace.vault_id, "store": None}, [_("Adgangssætningen åbner nu alene.")])
