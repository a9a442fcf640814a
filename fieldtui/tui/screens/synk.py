"""Synk: what waits to be sent and why, and differences that only a person can settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.merge import ANNULLED
from fieldtui.domain.records import COLLECTIONS
from fieldtui.services.conflicts import ConflictRow
from fieldtui.services.done import Done
from fieldtui.services.standing import Status
from fieldtui.services.syncing import OutboxRow
from fieldtui.services.waiting import Correction
from fieldtui.tui.case_acts import CaseActs
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.dialogs.values import read_values, value_entry
from fieldtui.tui.keymap import CONTEXTS, FIND, HELP, QUICK, SYNC, UNDO, bindings, hints
from fieldtui.tui.presenters import conflicts as present
from fieldtui.tui.presenters import outbox
from fieldtui.tui.presenters.dates import clock, local, near
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.bars import HintBar
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines, Panel, TextPanel


@dataclass(frozen=True, slots=True)
class Loaded:
    """What Synk shows."""

    waiting: tuple[OutboxRow, ...]
    conflicts: tuple[ConflictRow, ...]
    status: Status
    last: datetime | None
    initials: dict[str, str]


class SyncScreen(CaseActs, ServiceScreen[Loaded]):
    """State, conflicts, and what waits."""

    context = "synk"
    first_focus = "#waiting"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["synk"])
    CSS = """
    #sync-top { height: 6; } #sync-state { width: 1fr; height: 6; } #conflicts-panel { width: 1fr; height: 6; }
    #conflict-panel { height: 1fr; min-height: 5; } #preview { height: 4; }
    #waiting-panel { height: 1fr; min-height: 4; }
    #waiting-why { height: auto; text-wrap: wrap; color: $dim; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._loaded: Loaded | None = None
        self._choices: dict[str, present.Choice] = {}
        self._had_conflicts = False

    def body(self) -> ComposeResult:
        with Horizontal(id="sync-top"):
            yield TextPanel(_("Synk"), hint=_("F5 synker · arbejd bare videre"), id="sync-state")
            with Panel(id="conflicts-panel"):
                yield LineTable(
                    (Column(width=1), Column(), Column(width=9)), id="conflicts", empty=_("Ingen konflikter. √")
                )
        with Panel(id="conflict-panel"):
            yield LineTable(self._columns(_("← Min"), _("→ Kontorets")), header=True, id="fields")
        yield TextPanel(_("Sådan bliver det"), hint=_("g gemmer"), id="preview")
        with Panel(id="waiting-panel"):
            columns = (Column(width=8), Column(width=10), Column(width=8, fit=True), Column(width=14), Column())
            yield LineTable(columns, id="waiting")
            yield Lines(id="waiting-why")

    @staticmethod
    def _columns(mine: str, theirs: str) -> tuple[Column, ...]:
        return (Column(_("Felt"), 15), Column(_("Før")), Column(mine), Column(theirs), Column(_("Valg"), 12))

    def load(self) -> Loaded:
        workspace = self.shell.workspace
        return Loaded(
            waiting=workspace.syncing.waiting(),
            conflicts=workspace.conflicts.list(),
            status=workspace.status(),
            last=workspace.syncing.last(),
            initials={person.id: person.initials for person in workspace.people},
        )

    def show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        known = {row.id for row in loaded.conflicts}
        self._choices = {key: choice for key, choice in self._choices.items() if key in known}
        names = self.shell.names
        self.query_one("#sync-state", TextPanel).show(self._state_lines(loaded))
        self.query_one("#conflicts", LineTable).set_rows(present.list_rows(loaded.conflicts, names))
        self.query_one("#conflicts-panel", Panel).label(_("Konflikter · {count}").format(count=len(loaded.conflicts)))
        rows = outbox.table_rows(loaded.waiting, names, self.shell.now(), self.shell.workspace.rules)
        some = bool(loaded.conflicts)
        empty = _("Alt er sendt. √") if some else _("Alt er sendt. Ingen konflikter. √")
        self.query_one("#waiting", LineTable).set_rows(rows, empty=empty)
        title = _("Venter på at blive sendt · {count}").format(count=len(rows))
        self.query_one("#waiting-panel", Panel).label(title, _("Enter åbner"))
        self._show_why()
        # The keys that choose between two versions mean nothing while there is nothing to choose.
        quiet = (HELP, FIND, SYNC, QUICK, UNDO)
        self.query_one(HintBar).show(hints(self.context, on_screen=True) if some else quiet)
        self.query_one("#conflict-panel").display = some
        self.query_one("#preview").display = some
        if some and not self._had_conflicts:
            self.query_one("#fields").focus()
        elif not some and self._had_conflicts:
            self.query_one("#waiting").focus()
        self._had_conflicts = some
        self._show_conflict()

    def _show_why(self) -> None:
        """Why the change under the cursor is not at the office."""
        row = self._waiting_row()
        under = self.query_one("#waiting-why", Lines)
        under.display = row is not None
        if row is not None:
            under.show([line(outbox.state(row), "  ", outbox.why(row, self.shell.now()))])

    def _waiting_row(self) -> OutboxRow | None:
        key = self.query_one("#waiting", LineTable).cursor_key
        return next((row for row in self._loaded.waiting if row.op_id == key), None) if self._loaded else None

    def _state_lines(self, loaded: Loaded) -> list[Line]:
        today = self.shell.today
        last = _("ikke synket endnu")
        if loaded.last is not None:
            last = f"{near(local(loaded.last).date(), today)} {clock(loaded.last)}"
        waiting = sum(row.state == "waiting" for row in loaded.waiting)
        stuck = len(loaded.waiting) - waiting
        lines = [
            line(_("Sidst synket: "), Piece(last, "bold")),
            line(_("Venter på at blive sendt: "), Piece(str(waiting), "bold")),
        ]
        if stuck:
            lines.append(line(Piece(_("× Afvist eller parkeret: {count}").format(count=stuck), "error")))
        lease = loaded.status.lease_until
        if lease is not None:
            lines.append(
                line(Piece(_("Kan arbejde uden net til {day}").format(day=near(local(lease).date(), today)), "dim"))
            )
        return lines

    # --- what was refused -------------------------------------------------------------------------------

    def _ask_about(self, row: OutboxRow) -> None:
        """What to do with a change that the office did not take."""
        ways = [
            ("correct", _("Ret den"), _("og send den igen")),
            ("again", _("Send den igen"), _("uændret; grunden kan være væk")),
            ("drop", _("Opgiv den"), _("og vis, hvad kontoret har")),
        ]
        if row.citizen_id is not None:
            ways.append(("open", _("Åbn borgerkortet"), ""))

        def chosen(way: str) -> None:
            if way == "correct":
                self._correct(row)
            elif way == "again":
                self._send_again(row)
            elif way == "drop":
                self.change(lambda: self.shell.workspace.waiting.give_up(row.op_id))
            elif row.citizen_id is not None:
                self.open_citizen(row.citizen_id)

        self.shell.ask(ChooseDialog(row.why, ways), chosen)

    def _send_again(self, row: OutboxRow) -> None:
        def waits(_rows: object) -> None:
            self.shell.refresh_soon()
            self.app.call_later(self.app.run_action, "app.sync")

        self.run_service(lambda: self.shell.workspace.waiting.retry(row.op_id), waits, group="change")

    def _correct(self, row: OutboxRow) -> None:
        """The record's own form, with what was refused in it."""
        workspace, today, rules = self.shell.workspace, self.shell.today, self.shell.workspace.rules

        def opened(correction: Correction) -> None:
            model = COLLECTIONS[correction.collection]

            def entries() -> tuple[Entry, ...]:
                return tuple(
                    value_entry(model, name, value, rules, today, wrong=name == row.field)
                    for name, value in correction.values.items()
                )

            def submit(values: dict[str, Any]) -> Outcome:
                return workspace.casework.update(correction.record_id, read_values(model, values, today))

            form = EntryForm(
                lambda: _("Ret: {what}").format(what=_(model.label)), entries, submit, note=lambda: row.why
            )
            self.shell.ask(form, self.shell.done)

        self.run_service(lambda: workspace.waiting.correction(row.op_id), opened)

    def action_send_again(self) -> None:
        """`i`: send what was refused once more."""
        row = self._waiting_row()
        if row is not None and row.state == "rejected":
            self._send_again(row)
        else:
            self.shell.notice(_("Vælg en afvist ændring under “Venter på at blive sendt”."))

    # --- the conflict under the cursor --------------------------------------------------------------

    def _record_rows(self) -> list[ConflictRow]:
        """The differences of the record that is chosen in the list."""
        key = self.query_one("#conflicts", LineTable).cursor_key
        return [row for row in self._loaded.conflicts if row.record_id == key] if self._loaded else []

    def _show_conflict(self) -> None:
        rows, loaded = self._record_rows(), self._loaded
        if not rows or loaded is None:
            return
        names, rules = self.shell.names, self.shell.workspace.rules
        table = self.query_one("#fields", LineTable)
        table.set_columns(self._columns(*present.whose(rows[0], loaded.initials, self.shell.today)))
        table.set_rows(present.field_rows(rows, self._choices, names, rules))
        count = _("1 felt") if len(rows) == 1 else _("{count} felter").format(count=len(rows))
        title = f"{present.record_title(rows[0], names)} · {count}"
        self.query_one("#conflict-panel", Panel).label(title, _("↑↓ felt · ←/→ vælg · b begge · e ret selv · g gem"))
        self._show_preview()

    def _show_preview(self) -> None:
        """What the record will say; and both sides whole where the columns cut them off."""
        rows, names, rules = self._record_rows(), self.shell.names, self.shell.workspace.rules
        kept = line(Piece(_("Intet bliver slettet: den anden version ligger i historikken, og z fortryder."), "dim"))
        shown = line("•••") if names.discreet else present.preview(rows, self._choices, rules)
        row = self._row()
        if row is not None and not names.discreet and present.is_long(row, rules):
            kept = present.whole(row, rules)
        self.query_one("#preview", TextPanel).show([shown, kept])

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if event.table.id == "conflicts":
            self.query_one("#fields", LineTable).action_first()
            self._show_conflict()
        elif event.table.id == "fields":
            self._show_preview()
        elif event.table.id == "waiting":
            self._show_why()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        if event.table.id == "conflicts":
            self.query_one("#fields").focus()
        elif event.table.id == "waiting":
            row = self._waiting_row()
            if row is not None and row.state == "rejected":
                self._ask_about(row)
            elif row is not None and row.citizen_id is not None:
                self.open_citizen(row.citizen_id)

    def chosen_citizen_id(self) -> str | None:
        """The citizen of the change or the conflict under the cursor."""
        waiting = self.query_one("#waiting", LineTable)
        if waiting.has_focus and self._loaded is not None:
            return next((row.citizen_id for row in self._loaded.waiting if row.op_id == waiting.cursor_key), None)
        rows = self._record_rows()
        return rows[0].citizen_id if rows else None

    def _row(self) -> ConflictRow | None:
        key = self.query_one("#fields", LineTable).cursor_key
        return next((row for row in self._record_rows() if row.id == key), None)

    def _take(self, choice: present.Choice) -> None:
        row = self._row()
        if row is None:
            return
        self._choices[row.id] = choice
        self._show_conflict()
        unsettled = [each.id for each in self._record_rows() if each.id not in self._choices]
        if unsettled:
            self.query_one("#fields", LineTable).go_to(unsettled[0])

    def action_take_mine(self) -> None:
        """←: my version of the field."""
        self._take(present.Choice("mine"))

    def action_take_theirs(self) -> None:
        """→: the office's version of the field."""
        self._take(present.Choice("theirs"))

    def action_take_both(self) -> None:
        """`b`: both, where the field is a list of words or a text."""
        row = self._row()
        choice = present.both(row) if row else None
        if choice is not None:
            self._take(choice)
        elif row is not None:
            self.shell.notice(
                _("“{field}” kan kun have én værdi. Vælg ← eller →, eller e for at skrive den selv.").format(
                    field=row.label
                )
            )

    def action_own_value(self) -> None:
        """`e`: another value than either; it is stored at once."""
        row = self._row()
        if row is None:
            return
        if row.fields == (ANNULLED,):
            self.shell.notice(_("Her kan du kun vælge ← din eller → kontorets."))
            return
        conflicts, today = self.shell.workspace.conflicts, self.shell.today
        model, rules = COLLECTIONS[row.collection], self.shell.workspace.rules

        def entries() -> tuple[Entry, ...]:
            return tuple(value_entry(model, name, row.theirs.get(name), rules, today) for name in row.fields)

        def submit(values: dict[str, Any]) -> Outcome:
            return conflicts.resolve(row.id, "value", read_values(model, values, today))

        form = EntryForm(lambda: _("Ret selv: {field}").format(field=row.label), entries, submit)
        self.shell.ask(form, self.shell.done)

    def action_stop_sync(self) -> None:
        """Esc: stop the sync under way; without one it does nothing."""
        self.shell.stop_sync()

    def action_save_solution(self) -> None:
        """`g`: store what has been chosen for this record."""
        rows = [row for row in self._record_rows() if row.id in self._choices]
        if not rows:
            self.shell.notice(_("Vælg ← din eller → kontorets først."))
            return
        self.change(lambda: self._settle(rows))

    def _settle(self, rows: Sequence[ConflictRow]) -> Outcome:
        done: Done | None = None
        for row in rows:
            choice = self._choices[row.id]
            done = self.shell.workspace.conflicts.resolve(row.id, choice.take, choice.value)
        if done is None:
            raise BadUsage(_("Vælg ← din eller → kontorets først."))
        if len(rows) > 1:
            return replace(done, message=_("{count} felter er afgjort.").format(count=len(rows)))
        return done
