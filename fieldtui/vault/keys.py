"""How one random vault key is wrapped, and what is derived from it (docs/adr/0005-vault.md).

The vault key (32 random bytes, in memory only) is wrapped once per slot with AES-256-GCM-SIV
(RFC 8452). A passphrase slot's wrapping key comes from Argon2id (RFC 9106), a recovery slot's from
HKDF-SHA256 (RFC 5869) over 128 random bits. Everything else is derived from the vault key by HKDF
with a label of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fieldtui.vault.secret import Secret, wipe

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 16
WRAPPED_BYTES: Final = KEY_BYTES + 16
"""A wrapped key: the key and a 16-byte tag."""

LABEL_HEADER_MAC: Final = "header-mac"
LABEL_FILE_SEAL: Final = "file-seal"
LABEL_AUDIT_MAC: Final = "audit-mac"
LABEL_RECOVERY: Final = "recovery-kek"


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess at a passphrase costs: Argon2id's parameters."""

    memory_kib: int
    """Memory in KiB."""
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        pairs = ((self.memory_kib, 0), (self.passes, 1), (self.lanes, 2))
        if not all(KDF_LEAST[i] <= value <= KDF_MOST[i] for value, i in pairs):
            raise ValueError(f"KDF cost outside {KDF_LEAST} … {KDF_MOST}")


KDF_LEAST: Final = (19_456, 2, 1)
"""OWASP Password Storage's minimum for Argon2id: KiB, passes, lanes. Less is never accepted."""
KDF_MOST: Final = (1_048_576, 10, 8)
"""The most a header may ask for, so that a changed header cannot exhaust the machine."""

STANDARD: Final = KdfCost(65_536, 3, 4)
"""RFC 9106's second recommendation, 64 MiB: about 0.2 s on two cores."""
CHEAPEST: Final = KdfCost(*KDF_LEAST)


def new_vault_key() -> bytearray:
    """Fresh random bytes from the operating system."""
    return bytearray(os.urandom(KEY_BYTES))


def derive(vault_key: bytearray | bytes, label: str) -> bytearray:
    """A 32-byte key of its own for one purpose, by HKDF-SHA256 with the label as info."""
    derived = bytearray(KEY_BYTES)
    HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"fieldtui/v1/{label}".encode()).derive_into(
        vault_key, derived
    )
    return derived


def database_label(generation: int) -> str:
    """The label of the database's key; a rotation counts the generation up."""
    return f"db/{generation}"


def passphrase_key(passphrase: Secret, cost: KdfCost, salt: bytes, device_secret: bytes | None = None) -> bytearray:
    """The wrapping key of a passphrase slot. Takes tenths of a second: not on a thread that draws.

    Args:
        passphrase: What was typed.
        cost: What a guess costs.
        salt: The slot's.
        device_secret: The machine's own secret, where the slot is bound to one; Argon2id's secret parameter.
    """
    derived = bytearray(KEY_BYTES)
    Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
        secret=device_secret,
    ).derive_into(cast("bytes", passphrase.buffer), derived)  # takes any buffer, its types say bytes
    return derived


def wrap(wrapping_key: bytearray, vault_key: bytearray, context: bytes) -> tuple[bytes, bytes]:
    """Wrap the vault key.

    Returns:
        Nonce and ciphertext, bound to the context: with another context it does not unwrap.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce, AESGCMSIV(wrapping_key).encrypt(nonce, vault_key, context)


def unwrap(wrapping_key: bytearray, nonce: bytes, wrapped: bytes, context: bytes) -> bytearray | None:
    """The vault key, or `None` where the wrapping key is not the right one."""
    vault_key = bytearray(KEY_BYTES)
    try:
        AESGCMSIV(wrapping_key).decrypt_into(nonce, wrapped, context, vault_key)
    except InvalidTag:
        wipe(vault_key)
        return None
    return vault_key
