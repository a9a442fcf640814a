"""Borgere: everyone I am responsible for, what needs action first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from fieldtui.base.i18n import _
from fieldtui.services.lookup import CitizenRow
from fieldtui.tui.case_acts import CaseActs
from fieldtui.tui.filtered import FilteredScreen
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.people_acts import PeopleActs
from fieldtui.tui.presenters import caseload
from fieldtui.tui.presenters.filters import Filter, nothing_found
from fieldtui.tui.widgets.fields import CleanInput
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines, Panel


class Citizens(CaseActs, PeopleActs, FilteredScreen[tuple[CitizenRow, ...]]):
    """The list of citizens."""

    context = "borgere"
    first_focus = "#citizens"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["borgere"])
    CSS = "#citizens-panel { height: 1fr; } #citizens { height: 1fr; } #citizens-legend { height: 1; color: $dim; }"

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[CitizenRow, ...] = ()
        self._order = 0
        self._caseload = ""
        """Own citizens in each programme against its norm."""

    def body(self) -> ComposeResult:
        hint = _("Filtrér: navn, jobmål, bydel …  (prøv: job:ja  uden-aftale  frist<7  ingen-kontakt>14)")
        yield CleanInput(placeholder=hint, id="filter")
        with Panel(id="citizens-panel"):
            yield LineTable(self._columns(), header=True, id="citizens")
            yield Lines(caseload.legend(), id="citizens-legend")

    @staticmethod
    def _columns() -> tuple[Column, ...]:
        return (
            Column(_("Navn"), 18, fit=True),
            Column(_("Status"), 10, fit=True),
            Column(_("Job nu / jobmål")),
            Column(_("Sidst set"), 10, fit=True),
            Column(_("Næste aftale"), 14, fit=True),
            Column(_("Timer"), 6, right=True, from_width=90),
            Column(_("Obs"), 7),
        )

    def load(self) -> tuple[CitizenRow, ...]:
        lookup = self.shell.workspace.lookup
        self._caseload = " · ".join(each.written() for each in lookup.caseload(self.shell.today))
        return lookup.citizens(self.shell.today)

    def show(self, loaded: tuple[CitizenRow, ...]) -> None:
        self._rows = loaded
        self.fill()

    def orders(self) -> int:
        return len(caseload.ORDERS)

    def fill(self) -> None:
        typed = self.query_one("#filter", Input).value
        wanted, today = Filter.of(typed), self.shell.today
        found = [row for row in caseload.ordered(self._rows, self._order) if wanted.takes(caseload.facts(row), today)]
        if not self._rows:
            empty = _("Du har ingen borgere endnu. Tryk F5 for at hente dem fra kontoret.")
        else:
            empty = nothing_found(_("borgere"), typed, map(caseload.facts, self._rows)) if not found else ""
        rows = [caseload.table_row(row, self.shell.names, today) for row in found]
        self.query_one("#citizens", LineTable).set_rows(rows, empty=empty)
        shown = str(len(self._rows)) if len(found) == len(self._rows) else f"{len(found)}/{len(self._rows)}"
        title = _("Borgere · {count} · sorteret efter: {order}").format(
            count=shown, order=_(caseload.ORDERS[self._order])
        )
        hint = _("Enter åbner kortet · s sorterer")
        self.query_one("#citizens-panel", Panel).label(title, f"{self._caseload} · {hint}" if self._caseload else hint)

    def chosen_citizen_id(self) -> str | None:
        """The citizen under the cursor."""
        return self.query_one("#citizens", LineTable).cursor_key

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self.open_citizen(event.key)

    def action_note(self) -> None:
        """`m`: a note about this citizen."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.write_note(citizen_id)

    def action_duplicates(self) -> None:
        """`d`: citizens who may be one and the same."""
        self.show_duplicates()
