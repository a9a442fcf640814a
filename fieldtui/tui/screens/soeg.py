"""Find alt (Ctrl+P): people, companies, notes and actions in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, Key, bindings, global_keys, tabs_of
from fieldtui.tui.presenters.dates import short
from fieldtui.tui.presenters.finding import ALSO, Target, rows, split_prefix
from fieldtui.tui.routes import ROUTES
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.widgets.fields import CleanInput
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Lines

if TYPE_CHECKING:
    from fieldtui.services.lookup import SearchHit

_PAUSE_SECONDS: Final = 0.3
"""Notes are searched when the hands rest: each such search is written to the access log."""
_LEAST: Final = 3
_MOST_HITS: Final = 20
_THEME: Final = "!theme"
_STOP_SYNC: Final = "!stop-sync"
_EXPORT: Final = "eksport"
_HANDING: Final = "overdragelser"


class Find(Dialog[None]):
    """Typing narrows down; Enter opens or does what stands under the cursor."""

    context = "find"
    AUTO_FOCUS = "#find-text"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["find"])

    def __init__(self, came_from: str) -> None:
        """`came_from` is the context whose keys are offered as actions."""
        super().__init__()
        self._came_from = came_from
        self._targets: list[Target] = []
        self._hits: list[Target] = []
        self._timer: Any = None

    def heading(self) -> str:
        return _("Find alt")

    def footing(self) -> str:
        return _("@ borger · v: virksomhed · > handling")

    def body(self) -> ComposeResult:
        yield CleanInput(placeholder=_("Navn, virksomhed, ord i et notat, eller en handling …"), id="find-text")
        yield LineTable(
            (Column(width=30), Column(), Column(width=8)), id="found", empty=_("Intet fundet. Prøv et andet ord.")
        )
        yield Lines((_("Søger kun på din egen maskine. Ingen Å på tastaturet? “aa” virker også."),), classes="hint")

    def _actions(self) -> list[Target]:
        role = self.shell.facts.role
        keys: list[Key] = [
            *CONTEXTS.get(self._came_from, ()), *(key for key in global_keys(role) if key.action != "find")
        ]  # fmt: skip
        found = [
            Target(
                "action", key.names[0], _(key.label), also=f"{key.label} {ALSO.get(key.action, '')}", right=_(key.show)
            )
            for key in keys
        ]
        found += [
            Target("action", key, _(name), also=name, right=key)
            for key, screen, name, _short in tabs_of(role)
            if screen in ROUTES
        ]
        if role == "consultant":
            found.append(
                Target("action", _EXPORT, _("Eksport: lister over aftaler"), also="export lists reception receptionen")
            )
            found.append(
                Target("action", _HANDING, _("Overdragelser og parkeret"), also="overdrag hand over transfer parked")
            )
        found.append(Target("action", _THEME, _("Skift farver"), also="tema colours theme"))
        found.append(Target("action", _STOP_SYNC, _("Stop synk"), also="afbryd annullér cancel sync stop"))
        return found

    def set_out(self) -> None:
        self._targets = self._actions()
        self._refresh()
        self.run_service(self._load, self._loaded, group="load")

    def _load(self) -> list[Target]:
        lookup, today = self.shell.workspace.lookup, self.shell.today
        names = self.shell.names
        people = [
            Target(
                "citizen",
                row.id,
                names.show(row.id, row.short_name),
                names.text(row.job),
                "" if names.discreet else row.full_name,
                row.status,
            )
            for row in lookup.citizens(today)
        ]
        companies = [
            Target(
                "company",
                row.id,
                row.name,
                " · ".join(part for part in (row.place, row.trade, row.relation) if part),
                " ".join((*row.other_names, *row.cvr, *row.p_numbers)),
            )
            for row in lookup.companies(today)
        ]
        return [*people, *companies]

    def _loaded(self, targets: list[Target]) -> None:
        self._targets = [*targets, *self._actions()]
        self._refresh()

    def _refresh(self) -> None:
        text = self.query_one("#find-text", Input).value
        table = self.query_one("#found", LineTable)
        found = rows([*self._targets, *self._hits], text)
        table.set_rows(found)
        first = next((row.key for row in found if row.key), None)
        if first is not None:
            table.go_to(first)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._refresh()
        if self._timer is not None:
            self._timer.stop()
        wanted, words = split_prefix(event.value)
        if wanted is None and len(words) >= _LEAST and not self.shell.names.discreet:
            self._timer = self.set_timer(_PAUSE_SECONDS, lambda: self._search(words))
        else:
            self._hits = []

    def _search(self, words: str) -> None:
        self.run_service(lambda: self.shell.workspace.lookup.search(words, _MOST_HITS), self._searched, group="load")

    def _searched(self, hits: Sequence[SearchHit]) -> None:
        self._hits = [
            Target(
                "record",
                f"{hit.citizen_id or ''}/{hit.record_id}",
                hit.title,
                hit.snippet,
                also=self._typed(),
                right=short(hit.day) if hit.day else "",
            )
            for hit in hits
            if hit.collection not in {"citizen", "company"}
        ]
        self._refresh()

    def _typed(self) -> str:
        return self.query_one("#find-text", Input).value

    def on_key(self, event: events.Key) -> None:
        """Arrow keys move in the list while the field has the focus; headings are skipped."""
        table = self.query_one("#found", LineTable)
        if event.key not in {"up", "down", "pageup", "pagedown"} or table.has_focus:
            return
        event.stop()
        step = -1 if event.key in {"up", "pageup"} else 1
        at = table.cursor + step * (8 if event.key.startswith("page") else 1)
        while 0 <= at < len(table.rows) and not table.rows[at].key:
            at += step
        if 0 <= at < len(table.rows):
            table.cursor = at

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#found", LineTable).action_choose()

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        kind, _colon, key = event.key.partition(":")
        if not kind:
            return
        self.dismiss(None)
        if key == _THEME:
            self.app.call_later(self.app.run_action, "app.theme")
            return
        if key == _STOP_SYNC:
            self.app.call_later(self.app.run_action, "app.stop_sync")
            return
        if key in {_EXPORT, _HANDING}:
            self.app.call_later(self.shell.go, key)
            return
        if kind == "action":
            self.app.call_later(self.app.simulate_key, key)
            return
        citizen_id = key.partition("/")[0] if kind == "record" else key
        if kind == "company" and "virksomhedskort" in ROUTES:
            self.app.call_later(self.shell.go, "virksomhedskort", key)
        elif kind != "company" and citizen_id and "borgerkort" in ROUTES:
            self.app.call_later(self.shell.go, "borgerkort", citizen_id)
