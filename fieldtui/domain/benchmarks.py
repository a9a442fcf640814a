"""Numbers of others, read from a table: what somebody published, about whom, for which days, and where and when it was read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import _
from fieldtui.base.text import clean, fold
from fieldtui.domain.rulesets import benchmarks_of

COLUMNS: Final[Mapping[str, str]] = {
    "tal": "figure", "navn": "label", "vaerdi": "value", "fra": "first", "til": "last", "kilde": "source", "laest": "read_on",
}  # fmt: skip
"""Danish heading, folded, to field."""
_FIGURE: Final = re.compile(r"K\d{1,2}[a-z]?(_[a-z0-9_]+)?\Z|both_tracks\Z")
_NUMBER: Final = re.compile(r"(\d{1,6}(?:[.,]\d{1,4})?)\s*(%|pct\.?)?\Z")
_DAY: Final = re.compile(r"(?:(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})|(\d{4})-(\d{2})-(\d{2}))\Z")


def from_table(text: str, file: str) -> dict[str, Any]:
    """A table of benchmarks as a document to publish.

    The first line names the columns `tal;navn;vaerdi;fra;til;kilde;laest` in any order. A value is a number with comma or point; `82 pct.`
    and `82 %` are 0.82. Days are `31-12-2020` or ISO.

    Args:
        text: CSV with semicolons, as Danish Excel writes it.
        file: Its name, for messages.

    Raises:
        BadFile: With the line and what is wrong in it; or there is nothing in it.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    heading = [fold(clean(cell)).strip() for cell in next(rows, [])]
    missing = [name for name in COLUMNS if name not in heading]
    if missing:
        raise BadFile(file, 1, _("Kolonnen {name} mangler.").format(name=missing[0]))
    entries = []
    for line, cells in enumerate(rows, start=2):
        if any(cell.strip() for cell in cells):
            said = dict(zip(heading, (clean(cell).strip() for cell in cells), strict=False))
            entries.append(_entry({field: said.get(name, "") for name, field in COLUMNS.items()}, file, line))
    return benchmarks_of(entries, file)


def _entry(said: Mapping[str, str], file: str, line: int) -> dict[str, Any]:
    names = {field: name for name, field in COLUMNS.items()}
    for field, value in said.items():
        if not value:
            raise BadFile(file, line, _("{name} er tom.").format(name=names[field]))
    if _FIGURE.match(said["figure"]) is None:
        raise BadFile(file, line, _("tal er et tals id, fx K6."))
    number = _NUMBER.match(said["value"])
    if number is None:
        raise BadFile(file, line, _("vaerdi er et tal, fx 0,82 eller 82 pct."))
    worth = float(number[1].replace(",", "."))
    days = {field: _day(said[field], names[field], file, line) for field in ("first", "last", "read_on")}
    if days["last"] < days["first"]:
        raise BadFile(file, line, _("Perioden slutter, før den begynder."))
    return {**said, "value": worth / 100 if number[2] else worth, **days}


def _day(text: str, name: str, file: str, line: int) -> date:
    found = _DAY.match(text)
    try:
        if found is not None:
            parts = (found[3], found[2], found[1]) if found[1] else (found[4], found[5], found[6])
            return date(*(int(part) for part in parts))
    except ValueError:
        pass  # as any other text that is no day
    raise BadFile(file, line, _("{name} er en dato, fx 31-12-2020.").format(name=name))
