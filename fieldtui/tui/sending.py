"""An app that syncs behind its screens, and says so only where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from fieldtui.base.clock import Clock
from fieldtui.base.errors import Busy, FieldtuiError, MassChange, NotEnrolled, Revoked, Unreachable, Wiped
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.tui.background import BackgroundSync, Ran
from fieldtui.tui.backing import DayBackup
from fieldtui.tui.copying import CopyingApp
from fieldtui.tui.dialogs.ask import ConfirmDialog
from fieldtui.tui.endings import Ending, LockReason
from fieldtui.tui.presenters import brake
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.status import StatusFacts, progress_text
from fieldtui.tui.service_screen import ServiceScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from fieldtui.services.autosync import AutoSync
    from fieldtui.services.syncing import SyncProgress
    from fieldtui.services.workspace import Workspace

_TICK_SECONDS: Final = 1.0
"""How often the schedule is asked; it costs microseconds."""
_REVOKED_SECONDS: Final = 6
"""How long the sentence stands before a revoked device locks."""


class SendingApp(CopyingApp):
    """Sync by itself and on F5; what the app above does with facts and locks it says itself."""

    facts: StatusFacts
    names: Names

    def __init__(self, clock: Clock, workspace: Workspace | None) -> None:
        super().__init__(clock)
        self._workspace = workspace
        self._auto: AutoSync | None = None
        self._sync_trouble: type[FieldtuiError] = Unreachable
        self._sync = BackgroundSync(
            lambda: self.workspace.syncing,
            on_done=lambda ran: self.tell(self._synced, ran),
            on_error=lambda error, manual: self.tell(self._not_synced, error, manual),
            on_fault=lambda fault: self.tell(self.fault, fault),
            on_progress=lambda step: self.tell(self._progressed, step),
        )

    @property
    def workspace(self) -> Workspace:
        """The open workspace."""
        if self._workspace is None:
            raise RuntimeError("no workspace yet")
        return self._workspace

    def lock(self, reason: LockReason) -> None:
        """End this process and lock."""
        raise NotImplementedError

    def refresh_soon(self) -> None:
        """Load status, names and the screens in view anew."""
        raise NotImplementedError

    def ask(self, dialog: Screen[Any], answered: Callable[[Any], None]) -> None:
        """Show a dialog; `answered` runs with its answer unless it was left with `None`."""
        raise NotImplementedError

    def _set_facts(self, **facts: Any) -> None:
        raise NotImplementedError

    def _load_facts(self) -> None:
        raise NotImplementedError

    # --- begin and stop ---------------------------------------------------------------------------

    def sync_by_itself(self) -> None:
        """From now on the schedule is followed: when a network appears, after edits, and every quarter of an hour.

        The day's backup is made by itself too.
        """
        if (reads := self.workspace.store.reading_only) is not None:
            self.notice(reads, "warning", seconds=60)
            return
        from fieldtui.services.autosync import AutoSync

        self._auto = AutoSync(self.clock)
        self._auto.url = self.workspace.syncing.address
        self.set_interval(_TICK_SECONDS, self._sync_tick)
        DayBackup(self).begin()

    def _sync_tick(self) -> None:
        if self._auto is not None and not self._ending and self._auto.is_due():
            self._begin_sync(manual=False)

    def _begin_sync(self, *, manual: bool, accept_mass_change: bool = False) -> bool:
        if self._auto is None or self._ending:
            return False
        if not self._sync.start(manual=manual, accept_mass_change=accept_mass_change):
            return False
        self._auto.began()
        self._set_facts(progress="")
        return True

    def action_sync(self) -> None:
        """F5: sync now, in the background."""
        if self._workspace is not None and self._workspace.read_only is not None:
            self.notice(self._workspace.read_only, "warning")
        elif self._auto is not None and not self._begin_sync(manual=True):
            self.notice(_("Der synkes allerede. Arbejd bare videre, eller stop den med Esc på 7 Synk."))

    def action_stop_sync(self) -> None:
        """Stop the sync under way, if there is one."""
        if not self.stop_sync():
            self.notice(_("Der synkes ikke lige nu."))

    def stop_sync(self) -> bool:
        """Stop the sync under way; what is not sent stays, and goes with the next one. False where none is under way."""
        if self._auto is None or not self._sync.stop():
            return False
        self._auto.stopped()
        self._set_facts(progress="")
        self.notice(_("Synk er stoppet. Det, der ikke er sendt, er gemt og sendes ved næste synk."))
        return True

    def _send_soon(self) -> None:
        if self._auto is not None:
            self._auto.changed()

    # --- what came of it --------------------------------------------------------------------------

    def _progressed(self, step: SyncProgress) -> None:
        if self._sync.running:
            self._set_facts(progress=progress_text(step.stage, step.done, step.total))

    def _synced(self, ran: Ran) -> None:
        report = ran.report
        if ran.stopped:
            self._set_facts(progress="")
            self.refresh_soon()
            return
        if self._auto is not None:
            self._auto.ended(report, ran.rests)
        self._set_facts(online=True, progress="")
        self._sync_trouble = Unreachable
        if ran.manual or report.conflicts or report.rejected:
            counts = _("Synket: {pulled} ind, {pushed} ud").format(pulled=report.pulled, pushed=report.pushed)
            if report.errands:
                counts += " · " + _("overdragelser og svar: {count}").format(count=report.errands)
            if report.conflicts:
                counts += " · " + _("▲ konflikter: {count}, se 7 Synk").format(count=report.conflicts)
            if report.rejected:
                counts += " · " + _("× afvist: {count}, se 7 Synk").format(count=report.rejected)
            if not report.finished:
                counts += " · " + _("ikke færdig, fortsætter om lidt")
            self.notice(counts)
        if report.set_back:
            from fieldtui.services.syncing import set_back_notice

            self.notice(set_back_notice())
        self.refresh_soon()

    def _not_synced(self, error: FieldtuiError, manual: bool) -> None:
        if isinstance(error, Wiped):
            self._end_wiped(error)
            return
        if self._auto is not None:
            self._auto.failed(error)
        self._set_facts(online=not isinstance(error, Unreachable) and self.facts.online, progress="")
        if isinstance(error, Revoked):
            self.fail(error)
            self.set_timer(_REVOKED_SECONDS, lambda: self.lock(LockReason.ASKED))
        elif isinstance(error, MassChange):
            self._ask_about(error, manual=manual)
        elif manual or not isinstance(error, (Unreachable, Busy, NotEnrolled, self._sync_trouble)):
            self.fail(error)
        self._sync_trouble = type(error)  # said once, not every quarter of an hour
        self._load_facts()

    def _end_wiped(self, error: Wiped) -> None:
        """There is no vault any more: nothing can be loaded or saved. End at once, and say why on the terminal that is left."""
        self._ending = True
        self._sync.end()
        self.exit(int(Ending.LEFT), message=Text(clean(explain(error), multiline=True)))

    def _ask_about(self, error: MassChange, *, manual: bool) -> None:
        """Whoever pressed F5 is asked now; a sync that began by itself takes nobody's keys and only says that it waits."""
        if not manual or not isinstance(self.screen, ServiceScreen):
            if manual or self._sync_trouble is not MassChange:
                self.notice(brake.told(error), "warning")
            return

        def answered(yes: bool) -> None:
            if yes:
                self._begin_sync(manual=True, accept_mass_change=True)
            else:
                self.notice(_("Intet er ændret. Ring til din leder, hvis det ikke passer."))

        self.ask(
            ConfirmDialog(brake.question(error), brake.consequence(error, self.names), _("Ja, det passer")), answered
        )
