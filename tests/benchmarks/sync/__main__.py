"""Measure sync beside the peers: python -m tests.benchmarks.sync [--size S] [--rounds 3] [--write docs/performance.md]

One round after the other, and in each round everybody in turn, so that a noisy moment falls on all of them; then one more
round through a proxy that counts requests and bytes, whose times are not used. A peer that cannot be installed here (no
network, no node) is left out, and the table says so. Nothing here passes or fails but the work itself: a round that did not
move what it should ends the run.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from fieldtui.central.embedded import EmbeddedPostgres
from tests.benchmarks.sync.contenders import Contender, Rows, Stage, anki, fieldtui, floor, pouch
from tests.benchmarks.sync.dataset import SIZES, items
from tests.benchmarks.sync.peers import Missing, anki_python, pouch_modules
from tests.benchmarks.sync.table import Results, write_into
from tests.benchmarks.sync.wire import Wire


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Measure sync beside Anki, PouchDB and a bare SQLCipher transaction.")
    parser.add_argument("--size", choices=sorted(SIZES), default="S")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--write", type=Path, help="put the table into this document, in place of the one of that size")
    options = parser.parse_args()
    began = time.monotonic()
    missing: list[str] = []
    with tempfile.TemporaryDirectory(prefix="fieldtui-bench-") as name:
        folder = Path(name)
        data = folder / f"{options.size}.jsonl"
        lines = [item.line() for item in items(options.size)]
        data.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with EmbeddedPostgres(folder / "postgres") as postgres:
            contenders: dict[str, Contender] = {"raw": floor(options.size), "fieldtui": fieldtui(postgres)}
            if not options.alone:
                contenders |= _peers(missing)
            timed = {each: [] for each in contenders}  # type: dict[str, list[Rows]]
            for number in range(options.rounds):
                for each, contender in contenders.items():
                    timed[each].append(_round(contender, folder, data, len(lines), None))
                    print(f"round {number + 1}: {each}", file=sys.stderr)
            counted: dict[str, Rows] = {}
            for each, contender in contenders.items():
                if each != "raw":
                    with Wire() as wire:
                        counted[each] = _round(contender, folder, data, len(lines), wire)
            print("counted", file=sys.stderr)
        sha = hashlib.sha256(data.read_bytes()).hexdigest()
        size = data.stat().st_size
    results = Results(options.size, len(lines), size, sha, timed, counted, tuple(missing), time.monotonic() - began)
    print(results.text())
    if options.write is not None:
        write_into(options.write, options.size, results.text())
    return 0


def _peers(missing: list[str]) -> dict[str, Contender]:
    found: dict[str, Contender] = {}
    try:
        python = anki_python()
        found |= {"Anki, records": anki(python, whole=False), "Anki, whole file": anki(python, whole=True)}
    except Missing as why:
        missing.append(str(why))
    try:
        found["PouchDB"] = pouch(pouch_modules())
    except Missing as why:
        missing.append(str(why))
    return found


def _round(contender: Contender, folder: Path, data: Path, records: int, wire: Wire | None) -> Rows:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        return contender(Stage(Path(name), data, records, wire))


if __name__ == "__main__":
    sys.exit(main())
