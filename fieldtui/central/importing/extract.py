"""Reading the files of an extract: Danish CSV, as untidy as it comes, with the physical line of every row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import _
from fieldtui.base.text import clean

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 64
_LONGEST_CELL: Final = 20_000
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing odd or impossible in one place of an extract."""

    file: str
    line: int
    """Physical line; the header is line 1."""
    field: str | None
    """Column of the file."""
    message: str
    """A sentence in the language in force; never what stood there."""

    def as_json(self) -> dict[str, str | int | None]:
        """For `--json`."""
        return {"file": self.file, "line": self.line, "field": self.field, "message": self.message}


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row's cells by column: NFC, without control characters and stray blanks."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file, read."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[RawRow, ...]
    ragged: tuple[int, ...]
    """Lines with more or fewer cells than the header."""


def read_table(path: Path, *, required: tuple[str, ...]) -> Table:
    """Read a file whole.

    Args:
        path: The file.
        required: Columns without which it means nothing.

    Raises:
        BadFile: Too large, not UTF-8, not separated by semicolons, or a column is missing or doubled.
    """
    name = path.name
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        header = next(reader, None)
        if header is None:
            raise BadFile(name, None, _("Filen er tom. Den skal have en overskriftslinje."))
        columns = tuple(_tidy(cell).casefold() for cell in header)
        _require_columns(name, columns, required)
        rows: list[RawRow] = []
        ragged: list[int] = []
        for line, cells in _numbered(reader):
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) + len(ragged) >= MOST_ROWS:
                raise BadFile(name, line, _("Filen har flere end {most} rækker. Del den op.").format(most=MOST_ROWS))
            if len(cells) != len(columns):
                ragged.append(line)
                continue
            if any(len(cell) > _LONGEST_CELL for cell in cells):
                raise BadFile(name, line, _("Et felt er længere end {most} tegn.").format(most=_LONGEST_CELL))
            rows.append(RawRow(line, dict(zip(columns, map(_tidy, cells), strict=True))))
    except csv.Error:
        raise BadFile(
            name, reader.line_num or None, _("Linjen kan ikke læses som CSV. Tjek anførselstegnene.")
        ) from None
    return Table(name, columns, tuple(rows), tuple(ragged))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on; a quoted cell may run over several."""
    while True:
        began = getattr(reader, "line_num", 0) + 1
        row = next(reader, None)
        if row is None:
            return
        yield began, row


def _text(path: Path) -> str:
    name = path.name
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError:
        raise BadFile(name, None, _("Filen kan ikke læses. Tjek, at du har adgang til den.")) from None
    if len(data) > MOST_BYTES:
        raise BadFile(name, None, _("Filen er større end {most} MB. Del den op.").format(most=MOST_BYTES // 1_000_000))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile(name, line, _("Filen er ikke i UTF-8. Gem den igen som CSV UTF-8.")) from None
    if "\x00" in text:
        raise BadFile(name, text[: text.index("\x00")].count("\n") + 1, _("Filen er ikke en tekstfil."))
    return text


def _require_columns(name: str, columns: tuple[str, ...], required: tuple[str, ...]) -> None:
    if len(columns) > MOST_COLUMNS:
        raise BadFile(name, 1, _("Filen har flere end {most} kolonner.").format(most=MOST_COLUMNS))
    if len(columns) == 1 and len(required) > 1:
        raise BadFile(name, 1, _("Kolonnerne skal være adskilt af semikolon."))
    missing = [each for each in required if each not in columns]
    if missing:
        raise BadFile(name, 1, _("Kolonnen {column} mangler.").format(column=missing[0]))
    doubled = [each for each in required if columns.count(each) > 1]
    if doubled:
        raise BadFile(name, 1, _("Kolonnen {column} står der to gange.").format(column=doubled[0]))


def _tidy(cell: str) -> str:
    return _BLANKS.sub(" ", clean(cell)).strip()
