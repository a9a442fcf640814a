"""Making and unlocking a vault: the way from a folder and a secret to a workspace. Recovering one: `recovering`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldtui.base.clock import Clock
from fieldtui.base.errors import TooSoon, Unreachable
from fieldtui.base.ids import IdSource
from fieldtui.services.binding import about
from fieldtui.services.distrusted import how_it_was, read_only, report, taken_as_it_is
from fieldtui.services.organisationslot import keep_organisation_slot
from fieldtui.services.workspace import OWED, Workspace
from fieldtui.store import MetaKey
from fieldtui.store.lease import see_clock
from fieldtui.vault import (
    CHEAPEST,
    STANDARD,
    KdfCost,
    OpenVault,
    Secret,
    VaultState,
    change_passphrase,
    check_strength,
    create_vault,
    open_vault,
    renew_recovery_code,
    suggest_passphrase,
    suggestion_bits,
    vault_state,
)
from fieldtui.vault.sqlcipher import cipher_version
from fieldtui.vault.throttle import Throttle

if TYPE_CHECKING:
    import httpx2

__all__ = [
    "CHEAPEST",
    "STANDARD",
    "KdfCost",
    "Secret",
    "VaultState",
    "accept",
    "check_strength",
    "cipher_version",
    "code_confirmed",
    "confirm_code",
    "create",
    "new_code",
    "new_passphrase",
    "open_workspace",
    "read_only",
    "suggest_passphrase",
    "suggestion_bits",
    "unlock",
    "vault_state",
]


def create(
    folder: Path, passphrase: Secret, *, clock: Clock, ids: IdSource, kdf: KdfCost = STANDARD
) -> tuple[Workspace, str]:
    """Make a vault and open it.

    Returns:
        The workspace, and the recovery code, which is shown once and stored nowhere.

    Raises:
        VaultExists: There is a vault already; it was not touched.
        FolderRefused: The folder is synced to a cloud, on a network share, or open to everybody.
        PassphraseTooWeak: Too short or too well known.
        DiskFull: No room; nothing is left behind.
    """
    vault, code = create_vault(folder, passphrase, clock=clock, kdf=kdf)
    return open_workspace(vault, "create", clock=clock, ids=ids), code


def unlock(
    folder: Path, passphrase: Secret, *, clock: Clock, ids: IdSource, via: httpx2.BaseTransport | None = None
) -> Workspace:
    """Open the vault in a folder; written to the access log.

    Args:
        folder: The data folder.
        passphrase: Stays the caller's, to wipe.
        clock: The device's.
        ids: For what is made in it.
        via: Another way than by its address to the central system, which is asked only where it has shut this device out.

    Raises:
        NoVault, NewerVault: None there, or one made by a newer fieldtui.
        WrongPassphrase, TooSoon: It stays shut.
        HeaderDamaged, HeaderTampered, DatabaseDamaged, DatabaseMissing, RolledBack, ChangedSinceLock: Nothing was changed.
        Revoked: The central system has shut this device out, and still does or cannot be asked; the vault was closed again.
        Wiped: An order of the organisation was carried out; there is no vault any more.
        Busy, DiskFull: Another fieldtui has it to itself, or there is no room.
    """
    failures = Throttle(folder, clock).failures
    vault = open_vault(folder, passphrase, clock=clock)
    return open_workspace(vault, "unlock", clock=clock, ids=ids, failures=failures, via=via)


def seconds_to_wait(folder: Path, clock: Clock) -> float:
    """How long failures before now make the next try wait; 0.0 where it may be made at once."""
    try:
        Throttle(folder, clock).check()
    except TooSoon as error:
        return float(error.seconds)
    return 0.0


def accept(folder: Path, passphrase: Secret, reason: str, *, clock: Clock, ids: IdSource) -> Workspace:
    """Take a vault as it is that is whole, but older than this machine remembers or not the file that was sealed.

    From now on it is the newest; that, what was found, and the reason stand in the access log.

    Args:
        folder: The data folder.
        passphrase: Stays the caller's, to wipe.
        reason: As the person typed it.
        clock: The device's.
        ids: For what is made in it.

    Raises:
        As `unlock`, but for RolledBack and ChangedSinceLock.
    """
    failures = Throttle(folder, clock).failures
    vault = taken_as_it_is(folder, passphrase, clock=clock)
    workspace = open_workspace(vault, "unlock", clock=clock, ids=ids, failures=failures)
    try:
        workspace.store.audit("vault.accept", reason=reason)
    except BaseException:
        workspace.close()
        raise
    return workspace


def new_passphrase(workspace: Workspace, new: Secret, *, kdf: KdfCost = STANDARD) -> None:
    """Give an unlocked vault a new passphrase; the old one opens nothing afterwards. A vault that is bound stays bound.

    Raises:
        PassphraseTooWeak: Too short or too well known; who has the machine and where they work does not count.
        DeviceStoreShut: The vault is bound, and the store is locked or gone; the old passphrase stays.
        DiskFull: The old passphrase stays.
    """
    change_passphrase(workspace.store.vault, new, kdf=kdf, about=about(workspace.context))
    workspace.store.audit("passphrase")


def new_code(workspace: Workspace, *, clock: Clock) -> str:
    """Give an unlocked vault a new recovery code; the old one opens nothing afterwards. Written to the access log.

    Returns:
        The new code, which is shown once and stored nowhere; it is not confirmed.

    Raises:
        DiskFull, Busy: No code is shown. The old one may be dead already, where only the log could not be written;
            call again for a new one.
    """
    workspace.store.set_meta(MetaKey.RECOVERY_CONFIRMED, OWED)
    code = renew_recovery_code(workspace.store.vault, clock=clock)
    workspace.store.audit("recovery_code")
    return code


def confirm_code(workspace: Workspace) -> None:
    """Remember that the recovery code is in somebody's hands, so that no start offers a new one.

    Raises:
        DiskFull, Busy: It is not remembered.
    """
    with workspace.store.transaction():
        workspace.store.set_meta(MetaKey.RECOVERY_CONFIRMED, "1")
        workspace.store.audit("recovery_code.confirmed")


def code_confirmed(workspace: Workspace) -> bool:
    """True once `confirm_code` was called for the recovery code in force."""
    return workspace.store.meta(MetaKey.RECOVERY_CONFIRMED) == "1"


def _ask_again(workspace: Workspace, via: httpx2.BaseTransport | None) -> None:
    """A device that was shut out opens only once the central system has answered it as it answers any other.

    Raises:
        Revoked: It still is, or nobody answers, or it is wiped.
    """
    # The network and its keys are loaded only by who needs them.
    from fieldtui.services.shutout import Shutout
    from fieldtui.services.syncing import Syncing

    shutout = Shutout(workspace.context)
    if shutout.ordered:
        raise shutout.carry_out()
    try:
        with Syncing(workspace.context, via=via).asking() as transport:
            answer = transport.get("/v1/changes?limit=3")
    except Unreachable:
        raise shutout.revoked() from None
    if answer.problem is not None:
        # Anybody may have said it: of problems only some must be signed. A page is proven, or it does not come here.
        raise shutout.revoked()
    shutout.let_in()


def open_workspace(
    vault: OpenVault,
    action: str,
    *,
    clock: Clock,
    ids: IdSource,
    failures: int = 0,
    via: httpx2.BaseTransport | None = None,
) -> Workspace:
    """A workspace over an open vault; a failed try could not be logged while the vault was shut, so it is now.

    Args:
        vault: Closed where this fails.
        action: What the access log says of how it was opened.
        clock: The device's.
        ids: For what is made in it.
        failures: How many tries failed before.
        via: As `unlock`.

    Raises:
        Revoked, Wiped, Busy, DiskFull: As `unlock`.
    """
    try:
        workspace = Workspace(vault, clock=clock, ids=ids)
        if workspace.store.meta(MetaKey.LOCKED_REASON) or workspace.store.meta(MetaKey.WIPE_ORDER):
            _ask_again(workspace, via)
        if failures:
            workspace.store.audit("unlock.failed", detail=str(failures))
        workspace.store.audit(action, detail=None if action == "create" else how_it_was(workspace))
        report(workspace)
        see_clock(workspace.store)
        keep_organisation_slot(workspace.context)
        workspace.exports.sweep()
    except BaseException:
        vault.close()
        raise
    return workspace
