"""Virksomheder: the team's employers, who spoke to them last, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from fieldtui.base.i18n import _
from fieldtui.services.lookup import CompanyRow, WeekFigures
from fieldtui.tui.company_acts import CompanyActs
from fieldtui.tui.filtered import FilteredScreen
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import companies as present
from fieldtui.tui.presenters.filters import Filter, nothing_found
from fieldtui.tui.widgets.fields import CleanInput
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines, Panel


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the list shows."""

    rows: tuple[CompanyRow, ...]
    figures: WeekFigures
    duplicates: int
    """Pairs of companies that may be one."""


class Companies(CompanyActs, FilteredScreen[Loaded]):
    """The list of companies."""

    context = "virksomheder"
    first_focus = "#companies"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["virksomheder"])
    CSS = "#companies-panel { height: 1fr; } #companies { height: 1fr; } #companies-legend { height: 1; color: $dim; }"

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[CompanyRow, ...] = ()
        self._order = 1
        self._week = ""
        self._twins = 0

    def body(self) -> ComposeResult:
        hint = _("Filtrér: navn, branche, sted, relation …  (prøv: varm · cvr:1374 · ingen-kontakt>14)")
        yield CleanInput(placeholder=hint, id="filter")
        with Panel(id="companies-panel"):
            yield LineTable(self._columns(), header=True, id="companies")
            yield Lines(
                (_("Relation: Ny → Lun → Varm → Aftale. “Nej tak” hviler til den dato, virksomheden har sagt."),),
                id="companies-legend",
            )

    @staticmethod
    def _columns() -> tuple[Column, ...]:
        return (
            Column(_("Virksomhed")),
            Column(_("Branche"), 14, from_width=90, fit=True),
            Column(_("Sted"), 13, fit=True),
            Column(_("Sidst"), 12, fit=True),
            Column(_("Relation"), 9, fit=True),
            Column(_("Borg."), 5, right=True),
            Column(_("Næste skridt"), 17, fit=True),
            Column(width=1),
        )

    def load(self) -> Loaded:
        lookup, today = self.shell.workspace.lookup, self.shell.today
        return Loaded(lookup.companies(today), lookup.weekly_figures(today), len(lookup.duplicates()))

    def show(self, loaded: Loaded) -> None:
        self._rows = loaded.rows
        self._twins = loaded.duplicates
        self._week = present.week_line(loaded.figures.weeks, loaded.figures.target)
        self.fill()

    def orders(self) -> int:
        return len(present.orders())

    def fill(self) -> None:
        typed, today = self.query_one("#filter", Input).value, self.shell.today
        wanted = Filter.of(typed)
        found = [row for row in present.ordered(self._rows, self._order) if wanted.takes(present.facts(row), today)]
        if not self._rows:
            empty = _("Ingen virksomheder endnu. Den første kontakt tæller mest: tryk n.")
        else:
            empty = nothing_found(_("virksomheder"), typed, map(present.facts, self._rows)) if not found else ""
        self.query_one("#companies", LineTable).set_rows([present.table_row(row, today) for row in found], empty=empty)
        count = str(len(self._rows)) if len(found) == len(self._rows) else f"{len(found)}/{len(self._rows)}"
        title = _("Virksomheder · {count} · {week}").format(count=count, week=self._week)
        hint = _("sorteret efter: {order} · v logger kontakt · Enter åbner").format(order=present.orders()[self._order])
        if self._twins:
            hint = _("d: {count} måske dublet").format(count=self._twins) + " · " + hint
        self.query_one("#companies-panel", Panel).label(title, hint)

    def _chosen(self) -> CompanyRow | None:
        key = self.query_one("#companies", LineTable).cursor_key
        return next((row for row in self._rows if row.id == key), None)

    def chosen_citizen_id(self) -> str | None:
        """Nobody: the list is the team's."""
        return None

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self.shell.go("virksomhedskort", event.key)

    def action_new(self) -> None:
        """`n`: a new company."""
        self.new_company()

    def action_contact(self) -> None:
        """`v`: log a contact."""
        if (row := self._chosen()) is not None:
            self.log_contact(row.id, row.name)

    def action_task(self) -> None:
        """`o`: something I promise to do there."""
        if (row := self._chosen()) is not None:
            self.add_task(None, company_id=row.id, company=row.name)

    def action_edit(self) -> None:
        """`e`: change the company."""
        if (row := self._chosen()) is not None:
            self.run_service(lambda: self.shell.workspace.lookup.get(row.id), self.edit_company)

    def action_match(self) -> None:
        """`g`: who of my citizens fits what the company has open."""
        if (row := self._chosen()) is not None:
            self.match_company(row.id, row.name)

    def action_duplicates(self) -> None:
        """`d`: companies that perhaps stand twice."""
        self.review_duplicates()

    def action_partners(self) -> None:
        """`p`: the team's partners."""
        self.partners()
