"""Paper: A4, page numbers, "fortroligt" on each page; text only, so that nothing in it can be clicked or run.

The fonts every reader has know Western European letters. What they lack is written as `?` and counted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from fpdf import FPDF

from fieldtui.base.text import clean

_SIMPLER: Final = str.maketrans(
    {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "•": "*", "€": "EUR", "\u00a0": " "}
)
_MARGIN: Final = 18
"""Millimetres."""
_LINE: Final = 5


class Page(FPDF):
    """A4 with a foot on each page."""

    def __init__(self, made: str) -> None:
        super().__init__(format="A4")
        self.made = made
        self.unknown = 0
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + 4)

    def footer(self) -> None:
        """What stands at the foot of each page."""
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(
            0, 8, self.plain(f"Fortroligt – makuleres efter brug · {self.made} · Side {self.page_no()} af {{nb}}")
        )

    def plain(self, text: str) -> str:
        """The text in letters the font has."""
        shown = []
        for char in unicodedata.normalize("NFC", clean(text, multiline=True)).translate(_SIMPLER):
            known = char == "\n" or char.encode("latin-1", "ignore")
            shown.append(char if known else "?")
            self.unknown += not known
        return "".join(shown)

    def say(self, text: str, *, bold: bool = False, size: int = 10, indent: int = 0) -> None:
        """One paragraph."""
        self.set_font("Helvetica", style="B" if bold else "", size=size)
        self.set_x(_MARGIN + indent)
        self.multi_cell(0, _LINE if size <= 10 else 8, self.plain(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def rows(self, heading: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table whose heading stands on each page again."""
        self.set_font("Helvetica", size=9)
        with self.table(col_widths=tuple(widths), text_align="LEFT", line_height=_LINE) as table:
            for cells in (heading, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(self.plain(cell))
