"""`vault check|passphrase|recover`: the vault itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import DatabaseDamaged, NoPassphrase, NoVault
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.passphrase import asked, new_passphrase, read_file
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.services import unlocking

app = typer.Typer(help=_("Boksen selv: prøv den, skift adgangssætning, åbn med nødkoden."), rich_markup_mode=None)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    root.add_typer(app, name="vault")


@app.command("check", help=_("Læs og prøv hver side i databasen."))
def check(context: typer.Context) -> None:
    """Prove every page's integrity."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        report = workspace.check_vault()
        setting.answer(
            {"ok": report.ok, "pages": report.pages, "problems": list(report.problems)},
            [_("{pages} sider er læst. Alt er i orden.").format(pages=report.pages)] if report.ok else report.problems,
        )
    if not report.ok:
        raise DatabaseDamaged


@app.command("passphrase", help=_("Skift adgangssætningen; den gamle åbner ikke mere."))
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


@app.command("recover", help=_("Åbn med nødkoden; giver en ny adgangssætning og en ny nødkode."))
def recover(
    context: typer.Context,
    code_file: Annotated[
        Path | None, typer.Option("--code-file", metavar="FILE", help=_("Fil med nødkoden; ellers spørges der."))
    ] = None,
) -> None:
    """Open the vault with its recovery code."""
    setting = setting_of(context)
    if unlocking.vault_state(setting.folder) is unlocking.VaultState.MISSING:
        raise NoVault(str(setting.folder))
    if code_file is None and not setting.terminal:
        raise NoPassphrase
    code = read_file(code_file) if code_file is not None else asked(_("Nødkode: "))
    secret = new_passphrase(setting)
    workspace, new_code = unlocking.recover(setting.folder, code.reveal(), secret, clock=setting.clock, ids=setting.ids)
    code.wipe()
    secret.wipe()
    with workspace:
        setting.answer({"vault_id": workspace.vault_id, "recovery_code": new_code}, [new_code])
        setting.tell(_("Det er den nye nødkode. Den vises kun nu; den gamle åbner ikke mere."))


@app.command(
    "organisation-key", help=_("Vis kontorets nøgle til nødsituationer; --confirm, når ordene er sammenlignet.")
)
def organisation_key(
    context: typer.Context,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="ORD", help=_("De seks ord, som kontoret siger dem, i anførselstegn.")),
    ] = None,
) -> None:
    """Print the words of the organisation's key; confirm a key that came with a sync."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        shutout = workspace.shutout
        if confirm is not None:
            shutout.confirm_key(tuple(confirm.lower().split()))
        key = shutout.key
        words = [] if key is None else list(key.words)
        lines = [_("Ord: {words}").format(words=" ".join(words))] if words else []
        setting.answer(
            {
                "kid": None if key is None else key.kid,
                "words": words,
                "obeyed": shutout.obeys,
                "refused": shutout.refused_key,
            },
            lines,
        )
        if key is None:
            setting.tell(_("Kontoret har ikke sat en nøgle endnu. Spærres maskinen, beholder den alt selv."))
        elif not shutout.obeys:
            setting.tell(
                _('Sammenlign ordene med kontoret, og bekræft dem: fieldtui vault organisation-key --confirm "ORD"')
            )
        if shutout.refused_key is not None:
            setting.tell(_("Kontoret tilbyder en anden nøgle, som den gamle ikke står inde for. Ring til IT."))


def _without_file(setting: Setting) -> Setting:
    """The same setting, whose passphrase file is the old one's and not the new one's."""
    from dataclasses import replace

    return replace(setting, passphrase_file=None)
