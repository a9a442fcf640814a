"""A form made from a table of fields; what the service refuses stands under the field it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal, TypeAlias

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button

from fieldtui.base.i18n import _
from fieldtui.tui.dialogs.form import FormDialog
from fieldtui.tui.presenters.lines import Line
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.choosing import PickField
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.fields import Checked, DateField, Felt, RequiredField, TimeField
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


class NumberField(Checked):
    """A number with a Danish comma, or nothing."""

    def __init__(self, name: str, label: str, value: float | None, *, hint: str = "") -> None:
        text = "" if value is None else f"{value:g}".replace(".", ",")
        super().__init__(name, label, text, hint=hint, max_length=12)

    def check(self) -> bool:
        try:
            self.number  # noqa: B018  read for its error
        except ValueError:
            self.fail(_("Skriv et tal, fx 12,5."))
            return False
        return True

    @property
    def number(self) -> float | int | None:
        """The number; `None` where the field is empty. Ask after `check`."""
        text = self.value.strip().replace(",", ".")
        if not text:
            return None
        number = float(text)
        return int(number) if number.is_integer() else number


class EntryForm(FormDialog):
    """Asks for the fields of a table and lets a service store them."""

    def __init__(
        self,
        title: str,
        entries: Callable[[], Sequence[Entry]],
        submit: Callable[[dict[str, Any]], Outcome],
        *,
        save: str = "",
        note: str = "",
    ) -> None:
        """Args:
        title: What the form is about, in its upper edge.
        entries: Makes the fields; called again after a change of language.
        submit: Stores what was given, by field name; runs in a thread. Empty fields are `None`.
        save: The word on the button; `Gem` where it is empty.
        note: A line above the button.
        """
        super().__init__()
        self._title = title
        self._make = entries
        self._submit = submit
        self._button = save
        self._note = note
        self._values: dict[str, Any] = {}

    def heading(self) -> str:
        return self._title

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
        yield Lines((self._note,) if self._note else (), id="form-note", classes="wrap")
        yield Button(plain_content(self._button or _("Gem")), id="form-save", compact=True)

    def fields(self) -> Iterable[Felt | tuple[Felt, ...]]:
        """The text fields; `body` puts them and the choices in their rows."""
        return tuple(self.felts.values())

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
        wrong = [felt for felt in self.query(Checked) if not felt.check()]
        if not wrong and not self.prepare():
            return
        super().action_save()

    def save(self) -> Outcome:
        """Store what the form says."""
        return self._submit(self._values)

    def say(self, lines: Iterable[Line]) -> None:
        """Show lines above the button instead of the form's own note."""
        self.query_one("#form-note", Lines).show([*lines] or ([self._note] if self._note else []))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_save()


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
