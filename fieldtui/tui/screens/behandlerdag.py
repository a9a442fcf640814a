"""I dag for a treatment worker: joint meetings, referrals that wait, outreach days; of citizens only what consent opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Activity, Appointment
from fieldtui.services.bridgingboard import BridgingRow
from fieldtui.tui.case_acts import CaseActs
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import board
from fieldtui.tui.presenters import treatmentday as present
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Panel, TextPanel

AHEAD: Final = timedelta(days=14)
_BACK: Final = timedelta(days=30)
"""How far back outreach days are listed."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a treatment worker's day holds."""

    meetings: tuple[Stored[Appointment], ...]
    referrals: tuple[BridgingRow, ...]
    activities: tuple[Stored[Activity], ...]


class TreatmentDay(CaseActs, ServiceScreen[Loaded]):
    """The home screen of a treatment worker."""

    context = "behandlerdag"
    first_focus = "#referrals"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["behandlerdag"])
    CSS = """
    #treatment-meetings { height: 1fr; min-height: 4; }
    #treatment-referrals { height: 1fr; min-height: 5; }
    #treatment-low { height: 1fr; min-height: 6; }
    #treatment-activities, #treatment-detail { width: 1fr; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._loaded = Loaded((), (), ())

    def body(self) -> ComposeResult:
        with Panel(id="treatment-meetings"):
            yield LineTable(
                (
                    Column(width=9, fit=True),
                    Column(width=5),
                    Column(width=18, fit=True),
                    Column(),
                    Column(width=12, fit=True),
                ),
                id="meetings",
            )
        with Panel(id="treatment-referrals"):
            yield LineTable(
                (
                    Column(width=18, fit=True),
                    Column(),
                    Column(width=18, fit=True),
                    Column(width=16, from_width=96, fit=True),
                    Column(width=20, fit=True),
                ),
                id="referrals",
            )
        with Horizontal(id="treatment-low"):
            with Panel(id="treatment-activities"):
                yield LineTable(
                    (Column(width=9, fit=True), Column(width=14, fit=True), Column(), Column(width=12, fit=True)),
                    id="activities",
                )
            yield TextPanel(id="treatment-detail", classes="wrap")

    def load(self) -> Loaded:
        lookup, today = self.shell.workspace.lookup, self.shell.today
        return Loaded(
            meetings=tuple(
                stored
                for stored in lookup.appointments(today, today + AHEAD)
                if stored.record.kind == "brobygning" and stored.annulled_at is None
            ),
            referrals=tuple(present.waiting(lookup.bridging(today))),
            activities=tuple(
                each for each in lookup.list("activity", since=today - _BACK) if each.record.fidelity_item is None
            ),
        )

    def show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        names, today = self.shell.names, self.shell.today
        self.query_one("#meetings", LineTable).set_rows(
            present.meeting_rows(loaded.meetings, names, self.shell.now()),
            empty=_("Ingen fælles møder de næste to uger."),
        )
        self.query_one("#treatment-meetings", Panel).label(present.heading(len(loaded.meetings), today + AHEAD))
        self.query_one("#referrals", LineTable).set_rows(
            present.referral_rows(loaded.referrals, names), empty=_("Ingen henvisninger venter. √")
        )
        self.query_one("#treatment-referrals", Panel).label(
            _("Venter på behandling · {count}").format(count=len(loaded.referrals)),
            _("→ frem · e ret · b brobygningsnote"),
        )
        self.query_one("#activities", LineTable).set_rows(
            present.activity_rows(loaded.activities, today), empty=_("Ingen udadvendte dage endnu. n opretter en.")
        )
        self.query_one("#treatment-activities", Panel).label(
            _("Udadvendte dage · {count}").format(count=len(loaded.activities)), _("n ny · e retter")
        )
        self._show_detail()

    def _show_detail(self) -> None:
        row, panel = self._row(), self.query_one("#treatment-detail", TextPanel)
        if row is None:
            panel.label(_("Samtykke"))
            panel.show([_("Du ser kun borgere, der har sagt ja,"), _("og kun det, samtykket åbner for.")])
            return
        panel.label(self.shell.names.show(row.citizen.id, row.citizen.record.short_name))
        lines = board.detail_lines(row, self.shell.names, self.shell.workspace.rules, self.shell.today)
        if row.coordinator is not None:
            lines.insert(0, line(Piece(f"{_('Konsulent'):<10}", "primary"), row.coordinator))
        panel.show(lines)

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if event.table.id == "referrals":
            self._show_detail()

    def _row(self) -> BridgingRow | None:
        key = (self.query_one("#referrals", LineTable).cursor_key or "").partition(":")[2]
        return next((row for row in self._loaded.referrals if row.referral.id == key), None)

    def chosen_citizen_id(self) -> str | None:
        """The citizen of the row under the cursor, in whichever list has the focus."""
        meetings = self.query_one("#meetings", LineTable)
        if meetings.has_focus and (key := meetings.cursor_key):
            found = next((each for each in self._loaded.meetings if each.id == key.partition(":")[2]), None)
            return found.record.citizen_id if found else None
        row = self._row()
        return row.citizen.id if row else None

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        if event.table.id == "activities":
            self.action_edit()
        else:
            self.action_details()

    # --- what the keys do ---------------------------------------------------------------------------

    def action_step_on(self) -> None:
        """→: the referral a step further today; `e` puts another day right."""
        row = self._row()
        if row is not None and self.query_one("#referrals").has_focus:
            self.step_on(row.referral.id, row.stage)

    def action_bridging_note(self) -> None:
        """`b`: a bridging note about the citizen under the cursor."""
        citizen_id, row = self.chosen_citizen_id(), self._row()
        if citizen_id is not None:
            same = row is not None and row.citizen.id == citizen_id
            self.write_note(
                citizen_id, kind="bridging_note", referral_id=row.referral.id if row is not None and same else None
            )

    def action_new(self) -> None:
        """`n`: an outreach day, a network, a meeting of the team, sparring."""
        self.activity()

    def action_edit(self) -> None:
        """`e`: what is under the cursor: the days of a referral, or an activity."""
        row = self._row()
        if self.query_one("#referrals").has_focus and row is not None:
            self.edit_referral(row.referral)
            return
        key = (self.query_one("#activities", LineTable).cursor_key or "").partition(":")[2]
        stored = next((each for each in self._loaded.activities if each.id == key), None)
        if stored is not None:
            self.activity(stored)

    def action_call(self) -> None:
        """`r`: show the citizen's phone number; that is written to the access log."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.show_phone(citizen_id)

    def action_details(self) -> None:
        """Space and Enter: the citizen's card, as far as consent opens it."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.open_citizen(citizen_id)
