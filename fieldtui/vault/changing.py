"""Changing what opens a vault: its passphrase, its recovery code, and the way in by that code."""

from __future__ import annotations

from pathlib import Path

from fieldtui.base.clock import Clock
from fieldtui.base.errors import WrongPassphrase, WrongRecoveryCode
from fieldtui.base.log import event
from fieldtui.vault.devicesecret import SecretStore, binding_of, forget_unused, store_named
from fieldtui.vault.header import Header
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.keys import LABEL_RECOVERY, STANDARD, KdfCost, derive
from fieldtui.vault.openvault import OpenVault
from fieldtui.vault.passphrase import check_strength
from fieldtui.vault.recovery import read_code
from fieldtui.vault.secret import Secret, wipe
from fieldtui.vault.slots import new_passphrase_slot, new_recovery_slot, open_recovery_slot
from fieldtui.vault.throttle import Throttle, counted


def open_with_code(folder: Path, code: str, *, clock: Clock) -> OpenVault:
    """Open a vault with its recovery code. Nothing is changed by it: `renew_secrets` comes next.

    Raises:
        WrongRecoveryCode: Mistyped (not counted as a failed try), or another vault's.
        TooSoon, NoVault, NewerVault, HeaderDamaged, HeaderTampered, DatabaseMissing, DatabaseDamaged,
        DiskFull, Busy, FolderRefused: As `open_vault`.
    """
    files = HeaderFiles(folder / "vault")
    files.candidates()
    secret = read_code(code)
    wrapping_key = derive(secret, LABEL_RECOVERY)
    wipe(secret)
    try:
        with counted(Throttle(folder, clock)):
            vault_key = files.unlock(lambda header: open_recovery_slot(header, wrapping_key))
    except WrongPassphrase as error:
        raise WrongRecoveryCode from error
    finally:
        wipe(wrapping_key)
    return OpenVault(folder, vault_key)


def renew_secrets(
    vault: OpenVault, new_passphrase: Secret, *, clock: Clock, kdf: KdfCost = STANDARD, about: tuple[str, ...] = ()
) -> str:
    """Give an open vault a new passphrase and a new recovery code at once; the old ones open nothing afterwards.

    The new passphrase is bound to no device secret: the machine's store may be why somebody recovers.

    Returns:
        The new recovery code, which is shown once and stored nowhere.

    Raises:
        PassphraseTooWeak: The new passphrase.
        DiskFull: No room; the old ones stay.
    """
    check_strength(new_passphrase, about=about)
    new_code = ""
    before: list[Header] = []

    def replace(header: Header, key: bytearray) -> dict[str, object]:
        nonlocal new_code
        before.append(header)
        passphrase_slot = new_passphrase_slot(header.vault_id, key, new_passphrase, kdf)
        recovery_slot, new_code = new_recovery_slot(header.vault_id, key, clock)
        kept = (slot for slot in header.slots if slot.type not in {"passphrase", "recovery"})
        return {"slots": (passphrase_slot, recovery_slot, *kept)}

    vault.change_header(replace)
    _forget_unused(vault, before[0])
    event("vault.recovered")
    return new_code


def recover_vault(
    folder: Path, code: str, new_passphrase: Secret, *, clock: Clock, kdf: KdfCost = STANDARD
) -> tuple[OpenVault, str]:
    """Open a vault with its recovery code, and give it a new passphrase and a new code.

    The old passphrase and the old code open nothing afterwards.

    Returns:
        The open vault and the new recovery code.

    Raises:
        WrongRecoveryCode: Mistyped (not counted as a failed try), or another vault's.
        PassphraseTooWeak: The new passphrase; checked before anything else.
        TooSoon, NoVault, NewerVault, HeaderDamaged, HeaderTampered, DatabaseMissing, DatabaseDamaged,
        DiskFull, Busy, FolderRefused: As `open_vault`.
    """
    check_strength(new_passphrase)
    vault = open_with_code(folder, code, clock=clock)
    try:
        return vault, renew_secrets(vault, new_passphrase, clock=clock, kdf=kdf)
    except BaseException:
        vault.close()
        raise


def change_passphrase(vault: OpenVault, new: Secret, *, kdf: KdfCost = STANDARD, about: tuple[str, ...] = ()) -> None:
    """Give an open vault a new passphrase; the old one opens nothing afterwards. A vault that is bound stays bound.

    The vault key stays the same: whoever kept a copy of the old files *and* knows the old passphrase
    (and has the old device secret) can still read that copy. The recovery code stays the same too.

    Args:
        vault: The open vault.
        new: Stays the caller's, to wipe.
        kdf: What a guess costs.
        about: Words that do not count towards its strength.

    Raises:
        PassphraseTooWeak: Too short or too well known.
        DeviceStoreShut: The vault is bound, and its store is locked or gone; the old passphrase stays.
        DiskFull: No room; the old passphrase stays.
    """
    name = vault.borrow(lambda header, _key: binding_of(header))
    store = None if name is None else store_named(name, vault.folder)
    _put_passphrase(vault, new, store, kdf, about)
    event("vault.passphrase_changed")


def bind_vault(
    vault: OpenVault,
    passphrase: Secret,
    store: SecretStore,
    *,
    kdf: KdfCost = STANDARD,
    about: tuple[str, ...] = (),
) -> None:
    """Let an open vault's passphrase need this machine's secret besides; the recovery code and the organisation do not.

    Args:
        vault: The open vault.
        passphrase: What opens it from now on, with the secret; stays the caller's.
        store: Where the secret is kept.
        kdf: What a guess costs.
        about: Words that do not count towards its strength.

    Raises:
        PassphraseTooWeak: Under 8 characters and under three words, or too well known.
        DeviceStoreShut: The store is locked or not there; nothing was changed.
        DiskFull: No room; nothing was changed.
    """
    _put_passphrase(vault, passphrase, store, kdf, about)
    event("vault.bound", store=store.name)


def unbind_vault(vault: OpenVault, passphrase: Secret, *, kdf: KdfCost = STANDARD, about: tuple[str, ...] = ()) -> None:
    """Let a passphrase alone open an open vault, which therefore must be a long one again.

    Raises:
        PassphraseTooWeak: Too short or too well known to do without a device secret.
        DiskFull: No room; nothing was changed.
    """
    _put_passphrase(vault, passphrase, None, kdf, about)
    event("vault.unbound")


def _put_passphrase(
    vault: OpenVault, new: Secret, store: SecretStore | None, kdf: KdfCost, about: tuple[str, ...]
) -> None:
    check_strength(new, about=about, bound=store is not None)
    before: list[Header] = []

    def replace(header: Header, key: bytearray) -> dict[str, object]:
        before.append(header)
        kept = (slot for slot in header.slots if slot.type != "passphrase")
        return {"slots": (new_passphrase_slot(header.vault_id, key, new, kdf, store), *kept)}

    vault.change_header(replace)
    _forget_unused(vault, before[0])


def _forget_unused(vault: OpenVault, before: Header) -> None:
    """The secrets of slots that are gone; the new one's was kept before the header was written, so a kill loses none."""
    vault.borrow(lambda header, _key: forget_unused(before, header, vault.folder))


def renew_recovery_code(vault: OpenVault, *, clock: Clock) -> str:
    """Give an open vault a new recovery code; the old one opens nothing afterwards. The passphrase stays the same.

    Whoever kept a copy of the old files *and* has the old code can still read that copy.

    Args:
        vault: The open vault.
        clock: Dates the new slot.

    Returns:
        The new recovery code, which is shown once and stored nowhere.

    Raises:
        DiskFull: No room; the old code stays.
    """
    new_code = ""

    def replace(header: Header, key: bytearray) -> dict[str, object]:
        nonlocal new_code
        recovery_slot, new_code = new_recovery_slot(header.vault_id, key, clock)
        kept = (slot for slot in header.slots if slot.type != "recovery")
        return {"slots": (*kept, recovery_slot)}

    vault.change_header(replace)
    event("vault.recovery_code_renewed")
    return new_code
