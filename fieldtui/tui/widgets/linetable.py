"""A list that draws only the lines in view: as fast with 5,000 rows as with 25."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fieldtui.base.text import clean
from fieldtui.tui.presenters.lines import Piece, Row


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list."""

    title: str = ""
    width: int = 0
    """Cells; 0 shares what is left among the columns without a width."""
    right: bool = False
    """True for numbers: aligned to the right."""
    from_width: int = 0
    """The column shows only where the list is at least this wide."""
    fit: bool = False
    """True where the column is only as wide as its longest cell needs, at most `width`; the rest goes to others."""


class LineTable(ScrollView, can_focus=True):
    """Rows of cells with a cursor. Enter or a click on the cursor's row chooses it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("enter", "choose", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line--cursor", "line--cursor-blurred", "line--header", "line--dim", "line--bold", "line--primary",
        "line--success", "line--warning", "line--error", "line--struck",
    }  # fmt: skip
    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, table: LineTable, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> LineTable:
            return self.table

    class Chosen(Message):
        """A row was chosen with Enter or the mouse."""

        def __init__(self, table: LineTable, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> LineTable:
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row] = (),
        *,
        header: bool = False,
        empty: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._rows = tuple(rows)
        self._header = header
        self._empty = empty
        self._expected: str | None = None
        self._filled = bool(rows)
        self._choose_when_filled = False
        self._needs: tuple[int, ...] = ()
        self._fit()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as they stand."""
        return self._rows

    @property
    def cursor_key(self) -> str | None:
        """Key of the row under the cursor; `None` in an empty list."""
        return self._rows[self.cursor].key if self.cursor < len(self._rows) else None

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, for another language or order."""
        self._columns = tuple(columns)
        self._fit()
        self.refresh()

    def set_rows(self, rows: Sequence[Row], *, empty: str | None = None) -> None:
        """Other rows; the cursor stays on the same key where it still exists.

        Args:
            rows: The rows, top first.
            empty: The sentence an empty list shows instead.
        """
        kept = self._expected or self.cursor_key
        self._expected = None
        self._rows = tuple(rows)
        if empty is not None:
            self._empty = empty
        self._fit()
        at = next((number for number, row in enumerate(self._rows) if row.key == kept), None)
        self.cursor = at if at is not None else max(0, min(self.cursor, len(self._rows) - 1))
        self.refresh()
        self._filled = True
        if self._choose_when_filled:
            self._choose_when_filled = False
            if self.has_focus:
                self.action_choose()

    def expect(self, key: str | None) -> None:
        """Put the cursor on this key when the next rows come."""
        self._expected = key

    def go_to(self, key: str) -> bool:
        """Put the cursor on the row with this key; False where there is none."""
        for number, row in enumerate(self._rows):
            if row.key == key:
                self.cursor = number
                return True
        return False

    def _fit(self) -> None:
        self._needs = tuple(self._needed(number, column) for number, column in enumerate(self._columns))
        self.virtual_size = Size(0, len(self._rows) + self._header)

    def _needed(self, number: int, column: Column) -> int:
        """Cells a column asks for: what its longest text takes where it fits itself, else its width."""
        if not column.fit:
            return column.width
        texts = [column.title if self._header else ""]
        for row in self._rows:
            cell = row.cells[number] if number < len(row.cells) else ""
            texts.append(cell if isinstance(cell, str) else cell.text)
        return min(column.width, max(1, *(cell_len(text) for text in texts)))

    def _widths(self, width: int) -> list[int]:
        """Cells of each column at this width; 0 hides it."""
        shown = [
            need if width >= column.from_width else None
            for column, need in zip(self._columns, self._needs, strict=True)
        ]
        fixed = sum(need for need in shown if need)
        gaps = max(0, sum(need is not None for need in shown) - 1)
        flexible = sum(1 for need in shown if need == 0)
        left = max(0, width - 2 - fixed - gaps)
        return [0 if need is None else need or left // max(1, flexible) for need in shown]

    def _tone(self, tone: str) -> Style:
        return self.get_component_rich_style(f"line--{tone}") if tone else self.rich_style

    def _cells(self, cells: Sequence[Piece | str], base: Style | None) -> list[Segment]:
        style = base or self.rich_style
        segments = [Segment(" ", style)]
        for column, width, cell in zip(self._columns, self._widths(self.size.width), cells, strict=False):
            if not width:
                continue
            piece = Piece(cell) if isinstance(cell, str) else cell
            text = clean(piece.text)
            if cell_len(text) > width:
                text = set_cell_size(text, max(0, width - 1)) + "…"
            padding = " " * (width - cell_len(text))
            text = padding + text if column.right else text + padding
            segments.append(Segment(text, base or self._tone(piece.tone)))
            segments.append(Segment(" ", style))
        return segments

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._header and y == 0:
            style = self.get_component_rich_style("line--header")
            return Strip(self._cells([column.title for column in self._columns], style)).adjust_cell_length(
                width, style
            )
        number = y - self._header + self.scroll_offset.y
        if not self._rows and number == 0 and self._empty:
            style = self._tone("dim")
            text = clean(self._empty)
            if cell_len(text) > width - 2:
                text = set_cell_size(text, max(0, width - 3)) + "…"
            return Strip([Segment(f" {text}", style)]).adjust_cell_length(width, style)
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        base: Style | None = None
        if number == self.cursor:
            base = self.get_component_rich_style("line--cursor" if self.has_focus else "line--cursor-blurred")
        return Strip(self._cells(self._rows[number].cells, base)).adjust_cell_length(width, base or self.rich_style)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        """Scroll only when the cursor leaves the view; else redraw two lines."""
        if not self.is_mounted:
            return
        height = max(1, self.size.height - self._header)
        top = int(self.scroll_offset.y)
        if not top <= new < top + height:
            self.scroll_to(y=max(0, new if new < top else new - height + 1), animate=False, force=True)
            self.refresh()
        else:
            self.refresh(self._region(old), self._region(new))
        key = self.cursor_key
        if key is not None and old != new:
            self.post_message(self.Moved(self, key))

    def _region(self, number: int) -> Region:
        return Region(0, number + self._header - int(self.scroll_offset.y), self.size.width, 1)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_move(self, step: int) -> None:
        """Move the cursor by so many rows."""
        self._choose_when_filled = False
        self.cursor += step

    def action_page(self, step: int) -> None:
        """Move the cursor by a page."""
        self.cursor += step * max(1, self.size.height - self._header - 1)

    def action_first(self) -> None:
        """To the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """To the last row."""
        self.cursor = len(self._rows) - 1

    def action_choose(self) -> None:
        """Choose the row under the cursor; pressed before the first rows are there, as soon as they are."""
        if not self._filled:
            self._choose_when_filled = True
        elif (key := self.cursor_key) is not None:
            self.post_message(self.Chosen(self, key))

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        number = event.y - self._header + int(self.scroll_offset.y)
        if not 0 <= number < len(self._rows):
            return
        if number == self.cursor or event.chain > 1:
            self.cursor = number
            self.action_choose()
        else:
            self.cursor = number

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as rows, at least one, for `height: auto`."""
        del container, viewport, width
        return max(1, len(self._rows)) + self._header

    def __rich_repr__(self) -> Any:
        yield "rows", len(self._rows)
