"""The words that quick-add knows, in one table (decision 14), and how loosely they may be spelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from fieldtui.base.i18n import N_
from fieldtui.base.text import fold

Target = Literal["appointment", "task", "note", "bridging_note", "employer_contact", "attendance"]

_DEFAULT_MINUTES: Final = 45


@dataclass(frozen=True, slots=True)
class Word:
    """What a first word makes of the line."""

    target: Target
    kind: str = ""
    """Kind of appointment, attendance code, or mode of an employer contact."""
    title: str = ""
    """Danish title, where the kind alone does not say it."""
    minutes: int = _DEFAULT_MINUTES
    form: str = "personal"


INTERVIEW: Final = Word("appointment", "jobsamtale")
_CALL: Final = Word("appointment", "andet", N_("Opkald"), 15, "phone")
VISIT: Final = Word("appointment", "virksomhedsbesoeg", "", 60)
_TEAM: Final = Word("appointment", "team", N_("Teammøde"), 60)
_NETWORK: Final = Word("appointment", "netvaerk", N_("Netværksmøde"), 60)
_COMPANY: Final = Word("employer_contact", "")
_TASK: Final = Word("task")

WORDS: Final[dict[str, Word]] = {
    "samtale": INTERVIEW, "jobsamtale": INTERVIEW, "meeting": INTERVIEW,
    "opfoelgning": Word("appointment", "opfoelgning"),
    "moede": Word("appointment", "andet", N_("Møde")),
    "teammoede": _TEAM, "netvaerk": _NETWORK, "netvaerksmoede": _NETWORK,
    "ring": _CALL, "opkald": _CALL, "call": _CALL,
    "besoeg": VISIT,
    "rundvisning": Word("appointment", "virksomhedsbesoeg", N_("Rundvisning"), 60),
    "proevedag": Word("appointment", "virksomhedsbesoeg", N_("Prøvedag")),
    "mentor": Word("appointment", "mentor"),
    "virk": _COMPANY, "virksomhed": _COMPANY, "kontakt": _COMPANY,
    "brobygning": Word("bridging_note", "brobygning"),
    "opgave": _TASK, "husk": _TASK, "task": _TASK,
    "note": Word("note", "notat"), "notat": Word("note", "notat"),
    "udeblevet": Word("attendance", "no_show"),
    "fremmoedt": Word("attendance", "attended"), "moedt": Word("attendance", "attended"),
    "afbud": Word("attendance", "cancelled_citizen"),
}  # fmt: skip
"""Folded word → what it means: the one table of decision 14."""

_MODES: Final = {
    "besoeg": "visit",
    "ring": "phone",
    "telefon": "phone",
    "opkald": "phone",
    "mail": "mail",
    "mailet": "mail",
}


def loose(text: str) -> str:
    """Folded further, so that both spellings of people without Danish keys meet: `ojvind` and `oejvind` are Øjvind."""
    return fold(text).replace("ae", "a").replace("oe", "o").replace("aa", "a")


_LOOSE_WORDS: Final = {loose(name): word for name, word in WORDS.items()}
_LOOSE_MODES: Final = {loose(name): mode for name, mode in _MODES.items()}


def word_of(text: str) -> Word | None:
    """What a first word means, in any spelling."""
    return _LOOSE_WORDS.get(loose(text))


def mode_of(text: str) -> str | None:
    """The mode of an employer contact that a word names: `visit`, `phone` or `mail`."""
    return _LOOSE_MODES.get(loose(text))
