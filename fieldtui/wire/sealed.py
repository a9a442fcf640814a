"""What a device that is shut out leaves behind: everything it had not sent, sealed to the organisation's offline key."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from fieldtui.base.canonical import canonical_json
from fieldtui.wire.fields import AnyScope, InstantText, LogText, Message, ShortText
from fieldtui.wire.messages import Op, Person
from fieldtui.wire.organisation import SUITE, OrganisationKey, OrganisationKeyRefused, PrivateOrganisationKey, seal

LARGEST: Final = 64 * 1_048_576
"""Most bytes of a sealed file that is read."""


class PendingChange(Message):
    """A change that the central system had not taken."""

    state: Literal["waiting", "rejected", "conflict"]
    """`conflict`: another version stands at the office, and nobody had decided; `op` is this device's version."""
    reason: LogText | None = None
    """Why it was rejected, as a technical word."""
    label: LogText = ""
    """What it was, as the person did it."""
    scope: AnyScope
    op: Op


class PendingDraft(Message):
    """A text that somebody had begun."""

    kind: ShortText
    subject: ShortText | None = None
    """Id of the citizen or record it is about."""
    saved_at: Annotated[str, Field(max_length=40)]
    text: str


class Pending(Message):
    """Everything that was sealed, in the clear."""

    format: Literal["fieldtui-pending"] = "fieldtui-pending"
    version: Literal[1] = 1
    organisation_id: ShortText
    device_id: ShortText
    consultant: Person
    sealed_at: InstantText
    changes: tuple[PendingChange, ...] = ()
    drafts: tuple[PendingDraft, ...] = ()


class Sealed(Message):
    """The file as it lies on the disk: it names no citizen and nobody but the device."""

    format: Literal["fieldtui-sealed"] = "fieldtui-sealed"
    version: Literal[1] = 1
    suite: ShortText
    kid: ShortText
    """Which organisation key opens it."""
    device_id: ShortText
    vault_id: ShortText
    sealed_at: InstantText
    changes: int
    drafts: int
    ct: str
    """Encapsulated key and ciphertext (RFC 9180), base64."""

    def context(self) -> dict[str, Any]:
        """What the ciphertext is bound to: everything else in the file."""
        return self.model_dump(exclude={"ct"})

    def data(self) -> bytes:
        """The bytes of the file."""
        return canonical_json(self.model_dump()) + b"\n"


def seal_pending(pending: Pending, key: OrganisationKey, *, vault_id: str) -> Sealed:
    """Seal to the organisation's key."""
    bare = Sealed(
        suite=SUITE,
        kid=key.kid,
        device_id=pending.device_id,
        vault_id=vault_id,
        sealed_at=pending.sealed_at,
        changes=len(pending.changes),
        drafts=len(pending.drafts),
        ct="",
    )
    ciphertext = seal(key, pending.model_dump_json().encode(), bare.context())
    return bare.model_copy(update={"ct": base64.b64encode(ciphertext).decode("ascii")})


def read_sealed(data: bytes) -> Sealed | Pending:
    """A file that a device left, or one that was opened before.

    Raises:
        OrganisationKeyRefused: It is neither.
    """
    if len(data) > LARGEST:
        raise OrganisationKeyRefused("size")
    for model in (Sealed, Pending):
        try:
            return model.model_validate_json(data)
        except ValidationError:
            continue
    raise OrganisationKeyRefused("format")


def open_sealed(sealed: Sealed, key: PrivateOrganisationKey) -> Pending:
    """What was sealed, in the clear.

    Raises:
        OrganisationKeyRefused: Sealed to another key, changed, or of a newer version.
    """
    if sealed.suite != SUITE or sealed.kid != key.public.kid:
        raise OrganisationKeyRefused("key")
    try:
        ciphertext = base64.b64decode(sealed.ct, validate=True)
        return Pending.model_validate_json(key.open(ciphertext, sealed.context()))
    except (binascii.Error, ValidationError):
        raise OrganisationKeyRefused("sealed") from None
