"""Hurtig-tilføj (+): one typed line, read back at once; Enter stores it, and asks instead where something is open."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import instant
from fieldtui.domain.quickadd import QuickDraft
from fieldtui.services.quickadding import Vocabulary, carry_out, read, vocabulary
from fieldtui.tui.dialogs.entries import reasons
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.overlaps import overlap_lines
from fieldtui.tui.presenters.quick import EXAMPLES, chips, questions
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.fields import CleanInput
from fieldtui.tui.widgets.panel import Lines

_PAUSE_SECONDS: Final = 0.15


class QuickAdd(Dialog[Outcome]):
    """Parses as you type; unknown or ambiguous parts ask, nothing is guessed."""

    context = "hurtig"
    AUTO_FOCUS = "#quick-text"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["hurtig"])

    def __init__(self) -> None:
        super().__init__()
        self._words: Vocabulary | None = None
        self._draft: QuickDraft | None = None
        self._timer: Any = None
        self._chosen = 0
        self._overlap_lines: list[Line] = []

    def heading(self) -> str:
        return _("Hurtig-tilføj")

    def footing(self) -> str:
        return _("Enter opretter · z fortryder bagefter")

    def body(self) -> ComposeResult:
        yield CleanInput(id="quick-text", max_length=500)
        yield Lines(id="quick-read", classes="wrap")
        yield Lines(id="quick-ask", classes="wrap")
        yield Lines([line(Piece(_("Eksempler"), "dim"))] + [line(Piece(f"  {_(text)}", "dim")) for text in EXAMPLES])
        yield Lines([line(Piece(_("Dato: i morgen · fre · 24/11 · om 2 uger · fre uge 50"), "dim"))])

    def set_out(self) -> None:
        self.run_service(lambda: vocabulary(self.shell.workspace), self._ready, group="load")

    def _ready(self, words: Vocabulary) -> None:
        self._words = words
        self._read()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._chosen = 0
        self._overlap_lines = []
        self._read()

    def _read(self) -> None:
        text = self.query_one("#quick-text", Input).value
        if self._words is None or not text.strip():
            self._draft = None
            self._show()
            return
        self._draft = read(self.shell.workspace, self._words, text)
        self._show()
        if self._timer is not None:
            self._timer.stop()
        if (self._draft.target == "appointment" and self._draft.complete) or self._draft.company is not None:
            self._timer = self.set_timer(_PAUSE_SECONDS, self._look_ahead)

    def _show(self) -> None:
        draft = self._draft
        self.query_one("#quick-read", Lines).show([chips(draft, self.shell.names)] if draft else [""])
        self.query_one("#quick-ask", Lines).show([*(questions(draft) if draft else []), *self._overlap_lines, ""])

    def _look_ahead(self) -> None:
        """What is in the way of the appointment, and who called the company just now."""
        draft, workspace, names, today = self._draft, self.shell.workspace, self.shell.names, self.shell.today
        if draft is None:
            return

        def load() -> tuple[Line, ...]:
            found: list[Line] = []
            if draft.company is not None:
                told = workspace.lookup.before_calling(draft.company.id, draft.day or today)
                found += [line(Piece(f"▲ {sentence}", "warning")) for sentence in told]
            if draft.target == "appointment" and draft.day is not None and draft.start is not None:
                starts_at, minutes = instant(draft.day, draft.start), draft.minutes or 45
                found += overlap_lines(workspace, names, starts_at, minutes, key="Enter")
            return tuple(found)

        self.run_service(load, self._show_overlaps, group="load")

    def _show_overlaps(self, lines: tuple[Line, ...]) -> None:
        self._overlap_lines = list(lines)
        self._show()

    def action_choose(self) -> None:
        """Tab: put the next suggested name into the line."""
        draft = self._draft
        choices = draft.questions[0].choices if draft and draft.questions else ()
        if not choices:
            return
        field = self.query_one("#quick-text", Input)
        name = choices[self._chosen % len(choices)]
        self._chosen += 1
        kept = self._chosen
        words = [word for word in field.value.split() if not word.startswith("@")]
        with self.prevent(Input.Changed):
            field.value = " ".join([*words, f"@{name.split()[0]}" if _unique(name, choices) else f"@{_initials(name)}"])
        field.cursor_position = len(field.value)
        self._read()
        self._chosen = kept

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        draft = self._draft
        if draft is None:
            return
        if not draft.complete:
            self._show()
            return
        self.run_service(
            lambda: carry_out(self.shell.workspace, draft), self._stored, on_error=self._refused, group="change"
        )

    def _stored(self, outcome: Outcome) -> None:
        self.dismiss(outcome)

    def _refused(self, error: FieldtuiError) -> None:
        lines = [line(Piece(f"× {reason}", "error")) for _field, reason in reasons(error)]
        self.query_one("#quick-ask", Lines).show(lines)


def _unique(name: str, choices: tuple[str, ...]) -> bool:
    return sum(choice.split()[0] == name.split(maxsplit=1)[0] for choice in choices) == 1


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split())
