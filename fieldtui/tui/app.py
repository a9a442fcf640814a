"""The app: keys that work everywhere, the bars' facts, language, locking, and endings that show no data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.screen import Screen

from fieldtui.base.clock import Clock, today
from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _, language, set_language
from fieldtui.base.ids import IdSource
from fieldtui.tui import preferences
from fieldtui.tui.acts import Acts
from fieldtui.tui.desktop import Desktop
from fieldtui.tui.endings import LockReason
from fieldtui.tui.keymap import GLOBAL, TAB_SCREENS, TABS, bindings, global_keys, tabs_of
from fieldtui.tui.locking import LockingApp
from fieldtui.tui.messages import HintPicked, TabPicked
from fieldtui.tui.presenters.lines import Piece
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.outbox import age
from fieldtui.tui.presenters.status import StatusFacts
from fieldtui.tui.routes import ROUTES, build, overlay
from fieldtui.tui.service_screen import Dialog, ServiceScreen, Serving
from fieldtui.tui.shell import Outcome
from fieldtui.tui.theme import DEFAULT, THEMES

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace

_DOUBLE_SECONDS: Final = 0.6


class FieldtuiApp(LockingApp):
    """fieldtui in a terminal. `run` answers with an `Ending`."""

    CSS_PATH = "fieldtui.tcss"
    TITLE = "fieldtui"  # the terminal's title is neutral: no names, ever
    NOTIFICATION_TIMEOUT = 8
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  as Textual declares it
        (0, "-lille"), (80, "-smal"), (100, "-normal"), (120, "-bred"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  as Textual declares it
        (0, "-lav"),
        (24, "-kort"),
        (30, "-hoej"),
        (40, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(GLOBAL),
        *(Binding(key, f"tab('{key}')", name, show=False) for key, _screen, name, _short in TABS),
    ]

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        ids: IdSource,
        workspace: Workspace | None = None,
        training: bool = False,
        start: str = "idag",
        desktop: Desktop | None = None,
    ) -> None:
        """Args:
        folder: The data folder.
        clock: Where time comes from.
        ids: Where ids come from.
        workspace: The open vault; without one the guide for the first start is shown.
        training: True for a demo with made-up citizens; said on every screen.
        start: The first screen.
        desktop: What hears of locked sessions, lids and sleep; `None` counts only what fieldtui sees itself.
        """
        super().__init__(clock, workspace, desktop=desktop)
        for theme in THEMES:
            self.register_theme(theme)
        wanted = preferences.load(folder).theme
        self.theme = wanted if wanted in self.available_themes else DEFAULT
        self.folder = folder
        self.ids = ids
        self.names = Names()
        self.facts = StatusFacts(now=clock.now(), training=training)
        self._start = start
        self._discreet_at = -1.0
        self._resumed = False
        self._unhide: Any = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of our own, for the moment before a theme is in force."""
        return dict(THEMES[0].variables)

    # --- the open vault ---------------------------------------------------------------------------

    @property
    def open_workspace(self) -> Workspace | None:
        """The open workspace, if there is one; whoever runs the app closes it."""
        return self._workspace

    @property
    def today(self) -> date:
        """The calendar day in Copenhagen."""
        return today(self.clock)

    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    def adopt(self, workspace: Workspace) -> None:
        """From now on this is the open vault: the guide just made or enrolled it."""
        self._workspace = workspace

    # --- start ------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        workspace = self._workspace
        if workspace is None or workspace.consultant is None or workspace.owes_code:
            self._show_guide()
        else:
            self.begin()

    def _show_guide(self) -> None:
        self.push_screen(overlay("velkommen:Welcome")())

    def begin(self) -> None:
        """Show the first screen of an enrolled vault; a second window on the same one only reads (decision 6)."""
        self.workspace.claim_window()
        self.watch_over()
        role = self.workspace.consultant.role if self.workspace.consultant else "consultant"
        self.facts = replace(self.facts, role=role)
        own = [screen for _key, screen, _name, _short in tabs_of(role)]
        outside = self._start in TAB_SCREENS and self._start not in own
        self.push_screen(build(own[0] if outside else self._start))
        self.refresh_soon()
        self.sync_by_itself()

    # --- facts, names, notices --------------------------------------------------------------------

    def refresh_soon(self) -> None:
        """Load status, names and the screens in view anew."""
        self._load_facts()
        self._reload_view()

    def _reload_view(self) -> None:
        if isinstance(self.screen, ServiceScreen) and self.screen.is_mounted:
            self.screen.reload()

    def _load_facts(self) -> None:
        if self._workspace is not None and self._workspace.consultant is not None and not self._ending:
            self.run_worker(self._fetch_facts, thread=True, group="facts", exit_on_error=True)

    def _fetch_facts(self) -> None:
        workspace = self.workspace
        try:
            status = workspace.status()
            oldest = workspace.waiting.oldest()
            people = [(row.id, row.short_name, row.call_code) for row in workspace.lookup.citizens(self.today)]
            drafts = len(workspace.drafts.unfinished())
            reads = workspace.store.reading_only is not None
            writing = None if self._resumed or reads else workspace.drafts.take_up()
            recovered = None if self._resumed else workspace.recovery_notice()
            self._resumed = True
            initials = workspace.consultant.initials if workspace.consultant else ""
        except FieldtuiError as error:
            self.tell(self.fail, error)
            return
        except ValueError:
            if workspace.is_open:  # else an order to wipe destroyed the vault meanwhile, and the app is about to end
                raise
            return
        if self._ending:
            return
        facts = {
            "last_sync_at": status.last_sync_at,
            "pending": status.pending,
            "waited": age(oldest, self.now(), workspace.rules) if oldest else Piece(""),
            "conflicts": status.conflicts,
            "rejected": status.rejected,
            "drafts": drafts,
            "read_only": status.lease.over or reads,
            "lease_days": status.lease.days_left if status.lease.warned else None,
            "initials": initials,
        }
        self.tell(self._take_facts, facts, people)
        if writing is not None:
            self.tell(self._go_on_writing, writing.key)
        if recovered is not None:
            self.tell(lambda said: self.notice(said, "warning", seconds=60), recovered)

    def _take_facts(self, facts: dict[str, Any], people: list[tuple[str, str, str | None]]) -> None:
        before = self.names
        self.follow_rules()
        self.names = Names.of(sorted(people), discreet=self.facts.discreet)
        self._set_facts(**facts)
        if before != self.names:
            self._reload_view()

    def _go_on_writing(self, key: str) -> None:
        """Open the note that was being written when the vault was locked."""
        if isinstance(self.screen, Acts) and not self._in_dialog():
            self.screen.open_draft(key)

    def _set_facts(self, **facts: Any) -> None:
        self.facts = replace(self.facts, now=self.now(), syncing=self._sync.running, **facts)
        for screen in self.screen_stack:
            if isinstance(screen, ServiceScreen):
                screen.show_facts()

    def done(self, outcome: Outcome) -> None:
        """After a change: say so, offer undo, load the screens anew, and let it be sent soon."""
        text = outcome.message + ("   " + _("z fortryder") if getattr(outcome, "command_id", "") else "")
        warnings = [f"! {warning}" for warning in outcome.warnings]
        self.notice(
            "\n".join([text, *warnings]), "warning" if warnings else "information", seconds=12 if warnings else 8
        )
        self.refresh_soon()
        self._send_soon()

    # --- moving about -----------------------------------------------------------------------------

    def go(self, name: str, *args: Any) -> None:
        """Show a screen of `routes.py`: tabs replace each other, cards lie on top."""
        if self._workspace is None or self._workspace.consultant is None:
            return
        if name in TAB_SCREENS:
            own = [screen for _key, screen, _name, _short in tabs_of(self.facts.role)]
            name = name if name in own else own[0]
            while len(self.screen_stack) > 2:
                self.pop_screen()
            if not args and getattr(self.screen, "context", "") == name:
                return
            self.switch_screen(build(name, *args))
        else:
            self.push_screen(build(name, *args))

    def action_tab(self, key: str) -> None:
        """A tab's key; the tabs are those of the person's role."""
        for known, screen, _name, _short in tabs_of(self.facts.role):
            if known == key and screen in ROUTES and not self._in_dialog():
                self.go(screen)

    def ask(self, dialog: Screen[Any], answered: Callable[[Any], None]) -> None:
        """Show a dialog; `answered` runs with its answer unless it was left with `None`."""
        self.push_screen(dialog, lambda answer: answered(answer) if answer is not None else None)

    def _in_dialog(self) -> bool:
        return not isinstance(self.screen, ServiceScreen)

    def on_tab_picked(self, message: TabPicked) -> None:
        """A click on a tab."""
        self.go(message.screen)

    def on_hint_picked(self, message: HintPicked) -> None:
        """A click in the footer is the key itself."""
        self.simulate_key(message.key)

    def action_help(self) -> None:
        """F1: help for this screen."""
        if not self._in_dialog():
            self.push_screen(overlay("hjaelp:Help")(getattr(self.screen, "context", "")))

    def action_messages(self) -> None:
        """F7: everything the app said, with undo."""
        if not self._in_dialog():
            self.push_screen(overlay("beskeder:Messages")())

    def action_find(self) -> None:
        """Ctrl+P: people, companies, notes and actions."""
        if not self._in_dialog():
            self.push_screen(overlay("soeg:Find")(getattr(self.screen, "context", "")))

    def action_quick_add(self) -> None:
        """`+`: one line of Danish becomes an appointment, a task or a registration."""
        if not self._in_dialog() and self._has("quick_add"):
            self.ask(overlay("hurtig:QuickAdd")(), self.done)

    # --- undo -------------------------------------------------------------------------------------

    def action_undo(self) -> None:
        """Undo the last own change."""
        self._step(self.workspace.undo.undo, _("Der er ikke noget at fortryde."))

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self._step(self.workspace.undo.redo, _("Der er ikke noget at gentage."))

    def _has(self, action: str) -> bool:
        """True where the person's role has the key."""
        return any(key.action == action for key in global_keys(self.facts.role))

    def _step(self, call: Callable[[], Outcome | None], nothing: str) -> None:
        screen = self.screen
        if not isinstance(screen, ServiceScreen) or self._workspace is None or not self._has("undo"):
            return

        def stepped(outcome: Outcome | None) -> None:
            if outcome is None:
                self.notice(nothing)
                return
            self.notice(outcome.message)
            self.refresh_soon()
            self._send_soon()

        screen.run_service(call, stepped, group="change")

    # --- discreet, language -----------------------------------------------------------------------

    def action_discreet(self) -> None:
        """F6: the first press always hides the names; a second within 600 ms locks and blanks the screen."""
        now = self.clock.monotonic()
        quick, self._discreet_at = now - self._discreet_at < _DOUBLE_SECONDS, now
        if self._unhide is not None:
            self._unhide.stop()
            self._unhide = None
        if quick:
            self.lock(LockReason.ASKED)
        elif self.facts.discreet:
            self._unhide = self.set_timer(_DOUBLE_SECONDS, lambda: self._show_names(hidden=False))
        else:
            self._show_names(hidden=True)

    def _show_names(self, *, hidden: bool) -> None:
        self.names = replace(self.names, discreet=hidden)
        self._set_facts(discreet=hidden)
        for screen in self.screen_stack:
            if isinstance(screen, ServiceScreen) and screen.is_mounted:
                screen.reload()  # those below too: they are seen when a dialog closes
            elif isinstance(screen, Dialog):
                screen.cover(hidden)

    def action_language(self) -> None:
        """F9: Danish ↔ English, at once and everywhere."""
        set_language("en" if language() == "da" else "da")
        preferences.remember(self.folder, language=language())
        for screen in self.screen_stack:
            if isinstance(screen, Serving):
                screen.call_later(screen.speak)  # in its own pump: rebuilding from another one can wait for itself

    def action_theme(self) -> None:
        """The next colours: dark, light, high contrast."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else DEFAULT
        preferences.remember(self.folder, theme=self.theme)
