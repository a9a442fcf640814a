"""`vault recover`: into the vault without its passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from fieldtui.base.errors import BadFile, BadUsage, NoPassphrase, NoVault
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _
from fieldtui.cli.passphrase import asked, new_passphrase, read_file
from fieldtui.cli.recoverycode import give_code
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.services import recovering, unlocking

_LARGEST_ANSWER: Final = 8_192


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command("recover", help=_("Åbn med nødkoden eller kontorets hjælp; giver ny adgangssætning og ny nødkode."))(
        recover
    )


def recover(
    context: typer.Context,
    code_file: Annotated[
        Path | None, typer.Option("--code-file", metavar="FILE", help=_("Fil med nødkoden; ellers spørges der."))
    ] = None,
    organisation: Annotated[
        bool, typer.Option("--organisation", help=_("Uden nødkode: med kontorets hjælp, i to trin."))
    ] = False,
    request: Annotated[
        Path | None, typer.Option("--request", metavar="FILE", help=_("Trin 1: skriv en anmodning til kontoret."))
    ] = None,
    answer: Annotated[
        Path | None, typer.Option("--answer", metavar="FILE", help=_("Trin 2: åbn med kontorets svar."))
    ] = None,
) -> None:
    """Open the vault with its recovery code, or with the office's help."""
    setting = setting_of(context)
    if unlocking.vault_state(setting.folder) is unlocking.VaultState.MISSING:
        raise NoVault(str(setting.folder))
    if organisation:
        if (request is None) == (answer is None) or code_file is not None:
            raise BadUsage(_("Vælg ét trin: --organisation --request FIL eller --organisation --answer FIL."))
        if request is not None:
            _ask_office(setting, request)
        elif answer is not None:
            _with_answer(setting, answer)
        return
    if request is not None or answer is not None:
        raise BadUsage(_("--request og --answer hører sammen med --organisation."))
    _with_code(setting, code_file)


def _with_code(setting: Setting, code_file: Path | None) -> None:
    if code_file is None and not setting.terminal:
        raise NoPassphrase
    code = read_file(code_file) if code_file is not None else asked(_("Nødkode: "))
    secret = new_passphrase(setting)
    workspace, new_code = recovering.recover(
        setting.folder, code.reveal(), secret, clock=setting.clock, ids=setting.ids
    )
    code.wipe()
    secret.wipe()
    with workspace:
        give_code(setting, workspace, new_code)


def _ask_office(setting: Setting, file: Path) -> None:
    asked_for = recovering.ask_office(setting.folder, clock=setting.clock)
    path = file.expanduser().absolute()
    try:
        write_atomically(path, asked_for.data())
    except OSError:
        raise BadFile(str(path), None, _("Filen kan ikke skrives.")) from None
    words = " ".join(asked_for.words)
    setting.answer(
        {"file": str(file), "vault_id": asked_for.vault_id, "kid": asked_for.slot.kid, "words": list(asked_for.words)},
        [_("Ord: {words}").format(words=words)],
    )
    setting.tell(
        _(
            "Anmodningen ligger i {file}. Bring den til kontoret, og læs ordene op for dem; de skal stå hos begge. "
            "Med deres svar: fieldtui vault recover --organisation --answer FIL"
        ).format(file=file)
    )


def _with_answer(setting: Setting, file: Path) -> None:
    path = file.expanduser().absolute()
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_ANSWER + 1)
    except OSError:
        raise BadFile(str(path), None, _("Den kan ikke læses.")) from None
    secret = new_passphrase(setting)
    workspace, new_code = recovering.recover_with_answer(
        setting.folder, data, secret, clock=setting.clock, ids=setting.ids
    )
    secret.wipe()
    with workspace:
        give_code(setting, workspace, new_code)
