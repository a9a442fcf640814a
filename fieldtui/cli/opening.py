"""Open the vault for the length of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fieldtui.base.errors import Busy, FieldtuiError, NoVault
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.cli.passphrase import passphrase
from fieldtui.cli.setting import Setting
from fieldtui.domain.calendar import written
from fieldtui.services import unlocking
from fieldtui.services.backing import Backing
from fieldtui.services.workspace import Workspace


def passphrase_for(setting: Setting) -> unlocking.Secret:
    """The passphrase of the setting's vault; wipe it.

    Raises:
        NoVault: There is none.
    """
    if unlocking.vault_state(setting.folder) is unlocking.VaultState.MISSING:
        raise NoVault(str(setting.folder))
    return passphrase(setting)


@contextmanager
def opened(setting: Setting, given: unlocking.Secret | None = None) -> Iterator[Workspace]:
    """The workspace of the setting's vault, closed again whatever happens; the first command of a day backs it up.

    A folder without a vault is told before anybody is asked for a passphrase.

    Args:
        setting: Where the vault is, and where its passphrase comes from.
        given: The passphrase, where the caller has asked for it and needs it once more; stays the caller's, to wipe.

    Raises:
        NoVault: There is none.
    """
    secret = passphrase_for(setting) if given is None else given
    try:
        unlock = unlocking.read_only if setting.read_only else unlocking.unlock
        workspace = unlock(setting.folder, secret, clock=setting.clock, ids=setting.ids)
    finally:
        if given is None:
            secret.wipe()
    try:
        if setting.read_only:
            setting.tell(workspace.store.reading_only or "")
        else:
            _remind(setting, workspace)
        yield workspace
        _back_up(setting, workspace)
    finally:
        workspace.close()


def _back_up(setting: Setting, workspace: Workspace) -> None:
    """Make today's backup where it is due, once the command is done; say once a day where it cannot be made."""
    if not workspace.store.vault.is_open or workspace.store.vault.read_only:
        return
    backing = Backing(workspace.context)
    try:
        backing.daily()
    except Busy:
        event("backup.waits")  # another fieldtui is at it
    except FieldtuiError as error:
        if backing.tell_of_failure():
            setting.tell(_("Dagens sikkerhedskopi kunne ikke laves. {why}").format(why=explain(error)))


def _remind(setting: Setting, workspace: Workspace) -> None:
    """Say on stderr that somebody recovered the vault, and that it is time for a sync before it is too late to write."""
    # A script's stderr may reach nobody: there, the person is told again.
    recovered = workspace.recovery_notice(told=setting.terminal)
    if recovered is not None:
        setting.tell(recovered)
    for left in workspace.exports.lying_about():
        setting.tell(
            _(
                "En fil med alt om en borger har ligget uden segl siden den {day}. Slet den, når den er brugt: {file}"
            ).format(day=written(left.made_at.date()), file=left.file)
        )
    lease = workspace.lease
    if not lease.warned:
        return
    if lease.turned_back:
        said = _("Maskinens ur er stillet tilbage siden sidst. Der kan kun læses, til du har synket. Intet er tabt.")
    elif lease.over:
        said = _("Der er gået for lang tid siden sidste synk. Der kan kun læses, til du har synket. Intet er tabt.")
    elif lease.days_left == 1:
        said = _("Det er længe siden, du har synket. Om 1 dag kan der kun læses. Synk, når der er net.")
    else:
        said = _("Det er længe siden, du har synket. Om {count} dage kan der kun læses. Synk, når der er net.").format(
            count=lease.days_left
        )
    setting.tell(said)
