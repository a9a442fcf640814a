"""What the simulation must notice: one guarantee taken away at a time.

`make simulate BREAK=forgetful-server` plays the seeds against a broken protocol, in the weather that brings it out, and
names those in which a promise was broken; `make simulate BREAK=all` names the first seed for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, Final

import pytest
from sqlalchemy import Connection, select, update

from fieldtui.central import gate, ledger, pushing
from fieldtui.central.database import Sequence
from fieldtui.central.schema import organisation
from fieldtui.domain.merge import Merged
from fieldtui.store import inbox, purge
from fieldtui.store.inbox import Applied, Inbox, Page
from fieldtui.store.meta import MetaKey
from fieldtui.store.resetting import Resetting
from fieldtui.store.writing import Writer
from fieldtui.sync.engine import Engine
from tests.simulation import office
from tests.simulation.scene import Stage

Breakage = Callable[[Stage], AbstractContextManager[None]]


@contextmanager
def _theirs_always_wins(_stage: Stage) -> Iterator[None]:
    """The merge drops what this laptop's person changed."""

    def merge(_model: Any, _base: Any, _mine: Any, theirs: Mapping[str, Any]) -> Merged:
        return Merged(dict(theirs), (), changed_from_theirs=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "merge", merge)
        yield


@contextmanager
def _mine_always_wins(_stage: Stage) -> Iterator[None]:
    """The merge drops what others changed, and asks nobody."""

    def merge(_model: Any, _base: Any, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
        return Merged(dict(mine), (), changed_from_theirs=mine != theirs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "merge", merge)
        yield


@contextmanager
def _server_forgets_operations(_stage: Stage) -> Iterator[None]:
    """The central system does not remember what it answered: what comes twice is judged twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pushing._Batch, "remember", lambda _batch: None)
        yield


@contextmanager
def _retries_under_a_new_id(_stage: Stage) -> Iterator[None]:
    """A laptop whose answer was lost sends the same change again as another one."""
    original = Engine._finish_interrupted

    def finish(engine: Engine, report: Any) -> None:
        with engine._store.transaction() as connection:
            for (seq,) in connection.execute("SELECT seq FROM outbox WHERE in_flight = 1").fetchall():
                connection.execute("UPDATE outbox SET op_id = ? WHERE seq = ?", (engine._store.ids.new(), seq))
        original(engine, report)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_finish_interrupted", finish)
        yield


@contextmanager
def _seq_before_commit(stage: Stage) -> Iterator[None]:
    """Numbers are taken on a connection of their own and committed at once, as a database sequence does."""
    database = stage.database

    class Early(Sequence):
        def __init__(self, connection: Connection, org_id: str) -> None:
            self._connection, self._org_id = connection, org_id
            self._first = self._last = 0
            self.incarnation, self.left_at = connection.execute(
                select(organisation.c.incarnation, organisation.c.left_at).where(organisation.c.org_id == org_id)
            ).one()
            database.lock_played(connection)

        def next(self) -> int:
            with database._engine.begin() as apart:
                apart.info["turn"] = database.unwatched()
                self._last = apart.execute(
                    update(organisation)
                    .where(organisation.c.org_id == self._org_id)
                    .values(seq=organisation.c.seq + 1)
                    .returning(organisation.c.seq)
                ).scalar_one()
            return self._last

        def store(self, **also: Any) -> None:
            if also:
                self._connection.execute(
                    update(organisation).where(organisation.c.org_id == self._org_id).values(**also)
                )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "Sequence", Early)
        yield


@contextmanager
def _base_not_kept(_stage: Stage) -> Iterator[None]:
    """While an edit waits, what comes from the office is taken for what the edit was made on."""
    original = Inbox._merge

    def merge(self: Inbox, connection: Any, line: Any, row: Any, entry: Any, _base: Any, base_annulled: Any) -> Applied:
        return original(self, connection, line, row, entry, dict(line.body), base_annulled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Inbox, "_merge", merge)
        yield


@contextmanager
def _cursor_before_page(_stage: Stage) -> Iterator[None]:
    """A page's cursor is stored in a transaction before the page's."""
    original = Inbox.apply_page

    def apply_page(self: Inbox, page: Page, *, cursor: str | None) -> Applied:
        self._store.set_meta(MetaKey.CURSOR, page.next)
        return original(self, page, cursor=cursor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Inbox, "apply_page", apply_page)
        yield


@contextmanager
def _purge_without_asking(_stage: Stage) -> Iterator[None]:
    """What leaves is purged although something of it still waits or is undecided."""

    def purgeable(store: Any) -> tuple[str, ...]:
        with store.reading() as connection:
            return tuple(scope for (scope,) in connection.execute("SELECT scope FROM leaving ORDER BY seq"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(purge, "purgeable", purgeable)
        yield


@contextmanager
def _outbox_apart_from_record(_stage: Stage) -> Iterator[None]:
    """An edit's outbox entry is written in a transaction of its own, after the record's."""
    original = Writer._send

    def send(self: Writer, *given: Any, **how: Any) -> None:
        connection = self._connection
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        original(self, *given, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writer, "_send", send)
        yield


@contextmanager
def _synced_too_early(_stage: Stage) -> Iterator[None]:
    """ "Last synced" moves when a sync begins."""
    original = Engine._sync

    def sync(self: Engine, report: Any) -> None:
        self._remember_whole_sync(report)
        original(self, report)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_sync", sync)
        yield


@contextmanager
def _restored_unnoticed(_stage: Stage) -> Iterator[None]:
    """A restored central system goes on as the same one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office, "renew_incarnations", lambda _connection, _ids: 0)
        yield


@contextmanager
def _loss_unsaid(_stage: Stage) -> Iterator[None]:
    """A restored central system says that it knows the cursor no more, and not that it has lost anything."""
    original = Resetting.begin
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Resetting, "begin", lambda self, _kept_seq: original(self, None))
        yield


@contextmanager
def _pushed_over_a_restore(_stage: Stage) -> Iterator[None]:
    """A restored central system takes changes of revisions that it no longer has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pushing, "require_same_life", lambda *_given, **_how: None)
        yield


@contextmanager
def _revoked_let_in(_stage: Stage) -> Iterator[None]:
    """A revoked device is answered like any other."""
    original = gate._device_named
    with pytest.MonkeyPatch.context() as patch:

        def named(connection: Any, key_id: str) -> Any:
            known = original(connection, key_id)
            return None if known is None else replace(known, revoked=False)

        patch.setattr(gate, "_device_named", named)
        yield


BREAKAGES: Final[Mapping[str, Breakage]] = {
    "theirs-always-wins": _theirs_always_wins,
    "mine-always-wins": _mine_always_wins,
    "forgetful-server": _server_forgets_operations,
    "new-id-on-retry": _retries_under_a_new_id,
    "seq-before-commit": _seq_before_commit,
    "base-not-kept": _base_not_kept,
    "cursor-before-page": _cursor_before_page,
    "purge-without-asking": _purge_without_asking,
    "outbox-apart": _outbox_apart_from_record,
    "synced-too-early": _synced_too_early,
    "restored-unnoticed": _restored_unnoticed,
    "loss-unsaid": _loss_unsaid,
    "pushed-over-a-restore": _pushed_over_a_restore,
    "revoked-let-in": _revoked_let_in,
}
