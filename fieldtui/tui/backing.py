"""Today's backup, behind the screens: some time after unlocking, and again on the day after where nobody locked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import Busy, FieldtuiError
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.tui.background import aside

if TYPE_CHECKING:
    from fieldtui.tui.sending import SendingApp

AFTER_SECONDS: Final = 20.0
"""After unlocking: not while the first screens are drawn and the first sync runs."""
EVERY_SECONDS: Final = 900.0


class DayBackup:
    """Makes the day's backup of an app's vault in a daemon thread; a lock does not wait for it."""

    def __init__(self, app: SendingApp) -> None:
        self._app = app
        self._under_way = threading.Lock()

    def begin(self) -> None:
        """From now on look whether one is due."""
        self._app.set_timer(AFTER_SECONDS, self.look)
        self._app.set_interval(EVERY_SECONDS, self.look)

    def look(self) -> None:
        """Make it in the background where it is due."""
        if self._app.ending or not self._under_way.acquire(blocking=False):
            return
        aside(
            self._once,
            on_done=lambda sentence: self._app.tell(self._say, sentence),
            on_error=lambda error: event("backup.waits", cause=type(error).__name__),
            on_fault=self._failed,
        )

    def _failed(self, fault: Exception) -> None:
        if self._app.ending:
            event("backup.cut", cause=type(fault).__name__)  # the vault was closed under it, as it may be
        else:
            self._app.tell(self._app.fault, fault)

    def _once(self) -> str | None:
        """Make it; returns what a person must be told."""
        from fieldtui.services.backing import Backing

        backing = Backing(self._app.workspace.context)
        try:
            backing.daily()
        except Busy:
            return None  # the vault is closing, or another fieldtui is at it
        except FieldtuiError as error:
            if not backing.tell_of_failure():
                return None
            return _("Dagens sikkerhedskopi kunne ikke laves. {why}").format(why=explain(error))
        finally:
            self._under_way.release()
        return None

    def _say(self, sentence: str | None) -> None:
        if sentence is not None:
            self._app.notice(sentence, "warning", seconds=15)
