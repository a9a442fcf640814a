"""Overdragelser: citizens offered to me and by me, and what was written before a citizen changed hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fieldtui.base.i18n import _
from fieldtui.services.done import Done
from fieldtui.services.handovers import HandoverRow
from fieldtui.services.parked import ParkedRow
from fieldtui.tui.case_acts import CaseActs
from fieldtui.tui.dialogs.ask import ConfirmDialog
from fieldtui.tui.dialogs.reason import ReasonDialog
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import desk as present
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Panel, TextPanel


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the screen shows."""

    offers: tuple[HandoverRow, ...]
    parked: tuple[ParkedRow, ...]
    notices: tuple[tuple[int, str], ...]
    initials: dict[str, str]
    here: frozenset[str]
    """Ids of the citizens whose file is on this machine."""


class Handing(CaseActs, ServiceScreen[Loaded]):
    """Two lists, what is under the cursor, and two answers: `g` and `n`."""

    context = "overdragelser"
    tab = "synk"
    first_focus = "#offers"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["overdragelser"])
    CSS = """
    #desk-top { height: 1fr; min-height: 5; } #offers-panel, #parked-panel { width: 1fr; height: 1fr; }
    #fields-panel { height: 1fr; min-height: 4; } #desk-note { height: 1fr; min-height: 4; text-wrap: wrap; overflow-y: auto; }
    #desk-notices { height: auto; max-height: 5; text-wrap: wrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._loaded: Loaded | None = None
        self._taken: dict[str, frozenset[str]] = {}

    def body(self) -> ComposeResult:
        yield TextPanel(_("Fra kontoret"), hint=_("g: læst"), id="desk-notices")
        with Horizontal(id="desk-top"):
            with Panel(id="offers-panel"):
                yield LineTable(
                    (Column(width=12, fit=True), Column(width=8), Column(width=9, fit=True), Column()), id="offers",
                    empty=_("Ingen overdragelser. h på en borger tilbyder den til en kollega."),
                )  # fmt: skip
            with Panel(id="parked-panel"):
                yield LineTable(
                    (Column(width=12, fit=True), Column(width=9), Column(width=12, fit=True), Column()), id="parked",
                    empty=_("Intet er parkeret. √"),
                )  # fmt: skip
        with Panel(id="fields-panel"):
            yield LineTable(
                (
                    Column(_("Felt"), 15),
                    Column(_("Før")),
                    Column(_("Parkeret")),
                    Column(_("Nu")),
                    Column(_("Gælder"), 12),
                ),
                header=True,
                id="parked-fields",
            )
        yield TextPanel(_("Besked"), id="desk-note")

    def load(self) -> Loaded:
        workspace = self.shell.workspace
        return Loaded(
            workspace.handovers.list(),
            workspace.parked.list(),
            workspace.handovers.notices(),
            {person.id: person.initials for person in workspace.people},
            frozenset(stored.id for stored in workspace.lookup.list("citizen", include_all=True)),
        )

    def show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        names, today = self.shell.names, self.shell.today
        offers = present.offer_rows(loaded.offers, loaded.initials, names, today)
        parked = present.parked_rows(loaded.parked, loaded.initials, names, today)
        self.query_one("#offers", LineTable).set_rows(offers)
        self.query_one("#parked", LineTable).set_rows(parked)
        self.query_one("#offers-panel", Panel).label(_("Overdragelser · {count}").format(count=len(offers)))
        self.query_one("#parked-panel", Panel).label(_("Parkeret · {count}").format(count=len(parked)))
        notices = self.query_one("#desk-notices", TextPanel)
        notices.display = bool(loaded.notices)
        notices.show([line(Piece(text)) for _number, text in loaded.notices])
        if parked and not offers and self.query_one("#offers").has_focus:
            self.query_one("#parked").focus()
        self._show_under()

    # --- what is under the cursor -------------------------------------------------------------------

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        self._show_under()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        if event.table.id == "parked-fields":
            self.action_take()
        elif (citizen_id := self.chosen_citizen_id()) is not None:
            self.open_citizen(citizen_id)

    def on_descendant_focus(self) -> None:
        """Another list has the focus: what is under its cursor is shown."""
        self._show_under()

    def _show_under(self) -> None:
        offer, parked = self._offer(), self._parked()
        names, loaded = self.shell.names, self._loaded
        if loaded is None:
            return
        hint = _("t træk tilbage") if offer is not None and not offer.incoming else _("g ja · n nej")
        self.query_one("#desk-note", TextPanel).label(_("Besked"), hint if offer or parked else "")
        self.query_one("#fields-panel").display = parked is not None and bool(parked.differences)
        if parked is not None:
            taken = self._taken.get(parked.op_id, frozenset())
            rows = present.field_rows(parked, taken, names, self.shell.workspace.rules)
            self.query_one("#parked-fields", LineTable).set_rows(rows)
            self.query_one("#desk-note", TextPanel).show(present.parked_lines(parked, names))
        elif offer is not None:
            self.query_one("#desk-note", TextPanel).show(present.offer_lines(offer, loaded.initials, names))
        else:
            self.query_one("#desk-note", TextPanel).show([])

    def _at(self) -> tuple[str, str]:
        """Which list is meant, and the key under its cursor; the fields belong to the parked edits."""
        table = self.query_one("#offers", LineTable)
        if self.query_one("#parked").has_focus or self.query_one("#parked-fields").has_focus:
            table = self.query_one("#parked", LineTable)
        kind, _colon, key = (table.cursor_key or "").partition(":")
        return kind, key

    def _offer(self) -> HandoverRow | None:
        kind, key = self._at()
        rows = self._loaded.offers if self._loaded is not None and kind == "offer" else ()
        return next((row for row in rows if row.id == key), None)

    def _parked(self) -> ParkedRow | None:
        kind, key = self._at()
        rows = self._loaded.parked if self._loaded is not None and kind == "parked" else ()
        return next((row for row in rows if row.op_id == key), None)

    def chosen_citizen_id(self) -> str | None:
        """The citizen under the cursor, where the file is on this machine."""
        row = self._offer() or self._parked()
        here = self._loaded.here if self._loaded is not None else frozenset()
        return row.citizen_id if row is not None and row.citizen_id in here else None

    # --- answers ------------------------------------------------------------------------------------

    def action_accept(self) -> None:
        """`g`: take the citizen over, or take the parked edit in; and a notice is read."""
        workspace, loaded = self.shell.workspace, self._loaded
        if loaded is not None and loaded.notices:
            number = loaded.notices[0][0]
            self.run_service(lambda: workspace.handovers.seen(number), lambda _none: self.reload(), group="change")
            return
        if (offer := self._offer()) is not None and not offer.incoming:
            self._yours()
        elif offer is not None:
            question = _("Tag imod {who}?").format(who=self.shell.names.text(offer.label))
            dialog = ConfirmDialog(question, _("Sagen kommer til dig med næste synk."), _("Ja, tag imod"))
            self.shell.ask(
                dialog, lambda yes: self._answer(lambda: workspace.handovers.accept(offer.id)) if yes else None
            )
        elif (parked := self._parked()) is not None:
            taken = tuple(self._taken.get(parked.op_id, ()))
            self._answer(lambda: workspace.parked.accept(parked.op_id, taken))

    def action_decline(self) -> None:
        """`n`: no, with a reason."""
        workspace = self.shell.workspace
        if (offer := self._offer()) is not None and not offer.incoming:
            self._yours()
        elif offer is not None:
            note = _("Din kollega læser grunden og beholder borgeren.")
            dialog = ReasonDialog(_("Sig nej"), note)
            self.shell.ask(dialog, lambda why: self._answer(lambda: workspace.handovers.reject(offer.id, why)))
        elif (parked := self._parked()) is not None:
            dialog = ReasonDialog(
                _("Afvis ændringen"), _("Den, der skrev, læser grunden. Ændringen bliver i historikken.")
            )
            self.shell.ask(dialog, lambda why: self._answer(lambda: workspace.parked.decline(parked.op_id, why)))

    def _yours(self) -> None:
        self.shell.notice(_("Det er dit eget tilbud. t trækker det tilbage."))

    def action_withdraw(self) -> None:
        """`t`: take my own offer back."""
        offer = self._offer()
        if offer is not None:
            self._answer(lambda: self.shell.workspace.handovers.withdraw(offer.id))

    def action_take(self) -> None:
        """Space: where others changed the field since, let the parked value hold, or not."""
        parked = self._parked()
        name = self.query_one("#parked-fields", LineTable).cursor_key
        if parked is None or name is None:
            return
        unit = next((each.fields for each in parked.differences if name in each.fields and each.contested), None)
        if unit is None:
            self.shell.notice(_("Feltet har ingen andre rettet. Den parkerede værdi gælder, når du siger ja."))
            return
        taken = self._taken.get(parked.op_id, frozenset())
        self._taken[parked.op_id] = taken - set(unit) if set(unit) & taken else taken | {unit[0]}
        self._show_under()

    def action_back(self) -> None:
        """Esc: back to the screen before."""
        self.app.pop_screen()

    def _answer(self, call: Callable[[], Done]) -> None:
        def done(outcome: Done) -> None:
            self.shell.done(outcome)
            self.reload()

        self.run_service(call, done, group="change")
