"""A vault that is not as it should be is read on explicit wish, on a copy: no appointment is lost, and nothing is touched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fieldtui.base.errors import BadUsage, Busy, Damaged, DatabaseDamaged, HeaderTampered, WrongPassphrase
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.vault import read_vault
from fieldtui.vault.anchors import Anchors
from tests.support.vaults import (
    OTHER_PHRASE,
    a_clock,
    a_vault,
    anchors_now,
    as_the_power_went,
    files_below,
    phrase,
    put_anchors_back,
    reopened,
)

COUNTER = ("state/attempts", "state")


def unlocked(data: Path) -> Workspace:
    return unlocking.unlock(data, phrase(), clock=a_clock(), ids=SystemIds())


def read(data: Path, text: str | None = None) -> Workspace:
    secret = phrase() if text is None else phrase(text)
    return unlocking.read_only(data, secret, clock=a_clock(), ids=SystemIds())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A vault of Tuesday, and Monday's beside it; each day was written down."""
    data = tmp_path / "data"
    vault, _code = a_vault(data)
    vault.close()
    for day in ("monday", "tuesday"):
        with unlocked(data) as workspace:
            workspace.store.set_meta(MetaKey.DEVICE_ID, day)
        shutil.copytree(data, tmp_path / day)
    return data


def tampered(data: Path) -> None:
    for name in ("vault.json", "vault.json.bak"):
        path = data / "vault" / name
        header = {**json.loads(path.read_bytes()), "epoch": 2**40}
        path.write_bytes(json.dumps(header, sort_keys=True, separators=(",", ":")).encode())


def rolled_back(data: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(data.parent / "monday", data)


def changed(data: Path) -> None:
    shutil.copy(data.parent / "monday" / "vault" / "vault.db", data / "vault" / "vault.db")


def foreign_wal(data: Path) -> None:
    (data / "vault" / "vault.db-wal").write_bytes(b"\x37" * 8192)


TROUBLES: dict[str, tuple[Callable[[Path], None], str]] = {
    "tampered": (tampered, "tuesday"),
    "rolled back": (rolled_back, "monday"),
    "changed": (changed, "monday"),
    "foreign log of writes": (foreign_wal, "tuesday"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_it_is_read_on_wish_and_left_as_it_was_found(data: Path, name: str) -> None:
    trouble, day = TROUBLES[name]
    trouble(data)
    before = files_below(data, but=COUNTER)
    with pytest.raises(Damaged) as caught:  # never by itself
        unlocked(data)
    with read(data) as workspace:
        assert workspace.store.meta(MetaKey.DEVICE_ID) == day
        if name != "changed":  # there the header knows of an entry that is not in the older file
            assert workspace.verify_log() > 0
        assert not isinstance(caught.value, DatabaseDamaged)
        for attempt in (
            workspace.store.require_writable,
            lambda: workspace.store.set_meta(MetaKey.DEVICE_ID, "wednesday"),
            workspace.syncing.run,
            lambda: workspace.store.write((), label="", actor=""),
            lambda: unlocking.new_code(workspace, clock=a_clock()),
            lambda: unlocking.new_passphrase(workspace, phrase(OTHER_PHRASE)),
            workspace.store.vault.erase,
            lambda: workspace.exports.appointments(date(2026, 11, 23), date(2026, 11, 23), "reception", "csv"),
        ):
            with pytest.raises(BadUsage, match="BadUsage") as refused:
                attempt()
            assert "kun til læsning" in refused.value.message
        assert workspace.claim_window() is False
    assert files_below(data, but=COUNTER) == before


def test_what_was_read_so_is_reported_once_the_vault_is_in_order(data: Path) -> None:
    changed(data)
    with pytest.raises(Damaged):
        unlocked(data)
    with read(data) as workspace:
        workspace.store.audit("open", "citizen-1")
        workspace.store.audit("open", "citizen-2")
    shutil.copy(data.parent / "tuesday" / "vault" / "vault.db", data / "vault" / "vault.db")
    with unlocked(data) as workspace:
        (entry,) = (row for row in workspace.log_entries() if row.action == "vault.found")
        assert entry.detail == "ChangedSinceLock read-only/3"  # its own unlocking, and two citizens
    with unlocked(data) as workspace:
        assert sum(row.action == "vault.found" for row in workspace.log_entries()) == 1


def test_a_header_that_was_tampered_with_is_reported_too(data: Path) -> None:
    tampered(data)
    with pytest.raises(HeaderTampered):
        unlocked(data)
    for name in ("vault.json", "vault.json.bak"):
        shutil.copy(data.parent / "tuesday" / "vault" / name, data / "vault" / name)
    with unlocked(data) as workspace:
        assert [row.detail for row in workspace.log_entries() if row.action == "vault.found"] == ["HeaderTampered"]


def test_the_owner_takes_an_older_copy_with_a_reason_in_the_log(data: Path) -> None:
    rolled_back(data)
    with unlocking.accept(data, phrase(), "IT lagde mandag tilbage", clock=a_clock(), ids=SystemIds()) as workspace:
        said = {row.action: (row.detail, row.reason) for row in workspace.log_entries()}
        assert said["vault.accept"] == (None, "IT lagde mandag tilbage")
    with unlocked(data) as workspace:
        assert workspace.store.meta(MetaKey.DEVICE_ID) == "monday"


def test_a_wrong_passphrase_reads_nothing_however_broken_the_vault_is(data: Path) -> None:
    for trouble in (tampered, changed):
        trouble(data)
        with pytest.raises(WrongPassphrase):
            read(data, OTHER_PHRASE)


def test_a_page_that_fails_is_not_read_around(data: Path) -> None:
    path = data / "vault" / "vault.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        read(data)
    assert not list((data / "vault").glob(".check-*"))


def test_a_vault_that_somebody_has_open_is_in_order_and_not_copied(data: Path) -> None:
    with unlocked(data), pytest.raises(Busy):
        read(data)


def test_whoever_opens_a_vault_beside_a_reader_is_told_the_truth_all_the_same(data: Path) -> None:
    """Somebody in it counts as proof that it was looked at; a reader is none."""
    changed(data)
    with read_vault(data, phrase(), clock=a_clock()), pytest.raises(Damaged):
        unlocked(data)
    shutil.copy(data.parent / "tuesday" / "vault" / "vault.db", data / "vault" / "vault.db")
    with read(data) as reader, unlocked(data) as workspace:
        workspace.store.set_meta(MetaKey.DEVICE_ID, "wednesday")
        assert reader.store.meta(MetaKey.DEVICE_ID) == "tuesday"


def test_a_reader_that_was_killed_leaves_only_an_encrypted_copy_and_the_next_opening_removes_it(data: Path) -> None:
    reader = read_vault(data, phrase(), clock=a_clock())
    assert list((data / "vault").glob(".check-*"))
    reopened(data).close()
    assert not list((data / "vault").glob(".check-*"))
    reader.close()


def test_what_a_crash_left_in_the_log_of_writes_is_read_too(data: Path, tmp_path: Path) -> None:
    with unlocked(data) as workspace:
        workspace.store.set_meta(MetaKey.DEVICE_ID, "wednesday")
        anchors = as_the_power_went(data, tmp_path / "crashed")
    put_anchors_back(anchors)
    with read(tmp_path / "crashed") as workspace:
        assert workspace.store.meta(MetaKey.DEVICE_ID) == "wednesday"


def test_an_unlock_after_a_crash_or_without_an_anchor_says_so_in_the_log(data: Path, tmp_path: Path) -> None:
    with unlocked(data):
        anchors = as_the_power_went(data, tmp_path / "crashed")
    put_anchors_back(anchors)
    with unlocked(tmp_path / "crashed"):
        pass
    put_anchors_back({})
    with unlocked(tmp_path / "crashed") as workspace:
        said = [row.detail for row in workspace.log_entries() if row.action == "unlock"]
        assert said[-2:] == ["dirty", "no-anchor"]
        assert said[0] is None
    assert len(anchors_now()) == 1


def test_a_broken_log_is_reported_after_a_crash_and_shuts_nobody_out(data: Path, tmp_path: Path) -> None:
    with unlocked(data) as workspace:
        for _ in range(3):
            workspace.store.audit("open", "citizen-1")
        connection = workspace.store.vault.connection
        connection.execute("DROP TRIGGER IF EXISTS audit_never_updated")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE audit SET subject = 'nobody' WHERE seq = 3")
        anchors = as_the_power_went(data, tmp_path / "crashed")
    put_anchors_back(anchors)
    with unlocked(tmp_path / "crashed") as workspace:
        assert "LogBroken/3" in [row.detail for row in workspace.log_entries() if row.action == "vault.found"]


def test_a_found_word_cannot_be_forged_and_not_grow_without_end(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    with vault:
        key = vault.borrow(lambda _header, vault_key: bytearray(vault_key))
    anchors = Anchors(key)
    for number in range(60):
        anchors.note(f"read-only/{number}")
    known = anchors.read()
    assert known is not None
    assert len(known.found) <= 100
    anchors.close()
