"""An app that ends without showing anything about anybody: no traceback, no picture of the screen, no palette of strangers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from textual.app import App, SystemCommand
from textual.screen import Screen

from fieldtui.tui.crashes import report_crash, sentence_for
from fieldtui.tui.widgets.content import plain_content


class QuietApp(App[int]):
    """What Textual would tell of a fault holds local variables; this tells a number."""

    ENABLE_COMMAND_PALETTE = False
    _ending: bool = False

    @property
    def ending(self) -> bool:
        """True once the app is about to end: nothing new is begun."""
        return self._ending

    def fault(self, error: Exception) -> None:
        """A thread failed in a way nobody foresaw: end without showing data."""
        self._handle_exception(error)

    def tell(self, callback: Callable[..., Any], *args: Any) -> None:
        """Called in any thread: run something on the screens' own thread soon; dropped once the app has ended."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            self.call_later(callback, *args)

    def leave_nothing(self) -> None:
        """Called once before every end that leaves time for it: take back what was put outside this process."""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Refused: no program is started for an address, whoever wrote it."""
        del url, new_tab

    def _handle_exception(self, error: Exception) -> None:
        """End with an error number. Neither the message nor a local variable is shown: they may hold personal data."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        if self._ending:
            self._close_messages_no_wait()
            return
        self._ending = True
        self.leave_nothing()
        sentence = sentence_for(report_crash(error))
        self._exit_renderables.append(plain_content(sentence).plain)
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._handle_exception(RuntimeError())

    def panic(self, *renderables: Any) -> None:
        """Textual's way of ending with a message; ours shows only an error number."""
        del renderables
        self._handle_exception(RuntimeError())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None: Ctrl+P is ours, and nothing offers a screenshot."""
        del screen
        return ()

    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> None:
        """Refused: a picture of the screen holds citizens' data and would lie unencrypted on the disk."""
        del filename, path, time_format

    def save_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> NoReturn:
        """Refused, as `deliver_screenshot`."""
        del filename, path, time_format
        raise PermissionError("screenshots are off")

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Refused, as `deliver_screenshot`."""
        del filename, path
