"""Whom a text names: CPR numbers, and names of the citizens on this device. For texts that are everybody's in the team."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.domain.records import Citizen
from fieldtui.services.context import Context

_CPR: Final = re.compile(r"(?<!\d)\d{6}[-\u2010-\u2015\u2212 ]?\d{4}(?!\d)")
_WORD: Final = re.compile(r"\w+")
_SHORTEST: Final = 3
"""Letters of a first name that is looked for alone."""


@dataclass(frozen=True, slots=True)
class Named:
    """What was found in a text; never the names themselves."""

    number: bool = False
    """Something that looks like a CPR number."""
    whole: bool = False
    """A citizen's first and last name, or their call code."""
    first: bool = False
    """A citizen's first name, which may be anybody's."""

    @property
    def certain(self) -> bool:
        """True where the text points at one person, so that it is not stored."""
        return self.number or self.whole

    def warning(self) -> str:
        """A sentence to read before saving; empty where nothing was found."""
        if self.number:
            return _("Der står noget, der ligner et CPR-nummer. Skriv uden det.")
        if self.whole:
            return _("Teksten nævner en borger ved navn. Skriv den uden navn.")
        if self.first:
            return _("Et fornavn i teksten er også en af dine borgeres. Er det borgeren, så skriv uden navn.")
        return ""


def named_in(context: Context, text: str | None, *, but: Collection[str] = ()) -> Named:
    """Whom a text names, of the citizens on this device. Names of colleagues are no citizens'.

    Args:
        context: What the services stand on.
        text: As typed.
        but: Ids of citizens whom the text is about, and who may stand in it.
    """
    if not text:
        return Named()
    words = _words(text)
    for person in context.people:
        words = _without(words, _words(person.name))
    whole = first = False
    for stored in context.store.all("citizen", annulled=True):
        if stored.id in but:
            continue
        citizen: Citizen = stored.record
        given, family = _names(citizen.given_name), _names(citizen.family_name)
        heard = bool(given) and _holds(words, given[0])
        whole = whole or bool(heard and family and _holds(words, family[-1])) or _is_called(words, citizen.call_code)
        first = first or (heard and len(given[0]) >= _SHORTEST)
    return Named(_CPR.search(text) is not None, whole, first)


def _words(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]


def _names(text: str | None) -> list[str]:
    """The words of a name; a letter or a digit alone is no name to look for."""
    return [word for word in _words(text or "") if len(word) > 1]


def _holds(words: list[str], name: str) -> bool:
    """A name or its genitive."""
    return name in words or f"{name}s" in words


def _is_called(words: list[str], call_code: str | None) -> bool:
    return call_code is not None and fold(call_code) in words


def _without(words: list[str], name: list[str]) -> list[str]:
    """The words without each place where the whole name stands."""
    kept, at = [], 0
    while at < len(words):
        if len(name) > 1 and words[at : at + len(name)] == name:
            at += len(name)
        else:
            kept.append(words[at])
            at += 1
    return kept
