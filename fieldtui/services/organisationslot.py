"""Which key of an organisation may open this vault when its owner cannot: one that a person or the enrolment vouched for."""

from __future__ import annotations

from typing import Final

from fieldtui.base.errors import Busy, DiskFull
from fieldtui.base.log import event
from fieldtui.services.context import Context
from fieldtui.store import MetaKey
from fieldtui.vault import OpenVault
from fieldtui.vault.header import OrganisationSlot
from fieldtui.wire.organisation import OrganisationKey

TRUSTED: Final = frozenset({"enrolled", "confirmed"})
"""How a pinned key may have come to be trusted; one that was only told by a sync opens nothing and orders nothing."""


def trusted_key(context: Context) -> OrganisationKey | None:
    """The organisation's key, where it is pinned and somebody vouched for it."""
    text = context.store.meta(MetaKey.ORGANISATION_KEY)
    if text is None or context.store.meta(MetaKey.ORGANISATION_KEY_TRUST) not in TRUSTED:
        return None
    return OrganisationKey.model_validate_json(text)


def keep_organisation_slot(context: Context) -> None:
    """Bring the vault's organisation slot up to the key that is pinned and trusted; written to the access log where it changes.

    Where there is no room for it, or another process holds the vault, it stays as it was: that stops nobody's work, and
    the next unlock tries again.
    """
    store, key = context.store, trusted_key(context)
    if key is None or _kids(store.vault) == [key.kid]:
        return
    # What makes a slot is loaded by who needs one: once in the life of a key.
    from fieldtui.vault.organisationslot import put_organisation_slot

    try:
        if put_organisation_slot(store.vault, key, clock=context.clock):
            store.audit("organisation_slot", detail=key.kid)
    except (Busy, DiskFull) as error:
        event("organisation_slot.later", cause=type(error).__name__)


def _kids(vault: OpenVault) -> list[str]:
    return vault.borrow(lambda header, _key: [slot.kid for slot in header.slots if isinstance(slot, OrganisationSlot)])
