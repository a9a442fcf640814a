"""Six weeks of days, drawn line by line; the cursor is a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fieldtui.base.text import clean
from fieldtui.tui.presenters.dates import with_day
from fieldtui.tui.presenters.lines import Piece
from fieldtui.tui.presenters.month import WEEKS, MonthGrid, cell_pieces
from fieldtui.tui.presenters.names import Names

_WEEK_WIDTH: Final = 5
_ROWS: Final = 2
"""Lines of a day."""


class MonthTable(Widget, can_focus=True, inherit_bindings=False):
    """A month; arrows move by day and week."""

    DEFAULT_CSS = """
    MonthTable { height: 1fr; background: $surface; color: $foreground; }
    MonthTable > .month--cursor { background: $primary; color: $background; text-style: bold; }
    MonthTable > .month--header { color: $primary; background: $surface; text-style: bold; }
    MonthTable > .month--dim { color: $dim; background: $surface; }
    MonthTable > .month--bold { text-style: bold; background: $surface; }
    MonthTable > .month--warning { color: $warning; background: $surface; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "month--cursor", "month--header", "month--dim", "month--bold", "month--warning",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(7)", show=False),
        Binding("up,k", "step(-7)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another day."""

    class Chosen(Message):
        """A day was chosen with Enter or the mouse."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._grid: MonthGrid | None = None
        self._names = Names()
        self.on = date.min
        """The day under the cursor."""

    def show(self, grid: MonthGrid, names: Names) -> None:
        """Show a month; the cursor keeps its day."""
        self._grid, self._names = grid, names
        self.refresh()

    def go_to(self, on: date) -> None:
        """Put the cursor on a day; the screen fetches another month where it lies in one."""
        self.on = on
        self.refresh()
        self.post_message(self.Moved())

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"month--{name}") if name else self.rich_style

    def _room(self) -> int:
        return max(4, (self.size.width - _WEEK_WIDTH) // 7)

    def render_line(self, y: int) -> Strip:
        grid, width = self._grid, self.size.width
        row, part = divmod(y - 1, _ROWS)
        if grid is None or row >= WEEKS:
            return Strip.blank(width, self.rich_style)
        if y == 0:
            days = [grid.on(0, column) for column in range(7)]
            words = [with_day(each).split()[0].capitalize() for each in days]
            segments = [Segment(" " * _WEEK_WIDTH, self._style("header"))]
            segments += [Segment(_fit(word, self._room()), self._style("header")) for word in words]
            return Strip(segments).adjust_cell_length(width, self.rich_style)
        number = f" {grid.on(row, 0).isocalendar().week:>2}  " if part == 0 else " " * _WEEK_WIDTH
        segments = [Segment(number, self._style("dim"))]
        for column in range(7):
            on = grid.on(row, column)
            piece: Piece = cell_pieces(grid, on, self._names)[part]
            style = self._style("cursor") if on == self.on else self._style(piece.tone)
            segments += [Segment(_fit(piece.text, self._room() - 1), style), Segment(" ", self.rich_style)]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def action_step(self, days: int) -> None:
        """Days later or earlier."""
        self.go_to(self.on + timedelta(days=days))

    def action_choose(self) -> None:
        """Choose the day under the cursor."""
        self.post_message(self.Chosen())

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        grid, row, column = self._grid, (event.y - 1) // _ROWS, (event.x - _WEEK_WIDTH) // self._room()
        if grid is None or event.y == 0 or event.x < _WEEK_WIDTH or row >= WEEKS or column > 6:
            return
        on = grid.on(row, column)
        if on == self.on:
            self.action_choose()
        else:
            self.go_to(on)


def _fit(text: str, width: int) -> str:
    text = clean(text)
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return set_cell_size(text, width)
