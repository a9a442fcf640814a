"""A text that is covered elsewhere, for reading: it goes by itself after a minute."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.lines import line
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.panel import Lines

SHOWN_SECONDS: Final = 60
"""How long it stays on the screen."""


class ReadingDialog(Dialog[None]):
    """Shows lines; Esc closes, and so does a minute."""

    context = "hjaelp"
    AUTO_FOCUS = "#reading"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["hjaelp"])
    CSS = """
    #reading { height: auto; max-height: 16; }
    """

    def __init__(self, heading: str, text: str) -> None:
        """Args:
        heading: What it is, in the upper edge.
        text: As it was written.
        """
        super().__init__()
        self._heading = heading
        self._text = text

    def heading(self) -> str:
        return self._heading

    def footing(self) -> str:
        return _("Esc lukker · lukker selv efter et minut")

    def body(self) -> ComposeResult:
        with VerticalScroll(id="reading"):
            yield Lines([line(each) for each in self._text.split("\n")], classes="wrap")

    def set_out(self) -> None:
        self.set_timer(SHOWN_SECONDS, self._over)

    def _over(self) -> None:
        if self.is_attached and self.is_current:
            self.dismiss(None)
