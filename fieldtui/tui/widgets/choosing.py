"""A form field that finds one of many by the first letters of its words."""

from __future__ import annotations

from collections.abc import Sequence

from fieldtui.base.i18n import _
from fieldtui.base.text import clean, fold
from fieldtui.tui.widgets.fields import Checked


class PickField(Checked):
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
