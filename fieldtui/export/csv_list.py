"""CSV as Danish Excel reads it (domain.md § 6.3), with cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

from fieldtui.base.text import clean
from fieldtui.domain.calendar import written
from fieldtui.export.columns import Column

EMPTY: Final = "Ingen aftaler"
_TRIGGERS: Final = frozenset("=+-@\t\r\n|%＝＋－＠'")
_SEPARATORS: Final = re.compile("([;,])")
"""Signs that some program takes for the end of a cell."""
_SKIPPED_BY_SPREADSHEETS: Final = "\ufeff\u200b\u200c\u200d\u2060\u00a0\u202f\u3000 "


def guarded(text: str) -> str:
    """The text as a cell that is text in every spreadsheet: one that could begin a formula gets an apostrophe.

    A text that begins with an apostrophe gets another, so that `unguarded` always gives the text back. What a
    spreadsheet skips before it looks for a formula (BOM, zero-width and hard blanks) is skipped here too. A program that
    expects commas between cells, as English Excel does, or that does not heed quotes, cuts a cell into more: what
    follows such a sign is guarded in the same way.
    """
    parts = _SEPARATORS.split(text)
    return "".join(part if place % 2 else _guarded_part(part) for place, part in enumerate(parts))


def _guarded_part(text: str) -> str:
    return f"'{text}" if text.lstrip(_SKIPPED_BY_SPREADSHEETS)[:1] in _TRIGGERS else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    parts = _SEPARATORS.split(cell)
    return "".join(part if place % 2 else part.removeprefix("'") for place, part in enumerate(parts))


def to_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> bytes:
    """Semicolons, UTF-8 with BOM, CRLF, every cell quoted, a Danish heading.

    An empty list has one row that says so in its first column.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.title for column in columns])
    written = 0
    for row in rows:
        writer.writerow([_cell(row[column.key]) for column in columns])
        written += 1
    if not written:
        writer.writerow([EMPTY, *("" for _ in columns[1:])])
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    if isinstance(value, date):
        return written(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        value = ", ".join(value)
    return guarded(clean(str(value)))
