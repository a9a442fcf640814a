"""A form made from a table of fields; what the service refuses stands under the field it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input

from fieldtui.base.errors import BadUsage, FieldtuiError, InvalidRecords
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.choosing import PickField
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.fields import Checked, DateField, Felt, NumberField, RequiredField, TimeField
from fieldtui.tui.widgets.panel import Lines

Kind: TypeAlias = Literal["line", "text", "date", "time", "number", "words", "choice", "pick"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a form."""

    name: str
    label: str
    kind: Kind = "line"
    value: Any = None
    """What stands in it at first: text, a day, a time, a number, words, or a code."""
    options: tuple[tuple[str, str], ...] = ()
    """(code, text) for `choice` and `pick`."""
    optional: bool = True
    hint: str = ""
    beside: bool = False
    """True where it shares the row of the field before it."""


class EntryForm(Dialog[Outcome]):
    """Asks for the fields of a table and lets a service store them; stays open until that is done or it is left.

    Answers with what the service said.
    """

    context = "formular"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["formular"])
    AUTO_FOCUS = "Input, TextArea, ChoiceField"

    def __init__(
        self,
        title: Callable[[], str],
        entries: Callable[[], Sequence[Entry]],
        submit: Callable[[dict[str, Any]], Outcome],
        *,
        save: Callable[[], str] = lambda: _("Gem"),
        note: Callable[[], str] = str,
    ) -> None:
        """All words are called for again after a change of language.

        Args:
            title: What the form is about, in its upper edge.
            entries: Makes the fields.
            submit: Stores what was given, by field name; runs in a thread. Empty fields are `None`.
            save: The word on the button.
            note: A line above the button; empty for none.
        """
        super().__init__()
        self._title = title
        self._make = entries
        self._submit = submit
        self._save = save
        self._note = note
        self._values: dict[str, Any] = {}
        self._saving = False

    def heading(self) -> str:
        return self._title()

    def footing(self) -> str:
        return _("Ctrl+S gemmer · Tab næste felt · Esc lukker")

    def body(self) -> ComposeResult:
        rows: list[list[Felt | ChoiceField]] = []
        for entry in self._make():
            made = self.widget(entry)
            if entry.beside and rows:
                rows[-1].append(made)
            else:
                rows.append([made])
        for row in rows:
            yield row[0] if len(row) == 1 else Horizontal(*row, classes="side")
        yield Lines(id="form-problem", classes="wrap")
        yield Lines(self._noted(), id="form-note", classes="wrap")
        yield Button(plain_content(self._save()), id="form-save", compact=True)

    def widget(self, entry: Entry) -> Felt | ChoiceField:
        """The widget for a field."""
        name, label, value = entry.name, entry.label, entry.value
        if entry.kind == "date":
            day = value if isinstance(value, date) else None
            return DateField(name, label, today=lambda: self.shell.today, value=day, optional=entry.optional)
        if entry.kind == "time":
            return TimeField(name, label, value=value if isinstance(value, time) else None, optional=entry.optional)
        if entry.kind == "number":
            return NumberField(name, label, value, hint=entry.hint)
        if entry.kind == "choice":
            return ChoiceField(label, entry.options, value=value, id=name)
        if entry.kind == "pick":
            return PickField(name, label, entry.options, value=value, optional=entry.optional, hint=entry.hint)
        text = ", ".join(value) if entry.kind == "words" and value else str(value or "")
        if entry.kind == "text":
            return Felt(name, label, text, hint=entry.hint, multiline=True, max_length=20_000)
        return (Felt if entry.optional else RequiredField)(name, label, text, hint=entry.hint)

    @property
    def felts(self) -> dict[str, Felt]:
        """The text fields by name."""
        return {felt.name or "": felt for felt in self.query(Felt)}

    def values(self) -> dict[str, Any]:
        """What the checked fields say, by name; `None` where one is empty."""
        found: dict[str, Any] = {name: _value(felt) for name, felt in self.felts.items()}
        return found | {choice.id or "": choice.value for choice in self.query(ChoiceField)}

    def prepare(self) -> bool:
        """Called when every field is good on its own, before the form is saved; False keeps it open."""
        self._values = self.values()
        return True

    def action_save(self) -> None:
        """Ctrl+S: check every field, then save."""
        if self._saving:
            return
        self.query_one("#form-problem", Lines).show(())
        wrong = [felt for felt in self.query(Checked) if not felt.check()]
        if wrong:
            wrong[0].entry.focus()
        elif self.prepare():
            self._saving = True
            self.run_service(self._store, self._saved, on_error=self._refused, group="change")

    def _store(self) -> Outcome:
        return self._submit(self._values)

    def _saved(self, outcome: Outcome) -> None:
        self.dismiss(outcome)

    def _refused(self, error: FieldtuiError) -> None:
        self._saving = False
        felts, left = self.felts, []
        first: Felt | None = None
        for field, reason in reasons(error):
            felt = felts.get(field)
            if felt is None:
                left.append(line(Piece(f"× {reason}", "error")))
            else:
                felt.fail(reason)
                first = first or felt
        problem = self.query_one("#form-problem", Lines)
        problem.show(left)
        if first is not None:
            first.entry.focus()
        elif left:
            self.call_after_refresh(problem.scroll_visible, animate=False)

    def say(self, lines: Iterable[Line]) -> None:
        """Show lines above the button instead of the form's own note."""
        self.query_one("#form-note", Lines).show([*lines] or self._noted())

    def _noted(self) -> list[Line | str]:
        return [note] if (note := self._note()) else []

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_save()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and saves from the last one."""
        event.stop()
        entries = [felt.entry for felt in self.query(Felt)]
        if event.input is entries[-1]:
            self.action_save()
        else:
            self.focus_next()


def reasons(error: FieldtuiError) -> list[tuple[str, str]]:
    """(field, sentence) of everything a service refused; the field is empty where it is about none."""
    if isinstance(error, InvalidRecords):
        return [(problem.field or "", problem.reason) for problem in error.problems]
    return [("", error.message if isinstance(error, BadUsage) else explain(error))]


def _value(felt: Felt) -> Any:
    if isinstance(felt, DateField):
        return felt.day
    if isinstance(felt, TimeField):
        return felt.time
    if isinstance(felt, NumberField):
        return felt.number
    if isinstance(felt, PickField):
        return felt.code
    return felt.value.strip() or None


def options_of(codes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Choices out of a code list."""
    return tuple(codes.items())


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a record's body has them: days as ISO text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
