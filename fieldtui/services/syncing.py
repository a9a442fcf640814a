"""Syncing as the front ends know it: one call, a truthful report, and what still waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import FieldtuiError, NotEnrolled, Revoked, Unreachable
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.services.context import Context
from fieldtui.services.protecting import protect
from fieldtui.services.shutout import Shutout
from fieldtui.services.waiting import OutboxRow, Waiting
from fieldtui.store.meta import MetaKey
from fieldtui.store.outbox import Outbox
from fieldtui.sync.engine import Engine
from fieldtui.sync.report import SyncProgress, SyncReport
from fieldtui.sync.route import Route
from fieldtui.sync.rules import fetch_rules
from fieldtui.sync.transport import Identity, Transport
from fieldtui.sync.turns import Turns
from fieldtui.vault import sync_lock
from fieldtui.vault.readonly import require_ordinary
from fieldtui.wire.keys import load_private_key, load_public_key
from fieldtui.wire.messages import PageStart

if TYPE_CHECKING:
    import httpx2

__all__ = ["OutboxRow", "SyncProgress", "SyncReport", "Syncing", "set_back_notice"]


def set_back_notice() -> str:
    """What a sync says that found out that the vault is an older copy, in the language in force."""
    return _(
        "Boksen var en ældre kopi end den, kontoret sidst hørte fra. Alt fra kontoret er hentet igen. Det, du havde skrevet "
        "og ikke sendt, kan mangle. Har du ikke selv lagt kopien tilbage, så ring til IT."
    )


class Syncing:
    """Brings one workspace up to date with the central system."""

    def __init__(self, context: Context, *, via: httpx2.BaseTransport | None = None) -> None:
        """Prepare; nothing is sent yet.

        Args:
            context: The workspace.
            via: Another way to the central system than over the network by its address.
        """
        self._context = context
        self._store = context.store
        self._via = via
        self._turns = Turns()
        self._under_way: Transport | None = None

    @property
    def address(self) -> str | None:
        """The central system's; `None` before enrolment."""
        return self._store.meta(MetaKey.SERVER_URL)

    def run(
        self,
        *,
        manual: bool = True,
        accept_mass_change: bool = False,
        dry_run: bool = False,
        on_progress: Callable[[SyncProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> SyncReport:
        """Sync once.

        Args:
            manual: A person asked for it: what rests for a while (attendance) goes now.
            accept_mass_change: Apply it even where more changes than looks right.
            dry_run: Say what would be sent and what would come, and change nothing here or there.
            on_progress: Told of each step, in this thread.
            cancelled: Asked between steps; what was done by then stays done. See also `cut`.

        Raises:
            NotEnrolled: There is no central system to sync with yet.
            BadUsage: The vault was opened to read only.
            Busy: Another sync of this vault is running.
            Unreachable, TlsRefused, UpgradeNeeded, ServerFault: Everything is kept; try again later.
            MassChange: Nothing of what came was applied.
            Revoked: This device is shut out; it is locked, and what was pending is kept in it.
        """
        require_ordinary(self._store.vault)
        with sync_lock(self._context.store.vault.folder), self._transport() as transport:
            engine = Engine(
                self._store,
                transport,
                manual=manual,
                accept_mass_change=accept_mass_change,
                on_progress=on_progress,
                cancelled=cancelled,
            )
            self._under_way = transport
            try:
                if dry_run:
                    return engine.preview()
                report = self._carry_out(engine)
                if report.finished:
                    self._fetch_rules(transport)
                return report
            finally:
                self._under_way = None

    def _carry_out(self, engine: Engine) -> SyncReport:
        """Sync, and do as the organisation's own key says, where it says something.

        Raises:
            Revoked: This device is shut out; it is locked, or wiped.
        """
        shutout = Shutout(self._context)
        heard: list[PageStart] = []

        def hear(start: PageStart) -> None:
            heard[:] = [start]
            shutout.hear(start)

        engine.on_start = hear
        try:
            report = engine.run()
        except Revoked as told:
            raise shutout.after(told) from None
        except FieldtuiError:
            protect(self._context)  # a page that told of a protection may be stored already
            raise
        protect(self._context)
        order = heard[0].wipe_order if heard else None
        if report.finished and order is not None and shutout.wants_wipe(order):
            raise shutout.obey(order)
        return report

    def _fetch_rules(self, transport: Transport) -> None:
        """New rule sets, once all work is safe. A sync that brought everything else is whole without them."""
        try:
            if fetch_rules(self._store, transport):
                self._context.look_for_rules()
        except Unreachable as failed:
            event("rules.not_fetched", error=type(failed).__name__)

    @contextmanager
    def asking(self) -> Iterator[Transport]:
        """The way to the central system, for something else than a sync.

        Raises:
            NotEnrolled: There is no central system to ask.
            Revoked: This device is shut out; it is locked.
        """
        with self._transport() as transport:
            try:
                yield transport
            except Revoked as told:
                raise Shutout(self._context).after(told) from None

    def cut(self) -> None:
        """From another thread: let the sync under way wait for nobody; with `cancelled` set it ends at once.

        Nothing is lost by it: what was on its way is sent again under the same op id.
        """
        transport = self._under_way
        if transport is not None:
            transport.cut()

    def rests(self) -> float | None:
        """Seconds until something that automatic sync lets rest may be sent; `None` where nothing rests."""
        now = self._context.clock.now()
        until = [
            (datetime.fromisoformat(entry.hold_until) - now).total_seconds()
            for entry in Outbox(self._store).all("waiting")
            if entry.hold_until is not None
        ]
        return min((seconds for seconds in until if seconds > 0), default=None)

    def last(self) -> datetime | None:
        """When a whole sync last finished."""
        text = self._store.meta(MetaKey.LAST_SYNC_AT)
        return datetime.fromisoformat(text).astimezone(COPENHAGEN) if text else None

    def waiting(self) -> tuple[OutboxRow, ...]:
        """Every change that is not on the server, in the order they were made."""
        return Waiting(self._context).list()

    def _transport(self) -> Transport:
        require_ordinary(self._store.vault)
        said = {
            key: self._store.meta(key)
            for key in (
                MetaKey.SERVER_URL,
                MetaKey.SERVER_KEY,
                MetaKey.DEVICE_KEY,
                MetaKey.KEY_ID,
                MetaKey.DEVICE_ID,
            )
        }
        url, server_key, device_key, key_id, device = said.values()
        if not (url and server_key and device_key and key_id and device):
            raise NotEnrolled
        return Transport(
            url,
            Identity(load_private_key(device_key), key_id, device),
            load_public_key(server_key),
            self._context.clock,
            timedelta(milliseconds=int(self._store.meta(MetaKey.CLOCK_OFFSET_MS) or 0)),
            self._via,
            Route(self._store.meta(MetaKey.CA_FILE), self._store.meta(MetaKey.PROXY)),
            turns=self._turns,
        )
