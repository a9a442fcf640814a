"""A damaged vault: told plainly, set aside untouched, and all that its pages still give is in the restored one."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldtui.base.errors import (
    BackupDamaged,
    BackupOfAnother,
    BackupOlder,
    Damaged,
    DatabaseMissing,
    NewerVault,
    NoBackup,
    TooSoon,
    WrongPassphrase,
    WrongRecoveryCode,
)
from fieldtui.base.explain import explain
from fieldtui.base.ids import SeededIds
from fieldtui.services import unlocking
from fieldtui.services.backing import Backing
from fieldtui.services.restoring import RestoreReport, restore
from fieldtui.services.workspace import Workspace
from fieldtui.store.outbox import Outbox
from fieldtui.vault import Secret
from tests.support.vaults import OTHER_PHRASE, a_clock, files_below, phrase
from tests.support.workspaces import add_citizen, as_synced, make_workspace

PAGE = 4096


def restored(folder: Path, file: Path | None = None, **how: bool) -> RestoreReport:
    return restore(folder, file, phrase(), clock=a_clock(), **how)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    with unlocking.unlock(folder, phrase(), clock=a_clock(), ids=SeededIds(f"after-{folder}")) as workspace:
        yield workspace


def a_days_work(folder: Path, notes: int = 14) -> tuple[Path, str, dict[str, str]]:
    """A backup of a citizen, and then notes that were never sent and a draft; the data folder, the citizen, the notes."""
    with make_workspace(folder) as workspace:
        citizen = add_citizen(workspace)
        as_synced(workspace.store, citizen)
        Backing(workspace.context).by_hand(None)
        written = {
            workspace.casework.write_note(citizen, f"Notat {number}. " + "Ord til en hel side. " * 90).record_ids[
                0
            ]: str(number)
            for number in range(notes)
        }
        workspace.casework.update(citizen, {"job_goal": "Gartner"})
        workspace.drafts.save(f"note:{citizen}", "note", citizen, "Et halvt notat")
    return workspace.folder, citizen, written


def test_a_page_that_fails_costs_what_lay_on_it_and_nothing_else(tmp_path: Path) -> None:
    folder, citizen, written = a_days_work(tmp_path)
    database = folder / "vault" / "vault.db"
    sound = database.read_bytes()
    chance = random.Random(5)
    pages = range(12, len(sound) // PAGE)
    lost: list[int] = []
    data = bytearray()
    for page in chance.sample(pages, 2):
        data = bytearray(sound)
        data[page * PAGE + 100] ^= 1
        database.write_bytes(data)
        with pytest.raises(Damaged) as told, opened(folder):
            pass
        assert "fieldtui vault restore" in explain(told.value)
        assert database.read_bytes() == data
        report = restored(folder, dry_run=True)
        assert report.present == "damaged"
        carried = sum(report.salvaged.pending.values())
        lost.append(len(written) + 1 - carried)
        assert database.read_bytes() == data
    assert max(lost) <= 4  # a note takes half a page; what is lost is never more than lies on one
    report = restored(folder)
    assert report.set_aside is not None
    assert (report.set_aside / "vault.db").read_bytes() == data
    with opened(folder) as workspace:
        assert workspace.check_vault().ok
        workspace.verify_log()
        there = [record for record in written if workspace.store.get(record) is not None]
        assert len(there) >= len(written) - lost[-1]
        assert {entry.record_id for entry in Outbox(workspace.store).all()} >= set(there)
        assert workspace.store.get(citizen) is not None
        assert "restore" in [row.action for row in workspace.store.log_entries()]


@pytest.mark.parametrize("size", [None, 0, 100])
def test_a_missing_empty_or_cut_database_is_restored_the_same_way(tmp_path: Path, size: int | None) -> None:
    folder, citizen, _written = a_days_work(tmp_path, notes=1)
    database = folder / "vault" / "vault.db"
    database.unlink() if size is None else database.write_bytes(database.read_bytes()[:size])
    with pytest.raises(Damaged) as told, opened(folder):
        pass
    assert "fieldtui vault restore" in explain(told.value)
    assert isinstance(told.value, DatabaseMissing) is (size != 100)
    assert restored(folder).salvaged.pending == {}
    with opened(folder) as workspace:
        assert workspace.store.get(citizen) is not None


def test_both_headers_gone_the_backups_own_opens_it_and_the_unsent_work_comes_along(tmp_path: Path) -> None:
    folder, _citizen, written = a_days_work(tmp_path, notes=3)
    for header in (folder / "vault").glob("vault.json*"):
        header.write_bytes(b"{}")
    report = restored(folder)
    assert dict(report.salvaged.pending) == {"citizen": 1, "note": 3}
    with opened(folder) as workspace:
        assert all(workspace.store.get(record) is not None for record in written)


def test_a_sound_and_newer_vault_is_only_replaced_where_somebody_says_so_and_keeps_its_unsent_work(
    tmp_path: Path,
) -> None:
    folder, citizen, written = a_days_work(tmp_path, notes=2)
    before = files_below(folder)
    with pytest.raises(BackupOlder) as told:
        restored(folder)
    assert "--replace-newer" in explain(told.value)
    trial = restored(folder, dry_run=True)
    assert (trial.present, dict(trial.salvaged.pending), trial.salvaged.drafts) == (
        "sound",
        {"citizen": 1, "note": 2},
        1,
    )
    assert trial.counts["citizens"] == 1
    assert files_below(folder) == before
    report = restored(folder, replace_newer=True)
    assert report.salvaged == trial.salvaged
    with opened(folder) as workspace:
        assert all(workspace.store.get(record) is not None for record in written)
        assert (workspace.store.body_of(citizen) or {})["job_goal"] == "Gartner"
        assert [draft.text for draft in workspace.store.drafts.all()] == ["Et halvt notat"]
        assert [hit.record_id for hit in workspace.store.search("gartner")] == [citizen]
        workspace.verify_log()
        workspace.undo.undo()  # own history came along


def test_a_vault_with_another_key_is_not_replaced_without_being_told_to(tmp_path: Path) -> None:
    folder, _citizen, _written = a_days_work(tmp_path / "mine", notes=0)
    other, _theirs, _unsent = a_days_work(tmp_path / "theirs", notes=1)
    (file,) = (folder / "backups").iterdir()
    before = files_below(other)
    with pytest.raises(BackupOfAnother) as told:
        restored(other, file)
    assert "kan ikke flyttes med" in explain(told.value)
    assert files_below(other) == before


def test_what_was_settled_since_the_backup_is_not_pending_again(tmp_path: Path) -> None:
    """Sent, withdrawn, and thrown away: the replaced database says so, where it can be read."""
    with make_workspace(tmp_path) as workspace:
        citizen = add_citizen(workspace)
        thrown = workspace.casework.write_note(citizen, "Trukket tilbage").record_ids[0]
        workspace.drafts.save("note:x", "note", None, "Smidt væk")
        Backing(workspace.context).by_hand(None)
        as_synced(workspace.store, citizen)
        workspace.undo.undo()
        workspace.store.drafts.discard("note:x")
        assert [entry.record_id for entry in Outbox(workspace.store).all()] == []
    restored(workspace.folder, replace_newer=True)
    with opened(workspace.folder) as again:
        assert Outbox(again.store).all() == ()
        assert again.store.drafts.all() == ()
        found = again.store.get(thrown)
        assert found is None or found.annulled_at is not None


def test_a_wrong_secret_is_counted_and_the_recovery_code_works(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    workspace, code = unlocking.create(folder, phrase(), clock=a_clock(), ids=SeededIds("x"), kdf=unlocking.CHEAPEST)
    with workspace:
        Backing(workspace.context).by_hand(None)
    (folder / "vault" / "vault.db").unlink()
    for _try in range(4):
        with pytest.raises(WrongPassphrase):
            restore(folder, None, phrase(OTHER_PHRASE), clock=a_clock())
    with pytest.raises(TooSoon):
        restored(folder)
    (folder / "state" / "attempts").unlink()
    with pytest.raises(WrongRecoveryCode):
        restore(folder, None, Secret.of("FT1-00000-00000"), clock=a_clock(), by_code=True)
    restore(folder, None, Secret.of(code), clock=a_clock(), by_code=True)
    with opened(folder) as again:
        assert again.check_vault().ok


def test_without_a_backup_or_with_a_bad_one_nothing_is_changed_and_the_next_older_is_taken(tmp_path: Path) -> None:
    folder, citizen, _written = a_days_work(tmp_path, notes=0)
    (good,) = (folder / "backups").iterdir()
    with pytest.raises(NoBackup):
        restored(folder, tmp_path / "nowhere.fvb")
    bad = tmp_path / "bad.fvb"
    bad.write_bytes(good.read_bytes()[:-1] + b"x")
    before = files_below(folder)
    with pytest.raises(BackupDamaged):
        restored(folder, bad, replace_newer=True)
    newer = tmp_path / "newer.fvb"
    newer.write_bytes(good.read_bytes()[:8] + b"\0\2" + good.read_bytes()[10:])
    with pytest.raises(NewerVault):
        restored(folder, newer)
    assert files_below(folder, but=("state",)) == {name: value for name, value in before.items() if name != "state"}
    with opened(folder) as workspace:
        newest = Backing(workspace.context).by_hand(None).path
    data = newest.read_bytes()
    newest.write_bytes(data[:-100] + bytes(50) + data[-50:])
    report = restored(folder, replace_newer=True)
    assert (report.file, report.skipped) == (good, 1)
    with opened(folder) as workspace:
        assert workspace.store.get(citizen) is not None
