"""Language of the sentences people read.

Danish is the source: the text in the code *is* the Danish text, so Danish needs no catalogue and
costs nothing at start. English is looked up in `locale/en/*.mo`, and falls back to Danish.
Texts are marked with `_` (translated now) or `N_` (translated where it is shown).
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Final, Literal, get_args

Language = Literal["da", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class _Catalogue:
    """The language in force for this process, and its messages."""

    def __init__(self) -> None:
        self.language: Language = "da"
        self._english: dict[str, str] | None = None

    def english(self) -> dict[str, str]:
        if self._english is None:
            english: dict[str, str] = {}  # whole before it is shared: threads look texts up too
            for entry in sorted(files("fieldtui").joinpath("locale/en").iterdir(), key=str):
                if entry.name.endswith(".mo"):
                    with as_file(entry) as path, path.open("rb") as stream:
                        catalogue = gettext.GNUTranslations(stream)
                    english |= {
                        key: text
                        for key, text in catalogue._catalog.items()  # type: ignore[attr-defined]  # noqa: SLF001
                        if isinstance(key, str) and key
                    }
            self._english = english
        return self._english


_CATALOGUE = _Catalogue()


def set_language(language: Language) -> None:
    """Choose the language of everything `translate` returns from now on."""
    _CATALOGUE.language = language


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Everything translated inside is in this language. The whole process changes, so only a command that does nothing else may use it."""
    before = _CATALOGUE.language
    set_language(chosen)
    try:
        yield
    finally:
        set_language(before)


def decimal(value: float, digits: int = 1) -> str:
    """A number as it is written in the language in force, without zeros at its end: `0,5` or `0.5`, `7`."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",") if _CATALOGUE.language == "da" else text


def language() -> Language:
    """The language in force."""
    return _CATALOGUE.language


def translate(text: str) -> str:
    """The text in the language in force; the Danish text where no translation exists."""
    if _CATALOGUE.language == "da":
        return text
    return _CATALOGUE.english().get(text, text)


def mark(text: str) -> str:
    """Mark a text for the catalogues without translating it yet."""
    return text


_ = translate
N_ = mark
