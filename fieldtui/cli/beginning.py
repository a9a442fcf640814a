"""`init` and `enrol`: a new vault, and its tie to the office."""

from __future__ import annotations

import platform
import secrets
from pathlib import Path
from typing import Annotated, Final

import typer

from fieldtui.base.errors import BadUsage, VaultExists
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.cli.opening import opened
from fieldtui.cli.passphrase import new_passphrase
from fieldtui.cli.recoverycode import hand_over
from fieldtui.cli.setting import setting_of
from fieldtui.services import unlocking

_LONGEST_NAME: Final = 80


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.command("init", help=_("Lav en ny boks og vis dens nødkode én gang."))(init)
    root.command("enrol", help=_("Tilmeld denne maskine til kontoret med en kode."))(enrol)


def init(context: typer.Context) -> None:
    """Make a vault."""
    setting = setting_of(context)
    if unlocking.vault_state(setting.folder) is not unlocking.VaultState.MISSING:
        raise VaultExists(str(setting.folder))
    if setting.passphrase_file is None and setting.terminal:
        setting.tell(
            _("Et forslag på fem ord: {words}").format(
                words=unlocking.suggest_passphrase(secrets.SystemRandom().randint)
            )
        )
    secret = new_passphrase(setting)
    workspace, code = unlocking.create(setting.folder, secret, clock=setting.clock, ids=setting.ids)
    secret.wipe()
    with workspace:
        answer = {"vault_id": workspace.vault_id, "recovery_code": code}
        if setting.as_json or not setting.terminal:
            setting.answer(answer, [code])
            setting.tell(_("Det er nødkoden. Den vises kun nu; læg den et sikkert sted."))
        else:
            hand_over(setting, code)
            setting.tell(_("Boksen er lavet. Tilmeld maskinen med: fieldtui enrol URL --code KODE"))
        unlocking.confirm_code(workspace)


def enrol(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help=_("Adressen, som kontoret har givet dig."))],
    code: Annotated[str, typer.Option("--code", metavar="CODE", help=_("Koden; den gælder i 15 minutter."))],
    device_name: Annotated[
        str | None, typer.Option("--device-name", help=_("Hvad kontoret skal kalde maskinen; ellers dens eget navn."))
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, max=3600, metavar="S", help=_("Vent så mange sekunder på godkendelsen."))
    ] = 900,
    ca: Annotated[Path | None, typer.Option("--ca", metavar="FILE", help=_("Kontorets certifikat (PEM)."))] = None,
    proxy: Annotated[
        str | None, typer.Option("--proxy", metavar="URL", help=_("Proxyen på vejen: http://navn:port."))
    ] = None,
) -> None:
    """Tie this device to the central system."""
    setting = setting_of(context)
    if ca is not None and not ca.is_file():
        raise BadUsage(_("Certifikatfilen {file} findes ikke.").format(file=ca))
    name = clean(device_name or platform.node() or "fieldtui", limit=_LONGEST_NAME).strip() or "fieldtui"

    def show_words(words: tuple[str, ...]) -> None:
        setting.tell(_("Sammenlign ordene med dem, kontoret ser: {words}").format(words=" ".join(words)))
        setting.tell(_("Venter på godkendelse …"))

    with opened(setting) as workspace:
        person = workspace.enrolment.enrol(
            url, code, device_name=name, on_words=show_words, wait_seconds=wait, ca_file=ca, proxy=proxy
        )
        status = workspace.status()
        setting.answer(
            {"device_id": status.device_id, "consultant": person.model_dump(mode="json")},
            [_("Maskinen er tilmeldt for {name} ({initials}).").format(name=person.name, initials=person.initials)],
        )
        key = workspace.shutout.key
        if key is not None:
            setting.tell(_("Kontorets nøgle til nødsituationer: {words}").format(words=" ".join(key.words)))
        setting.tell(_("Hent borgerne med: fieldtui sync"))
