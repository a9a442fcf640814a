"""An app that locks: by itself, with the machine, and when asked. What is written is kept first, and nothing is painted after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from textual.screen import Screen

from fieldtui.base.clock import Clock
from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.tui.desktop import Desktop
from fieldtui.tui.endings import ENDING_OF, Ending, LockReason
from fieldtui.tui.sending import SendingApp
from fieldtui.tui.service_screen import Serving
from fieldtui.tui.watch import BEAT_SECONDS, WARN_SECONDS, Pulse, Watch, idle_minutes_of

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace

BLANK = "\x1b[0m\x1b[2J\x1b[3J\x1b[H"
"""Default colours, an empty screen, and no line kept of this (the alternate) screen where a terminal keeps some."""


class Parting(Protocol):
    """What ends the process around the app; `parting.py` has the real one."""

    def begin(self, ending: Ending) -> None:
        """The end has begun: from now on it must not take long, whatever else is under way."""
        ...

    def finish(self, ending: Ending) -> None:
        """The screen is blank and drafts are kept: close the vault and end. May return where the app ends by itself."""
        ...


class LockingApp(SendingApp):
    """Watches for reasons to lock, and ends the process that holds the open vault."""

    def __init__(self, clock: Clock, workspace: Workspace | None, *, desktop: Desktop | None) -> None:
        """Args:
        clock: Where time comes from.
        workspace: The open vault, if there is one already.
        desktop: What hears the machine; `None` counts only what fieldtui sees itself.
        """
        super().__init__(clock, workspace)
        self._desktop = desktop
        self._parting: Parting | None = None
        self._started: Callable[[], None] = lambda: None
        self._pulse = Pulse(clock.monotonic)
        self._watch = Watch(clock, pulse=self._pulse)
        self._guarding = False
        self._running_loop: asyncio.AbstractEventLoop | None = None

    def begin_with(self, parting: Parting, *, started: Callable[[], None]) -> None:
        """Called before the app runs.

        Args:
            parting: What ends the process around it; without one the app only ends itself.
            started: Called on the screens' own thread when the app has the terminal.
        """
        self._parting = parting
        self._started = started

    def on_mount(self) -> None:
        self._running_loop = asyncio.get_running_loop()
        self.set_interval(BEAT_SECONDS, self._heartbeat)
        self._started()

    def watch_over(self) -> None:
        """A caseload is on the screen: from now on whatever is a reason to lock does."""
        if self._guarding:
            return
        self._guarding = True
        self._pulse = Pulse(self.clock.monotonic)
        self._watch = Watch(self.clock, pulse=self._pulse)
        self.follow_rules()
        self._pulse.begin()
        if self._desktop is not None:
            self._desktop.begin(lambda reason: self.soon(lambda: self.lock(reason)))

    def follow_rules(self) -> None:
        """Take the idle time from the rules; a sync may have brought others."""
        self._watch.allow(idle_minutes_of(self.workspace.rules.value("session.idle_minutes", self.clock.now().date())))

    def soon(self, call: Any) -> None:
        """Run something on the screens' own thread at once; from any thread, and from a signal's handler."""
        loop = self._running_loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closed: the app has ended already
                loop.call_soon_threadsafe(call)

    def write_out(self) -> None:
        """Wait until everything that was to be written is on the terminal; nothing can be written by Textual after."""
        if self._driver is not None:
            self._driver.close()

    # --- reasons ----------------------------------------------------------------------------------

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Every picture passes here: none after the end has begun, and none after the machine slept."""
        if self._ending:
            return
        if self._guarding and self._watch.slept():
            self.lock(LockReason.ASLEEP)
            return
        super()._display(screen, renderable)

    def look_around(self) -> None:
        """The process goes on after it was stopped: lock before anything else where that was long."""
        if self._guarding and not self._ending and self._watch.slept():
            self.lock(LockReason.ASLEEP)

    def _heartbeat(self) -> None:
        if self._ending or not self._guarding:
            return
        verdict = self._watch.beat(self._desktop.untouched() if self._desktop is not None else None)
        if verdict.lock is not None:
            self.lock(verdict.lock)
        elif verdict.warn:
            self.notice(
                _("Låser om {seconds} sekunder. Tryk på en tast for at blive.").format(seconds=WARN_SECONDS), "warning"
            )
        elif self.clock.now().minute != self.facts.now.minute:
            self._set_facts()

    def action_lock(self) -> None:
        """Ctrl+L: lock now."""
        if self._workspace is not None:
            self.lock(LockReason.ASKED)

    def lock(self, reason: LockReason) -> None:
        """Blank the screen, keep what is being written, and end this process so that its memory goes with it."""
        self._end(ENDING_OF[reason])

    def action_leave(self) -> None:
        """Ctrl+Q: leave. Asks only while a sync is under way."""
        if not self._sync.running:
            self._end(Ending.LEFT)
            return
        from fieldtui.tui.dialogs.ask import ConfirmDialog

        dialog = ConfirmDialog(
            _("Afslut mens der synkes?"),
            _("Det, der ikke er sendt endnu, er gemt og sendes næste gang."),
            _("Ja, afslut"),
        )
        self.ask(dialog, lambda yes: self._end(Ending.LEFT) if yes else None)

    def leave_at_once(self) -> None:
        """The terminal is gone or the machine shuts down: keep what is written, and end."""
        self._end(Ending.LEFT)

    # --- the end ----------------------------------------------------------------------------------

    def _end(self, ending: Ending) -> None:
        if self._ending:
            return
        self._ending = True
        if self._parting is not None:
            self._parting.begin(ending)
        if self._driver is not None:
            self._driver.write(BLANK)
            self._driver.flush()
        self.leave_nothing()
        self._pulse.end()
        self._sync.end()
        for screen in self.screen_stack:
            if isinstance(screen, Serving):
                with suppress(FieldtuiError):  # a full disk must not keep the vault open; the draft before is there
                    screen.save_now()
        if self._parting is not None:
            self._parting.finish(ending)
        if self._desktop is not None:
            self._desktop.end()
        self.exit(int(ending))
