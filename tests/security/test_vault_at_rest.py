"""Nothing that was stored can be found on the disk without the key (S01)."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import pytest

from fieldtui.vault import check_vault
from fieldtui.vault.sqlcipher import connect
from tests.support.needles import hits
from tests.support.vaults import a_vault, phrase, reopened


def found_in(folder: Path, needles: list[str]) -> set[str]:
    return {Path(name).name for name in hits([folder], needles)}


def fill(connection: object, needles: list[str]) -> None:
    execute = connection.execute  # type: ignore[attr-defined]
    execute("PRAGMA cache_size=-200")  # little, so that sorting spills
    execute("CREATE TABLE note (id INTEGER PRIMARY KEY, citizen TEXT, text TEXT)")
    execute("CREATE VIRTUAL TABLE search USING fts5 (text)")
    execute("BEGIN")
    for i in range(4000):
        text = f"{needles[i % len(needles)]} and more {i} " * 4
        execute("INSERT INTO note (citizen, text) VALUES (?, ?)", (needles[i % len(needles)], text))
        if i % 4 == 0:
            execute("INSERT INTO search (text) VALUES (?)", (text,))
    execute("COMMIT")


def work(connection: object) -> None:
    execute = connection.execute  # type: ignore[attr-defined]
    execute("CREATE TEMP TABLE sorted AS SELECT * FROM note ORDER BY text DESC, citizen")
    execute("CREATE INDEX note_text ON note (text)")
    execute("INSERT INTO search (search) VALUES ('rebuild')")
    execute("UPDATE note SET text = text || 'x' WHERE id % 7 = 0")
    execute("DELETE FROM note WHERE id % 5 = 0")


def test_no_stored_word_is_readable_on_disk_while_open_or_closed(tmp_path: Path) -> None:
    needles = [f"needle{secrets.token_hex(8)}" for _ in range(5)]
    vault, code = a_vault(tmp_path)
    with vault:
        fill(vault.connection, needles)
        assert found_in(tmp_path, needles) == set()
        work(vault.connection)
        rows = vault.connection.execute("SELECT text FROM note ORDER BY text || citizen")
        assert rows.fetchone()[0].startswith("needle")
        assert (tmp_path / "vault" / "vault.db-wal").stat().st_size > 100_000
        assert found_in(tmp_path, needles) == set()
        assert vault.connection.execute("SELECT count(*) FROM search WHERE search MATCH ?", (needles[0],)).fetchone()[0]
    secrets_used = [*phrase().reveal().split(), code, code[4:9], *needles]
    assert found_in(tmp_path, secrets_used) == set()
    with reopened(tmp_path) as vault:
        vault.connection.execute("VACUUM")
        assert check_vault(vault).ok
    assert found_in(tmp_path, secrets_used) == set()


def test_the_same_search_finds_everything_where_nothing_is_encrypted(tmp_path: Path) -> None:
    """The control: without a key the needles are found, so that the test above can fail."""
    needles = [f"needle{secrets.token_hex(8)}" for _ in range(5)]
    connection = connect(tmp_path / "plain.db", create=True)
    connection.execute("PRAGMA journal_mode=WAL")
    fill(connection, needles)
    assert found_in(tmp_path, needles) >= {"plain.db-wal"}
    connection.close()
    assert found_in(tmp_path, needles) == {"plain.db"}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_sort_that_spills_to_a_file_would_be_seen(tmp_path: Path) -> None:
    """The control for temporary files: with `temp_store=FILE` the scan of open files does find plaintext."""
    needles = [f"needle{secrets.token_hex(8)}" for _ in range(5)]
    vault, _code = a_vault(tmp_path)
    with vault:
        fill(vault.connection, needles)
        vault.connection.execute("PRAGMA temp_store=FILE")
        vault.connection.execute("PRAGMA temp.cache_size=-50")
        work(vault.connection)
        cursor = vault.connection.execute("SELECT text, citizen FROM sorted ORDER BY citizen || text")
        cursor.fetchone()
        assert found_in(tmp_path, needles)
