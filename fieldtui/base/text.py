"""Text that came from somewhere else, made safe, findable and sortable the Danish way."""

from __future__ import annotations

import unicodedata
from typing import Final

_DROPPED: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_KEPT_FORMAT: Final = frozenset({"\u200d"})  # zero-width joiner: part of names and emoji
_SEPARATORS: Final = frozenset({"Zl", "Zp"})


def clean(text: str, *, multiline: bool = False, limit: int | None = None) -> str:
    """The one gate for foreign text, used on the way in and again on the way to a screen.

    NFC; control, bidi, surrogate and private-use characters are removed, line separators become
    spaces, and newlines stay only in multi-line fields. The result cannot steer a terminal.

    Args:
        text: What came from a file, the network, the clipboard or the keyboard.
        multiline: Keep newlines (and tabs as four spaces).
        limit: Longest result, in characters; the rest is cut.
    """
    probe = text.replace("\n", "") if multiline else text
    if probe.isprintable() and unicodedata.is_normalized("NFC", text):
        return text if limit is None else text[:limit]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if char == "\n":
            kept.append("\n" if multiline else " ")
        elif char == "\t":
            kept.append("    " if multiline else " ")
        elif (category := unicodedata.category(char)) in _SEPARATORS:
            kept.append(" ")
        elif category not in _DROPPED or char in _KEPT_FORMAT:
            kept.append(char)
    result = "".join(kept)
    return result if limit is None else result[:limit]


_FOLDS: Final = {
    "æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
}  # fmt: skip


def fold(text: str) -> str:
    """The form that search compares: lower case, æ→ae, ø→oe, å→aa, other marks off."""
    lowered = unicodedata.normalize("NFC", text).casefold()
    if lowered.isascii():
        return lowered
    for letter, letters in _FOLDS.items():  # not one `translate`: it takes six times as long
        lowered = lowered.replace(letter, letters)
    if lowered.isascii():
        return lowered
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))


_COLLATION: Final = {
    "æ": "{", "ä": "{", "ø": "|", "ö": "|", "ő": "|", "œ": "|", "å": "}",
    "ü": "y", "ű": "y", "đ": "d", "ð": "d", "þ": "th",
}  # fmt: skip


def sort_key(text: str) -> tuple[str, str]:
    """Danish collation (CLDR da, primary level): … z æ ø å, aa as å, ü as y."""
    letters: list[str] = []
    for char in unicodedata.normalize("NFC", text).casefold().replace("aa", "å"):
        if char in _COLLATION:
            letters.append(_COLLATION[char])
        else:
            decomposed = unicodedata.normalize("NFD", char)
            letters.append("".join(c for c in decomposed if not unicodedata.combining(c)))
    return "".join(letters), text


def phone_digits(text: str) -> str:
    """A Danish phone number as people read it (`12 34 56 78`); other numbers unchanged."""
    digits = "".join(c for c in text if c.isdigit())
    if digits.startswith("0045"):
        digits = digits[4:]
    elif digits.startswith("45") and len(digits) == 10:
        digits = digits[2:]
    if len(digits) != 8:
        return clean(text).strip()
    return " ".join(digits[i : i + 2] for i in range(0, 8, 2))
