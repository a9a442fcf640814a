"""The list as a workbook: dates are dates, times are times, and every text is a text cell that no editing turns into a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import xlsxwriter

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.text import clean
from fieldtui.export.columns import Column
from fieldtui.export.csv_list import EMPTY

_OPTIONS: Final = {
    "in_memory": True,  # else parts of it lie in temporary files
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTH: Final = 16
"""Characters."""


def to_xlsx(rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], *, made_at: datetime) -> bytes:
    """One sheet, a Danish heading that stays in sight.

    An empty list has one row that says so in its first column.

    Args:
        rows: By column key.
        columns: In order.
        made_at: Becomes the workbook's date of creation.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    book.set_properties({"created": made_at.astimezone(COPENHAGEN).replace(tzinfo=None)})
    sheet = book.add_worksheet("Aftaler")
    text = book.add_format({"quote_prefix": True, "num_format": "@"})
    day, clock = book.add_format({"num_format": "dd-mm-yyyy"}), book.add_format({"num_format": "hh:mm"})
    heading = book.add_format({"bold": True})
    sheet.set_column(0, len(columns) - 1, _WIDTH)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.title, heading)
    number = 0
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            value = row[column.key]
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif isinstance(value, time):
                sheet.write_datetime(number, place, value, clock)
            elif isinstance(value, int):
                sheet.write_number(number, place, value)
            else:
                shown = ", ".join(value) if isinstance(value, tuple) else str(value)
                sheet.write_string(number, place, clean(shown), text)
    if number == 0:
        sheet.write_string(1, 0, EMPTY, text)
    book.close()
    return stream.getvalue()
