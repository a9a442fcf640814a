from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fieldtui.base.errors import Busy, NoVault, PassphraseTooWeak, VaultExists, WrongPassphrase, WrongRecoveryCode
from fieldtui.vault import (
    CHEAPEST,
    AuditHead,
    KdfCost,
    OpenVault,
    Secret,
    VaultState,
    change_passphrase,
    check_vault,
    create_vault,
    recover_vault,
    renew_recovery_code,
    sync_lock,
    vault_state,
)
from fieldtui.vault.header import parse_header
from tests.support.vaults import OTHER_PHRASE, a_clock, a_closed_vault, a_vault, files_below, phrase, reopened


def test_sqlite_utils_runs_on_sqlcipher_once_the_vault_was_imported() -> None:
    code = (
        "import fieldtui.vault, sqlite_utils.db, sqlite_utils.utils;"
        "print(sqlite_utils.db.sqlite3.__name__, sqlite_utils.utils.dbapi2.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["sqlcipher3.dbapi2", "sqlcipher3.dbapi2"]


def test_importing_sqlite_utils_first_is_refused_instead_of_half_working() -> None:
    code = "import sqlite_utils.db, fieldtui.vault"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "fieldtui.vault must be imported before sqlite_utils" in done.stderr


def test_sqlite_utils_writes_searches_and_rolls_back_over_the_connection(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    import sqlite_utils

    with vault:
        db = sqlite_utils.Database(vault.connection)
        people = db.table("person")
        people.insert({"id": 1, "name": "Åse"}, pk="id")
        people.upsert({"id": 1, "town": "Ærø"}, pk="id", alter=True)
        people.enable_fts(["name"], create_triggers=True)

        def insert_and_fail(number: int) -> None:
            with db.atomic():
                people.insert({"id": number, "name": "Bo"})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            insert_and_fail(2)
        with db.atomic():
            people.insert({"id": 3, "name": "Cæcilie"})
            with pytest.raises(ZeroDivisionError):
                insert_and_fail(4)
    with reopened(tmp_path) as vault:
        rows = vault.connection.execute("SELECT id, name, town FROM person ORDER BY id").fetchall()
        assert rows == [(1, "Åse", "Ærø"), (3, "Cæcilie", None)]
        assert [row["id"] for row in sqlite_utils.Database(vault.connection).table("person").search("Cæcilie")] == [3]


def test_the_connection_has_every_setting_the_design_asks_for(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    with vault:

        def setting(name: str) -> object:
            return vault.connection.execute(f"PRAGMA {name}").fetchone()[0]

        assert setting("journal_mode") == "wal"
        assert setting("synchronous") == 2
        assert setting("temp_store") == 2
        assert setting("secure_delete") == 1
        assert setting("trusted_schema") == 0
        assert setting("cell_size_check") == 1
        assert setting("foreign_keys") == 1
        assert setting("recursive_triggers") == 1
        assert str(setting("cipher_memory_security")) == "1"
        assert vault.connection.isolation_level is None


def test_a_new_vault_is_private_whole_and_opens_with_its_passphrase(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    assert vault_state(folder) is VaultState.MISSING
    assert not folder.exists()
    vault, _code = a_vault(folder)
    vault.connection.execute("CREATE TABLE t (x)")
    if os.name == "posix":
        for path in [folder.parent, folder, *folder.rglob("*")]:
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path.name
    vault.close()
    assert {path.name for path in folder.iterdir()} == {"vault", "state"}
    home = folder / "vault"
    assert {path.name for path in home.iterdir()} == {"vault.json", "vault.json.bak", "vault.db", "lock", "lock.gate"}
    assert (home / "vault.json").read_bytes() == (home / "vault.json.bak").read_bytes()
    assert vault_state(folder) is VaultState.PRESENT
    with reopened(folder) as vault:
        assert vault.dirty_start is False
        assert vault.vault_id == parse_header((home / "vault.json").read_bytes()).vault_id
        assert len(vault.audit_key) == 32


def test_a_folder_may_have_any_name_a_file_system_takes(tmp_path: Path) -> None:
    folder = tmp_path / "Ærø & co. 100% #1 data;x=1"
    a_closed_vault(folder)
    with reopened(folder) as vault:
        assert vault.connection.execute("SELECT count(*) FROM rows").fetchone() == (300,)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_an_existing_vault_is_never_overwritten(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    before = files_below(tmp_path)
    with pytest.raises(VaultExists):
        a_vault(tmp_path)
    (tmp_path / "vault" / "vault.json").unlink()
    with pytest.raises(VaultExists):
        a_vault(tmp_path)
    (tmp_path / "vault" / "vault.json.bak").unlink()
    with pytest.raises(VaultExists):
        a_vault(tmp_path)
    assert {**files_below(tmp_path)} == {
        name: kind for name, kind in before.items() if not name.startswith("vault/vault.json")
    }


def test_a_weak_passphrase_makes_no_vault_and_changes_none(tmp_path: Path) -> None:
    with pytest.raises(PassphraseTooWeak):
        create_vault(tmp_path / "data", Secret.of("kort"), clock=a_clock(), kdf=CHEAPEST)
    assert not (tmp_path / "data").exists()
    code = a_closed_vault(tmp_path / "data")
    with reopened(tmp_path / "data") as vault, pytest.raises(PassphraseTooWeak):
        change_passphrase(vault, Secret.of("kort"), kdf=CHEAPEST)
    before = files_below(tmp_path)
    with pytest.raises(PassphraseTooWeak):
        recover_vault(tmp_path / "data", code, Secret.of("kort"), clock=a_clock(), kdf=CHEAPEST)
    assert files_below(tmp_path) == before


def test_a_changed_passphrase_opens_and_the_old_one_does_not(tmp_path: Path) -> None:
    vault, code = a_vault(tmp_path)
    with vault:
        change_passphrase(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
    with pytest.raises(WrongPassphrase):
        reopened(tmp_path)
    reopened(tmp_path, OTHER_PHRASE).close()
    vault, _new_code = recover_vault(tmp_path, code, phrase(), clock=a_clock(), kdf=CHEAPEST)
    vault.close()


def test_recovery_gives_a_new_passphrase_and_a_new_code_and_kills_the_old_ones(tmp_path: Path) -> None:
    code = a_closed_vault(tmp_path)
    vault, new_code = recover_vault(tmp_path, code, phrase(OTHER_PHRASE), clock=a_clock(), kdf=CHEAPEST)
    with vault:
        assert vault.connection.execute("SELECT count(*) FROM rows").fetchone() == (300,)
    assert new_code != code
    with pytest.raises(WrongPassphrase):
        reopened(tmp_path)
    with pytest.raises(WrongRecoveryCode):
        recover_vault(tmp_path, code, phrase(), clock=a_clock(), kdf=CHEAPEST)
    reopened(tmp_path, OTHER_PHRASE).close()
    recover_vault(tmp_path, new_code, phrase(), clock=a_clock(), kdf=CHEAPEST)[0].close()


def test_a_renewed_recovery_code_opens_the_old_one_does_not_and_the_passphrase_stays(tmp_path: Path) -> None:
    def kept(name: str) -> list[object]:
        header = parse_header((tmp_path / "vault" / name).read_bytes())
        return [slot for slot in header.slots if slot.type != "recovery"]

    vault, code = a_vault(tmp_path)
    before = kept("vault.json")
    with vault:
        new_code = renew_recovery_code(vault, clock=a_clock())
    assert new_code != code
    assert len(before) == 1
    for name in ("vault.json", "vault.json.bak"):
        assert kept(name) == before
        slots = parse_header((tmp_path / "vault" / name).read_bytes()).slots
        assert [slot.type for slot in slots] == ["passphrase", "recovery"]
    with pytest.raises(WrongRecoveryCode):
        recover_vault(tmp_path, code, phrase(OTHER_PHRASE), clock=a_clock(), kdf=CHEAPEST)
    reopened(tmp_path).close()
    recover_vault(tmp_path, new_code, phrase(OTHER_PHRASE), clock=a_clock(), kdf=CHEAPEST)[0].close()


def test_several_may_have_it_open_and_the_last_one_out_seals(tmp_path: Path) -> None:
    first, _code = a_vault(tmp_path)
    second = reopened(tmp_path)
    assert second.dirty_start is False
    first.connection.execute("CREATE TABLE t (x)")
    second.connection.execute("INSERT INTO t VALUES (1)")
    header = tmp_path / "vault" / "vault.json"
    first.close()
    assert parse_header(header.read_bytes()).seal.hmac is None
    third = reopened(tmp_path)
    second.close()
    assert third.connection.execute("SELECT x FROM t").fetchall() == [(1,)]
    third.close()
    sealed = parse_header(header.read_bytes()).seal
    assert sealed.hmac is not None
    assert sealed.size == (tmp_path / "vault" / "vault.db").stat().st_size


def test_who_has_it_alone_keeps_others_out_and_gets_it_only_when_alone(tmp_path: Path) -> None:
    first, _code = a_vault(tmp_path)
    second = reopened(tmp_path)
    with pytest.raises(Busy), first.exclusive():
        pytest.fail("it was not alone")
    second.connection.execute("CREATE TABLE still_works (x)")
    second.close()
    with first.exclusive(), first.exclusive(), pytest.raises(Busy):
        reopened(tmp_path)
    reopened(tmp_path).close()
    first.close()
    assert reopened(tmp_path).dirty_start is False


def test_a_failed_attempt_to_have_it_alone_does_not_let_another_seal_it_too_early(tmp_path: Path) -> None:
    first, _code = a_vault(tmp_path)
    second = reopened(tmp_path)
    with pytest.raises(Busy), first.exclusive():
        pytest.fail("it was not alone")
    second.close()
    assert parse_header((tmp_path / "vault" / "vault.json").read_bytes()).seal.hmac is None
    first.close()


def test_one_sync_at_a_time_and_none_without_a_vault(tmp_path: Path) -> None:
    with pytest.raises(NoVault), sync_lock(tmp_path):
        pytest.fail("there is no vault")
    assert list(tmp_path.iterdir()) == []
    a_closed_vault(tmp_path)
    with sync_lock(tmp_path), pytest.raises(Busy) as caught, sync_lock(tmp_path):
        pytest.fail("two at once")
    assert caught.value.what == "sync"
    with sync_lock(tmp_path):
        reopened(tmp_path).close()


def test_locks_are_gone_with_the_process_that_held_them(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    code = (
        "import sys, os; from pathlib import Path; from fieldtui.vault import sync_lock\n"
        "with sync_lock(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(Busy), sync_lock(tmp_path):
        pytest.fail("two at once")
    child.kill()
    child.communicate()
    with sync_lock(tmp_path):
        assert child.returncode != 0


def test_the_head_of_the_access_log_is_anchored_at_close_and_never_goes_back(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    assert vault.audit_head == AuditHead(0, "")
    vault.set_audit_head(7, "bWFj")
    vault.set_audit_head(5, "older")
    vault.close()
    first, second = reopened(tmp_path), reopened(tmp_path)
    assert first.audit_head == AuditHead(7, "bWFj")
    first.set_audit_head(9, "nine")
    second.set_audit_head(8, "eight")
    first.close()
    second.close()
    with reopened(tmp_path) as vault:
        assert vault.audit_head == AuditHead(9, "nine")


def test_the_keys_of_a_purpose_differ_and_last_as_long_as_the_vault(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path / "a")
    other, _code = a_vault(tmp_path / "b")
    with vault, other:
        assert vault.audit_key != other.audit_key
        key = vault.audit_key
    with reopened(tmp_path / "a") as vault:
        assert vault.audit_key == key
        change_passphrase(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
    with reopened(tmp_path / "a", OTHER_PHRASE) as vault:
        assert vault.audit_key == key


def test_closing_wipes_the_keys_and_may_be_repeated(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    key, audit_key = vault._vault_key, vault._audit_key
    assert any(key)
    assert any(audit_key)
    vault.close()
    vault.close()
    assert not any(key)
    assert not any(audit_key)
    for use in (lambda: vault.connection, lambda: vault.audit_key, lambda: change_passphrase(vault, phrase())):
        with pytest.raises(ValueError, match="closed"):
            use()


def test_an_open_transaction_is_rolled_back_at_close_and_the_vault_still_sealed(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    vault.connection.execute("CREATE TABLE t (x)")
    vault.connection.execute("BEGIN")
    vault.connection.execute("INSERT INTO t VALUES (1)")
    vault.close()
    with reopened(tmp_path) as vault:
        assert vault.dirty_start is False
        assert vault.connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_threads_may_share_the_connection_under_its_mutex(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    vault.connection.execute("CREATE TABLE t (x)")

    def write() -> None:
        for i in range(20):
            with vault.mutex:
                vault.connection.execute("INSERT INTO t VALUES (?)", (i,))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vault.connection.execute("SELECT count(*) FROM t").fetchone() == (80,)
    vault.close()


def test_many_who_open_and_close_at_once_always_leave_it_sealed(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    failures: list[BaseException] = []

    def come_and_go() -> None:
        try:
            for _ in range(6):
                with reopened(tmp_path) as vault:
                    assert not vault.dirty_start
                    vault.connection.execute("INSERT INTO rows (text) VALUES ('x')")
        except BaseException as error:  # noqa: BLE001 - a thread's failure is told to the test
            failures.append(error)

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reopened(tmp_path) as vault:
        assert vault.dirty_start is False
        assert vault.connection.execute("SELECT count(*) FROM rows").fetchone() == (324,)
        assert check_vault(vault).ok


def test_a_check_of_a_sound_vault_finds_nothing_and_counts_pages(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    with reopened(tmp_path) as vault:
        report = check_vault(vault)
        assert (report.ok, report.problems) == (True, ())
        assert report.pages * 4096 == (tmp_path / "vault" / "vault.db").stat().st_size


def test_a_check_finds_a_broken_foreign_key(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    with vault:
        vault.connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        vault.connection.execute("CREATE TABLE child (parent REFERENCES parent)")
        vault.connection.execute("PRAGMA foreign_keys=OFF")
        vault.connection.execute("INSERT INTO child VALUES (1)")
        report = check_vault(vault)
    assert not report.ok
    assert report.problems == ("foreign key: child 1",)


@pytest.mark.parametrize("cost", [(19_455, 2, 1), (19_456, 1, 1), (19_456, 2, 0), (1_048_577, 3, 4), (65_536, 11, 4)])
def test_a_cost_outside_the_bounds_cannot_even_be_written_down(cost: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="KDF cost"):
        KdfCost(*cost)


def test_an_open_vault_shows_no_key(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    with vault:
        assert repr(vault) == "<OpenVault open>"
    assert isinstance(vault, OpenVault)
    assert repr(vault) == "<OpenVault closed>"
