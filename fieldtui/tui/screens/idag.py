"""I dag: register with one key, see what needs action, know what is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.domain.agenda import Agenda
from fieldtui.domain.due import Deadline
from fieldtui.domain.envelope import Stored
from fieldtui.domain.forecast import Forecast
from fieldtui.domain.records import Appointment, Attendance, Citizen, Note, Task
from fieldtui.services.lookup import WeekFigures
from fieldtui.services.standingin import StandingIn, StandInRow
from fieldtui.tui.dialogs.reading import ReadingDialog
from fieldtui.tui.due_acts import DueActs
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import due, meetings
from fieldtui.tui.presenters import today as present
from fieldtui.tui.presenters.dates import clock
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.presenters.standin import standin_rows, standin_text
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Panel, TextPanel


@dataclass(frozen=True, slots=True)
class Loaded:
    """What I dag shows."""

    agenda: Agenda
    figures: WeekFigures
    drafts: tuple[tuple[str, str, str | None, datetime], ...]
    desk: tuple[int, int, tuple[str, ...]]
    """Citizens offered to me, parked edits that wait for me, and notices of the office."""
    beside: meetings.Beside
    """Meetings in each other's way, and what the office and the journal do not have."""
    ahead: Forecast | None = None
    """What becomes late in the days to come, where that is what is looked at."""
    covered: int = 0
    """How many citizens of colleagues one stands in for."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is known about the appointment under the cursor."""

    appointment: Appointment
    citizen: Citizen | None
    notes: tuple[Stored[Note], ...]
    tasks: tuple[Stored[Task], ...]


class Today(DueActs, ServiceScreen[Loaded]):
    """The home screen."""

    context = "idag"
    first_focus = "#day-list"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["idag"])

    def __init__(self) -> None:
        super().__init__()
        self._appointments: dict[str, Stored[Appointment]] = {}
        self._placed = False
        self._about_rules = ""
        self._due: dict[str, Deadline] = {}
        self._tasks: dict[str, Stored[Task]] = {}
        self._ahead = False

    def body(self) -> ComposeResult:
        with Horizontal(id="today", classes="row"):
            with Vertical(id="today-left"):
                with Panel(id="today-day"):
                    yield LineTable(
                        (
                            Column(width=5),
                            Column(width=16, fit=True),
                            Column(width=14, fit=True),
                            Column(),
                            Column(width=11, fit=True),
                            Column(width=1),
                        ),
                        id="day-list",
                    )
                with Panel(id="today-actions"):
                    yield LineTable(
                        (
                            Column(width=12, fit=True),
                            Column(),
                            Column(width=16, fit=True),
                            Column(width=10, fit=True),
                        ),
                        id="action-list",
                    )
                yield TextPanel(_("Ugen (IPS)"), id="today-week")
            with Vertical(id="today-right"):
                yield TextPanel(_("Nu"), id="today-now")
                yield TextPanel(_("Senest"), id="today-latest")

    def load(self) -> Loaded:
        workspace, today = self.shell.workspace, self.shell.today
        drafts = tuple(
            (draft.key, draft.kind, draft.subject_id, draft.saved_at) for draft in workspace.drafts.unfinished()
        )
        desk = (
            len(workspace.handovers.to_answer()),
            len(workspace.parked.to_answer()),
            tuple(text for _number, text in workspace.handovers.notices()),
        )
        ahead = workspace.agenda.forecast(today) if self._ahead else None
        beside = meetings.beside(workspace, today)
        figures, covered = workspace.lookup.weekly_figures(today), StandingIn(workspace.context).count(today)
        return Loaded(workspace.agenda.day(today), figures, drafts, desk, beside, ahead, covered)

    def show(self, loaded: Loaded) -> None:
        agenda, names, now = loaded.agenda, self.shell.names, self.shell.now()
        self._appointments = {stored.id: stored for stored in agenda.appointments}
        day = self.query_one("#day-list", LineTable)
        day.set_rows(
            present.appointment_rows(agenda.appointments, names, now),
            empty=_("Ingen aftaler i dag. Tryk + for at lave en, eller 3 for at se ugen."),
        )
        if not self._placed and (start := present.cursor_start(agenda.appointments, now)):
            day.go_to(start)
            self._placed = True
        self.query_one("#today-day", Panel).label(present.heading(agenda))
        self._show_actions(loaded)
        figures = loaded.figures
        self.query_one("#today-week", TextPanel).show(
            present.week_lines(
                contacts=figures.face_to_face,
                target=figures.target,
                done=figures.jobsamtaler_done,
                planned=figures.jobsamtaler_planned,
                in_work=figures.in_work,
                weekly_hours=figures.weekly_hours,
                width=22,
                before=[week.face_to_face for week in figures.weeks],
            )
        )
        self._show_latest()
        self._load_details()

    def _show_actions(self, loaded: Loaded) -> None:
        """What needs action now, or after `y` what becomes late in the days to come."""
        agenda, names, ahead = loaded.agenda, self.shell.names, loaded.ahead
        self._about_rules = present.about_rules(agenda)
        self._due = {present.due_key(each): each for each in (*agenda.deadlines, *(ahead.deadlines if ahead else ()))}
        self._tasks = {each.id: each for each in (*agenda.tasks, *(ahead.tasks if ahead else ()))}
        table, panel = self.query_one("#action-list", LineTable), self.query_one("#today-actions", Panel)
        if ahead is not None:
            table.set_rows(present.forecast_rows(ahead, names), empty=_("Intet bliver for sent, som det ser ud nu."))
            panel.label(present.forecast_title(ahead), _("hvis kun de aftalte møder holdes · y tilbage"))
            return
        collisions = meetings.collision_rows(loaded.beside.collisions, names)
        waiting = meetings.waiting_rows(loaded.beside, self.shell.now())
        rows = present.action_rows(agenda, loaded.drafts, names, collisions)
        actions = [*present.desk_rows(*loaded.desk), *rows, *waiting]
        calm = [*present.rule_rows(agenda), *standin_rows(loaded.covered)]
        table.set_rows([*calm, *actions], empty=_("Intet haster. √"))
        panel.label(_("Kræver handling · {count} · y frem").format(count=len(actions)), present.action_hint(agenda))

    def _show_latest(self) -> None:
        said = [
            line(Piece(f"{clock(notice.at)} ", "dim"), Piece(self.shell.names.text(notice.text)))
            for notice in self.shell.notices[:8]
        ]
        self.query_one("#today-latest", TextPanel).show(said or [line(Piece(_("Ikke noget endnu."), "dim"))])

    # --- the panel “Nu” -----------------------------------------------------------------------------

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if event.table.id == "day-list" or event.table.has_focus:
            self._load_details()

    def on_descendant_focus(self) -> None:
        """Tab to the other list: the panel tells about its line."""
        if self._appointments or self._due:
            self._load_details()

    def _load_details(self) -> None:
        actions = self.query_one("#action-list", LineTable)
        if actions.has_focus and (deadline := self._due.get(actions.cursor_key or "")) is not None:
            self._show_due(deadline)
            return
        chosen = self.chosen_appointment()
        panel = self.query_one("#today-now", TextPanel)
        if chosen is None:
            panel.label(_("Nu"))
            panel.show([_("Ingen aftale valgt.")])
            return
        self.run_service(lambda: self._details(chosen), self._show_details, on_error=self._no_details, group="details")

    def _details(self, stored: Stored[Appointment]) -> Details:
        citizen_id = stored.record.citizen_id
        if citizen_id is None:
            return Details(stored.record, None, (), ())
        newest = self.shell.workspace.lookup.newest(citizen_id, "today")
        return Details(stored.record, newest.citizen, newest.notes, newest.tasks)

    def _show_due(self, deadline: Deadline) -> None:
        """Why the line is there, and what Enter does about it."""
        names, panel = self.shell.names, self.query_one("#today-now", TextPanel)
        panel.label(due.due_title(deadline, names), _("Mellemrum: hele kortet"))
        panel.show(due.due_lines(deadline, names, self.shell.workspace.rules, self.shell.today))

    def _show_details(self, details: Details) -> None:
        names = self.shell.names
        actions = self.query_one("#action-list", LineTable)
        if actions.has_focus and actions.cursor_key in self._due:
            return  # the person went on to the other list while this was fetched
        panel = self.query_one("#today-now", TextPanel)
        panel.label(present.now_title(details.appointment, names, self.shell.now()), _("Mellemrum: hele kortet"))
        panel.show(present.now_lines(details.appointment, details.citizen, details.notes, details.tasks, names))

    def _no_details(self, error: FieldtuiError) -> None:
        del error  # a citizen who left this device while the list was shown: the next load takes the row away
        panel = self.query_one("#today-now", TextPanel)
        panel.label(_("Nu"))
        panel.show([_("Ingen aftale valgt.")])

    # --- what the keys do ---------------------------------------------------------------------------

    def chosen_appointment(self) -> Stored[Appointment] | None:
        """The appointment under the cursor of the day's list."""
        key = self.query_one("#day-list", LineTable).cursor_key
        return self._appointments.get(key) if key else None

    def chosen_citizen_id(self) -> str | None:
        """The citizen of the row under the cursor, in whichever list has the focus."""
        actions = self.query_one("#action-list", LineTable)
        if actions.has_focus and (key := actions.cursor_key):
            return self._citizen_of(key)
        stored = self.chosen_appointment()
        return stored.record.citizen_id if stored else None

    def _citizen_of(self, key: str) -> str | None:
        """Whom a line of “Kræver handling” is about; `None` for one that is about nobody, or several."""
        if key in self._due:
            return self._due[key].citizen_id
        kind, _colon, rest = key.partition(":")
        if kind == "task" and rest in self._tasks:
            return self._tasks[rest].record.citizen_id
        return rest.split(":")[1] if kind == "draft" and rest.count(":") else None

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        if event.table.id == "day-list":
            self.action_note()
            return
        kind, _colon, key = event.key.partition(":")
        if event.key in self._due:
            self.act_on(self._due[event.key])
        elif kind == "next":
            self.shell.go("borgere")
        elif kind == "task":
            self.change(lambda: self.shell.workspace.casework.do_task(key))
        elif kind == "draft":
            self.open_draft(key)
        elif kind == "desk":
            self.shell.go("overdragelser")
        elif kind == "rules":
            self.shell.notice(self._about_rules)
        elif kind == "standin":
            self._show_covered()
        elif kind == "imported":
            self.shell.notice(_("Fristerne var overskredet, før de kom hertil. Du finder dem på borgernes kort."))
        else:
            self.act_on_line(kind, key)

    def _show_covered(self) -> None:
        """What is next with those one stands in for."""
        workspace, today, names = self.shell.workspace, self.shell.today, self.shell.names

        def found(rows: tuple[StandInRow, ...]) -> None:
            self.shell.ask(ReadingDialog(_("Du er vikar for"), standin_text(rows, names, today)), lambda _answer: None)

        self.run_service(lambda: StandingIn(workspace.context).rows(today), found)

    def action_attended(self) -> None:
        """`f`: the citizen came."""
        self._register(Attendance.ATTENDED)

    def action_no_show(self) -> None:
        """`u`: the citizen did not come."""
        self._register(Attendance.NO_SHOW)

    def action_cancelled(self) -> None:
        """`a`: the citizen sent word."""
        self._register(Attendance.CANCELLED_CITIZEN)

    def _register(self, status: Attendance) -> None:
        stored = self.chosen_appointment()
        if stored is not None:
            self.register(stored, status)

    def action_move(self) -> None:
        """`x`: another time, or none."""
        if (stored := self.chosen_appointment()) is not None:
            self.move(stored)

    def action_note(self) -> None:
        """`m` and Enter: write the note of this meeting; beside the day's list, a note about the line's citizen."""
        if self.query_one("#action-list", LineTable).has_focus:
            if (citizen_id := self.chosen_citizen_id()) is not None:
                self.write_note(citizen_id)
        elif (stored := self.chosen_appointment()) is not None:
            self.note_of(stored)

    def action_forecast(self) -> None:
        """`y`: what becomes late in the next days if nothing is done, and back."""
        self._ahead = not self._ahead
        self.reload()

    def action_summons(self) -> None:
        """`i`: what the citizen is told of the meeting."""
        if (stored := self.chosen_appointment()) is not None:
            self.summons(stored)

    def action_call(self) -> None:
        """`r`: show the citizen's phone number; that is written to the access log."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.show_phone(citizen_id)

    def action_details(self) -> None:
        """Space: the citizen's card."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.open_citizen(citizen_id)
