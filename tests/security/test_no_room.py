"""A disk that is full, or only lets itself be read: each act says so, loses nothing, and works again when there is room."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.base.errors import DiskFull, DiskReadOnly, FolderRefused, WrongPassphrase
from fieldtui.base.explain import explain
from fieldtui.base.ids import SeededIds
from fieldtui.services import unlocking
from fieldtui.services.backing import Backing
from fieldtui.services.restoring import restore
from fieldtui.services.workspace import Workspace
from fieldtui.vault import OpenVault
from fieldtui.vault.backups import listed
from fieldtui.vault.database import room_on_disk
from tests.support.oldvaults import NAMES, a_vault_of, what_is_missing
from tests.support.smalldisk import SmallDisk, is_full, small_disk
from tests.support.vaults import OTHER_PHRASE, a_clock, files_below, phrase
from tests.support.workspaces import add_citizen, make_workspace, reopen

__all__ = ["small_disk"]
TEXT = "Kom for sent og var glad. " * 400


@pytest.fixture
def work(small_disk: SmallDisk) -> Iterator[tuple[Workspace, str]]:
    """A workspace on the small disk, with a citizen and half a note."""
    workspace = make_workspace(small_disk.folder)
    citizen = add_citizen(workspace)
    workspace.drafts.save(f"note:{citizen}", "note", citizen, "Det halve notat")
    with contextlib.closing(workspace):
        yield workspace, citizen


def until_it_fails(act: Callable[[int], object]) -> None:
    """What is left of the last pages, and what is held back, may take some."""
    for number in range(200):
        act(number)


def test_a_note_that_finds_no_room_is_told_and_saved_once_there_is_some(
    small_disk: SmallDisk, work: tuple[Workspace, str]
) -> None:
    workspace, citizen = work
    small_disk.fill()
    assert is_full(small_disk.folder)
    acts: tuple[Callable[[int], object], ...] = (
        lambda number: workspace.casework.write_note(citizen, f"{number} {TEXT}"),
        lambda number: workspace.drafts.save(f"note:{number}", "note", citizen, TEXT),
    )
    for act in acts:
        with pytest.raises(DiskFull) as told:
            until_it_fails(act)
        assert "plads" in explain(told.value)
    small_disk.empty()
    note = workspace.casework.write_note(citizen, TEXT).record_ids[0]
    workspace.drafts.save(f"note:{citizen}", "note", citizen, TEXT)
    again = reopen(workspace)
    with again:
        body = again.store.body_of(note)
        assert body is not None
        assert body["text"].strip() == TEXT.strip()
        assert {draft.key: draft.text for draft in again.store.drafts.all()}[f"note:{citizen}"] == TEXT
        again.verify_log()


def test_what_is_being_written_still_finds_room_on_a_full_disk_when_the_vault_locks(
    small_disk: SmallDisk, work: tuple[Workspace, str]
) -> None:
    workspace, citizen = work
    small_disk.fill()
    assert is_full(small_disk.folder)
    workspace.drafts.save(f"note:{citizen}", "note", citizen, TEXT)
    workspace.close()
    small_disk.empty()
    with unlocking.unlock(workspace.folder, phrase(), clock=a_clock(), ids=SeededIds("again")) as again:
        assert [draft.text for draft in again.store.drafts.all()] == [TEXT]


def test_a_passphrase_is_changed_or_not_and_a_lock_without_room_keeps_everything(
    small_disk: SmallDisk, work: tuple[Workspace, str]
) -> None:
    workspace, citizen = work
    small_disk.fill()
    with pytest.raises(DiskFull):
        unlocking.new_passphrase(workspace, phrase(OTHER_PHRASE), kdf=unlocking.CHEAPEST)
    workspace.close()
    small_disk.empty()
    with pytest.raises(WrongPassphrase):
        unlocking.unlock(workspace.folder, phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("o"))
    with unlocking.unlock(workspace.folder, phrase(), clock=a_clock(), ids=SeededIds("again")) as again:
        assert again.store.get(citizen) is not None
        assert [draft.text for draft in again.store.drafts.all()] == ["Det halve notat"]
        assert again.check_vault().ok


def test_no_room_for_a_backup_is_said_once_a_day_and_costs_no_older_one(
    small_disk: SmallDisk, work: tuple[Workspace, str]
) -> None:
    workspace, _citizen = work
    backing = Backing(workspace.context)
    made = backing.by_hand(None)
    before = files_below(workspace.folder / "backups")
    workspace.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    small_disk.fill(60_000)
    for told in (True, False):
        with pytest.raises(DiskFull):
            backing.daily()
        assert backing.tell_of_failure() is told
    assert files_below(workspace.folder / "backups") == before
    small_disk.empty()
    daily = backing.daily()
    assert daily is not None
    assert [file.path for file in listed(workspace.folder)] == [daily.path, made.path]
    assert "backup.failed" in [row.action for row in workspace.store.log_entries()]


def test_no_room_for_a_restore_or_an_upgrade_leaves_everything_as_it_was(small_disk: SmallDisk) -> None:
    workspace = make_workspace(small_disk.folder)
    add_citizen(workspace)
    Backing(workspace.context).by_hand(None)
    workspace.close()
    small_disk.fill(100_000)
    before = files_below(workspace.folder)
    with pytest.raises(DiskFull):
        restore(workspace.folder, None, phrase(), clock=a_clock(), replace_newer=True)
    assert files_below(workspace.folder) == before
    small_disk.empty()

    a_vault_of(NAMES[1], small_disk.folder / "old")
    database = small_disk.folder / "old" / "vault" / "vault.db"
    untouched = database.read_bytes()
    small_disk.fill(40_000)
    with pytest.raises(DiskFull):
        unlocking.unlock(small_disk.folder / "old", phrase(), clock=a_clock(), ids=SeededIds("u"))
    assert database.read_bytes() == untouched
    small_disk.empty()
    with unlocking.unlock(small_disk.folder / "old", phrase(), clock=a_clock(), ids=SeededIds("v")) as upgraded:
        assert what_is_missing(upgraded.store) == []


def test_a_disk_that_lets_itself_only_be_read_is_told_apart_and_loses_nothing(small_disk: SmallDisk) -> None:
    workspace = make_workspace(small_disk.folder)
    citizen = add_citizen(workspace)
    Backing(workspace.context).by_hand(None)
    workspace.close()
    before = files_below(workspace.folder)
    with small_disk.read_only():
        assert is_full(small_disk.folder)
        for act in (
            lambda: unlocking.unlock(workspace.folder, phrase(), clock=a_clock(), ids=SeededIds("r")),
            lambda: restore(workspace.folder, None, phrase(), clock=a_clock()),
        ):
            with pytest.raises((FolderRefused, DiskReadOnly)) as told:
                act()
            assert explain(told.value)
    assert files_below(workspace.folder) == before
    with unlocking.unlock(workspace.folder, phrase(), clock=a_clock(), ids=SeededIds("again")) as again:
        assert again.store.get(citizen) is not None


def test_what_a_read_only_disk_says_to_an_open_vault_is_a_sentence_of_its_own(tmp_path: Path) -> None:
    """A disk that fails under open files cannot be had on demand: the database is opened to be read only, and refuses."""
    key = a_vault_of(NAMES[-1], tmp_path)
    with contextlib.closing(OpenVault(tmp_path, key)) as vault:
        vault.connection.execute("PRAGMA query_only=ON")
        with pytest.raises(DiskReadOnly) as told, room_on_disk():
            vault.connection.execute("DELETE FROM draft")
        assert "kun læses" in explain(told.value)
    with pytest.raises(DiskReadOnly), room_on_disk():
        raise OSError(errno.EROFS, "Read-only file system")
