"""What the screen calls a citizen: first name and initial, or nothing a bystander could use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fieldtui.base.i18n import _


@dataclass(frozen=True, slots=True)
class Names:
    """Names by citizen id. While discreet, everybody is a number or a call code."""

    short: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    discreet: bool = False

    @classmethod
    def of(cls, people: Iterable[tuple[str, str, str | None]], *, discreet: bool) -> Names:
        """From (id, short name, call code), in the order of the list."""
        short: dict[str, str] = {}
        codes: dict[str, str] = {}
        for number, (citizen_id, name, code) in enumerate(people, start=1):
            short[citizen_id] = name
            codes[citizen_id] = code or f"{number:02}"
        return cls(short, codes, discreet)

    def show(self, citizen_id: str | None, otherwise: str = "") -> str:
        """The name of a citizen; `otherwise` where there is none."""
        if citizen_id is None:
            return otherwise
        if self.discreet:
            return _("Borger {code}").format(code=self.codes.get(citizen_id, "–"))
        return self.short.get(citizen_id) or otherwise or _("Borger {code}").format(code=citizen_id[-4:])

    def text(self, text: str) -> str:
        """Free text, which may name people: hidden while discreet."""
        return "•••" if self.discreet and text else text
