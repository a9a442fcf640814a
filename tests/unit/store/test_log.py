"""The access log shows every look and change, and shows when it was tampered with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldtui.base.errors import DiskFull, LogBroken, WrongPassphrase
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.sync.logs import due_entries
from tests.support.vaults import OTHER_PHRASE, phrase
from tests.support.workspaces import MH, add_citizen, make_workspace, reopen


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = make_workspace(tmp_path)
    yield opened
    opened.close()


def cheat(workspace: Workspace, *statements: str) -> None:
    """What somebody with the key and a database tool would do."""
    with workspace.store.transaction() as connection:
        for trigger in ("audit_is_not_changed", "audit_is_not_cut"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)


def test_opening_revealing_and_changing_are_logged_with_whom_it_is_about(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, cpr="670265-1234")
    workspace.lookup.open_citizen(citizen, "samtale")
    assert workspace.lookup.reveal(citizen, "cpr", "brev") == "670265-1234"
    workspace.casework.write_note(citizen, "hemmelig tekst")
    entries = workspace.store.log_entries(subject=citizen)
    assert [(entry.action, entry.reason) for entry in entries] == [
        ("put", None),
        ("open", "samtale"),
        ("reveal", "brev"),
        ("put", None),
    ]
    assert {entry.actor for entry in entries} == {MH.id}
    assert not any("670265" in str(entry) or "hemmelig" in str(entry) or "Fatima" in str(entry) for entry in entries)


def test_what_was_typed_where_an_id_belongs_is_no_part_of_the_log_and_keeps_no_sync_back(workspace: Workspace) -> None:
    for typed in ("Fatima Yılmaz", "670265-1234", "Fatima", "x" * 5_000, "\x1b]0;pwn\x07\u202e"):
        workspace.lookup.list_out("note", citizen_id=typed)
        workspace.logbook.entries(typed)
        workspace.store.audit("vault.accept", reason=f"efter reparation {typed}")
    assert due_entries(workspace.store, alone=False)
    said = " ".join(str(entry) for entry in workspace.store.log_entries() if entry.action != "vault.accept")
    assert not any(typed in said for typed in ("Fatima", "670265", "xxx", "pwn"))
    reasons = [entry.reason or "" for entry in workspace.store.log_entries() if entry.action == "vault.accept"]
    assert all(len(reason) <= 200 and reason.isprintable() and "670265" not in reason for reason in reasons)
    assert workspace.store.verify_log() == len(workspace.store.log_entries())


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET reason = 'x'", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"]
)
def test_the_log_cannot_be_changed_through_the_store(workspace: Workspace, statement: str) -> None:
    add_citizen(workspace)
    with pytest.raises(Exception, match="append only"), workspace.store.transaction() as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit SET subject = 'another' WHERE seq = 3", 3),
        ("UPDATE audit SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET mac = (SELECT mac FROM audit WHERE seq = 1) WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", 5),
    ],
)
def test_an_edit_a_hole_and_a_cut_tail_are_found(workspace: Workspace, statement: str, entry: int) -> None:
    for name in ("Ali", "Maja", "Ida", "Jens"):
        add_citizen(workspace, name)
    assert workspace.verify_log() == 5
    cheat(workspace, statement)
    with pytest.raises(LogBroken) as broken:
        workspace.verify_log()
    assert broken.value.entry == entry


def test_a_tail_cut_while_nobody_looked_is_found_after_the_next_unlock(workspace: Workspace) -> None:
    add_citizen(workspace)
    workspace = reopen(workspace)
    head = workspace.verify_log()
    cheat(workspace, f"DELETE FROM audit WHERE seq >= {head - 1}")
    with pytest.raises(LogBroken):
        workspace.verify_log()
    workspace.close()


def test_failed_tries_to_unlock_are_in_the_log_at_the_next_unlock(workspace: Workspace) -> None:
    workspace.close()
    for _try in range(2):
        with pytest.raises(WrongPassphrase):
            unlocking.unlock(workspace.folder, phrase(OTHER_PHRASE), clock=workspace.clock, ids=workspace.store.ids)
    with reopen(workspace) as again:
        assert [(entry.action, entry.detail) for entry in again.store.log_entries()][-2:] == [
            ("unlock.failed", "2"),
            ("unlock", None),
        ]


def test_each_lock_is_in_the_log_with_what_locked_it(workspace: Workspace) -> None:
    workspace.close("idle")
    with reopen(workspace) as again:
        pass
    with reopen(again) as last:
        locks = [entry.detail for entry in last.store.log_entries() if entry.action == "lock"]
        assert locks == ["idle", None]
        last.verify_log()


def test_a_lock_that_cannot_be_logged_is_a_lock_all_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise DiskFull

    monkeypatch.setattr(workspace.store, "audit", full)
    workspace.close()
    assert not workspace.store.vault.is_open
    with reopen(workspace) as again:
        assert "lock" not in [entry.action for entry in again.store.log_entries()]
