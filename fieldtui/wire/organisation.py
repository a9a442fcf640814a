"""The organisation's offline key: what seals a revoked device's pending work, and what alone may order a device to wipe.

Its private half never lies on the central system. It holds two keys: X25519, to which devices seal (HPKE, RFC 9180:
DHKEM X25519, HKDF-SHA256, ChaCha20-Poly1305), and P-256, which signs wipe orders and the change to a new key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import AfterValidator, Field

from fieldtui.base.canonical import canonical_json
from fieldtui.wire.fields import InstantText, Message, parse_instant
from fieldtui.wire.keys import load_public_key, new_device_key, public_key_text
from fieldtui.wire.words import fingerprint_words

SUITE: Final = "X25519-SHA256-CHACHA20P1305"
"""Named in whatever is sealed, so that a later version may use another one."""
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_ORDER: Final = b"fieldtui/wipe-order/1\n"
_ENDORSEMENT: Final = b"fieldtui/organisation-key/1\n"
LONGEST_CHAIN: Final = 20
"""Most keys an organisation hands out as its history; older ones need a new enrolment."""


class OrganisationKeyRefused(ValueError):
    """A key, an order or a sealed text that is not what it claims to be; the text says which part, nothing of it."""


def base64_of(length: int) -> AfterValidator:
    """A text field that is the base64 of so many bytes."""

    def check(text: str) -> str:
        try:
            sound = len(base64.b64decode(text, validate=True)) == length
        except (binascii.Error, ValueError):
            sound = False
        if not sound:
            raise ValueError("base64")
        return text

    return AfterValidator(check)


def _p256(text: str) -> str:
    load_public_key(text)
    return text


KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
X25519Text = Annotated[str, Field(max_length=60), base64_of(32)]
"""A public X25519 key: raw, base64."""
_P256 = Annotated[str, Field(max_length=400), AfterValidator(_p256)]
_Signature = Annotated[str, Field(max_length=200)]


class Endorsement(Message):
    """That the key before this one is replaced by it, signed with the one before."""

    by: KeyId
    signature: _Signature
    """ECDSA over P-256 and SHA-256, DER, base64."""


class OrganisationKey(Message):
    """The public half, as it stands in a file, in the central database, in an answer and in a vault."""

    format: Literal["fieldtui-organisation-key"] = "fieldtui-organisation-key"
    version: Literal[1] = 1
    recovery: X25519Text
    """X25519, raw, base64: what devices seal to."""
    signing: _P256
    """P-256, SubjectPublicKeyInfo, DER, base64: what proves orders."""
    endorsement: Endorsement | None = None
    """By the key before; `None` for the first one."""

    @property
    def kid(self) -> str:
        """Its name: the beginning of the SHA-256 of both keys, hexadecimal."""
        return hashlib.sha256(self._core()).hexdigest()[:32]

    @property
    def words(self) -> tuple[str, ...]:
        """Six words that two people can read to each other."""
        return fingerprint_words(self._core())

    def _core(self) -> bytes:
        return canonical_json({"version": self.version, "recovery": self.recovery, "signing": self.signing})

    def endorsed_by(self, previous: OrganisationKey) -> bool:
        """True where the holder of the key before says that this one replaces it."""
        said = self.endorsement
        return said is not None and said.by == previous.kid and _verified(previous, _replaces(previous, self), said)


class WipeOrder(Message):
    """Tells one device to destroy its keys. Only the offline key makes one."""

    format: Literal["fieldtui-wipe-order"] = "fieldtui-wipe-order"
    version: Literal[1] = 1
    device_id: Annotated[str, Field(max_length=40)]
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    issued_at: InstantText
    expires_at: InstantText
    push_first: bool
    """Send first what was not sent; the device is not revoked meanwhile."""
    by: KeyId
    signature: _Signature = ""

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return _ORDER + canonical_json(self.model_dump(exclude={"signature"}))


@dataclass(frozen=True, slots=True)
class PrivateOrganisationKey:
    """Both private halves, in memory on the machine that was taken off the network."""

    recovery: X25519PrivateKey
    signing: EllipticCurvePrivateKey

    @property
    def public(self) -> OrganisationKey:
        """The half that everybody may have."""
        raw = self.recovery.public_key().public_bytes_raw()
        return OrganisationKey(recovery=_text(raw), signing=public_key_text(self.signing))

    def endorse(self, successor: OrganisationKey) -> OrganisationKey:
        """The successor with this key's word that it is one."""
        signature = self._sign(_replaces(self.public, successor))
        return successor.model_copy(update={"endorsement": Endorsement(by=self.public.kid, signature=signature)})

    def order(
        self, device_id: str, *, nonce: str, issued_at: datetime, expires_at: datetime, push_first: bool
    ) -> WipeOrder:
        """A signed order for one device.

        Args:
            device_id: Which one; the order means nothing to any other.
            nonce: 32 hexadecimal digits, random.
            issued_at: Now.
            expires_at: After it the order means nothing.
            push_first: Whether to send first what was not sent.
        """
        bare = WipeOrder(
            device_id=device_id,
            nonce=nonce,
            issued_at=issued_at.isoformat(timespec="seconds"),
            expires_at=expires_at.isoformat(timespec="seconds"),
            push_first=push_first,
            by=self.public.kid,
        )
        return bare.model_copy(update={"signature": self._sign(bare.signed_bytes())})

    def open(self, sealed: bytes, context: dict[str, Any]) -> bytes:
        """What was sealed to this key under exactly this context.

        Raises:
            OrganisationKeyRefused: Sealed to another key, or changed.
        """
        return open_sealed_to(self.recovery, sealed, context)

    def _sign(self, message: bytes) -> str:
        return _text(self.signing.sign(message, ec.ECDSA(SHA256())))


def new_organisation_key() -> PrivateOrganisationKey:
    """Fresh keys from the operating system's randomness."""
    return PrivateOrganisationKey(X25519PrivateKey.generate(), new_device_key())


def seal(key: OrganisationKey, plain: bytes, context: dict[str, Any]) -> bytes:
    """Encrypt to the organisation's key: the encapsulated key and the ciphertext after each other (RFC 9180 §5.1.1, base).

    Args:
        key: To whom.
        plain: What.
        context: JSON values that whoever opens it must name exactly so (the `info` of HPKE).
    """
    return seal_to(key.recovery, plain, context)


def seal_to(public: str, plain: bytes, context: dict[str, Any]) -> bytes:
    """As `seal`, to any X25519 key: raw, base64."""
    key = X25519PublicKey.from_public_bytes(base64.b64decode(public))
    return bytes(_SUITE.encrypt(plain, key, info=canonical_json(context)))


def open_sealed_to(private: X25519PrivateKey, sealed: bytes, context: dict[str, Any]) -> bytes:
    """What was sealed to this key under exactly this context.

    Raises:
        OrganisationKeyRefused: Sealed to another key, or changed.
    """
    try:
        return bytes(_SUITE.decrypt(sealed, private, info=canonical_json(context)))
    except (InvalidTag, ValueError):
        raise OrganisationKeyRefused("sealed") from None


def require_order(order: WipeOrder, key: OrganisationKey, *, device_id: str, now: datetime) -> None:
    """Make sure that this order is the organisation's, for this device, and in force.

    Raises:
        OrganisationKeyRefused: `key`, `signature`, `device` or `expired`.
    """
    if order.by != key.kid:
        raise OrganisationKeyRefused("key")
    if not _verified(key, order.signed_bytes(), order):
        raise OrganisationKeyRefused("signature")
    if order.device_id != device_id:
        raise OrganisationKeyRefused("device")
    if now > parse_instant(order.expires_at):
        raise OrganisationKeyRefused("expired")


def successor_of(pinned: OrganisationKey, offered: tuple[OrganisationKey, ...]) -> OrganisationKey | None:
    """The newest key that the pinned one, or one it led to, says is its successor.

    Args:
        pinned: The key that is trusted.
        offered: What the central system says its keys are, in any order.

    Returns:
        The last of the chain; the pinned one itself where it is still offered; `None` where it leads to none of them.
    """
    known = {key.kid: key for key in offered[:LONGEST_CHAIN]}
    still_offered = pinned.kid in known
    here = pinned
    for _step in range(len(known)):
        after = next((key for key in known.values() if key.kid != here.kid and key.endorsed_by(here)), None)
        if after is None:
            break
        known.pop(after.kid)
        here = after
    return here if here.kid != pinned.kid or still_offered else None


def _replaces(previous: OrganisationKey, successor: OrganisationKey) -> bytes:
    return _ENDORSEMENT + canonical_json({"from": previous.kid, "to": successor.kid})


def _verified(key: OrganisationKey, message: bytes, said: Endorsement | WipeOrder) -> bool:
    try:
        load_public_key(key.signing).verify(
            base64.b64decode(said.signature, validate=True), message, ec.ECDSA(SHA256())
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
