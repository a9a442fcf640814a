"""Open the vault for the length of one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fieldtui.base.errors import NoVault
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
        yield workspace
    finally:
        workspace.close()
