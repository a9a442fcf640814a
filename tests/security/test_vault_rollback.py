"""An older copy of a vault, or of a part of it, does not pass for the newest; without anchors the same attack succeeds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import ChangedSinceLock, Damaged, FieldtuiError, RolledBack, WrongPassphrase
from fieldtui.base.explain import explain
from fieldtui.base.ids import SystemIds
from fieldtui.store import Store
from fieldtui.vault import CHEAPEST, OpenVault, change_passphrase
from fieldtui.vault.anchors import Anchors, standard_folder
from tests.support.vaults import (
    OTHER_PHRASE,
    a_clock,
    a_closed_vault,
    a_vault,
    anchors_now,
    as_the_power_went,
    files_below,
    phrase,
    put_anchors_back,
    reopened,
)

COUNTER = ("state/attempts", "state")
HEADERS = ("vault.json", "vault.json.bak")


def entries(vault: OpenVault, count: int) -> None:
    store = Store(vault, clock=FixedClock(datetime(2026, 11, 23, 8, 15)), ids=SystemIds())
    for _ in range(count):
        store.audit("open", "citizen")


def entries_in(vault: OpenVault) -> int:
    found = vault.connection.execute("SELECT count(*) FROM audit").fetchone()[0]
    assert isinstance(found, int)
    return found


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A sealed vault of Monday beside the one of Tuesday, which has two entries of the access log more."""
    data = tmp_path / "data"
    vault, _code = a_vault(data)
    with vault:
        entries(vault, 3)
    shutil.copytree(data, tmp_path / "monday")
    with reopened(data) as vault:
        entries(vault, 2)
    return data


def whole_folder(data: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(data.parent / "monday", data)


def headers_alone(data: Path) -> None:
    for name in HEADERS:
        shutil.copy(data.parent / "monday" / "vault" / name, data / "vault" / name)


def database_alone(data: Path) -> None:
    shutil.copy(data.parent / "monday" / "vault" / "vault.db", data / "vault" / "vault.db")


def both(data: Path) -> None:
    headers_alone(data)
    database_alone(data)


ATTACKS: dict[str, tuple[Callable[[Path], None], type[FieldtuiError]]] = {
    "whole folder": (whole_folder, RolledBack),
    "header and database": (both, RolledBack),
    "header alone": (headers_alone, RolledBack),
    "database alone": (database_alone, ChangedSinceLock),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_older_copy_is_refused_with_its_own_sentence_and_nothing_is_touched(older: Path, name: str) -> None:
    attack, expected = ATTACKS[name]
    attack(older)
    before = files_below(older, but=COUNTER)
    for _ in range(2):  # saying it does not make it true the next time
        with pytest.raises(Damaged) as caught:
            reopened(older)
        assert type(caught.value) is expected
        assert "--read-only" in explain(caught.value)
    assert files_below(older, but=COUNTER) == before


@pytest.mark.parametrize("name", ["whole folder", "header and database"])
def test_with_the_anchors_gone_the_same_attack_succeeds(older: Path, name: str) -> None:
    """The positive control: what refuses above is the anchor and nothing else."""
    ATTACKS[name][0](older)
    put_anchors_back({})
    with reopened(older) as vault:
        assert entries_in(vault) == 3


def test_a_passphrase_that_was_changed_does_not_come_back_with_an_older_folder(older: Path) -> None:
    with reopened(older) as vault:
        change_passphrase(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
    with pytest.raises(WrongPassphrase):
        reopened(older)
    whole_folder(older)
    with pytest.raises(RolledBack):
        reopened(older)


def test_an_anchor_store_that_is_empty_at_first_is_not_one_that_is_missing(tmp_path: Path) -> None:
    """The design's prototype tested an empty store for truth, and so never looked into it."""
    put_anchors_back({})
    data = tmp_path / "data"
    a_closed_vault(data)
    shutil.copytree(data, tmp_path / "monday")
    assert len(anchors_now()) == 1
    reopened(data).close()
    whole_folder(data)
    with pytest.raises(RolledBack):
        reopened(data)


# --- the log of writes, after a crash -----------------------------------------------------------------


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """A vault as the power left it: three entries in the file, four more only in the log of writes."""
    data, copy = tmp_path / "data", tmp_path / "crashed"
    vault, _code = a_vault(data)
    with vault:
        entries(vault, 3)
    with reopened(data) as vault:
        entries(vault, 4)
        anchors = as_the_power_went(data, copy)
    put_anchors_back(anchors)
    return copy


def wal_of(data: Path) -> Path:
    return data / "vault" / "vault.db-wal"


def without_wal(data: Path) -> None:
    wal_of(data).unlink()


def cut_wal(data: Path) -> None:
    size = wal_of(data).stat().st_size
    with wal_of(data).open("r+b") as stream:
        stream.truncate(size // 2)


def test_a_crash_alone_is_no_attack(crashed: Path) -> None:
    with reopened(crashed) as vault:
        assert vault.dirty_start
        assert entries_in(vault) == 7


@pytest.mark.parametrize("attack", [without_wal, cut_wal])
def test_a_log_of_writes_that_was_cut_after_a_crash_is_noticed(crashed: Path, attack: Callable[[Path], None]) -> None:
    attack(crashed)
    before = files_below(crashed, but=COUNTER)
    with pytest.raises(RolledBack):
        reopened(crashed)
    assert files_below(crashed, but=COUNTER) == before
    put_anchors_back({})  # the control
    with reopened(crashed) as vault:
        assert 3 <= entries_in(vault) < 7


def test_another_branch_of_the_log_does_not_pass_for_this_one(tmp_path: Path) -> None:
    """A copy that was worked in elsewhere has entries of the same numbers, and others."""
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    vault, _code = a_vault(data)
    with vault:
        entries(vault, 2)
    shutil.copytree(data, elsewhere)
    known = anchors_now()
    with reopened(data) as vault:
        entries(vault, 1)
    here = anchors_now()
    put_anchors_back(known)
    for _ in range(3):
        with reopened(elsewhere) as vault:
            store = Store(vault, clock=FixedClock(datetime(2026, 11, 24, 8)), ids=SystemIds())
            store.audit("reveal", "citizen")
    put_anchors_back(here)
    with pytest.raises(RolledBack):
        reopened(elsewhere)


# --- whoever writes to the anchors --------------------------------------------------------------------


def spoilt(how: str) -> None:
    (path,) = standard_folder().iterdir()
    content = path.read_bytes()
    match how:
        case "larger numbers":
            path.write_bytes(content.replace(b"[", b"[9", 1))
        case "garbage":
            path.write_bytes(b"\xff" * 512)
        case "nothing":
            path.write_bytes(b"")
        case "giant":
            with path.open("r+b") as stream:
                stream.truncate(1 << 40)
                stream.write(b"[" * 4096)
        case "folder":
            path.unlink()
            (path / "in the way").mkdir(parents=True)
        case "link":
            path.unlink()
            path.symlink_to("/dev/zero")
        case "pipe":
            path.unlink()
            import os

            os.mkfifo(path)
        case "another vault's":
            a_closed_vault(path.parent / "other")
            (other,) = (each for each in standard_folder().iterdir() if each.is_file() and each != path)
            other.replace(path)
            shutil.rmtree(path.parent / "other")
        case "file for the folder":
            shutil.rmtree(path.parent)
            path.parent.write_text("mine")
        case _:
            path.chmod(0)


@pytest.mark.parametrize(
    "how",
    [
        "larger numbers",
        "garbage",
        "nothing",
        "giant",
        "folder",
        "link",
        "pipe",
        "another vault's",
        "file for the folder",
        "unreadable",
    ],
)
def test_nobody_without_the_key_locks_the_owner_out_by_the_anchor(tmp_path: Path, how: str) -> None:
    data = tmp_path / "data"
    a_closed_vault(data)
    spoilt(how)
    with reopened(data) as vault:
        assert vault.connection.execute("SELECT count(*) FROM rows").fetchone() == (300,)
        entries(vault, 1)
    reopened(data).close()


def test_an_older_anchor_put_back_locks_nobody_out(older: Path) -> None:
    known = anchors_now()
    with reopened(older) as vault:
        entries(vault, 5)
    put_anchors_back(known)
    with reopened(older) as vault:
        assert entries_in(vault) == 10


def test_a_retired_key_opens_only_what_is_older(tmp_path: Path) -> None:
    """After a rotation a copy under the old key is an older one, though nothing newer was ever written with that key."""
    a_closed_vault(tmp_path)
    with reopened(tmp_path) as vault:
        key = vault.borrow(lambda _header, vault_key: bytearray(vault_key))
    Anchors(key).retire()
    with pytest.raises(RolledBack):
        reopened(tmp_path)


# --- put back on purpose ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ATTACKS)
def test_the_owner_may_take_an_older_copy_and_is_asked_no_more(older: Path, name: str) -> None:
    ATTACKS[name][0](older)
    with pytest.raises(Damaged) as caught:
        reopened(older)
    from fieldtui.vault import open_vault

    with open_vault(older, phrase(), clock=a_clock(), accept=True) as vault:
        assert vault.found == type(caught.value).__name__
        kept = entries_in(vault)
        entries(vault, 1)
        vault.forget_found()
    with reopened(older) as vault:
        assert vault.found == ""
        assert entries_in(vault) == kept + 1


def test_a_damaged_database_is_not_taken_even_on_wish(older: Path) -> None:
    from fieldtui.base.errors import DatabaseDamaged
    from fieldtui.vault import open_vault

    data = bytearray((older / "vault" / "vault.db").read_bytes())
    data[len(data) // 2] ^= 1
    (older / "vault" / "vault.db").write_bytes(data)
    before = files_below(older, but=COUNTER)
    with pytest.raises(DatabaseDamaged):
        open_vault(older, phrase(), clock=a_clock(), accept=True)
    assert files_below(older, but=COUNTER) == before


# --- what the central system knows --------------------------------------------------------------------


def test_what_the_central_system_gives_back_is_believed_only_where_this_vault_said_it(older: Path) -> None:
    with reopened(older) as vault:
        entries(vault, 1)
        said = vault.anchor_token
        epoch = vault.epoch
        seq, mac, _epoch, proof = said.split(":")
        for lie in (
            f"{seq}:{mac}:{epoch + 1000}:{proof}",
            f"{2**53}:{mac}:{2**53}:{'0' * 32}",
            f"{seq}:{mac}:{epoch}",
            "",
            ":::",
            "9" * 4000,
            said + "\n",
        ):
            assert vault.heard_of(lie) is False, lie
        assert vault.heard_of(said) is False  # it is as far as it said
        assert vault.epoch == epoch
    with reopened(older):
        pass


def test_a_vault_and_its_anchors_put_back_together_are_told_by_the_central_system(older: Path) -> None:
    monday = anchors_now()
    shutil.copytree(older, older.parent / "tuesday")
    said = ""
    for _ in range(4):
        with reopened(older) as vault:
            entries(vault, 1)
            said = vault.anchor_token
    shutil.rmtree(older)
    shutil.copytree(older.parent / "tuesday", older)
    put_anchors_back(monday)
    with reopened(older) as vault:  # nobody on this machine can know
        assert entries_in(vault) == 5
        assert vault.heard_of(said) is True
        assert vault.heard_of(said) is False
        entries(vault, 1)
    with reopened(older) as vault:
        assert entries_in(vault) == 6
