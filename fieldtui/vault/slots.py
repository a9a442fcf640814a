"""Making and opening each kind of slot: the vault key, wrapped by what somebody knows or keeps."""

from __future__ import annotations

import os
import secrets

from fieldtui.base.clock import Clock, today
from fieldtui.base.errors import NewerVault
from fieldtui.vault.header import Header, Kdf, PassphraseSlot, RecoverySlot, b64, slot_context, unb64
from fieldtui.vault.keys import LABEL_RECOVERY, SALT_BYTES, KdfCost, derive, passphrase_key, unwrap, wrap
from fieldtui.vault.recovery import new_secret, write_code
from fieldtui.vault.secret import Secret, wipe


def new_passphrase_slot(vault_id: str, vault_key: bytearray, passphrase: Secret, cost: KdfCost) -> PassphraseSlot:
    """A slot that this passphrase opens. Takes tenths of a second."""
    salt = os.urandom(SALT_BYTES)
    parameters = Kdf(m=cost.memory_kib, t=cost.passes, p=cost.lanes, salt=b64(salt))
    slot = PassphraseSlot(id=f"pw-{secrets.token_hex(4)}", kdf=parameters)
    wrapping_key = passphrase_key(passphrase, cost, salt)
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
