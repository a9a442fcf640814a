"""Words of working life that belong together, and words about health: what matching reads wishes and openings with.

The words are ours, not an official classification: they only bring a suggestion nearer, and a person decides. The words
about health are taken out before anything is compared, so that none can become a reason.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from fieldtui.base.text import fold

_KEPT: Final = 4096
"""So many texts are read once only: a caseload against a hundred openings asks for the same ones again and again."""

_FAMILIES: Final[tuple[tuple[str, ...], ...]] = (
    (
        "køkken", "kantine", "café", "cafe", "opvask", "anret", "kok", "mad", "smørrebrød", "restaurant", "bager", "bageri",
        "servering", "tjener",
    ),
    ("lager", "pakke", "pakning", "logistik", "plukke", "truck", "terminal", "varemodtag", "sortering"),
    ("butik", "detail", "kasse", "ekspedi", "salg", "supermarked", "vareopfyld", "boghandel", "netto"),
    ("gartner", "havearbejde", "grønne", "park", "anlægs", "planteskole", "blomst"),
    ("kontor", "administra", "reception", "sekretær", "bogholder", "arkiv", "tastearbejde"),
    ("rengøring", "service", "hotel", "stuepige", "vask", "vaskeri"),
    ("it", "computer", "support", "web", "program", "data"),
    ("bud", "chauffør", "køre", "kørsel", "levering", "transport", "cykelbud"),
    ("håndværk", "tømrer", "maler", "murer", "byg", "snedker", "træ", "smed", "værksted", "montage", "mekaniker", "cykel"),
    ("børn", "børnehave", "vuggestue", "pædagog", "skole", "sfo", "fritid"),
    ("pleje", "ældre", "plejehjem", "omsorg", "sosu"),
    ("dyr", "hund", "stald", "hest", "kennel"),
    ("kunst", "musik", "kultur", "museum", "teater", "bibliotek"),
    ("pedel", "vicevært", "ejendom", "vedligehold"),
    ("sy", "tekstil", "tøj", "genbrug"),
)  # fmt: skip
"""Beginnings of words (a word of three letters or less is whole); one family is one kind of work."""

_HEALTH: Final = tuple(
    fold(word)
    for word in (
        "helbred", "syg", "sundhed", "angst", "depress", "stress", "psyk", "skizo", "bipolar", "adhd", "autis", "ptsd",
        "borderline", "diagnos", "lidelse", "handicap", "misbrug", "rusmid", "stof", "alkohol", "druk", "hash", "kokain", "heroin",
        "metadon", "medicin", "piller", "behandl", "terapi", "smert", "migræne", "gigt", "diabet", "epilep", "astma", "kræft",
        "cancer", "hjerte", "ryg", "knæ", "skulder", "slidgigt", "demens", "hjerneskade", "indlagt", "hospital", "læge",
        "gravid", "fedme", "kol", "hiv", "hepatit", "allergi", "kørestol", "rollator", "krykke", "blind", "døv", "hørenedsæt",
        "synsnedsæt", "svimmel", "træthed", "søvn", "selvmord", "selvskade", "spiseforstyr", "anoreks", "afhængig", "abstinens",
    )
)  # fmt: skip
"""Beginnings of words that tell of somebody's health, rather one too many; those of `_WHOLE` count only as whole words."""

_WHOLE: Final = frozenset({"kol", "hiv", "ryg"})
_ANYWHERE: Final = 5
"""A stem of so many letters is found inside a compound too: `rygsmerter`, `fysioterapi`."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_REFUSING: Final = frozenset(
    ("ikke", "ingen", "intet", "uden", "aldrig", "undgaa", "nej", "not", "no", "without", "never")
)
_EMPTY_WORDS: Final = frozenset(
    fold(
        "og i på med til af en et at der som for den det de er har kan vil skal ikke gerne helst noget job arbejde "
        "arbejder medarbejder assistent hjælper have timer uge ugen pr om fra ved eller men så være lidt mere hos mig jeg min mit egen selv fast flere "
        "and or a the with to in of for work"
    ).split()
)


@lru_cache(maxsize=_KEPT)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that say something, folded, each once, in their order; none about health."""
    found = dict.fromkeys(word for word in _WORD.findall(fold(text)) if word not in _EMPTY_WORDS)
    return tuple(word for word in found if len(word) > 1 and not about_health(word))


@lru_cache(maxsize=_KEPT)
def about_health(text: str) -> bool:
    """True where a word of the text tells, or may tell, of somebody's health."""
    return any(_tells(word, stem) for word in _WORD.findall(fold(text)) for stem in _HEALTH)


def _tells(word: str, stem: str) -> bool:
    if stem in _WHOLE:
        return word == stem
    return stem in word if len(stem) >= _ANYWHERE else word.startswith(stem)


def is_refusal(text: str) -> bool:
    """True where a text says what somebody does not want: `ikke kasse`, `uden trapper`."""
    return not _REFUSING.isdisjoint(_WORD.findall(fold(text)))


def before_refusal(text: str) -> str:
    """What a text says that somebody does want: `butik, men ikke kasse` up to the `ikke`."""
    refused = next((found for found in _WORD.finditer(text) if fold(found.group()) in _REFUSING), None)
    return text if refused is None else text[: refused.start()]


@lru_cache(maxsize=_KEPT)
def family_of(word: str) -> int | None:
    """Which kind of work a folded word belongs to; `None` for a word of no kind."""
    found = (number for fits in (_begins, _ends) for number, stems in enumerate(_FOLDED) if fits(word, stems))
    return next(found, None)


def _begins(word: str, stems: tuple[str, ...]) -> bool:
    return any(word == stem if len(stem) <= 3 else word.startswith(stem) for stem in stems)


def _ends(word: str, stems: tuple[str, ...]) -> bool:
    return any(len(stem) > 3 and word.endswith(stem) for stem in stems)


@lru_cache(maxsize=_KEPT)
def same_word(one: str, other: str) -> bool:
    """True for the same word in two forms, or a part of a compound: `opvask` and `opvasker`, `lager` and `lagerarbejde`."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) > 3 and (long.startswith(short) or long.endswith(short)))


_FOLDED: Final = tuple(tuple(fold(stem) for stem in family) for family in _FAMILIES)
