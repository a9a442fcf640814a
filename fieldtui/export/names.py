"""Names of list files: ASCII, sorting by date, without any person in them (domain.md § 6.2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from fieldtui.export.columns import Profile

_STEM: Final = "samtaleliste_kvartershuset"
_MONDAY, _FRIDAY_AFTER = 1, 4


def file_name(profile: Profile, fmt: str, first: date, last: date, version: int = 1) -> str:
    """`samtaleliste_kvartershuset_2026-11-24_reception_v1.csv`; a whole week is `2026-W48`.

    Args:
        profile: For whom the list is made.
        fmt: Its format, which is also the suffix.
        first: First day.
        last: Last day.
        version: Grows by one each time the same list is made again.
    """
    return f"{_STEM}_{_period(first, last)}_{profile}_v{version}.{fmt}"


def _period(first: date, last: date) -> str:
    if first == last:
        return first.isoformat()
    if first.isoweekday() == _MONDAY and timedelta(days=_FRIDAY_AFTER) <= last - first <= timedelta(days=6):
        year, week, _day = first.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{first.isoformat()}_{last.isoformat()}"
