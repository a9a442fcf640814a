"""Protected names and addresses (CPR-lovens § 28): masked until someone has confirmed that the protection has ended."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.domain.records import Citizen

PROTECTED_FIELDS = ("address", "postal_code", "city", "phone")
"""What is hidden by default and left out of every list; the CPR number is hidden for everyone."""
ELSEWHERE: Final = "Ude af huset"
"""What stands in the place of a place that holds a citizen's address; the same in every language, as a file may be read in any."""
HIDDEN: Final = N_("skjult (beskyttet)")
"""What stands in the place of a hidden field."""
_SHORTEST_ADDRESS: Final = 4
_WORD: Final = re.compile(r"\w+")


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


def holds_address(text: str | None, citizen: Citizen) -> bool:
    """True where a text holds the citizen's address, whole or its road and number, however it is spelled.

    Too much is hidden rather than too little: `Havnegade 1` counts as held by `Havnegade 12`.
    """
    words = _words(text)
    return any(wanted in words for wanted in _addresses(citizen))


def visible_place(place: str | None, citizen: Citizen | None) -> str | None:
    """A meeting's place as it may be shown: where a protected citizen lives it is "Ude af huset"."""
    if citizen is None or not is_protected(citizen) or not holds_address(place, citizen):
        return place
    return ELSEWHERE


def without_address(text: str, citizen: Citizen) -> str:
    """The words of a text, folded, without those of the citizen's address."""
    words = _words(text)
    for wanted in sorted(_addresses(citizen), key=len, reverse=True):
        words = words.replace(wanted, " ")
    return words


def _words(text: str | None) -> str:
    return " ".join(_WORD.findall(fold(text or "")))


def _addresses(citizen: Citizen) -> set[str]:
    """The whole address, and what stands before the first comma where that is a road with a number."""
    whole, road = _words(citizen.address), _words((citizen.address or "").partition(",")[0])
    found = {whole, road} if any(char.isdigit() for char in road) else {whole}
    return {each for each in found if len(each) >= _SHORTEST_ADDRESS}
