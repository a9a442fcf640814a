"""Text that came from somewhere else, made safe, findable and sortable the Danish way."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Final

_DROPPED: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_KEPT_FORMAT: Final = frozenset({"\u200d"})  # zero-width joiner: part of names and emoji
_SEPARATORS: Final = frozenset({"Zl", "Zp"})
_MARK: Final = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE: Final = re.compile(f"({_MARK}{{8}}){_MARK}+")
"""Marks piled on one letter: no language puts more than a few, and a tower of them is drawn over the lines above."""
_ESCAPED: Final = frozenset({*_DROPPED, *_SEPARATORS})


def clean(text: str, *, multiline: bool = False, limit: int | None = None) -> str:
    """The one gate for foreign text, used on the way in and again on the way to a screen.

    NFC; control, bidi, surrogate, unassigned and private-use characters are removed, line separators become
    spaces, newlines stay only in multi-line fields, and no letter carries more than eight marks. The result cannot
    steer a terminal; cleaning it again changes nothing.

    Args:
        text: What came from a file, the network, the clipboard or the keyboard.
        multiline: Keep newlines (and tabs as four spaces).
        limit: Longest result, in characters; the rest is cut.
    """
    probe = text.replace("\n", "") if multiline else text
    if probe.isprintable() and (probe.isascii() or _is_tidy(text)):
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
    # Once more: what was dropped may have stood between a letter and its mark.
    result = _PILE.sub(r"\1", unicodedata.normalize("NFC", "".join(kept)))
    return result if limit is None else result[:limit]


def _is_tidy(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and _PILE.search(text) is None


def safe_json(document: Any, *, indent: int | None = 2) -> str:
    """One JSON document for a terminal: what `clean` would remove is escaped, so that it is read and steers nothing."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(_escaped(char) if char != "\n" and unicodedata.category(char) in _ESCAPED else char for char in text)


def _escaped(char: str) -> str:
    return "\\u007f" if char == "\x7f" else json.dumps(char)[1:-1]


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


def is_encodable(text: str) -> bool:
    """False where a text holds half a character, as an argument does whose bytes are not UTF-8: it can be neither stored nor sent."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
