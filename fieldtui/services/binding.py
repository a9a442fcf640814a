"""What opens a vault, and whether its passphrase needs this machine besides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fieldtui.services.context import Context
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.vault import STANDARD, KdfCost, Secret
from fieldtui.vault.changing import bind_vault, unbind_vault
from fieldtui.vault.devicesecret import SecretStore, StoreName, binding_of, store_here
from fieldtui.vault.header import OrganisationSlot, PassphraseSlot, RecoverySlot
from fieldtui.vault.headerfiles import HeaderFiles


@dataclass(frozen=True, slots=True)
class WayIn:
    """One slot of the header; none of it is secret."""

    id: str
    kind: str
    """`passphrase`, `recovery`, `org-hpke`, or a kind that this version does not know."""
    store: StoreName | None = None
    """The store of secrets that is needed besides the passphrase."""
    kid: str | None = None
    """Which of the organisation's keys."""
    created: str | None = None
    """ISO date, where the slot says."""


def ways_in(folder: Path) -> tuple[WayIn, ...]:
    """What opens the vault in a folder, as its header says; nobody has to open it for that.

    Raises:
        NoVault, NewerVault, HeaderDamaged, FolderRefused: As `unlocking.unlock`.
    """
    return tuple(_way(slot) for slot in HeaderFiles(folder / "vault").candidates()[0].slots)


def _way(slot: object) -> WayIn:
    if isinstance(slot, PassphraseSlot):
        return WayIn(slot.id, slot.type, store=None if slot.devsec == "none" else slot.devsec)
    if isinstance(slot, RecoverySlot):
        return WayIn(slot.id, slot.type, created=slot.created)
    if isinstance(slot, OrganisationSlot):
        return WayIn(slot.id, slot.type, kid=slot.kid, created=slot.created)
    return WayIn(str(getattr(slot, "id", "")), str(getattr(slot, "type", "")))


def bound_to(workspace: Workspace) -> StoreName | None:
    """The store that the passphrase needs besides; `None` where it needs none."""
    return workspace.store.vault.borrow(lambda header, _key: binding_of(header))


def bind(
    workspace: Workspace, passphrase: Secret, *, store: SecretStore | None = None, kdf: KdfCost = STANDARD
) -> StoreName:
    """Let the passphrase need a secret in this machine's own store besides; written to the access log.

    Args:
        workspace: The unlocked vault.
        passphrase: What opens it from now on, on this machine; stays the caller's.
        store: Where to keep the secret; `None` for the operating system's own.
        kdf: What a guess costs.

    Raises:
        PassphraseTooWeak, DeviceStoreShut, DiskFull: Nothing was changed.
    """
    store = store_here(workspace.folder) if store is None else store
    bind_vault(workspace.store.vault, passphrase, store, kdf=kdf, about=about(workspace.context))
    workspace.store.audit("device_secret", detail=store.name)
    return store.name


def unbind(workspace: Workspace, passphrase: Secret, *, kdf: KdfCost = STANDARD) -> None:
    """Let the passphrase alone open the vault again; written to the access log.

    Raises:
        PassphraseTooWeak: It must be a long one for that; nothing was changed.
        DiskFull: Nothing was changed.
    """
    unbind_vault(workspace.store.vault, passphrase, kdf=kdf, about=about(workspace.context))
    workspace.store.audit("device_secret", detail="none")


def about(context: Context) -> tuple[str, ...]:
    """Words that somebody who knows whose machine this is tries first; they do not count towards a passphrase's strength."""
    consultant = context.consultant
    if consultant is None:
        return ()
    texts = (
        consultant.initials,
        consultant.name,
        consultant.unit or "",
        context.store.meta(MetaKey.ORGANISATION) or "",
    )
    return tuple(dict.fromkeys(word for text in texts for word in re.findall(r"\w{2,}", text)))
