"""Positive controls: each protection of the vault taken away, and the attack it stands against succeeds.

What SQLCipher, SQLite and a bare header would let through is shown on real files with the same library, so that a test which
refuses an attack cannot be passing for another reason. docs/attacks.md names the test that refuses each of them.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.canonical import canonical_json
from fieldtui.base.errors import LogBroken
from fieldtui.store import accesslog
from fieldtui.vault import sqlcipher
from fieldtui.vault.header import parse_header
from tests.support.vaults import a_closed_vault

KEY = "00" * 32 + "11" * 16
"""A raw key and a salt, as the vault gives them."""


def opened(path: Path, *, recursive: bool = False) -> sqlite3.Connection:
    """SQLCipher as its defaults have it, and nothing of ours around it."""
    connection = sqlcipher.dbapi2.connect(str(path), isolation_level=None)  # type: ignore[attr-defined]
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{KEY}'\"")
    connection.execute(f"PRAGMA recursive_triggers = {int(recursive)}")
    return connection  # type: ignore[no-any-return]


def filled(path: Path, rows: int = 400) -> None:
    connection = opened(path)
    connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO note (text) VALUES (?)", [(f"notat {n} " * 40,) for n in range(rows)])
    connection.execute("COMMIT")
    connection.close()


def test_s03_an_empty_file_and_a_missing_one_open_as_an_empty_vault(tmp_path: Path) -> None:
    for name in ("empty.db", "missing.db"):
        path = tmp_path / name
        if name == "empty.db":
            path.touch()
        connection = opened(path)
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        connection.execute("CREATE TABLE note (text TEXT)")
        connection.close()
        assert path.stat().st_size > 0, "it was made where nothing was"


def test_s04_a_header_that_nobody_proves_is_well_formed_whatever_it_says(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    said = json.loads((tmp_path / "vault" / "vault.json").read_bytes())
    forged = parse_header(canonical_json(said | {"epoch": said["epoch"] + 1_000}))
    assert forged.epoch == said["epoch"] + 1_000, "its form and its limits are in order; only the MAC is not"


def test_s06_a_flipped_bit_on_a_page_nobody_visits_is_not_noticed_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    filled(path)
    data = bytearray(path.read_bytes())
    data[len(data) - 2_000] ^= 1
    path.write_bytes(data)
    connection = opened(path)
    assert connection.execute("SELECT text FROM note WHERE id = 1").fetchone()[0].startswith("notat 0")
    assert connection.execute("PRAGMA cipher_integrity_check").fetchall(), "only who asks is told"
    connection.close()


def test_rollback_an_older_page_and_an_older_file_pass_every_check_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    filled(path)
    before = path.read_bytes()
    connection = opened(path)
    connection.execute("UPDATE note SET text = 'nyere' || text WHERE id = 1")
    connection.close()
    path.write_bytes(before)
    connection = opened(path)
    assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT text FROM note WHERE id = 1").fetchone()[0].startswith("notat 0"), (
        "the edit is gone"
    )
    connection.close()


def test_rollback_a_log_of_writes_that_was_removed_takes_acknowledged_writes_along_in_silence(tmp_path: Path) -> None:
    path, thief = tmp_path / "vault.db", tmp_path / "stolen.db"
    filled(path)
    connection = opened(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("INSERT INTO note (text) VALUES ('anerkendt')")
    thief.write_bytes(path.read_bytes())  # as after a kill, without the log beside it
    connection.close()
    copy = opened(thief)
    assert copy.execute("PRAGMA cipher_integrity_check").fetchall() == []
    assert copy.execute("SELECT count(*) FROM note WHERE text = 'anerkendt'").fetchone() == (0,)
    copy.close()


@pytest.mark.parametrize("recursive", [False, True])
def test_s17_without_recursive_triggers_replace_rewrites_an_append_only_row(tmp_path: Path, recursive: bool) -> None:
    connection = opened(tmp_path / "log.db", recursive=recursive)
    connection.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, action TEXT)")
    connection.execute("CREATE TRIGGER kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END")
    connection.execute("INSERT INTO audit VALUES (1, 'open')")
    if recursive:
        with pytest.raises(Exception, match="append only"):
            connection.execute("REPLACE INTO audit VALUES (1, 'sync')")
    else:
        connection.execute("REPLACE INTO audit VALUES (1, 'sync')")
    said = connection.execute("SELECT action FROM audit").fetchone()[0]
    connection.close()
    assert said == ("open" if recursive else "sync")


def test_s17_without_an_anchor_a_chain_that_lost_its_end_is_whole(tmp_path: Path) -> None:
    connection, key = opened(tmp_path / "log.db"), b"k" * 32
    connection.execute(
        "CREATE TABLE audit (seq INTEGER PRIMARY KEY, at, actor, device, action, subject, reason, detail, prev, mac)"
    )
    entry: dict[str, Any] = {
        "actor": "a",
        "device": "d",
        "action": "open",
        "subject": None,
        "reason": None,
        "detail": None,
    }
    rows = [accesslog.append(connection, key, at=datetime(2026, 11, 23, tzinfo=UTC), **entry) for _ in range(5)]
    connection.execute("DELETE FROM audit WHERE seq > 3")
    assert accesslog.verify(connection, key, anchored_seq=0, anchored_mac="") == 3
    with pytest.raises(LogBroken):
        accesslog.verify(connection, key, anchored_seq=5, anchored_mac=rows[-1].mac)
    connection.close()
