"""A form field that finds one of many by the first letters of its words."""

from __future__ import annotations

from collections.abc import Sequence

from fieldtui.base.i18n import _
from fieldtui.base.text import clean, fold
from fieldtui.tui.widgets.fields import ParsedField


class PickField(ParsedField):
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
        text = dict(self._options).get(value or "", value or "")
        hint = hint or _("skriv de første bogstaver")
        super().__init__(name, label, text, hint=hint, optional=optional, max_length=200)

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

    def _read(self, text: str) -> str:
        found = self._matching()
        if len(found) == 1:
            return found[0][1]
        raise ValueError(self._which(found) if found else _("“{text}” findes ikke her.").format(text=text.strip()[:40]))

    def check_quietly(self) -> None:
        """Echo the one that is found; name the first few where several are."""
        super().check_quietly()
        found = self._matching() if self.value.strip() else []
        if len(found) > 1:
            self._below.show([self._which(found)])

    @staticmethod
    def _which(found: Sequence[tuple[str, str]]) -> str:
        names = ", ".join(text for _code, text in found[:4]) + (" …" if len(found) > 4 else "")
        return _("Hvem eller hvad mener du: {names}?").format(names=names)

    def pick(self, code: str) -> None:
        """Choose by code: its text stands in the field."""
        self.value = dict(self._options).get(code, code)

    @property
    def code(self) -> str | None:
        """What the text means; `None` where it is empty or means nothing. Ask after `check`."""
        found = self._matching() if self.value.strip() else []
        return found[0][0] if len(found) == 1 else None
