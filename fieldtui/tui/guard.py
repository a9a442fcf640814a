"""Burst guard: text typed or pasted into the wrong window must change nothing.

A key that writes a character is held for 45 ms when no text field has the focus. If another one follows within that
time, a person did not press them: all of them are dropped, until there is a pause.
"""

from __future__ import annotations

from typing import Final

HOLD_SECONDS: Final = 0.045
"""Shortest time between two keys that a hand presses on purpose; measured (docs: burst demo)."""
FREE: Final = frozenset({"j", "k"})
"""In a list they only move the cursor, and a held key repeats them fast."""
_WHITESPACE: Final = frozenset({"enter", "tab", "space", "backspace"})


class BurstGuard:
    """Decides, key by key, what happens to it. Times come from outside, in seconds."""

    def __init__(self) -> None:
        self._last_at: float | None = None
        self._last_free = False

    def offer(self, key: str, character: str | None, at: float, *, in_list: bool) -> str:
        """What to do with a key pressed outside a text field.

        Args:
            key: Textual's name of the key.
            character: What it writes, if anything.
            at: Seconds of a clock that never goes backwards.
            in_list: True where `j` and `k` only move a cursor.

        Returns:
            `pass` – deliver at once; `hold` – deliver after `HOLD_SECONDS` unless `drop` follows;
            `drop` – forget it and the one that is held.
        """
        writes = character is not None and character.isprintable()
        if not writes and key not in _WHITESPACE:
            return "pass"
        free = in_list and key in FREE
        quick = self._last_at is not None and at - self._last_at < HOLD_SECONDS
        only_moving = free and self._last_free
        self._last_at, self._last_free = at, free
        if quick and not only_moving:
            return "drop"
        return "pass" if free or key in _WHITESPACE else "hold"
