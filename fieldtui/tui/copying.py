"""An app from which text leaves to the clipboard only when somebody asks for that one text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fieldtui.base.clock import Clock
from fieldtui.base.i18n import _
from fieldtui.tui.clipboard import CLEAR_SECONDS, Clipboard, clipboard
from fieldtui.tui.guarded import GuardedApp

if TYPE_CHECKING:
    from textual.timer import Timer

    from fieldtui.services.copying import Copied


class CopyingApp(GuardedApp):
    """`copy` is the way out; Ctrl+C and Ctrl+X in a field stay inside fieldtui, and the mouse selects nothing."""

    ALLOW_SELECT = False

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._outside: Clipboard = clipboard(self._to_terminal, os.environ.get("TERM", ""))
        self._forgetting: Timer | None = None

    def copy_to_clipboard(self, text: str) -> None:
        """What Textual's fields do at Ctrl+C and Ctrl+X: kept for Ctrl+V here, and told to nobody outside."""
        self._clipboard = text

    def copy(self, copied: Copied) -> None:
        """Put one text into the system's clipboard, say so, and take it out again after a minute."""
        if self._ending:
            return
        if not self._outside.put(copied.text):
            self.notice(_("{what} kan ikke kopieres her.").format(what=copied.what), "warning")
            return
        if self._forgetting is not None:
            self._forgetting.stop()
        self._forgetting = self.set_timer(CLEAR_SECONDS, self._outside.forget)
        self.notice(
            _(
                "{what} er kopieret. Udklipsholderen tømmes om {seconds} sekunder, og når fieldtui låser. "
                "En udklipshistorik (i Windows Win+V) kan beholde en kopi."
            ).format(what=copied.what, seconds=CLEAR_SECONDS)
        )

    def leave_nothing(self) -> None:
        """Called before every end: what was copied is taken out of the clipboard."""
        super().leave_nothing()
        self._clipboard = ""
        self._outside.forget()

    def _to_terminal(self, text: str) -> None:
        if self._driver is not None:
            self._driver.write(text)
            self._driver.flush()
