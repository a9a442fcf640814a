"""Open the vault for the length of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fieldtui.base.errors import NoVault
from fieldtui.base.i18n import _
from fieldtui.cli.passphrase import passphrase
from fieldtui.cli.setting import Setting
from fieldtui.services import unlocking
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
def opened(setting: Setting) -> Iterator[Workspace]:
    """The workspace of the setting's vault, closed again whatever happens.

    A folder without a vault is told before anybody is asked for a passphrase.

    Raises:
        NoVault: There is none.
    """
    secret = passphrase_for(setting)
    try:
        workspace = unlocking.unlock(setting.folder, secret, clock=setting.clock, ids=setting.ids)
    finally:
        secret.wipe()
    try:
        _remind(setting, workspace)
        yield workspace
    finally:
        workspace.close()


def _remind(setting: Setting, workspace: Workspace) -> None:
    """Say on stderr that it is time for a sync, before it is too late to write."""
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
