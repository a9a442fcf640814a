"""Short forms: every problem is shown at its field, and the form stays open until it is saved or left."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from fieldtui.base.errors import BadUsage, FieldtuiError, InvalidRecords
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.fields import Checked, Felt
from fieldtui.tui.widgets.panel import Lines


class FormDialog(Dialog[Outcome]):
    """A form that saves through a service. Answers with what the service said."""

    context = "formular"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["formular"])
    AUTO_FOCUS = "Input, TextArea, ChoiceField"

    def __init__(self) -> None:
        super().__init__()
        self._saving = False

    def footing(self) -> str:
        return _("Ctrl+S gemmer · Esc lukker")

    def body(self) -> ComposeResult:
        for row in self.fields():
            if isinstance(row, Felt):
                yield row
            else:
                with Horizontal(classes="side"):
                    yield from row
        yield Lines(id="form-problem", classes="wrap")

    @abstractmethod
    def fields(self) -> Iterable[Felt | tuple[Felt, ...]]:
        """The fields from top to bottom; a tuple stands side by side."""

    @abstractmethod
    def save(self) -> Outcome:
        """Store what the form says. Runs in a thread; may raise what services raise."""

    @property
    def felts(self) -> dict[str, Felt]:
        """The fields by name."""
        return {felt.name or "": felt for felt in self.query(Felt)}

    def text(self, name: str) -> str:
        """What stands in a field, without blanks around it."""
        return self.felts[name].value.strip()

    def action_save(self) -> None:
        """Ctrl+S: check every field, then save."""
        if self._saving:
            return
        self.query_one("#form-problem", Lines).show(())
        wrong = [felt for felt in self.query(Felt) if isinstance(felt, Checked) and not felt.check()]
        if wrong:
            wrong[0].entry.focus()
            return
        self._saving = True
        self.run_service(self.save, self._saved, on_error=self._refused, group="change")

    def _saved(self, outcome: Outcome) -> None:
        self.dismiss(outcome)

    def _refused(self, error: FieldtuiError) -> None:
        self._saving = False
        left = []
        first: Felt | None = None
        if isinstance(error, InvalidRecords):
            for problem in error.problems:
                felt = self.felts.get(problem.field or "")
                if felt is None:
                    left.append(problem.reason)
                else:
                    felt.fail(problem.reason)
                    first = first or felt
        elif isinstance(error, BadUsage):
            left.append(error.message)
        else:
            left.append(explain(error))
        self.query_one("#form-problem", Lines).show([line(Piece(f"× {reason}", "error")) for reason in left])
        if first is not None:
            first.entry.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and saves from the last one."""
        event.stop()
        entries = [felt.entry for felt in self.query(Felt)]
        at = entries.index(event.input) if event.input in entries else -1
        if at == len(entries) - 1:
            self.action_save()
        else:
            self.focus_next()
