"""P-256 keys of devices and central systems, and the texts they travel and rest in."""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey


def new_device_key() -> EllipticCurvePrivateKey:
    """A fresh P-256 key from the operating system's randomness."""
    return ec.generate_private_key(ec.SECP256R1())


def public_key_der(key: EllipticCurvePrivateKey | EllipticCurvePublicKey) -> bytes:
    """SubjectPublicKeyInfo in DER (RFC 5480); what fingerprints are made of."""
    public = key.public_key() if isinstance(key, EllipticCurvePrivateKey) else key
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_key_text(key: EllipticCurvePrivateKey | EllipticCurvePublicKey) -> str:
    """SubjectPublicKeyInfo as base64 text, as it stands in messages."""
    return base64.b64encode(public_key_der(key)).decode("ascii")


def load_public_key(text: str) -> EllipticCurvePublicKey:
    """Read what `public_key_text` wrote.

    Raises:
        ValueError: Not base64, not a key, or a key of another kind or curve than P-256.
    """
    try:
        key = serialization.load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise ValueError("not a public key") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 public key")
    return key


def private_key_text(key: EllipticCurvePrivateKey) -> str:
    """PKCS #8 PEM, unencrypted: only for inside an encrypted database."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def load_private_key(text: str) -> EllipticCurvePrivateKey:
    """Read what `private_key_text` wrote.

    Raises:
        ValueError: Not such a key.
    """
    try:
        key = serialization.load_pem_private_key(text.encode("ascii"), password=None)
    except (ValueError, TypeError):
        raise ValueError("not a private key") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")
    return key
