"""Kalender by the month: six weeks at a glance; Enter goes to the week of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import add_months
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.meeting_acts import MeetingActs
from fieldtui.tui.presenters import month as present
from fieldtui.tui.presenters.dates import span, with_day_full
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.meetings import collision_lines
from fieldtui.tui.presenters.today import kind, who
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.monthgrid import MonthTable
from fieldtui.tui.widgets.panel import Panel, TextPanel


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the month shows."""

    grid: present.MonthGrid
    trouble: tuple[Line, ...]


class Month(MeetingActs, ServiceScreen[Loaded]):
    """A month."""

    context = "maaned"
    tab = "kalender"
    first_focus = "#month-table"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["maaned"])
    CSS = """
    #month-panel { height: 1fr; min-height: 8; } #month-day { height: 8; }
    Month.-kort #month-day { height: 5; }
    """

    def __init__(self, on: date | None = None) -> None:
        super().__init__()
        self._on = on
        self._loaded: Loaded | None = None

    def body(self) -> ComposeResult:
        with Panel(id="month-panel"):
            yield MonthTable(id="month-table")
        yield TextPanel(_("Valgt"), id="month-day")

    @property
    def on(self) -> date:
        """The day under the cursor."""
        return self._on or self.shell.today

    def load(self) -> Loaded:
        workspace, first = self.shell.workspace, self.on.replace(day=1)
        empty = present.month_grid(first, (), ())
        last = empty.monday + timedelta(days=7 * present.WEEKS - 1)
        found = workspace.casework.collisions(empty.monday, last)
        grid = present.month_grid(first, workspace.lookup.appointments(empty.monday, last), found)
        return Loaded(grid, tuple(collision_lines(found, self.shell.names)))

    def show(self, loaded: Loaded) -> None:
        if loaded.grid.first != self.on.replace(day=1):
            return
        self._loaded = loaded
        table = self.query_one(MonthTable)
        table.on = self.on
        table.show(loaded.grid, self.shell.names)
        self.query_one("#month-panel", Panel).label(present.heading(loaded.grid.first), _("Enter viser ugen"))
        self._show_day()

    def _show_day(self) -> None:
        if self._loaded is None:
            return
        names, here = self.shell.names, self._loaded.grid.days.get(self.on, ())
        lines: list[Line] = [line(Piece(with_day_full(self.on), "bold"))]
        for stored in here:
            record = stored.record
            said = " · ".join(
                part for part in (kind(record), who(record, names), names.text(record.place or "")) if part
            )
            lines.append(line(Piece(f"{span(record.starts_at, record.ends_at)}  ", "dim"), said))
        if not here:
            lines.append(line(Piece(_("Ingen aftaler."), "dim")))
        self.query_one("#month-day", TextPanel).show([*lines, *self._loaded.trouble])

    def _go(self, on: date) -> None:
        changed = (on.year, on.month) != (self.on.year, self.on.month)
        self._on = on
        self.query_one(MonthTable).on = on
        self.query_one(MonthTable).refresh()
        if changed:
            self.reload()
        else:
            self._show_day()

    def on_month_table_moved(self) -> None:
        """An arrow up or down, or a click."""
        self._go(self.query_one(MonthTable).on)

    def on_month_table_chosen(self) -> None:
        """Enter: the week of the day."""
        self.shell.go("kalender", self.on)

    def chosen_citizen_id(self) -> str | None:
        """Nobody: a month is about days."""
        return None

    def action_previous_day(self) -> None:
        """←: the day before."""
        self._go(self.on - timedelta(days=1))

    def action_next_day(self) -> None:
        """→: the next day."""
        self._go(self.on + timedelta(days=1))

    def action_previous_month(self) -> None:
        """PgUp: the month before."""
        self._go(add_months(self.on, -1))

    def action_next_month(self) -> None:
        """PgDn: the next month."""
        self._go(add_months(self.on, 1))

    def action_today(self) -> None:
        """`t`: this month."""
        self._go(self.shell.today)

    def action_week(self) -> None:
        """`w`: the week of the day."""
        self.shell.go("kalender", self.on)
