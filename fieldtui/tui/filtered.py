"""A list with a filter above it and an order: `/` types, Enter and ↓ go to the list, Esc clears, `s` sorts."""

from __future__ import annotations

from typing import Any, TypeVar

from textual import events
from textual.widgets import Input

from fieldtui.tui.service_screen import ServiceScreen

Loaded = TypeVar("Loaded")


class FilteredScreen(ServiceScreen[Loaded]):
    """Its `first_focus` is the list; the filter has the id `filter`."""

    _rows: tuple[Any, ...] = ()
    """Everything that was loaded."""
    _order: int = 0
    """Number of the order in force."""

    def orders(self) -> int:
        """How many orders there are."""
        raise NotImplementedError

    def fill(self) -> None:
        """Show the rows that the filter takes, in the order in force."""
        raise NotImplementedError

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._rows:
            self.fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the filter goes to the list."""
        event.stop()
        self.query_one(self.first_focus).focus()

    def on_key(self, event: events.Key) -> None:
        """The arrow down leaves the filter for the list."""
        if event.key == "down" and isinstance(self.focused, Input):
            event.stop()
            self.query_one(self.first_focus).focus()

    def action_filter(self) -> None:
        """`/`: type to narrow the list down."""
        self.query_one("#filter").focus()

    def action_back(self) -> None:
        """Esc: clear the filter and go back to the list."""
        entry = self.query_one("#filter", Input)
        if entry.value or entry.has_focus:
            entry.value = ""
            self.query_one(self.first_focus).focus()
        else:
            super().action_back()

    def action_sort(self) -> None:
        """`s`: the next order."""
        self._order = (self._order + 1) % self.orders()
        self.fill()
