"""A field for a passphrase: the characters go into a buffer that can be wiped, never into a string of the widget."""

from __future__ import annotations

from typing import Any

from rich.cells import set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from fieldtui.base.text import clean
from fieldtui.tui.widgets.content import plain_content

_LONGEST = 512
"""Bytes; far beyond any passphrase, so that a paste of a book ends."""


class SecretField(Widget, can_focus=True):
    """Dots for what is typed; F2 shows it."""

    class Edited(Message):
        """The passphrase changed."""

    class Submitted(Message):
        """Enter was pressed."""

        def __init__(self, field: SecretField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> SecretField:
            return self.field

    def __init__(self, label: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.buffer = bytearray()
        self._shown = False
        self.border_title = plain_content(label)

    @property
    def length(self) -> int:
        """Characters typed so far."""
        return sum(1 for byte in self.buffer if byte & 0xC0 != 0x80)

    def wipe(self) -> None:
        """Forget what was typed."""
        self.buffer[:] = bytes(len(self.buffer))
        self.buffer.clear()
        self.refresh()

    def render(self) -> Content:
        text = self.buffer.decode("utf-8", "replace") if self._shown else "•" * self.length
        room = max(1, self.content_size.width - 1)
        shown = set_cell_size(clean(text)[-room:], min(room, len(text))).rstrip("\0")
        cursor = ("▏", "bold $primary") if self.has_focus else ("", "")
        return Content.assemble(shown, cursor)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _put(self, text: str) -> None:
        for character in clean(text):
            if len(self.buffer) < _LONGEST:
                self.buffer.extend(character.encode())
        self.refresh()
        self.post_message(self.Edited())

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self.post_message(self.Submitted(self))
        elif event.key == "backspace":
            self._rub_out()
        elif event.key == "ctrl+u":
            self.wipe()
            self.post_message(self.Edited())
        elif event.key == "f2":
            self._shown = not self._shown
            self.refresh()
        elif event.character is not None and event.is_printable:
            self._put(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def _rub_out(self) -> None:
        while self.buffer:
            last = self.buffer.pop()
            if last & 0xC0 != 0x80:
                break
        self.refresh()
        self.post_message(self.Edited())

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        lines = event.text.splitlines()
        if lines:
            self._put(lines[0])

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Characters are text here, not shortcuts."""
        del key
        return character is not None and character.isprintable()

    def __rich_repr__(self) -> Any:
        yield "length", self.length
