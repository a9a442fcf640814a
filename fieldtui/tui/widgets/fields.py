"""Fields of a form: the label in the frame, one line below for help, echo or what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, TextArea

from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.calendar import parse_day, parse_time
from fieldtui.tui.presenters.dates import full, with_day_full
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.panel import Lines

_NUMBER: Final = re.compile(r"[0-9]+([.,][0-9]+)?")


class CleanInput(Input):
    """A line of text. What is pasted is cleaned before it is kept."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None, max_length: int = 200) -> None:
        super().__init__(
            value=clean(value),
            placeholder=clean(placeholder),
            id=id,
            max_length=max_length,
            select_on_focus=False,
            highlighter=None,
        )

    def validate_value(self, value: str) -> str:
        """Nothing that steers a terminal enters the field."""
        return clean(value)


class CleanTextArea(TextArea):
    """Several lines of text. Tab leaves the field; what is pasted is cleaned."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(
            clean(text, multiline=True), id=id, soft_wrap=True, tab_behavior="focus", show_line_numbers=False
        )

    def load_text(self, text: str) -> None:
        """Put a text in, cleaned: a draft, or what somebody else wrote."""
        super().load_text(clean(text, multiline=True))

    async def _on_paste(self, event: events.Paste) -> None:
        """Clean what is pasted; the text area's own handler, which runs after this one, puts it in."""
        event.text = clean(event.text, multiline=True)


class Felt(Vertical):
    """A field with its label in the frame and its problem underneath; the problem goes away as you type."""

    class Edited(Message):
        """The text of a field changed by hand."""

        def __init__(self, field: Felt) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> Felt:
            return self.field

    def __init__(
        self,
        name: str,
        label: str,
        value: str = "",
        *,
        hint: str = "",
        placeholder: str = "",
        multiline: bool = False,
        max_length: int = 200,
    ) -> None:
        super().__init__(id=f"felt-{name}", name=name, classes="felt")
        self._label = label
        self._hint = hint
        self._multiline = multiline
        self._error = ""
        self._below = Lines((hint,), classes="under")
        self.entry: Input | TextArea
        if multiline:
            self.entry = CleanTextArea(value, id=f"entry-{name}")
        else:
            self.entry = CleanInput(value, placeholder=placeholder, id=f"entry-{name}", max_length=max_length)
        self.entry.border_title = plain_content(label)

    def compose(self) -> ComposeResult:
        yield self.entry
        yield self._below

    @property
    def value(self) -> str:
        """The text in the field."""
        return self.entry.text if isinstance(self.entry, TextArea) else self.entry.value

    @value.setter
    def value(self, text: str) -> None:
        if isinstance(self.entry, TextArea):
            self.entry.load_text(text)
        else:
            self.entry.value = text

    @property
    def error(self) -> str:
        """The problem that is shown; empty where there is none."""
        return self._error

    def fail(self, reason: str) -> None:
        """Show what is wrong with this field."""
        self._error = reason
        self._below.show([line(Piece(f"× {reason}", "error"))])
        self.add_class("-fejl")

    def succeed(self, echo: str = "") -> None:
        """Take the problem away, and show how the text was understood."""
        self._error = ""
        self.remove_class("-fejl")
        self._below.show([line(Piece(f"√ {echo}", "success"))] if echo else [self._hint])

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._edited()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._edited()

    def _edited(self) -> None:
        if self._error:
            self.succeed()
        self.check_quietly()
        self.post_message(self.Edited(self))

    def check_quietly(self) -> None:
        """While typing: show an echo where the text is understood, and nothing where it is not yet."""


class Checked(Felt):
    """A field that knows whether its text can be used."""

    def check(self) -> bool:
        """On leaving or saving: show what is wrong. True where the value can be used."""
        raise NotImplementedError


class RequiredField(Checked):
    """A text that may not be empty."""

    def check(self) -> bool:
        if self.value.strip():
            return True
        self.fail(_("Feltet mangler."))
        return False


class ParsedField(Checked):
    """A field whose text means a value."""

    def __init__(self, name: str, label: str, value: str, *, hint: str, optional: bool, max_length: int = 40) -> None:
        super().__init__(name, label, value, hint=hint, max_length=max_length)
        if isinstance(self.entry, Input):
            self.entry.select_on_focus = True  # a day or an hour is written anew, never added to
        self._optional = optional

    def _read(self, text: str) -> str:
        """How the text was understood; raises `ValueError` with a sentence."""
        raise NotImplementedError

    def check_quietly(self) -> None:
        try:
            self.succeed(self._read(self.value) if self.value.strip() else "")
        except ValueError:
            self.succeed()

    def check(self) -> bool:
        if not self.value.strip():
            if self._optional:
                self.succeed()
                return True
            self.fail(_("Feltet mangler."))
            return False
        try:
            self.succeed(self._read(self.value))
        except ValueError as error:
            self.fail(str(error))
            return False
        return True


class DateField(ParsedField):
    """A date the way people write it: `24/11`, `fre`, `i morgen`, `uge 48`; the weekday is echoed."""

    def __init__(
        self, name: str, label: str, *, today: Callable[[], date], value: date | None = None, optional: bool = False
    ) -> None:
        self._today = today
        super().__init__(
            name,
            label,
            full(value) if value else "",
            hint=_("fx 24-11, fre, i morgen eller om 2 uger"),
            optional=optional,
        )

    def _read(self, text: str) -> str:
        return with_day_full(parse_day(text, self._today()))

    @property
    def day(self) -> date | None:
        """The day; `None` where the field is empty. Ask after `check`."""
        return parse_day(self.value, self._today()) if self.value.strip() else None


class TimeField(ParsedField):
    """A time of day: `9`, `9.30`, `0930`, `13:15`."""

    def __init__(self, name: str, label: str, *, value: time | None = None, optional: bool = False) -> None:
        super().__init__(name, label, f"{value:%H:%M}" if value else "", hint=_("fx 9:30 eller 14"), optional=optional)

    def _read(self, text: str) -> str:
        return f"{parse_time(text):%H:%M}"

    @property
    def time(self) -> time | None:
        """The time; `None` where the field is empty. Ask after `check`."""
        return parse_time(self.value) if self.value.strip() else None


class NumberField(ParsedField):
    """A number with a Danish comma, or nothing."""

    def __init__(self, name: str, label: str, value: float | None, *, hint: str = "") -> None:
        text = "" if value is None else f"{value:g}".replace(".", ",")
        super().__init__(name, label, text, hint=hint, optional=True, max_length=12)

    def _read(self, text: str) -> str:
        if _NUMBER.fullmatch(text.strip()) is None:
            raise ValueError(_("Skriv et tal, fx 12,5."))
        return ""

    @property
    def number(self) -> float | int | None:
        """The number; `None` where the field is empty. Ask after `check`.

        Raises:
            ValueError: The text is no number.
        """
        text = self.value.strip()
        if not text:
            return None
        self._read(text)
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number
