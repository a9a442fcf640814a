"""Brobygning: requests for treatment on a board; a card moves with ←/→, and nothing is shared without a valid consent."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from fieldtui.base.i18n import _
from fieldtui.services.bridgingboard import BridgingRow
from fieldtui.tui.case_acts import CaseActs
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import board as present
from fieldtui.tui.presenters.lines import Line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.content import lines_content, plain_content
from fieldtui.tui.widgets.panel import TextPanel

_BACK: Final = ("", "referred_on", "received_on", "started_on")
"""The day that is emptied when a card moves a column back."""


class BoardColumn(VerticalScroll, can_focus=False):
    """One column of cards; a click chooses a card."""

    class Picked(Message):
        """A card was clicked."""

        def __init__(self, referral_id: str) -> None:
            super().__init__()
            self.referral_id = referral_id

    def __init__(self, number: int) -> None:
        super().__init__(id=f"column-{number}", classes="board-column")
        self._number = number
        self._starts: list[tuple[int, int, str]] = []

    def compose(self) -> ComposeResult:
        yield Static(markup=False, classes="cards")

    def show(self, rows: tuple[BridgingRow, ...], names: Names, chosen: str | None) -> None:
        """Show these cards."""
        self.border_title = plain_content(present.column_title(self._number, len(rows)))
        lines: list[Line] = []
        self._starts = []
        for row in rows:
            card = present.card_lines(row, names, chosen=row.referral.id == chosen)
            self._starts.append((len(lines), len(lines) + len(card), row.referral.id))
            lines += [*card, ()]
        self.query_one(Static).update(lines_content(lines))
        for start, end, referral_id in self._starts:
            if referral_id == chosen:
                self.call_after_refresh(self._bring_in, start, end)

    def _bring_in(self, start: int, end: int) -> None:
        top, height = int(self.scroll_y), max(1, self.size.height)
        if start < top or end > top + height:
            self.scroll_to(y=max(0, min(start, end - height if end - start < height else start)), animate=False)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        at = int(event.screen_y) - self.content_region.y + int(self.scroll_y)
        for start, end, referral_id in self._starts:
            if start <= at < end:
                self.post_message(self.Picked(referral_id))


class BridgingBoardScreen(CaseActs, ServiceScreen[tuple[BridgingRow, ...]]):
    """The board."""

    context = "brobygning"
    first_focus = "#board"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(CONTEXTS["brobygning"]),
        Binding("down,j,tab", "choose(1)", show=False),
        Binding("up,k,shift+tab", "choose(-1)", show=False),
        Binding("enter", "details", show=False),
    ]
    CSS = """
    #board { height: 1fr; }
    .board-column { width: 1fr; border: round $border; border-title-color: $primary; border-title-style: bold;
                    background: $surface; padding: 0; scrollbar-size: 1 1; }
    #bridging-detail { height: 9; }
    BridgingBoardScreen.-kort #bridging-detail { height: 8; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._board = present.Board(((), (), (), ()))
        self._chosen: str | None = None

    def body(self) -> ComposeResult:
        board = Horizontal(*(BoardColumn(number) for number in range(len(present.COLUMNS))), id="board")
        board.can_focus = True
        yield board
        yield TextPanel(id="bridging-detail")

    def load(self) -> tuple[BridgingRow, ...]:
        return self.shell.workspace.lookup.bridging(self.shell.today)

    def show(self, loaded: tuple[BridgingRow, ...]) -> None:
        self._board = present.Board.of(loaded)
        order = self._board.order
        if self._chosen not in order:
            self._chosen = order[0] if order else None
        self._paint()

    def _paint(self) -> None:
        names = self.shell.names
        for number, column in enumerate(self.query(BoardColumn)):
            column.show(self._board.columns[number], names, self._chosen)
        panel, row = self.query_one("#bridging-detail", TextPanel), self._row()
        if row is None:
            panel.label(_("Brobygning"))
            panel.show([_("Ingen i gang. w opretter et ønske om hjælp."), _("y skriver en aktivitet uden borger.")])
        else:
            keys = _("s samtykke · n note · d del · t fælles møde · e ret · → frem")
            panel.label(present.title(row, names), _("n note · d del · e ret · → frem") if self.treats else keys)
            panel.show(present.detail_lines(row, names, self.shell.workspace.rules, self.shell.today))

    def _row(self) -> BridgingRow | None:
        place = self._board.find(self._chosen)
        return self._board.columns[place[0]][place[1]] if place else None

    def chosen_citizen_id(self) -> str | None:
        """The citizen of the chosen card."""
        row = self._row()
        return row.citizen.id if row else None

    def on_board_column_picked(self, event: BoardColumn.Picked) -> None:
        event.stop()
        if event.referral_id == self._chosen:
            self.action_details()
        else:
            self._chosen = event.referral_id
            self._paint()

    def action_choose(self, step: int) -> None:
        """The next or the previous card, column by column."""
        order = self._board.order
        if order:
            at = order.index(self._chosen) if self._chosen in order else 0
            self._chosen = order[(at + step) % len(order)]
            self._paint()

    # --- moving a card ------------------------------------------------------------------------------

    def action_step_on(self) -> None:
        """→: a step further today; `e` puts another day right."""
        if (row := self._row()) is not None:
            self.step_on(row.referral.id, row.stage)

    def action_edit(self) -> None:
        """`e`: the days, the place and the choice of a request."""
        if (row := self._row()) is not None:
            self.edit_referral(row.referral)

    def action_step_back(self) -> None:
        """←: a step back; the day of the last step is emptied."""
        row, place = self._row(), self._board.find(self._chosen)
        if row is None or place is None or place[0] == 0:
            return
        casework, referral_id, field = self.shell.workspace.casework, row.referral.id, _BACK[place[0]]
        self.change(lambda: casework.update(referral_id, {field: None}))

    # --- consent and notes --------------------------------------------------------------------------

    def action_consent(self) -> None:
        """`s`: give a consent, or take a valid one back; works at once, offline too."""
        if (row := self._row()) is not None:
            self.consent(row.citizen.id, (row.consent,) if row.consent else ())

    def action_new(self) -> None:
        """`n`: a bridging note."""
        if (row := self._row()) is not None:
            self.write_note(row.citizen.id, kind="bridging_note", referral_id=row.referral.id)

    def action_share(self) -> None:
        """`d`: tell treatment something and write down by what right; on consent only where one is valid."""
        row = self._row()
        if row is None:
            return
        if present.may_share(row) and row.consent is not None:
            consent = row.consent.record
            to = row.coordinator if self.treats else consent.recipient
            self.share(row.citizen.id, row.referral.id, to, consent.scope)
        else:
            consents = (row.consent,) if row.consent else ()
            self.share_locked(row.citizen.id, row.referral.id, present.lock_reason(row), consents)

    def action_joint(self) -> None:
        """`t`: a meeting together with the treatment worker."""
        if (row := self._row()) is not None:
            self.joint_meeting(row.citizen.id, row.consent.record if row.consent and present.may_share(row) else None)

    def action_activity(self) -> None:
        """`y`: work that belongs to no citizen: an outreach day, a network, a team meeting, sparring."""
        self.activities()

    def action_wish(self) -> None:
        """`w`: a citizen asks for treatment, by name or anonymously; a treatment worker is asked anonymously only."""
        if self.treats:
            self.anonymous_wish()
        else:
            self.wish()

    def action_details(self) -> None:
        """Enter and space: the citizen's card."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.open_citizen(citizen_id)
