"""Making and opening each kind of slot: the vault key, wrapped by what somebody knows or keeps."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from fieldtui.base.clock import Clock, today
from fieldtui.base.errors import DeviceSecretGone, DeviceStoreShut
from fieldtui.vault.devicesecret import SecretStore, new_device_secret, store_named
from fieldtui.vault.header import Header, Kdf, PassphraseSlot, RecoverySlot, b64, slot_context, unb64
from fieldtui.vault.keys import LABEL_RECOVERY, SALT_BYTES, KdfCost, derive, passphrase_key, unwrap, wrap
from fieldtui.vault.recovery import new_secret, write_code
from fieldtui.vault.secret import Secret, wipe


def new_passphrase_slot(
    vault_id: str, vault_key: bytearray, passphrase: Secret, cost: KdfCost, store: SecretStore | None = None
) -> PassphraseSlot:
    """A slot that this passphrase opens. Takes tenths of a second.

    Args:
        vault_id: The vault's.
        vault_key: What is wrapped.
        passphrase: What opens it.
        cost: What a guess costs.
        store: Where to keep a fresh device secret that is needed besides; `None` for none.

    Raises:
        DeviceStoreShut: The secret could not be kept.
    """
    salt = os.urandom(SALT_BYTES)
    parameters = Kdf(m=cost.memory_kib, t=cost.passes, p=cost.lanes, salt=b64(salt))
    slot = PassphraseSlot(
        id=f"pw-{secrets.token_hex(4)}", kdf=parameters, devsec="none" if store is None else store.name
    )
    device_secret = None
    if store is not None:
        device_secret = new_device_secret()
        store.keep(vault_id, slot.id, device_secret)
    wrapping_key = passphrase_key(passphrase, cost, salt, device_secret)
    nonce, wrapped = wrap(wrapping_key, vault_key, slot_context(vault_id, slot))
    wipe(wrapping_key)
    return slot.model_copy(update={"nonce": b64(nonce), "ct": b64(wrapped)})


def new_recovery_slot(vault_id: str, vault_key: bytearray, clock: Clock) -> tuple[RecoverySlot, str]:
    """A slot, and the new code that opens it, which is kept nowhere."""
    secret = new_secret()
    slot = RecoverySlot(id=f"rec-{secrets.token_hex(4)}", created=today(clock).isoformat())
    wrapping_key = derive(secret, LABEL_RECOVERY)
    nonce, wrapped = wrap(wrapping_key, vault_key, slot_context(vault_id, slot))
    code = write_code(secret)
    wipe(wrapping_key)
    wipe(secret)
    return slot.model_copy(update={"nonce": b64(nonce), "ct": b64(wrapped)}), code


def open_recovery_slot(header: Header, wrapping_key: bytearray) -> bytearray | None:
    """The vault key out of the header's recovery slot; `None` where this code's key opens none."""
    return _first_opened(header, [(slot, wrapping_key) for slot in header.slots if isinstance(slot, RecoverySlot)])


class PassphraseTry:
    """Tries one passphrase on headers, computing each slot's key once."""

    def __init__(self, passphrase: Secret, folder: Path) -> None:
        """Prepare.

        Args:
            passphrase: Stays the caller's.
            folder: The data folder.
        """
        self._passphrase = passphrase
        self._folder = folder
        self._keys: dict[tuple[str, Kdf], bytearray] = {}
        self.hindered: DeviceStoreShut | DeviceSecretGone | None = None
        """Why a slot could not be tried at all; what to say where no other one opens."""

    def __call__(self, header: Header) -> bytearray | None:
        """The vault key; `None` where the passphrase opens no slot, or none that could be tried (`hindered`).

        A slot that somebody put into a header to be in the way does not keep the others from being tried.
        """
        for slot in header.slots:
            if not isinstance(slot, PassphraseSlot):
                continue
            try:
                wrapping_key = self._key(header.vault_id, slot)
            except (DeviceStoreShut, DeviceSecretGone) as error:
                self.hindered = error
                continue
            if (vault_key := _first_opened(header, [(slot, wrapping_key)])) is not None:
                return vault_key
        return None

    def _key(self, vault_id: str, slot: PassphraseSlot) -> bytearray:
        known = ("" if slot.devsec == "none" else slot.id, slot.kdf)
        if known not in self._keys:
            device_secret = None
            if slot.devsec != "none":
                device_secret = store_named(slot.devsec, self._folder).read(vault_id, slot.id)
                if device_secret is None:
                    raise DeviceSecretGone
            self._keys[known] = passphrase_key(self._passphrase, slot.kdf.cost, unb64(slot.kdf.salt), device_secret)
        return self._keys[known]

    def close(self) -> None:
        """Wipe the keys that were computed."""
        for key in self._keys.values():
            wipe(key)


def _first_opened(header: Header, keyed: list[tuple[PassphraseSlot | RecoverySlot, bytearray]]) -> bytearray | None:
    for slot, wrapping_key in keyed:
        context = slot_context(header.vault_id, slot)
        vault_key = unwrap(wrapping_key, unb64(slot.nonce), unb64(slot.ct), context)
        if vault_key is not None:
            return vault_key
    return None
