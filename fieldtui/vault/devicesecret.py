"""A second secret that stays on the machine: 32 random bytes in the operating system's store of secrets.

A passphrase slot may be bound to one. Then a copy of the files and the passphrase do not open the vault; the machine's
store is needed too. It goes into Argon2id as its secret parameter (RFC 9106, 3.1), so neither says anything about the
other. The recovery code and the organisation's slot never need it: stores get lost with a reinstalled machine.

Which store it is stands in the slot and is never guessed: the Secret Service on Linux, DPAPI on Windows, and nothing
that would write the secret down in the clear.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final, Literal, Protocol

from fieldtui.base.errors import DeviceStoreShut
from fieldtui.base.log import event
from fieldtui.vault.header import Header, PassphraseSlot

SECRET_BYTES: Final = 32
StoreName = Literal["secretservice", "dpapi"]


class SecretStore(Protocol):
    """Where one kind of operating system keeps secrets for its user."""

    name: StoreName

    def read(self, vault_id: str, slot_id: str) -> bytes | None:
        """The secret of a slot; `None` where the store answers and has none.

        Raises:
            DeviceStoreShut: The store is locked, or not there.
        """

    def keep(self, vault_id: str, slot_id: str, secret: bytes) -> None:
        """Keep a slot's secret for good.

        Raises:
            DeviceStoreShut: It is not kept.
        """

    def forget(self, vault_id: str, *, but: frozenset[str] = frozenset()) -> None:
        """Remove the secrets of all of a vault's slots but these.

        Raises:
            DeviceStoreShut: Some may be there still.
        """


def store_named(name: str, folder: Path) -> SecretStore:
    """The store that a slot names.

    Args:
        name: `secretservice` or `dpapi`.
        folder: The data folder, where DPAPI's sealed secrets lie.

    Raises:
        DeviceStoreShut: It is another operating system's.
    """
    if name == "secretservice" and sys.platform.startswith("linux"):
        from fieldtui.vault.secretservice import SecretService

        return SecretService()
    if name == "dpapi" and sys.platform == "win32":
        from fieldtui.vault.dpapi import Dpapi

        return Dpapi(folder)
    raise DeviceStoreShut


def store_here(folder: Path) -> SecretStore:
    """This operating system's own store.

    Raises:
        DeviceStoreShut: It has none that is supported.
    """
    return store_named("dpapi" if sys.platform == "win32" else "secretservice", folder)


def new_device_secret() -> bytes:
    """Fresh random bytes from the operating system."""
    return os.urandom(SECRET_BYTES)


def binding_of(header: Header) -> StoreName | None:
    """The store that the passphrase needs; `None` where it needs none."""
    for slot in header.slots:
        if isinstance(slot, PassphraseSlot) and slot.devsec != "none":
            return slot.devsec
    return None


def forget_unused(before: Header, after: Header | None, folder: Path) -> None:
    """Remove from the store what no slot needs any more. Where the store is shut it stays there, of no use to anybody.

    Args:
        before: The header whose slots may have had secrets.
        after: The header in force; `None` where the vault is gone.
        folder: The data folder.
    """
    name = binding_of(before)
    if name is None:
        return
    slots = () if after is None else after.slots
    kept = frozenset(slot.id for slot in slots if isinstance(slot, PassphraseSlot) and slot.devsec != "none")
    try:
        store_named(name, folder).forget(before.vault_id, but=kept)
    except DeviceStoreShut:
        event("vault.device_secret_left", store=name)
