"""S17: whatever somebody with the database key does to the access log is found, and named by the entry; each with its control."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

import pytest

from fieldtui.base.errors import LogBroken
from fieldtui.services.workspace import Workspace
from fieldtui.store import accesslog
from fieldtui.store.accesslog import LogRow, mac_of
from tests.support.workspaces import add_citizen, make_workspace

COLUMNS: Final = ("at", "actor", "device", "action", "subject", "reason", "detail", "prev", "mac")
LENGTH: Final = 8
WRONG_KEY: Final = b"\x07" * 32
CHANGED_COLUMN: Final = (
    "UPDATE audit SET {column} = CASE WHEN coalesce({column}, '') = 'x' THEN 'y' ELSE 'x' END WHERE seq = 5"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A log of eight entries whose newest is anchored, with the triggers off as an attacker would have them."""
    with make_workspace(tmp_path_factory.mktemp("chain")) as workspace:
        citizen = add_citizen(workspace)
        for reason in ("samtale", "telefon", "brev", "møde", "opfølgning", "hjemmebesøg"):
            workspace.lookup.open_citizen(citizen, reason)
        yield workspace


@pytest.fixture
def cut(whole: Workspace) -> Iterator[sqlite3.Connection]:
    """The log with its triggers taken away; everything is put back afterwards."""
    with whole.store.transaction() as connection:
        connection.execute("SAVEPOINT attack")
        for trigger in ("audit_is_not_changed", "audit_is_not_cut"):
            connection.execute(f"DROP TRIGGER {trigger}")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK TO attack")
            connection.execute("RELEASE attack")


def first_broken(workspace: Workspace, connection: sqlite3.Connection, *, anchored: bool = True) -> int | None:
    """Number of the first entry that does not fit; `None` where the log passes for whole."""
    head = workspace.store.vault.audit_head
    seq, mac = (head.seq, head.mac) if anchored else (0, "")
    try:
        accesslog.verify(connection, workspace.store.vault.audit_key, anchored_seq=seq, anchored_mac=mac)
    except LogBroken as broken:
        return broken.entry
    return None


def test_the_log_passes_while_nobody_touched_it(whole: Workspace, cut: sqlite3.Connection) -> None:
    assert first_broken(whole, cut) is None
    assert whole.store.vault.audit_head.seq == LENGTH


@pytest.mark.parametrize("column", COLUMNS)
def test_one_changed_column_is_found(whole: Workspace, cut: sqlite3.Connection, column: str) -> None:
    cut.execute(CHANGED_COLUMN.format(column=column))
    assert first_broken(whole, cut) == 5


@pytest.mark.parametrize(
    ("attack", "entry"),
    [
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("UPDATE audit SET seq = 99 WHERE seq = 4", 4),
        ("UPDATE audit SET seq = -1 WHERE seq = 1", 1),
        (
            "INSERT INTO audit SELECT 9, at, actor, device, 'open', subject, reason, detail, mac, mac FROM audit WHERE seq = 8",
            9,
        ),
        (
            "REPLACE INTO audit SELECT 4, at, actor, device, action, subject, 'x', detail, prev, mac FROM audit WHERE seq = 4",
            4,
        ),
        ("DELETE FROM audit", 1),
    ],
    ids=["middle deleted", "first deleted", "moved back", "moved forward", "inserted", "replaced", "emptied"],
)
def test_deletions_insertions_and_moves_are_found(
    whole: Workspace, cut: sqlite3.Connection, attack: str, entry: int
) -> None:
    cut.execute(attack)
    assert first_broken(whole, cut) == entry


def test_two_entries_that_changed_places_are_found(whole: Workspace, cut: sqlite3.Connection) -> None:
    for old, new in ((4, 100), (5, 4), (100, 5)):
        cut.execute("UPDATE audit SET seq = ? WHERE seq = ?", (new, old))
    assert first_broken(whole, cut) == 4


def _rechained(connection: sqlite3.Connection, key: bytes) -> None:
    """Every entry under new MACs, as somebody would who knows how they are made."""
    prev = accesslog.FIRST_PREV
    for row in list(accesslog.rows(connection)):
        values = (row.at, row.actor, row.device, row.action, row.subject, row.reason, row.detail)
        made = LogRow(row.seq, *values, prev, "")
        mac = mac_of(key, made)
        connection.execute("UPDATE audit SET prev = ?, mac = ? WHERE seq = ?", (prev, mac, row.seq))
        prev = mac


@pytest.mark.parametrize("knows_the_key", [False, True])
def test_a_log_written_anew_is_found_without_the_key_and_by_the_anchor_with_it(
    whole: Workspace, cut: sqlite3.Connection, knows_the_key: bool
) -> None:
    cut.execute("UPDATE audit SET reason = 'en anden grund' WHERE seq = 5")
    _rechained(cut, whole.store.vault.audit_key if knows_the_key else WRONG_KEY)
    assert first_broken(whole, cut) == (LENGTH if knows_the_key else 1)
    assert (first_broken(whole, cut, anchored=False) is None) is knows_the_key, (
        "control: only the anchor tells this one"
    )


@pytest.mark.parametrize("last", range(LENGTH))
def test_a_cut_tail_is_found_by_the_anchor_and_by_nothing_else(
    whole: Workspace, cut: sqlite3.Connection, last: int
) -> None:
    cut.execute("DELETE FROM audit WHERE seq > ?", (last,))
    assert first_broken(whole, cut) == last + 1
    assert first_broken(whole, cut, anchored=False) is None, "control: without an anchor a cut tail passes"
