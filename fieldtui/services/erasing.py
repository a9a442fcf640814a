"""Destroying the vault of this machine by hand (security design, § 5.7): without a passphrase, or after everything was sent."""

from __future__ import annotations

from pathlib import Path

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.services.workspace import Workspace
from fieldtui.vault.erasing import Erased, erase_vault

__all__ = ["WORD", "Erased", "erase", "push_then_erase", "require_word"]

WORD = "SLET"
"""What a person types to say that they mean it; the same in every language."""


def require_word(typed: str) -> None:
    """Make sure that somebody means it.

    Raises:
        BadUsage: Another word, or small letters; nothing was touched.
    """
    if typed.strip() != WORD:
        raise BadUsage(_("Skriv ordet {word} med store bogstaver for at slette. Intet er slettet.").format(word=WORD))


def erase(folder: Path) -> Erased:
    """Destroy the vault in a folder, whatever it holds; nobody has to open it. Lists in its exports folder go with it.

    Raises:
        NoVault, FolderRefused, Busy: Nothing was touched.
        OSError: A file could not be removed; call again.
    """
    return erase_vault(folder)


def push_then_erase(workspace: Workspace) -> Erased:
    """Send everything that waits, remove the lists that were made wherever they lie, and destroy the vault.

    Raises:
        BadUsage: Something could not be sent; nothing was erased.
        NotEnrolled, Unreachable, TlsRefused, ServerFault, UpgradeNeeded, MassChange, Revoked: As a sync; nothing was erased.
        Busy: Another fieldtui has it open; nothing was erased.
        OSError: A file could not be removed; call `erase`.
    """
    workspace.syncing.run(manual=True)
    stands = workspace.status()
    left = stands.pending + stands.rejected + stands.conflicts + len(workspace.drafts.unfinished())
    if left:
        raise BadUsage(
            _(
                "{count} ændringer og kladder kan ikke sendes. Intet er slettet. Uden --push-first slettes de med."
            ).format(count=left)
        )
    workspace.store.audit("erase")
    workspace.syncing.run(manual=True)
    workspace.exports.remove_all()
    folder = workspace.folder
    workspace.close()
    return erase_vault(folder)
