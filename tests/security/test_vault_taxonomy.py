"""Each way a vault can be unfit has its own error, and no failed try changes a file (S02, S03)."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base import errors
from fieldtui.base.explain import explain
from fieldtui.vault import CHEAPEST, VaultState, create_vault, recover_vault, vault_state
from fieldtui.vault.sqlcipher import connect
from tests.support.vaults import (
    OTHER_PHRASE,
    a_clock,
    a_closed_vault,
    a_vault,
    as_the_power_went,
    files_below,
    phrase,
    put_anchors_back,
    reopened,
)

HEADERS = ("vault.json", "vault.json.bak")
COUNTER = ("state/attempts", "state")
Spoil = Callable[[Path], object]


def both(change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(home: Path) -> None:
        for name in HEADERS:
            (home / name).write_bytes(change((home / name).read_bytes()))

    return spoil


def edited(**changes: object) -> Spoil:
    def change(data: bytes) -> bytes:
        return json.dumps({**json.loads(data), **changes}, sort_keys=True, separators=(",", ":")).encode()

    return both(change)


def no_headers(home: Path) -> None:
    for name in HEADERS:
        (home / name).unlink()


def another_vaults_database(home: Path) -> None:
    a_closed_vault(home.parent.parent / "other")
    shutil.copy(home.parent.parent / "other" / "vault" / "vault.db", home / "vault.db")
    shutil.rmtree(home.parent.parent / "other")


def plain_database(home: Path) -> None:
    (home / "vault.db").unlink()
    connection = connect(home / "vault.db", create=True)
    connection.execute("CREATE TABLE vault_meta (k TEXT PRIMARY KEY, v TEXT)")
    connection.close()


def flipped_page(home: Path) -> None:
    data = bytearray((home / "vault.db").read_bytes())
    data[len(data) // 2] ^= 1
    (home / "vault.db").write_bytes(data)


def cut(home: Path, size: int) -> None:
    with (home / "vault.db").open("r+b") as stream:
        stream.truncate(size)


DATABASE_SPOILS: dict[str, tuple[Spoil, type[errors.FieldtuiError]]] = {
    "database missing": (lambda home: (home / "vault.db").unlink(), errors.DatabaseMissing),
    "database empty": (lambda home: (home / "vault.db").write_bytes(b""), errors.DatabaseMissing),
    "database of 100 bytes": (lambda home: cut(home, 100), errors.DatabaseDamaged),
    "database cut in half": (
        lambda home: cut(home, (home / "vault.db").stat().st_size // 8192 * 4096),
        errors.DatabaseDamaged,
    ),
    "another vault's database": (another_vaults_database, errors.DatabaseDamaged),
    "an unencrypted database": (plain_database, errors.DatabaseDamaged),
    "one bit of a page": (flipped_page, errors.DatabaseDamaged),
}
HEADER_SPOILS: dict[str, tuple[Spoil, type[errors.FieldtuiError]]] = {
    "header cut": (both(lambda data: data[:-1]), errors.HeaderDamaged),
    "header empty": (both(lambda _data: b""), errors.HeaderDamaged),
    "header not JSON": (both(lambda _data: b"\x00\xff" * 400), errors.HeaderDamaged),
    "header of 33 KiB": (both(lambda data: data + b" " * 33_000), errors.HeaderDamaged),
    "header with blanks": (both(lambda data: data.replace(b",", b", ")), errors.HeaderDamaged),
    "header deeply nested": (both(lambda _data: b"[" * 32_000), errors.HeaderDamaged),
    "header with a field too many": (edited(extra=1), errors.HeaderDamaged),
    "both headers missing": (no_headers, errors.HeaderDamaged),
    "epoch changed": (edited(epoch=999), errors.HeaderTampered),
    "audit head changed": (edited(audit_head={"mac": "", "seq": 5}), errors.HeaderTampered),
    "seal removed": (edited(seal={"hmac": None, "size": 1}), errors.HeaderTampered),
    "newer version": (edited(version=2), errors.NewerVault),
    "newer version with unknown fields": (edited(version=9, anything=[1]), errors.NewerVault),
}


@pytest.mark.parametrize("name", [*HEADER_SPOILS, *DATABASE_SPOILS])
def test_each_damage_is_named_and_left_as_it_was_found(tmp_path: Path, name: str) -> None:
    spoil, expected = {**HEADER_SPOILS, **DATABASE_SPOILS}[name]
    folder = tmp_path / "data"
    code = a_closed_vault(folder)
    spoil(folder / "vault")
    before = files_below(folder, but=COUNTER)
    with pytest.raises(errors.FieldtuiError) as caught:
        reopened(folder)
    assert type(caught.value) is expected
    with pytest.raises(errors.FieldtuiError) as caught:
        recover_vault(folder, code, phrase(OTHER_PHRASE), clock=a_clock(), kdf=CHEAPEST)
    assert type(caught.value) is expected
    assert files_below(folder, but=COUNTER) == before
    assert explain(caught.value)
    assert vault_state(folder) is not VaultState.MISSING
    assert files_below(folder, but=COUNTER) == before


@pytest.mark.parametrize("name", DATABASE_SPOILS)
def test_a_vault_that_was_not_closed_is_checked_without_being_changed(tmp_path: Path, name: str) -> None:
    spoil, expected = DATABASE_SPOILS[name]
    folder, crashed = tmp_path / "data", tmp_path / "crashed"
    a_closed_vault(folder)
    with reopened(folder) as vault:
        vault.connection.execute("INSERT INTO rows (text) VALUES ('only in the WAL')")
        anchors = as_the_power_went(folder, crashed)
    put_anchors_back(anchors)
    spoil(crashed / "vault")
    before = files_below(crashed)
    with pytest.raises(errors.FieldtuiError) as caught:
        reopened(crashed)
    assert type(caught.value) is expected
    assert files_below(crashed, but=("state/attempts",)) == before


def test_after_a_crash_a_flipped_bit_on_any_page_is_found(tmp_path: Path) -> None:
    folder, crashed = tmp_path / "data", tmp_path / "crashed"
    a_closed_vault(folder)
    with reopened(folder):
        anchors = as_the_power_went(folder, crashed)
    put_anchors_back(anchors)
    database = crashed / "vault" / "vault.db"
    sound = database.read_bytes()
    draw = random.Random(4)
    for page in range(len(sound) // 4096):
        changed = bytearray(sound)
        changed[page * 4096 + draw.randrange(16, 4096)] ^= 1 << draw.randrange(
            8
        )  # 16: SQLCipher ignores the file's salt
        database.write_bytes(changed)
        with pytest.raises(errors.DatabaseDamaged):
            reopened(crashed)
        assert database.read_bytes() == changed
    database.write_bytes(sound)
    with reopened(crashed) as vault:
        assert vault.dirty_start is True


def test_a_wrong_passphrase_is_that_and_changes_nothing_but_the_counter(tmp_path: Path) -> None:
    code = a_closed_vault(tmp_path)
    before = files_below(tmp_path)
    with pytest.raises(errors.WrongPassphrase):
        reopened(tmp_path, OTHER_PHRASE)
    with pytest.raises(errors.WrongRecoveryCode):
        recover_vault(tmp_path, code[:-1] + "?", phrase(OTHER_PHRASE), clock=a_clock(), kdf=CHEAPEST)
    assert set(files_below(tmp_path)) - set(before) == {"state/attempts"}
    assert files_below(tmp_path, but=COUNTER) == {k: v for k, v in before.items() if k not in COUNTER}


def test_another_vaults_recovery_code_is_wrong(tmp_path: Path) -> None:
    a_closed_vault(tmp_path / "a")
    code = a_closed_vault(tmp_path / "b")
    with pytest.raises(errors.WrongRecoveryCode):
        recover_vault(tmp_path / "a", code, phrase(OTHER_PHRASE), clock=a_clock(), kdf=CHEAPEST)


def test_without_a_vault_nothing_is_made(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(errors.NoVault):
            reopened(folder)
        assert vault_state(folder) is VaultState.MISSING
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lost", HEADERS)
@pytest.mark.parametrize("spoil", ["missing", "cut", "garbage"])
def test_one_sound_copy_of_the_header_is_enough_and_the_other_is_repaired(
    tmp_path: Path, lost: str, spoil: str
) -> None:
    a_closed_vault(tmp_path)
    path = tmp_path / "vault" / lost
    match spoil:
        case "missing":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:100])
        case _:
            path.write_bytes(b"\x00" * 800)
    with reopened(tmp_path) as vault:
        assert vault.connection.execute("SELECT count(*) FROM rows").fetchone() == (300,)
    copies = [(tmp_path / "vault" / name).read_bytes() for name in HEADERS]
    assert copies[0] == copies[1]


def test_a_forged_header_with_a_higher_epoch_does_not_win_over_the_genuine_copy(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    main = tmp_path / "vault" / "vault.json"
    forged = {**json.loads(main.read_bytes()), "epoch": 10_000, "audit_head": {"mac": "", "seq": 0}}
    main.write_bytes(json.dumps(forged, sort_keys=True, separators=(",", ":")).encode())
    with reopened(tmp_path) as vault:
        assert vault.epoch < 10_000


def test_an_older_copy_of_the_header_beside_a_newer_one_does_not_bring_the_old_passphrase_back(tmp_path: Path) -> None:
    from fieldtui.vault import change_passphrase

    a_closed_vault(tmp_path)
    second = tmp_path / "vault" / "vault.json.bak"
    older = second.read_bytes()
    with reopened(tmp_path) as vault:
        change_passphrase(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
    second.write_bytes(older)
    before = files_below(tmp_path)
    with pytest.raises(errors.WrongPassphrase):
        reopened(tmp_path)
    assert files_below(tmp_path, but=COUNTER) == {k: v for k, v in before.items() if k not in COUNTER}
    reopened(tmp_path, OTHER_PHRASE).close()


def test_an_older_database_under_the_same_header_is_noticed(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    database = tmp_path / "vault" / "vault.db"
    older = database.read_bytes()
    with reopened(tmp_path) as vault:
        vault.connection.execute("DELETE FROM rows WHERE id > 10")
    database.write_bytes(older)
    with pytest.raises(errors.ChangedSinceLock):
        reopened(tmp_path)


def test_a_wal_that_was_not_there_at_close_is_noticed(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    with reopened(tmp_path) as vault:
        vault.connection.execute("INSERT INTO rows (text) VALUES ('later')")
        wal = (tmp_path / "vault" / "vault.db-wal").read_bytes()
    (tmp_path / "vault" / "vault.db-wal").write_bytes(wal)
    before = files_below(tmp_path)
    with pytest.raises(errors.ChangedSinceLock):
        reopened(tmp_path)
    assert files_below(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["OneDrive", "OneDrive - Aarhus Kommune", "Dropbox (Privat)", "iCloudDrive", "Nextcloud", "Google Drive"]
)
def test_a_folder_that_is_synced_to_a_cloud_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.FolderRefused) as caught:
        a_vault(tmp_path / name / "fieldtui")
    assert name[:6].casefold() in explain(caught.value).casefold()
    assert list(tmp_path.iterdir()) == []


def test_a_link_into_a_synced_folder_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "Dropbox")
    with pytest.raises(errors.FolderRefused):
        a_vault(tmp_path / "data")


def test_a_folder_everybody_may_write_to_is_refused_and_its_permissions_are_kept(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(errors.FolderRefused):
        a_vault(tmp_path / "open")
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o777
    assert list((tmp_path / "open").iterdir()) == []


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    with pytest.raises(errors.FolderRefused):
        create_vault(tmp_path / "data", phrase(), clock=a_clock(), kdf=CHEAPEST)
    assert (tmp_path / "data").read_text() == "mine"


def test_no_error_carries_a_secret_in_its_text(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    with pytest.raises(errors.WrongPassphrase) as caught:
        reopened(tmp_path, OTHER_PHRASE)
    assert OTHER_PHRASE.split()[0] not in f"{caught.value!r} {caught.value} {explain(caught.value)}"


def test_a_memory_bomb_is_refused_before_any_memory_is_asked_for(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    main = tmp_path / "vault" / "vault.json"
    sound = json.loads(main.read_bytes())
    slot = sound["slots"][0]
    bad_costs: list[dict[str, Any]] = [
        {"m": m} for m in (8, 19_455, 1_048_577, 2**31, 2**80, -1, 65_536.0, "65536", None, True)
    ]
    bad_costs += [{"t": t} for t in (0, 1, 11, 2**40)] + [{"p": p} for p in (0, 9, 2**33)]
    bad_costs += [{"alg": "scrypt"}, {"salt": ""}, {"salt": "AAAA"}, {"extra": 1}]
    bad: list[Any] = [[{**slot, "kdf": {**slot["kdf"], **cost}}] for cost in bad_costs]
    bad += [[{**slot, "id": f"pw-{i}"} for i in range(n)] for n in (0, 9, 30)] + [
        [slot, slot],
        {},
        None,
        "x",
        [None],
        [[]],
    ]
    for slots in bad:
        for name in HEADERS:
            (tmp_path / "vault" / name).write_bytes(
                json.dumps({**sound, "slots": slots}, sort_keys=True, separators=(",", ":")).encode()
            )
        began = time.process_time()
        with pytest.raises(errors.HeaderDamaged):
            reopened(tmp_path)
        assert time.process_time() - began < 0.3, slots  # no key was derived


AS_NOBODY = """
import os, sys
from pathlib import Path
import platformdirs  # now: the installation may lie where only its owner may look
from fieldtui.base.errors import FolderRefused
from tests.support.vaults import reopened
if os.geteuid() == 0:
    os.setuid(65534)
try:
    reopened(Path(sys.argv[1]))
except FolderRefused:
    print("refused")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("shut", ["folder", "database", "header"])
def test_files_that_may_not_be_written_or_read_are_not_called_damaged(shut: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # not below pytest's folder, which only its owner may enter
        folder = Path(name)
        folder.chmod(0o755)
        a_closed_vault(folder)
        home = folder / "vault"
        for path in [home, folder / "state", *home.iterdir()]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        match shut:
            case "folder":
                home.chmod(0o555)
                for path in home.iterdir():
                    path.chmod(0o444)
            case "database":
                (home / "vault.db").chmod(0o444)
            case _:
                (home / "vault.json").chmod(0o000)
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-B", "-c", AS_NOBODY, name], capture_output=True, text=True, check=False, cwd=root
        )
        home.chmod(0o755)
        assert (done.stdout, done.stderr) == ("refused\n", "")
