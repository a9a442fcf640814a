"""A vault that is not as it should be: reading on from it, taking it as it is, and reporting what was found."""

from __future__ import annotations

from pathlib import Path

from fieldtui.base.clock import Clock
from fieldtui.base.errors import LogBroken, Revoked
from fieldtui.base.ids import IdSource
from fieldtui.base.log import event
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.vault import OpenVault, Secret, open_vault, read_vault


def read_only(folder: Path, passphrase: Secret, *, clock: Clock, ids: IdSource) -> Workspace:
    """Open a vault to read only, whatever is wrong with it as long as its pages are sound; the vault itself is not touched.

    Nothing can be changed, synced or exported in it. That it was read so is remembered outside the folder, and written to
    the access log when the vault next opens in order.

    Raises:
        NoVault, NewerVault, WrongPassphrase, TooSoon, HeaderDamaged, DatabaseMissing, DatabaseDamaged, Busy, DiskFull,
        FolderRefused: There is nothing to read, or not now.
        Revoked: The central system has shut this device out.
    """
    vault = read_vault(folder, passphrase, clock=clock)
    try:
        workspace = Workspace(vault, clock=clock, ids=ids)
        if workspace.store.meta(MetaKey.LOCKED_REASON) or workspace.store.meta(MetaKey.WIPE_ORDER):
            raise Revoked
        workspace.store.audit("unlock", detail="read-only")
    except BaseException:
        vault.close()
        raise
    return workspace


def taken_as_it_is(folder: Path, passphrase: Secret, *, clock: Clock) -> OpenVault:
    """Open a vault that is whole, but older than this machine remembers or not the file that was sealed.

    From then on it is the newest. Written to the access log by who makes a workspace of it (`unlocking.accept`).

    Raises:
        As `open_vault`, but for RolledBack and ChangedSinceLock.
    """
    return open_vault(folder, passphrase, clock=clock, accept=True)


def how_it_was(workspace: Workspace) -> str | None:
    """What the entry about an unlock says of the vault's state: `dirty`, `no-anchor`, both, or `None`."""
    vault = workspace.store.vault
    words = [*(["dirty"] if vault.dirty_start else []), *([] if vault.anchored else ["no-anchor"])]
    return " ".join(words) or None


def report(workspace: Workspace) -> None:
    """Write to the access log what was found wrong since the vault was last open, so that it goes up with the next sync.

    After a crash the whole log is proven too. One that is broken shuts nobody out; `fieldtui log verify` names the entry.

    Raises:
        DiskFull, Busy: It is reported the next time.
    """
    vault = workspace.store.vault
    if vault.dirty_start:
        try:
            workspace.store.verify_log()
        except LogBroken as broken:
            event("vault.log_broken", entry=broken.entry)
            workspace.store.audit("vault.found", detail=f"LogBroken/{broken.entry}")
    if vault.found:
        workspace.store.audit("vault.found", detail=vault.found)
        vault.forget_found()
