"""The organisation's slot: a vault that its owner cannot open any more, opened with the help of the offline key.

The private key never leaves the office (`fieldtui.wire.slotrecovery`). The half that an answer is sealed to lies in
the vault's folder, for this user alone, from the request until its answer was used.
"""

from __future__ import annotations

import base64
import secrets
from datetime import UTC
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import BaseModel, ConfigDict, ValidationError

from fieldtui.base.canonical import canonical_json
from fieldtui.base.clock import Clock, today
from fieldtui.base.errors import AnswerRefused, HeaderTampered, NoOrganisationSlot
from fieldtui.base.files import read_small, remove_leftover, write_atomically
from fieldtui.base.log import event
from fieldtui.vault.database import room_on_disk
from fieldtui.vault.header import Header, OrganisationSlot
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.keys import KEY_BYTES
from fieldtui.vault.openvault import OpenVault
from fieldtui.vault.replacing import overwrite
from fieldtui.vault.secret import wipe
from fieldtui.wire.organisation import OrganisationKey, OrganisationKeyRefused, X25519Text
from fieldtui.wire.slotrecovery import LARGEST, SealedSlot, SlotRequest, open_answer, read_answer, seal_slot

ASKED: Final = "recovery-request.json"
"""File in the vault's folder: the request that was made last, and the key to its answer."""


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    request: SlotRequest
    private: X25519Text


def organisation_slot(vault_id: str, vault_key: bytearray, key: OrganisationKey, clock: Clock) -> OrganisationSlot:
    """A slot that the holders of the organisation's private key open."""
    bare = SealedSlot(id=f"org-{secrets.token_hex(4)}", kid=key.kid, created=today(clock).isoformat())
    return OrganisationSlot(**seal_slot(key, vault_key, vault_id=vault_id, bare=bare).model_dump())


def put_organisation_slot(vault: OpenVault, key: OrganisationKey, *, clock: Clock) -> bool:
    """Let the organisation's key open this vault, and no key of the organisation before it.

    Args:
        vault: The open vault.
        key: The key, which the caller trusts: who holds its private half and the laptop's files can read everything.
        clock: Dates the slot.

    Returns:
        False where this very key could already; nothing was written.

    Raises:
        DiskFull: No room; the slot before stays.
    """
    kids = vault.borrow(lambda header, _key: [slot.kid for slot in header.slots if isinstance(slot, OrganisationSlot)])
    if kids == [key.kid]:
        return False

    def replace(header: Header, vault_key: bytearray) -> dict[str, object]:
        kept = (slot for slot in header.slots if not isinstance(slot, OrganisationSlot))
        return {"slots": (*kept, organisation_slot(header.vault_id, vault_key, key, clock))}

    vault.change_header(replace)
    event("vault.organisation_slot", kid=key.kid)
    return True


def ask_organisation(folder: Path, *, clock: Clock) -> SlotRequest:
    """A request to the office to open this vault's slot; the answer to an earlier one is of no use afterwards.

    Raises:
        NoVault, NewerVault, HeaderDamaged, FolderRefused: As `open_vault`.
        NoOrganisationSlot: The vault has none.
        DiskFull: No room.
    """
    home = folder / "vault"
    header = HeaderFiles(home).candidates()[0]
    slot = next((slot for slot in header.slots if isinstance(slot, OrganisationSlot)), None)
    if slot is None:
        raise NoOrganisationSlot
    private = X25519PrivateKey.generate()
    request = SlotRequest(
        vault_id=header.vault_id,
        slot=SealedSlot(**slot.model_dump()),
        answer_to=_text(private.public_key().public_bytes_raw()),
        asked_at=clock.now().astimezone(UTC).isoformat(timespec="seconds"),
    )
    kept = _Asked(request=request, private=_text(private.private_bytes_raw()))
    with room_on_disk():
        write_atomically(home / ASKED, canonical_json(kept.model_dump()))
    event("vault.organisation_asked", kid=slot.kid)
    return request


def open_with_answer(folder: Path, answer: bytes) -> OpenVault:
    """Open a vault with the office's answer. Nothing is changed by it: `renew_secrets` comes next, then `forget_request`.

    Raises:
        AnswerRefused: No request was made here, it answers another one, or it does not open this vault.
        NoVault, NewerVault, HeaderDamaged, HeaderTampered, DatabaseMissing, DatabaseDamaged, DiskFull, Busy,
        FolderRefused: As `open_vault`.
    """
    home = folder / "vault"
    files = HeaderFiles(home)
    files.candidates()
    asked = _asked(home)
    private = X25519PrivateKey.from_private_bytes(base64.b64decode(asked.private))
    try:
        vault_key = bytearray(open_answer(read_answer(answer), asked.request, private))
    except OrganisationKeyRefused as refused:
        raise AnswerRefused(str(refused)) from None
    try:
        if len(vault_key) != KEY_BYTES:
            raise AnswerRefused("key")
        files.genuine(vault_key)
    except HeaderTampered:
        wipe(vault_key)
        raise AnswerRefused("key") from None
    except BaseException:
        wipe(vault_key)
        raise
    return OpenVault(folder, vault_key)


def forget_request(folder: Path) -> None:
    """Overwrite and remove the key that an answer was sealed to: no answer opens anything any more.

    Raises:
        OSError: It could not be overwritten.
    """
    path = folder / "vault" / ASKED
    if path.is_file() and not path.is_symlink():
        overwrite(path)
    remove_leftover(path)


def _asked(home: Path) -> _Asked:
    try:
        return _Asked.model_validate_json(read_small(home / ASKED, 2 * LARGEST))
    except (OSError, ValidationError, ValueError):
        raise AnswerRefused("no-request") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
