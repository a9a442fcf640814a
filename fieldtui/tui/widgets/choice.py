"""One out of a few, side by side: ←/→ or a click chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fieldtui.base.text import clean
from fieldtui.tui.widgets.content import plain_content


class ChoiceField(Widget, can_focus=True):
    """`(•) Besøg  ( ) Telefon  ( ) Mail`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
    ]
    chosen: reactive[int] = reactive(0)

    class Changed(Message):
        """Another choice was made."""

        def __init__(self, field: ChoiceField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> ChoiceField:
            return self.field

    def __init__(
        self, label: str, choices: Sequence[tuple[str, str]], *, value: str | None = None, id: str | None = None
    ) -> None:
        """Choices are (value, words); the first is chosen unless `value` names another."""
        super().__init__(id=id)
        self._choices = tuple(choices)
        self.border_title = plain_content(label)
        self.set_reactive(ChoiceField.chosen, self._place(value))

    @property
    def value(self) -> str:
        """The value that is chosen."""
        return self._choices[self.chosen][0]

    def pick(self, value: str) -> None:
        """Choose by value; the first where it is not among the choices."""
        self.chosen = self._place(value)

    def _place(self, value: str | None) -> int:
        return next((number for number, (key, _words) in enumerate(self._choices) if key == value), 0)

    def _labels(self) -> list[str]:
        return [f"({'•' if n == self.chosen else ' '}) {clean(words)}" for n, (_key, words) in enumerate(self._choices)]

    def render(self) -> Content:
        parts = []
        for number, label in enumerate(self._labels()):
            parts.append((label, "bold $primary" if number == self.chosen and self.has_focus else ""))
            parts.append(("   ", ""))
        return Content.assemble(*parts)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_step(self, step: int) -> None:
        """The next or the previous choice, around the end."""
        self.chosen = (self.chosen + step) % len(self._choices)

    def watch_chosen(self) -> None:
        """Tell the form."""
        if self.is_mounted:
            self.post_message(self.Changed(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        at = 2
        for number, label in enumerate(self._labels()):
            at += cell_len(label) + 3
            if event.x < at:
                self.chosen = number
                return
