"""An app that speaks one notice at a time, and in which stray typing and pasting change nothing."""

from __future__ import annotations

from typing import Any, Final

from textual import events
from textual.widget import Widget
from textual.widgets import Input, TextArea

from fieldtui.base.clock import Clock
from fieldtui.base.errors import FieldtuiError
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.tui.guard import HOLD_SECONDS, BurstGuard
from fieldtui.tui.inorder import KeyOrder
from fieldtui.tui.quiet import QuietApp
from fieldtui.tui.shell import Notice, Severity
from fieldtui.tui.watch import Watch
from fieldtui.tui.widgets.content import plain_content
from fieldtui.tui.widgets.linetable import LineTable
from fieldtui.tui.widgets.secret import SecretField

_KEPT_NOTICES: Final = 200


class GuardedApp(QuietApp):
    """Every key and paste passes here first."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.notices: list[Notice] = []
        self._guard = BurstGuard()
        self._held: tuple[events.Key, Any] | None = None
        self._guard_spoke: float | None = None
        self._watch = Watch(clock)
        self._order = KeyOrder(self, self._in_turn, self._field)

    def notice(self, text: str, severity: Severity = "information", *, seconds: float = 8) -> None:
        """Say something for a few seconds, and keep it under F7. The text is data, never markup."""
        text = plain_content(text, multiline=True).plain
        self.notices.insert(0, Notice(self.clock.now(), text, severity))
        del self.notices[_KEPT_NOTICES:]
        self.clear_notifications()  # one at a time: they lie over the screen
        self.notify(text, severity=severity, timeout=seconds, markup=False)

    def fail(self, error: FieldtuiError) -> None:
        """Say what an error means for the person at the screen."""
        if not self._ending:
            self.notice(explain(error), "warning", seconds=12)

    def _in_field(self) -> bool:
        return isinstance(self.focused, (Input, TextArea, SecretField))

    def _field(self) -> Widget | None:
        return self.focused if self._in_field() else None

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)):
            self._watch.touch()
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            await self._order.take(event)
            return
        await super().on_event(event)

    async def _in_turn(self, event: events.Key | events.Paste) -> None:
        """Deliver a key or a paste, unless nobody meant it."""
        if isinstance(event, events.Key) and not self._in_field():
            at = event.time
            verdict = self._guard.offer(event.key, event.character, at, in_list=isinstance(self.focused, LineTable))
            if verdict == "drop":
                self._drop_held()
                return
            if self._held is not None and at - self._held[0].time >= HOLD_SECONDS:
                # Its timer is late on a busy machine: the key before this one was meant, and goes first.
                self._held[1].stop()
                await self._release_held()
            if verdict == "hold":
                self._held = (event, self.set_timer(HOLD_SECONDS, self._release_held))
                return
        if isinstance(event, events.Paste) and not self._in_field():
            self._pasted_nowhere()
            return
        await super().on_event(event)

    async def _release_held(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            await super().on_event(held[0])

    def _drop_held(self) -> None:
        if self._held is not None:
            self._held[1].stop()
            self._held = None
        self._pasted_nowhere()

    def _pasted_nowhere(self) -> None:
        now = self.clock.monotonic()
        if self._guard_spoke is None or now - self._guard_spoke > 3:
            self._guard_spoke = now
            self.notice(_("Det lignede indsat tekst. Intet er ændret."))

    def action_help_quit(self) -> None:
        """Ctrl+C outside a field: say how to leave."""
        self.notice(_("Ctrl+C kopierer i et felt. Du afslutter med Ctrl+Q og låser med Ctrl+L."))
