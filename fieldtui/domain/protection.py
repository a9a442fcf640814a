"""Protected names and addresses (CPR-lovens § 28): masked until someone has confirmed that the protection has ended."""

from __future__ import annotations

from datetime import date

from fieldtui.base.i18n import _
from fieldtui.domain.records import Citizen

PROTECTED_FIELDS = ("address", "postal_code", "city", "phone")
"""What is hidden by default and left out of every list; the CPR number is hidden for everyone."""


def is_protected(citizen: Citizen) -> bool:
    """True while the flag is set, whatever day it is: a protection that has run out masks until someone takes it off."""
    return citizen.address_protected


def has_lapsed(citizen: Citizen, on: date) -> bool:
    """True where the protection has run out by its date and waits for someone to confirm it."""
    return citizen.address_protected and citizen.protected_until is not None and citizen.protected_until < on


def visible_name(citizen: Citizen) -> str:
    """What a list for others may call the citizen: first name and initial, or only the call code where protected.

    A protected citizen without a call code is `BESKYTTET`: nothing else may stand there.
    """
    if not is_protected(citizen):
        return citizen.short_name
    return citizen.call_code or _("BESKYTTET")


def visible(citizen: Citizen, field: str) -> str | None:
    """A contact field as it may be shown without a logged reveal: `None` where it is hidden or empty."""
    if field == "cpr" or (is_protected(citizen) and field in PROTECTED_FIELDS):
        return None
    value = getattr(citizen, field)
    return None if value is None else str(value)
