"""Making and opening a vault."""

from __future__ import annotations

import contextlib
import enum
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Final

from fieldtui.base.clock import Clock
from fieldtui.base.errors import FieldtuiError, NewerVault, NoVault, VaultExists, WrongPassphrase
from fieldtui.base.files import make_private_folder, sync_folder
from fieldtui.base.log import event
from fieldtui.vault.database import NAME, SMALLEST, CheckReport, create_database, room_on_disk, seal_of
from fieldtui.vault.erasing import finish_erasing
from fieldtui.vault.folders import refuse_unfit
from fieldtui.vault.header import DatabasePart, Header, HeaderAuditHead
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.keys import STANDARD, KdfCost, new_vault_key
from fieldtui.vault.openvault import OpenVault
from fieldtui.vault.passphrase import check_strength
from fieldtui.vault.readonly import ReadOnlyVault
from fieldtui.vault.restoring import finish_restoring
from fieldtui.vault.secret import Secret, wipe
from fieldtui.vault.slots import PassphraseTry, new_passphrase_slot, new_recovery_slot
from fieldtui.vault.throttle import Throttle, counted

_STAGING: Final = ".new-vault-"


class VaultState(enum.Enum):
    """What lies in a data folder, as far as it shows without a key."""

    MISSING = "missing"
    PRESENT = "present"
    DAMAGED = "damaged"


def vault_state(folder: Path) -> VaultState:
    """Look without opening, and without making or changing anything but what an erasure or a restore cut short left.

    A vault of a newer fieldtui counts as present: opening it says so.
    """
    home = folder / "vault"
    try:
        finish_erasing(folder)
        finish_restoring(folder)
        HeaderFiles(home).candidates()
    except NoVault:
        return VaultState.MISSING
    except NewerVault:
        return VaultState.PRESENT
    except FieldtuiError:
        return VaultState.DAMAGED
    database = home / NAME
    sound = database.is_file() and database.stat().st_size >= SMALLEST
    return VaultState.PRESENT if sound else VaultState.DAMAGED


def create_vault(folder: Path, passphrase: Secret, *, clock: Clock, kdf: KdfCost = STANDARD) -> tuple[OpenVault, str]:
    """Make a vault and open it. It appears whole or not at all.

    Args:
        folder: The data folder; made for this user alone where it is missing.
        passphrase: Stays the caller's, to wipe.
        clock: Dates the header.
        kdf: What a guess at the passphrase costs.

    Returns:
        The open vault, and the recovery code, which is shown once and stored nowhere.

    Raises:
        VaultExists: There is a vault, or a part of one; it was not touched.
        FolderRefused: The folder is synced to a cloud, on a network share, or open to everybody.
        PassphraseTooWeak: Too short or too well known.
        DiskFull: No room; nothing is left behind.
    """
    check_strength(passphrase)
    refuse_unfit(folder)
    if vault_state(folder) is not VaultState.MISSING:
        raise VaultExists(str(folder))
    vault_key = new_vault_key()
    try:
        with room_on_disk():
            make_private_folder(folder)
            make_private_folder(folder / "state")
            code = _build(folder, passphrase, vault_key, clock, kdf)
        event("vault.created")
        return OpenVault(folder, vault_key), code
    except BaseException:
        wipe(vault_key)
        raise


def _build(folder: Path, passphrase: Secret, vault_key: bytearray, clock: Clock, kdf: KdfCost) -> str:
    """Build the vault's folder beside its place and rename it there; returns the recovery code."""
    staging = Path(tempfile.mkdtemp(dir=folder, prefix=_STAGING))
    try:
        vault_id = secrets.token_hex(16)
        part = DatabasePart(salt=secrets.token_hex(16))
        recovery_slot, code = new_recovery_slot(vault_id, vault_key, clock)
        create_database(staging / NAME, vault_key, part, vault_id)
        blank = Header(
            vault_id=vault_id,
            epoch=0,
            created=int(clock.now().timestamp()),
            db=part,
            seal=seal_of(staging / NAME, vault_key),
            audit_head=HeaderAuditHead(seq=0, mac=""),
            slots=(new_passphrase_slot(vault_id, vault_key, passphrase, kdf), recovery_slot),
        )
        HeaderFiles(staging).write(blank.succeeded_by(vault_key))
        for private in staging.iterdir():
            private.chmod(0o600)
        home = folder / "vault"
        with contextlib.suppress(FileNotFoundError):
            home.rmdir()  # an empty one is in the way on Windows; one that holds something is refused below
        staging.rename(home)
        sync_folder(folder)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        if (folder / "vault").exists():
            raise VaultExists(str(folder)) from error
        raise
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return code


def open_vault(folder: Path, passphrase: Secret, *, clock: Clock, accept: bool = False) -> OpenVault:
    """Open a vault with its passphrase.

    A try that fails changes no file but the counter in `state/attempts`. Takes tenths of a second.

    Args:
        folder: The data folder.
        passphrase: Stays the caller's, to wipe.
        clock: Paces tries after failures.
        accept: Its owner takes the vault as it is, where it is whole but older or another than it should be.

    Raises:
        NoVault: Nothing there.
        TooSoon: Tries are slowed down after failures; this one was not made.
        WrongPassphrase: Opens no slot.
        DeviceStoreShut, DeviceSecretGone: The slot is bound to a device secret, which cannot be had; not counted as a failure.
        NewerVault, HeaderDamaged, HeaderTampered: About `vault.json`.
        DatabaseMissing, DatabaseDamaged: About `vault.db`.
        RolledBack, ChangedSinceLock: Whole, but older than this machine remembers, or not the file that was sealed.
        DiskFull: No room for the check that a vault which was not closed needs.
        Busy: Another process has it to itself.
        FolderRefused: The files may not be read, or not be written.
    """
    return OpenVault(folder, _unlocked(folder, passphrase, clock), accept=accept)


def read_vault(folder: Path, passphrase: Secret, *, clock: Clock) -> OpenVault:
    """Open a vault to read only, on an encrypted copy that is thrown away: also one that `open_vault` refuses.

    Args:
        folder: The data folder.
        passphrase: Stays the caller's, to wipe.
        clock: Paces tries after failures.

    Raises:
        NoVault, TooSoon, WrongPassphrase, NewerVault, HeaderDamaged: As `open_vault`.
        DatabaseMissing, DatabaseDamaged: There is nothing sound to read.
        DiskFull: No room for the copy.
        Busy: Somebody has it open; then it is in order.
        FolderRefused: The files may not be read, or there may be no copy beside them.
    """
    return ReadOnlyVault(folder, _unlocked(folder, passphrase, clock, unproven=True))


def verify_passphrase(folder: Path, passphrase: Secret, *, clock: Clock) -> None:
    """Ask once more whether this is the vault's passphrase, as before something is given out; nothing is opened.

    A wrong one counts as a failed try, as at the lock. Takes tenths of a second.

    Args:
        folder: The data folder.
        passphrase: Stays the caller's, to wipe.
        clock: Paces tries after failures.

    Raises:
        NoVault: Nothing there.
        TooSoon: Tries are slowed down after failures; this one was not made.
        WrongPassphrase: Opens no slot.
        NewerVault, HeaderDamaged, HeaderTampered: About `vault.json`.
    """
    wipe(_unlocked(folder, passphrase, clock))


def _unlocked(folder: Path, passphrase: Secret, clock: Clock, *, unproven: bool = False) -> bytearray:
    finish_restoring(folder)
    files = HeaderFiles(folder / "vault")
    files.candidates()
    with counted(Throttle(folder, clock)), contextlib.closing(PassphraseTry(passphrase, folder)) as attempt:
        try:
            return files.unlock(attempt, unproven=unproven)
        except WrongPassphrase:
            if attempt.hindered is not None:  # nobody knows whether it was wrong
                raise attempt.hindered from None
            raise


def check_vault(vault: OpenVault) -> CheckReport:
    """Read and verify every page, index and foreign key of an open vault.

    Raises:
        Busy: Another process is reading; try again.
    """
    return vault.check()
