"""An app that syncs behind its screens, and says so only where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fieldtui.base.clock import Clock
from fieldtui.base.errors import Busy, FieldtuiError, NotEnrolled, Revoked, Unreachable
from fieldtui.base.i18n import _
from fieldtui.tui.background import AFTER_CHANGE_SECONDS, BackgroundSync
from fieldtui.tui.endings import LockReason
from fieldtui.tui.guarded import GuardedApp
from fieldtui.tui.presenters.status import StatusFacts

if TYPE_CHECKING:
    from fieldtui.services.syncing import SyncReport
    from fieldtui.services.workspace import Workspace

_REVOKED_SECONDS: Final = 6
"""How long the sentence stands before a revoked device locks."""


class SendingApp(GuardedApp):
    """Sync by itself and on F5; what the app above does with facts and locks it says itself."""

    facts: StatusFacts

    def __init__(self, clock: Clock, workspace: Workspace | None) -> None:
        super().__init__(clock)
        self._workspace = workspace
        self._sync_timer: Any = None
        self._sync_trouble: type[FieldtuiError] = Unreachable
        self._sync = BackgroundSync(
            lambda: self.workspace.syncing,
            on_report=lambda report, manual: self.tell(self._synced, report, manual),
            on_error=lambda error, manual: self.tell(self._not_synced, error, manual),
            on_fault=lambda fault: self.tell(self.fault, fault),
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

    def _set_facts(self, **facts: Any) -> None:
        raise NotImplementedError

    def _load_facts(self) -> None:
        raise NotImplementedError

    def action_sync(self) -> None:
        """F5: sync now, in the background."""
        if self._workspace is None or self._workspace.consultant is None:
            return
        if self._sync.start(manual=True):
            self._set_facts()
        else:
            self.notice(_("Der synkes allerede. Arbejd bare videre."))

    def _send_soon(self) -> None:
        if self._sync_timer is not None:
            self._sync_timer.stop()
        self._sync_timer = self.set_timer(AFTER_CHANGE_SECONDS, self._sync_by_itself)

    def _sync_by_itself(self) -> None:
        if self._workspace is not None and self._workspace.consultant is not None and not self._ending:
            self._sync.start(manual=False)
            self._set_facts()

    def _synced(self, report: SyncReport, manual: bool) -> None:
        self._set_facts(online=True)
        self._sync_trouble = Unreachable
        if manual or report.conflicts or report.rejected:
            counts = _("Synket: {pulled} ind, {pushed} ud").format(pulled=report.pulled, pushed=report.pushed)
            if report.conflicts:
                counts += " · " + _("▲ konflikter: {count}, se 7 Synk").format(count=report.conflicts)
            if report.rejected:
                counts += " · " + _("× afvist: {count}, se 7 Synk").format(count=report.rejected)
            self.notice(counts)
        self.refresh_soon()

    def _not_synced(self, error: FieldtuiError, manual: bool) -> None:
        self._set_facts(online=not isinstance(error, Unreachable) and self.facts.online)
        if isinstance(error, Revoked):
            self.fail(error)
            self.set_timer(_REVOKED_SECONDS, lambda: self.lock(LockReason.ASKED))
        elif manual or not isinstance(error, (Unreachable, Busy, NotEnrolled, self._sync_trouble)):
            self.fail(error)
        self._sync_trouble = type(error)  # said once, not every quarter of an hour
        self._load_facts()
