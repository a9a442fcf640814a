"""What the report screen asks and shows over itself: whom a figure is about, and how a report shall leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from fieldtui.base.i18n import _
from fieldtui.domain.fidelity import Review
from fieldtui.domain.rule import FidelityItem
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import reports as present
from fieldtui.tui.presenters.lines import Row
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.fields import RequiredField
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


class FidelityDialog(Dialog[int]):
    """The 25 items with their scores, and of the one under the cursor what it stands on; Enter answers with its number."""

    context = "bag"
    size_class = "wide"
    AUTO_FOCUS = "LineTable"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["bag"])
    CSS = "#items { height: 11; } #item { height: 5; text-wrap: wrap; color: $dim; }"

    def __init__(self, shown: Review) -> None:
        super().__init__()
        self._shown = shown

    def heading(self) -> str:
        return f"IPS-25 · {self._shown.headline}"

    def footing(self) -> str:
        return _("Enter bedømmer · Esc lukker · ? er ikke bekræftet")

    def body(self) -> ComposeResult:
        rows = present.item_rows(self._shown)
        yield LineTable((Column(width=3, right=True), Column(), Column(width=24, fit=True)), rows, id="items")
        yield Lines(present.item_lines(self._shown, rows[0].key if rows else None), id="item")

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        """Another item is under the cursor."""
        event.stop()
        self.query_one("#item", Lines).show(present.item_lines(self._shown, event.key))

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        """Enter: this one."""
        event.stop()
        self.dismiss(int(event.key))


@dataclass(frozen=True, slots=True)
class Rated:
    """What a reviewer says of an item."""

    score: int
    reason: str
    by: str


class RateDialog(Dialog[Rated]):
    """A score with its anchors, the reason, and who says so."""

    context = "formular"
    size_class = "wide"
    AUTO_FOCUS = "#score"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["formular"])

    def __init__(self, item: FidelityItem, by: str) -> None:
        super().__init__()
        self._item = item
        self._by = by

    def heading(self) -> str:
        return f"{self._item.number}. {_(self._item.label)}"

    def footing(self) -> str:
        return _("Ctrl+S gemmer · Esc lukker")

    def body(self) -> ComposeResult:
        yield Lines(present.anchor_lines(self._item), classes="wrap")
        yield ChoiceField(_("Score"), [("", "–"), *((str(score), str(score)) for score in range(5, 0, -1))], id="score")
        yield RequiredField("reason", _("Grund"), "")
        yield RequiredField("by", _("Bedømt af"), self._by)

    def action_save(self) -> None:
        """Answer, or say what is missing."""
        reason, by = self.query(RequiredField)
        score = self.query_one("#score", ChoiceField)
        if not score.value:
            score.focus()
            self.shell.notice(_("Vælg en score fra 5 til 1."), "warning")
        elif reason.check() and by.check():
            self.dismiss(Rated(int(score.value), reason.value.strip(), by.value.strip()))


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
