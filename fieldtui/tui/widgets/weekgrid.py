"""Five days side by side in half-hour rows, with a cursor."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fieldtui.base.text import clean
from fieldtui.tui.presenters.dates import with_day
from fieldtui.tui.presenters.lines import Piece
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.week import STEP_MINUTES, WORKDAYS, WeekGrid, cell_piece

_TIME_WIDTH = 7


# Without a scroll view's own keys: where the week is higher than its panel, PgDn would scroll instead of turning the week.
class WeekTable(ScrollView, can_focus=True, inherit_bindings=False):
    """A week. Arrows and clicks move the cursor; Enter or a second click chooses."""

    DEFAULT_CSS = """
    WeekTable { height: 1fr; background: $surface; color: $foreground; scrollbar-size: 1 1; }
    WeekTable > .week--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    WeekTable > .week--carry { background: $accent; color: $background; text-style: bold; }
    WeekTable > .week--header { color: $primary; text-style: bold; background: $surface; }
    WeekTable > .week--today { color: $accent; text-style: bold; background: $surface; }
    WeekTable > .week--dim { color: $dim; background: $surface; }
    WeekTable > .week--bold { text-style: bold; background: $surface; }
    WeekTable > .week--primary { color: $primary; background: $surface; }
    WeekTable > .week--success { color: $success; background: $surface; }
    WeekTable > .week--warning { color: $warning; text-style: bold; background: $surface; }
    WeekTable > .week--error { color: $error; background: $surface; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "week--cursor", "week--carry", "week--header", "week--today", "week--dim", "week--bold", "week--primary",
        "week--success", "week--warning", "week--error",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another half hour."""

    class Chosen(Message):
        """A half hour was chosen with Enter or the mouse."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._grid: WeekGrid | None = None
        self._names = Names()
        self._today_column = -1
        self.day = 0
        """Column of the cursor, from Monday."""
        self.slot = 18
        """Row of the cursor, in half hours since midnight."""
        self.carrying = False
        """True while an appointment is being moved."""

    def show(self, grid: WeekGrid, names: Names, today_column: int) -> None:
        """Show a week; the cursor keeps its place."""
        self._grid, self._names, self._today_column = grid, names, today_column
        self.virtual_size = Size(0, len(grid.slots) + 1)
        self.go_to(self.day, self.slot)
        self.refresh()

    def go_to(self, day: int, slot: int) -> None:
        """Put the cursor on a half hour, and scroll to it."""
        self.day = max(0, min(day, WORKDAYS - 1))
        grid = self._grid
        self.slot = slot if grid is None else max(grid.first_slot, min(slot, grid.last_slot))
        if grid is not None and self.is_mounted:
            row, height = self.slot - grid.first_slot, max(1, self.size.height - 1)
            top = int(self.scroll_offset.y)
            if not top <= row < top + height:
                self.scroll_to(y=max(0, row if row < top else row - height + 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"week--{name}") if name else self.rich_style

    def _widths(self) -> list[int]:
        room = max(WORKDAYS * 4, self.size.width - _TIME_WIDTH)
        return [room // WORKDAYS] * WORKDAYS

    def render_line(self, y: int) -> Strip:
        grid, width = self._grid, self.size.width
        if grid is None:
            return Strip.blank(width, self.rich_style)
        if y == 0:
            return self._header(grid, width)
        slot = grid.first_slot + y - 1 + int(self.scroll_offset.y)
        if slot > grid.last_slot:
            return Strip.blank(width, self.rich_style)
        label = f" {slot * STEP_MINUTES // 60:02}:{slot * STEP_MINUTES % 60:02} "
        segments = [Segment(label, self._style("dim"))]
        for day, room in enumerate(self._widths()):
            piece = cell_piece(grid, day, slot, self._names)
            style = self._style(piece.tone)
            if day == self.day and slot == self.slot:
                style = self._style("carry" if self.carrying else "cursor")
            segments += [Segment(_fit(piece, room - 1), style), Segment(" ", self.rich_style)]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _header(self, grid: WeekGrid, width: int) -> Strip:
        segments = [Segment(" " * _TIME_WIDTH, self._style("header"))]
        for day, room in enumerate(self._widths()):
            text = with_day(grid.on(day)).capitalize()
            if day in grid.holidays:
                text += f" {grid.holidays[day]}"
            style = self._style("today" if day == self._today_column else "header")
            segments += [Segment(_fit(Piece(text), room - 1), style), Segment(" ", self.rich_style)]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def action_step(self, step: int) -> None:
        """A half hour later or earlier."""
        self.go_to(self.day, self.slot + step)

    def action_edge(self, end: int) -> None:
        """The first or the last row."""
        if self._grid is not None:
            self.go_to(self.day, self._grid.last_slot if end else self._grid.first_slot)

    def action_choose(self) -> None:
        """Choose the half hour under the cursor."""
        self.post_message(self.Chosen())

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        grid = self._grid
        if grid is None or event.y == 0 or event.x < _TIME_WIDTH:
            return
        day = min((event.x - _TIME_WIDTH) // self._widths()[0], WORKDAYS - 1)
        slot = grid.first_slot + event.y - 1 + int(self.scroll_offset.y)
        if slot > grid.last_slot:
            return
        if (day, slot) == (self.day, self.slot):
            self.action_choose()
        else:
            self.go_to(day, slot)


def _fit(piece: Piece, width: int) -> str:
    text = clean(piece.text)
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return set_cell_size(text, width)
