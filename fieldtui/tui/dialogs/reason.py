"""Asks for a reason before something that is written to the access log."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.fields import RequiredField
from fieldtui.tui.widgets.panel import Lines


class ReasonDialog(Dialog[str]):
    """One line of text; Enter answers with it."""

    context = "formular"
    size_class = "narrow"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["formular"])

    def __init__(self, question: str, note: str, *, label: str = "", value: str = "") -> None:
        """Args:
        question: What is asked, in the upper edge.
        note: What the answer is for.
        label: The field's label; `Grund` where it is empty.
        value: What stands in the field at first.
        """
        super().__init__()
        self._question = question
        self._note = note
        self._label = label
        self._value = value

    def heading(self) -> str:
        return self._question

    def footing(self) -> str:
        return _("Enter går videre · Esc lukker")

    def body(self) -> ComposeResult:
        yield RequiredField("reason", self._label or _("Grund"), self._value)
        yield Lines((self._note,), classes="wrap")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the answer."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Answer, or say that something is missing."""
        field = self.query_one(RequiredField)
        if field.check():
            self.dismiss(field.value.strip())
