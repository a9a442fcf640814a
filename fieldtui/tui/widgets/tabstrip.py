"""The tabs inside a card; each takes a click."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from fieldtui.base.text import clean


class TabStrip(Widget):
    """` Overblik   Aftaler 14   Notater 3 `; the current one is inverted."""

    DEFAULT_CSS = "TabStrip { height: 1; background: $panel; }"

    class Picked(Message):
        """A tab was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, labels: Sequence[str], current: int = 0, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._labels = tuple(clean(label) for label in labels)
        self._current = current

    def show(self, labels: Sequence[str], current: int) -> None:
        """Show other labels, or another one as the current."""
        self._labels = tuple(clean(label) for label in labels)
        self._current = current
        self.refresh()

    def _texts(self) -> list[str]:
        """The labels with as much air as there is room for."""
        for air in ("  ", " ", ""):
            texts = [f" {label} {air}" for label in self._labels]
            if sum(map(cell_len, texts)) <= self.size.width:
                return texts
        return [f" {label} " for label in self._labels]

    def render(self) -> Content:
        parts = []
        for number, text in enumerate(self._texts()):
            current = number == self._current
            bare = f" {text.strip()} "
            parts.append((bare, "bold $block-cursor-foreground on $primary" if current else ""))
            parts.append((" " * (cell_len(text) - cell_len(bare)), ""))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        at = 0
        for number, text in enumerate(self._texts()):
            at += cell_len(text)
            if event.x < at:
                self.post_message(self.Picked(number))
                return
