"""Whom to call for anonymous treatment. Nothing typed, nothing chosen and nothing stored about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Button

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Partner
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.panel import Lines


class PhoneSheet(Dialog[bool]):
    """Numbers of the places that treat; answers whether to add one to the tally."""

    context = "telefonark"
    AUTO_FOCUS = "#phones-close"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["telefonark"])

    def __init__(self, units: Sequence[Stored[Partner]]) -> None:
        super().__init__()
        self._units = tuple(units)

    def heading(self) -> str:
        return _("Anonym behandling · ring")

    def footing(self) -> str:
        return _("t tæller ét ønske · Esc lukker")

    def body(self) -> ComposeResult:
        yield Lines(self._numbers(), id="phones", classes="wrap")
        yield Lines(
            (
                "",
                _("Borgeren ringer selv, eller I ringer sammen. Sig ikke navn eller CPR-nummer for borgeren."),
                _("fieldtui gemmer og logger intet om borgeren. Skriv det heller ikke i et notat."),
            ),
            id="phones-said",
            classes="wrap",
        )
        yield Button(plain_content(_("[t] Tæl ét anonymt ønske med, uden navn")), id="phones-count", compact=True)
        yield Button(plain_content(_("[Esc] Luk, gem intet")), id="phones-close", compact=True)

    def _numbers(self) -> list[Line]:
        found = [each.record for each in self._units]
        if not found:
            return [line(_("Der er ingen behandlingssteder på listen. Kontoret opretter dem som samarbejdspartnere."))]
        lines: list[Line] = []
        for partner in found:
            lines.append(line(Piece(partner.phone or _("intet nummer"), "bold"), f"  {partner.name}"))
            if partner.address:
                lines.append(line(Piece(f"    {partner.address}", "dim")))
        return lines

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "phones-count")

    def action_count(self) -> None:
        """`t`: one more in the tally, without a name."""
        self.dismiss(True)
