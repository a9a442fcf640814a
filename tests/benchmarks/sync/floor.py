"""The floor: the same rows into a bare SQLCipher file in one transaction: python -m tests.benchmarks.sync.floor SIZE FILE

Raw key, 64 MB cache, the settings for durability that fieldtui has; opening and the closing checkpoint are counted.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from fieldtui.vault.sqlcipher import connect
from tests.benchmarks.sync.dataset import items
from tests.benchmarks.sync.measured import say

_KEY = "x'" + "2f" * 48 + "'"


def main(size: str, file: str) -> None:
    """Insert and print one line of JSON."""
    rows = [(item.id, item.collection, item.scope, item.line()) for item in items(size)]
    path = Path(file)
    began, busy = time.perf_counter(), time.process_time()
    connection = connect(path, create=True)
    connection.execute(f'PRAGMA key="{_KEY}"')
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(
        "CREATE TABLE record (id TEXT PRIMARY KEY, collection TEXT, scope TEXT, body TEXT) WITHOUT ROWID"
    )
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    say(s=time.perf_counter() - began, cpu_s=time.process_time() - busy, n=len(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
