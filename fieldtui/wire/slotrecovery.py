"""Opening a vault with the organisation's offline key, without the key leaving the office or the vault leaving the laptop.

The laptop writes a request: the slot that is sealed to the organisation, and a fresh key to answer to. Where the offline key
is, two people compare six words with whoever sits at the laptop, open the slot, and seal what was in it to that fresh key. Both
travel as files (HPKE, RFC 9180, base mode). The request holds nothing that opens; the answer opens only where the request was
made. Who made an answer need not be proven: what it holds opens the vault, or it does not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Any, Final, Literal, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fieldtui.base.canonical import canonical_json
from fieldtui.wire.fields import InstantText
from fieldtui.wire.organisation import (
    SUITE,
    KeyId,
    OrganisationKey,
    OrganisationKeyRefused,
    PrivateOrganisationKey,
    X25519Text,
    base64_of,
    open_sealed_to,
    seal,
    seal_to,
)
from fieldtui.wire.words import fingerprint_words

LARGEST: Final = 8_192
"""Most bytes of a request or an answer that are read."""
_KEY_BYTES: Final = 32
_SEALED_BYTES: Final = 32 + _KEY_BYTES + 16
_VaultId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_Sealed = Annotated[str, Field(max_length=200), base64_of(_SEALED_BYTES)]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    def data(self) -> bytes:
        """The bytes of the file."""
        return canonical_json(self.model_dump()) + b"\n"


_Read = TypeVar("_Read", bound=_File)


class SealedSlot(_File):
    """The organisation's slot, as it stands in the vault's header."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    type: Literal["org-hpke"] = "org-hpke"
    suite: Literal["X25519-SHA256-CHACHA20P1305"] = SUITE
    kid: KeyId
    ct: _Sealed = ""
    created: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class SlotRequest(_File):
    """Asks the holders of the organisation's key to open one vault's slot. Names nobody, and opens nothing."""

    format: Literal["fieldtui-slot-request"] = "fieldtui-slot-request"
    version: Literal[1] = 1
    vault_id: _VaultId
    slot: SealedSlot
    answer_to: X25519Text
    """A fresh key; its private half lies on the laptop until the answer was used."""
    asked_at: InstantText

    @property
    def words(self) -> tuple[str, ...]:
        """Six words over all of it, to be compared by voice: whoever exchanges the file on its way changes them."""
        return fingerprint_words(self.data())

    @property
    def digest(self) -> str:
        """SHA-256 of the file, hexadecimal."""
        return hashlib.sha256(self.data()).hexdigest()


class SlotAnswer(_File):
    """What was in the slot, sealed to the key in the request."""

    format: Literal["fieldtui-slot-answer"] = "fieldtui-slot-answer"
    version: Literal[1] = 1
    suite: Literal["X25519-SHA256-CHACHA20P1305"] = SUITE
    request: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the request it answers."""
    ct: _Sealed

    def context(self) -> dict[str, Any]:
        """What the ciphertext is bound to: everything else in the file."""
        return self.model_dump(exclude={"ct"})


def seal_slot(key: OrganisationKey, vault_key: bytes | bytearray, *, vault_id: str, bare: SealedSlot) -> SealedSlot:
    """The slot with the vault key in it, bound to the vault and to everything else in the slot."""
    sealed = seal(key, bytes(vault_key), _slot_context(vault_id, bare))
    return bare.model_copy(update={"ct": base64.b64encode(sealed).decode("ascii")})


def answer_request(request: SlotRequest, key: PrivateOrganisationKey) -> SlotAnswer:
    """Open the slot and seal what was in it to the laptop that asked.

    Raises:
        OrganisationKeyRefused: `key`: sealed to another key of the organisation; `sealed`: changed, or of another vault;
            `request`: it names no key that can be answered to.
    """
    if request.slot.kid != key.public.kid:
        raise OrganisationKeyRefused("key")
    vault_key = key.open(base64.b64decode(request.slot.ct), _slot_context(request.vault_id, request.slot))
    bare = SlotAnswer.model_construct(request=request.digest, ct="")
    try:
        sealed = seal_to(request.answer_to, vault_key, bare.context())
    except ValueError:  # a point that no key has
        raise OrganisationKeyRefused("request") from None
    return SlotAnswer(request=bare.request, ct=base64.b64encode(sealed).decode("ascii"))


def open_answer(answer: SlotAnswer, request: SlotRequest, private: X25519PrivateKey) -> bytes:
    """The vault key, on the laptop that asked.

    Raises:
        OrganisationKeyRefused: `request`: it answers another request; `sealed`: changed on its way.
    """
    if answer.request != request.digest:
        raise OrganisationKeyRefused("request")
    return open_sealed_to(private, base64.b64decode(answer.ct), answer.context())


def read_request(data: bytes) -> SlotRequest:
    """A request out of a file.

    Raises:
        OrganisationKeyRefused: `format`: it is none.
    """
    return _read(SlotRequest, data)


def read_answer(data: bytes) -> SlotAnswer:
    """An answer out of a file.

    Raises:
        OrganisationKeyRefused: `format`: it is none.
    """
    return _read(SlotAnswer, data)


def _read(model: type[_Read], data: bytes) -> _Read:
    try:
        if len(data) > LARGEST:
            raise OrganisationKeyRefused("format")
        return model.model_validate_json(data)
    except (ValidationError, binascii.Error, ValueError):
        raise OrganisationKeyRefused("format") from None


def _slot_context(vault_id: str, slot: SealedSlot) -> dict[str, Any]:
    return {"format": "fieldtui-vault-slot", "vault_id": vault_id, "slot": slot.model_dump(exclude={"ct"})}
