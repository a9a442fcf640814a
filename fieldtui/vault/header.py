"""`vault.json`: what is public about a vault, as one canonical, bounded, authenticated value.

Every limit is checked before any work is done with a value: size, number of slots, cost of the KDF,
lengths. Only the canonical form is accepted (sorted keys, no blanks, canonical base64), so two
different files never mean the same header.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, ValidationError
from pydantic.functional_validators import AfterValidator

from fieldtui.base.canonical import canonical_json
from fieldtui.base.errors import HeaderDamaged, NewerVault
from fieldtui.vault.keys import (
    KDF_LEAST,
    KDF_MOST,
    LABEL_HEADER_MAC,
    NONCE_BYTES,
    SALT_BYTES,
    WRAPPED_BYTES,
    KdfCost,
    derive,
)
from fieldtui.vault.secret import wipe

FORMAT: Final = "fieldtui-vault"
VERSION: Final = 1
MAX_BYTES: Final = 32 * 1024
MAX_SLOTS: Final = 8
_MAX_COUNT: Final = 2**53
MAC_BYTES: Final = 32


def b64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """The bytes of a field that was validated."""
    return base64.b64decode(text, validate=True)


def _of_length(length: int | None) -> AfterValidator:
    def check(text: str) -> str:
        try:
            data = unb64(text)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        if (length is not None and len(data) != length) or b64(data) != text:
            raise ValueError("not the canonical base64 of the right number of bytes")
        return text

    return AfterValidator(check)


_Ascii = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,2000}$")]
_Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
_Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_SlotId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
_Count = Annotated[int, Field(ge=0, le=_MAX_COUNT)]
_Salt = Annotated[_Ascii, _of_length(SALT_BYTES)]
_Nonce = Annotated[_Ascii, _of_length(NONCE_BYTES)]
_Wrapped = Annotated[_Ascii, _of_length(WRAPPED_BYTES)]
_Encapsulated = Annotated[_Ascii, _of_length(32 + WRAPPED_BYTES)]
"""The encapsulated key and the sealed one (RFC 9180, X25519)."""
_Mac = Annotated[_Ascii, _of_length(MAC_BYTES)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class Kdf(_Value):
    """Argon2id's parameters, bounded from below (no weakening) and above (no exhausting)."""

    alg: Literal["argon2id"] = "argon2id"
    m: Annotated[int, Field(ge=KDF_LEAST[0], le=KDF_MOST[0])]
    """KiB."""
    t: Annotated[int, Field(ge=KDF_LEAST[1], le=KDF_MOST[1])]
    p: Annotated[int, Field(ge=KDF_LEAST[2], le=KDF_MOST[2])]
    salt: _Salt

    @property
    def cost(self) -> KdfCost:
        """The cost without the salt."""
        return KdfCost(self.m, self.t, self.p)


class PassphraseSlot(_Value):
    """The vault key, wrapped by a passphrase."""

    id: _SlotId
    type: Literal["passphrase"] = "passphrase"
    kdf: Kdf
    devsec: Literal["none", "dpapi", "secretservice"] = "none"
    """Which store of the operating system holds the device secret that is needed besides the passphrase."""
    wrap: Literal["aes-256-gcm-siv"] = "aes-256-gcm-siv"
    nonce: _Nonce = ""
    ct: _Wrapped = ""


class RecoverySlot(_Value):
    """The vault key, wrapped by the recovery code."""

    id: _SlotId
    type: Literal["recovery"] = "recovery"
    wrap: Literal["aes-256-gcm-siv"] = "aes-256-gcm-siv"
    nonce: _Nonce = ""
    ct: _Wrapped = ""
    created: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class OrganisationSlot(_Value):
    """The vault key, sealed to the organisation's offline key (RFC 9180); bound to the vault and the rest of the slot."""

    id: _SlotId
    type: Literal["org-hpke"] = "org-hpke"
    suite: Literal["X25519-SHA256-CHACHA20P1305"] = "X25519-SHA256-CHACHA20P1305"
    kid: _Hex32
    """Which of the organisation's keys opens it."""
    ct: _Encapsulated = ""
    created: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class OtherSlot(BaseModel):
    """A slot of a kind this version does not know: carried on unchanged, never used."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow", hide_input_in_errors=True)

    id: _SlotId
    type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]


def _kind_of_slot(value: Any) -> str:
    kind, suite = (value.get(name) if isinstance(value, dict) else getattr(value, name, None) for name in _KIND)
    if kind == "org-hpke" and suite != _SUITE:
        return "other"  # of a later version, sealed in another way
    return kind if isinstance(kind, str) and kind in {"passphrase", "recovery", "org-hpke"} else "other"


_KIND: Final = ("type", "suite")
_SUITE: Final = "X25519-SHA256-CHACHA20P1305"


Slot = Annotated[
    Annotated[PassphraseSlot, Tag("passphrase")]
    | Annotated[RecoverySlot, Tag("recovery")]
    | Annotated[OrganisationSlot, Tag("org-hpke")]
    | Annotated[OtherSlot, Tag("other")],
    Discriminator(_kind_of_slot),
]


class DatabasePart(_Value):
    """Which key the database has."""

    engine: Literal["sqlcipher4"] = "sqlcipher4"
    gen: Annotated[int, Field(ge=1, le=_MAX_COUNT)] = 1
    salt: _Hex32


class Seal(_Value):
    """What the closed database file looked like; `hmac` is null while the vault is open."""

    hmac: _Hex64 | None
    size: _Count
    """Bytes."""


class HeaderAuditHead(_Value):
    """The newest entry of the access log when it was last told to the header."""

    seq: _Count
    mac: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,200}$")]


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The newest entry of the access log that was anchored in the header."""

    seq: int
    """0 where there is none yet."""
    mac: str
    """As the log wrote it; empty where there is none yet."""


class Header(_Value):
    """The whole header; `mac` is HMAC-SHA256 under a key derived from the vault key."""

    format: Literal["fieldtui-vault"] = "fieldtui-vault"
    version: Literal[1] = 1
    vault_id: _Hex32
    epoch: _Count
    """Counts every write of the header."""
    created: _Count
    """Unix seconds."""
    db: DatabasePart
    seal: Seal
    audit_head: HeaderAuditHead
    slots: Annotated[tuple[Slot, ...], Field(min_length=1, max_length=MAX_SLOTS)]
    mac: _Mac | None = None

    def canonical(self) -> bytes:
        """The bytes of the file."""
        return canonical_json(self.model_dump())

    def authentic(self, vault_key: bytearray) -> bool:
        """True where the holder of the vault key wrote this header."""
        return self.mac is not None and hmac.compare_digest(self.mac, self.computed_mac(vault_key))

    def succeeded_by(self, vault_key: bytearray, **changes: object) -> Header:
        """The next header: the changes made, the epoch counted up, the MAC computed."""
        changed = Header.model_validate({**dict(self), **changes, "epoch": self.epoch + 1, "mac": None})
        return changed.model_copy(update={"mac": changed.computed_mac(vault_key)})

    def counted_to(self, epoch: int) -> Header:
        """The header as if it had been written so often; only what succeeds it is written."""
        return self.model_copy(update={"epoch": max(self.epoch, epoch)})

    def computed_mac(self, vault_key: bytearray) -> str:
        """HMAC-SHA256 over the canonical form of everything but `mac`, in base64."""
        key = derive(vault_key, LABEL_HEADER_MAC)
        try:
            return b64(hmac.digest(key, canonical_json(self.model_dump(exclude={"mac"})), "sha256"))
        finally:
            wipe(key)


def slot_context(vault_id: str, slot: PassphraseSlot | RecoverySlot) -> bytes:
    """What a wrapped key is bound to: its vault and everything in its slot but nonce and ciphertext."""
    return canonical_json({"vault_id": vault_id, "slot": slot.model_dump(exclude={"nonce", "ct"})})


class _Lead(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    format: Literal["fieldtui-vault"]
    version: Annotated[int, Field(ge=1, le=_MAX_COUNT)]


def parse_header(data: bytes) -> Header:
    """A header from the bytes of its file.

    Raises:
        NewerVault: A well-formed header of a later version; nothing else of it was read.
        HeaderDamaged: Everything else that is not exactly a header.
    """
    if len(data) > MAX_BYTES:
        raise HeaderDamaged
    try:
        newer = _Lead.model_validate_json(data).version > VERSION
        header = None if newer else Header.model_validate_json(data)
        canonical = None if header is None else header.canonical()
    except (ValidationError, ValueError, RecursionError) as error:
        raise HeaderDamaged from error
    if header is None:
        raise NewerVault
    if header.mac is None or canonical != data or len({slot.id for slot in header.slots}) != len(header.slots):
        raise HeaderDamaged
    return header
