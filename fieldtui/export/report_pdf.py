"""Reports on paper: A4, a font of our own embedded, text and lines only, so that nothing in it can be clicked or run."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import as_file, files
from typing import Final

from fpdf import FPDF
from fpdf.fonts import FontFace

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import _, decimal
from fieldtui.base.text import clean
from fieldtui.export.report_table import Table

FONT: Final = "DejaVuSans"
_MARGIN: Final = 16
"""Millimetres."""
_INK: Final = (32, 66, 96)
_LIGHT: Final = (226, 233, 240)


class ReportPage(FPDF):
    """A4 with who made it and when at the foot of each page."""

    def __init__(self, foot: str, *, landscape: bool = False) -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", format="A4")
        self._foot = foot
        folder = files("fieldtui").joinpath("export", "fonts")
        for style, name in (("", f"{FONT}.ttf"), ("B", f"{FONT}-Bold.ttf")):
            with as_file(folder.joinpath(name)) as path:
                self.add_font(FONT, style, path)
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + 4)

    def footer(self) -> None:
        """What stands at the foot of each page."""
        self.set_y(-14)
        self.set_font(FONT, size=7.5)
        self.set_text_color(90)
        self.cell(0, 6, self.shown(f"{self._foot} · Side {self.page_no()} af {{nb}}"))
        self.set_text_color(0)

    def shown(self, text: str) -> str:
        """The text in letters the font has; others are written as `?`."""
        known = self.fonts[FONT.lower()].cmap  # type: ignore[union-attr]
        tidy = unicodedata.normalize("NFC", clean(text, multiline=True))
        return "".join(char if char == "\n" or ord(char) in known else "?" for char in tidy)

    def say(self, text: str, *, size: float = 9, bold: bool = False, grey: bool = False) -> None:
        """One paragraph."""
        self.set_font(FONT, style="B" if bold else "", size=size)
        self.set_text_color(*((90, 90, 90) if grey else (0, 0, 0)))
        self.multi_cell(0, size * 0.52, self.shown(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(0)

    def heading(self, text: str, *, room: float = 40) -> None:
        """A section's name, never alone at the end of a page: so many millimetres must be left under it."""
        if self.will_page_break(room):
            self.add_page()
        self.ln(4)
        self.set_text_color(*_INK)
        self.set_font(FONT, style="B", size=12)
        self.multi_cell(0, 7, self.shown(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.set_text_color(0)
        self.ln(1)

    def grid(self, heading: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table whose heading stands on each page again."""
        self.set_font(FONT, size=7.5)
        self.set_fill_color(255)
        self.set_draw_color(150)
        style = FontFace(emphasis="BOLD", fill_color=_LIGHT)
        with self.table(
            col_widths=tuple(widths), text_align="LEFT", line_height=4, headings_style=style, padding=0.7,
            borders_layout="HORIZONTAL_LINES",
        ) as table:  # fmt: skip
            for cells in (heading, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(self.shown(cell))
        self.ln(1)

    def bars(
        self,
        title: str,
        names: Sequence[str],
        numbers: Sequence[float | None],
        place: tuple[float, float, float, float],
        *,
        share: bool,
    ) -> None:
        """A bar for each step, with its number above it; none where there is no number.

        Args:
            title: What is drawn.
            names: Of the steps, under the bars.
            numbers: As many as names.
            place: Left, top, width and height in millimetres.
            share: True where the numbers are shares between 0 and 1; the axis then goes to 100 per cent.
        """
        left, top, width, height = place
        self.set_xy(left, top)
        self.set_font(FONT, style="B", size=8)
        self.cell(width, 5, self.shown(title))
        floor, tall = top + height - 6, height - 16
        most = 1.0 if share else max((number for number in numbers if number is not None), default=0) or 1.0
        self.set_draw_color(150)
        self.line(left, floor, left + width, floor)
        step = width / max(1, len(numbers))
        for place_, (name, number) in enumerate(zip(names, numbers, strict=True)):
            at = left + step * place_
            self.set_font(FONT, size=6)
            self.set_xy(at, floor + 0.5)
            self.cell(step, 4, self.shown(name), align="C")
            if number is None:
                self.set_xy(at, floor - 4)
                self.cell(step, 4, "–", align="C")
                continue
            tip = tall * min(1.0, number / most)
            self.set_fill_color(*_INK)
            self.rect(at + step * 0.18, floor - tip, step * 0.64, tip, style="F")
            self.set_xy(at, floor - tip - 4)
            said = f"{round(100 * number)} pct." if share else decimal(number)
            self.cell(step, 4, self.shown(said), align="C")


def signed(made_at: datetime, made_by: str) -> str:
    """Who made it and when, for the foot."""
    return _("Lavet {day} af {who}").format(day=f"{made_at.astimezone(COPENHAGEN):%d-%m-%Y %H:%M}", who=made_by)


def table_pdf(table: Table, *, made_at: datetime, made_by: str) -> bytes:
    """One report as a table; columns without a width are left to the other forms."""
    page = ReportPage(signed(made_at, made_by), landscape=True)
    page.set_title(table.title)
    page.set_creation_date(made_at)
    page.add_page()
    page.say(table.title, size=15, bold=True)
    for note in table.notes:
        page.say(note, grey=True)
    page.ln(2)
    _draw(page, table)
    kept = [place for place, width in enumerate(table.widths) if width]
    rows = [[_cell(row[place]) for place in kept] for row in table.rows]
    if rows:
        page.grid([table.columns[place] for place in kept], rows, [table.widths[place] for place in kept])
    else:
        page.say(_("Ingen tal i perioden."))
    for line in table.lines:
        page.say(line)
    return bytes(page.output())


_ACROSS: Final = 2
_TALL: Final = 46
"""Millimetres of a plot."""


def _draw(page: ReportPage, table: Table) -> None:
    """The plots side by side, a new page where the next row of them has no room."""
    wide = (page.epw - 8 * (_ACROSS - 1)) / _ACROSS
    for number, plot in enumerate(table.plots):
        column = number % _ACROSS
        if column == 0 and page.will_page_break(_TALL):
            page.add_page()
        top = page.get_y()
        page.bars(
            plot.title,
            plot.names,
            plot.numbers,
            (page.l_margin + column * (wide + 8), top, wide, _TALL),
            share=plot.share,
        )
        ends_row = column == _ACROSS - 1 or number == len(table.plots) - 1
        page.set_xy(page.l_margin, top + (_TALL + 2 if ends_row else 0))
    if table.plots:
        page.add_page()


def _cell(cell: str | float | None) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else str(cell) if isinstance(cell, int) else decimal(cell, 2)
