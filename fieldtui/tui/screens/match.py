"""Match: openings for my citizens, with every reason for and against. It suggests; a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from fieldtui.base.i18n import _
from fieldtui.services.matching import Running, Seeker, Suggestion
from fieldtui.tui.company_acts import CompanyActs
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.effort_acts import EffortActs
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import match as present
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Panel, TextPanel


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the screen shows."""

    seekers: tuple[Seeker, ...]
    running: tuple[Running, ...]


class MatchScreen(CompanyActs, EffortActs, ServiceScreen[Loaded]):
    """Citizens to the left, suggestions for the one under the cursor to the right."""

    context = "match"
    first_focus = "#seekers"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["match"])
    CSS = """
    #match-left { width: 1fr; } #match-right { width: 1fr; }
    #seekers-panel { height: 3fr; } #running-panel { height: 2fr; }
    #suggestions-panel { height: 1fr; } #reasons { height: 1fr; overflow-y: auto; text-wrap: wrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._seekers: tuple[Seeker, ...] = ()
        self._places: tuple[Running, ...] = ()
        self._suggestions: tuple[Suggestion, ...] = ()
        self._about: str | None = None

    def body(self) -> ComposeResult:
        with Horizontal(classes="row"):
            with Vertical(id="match-left"):
                with Panel(id="seekers-panel"):
                    yield LineTable(
                        (Column(width=14, fit=True), Column(), Column(width=8, fit=True), Column(width=5)),
                        id="seekers",
                    )
                with Panel(id="running-panel"):
                    yield LineTable(
                        (
                            Column(width=12, fit=True),
                            Column(),
                            Column(width=14, fit=True, from_width=44),
                            Column(width=6, fit=True),
                            Column(width=6, fit=True),
                        ),
                        id="running",
                    )
            with Vertical(id="match-right"):
                with Panel(id="suggestions-panel"):
                    yield LineTable((Column(), Column(width=5), Column(width=13, fit=True)), id="suggestions")
                yield TextPanel(id="reasons")

    def load(self) -> Loaded:
        matching, today = self.shell.workspace.matching, self.shell.today
        return Loaded(matching.seekers(today), matching.running(today))

    def show(self, loaded: Loaded) -> None:
        self._seekers, self._places = loaded.seekers, loaded.running
        names, rules, today = self.shell.names, self.shell.workspace.rules, self.shell.today
        self.query_one("#seekers", LineTable).set_rows(
            [present.seeker_row(row, names) for row in loaded.seekers], empty=_("Ingen borgere at finde plads til.")
        )
        self.query_one("#seekers-panel", Panel).label(present.seekers_title(loaded.seekers), _("→ forslagene"))
        self.query_one("#running", LineTable).set_rows(
            [present.running_row(row, names, rules, today) for row in loaded.running], empty=_("Ingen placeringer nu.")
        )
        title = _("Placeringer · {count}").format(count=len(loaded.running))
        self.query_one("#running-panel", Panel).label(title, _("Enter retter"))
        self._load_suggestions()

    # --- one citizen's suggestions ------------------------------------------------------------------

    def _load_suggestions(self) -> None:
        citizen_id = self.query_one("#seekers", LineTable).cursor_key
        if citizen_id is None:
            self._show_suggestions(None, ())
            return
        matching, today = self.shell.workspace.matching, self.shell.today
        self.run_service(
            lambda: matching.for_citizen(citizen_id, today),
            lambda found: self._show_suggestions(citizen_id, found),
            group="details",
        )

    def _show_suggestions(self, citizen_id: str | None, found: tuple[Suggestion, ...]) -> None:
        self._about, self._suggestions = citizen_id, found
        self.query_one("#suggestions", LineTable).set_rows(
            [present.suggestion_row(each) for each in found],
            empty=_("Ingen åbninger endnu. De skrives på virksomhedens kort."),
        )
        name = self.shell.names.show(citizen_id)
        title = _("Forslag til {name}").format(name=name) if citizen_id else _("Forslag")
        self.query_one("#suggestions-panel", Panel).label(title, _("Enter foreslår · i ikke relevant"))
        self._show_reasons()

    def _suggestion(self) -> Suggestion | None:
        key = self.query_one("#suggestions", LineTable).cursor_key
        return next((each for each in self._suggestions if each.match.opening_id == key), None)

    def _show_reasons(self) -> None:
        panel, chosen = self.query_one("#reasons", TextPanel), self._suggestion()
        panel.label(_("Hvorfor {company}?").format(company=chosen.company.name) if chosen else _("Hvorfor?"))
        panel.show(present.reason_lines(chosen, self.shell.names) if chosen else ())

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if event.table.id == "seekers":
            self._load_suggestions()
        elif event.table.id == "suggestions":
            self._show_reasons()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        if event.table.id == "suggestions":
            if (chosen := self._suggestion()) is not None:
                self.propose(chosen)
        elif event.table.id == "running":
            stored = next((each.placement for each in self._places if each.placement.id == event.key), None)
            if stored is not None:
                self.edit_placement(stored)
        else:
            self.action_to_suggestions()

    def chosen_citizen_id(self) -> str | None:
        """The citizen under the cursor; of the list of places where that has the focus."""
        if self.query_one("#running", LineTable).has_focus:
            key = self.query_one("#running", LineTable).cursor_key
            return next((each.citizen_id for each in self._places if each.placement.id == key), None)
        return self.query_one("#seekers", LineTable).cursor_key

    # --- keys ---------------------------------------------------------------------------------------

    def action_to_citizens(self) -> None:
        """←: to the citizens."""
        self.query_one("#seekers").focus()

    def action_to_suggestions(self) -> None:
        """→: to the suggestions."""
        self.query_one("#suggestions").focus()

    def action_placements(self) -> None:
        """`p`: to the places that are taken."""
        self.query_one("#running").focus()

    def action_details(self) -> None:
        """Space: the citizen's card."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.open_citizen(citizen_id)

    def action_new(self) -> None:
        """`n`: a place for the citizen."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.new_placement(citizen_id)

    def action_contact(self) -> None:
        """`v`: log a contact with the suggested company, for the citizen."""
        chosen = self._suggestion()
        if chosen is not None and self._about is not None:
            self.log_contact(chosen.match.company_id, chosen.company.name, self._about)

    def action_not_relevant(self) -> None:
        """`i`: not for this citizen; it is not suggested again."""
        chosen, citizen_id = self._suggestion(), self._about
        if chosen is None or citizen_id is None:
            return
        casework, opening_id = self.shell.workspace.casework, chosen.match.opening_id

        def entries() -> tuple[Entry, ...]:
            return (Entry("reason", _("Hvorfor ikke?"), hint=_("kort; ikke helbred; må være tom")),)

        title = _("{name}: {opening} er ikke relevant").format(
            name=self.shell.names.show(citizen_id), opening=chosen.opening.title
        )
        form = EntryForm(
            lambda: title,
            entries,
            lambda values: casework.not_relevant(citizen_id, opening_id, values["reason"]),
            save=lambda: _("Foreslå ikke igen"),
        )
        self.shell.ask(form, self.shell.done)
