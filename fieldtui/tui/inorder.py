"""Keys take effect in the order they were pressed, also where the machine is slower than the hand.

Textual hands a key to the widget that has the focus when the key is read, and moves the focus later, in the widget's own
queue. What was typed right behind a Tab would so land in the field that was left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

_MOVES: Final = frozenset({"tab", "shift+tab", "enter", "escape", "ctrl+s"})
"""Keys after which another field may have the focus."""
_HIDES: Final = "f6"
"""Hiding waits for nothing."""
_URGENT: Final = frozenset({"ctrl+l", "ctrl+q"})
_PATIENCE_SECONDS: Final = 1.0
"""What is typed is handed on at last, whatever a handler is waiting for."""
_SHORT_PATIENCE_SECONDS: Final = 0.05
"""Locking and leaving wait for what was typed before them, but not longer."""


class KeyOrder:
    """Holds keys back while the one before them may still move the focus."""

    def __init__(
        self,
        app: App[Any],
        deliver: Callable[[events.Key | events.Paste], Awaitable[None]],
        field: Callable[[], Widget | None],
    ) -> None:
        """Args:
        app: Whose keys they are.
        deliver: Hands one on; called on the app's own queue.
        field: The field that has the focus, or none.
        """
        self._app = app
        self._deliver = deliver
        self._field = field
        self._held: deque[events.Key | events.Paste] = deque()
        self._fence = 0
        self._standing = False

    async def take(self, event: events.Key | events.Paste) -> None:
        """Deliver a key, or what was pasted, when its turn has come."""
        if isinstance(event, events.Key) and event.key == _HIDES:
            await self._deliver(event)
            return
        self._held.append(event)
        await self._hand_on()

    async def _hand_on(self, *, waited: bool = False) -> None:
        while self._held and not self._standing:
            field, event = self._field(), self._held[0]
            key = event.key if isinstance(event, events.Key) else ""
            behind = field is not None and field.message_queue_size > 0
            if behind and not waited and key and not event.is_printable:  # type: ignore[union-attr]
                # A key that commands (Ctrl+S) waits until what was typed before it stands in the field.
                patience = _SHORT_PATIENCE_SECONDS if key in _URGENT else _PATIENCE_SECONDS
                self._stand(cast("Widget", field), rounds=1, patience=patience)
                return
            waited = False
            self._held.popleft()
            await self._deliver(event)
            if key in _MOVES and field is not None:
                # Twice: what the key makes the field say (that it was submitted) goes the same way behind it.
                self._stand(field, rounds=2, patience=_PATIENCE_SECONDS)

    def _stand(self, field: Widget, *, rounds: int, patience: float) -> None:
        self._standing = True
        self._fence += 1
        number = self._fence
        self._follow(field, field, number, rounds=rounds)
        self._app.set_timer(patience, lambda: self._open(number))

    def _follow(self, pump: DOMNode, start: DOMNode, number: int, *, rounds: int) -> None:
        """Queue up behind the key in one widget after the other, as it bubbles."""

        async def passed() -> None:
            if pump is not self._app:
                self._follow(pump.parent or self._app, start, number, rounds=rounds)
            elif rounds > 1:
                self._follow(start if start.is_running else self._app, start, number, rounds=rounds - 1)
            else:
                await self._open(number)

        if not pump.call_later(passed):
            self._app.call_later(self._open, number)

    async def _open(self, number: int) -> None:
        if number == self._fence and self._standing:
            self._standing = False
            await self._hand_on(waited=True)
