"""The list as JSON: an array of objects with the profile's keys, ISO dates and times; `[]` when empty."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from fieldtui.export.columns import Column


def to_json(rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> bytes:
    """UTF-8, indented, keys in the order of the columns, one line break at the end."""
    document = [{column.key: _value(row[column.key]) for column in columns} for row in rows]
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, tuple):
        return list(value)
    return value
