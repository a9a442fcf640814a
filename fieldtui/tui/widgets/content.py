"""The gate between data and the terminal: every text a widget draws becomes `Content` here, cleaned and without markup."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual.content import Content

from fieldtui.base.text import clean
from fieldtui.tui.presenters.lines import Line, Piece, Tone

_STYLES: Final[dict[Tone, str]] = {
    "": "",
    "bold": "bold",
    "dim": "$dim",
    "primary": "$primary",
    "success": "bold $success",
    "warning": "bold $warning",
    "error": "bold $error",
    "struck": "strike $dim",
}


def style_of(tone: Tone) -> str:
    """The style a tone is drawn in."""
    return _STYLES[tone]


def plain_content(text: str, *, multiline: bool = False) -> Content:
    """Text as it is; nothing in it is markup."""
    return Content(clean(text, multiline=multiline))


def line_content(line: Line) -> Content:
    """One line of pieces."""
    return Content.assemble(*((clean(piece.text), style_of(piece.tone)) for piece in line))


def lines_content(lines: Iterable[Line | Piece | str]) -> Content:
    """Lines below each other."""
    made = []
    for line in lines:
        if isinstance(line, str):
            made.append(plain_content(line))
        elif isinstance(line, Piece):
            made.append(line_content((line,)))
        else:
            made.append(line_content(line))
    return Content("\n").join(made)
