"""A killed process loses nothing that was acknowledged, and leaves exactly one working passphrase (S07, S08)."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fieldtui.base.errors import WrongPassphrase
from fieldtui.vault import CHEAPEST, check_vault, recover_vault
from fieldtui.vault.header import parse_header
from tests.support.vaults import OTHER_PHRASE, PHRASE, a_clock, a_vault, phrase, reopened

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX signal")

WRITER = """
import sys
from pathlib import Path
from tests.support.vaults import reopened
vault = reopened(Path(sys.argv[1]))
connection = vault.connection
number = connection.execute("SELECT coalesce(max(op), 0) FROM parts").fetchone()[0]
print("ready", flush=True)
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    for part in range(3):
        connection.execute("INSERT INTO parts (op, part, text) VALUES (?, ?, ?)", (number, part, f"w{number} " * 30))
        connection.execute("INSERT INTO search (text) VALUES (?)", (f"w{number}",))
    connection.execute("COMMIT")
    print(number, flush=True)
"""

CHANGER = """
import sys
from pathlib import Path
from fieldtui.vault import CHEAPEST, change_passphrase
from tests.support.vaults import OTHER_PHRASE, PHRASE, phrase, reopened
vault = reopened(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
now = sys.argv[2]
while True:
    now = OTHER_PHRASE if now == PHRASE else PHRASE
    print("begin", now, flush=True)
    change_passphrase(vault, phrase(now), kdf=CHEAPEST)
    print("done", now, flush=True)
"""


def run_and_kill(script: str, arguments: list[str], *, lines: int, after: float) -> list[str]:
    """Run until it wrote so many lines after `ready`, kill it so many seconds later, return all whole lines since."""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, cwd=root
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        written = [child.stdout.readline() for _ in range(lines)]
        time.sleep(after)
        child.kill()
        return written + [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]


def test_killed_while_writing_it_keeps_every_acknowledged_write_and_no_half_one(tmp_path: Path) -> None:
    vault, _code = a_vault(tmp_path)
    with vault:
        vault.connection.execute("CREATE TABLE parts (op INTEGER, part INTEGER, text TEXT, UNIQUE (op, part))")
        vault.connection.execute("CREATE VIRTUAL TABLE search USING fts5 (text)")
    moments = random.Random(20261121)
    acknowledged = 0
    for _ in range(10):
        lines = run_and_kill(WRITER, [str(tmp_path)], lines=moments.randint(0, 40), after=moments.uniform(0, 0.03))
        acknowledged = max([acknowledged, *(int(line) for line in lines)])
        with reopened(tmp_path) as vault:
            assert vault.dirty_start is True
            assert check_vault(vault).ok
            kept, rows = vault.connection.execute("SELECT coalesce(max(op), 0), count(*) FROM parts").fetchone()
            assert kept >= acknowledged
            assert rows == kept * 3
            vault.connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            assert vault.connection.execute("SELECT count(*) FROM search").fetchone()[0] == rows
        assert parse_header((tmp_path / "vault" / "vault.json").read_bytes()).seal.hmac is not None
    assert acknowledged > 0
    with reopened(tmp_path) as vault:
        assert vault.dirty_start is False


def test_killed_while_changing_the_passphrase_exactly_one_of_the_two_opens_it(tmp_path: Path) -> None:
    vault, code = a_vault(tmp_path)
    vault.close()
    moments = random.Random(7)
    current = PHRASE
    changes = 0
    for _ in range(6):
        lines = run_and_kill(
            CHANGER, [str(tmp_path), current], lines=moments.randint(1, 5), after=moments.uniform(0, 0.06)
        )
        done = [line.split(maxsplit=1)[1].strip() for line in lines if line.startswith("done")]
        begun = [line.split(maxsplit=1)[1].strip() for line in lines if line.startswith("begin")]
        changes += len(done)
        opens = [text for text in (PHRASE, OTHER_PHRASE) if opens_with(tmp_path, text)]
        assert len(opens) == 1
        certain = done[-1] if done else current
        assert opens[0] in ({certain, begun[-1]} if len(begun) > len(done) else {certain})
        current = opens[0]
        names = {path.name for path in (tmp_path / "vault").iterdir()}
        assert names == {"vault.json", "vault.json.bak", "vault.db", "lock", "lock.gate"}
    assert changes > 0
    vault, _new = recover_vault(tmp_path, code, phrase(), clock=a_clock(), kdf=CHEAPEST)
    vault.close()


def opens_with(folder: Path, text: str) -> bool:
    try:
        reopened(folder, text).close()
    except WrongPassphrase:
        return False
    return True
