"""Small questions: yes or no, and one out of a few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Button

from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.lines import Piece, Row
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.fields import CleanInput
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines


class ConfirmDialog(Dialog[bool]):
    """Asks before something that cannot be undone. Enter and Esc mean no; yes is the letter `j`."""

    context = "sporg"
    size_class = "narrow"
    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["sporg"])

    def __init__(self, question: str, consequence: str, yes: str) -> None:
        super().__init__()
        self._question = question
        self._consequence = consequence
        self._yes = yes

    def heading(self) -> str:
        return self._question

    def body(self) -> ComposeResult:
        yield Lines((self._consequence, ""), classes="wrap")
        yield Button(plain_content(f"[j] {self._yes}"), id="yes", compact=True)
        yield Button(plain_content("[n] " + _("Nej")), id="no", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_yes(self) -> None:
        """Go on."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Leave everything as it is."""
        self.dismiss(False)


class ChooseDialog(Dialog[str]):
    """Pick one of a list; typing narrows it down. Answers with the row's key."""

    context = "find"
    size_class = "narrow"
    AUTO_FOCUS = "#choose-filter"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["find"])

    def __init__(self, question: str, choices: Sequence[tuple[str, str, str]]) -> None:
        """Choices are (key, name, remark)."""
        super().__init__()
        self._question = question
        self._choices = tuple(choices)

    def heading(self) -> str:
        return self._question

    def footing(self) -> str:
        return _("Enter vælger")

    def body(self) -> ComposeResult:
        yield CleanInput(placeholder=_("Skriv for at finde …"), id="choose-filter")
        yield LineTable((Column(width=26), Column()), self._rows(""), id="choose", empty=_("Ingen passer."))

    def _rows(self, text: str) -> list[Row]:
        words = fold(text).split()
        return [
            Row(key, (name, Piece(remark, "dim")))
            for key, name, remark in self._choices
            if all(word in fold(f"{name} {remark}") for word in words)
        ]

    def on_input_changed(self, event: CleanInput.Changed) -> None:
        event.stop()
        self.query_one("#choose", LineTable).set_rows(self._rows(event.value))

    def on_input_submitted(self, event: CleanInput.Submitted) -> None:
        event.stop()
        self.query_one("#choose", LineTable).action_choose()

    def on_key(self, event: object) -> None:
        """Arrow keys move in the list while the field has the focus."""
        key = getattr(event, "key", "")
        table = self.query_one("#choose", LineTable)
        if key in {"up", "down"} and not table.has_focus:
            table.action_move(1 if key == "down" else -1)

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self.dismiss(event.key)
