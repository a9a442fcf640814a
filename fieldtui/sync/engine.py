"""One sync: pull, merge, push, purge; again while pushing meets a newer revision, at most five times.

No transaction is open while the network is waited for. Killed at any moment it loses nothing and sends nothing
twice: a page is applied with its cursor or not at all, and a change is marked before it is sent and sent again under
the same op id until it is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Final
from urllib.parse import urlencode

from fieldtui.base.clock import today
from fieldtui.base.errors import ServerFault, Unreachable
from fieldtui.base.log import event
from fieldtui.store.contact import keep_contact, read_contact, write_contact
from fieldtui.store.inbox import Applied, Inbox, Page
from fieldtui.store.lease import believe_clock
from fieldtui.store.meta import MetaKey
from fieldtui.store.outbox import Entry, Outbox
from fieldtui.store.purge import purge
from fieldtui.store.store import Store
from fieldtui.sync.brake import check_mass_change, holds_nothing
from fieldtui.sync.errands import send_errands
from fieldtui.sync.logs import due_entries
from fieldtui.sync.pages import Forgotten, check_progress, parse_page
from fieldtui.sync.plan import batches, in_order, log_weight, op_of
from fieldtui.sync.report import Stage, SyncProgress, SyncReport
from fieldtui.sync.results import read_results
from fieldtui.sync.saying import unsent
from fieldtui.sync.transport import Transport
from fieldtui.wire.messages import (
    AUDIT_HEADER,
    PAGE_LINES,
    Accepted,
    Limits,
    LogEntry,
    PageStart,
    Parked,
    PushRequest,
    Rejected,
    Stale,
)

ROUNDS: Final = 5
_SKEW_KEPT: Final = timedelta(seconds=2)


class _Cancelled(Exception):
    """The person stopped the sync between two steps."""


class Engine:
    """Carries out syncs of one store over one transport."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        *,
        manual: bool = True,
        accept_mass_change: bool = False,
        on_progress: Callable[[SyncProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        """Prepare.

        Args:
            store: What is brought up to date.
            transport: How the central system is reached.
            manual: A person asked: changes that rest for a while go now.
            accept_mass_change: A person looked at it and wants it.
            on_progress: Told of each step; called in this thread.
            cancelled: Asked between steps.
        """
        self._store = store
        self._transport = transport
        self._manual = manual
        self._accept_mass_change = accept_mass_change
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._inbox = Inbox(store)
        self._outbox = Outbox(store)
        self._limits = Limits()
        self._contact: dict[str, str] = {}
        self._held_bytes = 0
        self._headers = self._audit_head()
        self.on_start: Callable[[PageStart], None] = lambda _start: None
        """Told of a page's first line before the page is applied, as often as it takes until it is."""

    def run(self) -> SyncReport:
        """Sync. Errors of the network leave everything that was done so far in force.

        Raises:
            Unreachable, TlsRefused, ServerFault, UpgradeNeeded, Revoked: As `Transport`.
            MassChange: Nothing of what came was applied.
            DiskFull, Busy: Nothing of the step at hand was stored.
        """
        report = SyncReport()
        began = self._store.clock.monotonic()
        try:
            self._sync(report)
        except _Cancelled:
            report.finished = False
        except Unreachable:
            # Whoever stops a sync may cut its connection; that is no trouble with the network.
            if self._cancelled is None or not self._cancelled():
                raise
            report.finished = False
        finally:
            self._account(report, began)
            self._keep_offset()
        return report

    def preview(self) -> SyncReport:
        """What a sync would send and bring; nothing is changed here or there.

        Raises:
            Unreachable, TlsRefused, ServerFault, UpgradeNeeded, Revoked: As `Transport`.
        """
        report = SyncReport()
        began = self._store.clock.monotonic()
        cursor = self._store.meta(MetaKey.CURSOR)
        pages: list[tuple[Page, str | None]] = []
        asked: set[str | None] = set()
        self._held_bytes = 0
        while not pages or pages[-1][0].more:
            asked.add(cursor)
            page = self._fetch(cursor)
            if isinstance(page, Forgotten):
                cursor, pages, self._held_bytes = None, [], 0
                continue
            check_progress(page, asked, self._held_bytes)
            pages.append((page, cursor))
            cursor = page.next
        try:
            with self._store.transaction():
                for page, came_after in pages:
                    self._count(report, self._inbox.apply_page(page, cursor=came_after))
                report.pushed = len(in_order(self._outbox.sendable(manual=self._manual)))
                raise _Cancelled
        except _Cancelled:
            report.finished = True
        self._account(report, began)
        return report

    # --- steps --------------------------------------------------------------------------------

    def _sync(self, report: SyncReport) -> None:
        self._finish_interrupted(report)
        for _ in range(ROUNDS):
            self._pull(report)
            again = self._push(report)
            if not (send_errands(self._store, self._transport, self._headers, report) or again):
                report.finished = True
                break
        self._check_cancelled()
        report.purged = purge(self._store)
        if report.purged:
            self._progress("purge", report.purged, report.purged)
        if report.finished:
            self._remember_whole_sync(report)

    def _finish_interrupted(self, report: SyncReport) -> None:
        """Ask first about what was sent and never answered: merging before that would compare with ourselves."""
        if self._inbox.resetting.under_way():
            return  # the central system may be another than it was sent to; what it has of it is told by what it sends
        for batch in batches(in_order(self._outbox.unanswered()), self._limits):
            self._check_cancelled()
            self._send(batch, (), report)
            if self._inbox.resetting.under_way():
                return

    def _pull(self, report: SyncReport) -> None:
        cursor = self._store.meta(MetaKey.CURSOR)
        with self._store.reading() as connection:
            at_once = self._accept_mass_change or holds_nothing(connection)
        held: list[tuple[Page, str | None]] = []
        asked: set[str | None] = set()
        self._held_bytes = 0
        while True:
            self._check_cancelled()
            asked.add(cursor)
            page = self._fetch(cursor)
            self._hear_of_being_behind(report)
            if isinstance(page, Forgotten):
                if None in asked:
                    raise ServerFault("cursor-reset")
                self._inbox.resetting.begin(page.kept_seq)
                cursor, held, self._held_bytes = None, [], 0
                continue
            check_progress(page, asked, 0 if at_once else self._held_bytes)
            held.append((page, cursor))
            cursor, more = page.next, page.more
            del page  # else two pages are in memory while the next one is read
            if at_once:
                self._apply(held, report)
            if not more:
                break
        if held:
            with self._store.reading() as connection:
                check_mass_change(connection, [page for page, _asked in held], day=today(self._store.clock))
            self._apply(held, report)
        if self._inbox.resetting.under_way():
            report.merged += self._inbox.resetting.finish()

    def _apply(self, held: list[tuple[Page, str | None]], report: SyncReport) -> None:
        while held:
            page, asked = held.pop(0)
            self._count(report, self._inbox.apply_page(page, cursor=asked))
            self._progress("pull", report.pulled, None)

    def _fetch(self, cursor: str | None) -> Page | Forgotten:
        """One page, unless the central system no longer knows the cursor.

        Raises:
            ServerFault: It does not know "from the start" either.
        """
        query = {"limit": str(PAGE_LINES)} if cursor is None else {"cursor": cursor, "limit": str(PAGE_LINES)}
        answer = self._transport.get(f"/v1/changes?{urlencode(query | unsent(self._store))}", self._headers)
        if answer.problem is not None:
            if answer.problem.name == "cursor-reset" and cursor is not None:
                event("sync.cursor_reset")
                return Forgotten(answer.problem.kept_seq)
            raise ServerFault(answer.problem.name)
        page = parse_page(answer.body)
        self._held_bytes += len(answer.body)
        self._limits = page.start.limits
        self.on_start(page.start)
        self._contact = {
            MetaKey.LEASE_UNTIL: page.start.lease_until,
            MetaKey.LEASE_WARN_AFTER: page.start.lease_warn_after,
        }
        return page

    def _push(self, report: SyncReport) -> bool:
        """Send what may be sent; true where something is to be sent again: it met a newer revision, or came meanwhile."""
        entries = in_order(self._outbox.sendable(manual=self._manual))
        log = due_entries(self._store, alone=not entries)
        if not entries:
            while log:
                self._check_cancelled()
                self._send((), log, report)
                if self._inbox.resetting.under_way():
                    return True
                log = due_entries(self._store, alone=False)
            return False
        done = 0
        room = max(1, self._limits.bytes - log_weight(log))
        for batch in batches(entries, Limits(ops=self._limits.ops, bytes=room)):
            self._check_cancelled()
            self._send(batch, log, report)
            if self._inbox.resetting.under_way():
                return True
            log = ()
            done += len(batch)
            self._progress("push", done, len(entries))
        return bool(self._outbox.sendable(manual=self._manual))

    # --- a request ----------------------------------------------------------------------------

    def _send(self, batch: tuple[Entry, ...], log: tuple[LogEntry, ...], report: SyncReport) -> None:
        batch = self._outbox.mark_in_flight(batch)
        if not batch and not log:
            return
        cursor = self._store.meta(MetaKey.CURSOR)
        request = PushRequest(ops=tuple(op_of(entry) for entry in batch), log=log, cursor=cursor)
        body = request.model_dump_json().encode()
        answer = self._transport.post(f"/v1/changes?{urlencode(unsent(self._store, batch))}", body, self._headers)
        if answer.problem is not None:
            if answer.problem.name == "too-large":
                self._send_smaller(batch, log, report)
                return
            if answer.problem.name == "cursor-reset" and not self._inbox.resetting.under_way():
                # Restored from a backup since the pull: what was to be sent must meet what is there now first.
                event("sync.cursor_reset")
                self._inbox.resetting.begin(answer.problem.kept_seq)
                return
            raise ServerFault(answer.problem.name)
        response = read_results(answer.body, batch)
        with self._store.transaction():
            answered = tuple(zip(batch, response.results, strict=True))
            report.pushed += self._outbox.accept_all((each, how) for each, how in answered if isinstance(how, Accepted))
            for entry, result in answered:
                if not isinstance(result, Accepted):
                    self._answered(entry, result, report)
            if log:
                # Never past what was sent: whoever answers must not be able to silence the log.
                self._store.set_meta(MetaKey.LOG_SENT, str(log[-1].seq))

    def _send_smaller(self, batch: tuple[Entry, ...], log: tuple[LogEntry, ...], report: SyncReport) -> None:
        """Halves of what was too large for one request; one change that is too large alone stays, with the reason."""
        if log and batch:
            self._send(batch, (), report)
        elif len(batch) > 1:
            half = len(batch) // 2
            self._send(batch[:half], (), report)
            self._send(batch[half:], (), report)
        elif batch:
            self._outbox.reject(batch[0], Rejected(op_id=batch[0].op_id, type="too-large", detail=""))
            report.rejected += 1
        else:
            raise ServerFault("too-large")

    def _answered(self, entry: Entry, result: Stale | Rejected | Parked, report: SyncReport) -> None:
        if isinstance(result, Stale):
            self._outbox.came_too_late(entry)
            self._count(report, self._inbox.apply_record(result.current))
        elif isinstance(result, Rejected):
            self._outbox.reject(entry, result)
            report.rejected += 1
        else:
            self._outbox.park(entry, result)
            report.pushed += 1

    # --- the end ------------------------------------------------------------------------------

    def _remember_whole_sync(self, report: SyncReport) -> None:
        """Move "last synced"; into the tables only where the sync brought or took something."""
        now = self._store.clock.now().astimezone(UTC).isoformat(timespec="seconds")
        values = {str(MetaKey.LAST_SYNC_AT): now, **{str(key): value for key, value in self._contact.items()}}
        if report.pushed or report.pulled or report.merged or report.conflicts or report.rejected or report.purged:
            with self._store.transaction() as connection:
                keep_contact(connection, values)
                self._store.audit("sync", detail=f"{report.pushed}/{report.pulled}/{report.purged}")
        self._keep_contact(values)
        believe_clock(self._store)

    def _keep_contact(self, values: dict[str, str]) -> None:
        vault = self._store.vault
        known = read_contact(vault.folder, vault.audit_key)
        write_contact(vault.folder, vault.audit_key, {**known, **values}, durable=False)

    def _account(self, report: SyncReport, began: float) -> None:
        traffic = self._transport.traffic
        report.requests = traffic.requests
        report.bytes_sent = traffic.sent
        report.bytes_received = traffic.received
        report.seconds = self._store.clock.monotonic() - began
        report.pending = self._outbox.waiting()
        report.cursor = self._store.meta(MetaKey.CURSOR)
        report.server_time_skew_seconds = self._transport.offset.total_seconds()
        event(
            "sync.ended",
            finished=report.finished,
            pushed=report.pushed,
            pulled=report.pulled,
            conflicts=report.conflicts,
            requests=report.requests,
            seconds=round(report.seconds, 3),
        )

    def _keep_offset(self) -> None:
        known = timedelta(milliseconds=int(self._store.meta(MetaKey.CLOCK_OFFSET_MS) or 0))
        if abs(self._transport.offset - known) > _SKEW_KEPT:
            milliseconds = round(self._transport.offset.total_seconds() * 1000)
            self._store.set_meta(MetaKey.CLOCK_OFFSET_MS, str(milliseconds))

    @staticmethod
    def _count(report: SyncReport, applied: Applied) -> None:
        report.pulled += applied.records
        report.merged += applied.merged
        report.conflicts += applied.conflicts

    def _progress(self, stage: Stage, done: int, total: int | None) -> None:
        if self._on_progress is not None:
            self._on_progress(SyncProgress(stage, done, total))

    def _check_cancelled(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise _Cancelled

    def _audit_head(self) -> dict[str, str]:
        head = self._store.vault.audit_head
        return {AUDIT_HEADER: self._store.vault.anchor_token} if head.seq else {}

    def _hear_of_being_behind(self, report: SyncReport) -> None:
        """Where the central system proves that this vault is an older copy: write it down, say so, and count on from there."""
        told = self._transport.anchor
        if told is None or report.set_back or not self._store.vault.heard_of(told):
            return
        event("sync.set_back")
        report.set_back = True
        self._store.audit("vault.found", detail="RolledBack/central")
        self._headers = self._audit_head()
