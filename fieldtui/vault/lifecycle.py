"""Making, opening, recovering a vault, and changing its passphrase."""

from __future__ import annotations

import contextlib
import enum
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fieldtui.base.clock import Clock, today
from fieldtui.base.errors import (
    FieldtuiError,
    Locked,
    NewerVault,
    NoVault,
    VaultExists,
    WrongPassphrase,
    WrongRecoveryCode,
)
from fieldtui.base.files import make_private_folder, sync_folder
from fieldtui.base.log import event
from fieldtui.vault.database import NAME, SMALLEST, CheckReport, create_database, room_on_disk, seal_of
from fieldtui.vault.erasing import finish_erasing
from fieldtui.vault.folders import refuse_unfit
from fieldtui.vault.header import (
    DatabasePart,
    Header,
    HeaderAuditHead,
    Kdf,
    PassphraseSlot,
    RecoverySlot,
    b64,
    slot_context,
    unb64,
)
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.keys import (
    LABEL_RECOVERY,
    SALT_BYTES,
    STANDARD,
    KdfCost,
    derive,
    new_vault_key,
    passphrase_key,
    unwrap,
    wrap,
)
from fieldtui.vault.openvault import OpenVault
from fieldtui.vault.passphrase import check_strength
from fieldtui.vault.recovery import new_secret, read_code, write_code
from fieldtui.vault.secret import Secret, wipe
from fieldtui.vault.throttle import Throttle

_STAGING: Final = ".new-vault-"


class VaultState(enum.Enum):
    """What lies in a data folder, as far as it shows without a key."""

    MISSING = "missing"
    PRESENT = "present"
    DAMAGED = "damaged"


def vault_state(folder: Path) -> VaultState:
    """Look without opening, and without making or changing anything but what an erasure that was cut short left.

    A vault of a newer fieldtui counts as present: opening it says so.
    """
    home = folder / "vault"
    try:
        finish_erasing(folder)
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
        recovery_slot, code = _new_recovery_slot(vault_id, vault_key, clock)
        create_database(staging / NAME, vault_key, part, vault_id)
        blank = Header(
            vault_id=vault_id,
            epoch=0,
            created=int(clock.now().timestamp()),
            db=part,
            seal=seal_of(staging / NAME, vault_key),
            audit_head=HeaderAuditHead(seq=0, mac=""),
            slots=(_new_passphrase_slot(vault_id, vault_key, passphrase, kdf), recovery_slot),
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


def open_vault(folder: Path, passphrase: Secret, *, clock: Clock) -> OpenVault:
    """Open a vault with its passphrase.

    A try that fails changes no file but the counter in `state/attempts`. Takes tenths of a second.

    Args:
        folder: The data folder.
        passphrase: Stays the caller's, to wipe.
        clock: Paces tries after failures.

    Raises:
        NoVault: Nothing there.
        TooSoon: Tries are slowed down after failures; this one was not made.
        WrongPassphrase: Opens no slot.
        NewerVault, HeaderDamaged, HeaderTampered: About `vault.json`.
        DatabaseMissing, DatabaseDamaged: About `vault.db`.
        DiskFull: No room for the check that a vault which was not closed needs.
        Busy: Another process has it to itself.
        FolderRefused: The files may not be read, or not be written.
    """
    files = HeaderFiles(folder / "vault")
    files.candidates()
    with _counted(Throttle(folder, clock)), contextlib.closing(_PassphraseTry(passphrase)) as attempt:
        vault_key = files.unlock(attempt)
    return OpenVault(folder, vault_key)


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
    files = HeaderFiles(folder / "vault")
    files.candidates()
    secret = read_code(code)
    wrapping_key = derive(secret, LABEL_RECOVERY)
    wipe(secret)
    try:
        with _counted(Throttle(folder, clock)):
            vault_key = files.unlock(lambda header: _open_recovery_slot(header, wrapping_key))
    except WrongPassphrase as error:
        raise WrongRecoveryCode from error
    finally:
        wipe(wrapping_key)
    vault = OpenVault(folder, vault_key)
    new_code = ""

    def replace(header: Header, key: bytearray) -> dict[str, object]:
        nonlocal new_code
        passphrase_slot = _new_passphrase_slot(header.vault_id, key, new_passphrase, kdf)
        recovery_slot, new_code = _new_recovery_slot(header.vault_id, key, clock)
        kept = (slot for slot in header.slots if slot.type not in {"passphrase", "recovery"})
        return {"slots": (passphrase_slot, recovery_slot, *kept)}

    try:
        vault.change_header(replace)
    except BaseException:
        vault.close()
        raise
    event("vault.recovered")
    return vault, new_code


def change_passphrase(vault: OpenVault, new: Secret, *, kdf: KdfCost = STANDARD) -> None:
    """Give an open vault a new passphrase; the old one opens nothing afterwards.

    The vault key stays the same: whoever kept a copy of the old files *and* knows the old passphrase
    can still read that copy. The recovery code stays the same too.

    Raises:
        PassphraseTooWeak: Too short or too well known.
        DiskFull: No room; the old passphrase stays.
    """
    check_strength(new)

    def replace(header: Header, key: bytearray) -> dict[str, object]:
        kept = (slot for slot in header.slots if slot.type != "passphrase")
        return {"slots": (_new_passphrase_slot(header.vault_id, key, new, kdf), *kept)}

    vault.change_header(replace)
    event("vault.passphrase_changed")


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
        recovery_slot, new_code = _new_recovery_slot(header.vault_id, key, clock)
        kept = (slot for slot in header.slots if slot.type != "recovery")
        return {"slots": (*kept, recovery_slot)}

    vault.change_header(replace)
    event("vault.recovery_code_renewed")
    return new_code


def check_vault(vault: OpenVault) -> CheckReport:
    """Read and verify every page, index and foreign key of an open vault.

    Raises:
        Busy: Another process is reading; try again.
    """
    return vault.check()


# --- slots ------------------------------------------------------------------------------------


def _new_passphrase_slot(vault_id: str, vault_key: bytearray, passphrase: Secret, cost: KdfCost) -> PassphraseSlot:
    salt = os.urandom(SALT_BYTES)
    parameters = Kdf(m=cost.memory_kib, t=cost.passes, p=cost.lanes, salt=b64(salt))
    slot = PassphraseSlot(id=f"pw-{secrets.token_hex(4)}", kdf=parameters)
    wrapping_key = passphrase_key(passphrase, cost, salt)
    nonce, wrapped = wrap(wrapping_key, vault_key, slot_context(vault_id, slot))
    wipe(wrapping_key)
    return slot.model_copy(update={"nonce": b64(nonce), "ct": b64(wrapped)})


def _new_recovery_slot(vault_id: str, vault_key: bytearray, clock: Clock) -> tuple[RecoverySlot, str]:
    secret = new_secret()
    slot = RecoverySlot(id=f"rec-{secrets.token_hex(4)}", created=today(clock).isoformat())
    wrapping_key = derive(secret, LABEL_RECOVERY)
    nonce, wrapped = wrap(wrapping_key, vault_key, slot_context(vault_id, slot))
    code = write_code(secret)
    wipe(wrapping_key)
    wipe(secret)
    return slot.model_copy(update={"nonce": b64(nonce), "ct": b64(wrapped)}), code


def _open_recovery_slot(header: Header, wrapping_key: bytearray) -> bytearray | None:
    return _first_opened(header, [(slot, wrapping_key) for slot in header.slots if isinstance(slot, RecoverySlot)])


class _PassphraseTry:
    """Tries one passphrase on headers, computing each slot's key once."""

    def __init__(self, passphrase: Secret) -> None:
        self._passphrase = passphrase
        self._keys: dict[Kdf, bytearray] = {}

    def __call__(self, header: Header) -> bytearray | None:
        slots = [slot for slot in header.slots if isinstance(slot, PassphraseSlot)]
        usable = [slot for slot in slots if slot.devsec == "none"]
        if slots and not usable:
            raise NewerVault  # bound to a device secret, which this version cannot ask for
        for slot in usable:
            if (vault_key := _first_opened(header, [(slot, self._key(slot.kdf))])) is not None:
                return vault_key
        return None

    def _key(self, kdf: Kdf) -> bytearray:
        if kdf not in self._keys:
            self._keys[kdf] = passphrase_key(self._passphrase, kdf.cost, unb64(kdf.salt))
        return self._keys[kdf]

    def close(self) -> None:
        for key in self._keys.values():
            wipe(key)


def _first_opened(header: Header, keyed: list[tuple[PassphraseSlot | RecoverySlot, bytearray]]) -> bytearray | None:
    for slot, wrapping_key in keyed:
        context = slot_context(header.vault_id, slot)
        vault_key = unwrap(wrapping_key, unb64(slot.nonce), unb64(slot.ct), context)
        if vault_key is not None:
            return vault_key
    return None


@contextlib.contextmanager
def _counted(throttle: Throttle) -> Iterator[None]:
    """Let a try through, and count how it ends."""
    throttle.check()
    try:
        yield
    except Locked:
        event("vault.wrong_secret", failures=throttle.failed())
        raise
    throttle.succeeded()
