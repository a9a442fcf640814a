"""`vault erase`: destroy what is on this machine, in an emergency or before it is handed in."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.errors import BadFile, BadUsage, NoVault
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.services import erasing, unlocking


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("erase", help=_("Slet boksen for altid. Kræver ingen adgangssætning, men ordet SLET."))(erase)


def erase(
    context: typer.Context,
    push_first: Annotated[
        bool, typer.Option("--push-first", help=_("Åbn boksen, og send det, der venter, før den slettes."))
    ] = False,
    word: Annotated[
        str | None, typer.Option("--word", metavar="SLET", help=_("Ordet SLET; ellers spørges der på terminalen."))
    ] = None,
) -> None:
    """Destroy the vault after a typed word."""
    setting = setting_of(context)
    if unlocking.vault_state(setting.folder) is unlocking.VaultState.MISSING:
        raise NoVault(str(setting.folder))
    if word is not None:
        erasing.require_word(word)
    else:
        _ask(setting, push_first=push_first)
    try:
        if push_first:
            with opened(setting) as workspace:
                erased = erasing.push_then_erase(workspace)
        else:
            erased = erasing.erase(setting.folder)
    except OSError as error:
        raise BadFile(str(error.filename or setting.folder), None, _("Filen kan ikke slettes. Prøv igen.")) from None
    setting.answer(
        {
            "erased": True,
            "device_secret": erased.device_secret,
            "backups": erased.backups,
            "exports": erased.exports,
            "sealed": list(erased.sealed),
        },
        _told(erased),
    )


def _ask(setting: Setting, *, push_first: bool) -> None:
    """Say what is lost, and wait for the word.

    Raises:
        BadUsage: There is no terminal, or another word was typed; nothing was touched.
    """
    if not setting.terminal:
        raise BadUsage(_("Der er ingen terminal at spørge på. Skriv --word {word}.").format(word=erasing.WORD))
    setting.tell(
        _("Boksen i {folder} slettes for altid: notater, borgere, kladder og sikkerhedskopier på maskinen.").format(
            folder=setting.folder
        )
    )
    if push_first:
        setting.tell(_("Det, der venter, sendes først. Kan det ikke sendes, slettes intet."))
    else:
        setting.tell(
            _(
                "Det, der ikke er sendt til kontoret, går tabt. Uden adgangssætningen kan det ikke tælles; se --push-first."
            )
        )
    erasing.require_word(str(typer.prompt(_("Skriv {word} for at slette").format(word=erasing.WORD), err=True)))


def _told(erased: erasing.Erased) -> list[str]:
    lines = [
        _("Boksen er slettet. Sikkerhedskopier: {backups}. Lister: {exports}.").format(
            backups=erased.backups, exports=erased.exports
        )
    ]
    if erased.device_secret == "left":  # noqa: S105  a word, no secret
        lines.append(
            _("Maskinens hemmelighed ligger stadig i systemets nøglering, som ikke svarede. Alene åbner den intet.")
        )
    if erased.sealed:
        lines.append(
            _("Tilbage ligger {count} filer, som kun kontoret kan åbne: {names}").format(
                count=len(erased.sealed), names=", ".join(erased.sealed)
            )
        )
    lines.append(_("Lister, du har gemt andre steder, skal du selv slette. Sig til kontoret, at maskinen er slettet."))
    return lines
