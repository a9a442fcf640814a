"""What a presenter hands to a widget: pieces of text with a tone, never markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Tone: TypeAlias = Literal["", "bold", "dim", "primary", "success", "warning", "error", "struck"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text in one tone. The tone only repeats what glyph and word already say."""

    text: str
    tone: Tone = ""


Line: TypeAlias = tuple[Piece, ...]


def line(*pieces: str | Piece) -> Line:
    """A line out of plain text and pieces."""
    return tuple(Piece(piece) if isinstance(piece, str) else piece for piece in pieces)


def plain(pieces: Line) -> str:
    """The text of a line without its tones."""
    return "".join(piece.text for piece in pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: what it stands for, and its cells from left to right."""

    key: str
    cells: tuple[Piece | str, ...]


def bar(done: int, of: int, *, widest: int = 10) -> Line:
    """`■■■■□□`: how much of a whole; scaled down where the whole is wider than `widest`."""
    of = max(0, of)
    done = max(0, min(done, of)) if of else 0
    if of > widest:
        done, of = round(done * widest / of), widest
    return (Piece("■" * done, "success"), Piece("□" * (of - done), "dim"))


_BLOCKS: Final = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int], target: int) -> str:
    """One block a value, the oldest first; as high as the target, or as the highest value, is full."""
    full_height = max((target, *values, 1))
    return "".join(_BLOCKS[-(-value * (len(_BLOCKS) - 1) // full_height)] for value in values)
