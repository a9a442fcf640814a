"""`vault accept`: take a vault as it is that is whole, but older than the machine remembers or not the file that was locked."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.opening import passphrase_for
from fieldtui.cli.setting import setting_of
from fieldtui.services import unlocking


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("accept", help=_("Tag boksen, som den er, når du selv har lagt en ældre kopi tilbage."))(accept)


def accept(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("Hvorfor; skrives i adgangsloggen."))],
) -> None:
    """Open what is whole but older or another than it should be; from then on it is the newest."""
    setting = setting_of(context)
    if setting.read_only:
        raise BadUsage(_("vault accept ændrer boksen og kan ikke bruges sammen med --read-only."))
    if not reason.strip():
        raise BadUsage(_("Skriv en grund med --reason."))
    secret = passphrase_for(setting)
    try:
        workspace = unlocking.accept(setting.folder, secret, reason.strip(), clock=setting.clock, ids=setting.ids)
    finally:
        secret.wipe()
    with workspace:
        setting.answer(
            {"vault_id": workspace.vault_id, "accepted": True},
            [_("Boksen er taget, som den er. Synk nu, så kontorets nyeste kommer med: fieldtui sync")],
        )
