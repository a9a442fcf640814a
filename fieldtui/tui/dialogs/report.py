"""What the report screen asks and shows over itself: whom a figure is about, and how a report shall leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.lines import Row
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines


class BehindDialog(Dialog[str]):
    """The citizens behind a figure; Enter answers with the row's key."""

    context = "bag"
    size_class = "wide"
    AUTO_FOCUS = "LineTable"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["bag"])
    CSS = "#behind { height: auto; max-height: 14; }"

    def __init__(self, title: str, rows: Sequence[Row]) -> None:
        super().__init__()
        self._title = title
        self._rows = tuple(rows)

    def heading(self) -> str:
        return self._title

    def footing(self) -> str:
        return _("Enter åbner · Esc lukker · at du så dem, står i din log")

    def body(self) -> ComposeResult:
        yield LineTable((Column(width=2), Column(), Column(width=11)), self._rows, id="behind")

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        """Enter: this one."""
        event.stop()
        self.dismiss(event.key)


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a report shall leave."""

    what: str
    """`outcomes`, `trends`, `fidelity` or `caseload`."""
    form: str


class ReportFileDialog(Dialog[Leaving]):
    """Which report, in which form; Ctrl+S or Enter writes it."""

    context = "formular"
    size_class = "narrow"
    AUTO_FOCUS = "#what"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["formular"])

    def heading(self) -> str:
        return _("Skriv rapport")

    def footing(self) -> str:
        return _("Ctrl+S skriver · Esc lukker")

    def body(self) -> ComposeResult:
        yield ChoiceField(
            _("Hvad?"),
            [("outcomes", _("Tal")), ("trends", _("Tendenser")), ("fidelity", "IPS-25"), ("caseload", _("Sagsantal"))],
            id="what",
        )
        yield ChoiceField(_("Format"), [("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV")], id="form")
        yield Lines((_("Dine egne tal. Tal om én til fire personer skjules."),), classes="wrap")

    def action_save(self) -> None:
        """Answer with what was chosen."""
        self.dismiss(Leaving(self.query_one("#what", ChoiceField).value, self.query_one("#form", ChoiceField).value))
