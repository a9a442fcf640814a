"""Virksomhedskort: one employer, everything the team has done there, and my citizens."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from fieldtui.base.i18n import _
from fieldtui.services.lookup import CompanyCard
from fieldtui.tui.company_acts import CompanyActs
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import companies as present
from fieldtui.tui.presenters.outbox import problems
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines, Panel, TextPanel


class CompanyScreen(CompanyActs, ServiceScreen[CompanyCard]):
    """One company."""

    context = "virksomhedskort"
    tab = "virksomheder"
    first_focus = "#company-events"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["virksomhedskort"])
    CSS = """
    #company-head { height: 1; background: $panel; }
    #company-left { width: 1fr; } #company-right { width: 1fr; }
    #company-needs { height: 1fr; min-height: 4; overflow-y: auto; text-wrap: wrap; }
    #company-people { height: auto; max-height: 10; text-wrap: wrap; } #company-citizens-panel { height: 1fr; min-height: 4; }
    #company-events-panel { height: 2fr; } #company-event { height: 1fr; min-height: 4; text-wrap: wrap; }
    """

    def __init__(self, company_id: str) -> None:
        super().__init__()
        self._company_id = company_id
        self._card: CompanyCard | None = None
        self._problems: dict[str, str] = {}

    def body(self) -> ComposeResult:
        yield Lines(id="company-head")
        with Horizontal(classes="row"):
            with Vertical(id="company-left"):
                yield TextPanel(_("Kontakt"), id="company-people")
                yield TextPanel(_("Hvad har de brug for?"), hint=_("e retter"), id="company-needs")
                with Panel(_("Mine borgere her"), hint=_("Enter åbner"), id="company-citizens-panel"):
                    yield LineTable(
                        (Column(width=12), Column(), Column(width=12), Column(width=1)),
                        id="company-citizens",
                        empty=_("Ingen af dine borgere her."),
                    )
            with Vertical(id="company-right"):
                with Panel(id="company-events-panel"):
                    yield LineTable(
                        (Column(width=9), Column(width=8), Column(), Column(width=4), Column(width=1)),
                        id="company-events",
                        empty=_("Ingen kontakt endnu. v logger den første."),
                    )
                yield TextPanel(_("Kontakten"), id="company-event")

    def load(self) -> CompanyCard:
        self._problems = problems(self.shell.workspace.waiting.list())
        return self.shell.workspace.lookup.company(self._company_id)

    def show(self, loaded: CompanyCard) -> None:
        self._card = loaded
        names, today, rules = self.shell.names, self.shell.today, self.shell.workspace.rules
        initials = self._initials()
        self.query_one("#company-head", Lines).show([present.heading(loaded.company, rules)])
        refused = present.refused_lines(loaded, self._problems)
        self.query_one("#company-needs", TextPanel).label(_("Hvad har de brug for?"), _("n åbning · e retter"))
        self.query_one("#company-people", TextPanel).show([*refused, *present.contact_lines(loaded)])
        self.query_one("#company-needs", TextPanel).show(present.need_lines(loaded, today))
        self.query_one("#company-citizens", LineTable).set_rows(present.citizen_rows(loaded, names, rules, today))
        self.query_one("#company-events", LineTable).set_rows(present.event_rows(loaded, initials, names, today))
        title = _("Kontakter · {count}").format(count=len(loaded.employer_contacts))
        self.query_one("#company-events-panel", Panel).label(title, _("v logger ny"))
        self._show_event()

    def _initials(self) -> dict[str, str]:
        return {person.id: person.initials for person in self.shell.workspace.people}

    def _show_event(self) -> None:
        card = self._card
        if card is None:
            return
        key = self.query_one("#company-events", LineTable).cursor_key
        stored = next((each for each in card.employer_contacts if each.id == key), None)
        lines = [present.team_line(card, self._initials())]
        if stored is not None and stored.record.text:
            lines += [(), *present.text_lines(self.shell.names.text(stored.record.text))]
        self.query_one("#company-event", TextPanel).show(lines)

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if event.table.id == "company-events":
            self._show_event()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        if event.table.id == "company-citizens":
            self.open_citizen(event.key)

    def chosen_citizen_id(self) -> str | None:
        """My citizen under the cursor, while that list has the focus."""
        table = self.query_one("#company-citizens", LineTable)
        return table.cursor_key if table.has_focus else None

    def action_contact(self) -> None:
        """`v`: log a contact."""
        if self._card is not None:
            self.log_contact(self._card.company.id, self._card.company.record.name)

    def action_task(self) -> None:
        """`o`: something I promise to do there."""
        if self._card is not None:
            self.add_task(None, company_id=self._card.company.id, company=self._card.company.record.name)

    def action_edit(self) -> None:
        """`e`: change the company, one of its people or one of its openings."""
        if self._card is not None:
            self.edit_at_company(self._card)

    def action_new(self) -> None:
        """`n`: an opening or a person."""
        if self._card is not None:
            self.add_at_company(self._card.company.id, self._card.company.record.name)

    def action_match(self) -> None:
        """`g`: who of my citizens fits what the company has open."""
        if self._card is not None:
            self.match_company(self._card.company.id, self._card.company.record.name)

    def action_duplicates(self) -> None:
        """`d`: is it written down twice, or was it merged wrongly."""
        if self._card is not None:
            self.duplicates_of(self._card)
