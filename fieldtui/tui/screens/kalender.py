"""Kalender: the working week; move with the arrows, book where it is free, pick an appointment up and put it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import monday_of
from fieldtui.domain.collisions import Collision
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.tui.case_acts import CaseActs
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import week as present
from fieldtui.tui.presenters.dates import clock, local
from fieldtui.tui.presenters.lines import Line
from fieldtui.tui.presenters.meetings import collision_lines
from fieldtui.tui.presenters.today import kind, who
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.panel import Lines, Panel, TextPanel
from fieldtui.tui.widgets.weekgrid import WeekTable

_FREE_MINUTES: Final = 45
_MORNING: Final = 16
"""Eight o'clock in half hours, where the cursor begins in a week that is not this one."""


@dataclass(frozen=True, slots=True)
class Week:
    """What the calendar shows."""

    grid: present.WeekGrid
    free: tuple[tuple[date, tuple[datetime, ...]], ...]
    collisions: tuple[Collision, ...] = ()


class Calendar(CaseActs, ServiceScreen[Week]):
    """The week."""

    context = "kalender"
    first_focus = "#week-table"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["kalender"])
    CSS = """
    #week-panel { height: 1fr; min-height: 8; }
    #week-notes { height: auto; color: $dim; }
    #free { height: 3; } #chosen { height: 5; }
    Calendar.-kort #chosen { height: 4; }
    """

    def __init__(self, on: date | None = None) -> None:
        super().__init__()
        self._asked = on
        self._monday: date | None = None
        self._grid: present.WeekGrid | None = None
        self._carried: Stored[Appointment] | None = None
        self._placed = False
        self._free: tuple[tuple[date, tuple[datetime, ...]], ...] = ()

    def body(self) -> ComposeResult:
        with Panel(id="week-panel"):
            yield WeekTable(id="week-table")
            yield Lines(id="week-notes")
        yield TextPanel(_("Ledige tider (45 min)"), id="free")
        yield TextPanel(_("Valgt"), id="chosen")

    @property
    def monday(self) -> date:
        """The Monday of the week that is shown."""
        return self._monday or monday_of(self._asked or self.shell.today)

    def _opening(self) -> date:
        """The Monday to open at: on a weekend with no appointments left, that of the coming week."""
        today, now = self.shell.today, self.shell.now()
        this_week = monday_of(self._asked or today)  # not `self.monday`: two loads may begin side by side
        if self._asked is not None or today.weekday() < present.WORKDAYS:
            return this_week
        left = self.shell.workspace.lookup.appointments(today, this_week + timedelta(days=6))
        running = any(stored.record.ends_at > now for stored in left)
        return this_week if running else this_week + timedelta(days=7)

    def load(self) -> Week:
        workspace = self.shell.workspace
        monday = self._monday = self._monday or self._opening()
        grid = present.week_grid(monday, workspace.lookup.week(monday))
        days = [grid.on(day) for day in range(present.WORKDAYS)]
        free = tuple((on, workspace.casework.free_slots(on, _FREE_MINUTES)) for on in days)
        return Week(grid, free, workspace.casework.collisions(monday, monday + timedelta(days=6)))

    def show(self, loaded: Week) -> None:
        if loaded.grid.monday != self.monday:
            return
        self._grid = loaded.grid
        table, today = self.query_one(WeekTable), self.shell.today
        if not self._placed:
            self._placed = True
            table.day = ((self._asked or today) - self.monday).days
            table.slot = present.slot_of(self.shell.now()) if table.day >= 0 else _MORNING
        table.show(loaded.grid, self.shell.names, (today - self.monday).days)
        self.query_one("#week-panel", Panel).label(present.heading(self.monday), present.count(loaded.grid))
        notes: list[Line] = []
        if loaded.grid.holidays:
            notes.append(present.holidays_line(loaded.grid))
        if loaded.grid.weekend:
            notes.append(present.weekend_line(loaded.grid, self.shell.names))
        notes += collision_lines(loaded.collisions, self.shell.names)
        under = self.query_one("#week-notes", Lines)
        under.display = bool(notes)
        under.show(notes)
        self._free = loaded.free
        self._show_chosen()

    def _show_chosen(self) -> None:
        grid, table = self._grid, self.query_one(WeekTable)
        if grid is None:
            return
        if self._carried is not None:
            start = present.start_of(grid.on(table.day), table.slot)
            lines = [present.carry_line(self._carried, start, self.shell.names)]
        else:
            lines = present.chosen_lines(grid, table.day, table.slot, self.shell.names, self.shell.now())
        self.query_one("#chosen", TextPanel).show(lines)
        self.query_one("#free", TextPanel).show([present.free_line(self._free[table.day :] or self._free)])

    def on_week_table_moved(self) -> None:
        self._show_chosen()

    # --- moving about -----------------------------------------------------------------------------

    def _turn(self, days: int, *, day: int | None = None) -> None:
        self._monday = self.monday + timedelta(days=days)
        if day is not None:
            self.query_one(WeekTable).day = day
        self.reload()

    def action_previous_day(self) -> None:
        """←: the day before; from Monday the Friday of the week before."""
        table = self.query_one(WeekTable)
        if table.day == 0:
            self._turn(-7, day=present.WORKDAYS - 1)
        else:
            table.go_to(table.day - 1, table.slot)

    def action_next_day(self) -> None:
        """→: the next day; from Friday the Monday of the next week."""
        table = self.query_one(WeekTable)
        if table.day == present.WORKDAYS - 1:
            self._turn(7, day=0)
        else:
            table.go_to(table.day + 1, table.slot)

    def action_previous_week(self) -> None:
        """PgUp: the week before."""
        self._turn(-7)

    def action_next_week(self) -> None:
        """PgDn: the next week."""
        self._turn(7)

    def action_today(self) -> None:
        """`t`: this week, now; on a weekend with nothing left, the coming one."""
        self._asked = self._monday = None
        self._placed = False
        self.reload()

    def action_month(self) -> None:
        """`w`: the month of the day under the cursor."""
        table = self.query_one(WeekTable)
        self.shell.go("maaned", self.monday + timedelta(days=table.day))

    # --- the half hour under the cursor -------------------------------------------------------------

    def _here(self) -> tuple[Stored[Appointment], ...]:
        table = self.query_one(WeekTable)
        if self._grid is None:
            return ()
        cell = self._grid.cell(table.day, table.slot)
        return (*cell.starting, *cell.running)

    def _start(self) -> datetime | None:
        table = self.query_one(WeekTable)
        return present.start_of(self._grid.on(table.day), table.slot) if self._grid else None

    def _with_chosen(self, act: Callable[[Stored[Appointment]], None]) -> None:
        """Do something with the appointment under the cursor; ask which where there are several."""
        here = self._here()
        if not here:
            self.shell.notice(_("Her er ingen aftale."))
        elif len(here) == 1:
            act(here[0])
        else:
            names = self.shell.names
            choices = [
                (each.id, who(each.record, names), f"{clock(each.record.starts_at)} {kind(each.record)}")
                for each in here
            ]
            found = {each.id: each for each in here}
            self.shell.ask(ChooseDialog(_("Hvilken aftale?"), choices), lambda key: act(found[key]))

    def chosen_citizen_id(self) -> str | None:
        """The citizen of the first appointment under the cursor."""
        here = self._here()
        return here[0].record.citizen_id if here else None

    def on_week_table_chosen(self) -> None:
        """Enter: put down what is carried, open what is there, or book."""
        if self._carried is not None:
            self._put_down(self._carried)
        elif self._here():
            self.action_edit()
        else:
            self.action_new()

    def action_new(self) -> None:
        """`n`: book in this half hour."""
        start = self._start()
        if start is None:
            self.shell.notice(_("Tidspunktet findes ikke: uret stilles frem den nat."))
        else:
            self.plan(None, start)

    def action_edit(self) -> None:
        """`e`: the form of the appointment."""
        self._with_chosen(self.edit_appointment)

    def action_summons(self) -> None:
        """`i`: what the citizen is told of the meeting."""
        self._with_chosen(self.summons)

    def action_move(self) -> None:
        """`x`: pick the appointment up; arrows carry it, Enter puts it down."""
        if self._carried is not None:
            self._drop()
            return
        self._with_chosen(self._pick_up)

    def _pick_up(self, stored: Stored[Appointment]) -> None:
        if stored.record.status is not Attendance.PLANNED:
            self.shell.notice(_("Aftalen er allerede holdt eller aflyst. Book en ny i stedet."))
            return
        self._carried = stored
        table = self.query_one(WeekTable)
        table.carrying = True
        table.go_to(
            (local(stored.record.starts_at).date() - self.monday).days, present.slot_of(stored.record.starts_at)
        )
        self._show_chosen()

    def _drop(self) -> None:
        self._carried = None
        table = self.query_one(WeekTable)
        table.carrying = False
        table.refresh()
        self._show_chosen()

    def _put_down(self, stored: Stored[Appointment]) -> None:
        start = self._start()
        if start is None:
            return
        self._drop()
        if start != stored.record.starts_at:
            self.change(lambda: self.shell.workspace.casework.move(stored.id, start))

    def action_back(self) -> None:
        """Esc: let what is carried stand where it was."""
        if self._carried is not None:
            self._drop()
        else:
            super().action_back()

    def action_attended(self) -> None:
        """`f`: the citizen came."""
        self._with_chosen(lambda stored: self.register(stored, Attendance.ATTENDED))

    def action_no_show(self) -> None:
        """`u`: the citizen did not come."""
        self._with_chosen(lambda stored: self.register(stored, Attendance.NO_SHOW))

    def action_cancelled(self) -> None:
        """`a`: cancelled; asks by whom and why."""
        self._with_chosen(self.cancel_appointment)

    def action_note(self) -> None:
        """`m`: the note of this meeting."""
        self._with_chosen(self.note_of)

    def action_details(self) -> None:
        """Space: the citizen's card."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.open_citizen(citizen_id)

    def action_list(self) -> None:
        """`l`: a list of this week's appointments for the reception."""
        self.shell.go("eksport", self.monday)
