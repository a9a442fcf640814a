"""One row on its way to become records: its cells as values, and what is odd or impossible about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN, in_fold, in_gap
from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.central.importing.extract import Problem, RawRow

_DANISH_DAY: Final = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})\Z")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})\Z")
_NUMBER: Final = re.compile(r"\d{1,6}(?:,\d{1,4})?\Z")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


class Row:
    """A row and its problems. A value that cannot be read makes the row impossible; an odd one only reports it."""

    def __init__(self, file: str, raw: RawRow) -> None:
        self.file = file
        self.line = raw.line
        self._cells = raw.cells
        self.problems: list[Problem] = []
        self.impossible = False

    def odd(self, field: str | None, message: str) -> None:
        """Report something lawful but worth a look."""
        self.problems.append(Problem(self.file, self.line, field, message))

    def refuse(self, field: str | None, message: str) -> None:
        """Report something that cannot be; the row is left out."""
        self.impossible = True
        self.odd(field, message)

    def text(self, column: str, *, required: bool = False) -> str | None:
        """The cell, or `None` where it is empty."""
        value = self._cells.get(column, "")
        if required and not value:
            self.refuse(column, _("Feltet er tomt."))
        return value or None

    def day(self, column: str, *, required: bool = False) -> str | None:
        """A date `dd-mm-åååå` as ISO text."""
        value = self.text(column, required=required)
        if value is None:
            return None
        found = self._day(value)
        if found is None:
            self.refuse(column, _("Det er ikke en dato som 24-11-2026."))
            return None
        return found.isoformat()

    def instant(self, column: str) -> str | None:
        """A date and time of Copenhagen as ISO text with offset; the spring gap and the autumn fold are not guessed."""
        value = self.text(column, required=True)
        if value is None:
            return None
        day_text, _blank, time_text = value.partition(" ")
        day, time = self._day(day_text), _TIME.match(time_text)
        if day is None or time is None or int(time[1]) > 23 or int(time[2]) > 59:
            self.refuse(column, _("Det er ikke et tidspunkt som 24-11-2026 10:00."))
            return None
        naive = datetime(day.year, day.month, day.day, int(time[1]), int(time[2]))  # noqa: DTZ001  the wall clock's
        if in_gap(naive):
            self.refuse(column, _("Det klokkeslæt findes ikke: uret stilles frem den nat."))
            return None
        if in_fold(naive):
            self.refuse(column, _("Det klokkeslæt findes to gange: uret stilles tilbage den nat."))
            return None
        return naive.replace(tzinfo=COPENHAGEN).isoformat(timespec="minutes")

    def flag(self, column: str) -> bool | None:
        """Ja or Nej; empty is unknown."""
        value = self.text(column)
        if value is None:
            return None
        if value.casefold() not in {"ja", "nej"}:
            self.refuse(column, _("Feltet skal være Ja eller Nej."))
            return None
        return value.casefold() == "ja"

    def number(self, column: str, *, required: bool = False) -> float | int | None:
        """A number, with decimal comma where it has one."""
        value = self.text(column, required=required)
        if value is None:
            return None
        if not _NUMBER.match(value):
            self.refuse(column, _("Det er ikke et tal."))
            return None
        return float(value.replace(",", ".")) if "," in value else int(value)

    def choice(self, column: str, meanings: Mapping[str, Any], *, required: bool = True) -> Any:
        """What a word of the extract means here; a word that is not in the table is not guessed."""
        value = self.text(column, required=required)
        if value is None:
            return None
        word = code_of(value)
        if word not in meanings:
            allowed = ", ".join(meanings)
            self.refuse(column, _("Værdien kendes ikke. Den skal være en af: {allowed}.").format(allowed=allowed))
            return None
        return meanings[word]

    def code(self, column: str, known: Mapping[str, str], *, required: bool = False) -> str | None:
        """A code from a dated list; an unknown one is kept and reported."""
        value = self.text(column, required=required)
        if value is None:
            return None
        word = code_of(value)
        if word not in known:
            self.odd(column, _("Koden står ikke i kodelisten. Den er beholdt, som den er."))
        return word

    @staticmethod
    def _day(value: str) -> date | None:
        danish, iso = _DANISH_DAY.match(value), _ISO_DAY.match(value)
        try:
            if danish:
                found = date(int(danish[3]), int(danish[2]), int(danish[1]))
            elif iso:
                found = date(int(iso[1]), int(iso[2]), int(iso[3]))
            else:
                return None
        except ValueError:
            return None
        return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def code_of(text: str) -> str:
    """A word of the extract as a code: Danish letters folded, blanks as underscores (decisions 11)."""
    return fold(text).strip().replace(" ", "_")
