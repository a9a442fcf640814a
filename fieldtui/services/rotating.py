"""New keys for a vault whose passphrase may be known to somebody."""

from __future__ import annotations

import sqlite3

from fieldtui.base.clock import Clock
from fieldtui.base.errors import Busy, DatabaseDamaged, DiskFull
from fieldtui.base.ids import IdSource
from fieldtui.base.log import event
from fieldtui.services.binding import about
from fieldtui.services.organisationslot import trusted_key
from fieldtui.services.unlocking import open_workspace
from fieldtui.services.workspace import OWED, Workspace
from fieldtui.store import MetaKey, accesslog
from fieldtui.store.copies import backups_of
from fieldtui.vault import STANDARD, KdfCost, Secret
from fieldtui.vault.rotating import rotate_vault

BEGUN = "begun"


def rotate(
    workspace: Workspace, new: Secret, *, clock: Clock, ids: IdSource, kdf: KdfCost = STANDARD
) -> tuple[Workspace, str, bool]:
    """Write a vault anew under a new key, with a new passphrase and a new recovery code; the old ones open nothing here.

    Everything in it stays, and so does this machine's tie to the office. Its backups are replaced by a new one. What
    somebody copied before still opens with the old secrets, and so does the key that this machine signs with: where the
    old passphrase was in wrong hands together with the files, the office should shut the machine out and enrol it anew.

    Args:
        workspace: Closed afterwards, but where nothing was changed.
        new: Stays the caller's, to wipe.
        clock: The device's.
        ids: For what is made in it.
        kdf: What a guess at the passphrase costs.

    Returns:
        The workspace under its new key, the new recovery code, which is not confirmed, and whether the old backups are gone.

    Raises:
        PassphraseTooWeak, DeviceStoreShut: Nothing was changed.
        Busy, DatabaseDamaged, LogBroken, DiskFull: The old secrets go on opening the old file.
    """
    store = workspace.store
    workspace.store.verify_log()
    with store.transaction():
        store.set_meta(MetaKey.RECOVERY_CONFIRMED, OWED)
        store.audit("rotate", detail=BEGUN)
    head = store.vault.audit_head

    def verify(connection: sqlite3.Connection, key: bytes) -> None:
        accesslog.verify(connection, key, anchored_seq=head.seq, anchored_mac=head.mac)

    vault, code = rotate_vault(
        store.vault,
        new,
        clock=clock,
        verify=verify,
        organisation=trusted_key(workspace.context),
        kdf=kdf,
        about=about(workspace.context),
    )
    workspace.close()
    renewed = open_workspace(vault, "rotate", clock=clock, ids=ids)
    return renewed, code, _renew_backups(renewed)


def _renew_backups(workspace: Workspace) -> bool:
    """One backup under the new key in place of all those under the old one; False where those are still there."""
    try:
        backups_of(workspace.store).renew("rotation")
    except (Busy, DatabaseDamaged, DiskFull) as error:
        event("vault.backups_not_renewed", cause=type(error).__name__)
        return False
    workspace.store.audit("backup", detail="rotation")
    return True
