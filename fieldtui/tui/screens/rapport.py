"""Rapport: figures first, their trend second, one of them drawn; Enter shows whom a figure is about."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.behind import Counted
from fieldtui.domain.figures import Figure, Period
from fieldtui.domain.trends import window
from fieldtui.services.exporting import ExportResult
from fieldtui.services.reporting import Board
from fieldtui.tui.dialogs.report import BehindDialog, FidelityDialog, Leaving, RateDialog, ReportFileDialog
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters import reports as present
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines, Panel, TextPanel


class Report(ServiceScreen[Board]):
    """My figures, and those that the team shares."""

    context = "rapport"
    first_focus = "#figures"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["rapport"])
    CSS = (
        "#report-heading { height: 1; } #figures-panel { height: 1fr; } #figures { height: 1fr; }"
        " #report-below { height: 9; } #drawn { width: 1fr; height: 100%; } #told { width: 1fr; height: 100%; text-wrap: wrap; }"
    )

    def __init__(self) -> None:
        super().__init__()
        self._span = 0
        self._back = 0
        self._team = False
        self._board: Board | None = None

    def body(self) -> ComposeResult:
        yield Lines((), id="report-heading")
        with Panel(_("Nøgletal"), hint=_("Enter viser borgerne bag · ? er ikke bekræftet"), id="figures-panel"):
            yield LineTable(self._columns(), header=True, id="figures")
        with Horizontal(id="report-below"):
            yield TextPanel(id="drawn")
            yield TextPanel(id="told")

    @staticmethod
    def _columns() -> tuple[Column, ...]:
        return (
            Column(_("Tal")),
            Column(_("Nu"), 16, fit=True),
            Column(_("Mål"), 12, fit=True),
            Column(_("Udvikling"), 14, from_width=76, fit=True),
            Column(_("Tendens"), 13, fit=True),
            Column(width=1),
        )

    def _period(self) -> Period:
        by, count, _name = present.SPANS[self._span]
        return window(self.shell.today, by, count, back=self._back)

    def reload(self) -> None:
        """Load and show anew; what is asked for is read on the screen's own thread."""
        self._asked = self._period(), present.SPANS[self._span][0], self._team
        super().reload()

    def load(self) -> Board:
        period, by, team = self._asked
        return self.shell.workspace.reporting.board(period, by=by, team=team)

    def show(self, loaded: Board) -> None:
        self._board = loaded
        self.query_one("#report-heading", Lines).show([present.heading(loaded, present.SPANS[self._span][2])])
        self.query_one("#figures", LineTable).set_rows(present.rows(loaded), empty=_("Ingen tal i perioden."))
        self._show_chosen()

    def _chosen(self) -> Figure | None:
        key = self.query_one("#figures", LineTable).cursor_key
        board = self._board
        return next((each for each in board.figures if each.id == key), None) if board is not None else None

    def _show_chosen(self) -> None:
        board, figure = self._board, self._chosen()
        if board is None:
            return
        drawn, told = self.query_one("#drawn", TextPanel), self.query_one("#told", TextPanel)
        trend = next((each for each in board.trends if figure is not None and each.id == figure.id), None)
        drawn.label(figure.label if figure is not None else "")
        told.label(_("Sådan er det talt"))
        drawn.show(present.drawn(trend, max(20, drawn.size.width - 4), 7))
        words = self.shell.workspace.context.rules.codes("placement_kind")
        told.show(present.told(figure, board, words))

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        """Another figure is under the cursor: draw it."""
        event.stop()
        self._show_chosen()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        """Enter: whom the figure is about."""
        event.stop()
        figure, board = self._chosen(), self._board
        if figure is None or board is None:
            return
        if board.team:
            self.shell.notice(_("Teamets tal på maskinen er ikke om enkelte borgere. t viser dine egne."))
            return
        self.run_service(
            lambda: self.shell.workspace.reporting.behind(figure.id, board.period),
            lambda found: self._show_behind(figure, found),
        )

    def _show_behind(self, figure: Figure, found: tuple[Counted, ...]) -> None:
        if not found:
            self.shell.notice(_("Bag det tal står der ingen borgere."))
            return
        dialog = BehindDialog(present.behind_title(figure, found), present.behind_rows(found, self.shell.names))
        self.shell.ask(dialog, lambda key: self.shell.go("borgerkort", found[int(key)].citizen_id))

    def action_earlier(self) -> None:
        """`←`: the period before."""
        self._back += 1
        self.reload()

    def action_later(self) -> None:
        """`→`: the period after, up to today."""
        if self._back:
            self._back -= 1
            self.reload()

    def action_steps(self) -> None:
        """Space: weeks, months, quarters."""
        self._span = (self._span + 1) % len(present.SPANS)
        self._back = 0
        self.reload()

    def action_team(self) -> None:
        """`t`: my figures, or those the team shares."""
        self._team = not self._team
        self.reload()

    def action_items(self) -> None:
        """`i`: the fidelity items; Enter on one rates it."""
        board = self._board
        if board is None or board.review is None:
            self.shell.notice(_("Punkterne tælles på dine egne tal. t viser dem."))
            return
        self.shell.ask(FidelityDialog(board.review), self._rate)

    def _rate(self, number: int) -> None:
        workspace = self.shell.workspace
        item = next(each for each in workspace.context.rules.fidelity if each.number == number)
        self.shell.ask(
            RateDialog(item, workspace.context.me.initials),
            lambda said: self.change(lambda: workspace.reporting.rate(number, said.score, said.reason, by=said.by)),
        )

    def action_copy(self) -> None:
        """`c`: the figures as text, small numbers hidden."""
        board = self._board
        if board is not None:
            reporting = self.shell.workspace.reporting
            self.run_service(lambda: reporting.copied(board.figures, board.period), self.shell.copy, group="copy")

    def action_export(self) -> None:
        """`e`: a report as a file."""
        self.shell.ask(ReportFileDialog(), self._write)

    def _write(self, leaving: Leaving) -> None:
        by, _count, _name = present.SPANS[self._span]
        period = self._board.period if self._board is not None else self._period()
        files = self.shell.workspace.report_files

        def write() -> ExportResult:
            from fieldtui.services.reportfiles import wanted

            how = wanted(leaving.form)
            try:
                if leaving.what == "trends":
                    return files.trends(period, how, by=by)
                return {"outcomes": files.outcomes, "fidelity": files.fidelity, "caseload": files.caseload}[
                    leaving.what
                ](period, how)
            except OSError:
                raise BadUsage(_("Filen kunne ikke skrives. Se, om der er plads, og prøv igen.")) from None

        self.run_service(write, self._written, group="change")

    def _written(self, result: ExportResult) -> None:
        self.shell.notice(
            _("Rapporten er skrevet i mappen {folder}: {file}.").format(
                folder=result.file.parent.name, file=result.file.name
            )
        )
