"""Borgerkort: one citizen's whole file under six tabs. Opening it, and unmasking what is masked, is written to the access log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from threading import Lock
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.measures import steps
from fieldtui.domain.protection import PROTECTED_FIELDS, is_protected
from fieldtui.tui.dialogs.reason import ReasonDialog
from fieldtui.tui.effort_acts import EffortActs
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.people_acts import PeopleActs
from fieldtui.tui.presenters import card as present
from fieldtui.tui.presenters import people, versions
from fieldtui.tui.presenters.outbox import problems
from fieldtui.tui.record_acts import RecordActs
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.content import line_content
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines, Panel, TextPanel
from fieldtui.tui.widgets.tabstrip import TabStrip

OVERVIEW, TIMELINE, APPOINTMENTS, NOTES, BRIDGING, HISTORY = range(6)
_SHOWN_SECONDS: Final = 60
"""How long an unmasked value stays on the screen."""


class CitizenCard(EffortActs, PeopleActs, RecordActs, ServiceScreen[present.Card]):
    """One citizen."""

    context = "borgerkort"
    tab = "borgere"
    first_focus = "#important"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["borgerkort"])
    CSS = """
    #card-head { height: 1; background: $panel; }
    #card-who { width: 1fr; } #card-consent { width: auto; padding: 0 1; }
    #card-overview { height: 1fr; } #card-left { width: 1fr; } #card-right { width: 1fr; }
    CitizenCard.-smal #card-right { display: none; }
    #important-panel { height: auto; max-height: 12; } #important { height: auto; max-height: 10; }
    #tasks-panel { height: 1fr; min-height: 4; } #progress { height: auto; max-height: 10; }
    #card-list { height: 1fr; display: none; }
    #events-panel { height: 3fr; } #event { height: 2fr; overflow-y: auto; text-wrap: wrap; }
    """

    def __init__(self, citizen_id: str) -> None:
        super().__init__()
        self._citizen_id = citizen_id
        self._card: present.Card | None = None
        self._revealed: dict[str, str] = {}
        self._events: list[present.Event] = []
        self._tab = OVERVIEW
        self._opened = False
        self._opening = Lock()

    def body(self) -> ComposeResult:
        with Horizontal(id="card-head"):
            yield Lines(id="card-who")
            yield Static(id="card-consent", markup=False)
        yield TabStrip([_(name) for name in present.TABS], self._tab, id="card-tabs")
        with Horizontal(id="card-overview"):
            with Vertical(id="card-left"):
                with Panel(_("Det vigtige"), hint=_("Mellemrum viser det skjulte · e retter"), id="important-panel"):
                    yield LineTable((Column(width=9), Column()), id="important")
                with Panel(id="tasks-panel"):
                    yield LineTable(
                        (Column(), Column(width=8), Column(width=8)),
                        id="tasks",
                        empty=_("Intet aftalt endnu. o tilføjer."),
                    )
                yield TextPanel(_("Status"), id="progress")
            with (
                Vertical(id="card-right"),
                Panel(_("Tidslinje"), hint=_("Enter åbner"), id="timeline-panel", classes="grow"),
            ):
                yield LineTable(
                    (Column(width=8, fit=True), Column(width=11, fit=True), Column(), Column(width=1)),
                    id="timeline",
                    empty=_("Intet er sket endnu."),
                )
        with Vertical(id="card-list"):
            with Panel(id="events-panel"):
                yield LineTable(self._event_columns(), id="events")
            yield TextPanel(id="event")

    @staticmethod
    def _event_columns() -> tuple[Column, ...]:
        return (Column(width=16, fit=True), Column(width=12, fit=True), Column(), Column(width=12, fit=True))

    # --- loading --------------------------------------------------------------------------------

    def load(self) -> present.Card:
        shell, workspace = self.shell, self.shell.workspace
        case = self._case()
        company_ids = {stored.record.company_id for stored in case.job_leads}
        company_ids |= {stored.record.company_id for stored in case.placements if stored.record.company_id}
        company_ids |= {stored.record.partner_id for stored in case.activations if stored.record.partner_id}
        stands = workspace.context.companies()  # of two that were merged the one that stands for both is named
        companies = {each: workspace.lookup.get(stands.get(each, each)).record.name for each in company_ids}
        return present.Card(
            case=case,
            deadlines=deadlines(case, workspace.rules, shell.today),
            companies=companies,
            initials={person.id: person.initials for person in workspace.people},
            problems=problems(workspace.waiting.list()),
            versions=workspace.history.of_citizen(self._citizen_id),
            standing=workspace.lookup.citizen_states().get(self._citizen_id, SyncState.SYNCED),
            picture=workspace.lookup.picture(case, shell.today),
        )

    def _case(self) -> Case:
        """The file; the first look is written to the access log, a mere repaint is not another one."""
        lookup = self.shell.workspace.lookup
        with self._opening:
            if self._opened:
                return lookup.refresh_citizen(self._citizen_id)
            case = lookup.open_citizen(self._citizen_id)
            self._opened, self._citizen_id = True, case.id  # who stands for both, where the card is one of two
            return case

    def reload(self) -> None:
        """Load and show anew; a citizen who left this device closes the card."""
        self.run_service(self.load, self.show, on_error=self._gone, group="load")

    def _gone(self, error: FieldtuiError) -> None:
        self.shell.fail(error)
        if self.is_current and len(self.app.screen_stack) > 2:
            self.app.pop_screen()

    def show(self, loaded: present.Card) -> None:
        if self._card is not None and is_protected(loaded.case.citizen.record) > is_protected(
            self._card.case.citizen.record
        ):
            # The protection came while the card was open: what was shown without a reason is hidden at once.
            self._mask(PROTECTED_FIELDS)
        # What is unmasked is the screen's own state: a file that was fetched before must not mask it again.
        loaded = self._card = replace(loaded, revealed=dict(self._revealed))
        names, today, rules = self.shell.names, self.shell.today, self.shell.workspace.rules
        self._events = present.events(loaded, rules, self.shell.now())
        who, consent = present.header(loaded, names, rules, today)
        self.query_one("#card-who", Lines).show([who])
        self.query_one("#card-consent", Static).update(line_content((consent,)))
        self.query_one("#important", LineTable).set_rows(present.important(loaded, names, rules))
        self.query_one("#tasks", LineTable).set_rows(present.tasks(loaded, names, today))
        title = _("Aftalt · {count} åbne").format(count=present.open_tasks(loaded))
        self.query_one("#tasks-panel", Panel).label(title, _("Mellemrum afkrydser · o ny"))
        status = present.progress(loaded, names, rules, today)
        status = people.card_lines(loaded.picture, status, rules, names, steps(rules, today))
        self.query_one("#progress", TextPanel).show(status)
        self.query_one("#timeline", LineTable).set_rows(
            present.event_rows(loaded, self._events, names, today, brief=True)
        )
        self._show_tab(keep_focus=True)

    # --- tabs -----------------------------------------------------------------------------------

    def _show_tab(self, *, keep_focus: bool = False) -> None:
        card = self._card
        if card is None:
            return
        self.query_one(TabStrip).show(present.tabs(card), self._tab)
        overview = self._tab == OVERVIEW
        self.query_one("#card-overview").display = overview
        self.query_one("#card-list").display = not overview
        if not overview:
            self._fill_list(card)
        if not keep_focus:
            self.query_one("#important" if overview else "#events").focus()

    def _fill_list(self, card: present.Card) -> None:
        table, names = self.query_one("#events", LineTable), self.shell.names
        if self._tab == HISTORY:
            table.set_columns(
                (
                    Column(width=16, fit=True),
                    Column(width=4, fit=True),
                    Column(width=18, fit=True),
                    Column(),
                    Column(width=15, fit=True),
                )
            )
            rules = self.shell.workspace.rules
            texts = {event.stored.id: event.text for event in self._events}
            rows = versions.rows(card.versions, present.everything(card), card.initials, names, rules, texts)
        else:
            table.set_columns(self._event_columns())
            rows = present.event_rows(card, present.of_tab(self._events, self._tab), names, self.shell.today)
        empty = {
            APPOINTMENTS: _("Ingen aftaler endnu. n laver den første."),
            NOTES: _("Ingen notater endnu. m skriver det første."),
            BRIDGING: _("Ingen brobygning endnu. b skriver en note, s registrerer samtykke."),
        }.get(self._tab, _("Intet er sket endnu."))
        table.set_rows(rows, empty=empty)
        hint = {
            APPOINTMENTS: _("Enter retter · n ny"),
            NOTES: _("e tilføjer til notatet · m nyt"),
            BRIDGING: _("b ny note · s samtykke"),
        }.get(self._tab, _("PgUp/PgDn ruller"))
        self.query_one("#events-panel", Panel).label(present.tabs(card)[self._tab], hint)
        self._show_event()

    def _show_event(self) -> None:
        stored, card = self.chosen_record(), self._card
        panel = self.query_one("#event", TextPanel)
        if stored is None or card is None:
            panel.show([])
            return
        rules, now, names = self.shell.workspace.rules, self.shell.now(), self.shell.names
        lines = present.details(card, stored, names, rules, now)
        if self._tab == HISTORY:
            chosen = self.query_one("#events", LineTable).cursor_key
            lines = [*versions.detail(card.versions, chosen, card.initials, names, rules), *lines]
        panel.show(lines)

    def chosen_record(self) -> Stored[Any] | None:
        overview = self._tab == OVERVIEW
        key = self.query_one("#timeline" if overview else "#events", LineTable).cursor_key
        if key is None or self._card is None:
            return None
        record_id = key.partition("/")[0]
        return next((stored for stored in present.everything(self._card) if stored.id == record_id), None)

    def _go_tab(self, number: int) -> None:
        self._tab = number % len(present.TABS)
        self.query_one("#events", LineTable).action_first()
        self._show_tab()

    def action_previous_tab(self) -> None:
        """←: the tab before."""
        self._go_tab(self._tab - 1)

    def action_next_tab(self) -> None:
        """→: the next tab."""
        self._go_tab(self._tab + 1)

    def on_tab_strip_picked(self, event: TabStrip.Picked) -> None:
        event.stop()
        self._go_tab(event.number)

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if event.table.id == "events":
            self._show_event()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        if event.table.id in {"important", "tasks"}:
            self.action_details()
        elif event.table.id == "timeline":
            stored = self.chosen_record()
            tab = {
                "appointment": APPOINTMENTS,
                "note": NOTES,
                "bridging_note": BRIDGING,
                "referral": BRIDGING,
                "consent": BRIDGING,
            }
            self._go_tab(tab.get(stored.collection if stored else "", TIMELINE))
            self.query_one("#events", LineTable).go_to(event.key)
            self._show_event()
        else:
            self.action_edit()

    # --- what the keys do -------------------------------------------------------------------------

    def chosen_citizen_id(self) -> str | None:
        """The citizen of this card."""
        return self._citizen_id

    def action_details(self) -> None:
        """Space: show what is masked, or tick a task off."""
        tasks, important = self.query_one("#tasks", LineTable), self.query_one("#important", LineTable)
        if tasks.has_focus and tasks.cursor_key and self._card:
            self._toggle(tasks.cursor_key)
        elif important.has_focus and important.cursor_key in present.MASKED:
            self._reveal(important.cursor_key)
        elif self.focused is not None and self.focused.id in {"timeline", "events"}:
            self.open_confidential(self.chosen_record())

    def _toggle(self, task_id: str) -> None:
        casework = self.shell.workspace.casework
        stored = next((each for each in self._card.case.tasks if each.id == task_id), None) if self._card else None
        if stored is None:
            return
        if stored.record.done_at is None:
            self.change(lambda: casework.do_task(task_id))
        else:
            self.change(lambda: casework.update(task_id, {"done_at": None}))

    def _reveal(self, name: str) -> None:
        if name in self._revealed:
            self._hide(name)
            return
        protected = bool(self._card and is_protected(self._card.case.citizen.record))
        if name in PROTECTED_FIELDS and protected:
            question = (
                _("Hvorfor skal den beskyttede adresse vises?")
                if name == "address"
                else _("Hvorfor skal det beskyttede nummer vises?")
            )
            self.shell.ask(
                ReasonDialog(question, _("Grunden skrives i adgangsloggen.")), lambda why: self._look(name, why)
            )
        else:
            self._look(name, None)

    def _look(self, name: str, why: str | None) -> None:
        lookup = self.shell.workspace.lookup

        def shown(value: str) -> None:
            self._revealed[name] = value
            self._repaint()
            self.set_timer(_SHOWN_SECONDS, lambda: self._hide(name))

        self.run_service(lambda: lookup.reveal(self._citizen_id, name, why), shown)

    def _hide(self, name: str) -> None:
        if self._revealed.pop(name, None) is not None:
            self._repaint()

    def _mask(self, names: Iterable[str]) -> None:
        for name in names:
            self._revealed.pop(name, None)

    def on_screen_suspend(self) -> None:
        """Who leaves the card leaves nothing unmasked on it."""
        if self._card is not None and is_protected(self._card.case.citizen.record):
            self._mask(PROTECTED_FIELDS)
            self._repaint()

    def _repaint(self) -> None:
        if self._card is not None:
            self.show(self._card)

    def action_new(self) -> None:
        """`n`: a new appointment."""
        self.plan(self._citizen_id)

    def action_note(self) -> None:
        """`m`: a note; under Aftaler the note of that meeting."""
        stored = self.chosen_record() if self._tab == APPOINTMENTS else None
        self.write_note(self._citizen_id, appointment_id=stored.id if stored else None)

    def action_copy(self) -> None:
        """`c`: the note under the cursor, or under Overblik the phone number, to the system's clipboard."""
        copying = self.shell.workspace.copying
        overview = self._tab == OVERVIEW
        pointed = not overview or self.query_one("#timeline").has_focus
        stored = self.chosen_record() if pointed else None
        if stored is not None and stored.collection in {"note", "bridging_note"}:
            note_id = stored.id
            self.run_service(lambda: copying.note(note_id), self.shell.copy, group="copy")
        elif overview:
            self.run_service(lambda: copying.phone(self._citizen_id), self.shell.copy, group="copy")
        else:
            self.shell.notice(_("Stil dig på et notat. Telefonnummeret kopieres under Overblik."))

    def action_edit(self) -> None:
        """`e`: change what is under the cursor; to a note one adds."""
        stored = self.chosen_record() if self._tab != OVERVIEW else None
        if stored is None or self._card is None:
            if self._card is not None:
                self.edit_citizen(self._card.case.citizen, revealed=tuple(self._revealed))
        elif stored.collection == "appointment":
            self.edit_appointment(stored)
        elif stored.collection in {"note", "bridging_note"}:
            self.write_note(self._citizen_id, kind=stored.collection, addendum_to=stored.id)
        elif stored.collection == "referral":
            self.edit_referral(stored)
        elif stored.collection == "placement":
            self.edit_placement(stored)
        elif stored.collection == "activation":
            self.edit_offer(stored)
        else:
            self.shell.notice(_("Det kan ikke rettes her."))

    def action_placement(self) -> None:
        """`p`: a place in a company or a course, an offer, or other hours in a place that runs."""
        self.place(self._citizen_id, self._card.case.placements if self._card else ())

    def action_consent(self) -> None:
        """`s`: give a consent, or take a valid one back."""
        if self._card is not None:
            self.consent(self._citizen_id, self._card.case.consents)
