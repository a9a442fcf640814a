"""Kalender: a working week as half-hour rows and five days; what overlaps is marked and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from fieldtui.base.clock import COPENHAGEN, in_gap
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import holidays_dk
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.tui.presenters import today as day_words
from fieldtui.tui.presenters.dates import clock, local, month, span, with_day, with_day_full
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.meetings import unreported
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.words import sync_glyph, sync_mark

STEP_MINUTES: Final = 30
_FIRST_SLOT: Final = 8 * 60 // STEP_MINUTES
_LAST_SLOT: Final = 16 * 60 // STEP_MINUTES - 1
WORKDAYS: Final = 5
_TAKES_TIME: Final = frozenset({Attendance.PLANNED, Attendance.ATTENDED})


@dataclass(frozen=True, slots=True)
class Cell:
    """One half hour of one day."""

    starting: tuple[Stored[Appointment], ...] = ()
    """Those that begin in it."""
    running: tuple[Stored[Appointment], ...] = ()
    """Those that began before and are not over."""

    @property
    def overlaps(self) -> bool:
        """True where two appointments want the same time."""
        return len([each for each in (*self.starting, *self.running) if each.record.status in _TAKES_TIME]) > 1


@dataclass(frozen=True, slots=True)
class WeekGrid:
    """A week from Monday to Friday, with the weekend's appointments beside it."""

    monday: date
    first_slot: int
    """Half hours since midnight of the first row."""
    last_slot: int
    cells: Mapping[tuple[int, int], Cell]
    """By (day from Monday, slot)."""
    weekend: tuple[Stored[Appointment], ...]
    holidays: Mapping[int, str]
    """Name of the day off, by day from Monday."""

    @property
    def slots(self) -> range:
        """The rows."""
        return range(self.first_slot, self.last_slot + 1)

    def cell(self, day: int, slot: int) -> Cell:
        """What is in a half hour."""
        return self.cells.get((day, slot), Cell())

    def on(self, day: int) -> date:
        """The date of a column."""
        return self.monday + timedelta(days=day)


def slot_of(instant: datetime) -> int:
    """Half hours since midnight on the clock in Copenhagen."""
    at = local(instant)
    return (at.hour * 60 + at.minute) // STEP_MINUTES


def start_of(on: date, slot: int) -> datetime | None:
    """The instant a half hour begins; `None` where clocks skip it."""
    naive = datetime.combine(on, time(slot * STEP_MINUTES // 60, slot * STEP_MINUTES % 60))
    return None if in_gap(naive) else naive.replace(tzinfo=COPENHAGEN)


def week_grid(monday: date, appointments: Sequence[Stored[Appointment]]) -> WeekGrid:
    """Lay a week's appointments out; rows are added where one lies outside 8–16."""
    starting: dict[tuple[int, int], list[Stored[Appointment]]] = {}
    running: dict[tuple[int, int], list[Stored[Appointment]]] = {}
    weekend: list[Stored[Appointment]] = []
    first, last = _FIRST_SLOT, _LAST_SLOT
    for stored in sorted(appointments, key=lambda each: (each.record.starts_at, each.id)):
        column = (local(stored.record.starts_at).date() - monday).days
        if not 0 <= column < WORKDAYS:
            weekend.append(stored)
            continue
        begins = slot_of(stored.record.starts_at)
        ends = begins + max(0, _minutes_into(stored.record) + stored.record.duration_minutes - 1) // STEP_MINUTES
        ends = min(ends, 24 * 60 // STEP_MINUTES - 1)
        first, last = min(first, begins), max(last, ends)
        starting.setdefault((column, begins), []).append(stored)
        for slot in range(begins + 1, ends + 1):
            running.setdefault((column, slot), []).append(stored)
    cells = {
        key: Cell(tuple(starting.get(key, ())), tuple(running.get(key, ()))) for key in starting.keys() | running.keys()
    }
    names: dict[int, str] = {}
    for column in range(WORKDAYS):
        on = monday + timedelta(days=column)
        if on in (known := holidays_dk(on.year)):
            names[column] = known[on]
    return WeekGrid(monday, first, last, cells, tuple(weekend), names)


def _minutes_into(record: Appointment) -> int:
    return local(record.starts_at).minute % STEP_MINUTES


def heading(monday: date) -> str:
    """`Uge 48 · 23.–27. november 2026`; the year of the week where it is another one than the days'."""
    year, week, _day = monday.isocalendar()
    friday = monday + timedelta(days=4)
    if monday.month == friday.month:
        days = f"{monday.day}.–{friday.day}. {month(monday)} {monday.year}"
    elif monday.year == friday.year:
        days = f"{monday.day}. {month(monday)} – {friday.day}. {month(friday)} {friday.year}"
    else:
        days = f"{monday.day}. {month(monday)} {monday.year} – {friday.day}. {month(friday)} {friday.year}"
    number = _("Uge {week}").format(week=week)
    if not monday.year == friday.year == year:
        number = _("Uge {week} i {year}").format(week=week, year=year)
    return f"{number} · {days}"


def count(grid: WeekGrid) -> str:
    """`14 aftaler`."""
    number = sum(len(cell.starting) for cell in grid.cells.values()) + len(grid.weekend)
    return _("1 aftale") if number == 1 else _("{count} aftaler").format(count=number)


def cell_piece(grid: WeekGrid, day: int, slot: int, names: Names) -> Piece:
    """The words of a half hour: what begins, `│` where something goes on, `·` on a full hour."""
    cell = grid.cell(day, slot)
    if cell.starting:
        first = cell.starting[0]
        at = local(first.record.starts_at)
        minute = f"{at:%H:%M} " if at.minute % STEP_MINUTES else ""
        text = f"{minute}{day_words.who(first.record, names)}"
        standing = sync_glyph(first.sync_state).text
        if first.sync_state is SyncState.PENDING:
            text += f" {standing}"
        elif standing:  # what needs a person stands first, where a narrow column does not cut it off
            text = f"{standing} {text}"
        if len(cell.starting) > 1:
            text += f" +{len(cell.starting) - 1}"
        if cell.overlaps:
            return Piece(f"▲ {text}", "warning")
        if first.record.status is Attendance.ATTENDED:
            return Piece(f"√ {text}", "success")
        if first.record.status is Attendance.NO_SHOW:
            return Piece(f"× {text}", "error")
        if first.record.status is not Attendance.PLANNED:
            return Piece(f"○ {text}", "dim")
        return Piece(text, "bold")
    if cell.running:
        return Piece("▲ │" if cell.overlaps else "│", "warning" if cell.overlaps else "dim")
    return Piece("·" if slot % 2 == 0 else "", "dim")


def chosen_lines(grid: WeekGrid, day: int, slot: int, names: Names, now: datetime) -> list[Line]:
    """The half hour under the cursor: what is there, and what overlaps."""
    cell = grid.cell(day, slot)
    here = (*cell.starting, *cell.running)
    on = grid.on(day)
    if not here:
        start = start_of(on, slot)
        when = f"{with_day_full(on)} {clock(start)}" if start else with_day_full(on)
        free = _("ledig · Enter booker") if start else _("findes ikke: uret stilles frem")
        off = f" · {grid.holidays[day]}" if day in grid.holidays else ""
        found = [line(Piece(when, "bold"), "  ", Piece(free, "dim"), Piece(off, "warning"))]
        return found if grid.cells else [*found, line(Piece(_("Ugen er tom."), "dim"))]
    lines: list[Line] = []
    if cell.overlaps:
        both = _(" og ").join(day_words.who(each.record, names) for each in here if each.record.status in _TAKES_TIME)
        lines.append(line(Piece(_("▲ Overlapper: {names}").format(names=both), "warning")))
    for stored in here:
        record = stored.record
        parts = (day_words.kind(record), day_words.who(record, names), names.text(record.place or ""))
        lines.append(
            line(
                Piece(f"{with_day(on)} {span(record.starts_at, record.ends_at)}", "bold"),
                "  " + " · ".join(part for part in parts if part) + "  ",
                day_words.state(record, now),
                "  ",
                sync_mark(stored.sync_state),
            )
        )
        lines += _beside(stored, names, now)
    return lines


def _beside(stored: Stored[Appointment], names: Names, now: datetime) -> list[Line]:
    """What the citizen wants and needs, and that the office has not heard of it; on one line, where there is anything."""
    record = stored.record
    wishes = () if names.discreet else (record.contact_options, ", ".join(record.practical_needs))
    said = " · ".join(part for part in (*wishes, unreported(stored, local(now).date())) if part)
    return [line(Piece(f"      {said}", "dim"))] if said else []


def carry_line(stored: Stored[Appointment], start: datetime | None, names: Names) -> Line:
    """What letting go of a picked-up appointment here would do."""
    who = day_words.who(stored.record, names)
    if start is None:
        return line(Piece(_("Tidspunktet findes ikke: uret stilles frem den nat."), "warning"))
    ends = start + timedelta(minutes=stored.record.duration_minutes)
    text = _("Flyt {who} til {when} · Enter flytter · Esc lader den stå").format(
        who=who, when=f"{with_day_full(local(start).date())} {span(start, ends)}"
    )
    return line(Piece(f"► {text}", "primary"))


def free_line(days: Sequence[tuple[date, Sequence[datetime]]]) -> Line:
    """`tir 24-11  08:00  11:30  14:00     ons 25-11 …`: three days, three times each."""
    parts = [f"{with_day(on)}  " + "  ".join(clock(each) for each in spread(slots)) for on, slots in days if slots][:3]
    return line("     ".join(parts) or _("Ingen ledige tider i ugen."))


def spread(slots: Sequence[datetime], most: int = 3) -> list[datetime]:
    """A few free times that do not lie side by side, over the day."""
    if len(slots) <= most:
        return list(slots)
    return [slots[round(number * (len(slots) - 1) / (most - 1))] for number in range(most)]


def weekend_line(grid: WeekGrid, names: Names) -> Line:
    """Appointments on Saturday and Sunday, where there are any."""
    words = [
        f"{with_day(local(each.record.starts_at).date())} {clock(each.record.starts_at)} {day_words.who(each.record, names)}"
        for each in grid.weekend
    ]
    return line(Piece(_("Weekend") + "  ", "primary"), "  ·  ".join(words))


def holidays_line(grid: WeekGrid) -> Line:
    """The week's days off by name."""
    words = [f"{with_day(grid.on(day))} {name}" for day, name in sorted(grid.holidays.items())]
    return line(Piece(_("Fri") + "  ", "warning"), "  ·  ".join(words))
