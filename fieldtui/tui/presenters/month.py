"""Kalender by the month: how much each day holds, and which days are off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import holidays_dk, monday_of
from fieldtui.domain.collisions import TAKES_TIME, Collision
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment
from fieldtui.tui.presenters.dates import clock, local, month
from fieldtui.tui.presenters.lines import Piece
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import who

WEEKS: Final = 6
"""Rows, so that every month fits whichever weekday it begins on."""
_MOST: Final = 4
"""So many squares fit into a day of a small window."""


@dataclass(frozen=True, slots=True)
class MonthGrid:
    """Six weeks from the Monday before the first of a month."""

    first: date
    """The first of the month."""
    days: Mapping[date, tuple[Stored[Appointment], ...]]
    """What takes time, by day and time."""
    troubled: Collection[date]
    """Days with appointments in each other's way."""

    @property
    def monday(self) -> date:
        """The first day that is shown."""
        return monday_of(self.first)

    def on(self, row: int, column: int) -> date:
        """The day of a cell."""
        return self.monday + timedelta(days=row * 7 + column)


def month_grid(first: date, found: Sequence[Stored[Appointment]], collisions: Sequence[Collision]) -> MonthGrid:
    """Lay six weeks out; cancelled and missed appointments take no time and are not counted."""
    days: dict[date, list[Stored[Appointment]]] = {}
    for stored in sorted(found, key=lambda each: (each.record.starts_at, each.id)):
        if stored.record.status in TAKES_TIME:
            days.setdefault(local(stored.record.starts_at).date(), []).append(stored)
    troubled = {local(each.second.record.starts_at).date() for each in collisions}
    return MonthGrid(first, {on: tuple(each) for on, each in days.items()}, troubled)


def heading(first: date) -> str:
    """`November 2026`."""
    return f"{month(first).capitalize()} {first.year}"


def cell_pieces(grid: MonthGrid, on: date, names: Names) -> tuple[Piece, Piece]:
    """Two lines of a day: its number with a square for each appointment, and the first of them or the holiday's name."""
    here = grid.days.get(on, ())
    other = on.month != grid.first.month
    number = f"{on.day:>2}"
    if here:
        more = "+" if len(here) > _MOST else ""
        number = f"{number} {'▲' if on in grid.troubled else ''}{'■' * min(len(here), _MOST)}{more}"
    tone = "warning" if on in grid.troubled else "dim" if other else "bold" if here else ""
    holiday = holidays_dk(on.year).get(on)
    below = _(holiday) if holiday else ""
    if here and not holiday:
        below = f"{clock(here[0].record.starts_at)} {who(here[0].record, names)}"
    return Piece(number, tone), Piece(below, "warning" if holiday else "dim")  # type: ignore[arg-type]
