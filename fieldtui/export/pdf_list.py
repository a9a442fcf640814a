"""The list on paper (domain.md § 6.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.calendar import written
from fieldtui.export.columns import Column
from fieldtui.export.csv_list import EMPTY
from fieldtui.export.paper import Page

_WIDTHS: Final = {"date": 20, "week": 9, "start": 12, "end": 12, "place": 34, "consultant": 19, "practical_needs": 30}
_OTHERS: Final = 24
"""Millimetres of a column, before they are fitted to the page."""


def to_pdf(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], *, first: date, last: date, made_at: datetime
) -> bytes:
    """A4, a table, a foot on each page.

    An empty list says so.
    """
    page = Page(f"lavet {made_at.astimezone(COPENHAGEN):%d-%m-%Y %H:%M}")
    page.set_title("Aftaler")
    page.set_creation_date(made_at)
    page.add_page()
    days = written(first) if first == last else f"{written(first)} – {written(last)}"
    page.say(f"Aftaler {days}", bold=True, size=13)
    page.ln(2)
    shown = [[_shown(row[column.key]) for column in columns] for row in rows]
    if shown:
        page.rows([column.title for column in columns], shown, [_WIDTHS.get(column.key, _OTHERS) for column in columns])
    else:
        page.say(EMPTY)
    if page.unknown:
        page.ln(2)
        page.say(f"{page.unknown} tegn findes ikke i skrifttypen og står som “?”.")
    return bytes(page.output())


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return written(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value)
