"""Passphrases: which are accepted, and how a good one is suggested.

Length counts and known phrases are refused; nothing is asked about capitals, digits or signs, and
nothing expires (NIST SP 800-63B-4 §3.1.1.2).
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Final

from fieldtui.base.errors import PassphraseTooWeak
from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.vault.secret import Secret

LEAST_CHARACTERS: Final = 15
LEAST_WORDS: Final = 5
LEAST_BOUND: Final = (8, 3)
"""Characters or words where a device secret is needed besides (decision 33)."""
LONGEST: Final = 1000
_LEAST_OWN: Final = 8
"""Characters that must be left when everything well known is taken away."""
_LEAST_DIFFERENT: Final = 6
_LEAST_OWN_BOUND: Final = (6, 5)
"""The same two where a device secret is needed besides."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_RUNS: Final = ("01234567890", "09876543210", "qwertyuiopaa", "asdfghjklaeoe", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
_KNOWN: Final = (
    "adgangssaetning", "adgangskode", "adgangsord", "kodeord", "losenord", "loesen", "password", "passphrase",
    "passwort", "passw0rd", "p@ssword", "hemmelig", "secret", "letmein", "welcome", "velkommen", "administrator",
    "admin", "bruger", "login", "logind", "test", "fieldtui", "jobcenter", "jobcentret", "kommune", "kommunen",
    "beskaeftigelse", "konsulent", "virksomhed", "borger", "rusmiddel", "behandling", "behandlingscenter",
    "afdeling", "kontor", "medarbejder", "danmark", "koebenhavn", "kobenhavn", "aarhus", "odense", "aalborg",
    "esbjerg", "randers", "kolding", "horsens", "vejle", "roskilde", "jegelskerdig", "iloveyou", "elsker",
    "fodbold", "sommer", "efteraar", "vinter", "foraar", "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december", "mandag", "tirsdag", "onsdag", "torsdag",
    "fredag", "loerdag", "soendag", "dragon", "monkey", "sunshine", "princess", "correcthorsebatterystaple",
    "correct", "horse", "battery", "staple",
)  # fmt: skip
"""Common words of chosen passwords and of this work, folded; they do not count towards strength."""


def check_strength(passphrase: Secret, *, about: tuple[str, ...] = (), bound: bool = False) -> None:
    """Accept a passphrase of one's own, or say why not.

    Args:
        passphrase: What was chosen.
        about: Words an attacker would try first (name, initials, workplace); they do not count.
        bound: A device secret is needed besides, which nobody guesses: 8 characters or three words do.

    Raises:
        PassphraseTooWeak: Under 15 characters and under five different words; or too little of it
            is left without well-known words, years, runs of keys and repetitions.
    """
    text = passphrase.reveal()
    if len(text) > LONGEST:
        raise PassphraseTooWeak(_("Adgangssætningen er for lang. Brug højst {most} tegn.").format(most=LONGEST))
    words = {word.casefold() for word in _WORD.findall(text)}
    characters, least_words = LEAST_BOUND if bound else (LEAST_CHARACTERS, LEAST_WORDS)
    if len(text) < characters and len(words) < least_words:
        raise PassphraseTooWeak(
            _("Adgangssætningen er for kort. Brug mindst 8 tegn eller tre ord.")
            if bound
            else _("Adgangssætningen er for kort. Brug mindst 15 tegn eller fem ord.")
        )
    if not _hard_to_guess(text, about, *(_LEAST_OWN_BOUND if bound else (_LEAST_OWN, _LEAST_DIFFERENT))):
        raise PassphraseTooWeak(
            _("Adgangssætningen er for nem at gætte. Brug ord, der ikke hører sammen, eller tag imod forslaget.")
        )


def _hard_to_guess(text: str, about: tuple[str, ...], least: int, different: int) -> bool:
    plain = re.sub(r"\s+", "", fold(text))
    known = {fold(word) for word in about if len(word) > 1} | set(_KNOWN)
    for word in sorted(known, key=len, reverse=True):
        plain = plain.replace(word, "")
    plain = _without_runs(_YEAR.sub("", plain))
    plain = re.sub(r"(.)\1+", r"\1", plain)
    return len(plain) >= least and len(set(plain)) >= different and not _repeats(plain)


def _without_runs(text: str) -> str:
    for run in _RUNS:
        for length in range(len(run), 3, -1):
            for start in range(len(run) - length + 1):
                text = text.replace(run[start : start + length], "")
    return text


def _repeats(text: str) -> bool:
    """True where the text is one short piece over and over."""
    return any(
        len(piece) < _LEAST_OWN and (piece * (len(text) // length + 1)).startswith(text)
        for length in range(1, len(text) // 2 + 1)
        if (piece := text[:length])
    )


@functools.cache
def words() -> tuple[str, ...]:
    """Our own list of Danish words: 4 to 8 letters a–z, so that every keyboard has them."""
    return tuple(files("fieldtui.vault").joinpath("words_da.txt").read_text("ascii").split())


def suggestion_bits(*, bound: bool = False) -> float:
    """How many bits an attacker who knows the list must guess of a suggested passphrase."""
    return _suggested(bound) * math.log2(len(words()))


def _suggested(bound: bool) -> int:
    return LEAST_BOUND[1] if bound else LEAST_WORDS


def suggest_passphrase(randint: Callable[[int, int], int], *, bound: bool = False) -> str:
    """Five words drawn independently from the list, with blanks between; three where it is bound to a device secret.

    Args:
        randint: A random whole number from the first to the second, both included; for a passphrase
            that is used, `random.SystemRandom().randint`.
        bound: A device secret is needed besides.
    """
    listed = words()
    return " ".join(listed[randint(0, len(listed) - 1)] for _i in range(_suggested(bound)))
