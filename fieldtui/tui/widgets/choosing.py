"""Form fields that pick one of several: a row of choices, and a text that finds its match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from fieldtui.base.i18n import _
from fieldtui.base.text import clean, fold
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.fields import Felt
from fieldtui.tui.widgets.panel import Lines


class ChoiceRow(Widget, can_focus=True):
    """`(•) Besøg  ( ) Opkald`: arrow keys, space or the mouse choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "step(-1)", show=False),
        Binding("right,down,space", "step(1)", show=False),
    ]

    class Picked(Message):
        """Another choice was made."""

    def __init__(self, label: str, options: Sequence[tuple[str, str]], value: str | None, *, id: str) -> None:
        super().__init__(id=id)
        self._options = tuple((code, clean(text)) for code, text in options)
        self.picked = value
        self.border_title = plain_content(label)

    def _labels(self) -> list[tuple[str, str]]:
        return [(code, f"({'•' if code == self.picked else ' '}) {text}  ") for code, text in self._options]

    def render(self) -> Content:
        return Content.assemble(*((text, "bold" if code == self.picked else "") for code, text in self._labels()))

    def action_step(self, step: int) -> None:
        """The choice beside this one; at the end, around."""
        codes = [code for code, _text in self._options]
        at = codes.index(self.picked) + step if self.picked in codes else 0
        self._take(codes[at % len(codes)])

    def _take(self, code: str) -> None:
        if code != self.picked:
            self.picked = code
            self.refresh()
            self.post_message(self.Picked())

    def on_click(self, event: events.Click) -> None:
        event.stop()
        at = self.content_region.x - self.region.x
        for code, text in self._labels():
            at += cell_len(text)
            if event.x < at:
                self._take(code)
                return


class ChoiceField(Vertical):
    """A choice out of a few, with its problem underneath."""

    def __init__(self, name: str, label: str, options: Sequence[tuple[str, str]], value: str | None) -> None:
        super().__init__(id=f"felt-{name}", name=name, classes="felt")
        self.entry = ChoiceRow(label, options, value, id=name)
        self._below = Lines(("",), classes="under")

    def compose(self) -> ComposeResult:
        yield self.entry
        yield self._below

    @property
    def value(self) -> str:
        """The code that is chosen; empty where none is."""
        return self.entry.picked or ""

    def fail(self, reason: str) -> None:
        """Show what is wrong."""
        self._below.show([line(Piece(f"× {reason}", "error"))])
        self.add_class("-fejl")

    def check(self) -> bool:
        """Always one of the choices."""
        return True

    def on_choice_row_picked(self) -> None:
        self._below.show([""])
        self.remove_class("-fejl")


class PickField(Felt):
    """Text that finds one of many: whole words or the first letters of them, folded; unclear text asks."""

    def __init__(
        self,
        name: str,
        label: str,
        options: Sequence[tuple[str, str]],
        *,
        value: str | None = None,
        optional: bool = True,
        hint: str = "",
    ) -> None:
        self._options = tuple((code, clean(text)) for code, text in options)
        self._optional = optional
        known = dict(self._options)
        super().__init__(name, label, known.get(value or "", value or ""), hint=hint or _("skriv de første bogstaver"))

    def _matching(self) -> list[tuple[str, str]]:
        words = fold(self.value).split()
        exact = [
            (code, text) for code, text in self._options if fold(text).split() == words or code == self.value.strip()
        ]
        if exact:
            return exact[:1] if len({code for code, _text in exact}) == 1 else exact
        return [
            (code, text)
            for code, text in self._options
            if all(any(part.startswith(word) for part in fold(text).split()) for word in words)
        ]

    def check_quietly(self) -> None:
        found = self._matching() if self.value.strip() else []
        if len(found) == 1:
            self.succeed(found[0][1])
        else:
            self.succeed()
            if len(found) > 1:
                self._below.show([self._which(found)])

    @staticmethod
    def _which(found: Sequence[tuple[str, str]]) -> str:
        names = ", ".join(text for _code, text in found[:4]) + (" …" if len(found) > 4 else "")
        return _("Hvem eller hvad mener du: {names}?").format(names=names)

    def check(self) -> bool:
        """On leaving or saving: show what is wrong. True where the value can be used."""
        if not self.value.strip():
            if self._optional:
                self.succeed()
                return True
            self.fail(_("Feltet mangler."))
            return False
        found = self._matching()
        if len(found) == 1:
            self.succeed(found[0][1])
            return True
        self.fail(self._which(found) if found else _("“{text}” findes ikke her.").format(text=self.value.strip()[:40]))
        return False

    @property
    def code(self) -> str | None:
        """What the text means; `None` where it is empty or means nothing. Ask after `check`."""
        found = self._matching() if self.value.strip() else []
        return found[0][0] if len(found) == 1 else None
