"""Team: a leader sees who is where and what is overdue, and acts for the team without IT."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fieldtui.base.errors import FieldtuiError, Unreachable
from fieldtui.base.i18n import _
from fieldtui.services import teamview
from fieldtui.services.team import Seen
from fieldtui.services.teamview import Colleague
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import team as present
from fieldtui.tui.presenters.dates import near
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.team_devices import DeviceActs
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Panel

T = TypeVar("T")

ASK_SECONDS: Final = 300
"""How often the central system is asked while the screen is looked at."""
_PAUSE_SECONDS: Final = 5.0
"""Least pause between two questions that nobody asked for by a key."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What Team shows."""

    seen: Seen | None


class TeamScreen(DeviceActs, ServiceScreen[Loaded]):
    """Colleagues above, the chosen one's day and what is overdue in the middle, devices below."""

    context = "team"
    first_focus = "#colleagues"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["team"])
    CSS = """
    #team-people { height: 8; max-height: 14; }
    .-hoej #team-people { height: 1fr; }
    #team-middle { height: 8; }
    .-hoej #team-middle { height: 11; }
    .-tall #team-middle { height: 18; }
    #team-day, #team-overdue { width: 1fr; height: 1fr; }
    #team-devices { height: 1fr; min-height: 4; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: Seen | None = None
        self._colleagues: tuple[Colleague, ...] = ()
        self._asking = False
        self._once_more = False
        self._asked_at: float | None = None
        self._offline = False

    def body(self) -> ComposeResult:
        with Panel(id="team-people"):
            yield LineTable(
                (
                    Column(_("Hvem"), 4, fit=True),
                    Column(_("Navn"), 18, from_width=96, fit=True),
                    Column(_("Borgere"), 7, right=True),
                    Column(_("I dag"), 5, right=True),
                    Column(_("Hvor")),
                    Column(_("Over frist"), 10),
                ),
                header=True,
                id="colleagues",
            )
        with Horizontal(id="team-middle"):
            with Panel(id="team-day"):
                yield LineTable(
                    (Column(width=6), Column(width=5, fit=True), Column(), Column(width=12, fit=True)), id="day"
                )
            with Panel(id="team-overdue"):
                yield LineTable(
                    (
                        Column(width=14, fit=True),
                        Column(width=5, fit=True),
                        Column(),
                        Column(width=30, from_width=60, fit=True),
                    ),
                    id="overdue",
                )
        with Panel(id="team-devices"):
            yield LineTable(
                (
                    Column(width=4, fit=True),
                    Column(),
                    Column(width=26, fit=True),
                    Column(width=16, fit=True),
                    Column(width=12, from_width=90, fit=True),
                ),
                id="devices",
            )

    # --- seeing -----------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(ASK_SECONDS, self._ask_soon)

    def on_screen_resume(self) -> None:
        """Coming back from a dialog or another screen: the team may have changed meanwhile."""
        super().on_screen_resume()
        if self._seen is not None:
            self.ask_again()

    def load(self) -> Loaded:
        return Loaded(self.shell.workspace.team.last_seen())

    def show(self, loaded: Loaded) -> None:
        # What was heard meanwhile is newer than what was read from the store.
        self._show_team(self._seen or loaded.seen)
        self._ask_soon()

    def _ask_soon(self) -> None:
        """Ask the central system, unless it was asked a moment ago."""
        now = self.shell.clock.monotonic()
        if self._asked_at is None or now - self._asked_at >= _PAUSE_SECONDS:
            self.ask_again()

    def ask_again(self) -> None:
        if not self.is_attached:
            return
        if self._asking:
            self._once_more = True  # the answer on its way may be older than what was just done
            return
        self._asking, self._asked_at = True, self.shell.clock.monotonic()
        team = self.shell.workspace.team
        self._aside(team.refresh, self._heard, self._not_heard)

    def _heard(self, seen: Seen) -> None:
        self._asking = self._offline = False
        self._show_team(seen)
        if self._once_more:
            self._once_more = False
            self.ask_again()

    def _not_heard(self, error: FieldtuiError) -> None:
        self._asking = self._once_more = False
        if not isinstance(error, Unreachable):
            self.shell.fail(error)
            return
        self._offline = True
        self._show_team(self._seen)

    def _show_team(self, seen: Seen | None) -> None:
        if not self.query("#colleagues"):
            return
        self._seen = seen
        people, devices = self.query_one("#colleagues", LineTable), self.query_one("#devices", LineTable)
        if seen is None:
            empty = _("Kontoret svarer ikke. Teamet vises, når der er net.") if self._offline else _("Henter teamet …")
            people.set_rows((), empty=empty)
            self.query_one("#team-people", Panel).label(_("Team"))
            devices.set_rows((), empty="")
            self._show_colleague()
            return
        now, picture = self.shell.now(), seen.picture
        self._colleagues = teamview.colleagues(picture)
        people.set_rows(present.colleague_rows(self._colleagues, teamview.codes(picture), now))
        away = _("○ uden net: sådan så det ud; handlinger kræver net") if self._offline else _("F5 henter igen")
        self.query_one("#team-people", Panel).label(present.heading(picture, seen.at, now), away)
        devices.set_rows(present.device_rows(picture, now), empty=_("Ingen maskiner endnu. n laver en kode."))
        count = len(picture.enrolments)
        waiting = _("1 venter på dig") if count == 1 else _("{count} venter på dig").format(count=count)
        title = _("Maskiner · {count}").format(count=len(picture.devices)) + (f" · {waiting}" if count else "")
        self.query_one("#team-devices", Panel).label(title, _("Tab skifter felt · Enter vælger"))
        self._show_colleague()

    def _show_colleague(self) -> None:
        chosen, seen = self._chosen(), self._seen
        day, overdue = self.query_one("#day", LineTable), self.query_one("#overdue", LineTable)
        if chosen is None or seen is None:
            for table, panel in ((day, "#team-day"), (overdue, "#team-overdue")):
                table.set_rows((), empty="")
                self.query_one(panel, Panel).label("")
            return
        codes, now = teamview.codes(seen.picture), self.shell.now()
        name = chosen.person.initials
        on = date.fromisoformat(seen.picture.day)
        rows = present.meeting_rows(chosen.meetings, codes, now)
        day.set_rows(rows, empty=_("Ingen aftaler i dag."))
        when = near(on, self.shell.today)
        self.query_one("#team-day", Panel).label(f"{name} · {when} · {len(rows)}")
        late = present.overdue_rows(chosen.overdue, codes, self.shell.workspace.rules, on)
        overdue.set_rows(late, empty=_("Intet er over frist. √"))
        more = _("importerede frister, {count}").format(count=chosen.past_at_import) if chosen.past_at_import else ""
        self.query_one("#team-overdue", Panel).label(
            _("{name} · over frist · {count}").format(name=name, count=len(late)), more
        )

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if event.table.id == "colleagues":
            self._show_colleague()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        """Enter: on a device that waits, approve it; on another, what can be done with it."""
        event.stop()
        kind, _colon, key = event.key.partition(":")
        if kind == "enrolment":
            self.action_approve()
        elif kind == "device" and event.table.id == "devices":
            device = self._device(key)
            choices = [("revoke", _("Spær den"), "p"), ("lost", _("Meld den mistet"), "l")]
            self.shell.ask(
                ChooseDialog(device.name, choices),
                lambda what: self._revoke(device) if what == "revoke" else self._lose(device),
            )
