"""The date a record is found under, and sorted by."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.records import Record

_MAIN_DAY: Final = (
    "starts_at", "written_at", "on", "starts_on", "requested_on", "given_on", "due_on", "open_from", "enrolled_on", "valid_from",
)  # fmt: skip


def main_day(record: Record) -> date | None:
    """The date a record is found under: when it begins, was written, was asked for or is due; in Copenhagen."""
    for name in _day_names(type(record)):
        value = getattr(record, name)
        if isinstance(value, datetime):
            return value.astimezone(COPENHAGEN).date()
        if isinstance(value, date):
            return value
    return None


@cache
def _day_names(model: type[Record]) -> tuple[str, ...]:
    """Those of them that a model has; asking a record for a field it lacks takes longer than everything else here."""
    return tuple(name for name in _MAIN_DAY if name in model.model_fields)
