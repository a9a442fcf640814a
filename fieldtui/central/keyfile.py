"""The private half of the organisation's key as a file: for a machine that is never on a network."""

from __future__ import annotations

import base64
import binascii
import os
import unicodedata
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fieldtui.base.canonical import canonical_json
from fieldtui.base.errors import BadFile, BadUsage, WrongPassphrase
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _
from fieldtui.wire.keys import load_private_key, private_key_text
from fieldtui.wire.organisation import OrganisationKey, PrivateOrganisationKey

SHORTEST_PASSPHRASE: Final = 15
_COST: Final = (262_144, 3, 4)
"""Argon2id: 256 MiB, 3 passes, 4 lanes. It is opened a few times a year, by hand."""
_LARGEST: Final = 32_768


class _Kdf(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    alg: Literal["argon2id"] = "argon2id"
    m: Annotated[int, Field(ge=19_456, le=1_048_576)]
    t: Annotated[int, Field(ge=2, le=10)]
    p: Annotated[int, Field(ge=1, le=8)]
    salt: Annotated[str, Field(min_length=24, max_length=24)]

    def key(self, passphrase: str) -> bytes:
        salt = base64.b64decode(self.salt, validate=True)
        kdf = Argon2id(salt=salt, length=32, iterations=self.t, lanes=self.p, memory_cost=self.m)
        return kdf.derive(unicodedata.normalize("NFKC", passphrase).encode())


class _KeyFile(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    format: Literal["fieldtui-organisation-private-key"] = "fieldtui-organisation-private-key"
    version: Literal[1] = 1
    public: dict[str, Any]
    kdf: _Kdf
    wrap: Literal["aes-256-gcm-siv"] = "aes-256-gcm-siv"
    nonce: Annotated[str, Field(max_length=32)]
    ct: Annotated[str, Field(max_length=8_192)]

    def context(self) -> bytes:
        """What the ciphertext is bound to."""
        return canonical_json(self.model_dump(exclude={"nonce", "ct"}))


def write_private(
    path: Path, key: PrivateOrganisationKey, passphrase: str, *, cost: tuple[int, int, int] = _COST
) -> None:
    """Write the private half, encrypted, for this user alone.

    Args:
        path: A new file.
        key: Both private halves.
        passphrase: At least 15 characters.
        cost: Argon2id's memory (KiB), passes and lanes.

    Raises:
        BadUsage: The passphrase is too short, or there is a file already.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadUsage(
            _("Adgangssætningen til nøglen skal have mindst {count} tegn.").format(count=SHORTEST_PASSPHRASE)
        )
    refuse_existing(path)
    memory, passes, lanes = cost
    kdf = _Kdf(m=memory, t=passes, p=lanes, salt=_text(os.urandom(16)))
    bare = _KeyFile(public=key.public.model_dump(mode="json", exclude_none=True), kdf=kdf, nonce="", ct="")
    secret = canonical_json(
        {"recovery": _text(key.recovery.private_bytes_raw()), "signing": private_key_text(key.signing)}
    )
    nonce = os.urandom(12)
    ciphertext = AESGCMSIV(kdf.key(passphrase)).encrypt(nonce, secret, bare.context())
    file = bare.model_copy(update={"nonce": _text(nonce), "ct": _text(ciphertext)})
    write_atomically(path, canonical_json(file.model_dump()) + b"\n")


def read_private(path: Path, passphrase: str) -> PrivateOrganisationKey:
    """Read what `write_private` wrote.

    Raises:
        BadFile: It is no such file, or it was changed in its public part.
        WrongPassphrase: It does not open.
    """
    try:
        file = _KeyFile.model_validate_json(_read(path))
        nonce, ciphertext = base64.b64decode(file.nonce, validate=True), base64.b64decode(file.ct, validate=True)
        opener = AESGCMSIV(file.kdf.key(passphrase))
    except (ValidationError, binascii.Error, ValueError):
        raise BadFile(str(path), None, _("Det er ikke en privat organisationsnøgle.")) from None
    try:
        secret = _Secret.model_validate_json(opener.decrypt(nonce, ciphertext, file.context()))
    except (InvalidTag, ValueError):
        raise WrongPassphrase from None
    return PrivateOrganisationKey(
        X25519PrivateKey.from_private_bytes(base64.b64decode(secret.recovery)), load_private_key(secret.signing)
    )


def write_public(path: Path, key: OrganisationKey) -> None:
    """Write the public half as a file of its own.

    Raises:
        BadUsage: There is a file already.
    """
    refuse_existing(path)
    write_atomically(path, canonical_json(key.model_dump(mode="json", exclude_none=True)) + b"\n")


def read_public(path: Path) -> OrganisationKey:
    """Read what `write_public` wrote.

    Raises:
        BadFile: It is no such file.
    """
    try:
        return OrganisationKey.model_validate_json(_read(path))
    except ValidationError:
        raise BadFile(str(path), None, _("Det er ikke den offentlige del af en organisationsnøgle.")) from None


def refuse_existing(path: Path) -> None:
    """Make sure that nothing is written over.

    Raises:
        BadUsage: There is a file already.
    """
    if path.exists():
        raise BadUsage(_("Filen {file} findes allerede og er ikke rørt.").format(file=path))


class _Secret(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    recovery: str
    signing: str


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError:
        raise BadFile(str(path), None, _("Den kan ikke læses.")) from None
    if len(data) > _LARGEST:
        raise BadFile(str(path), None, _("Den er for stor."))
    return data


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
