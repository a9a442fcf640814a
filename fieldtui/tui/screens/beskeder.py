"""Beskeder (F7): what the app said, and what I did, with the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.dates import clock, local, near
from fieldtui.tui.presenters.lines import Piece, Row
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from fieldtui.services.undo import UndoItem

_MOST = 100


class Messages(ServiceScreen["tuple[UndoItem, ...]"]):
    """Two lists. `z` undoes the topmost own change that can be undone."""

    context = "beskeder"
    first_focus = "#said"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["beskeder"])

    def body(self) -> ComposeResult:
        with Horizontal(classes="row"):
            with Panel(_("Beskeder"), classes="half grow"):
                yield LineTable((Column(width=5), Column()), id="said", empty=_("Ingen beskeder endnu."))
            with Panel(_("Dine ændringer"), hint=_("z fortryder den øverste"), classes="half grow"):
                yield LineTable(
                    (Column(width=12), Column(), Column(width=13)), id="did", empty=_("Ingen ændringer endnu.")
                )

    def load(self) -> tuple[UndoItem, ...]:
        return self.shell.workspace.undo.items(_MOST)

    def show(self, loaded: tuple[UndoItem, ...]) -> None:
        names, today = self.shell.names, self.shell.today
        said = [
            Row(str(number), (Piece(clock(notice.at), "dim"), names.text(notice.text)))
            for number, notice in enumerate(self.shell.notices)
        ]
        self.query_one("#said", LineTable).set_rows(said)
        did = [
            Row(
                item.command_id,
                (
                    Piece(f"{near(local(item.at).date(), today)} {clock(item.at)}", "dim"),
                    names.text(item.label),
                    Piece(_("kan fortrydes"), "dim") if item.undoable else Piece(_("fortrudt"), "dim"),
                ),
            )
            for item in loaded
        ]
        self.query_one("#did", LineTable).set_rows(did)

    def action_close(self) -> None:
        """Esc: back to the screen before."""
        self.app.pop_screen()
