"""Measure the vault against its budgets, and each work against its floor in the same run.

    python -m tests.benchmarks.vault [--rounds 5] [--megabytes 16] [--write docs/performance.md]

Seconds move with the machine; ratios of one run hardly do, so they are the gate. Nothing here passes or fails by itself: the
table says what was met.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.sync.table import machine

_BEGIN, _END = "<!-- bench-vault: written by make bench-vault -->", "<!-- end of bench-vault -->"
_HEADER_BUDGET = 4096


def main() -> int:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(description="Measure the vault against its budgets and floors.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=16)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldtui-bench-") as name:
        home = Path(name)
        for variable, folder in (("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config"), ("HOME", "home")):
            (home / folder).mkdir()
            os.environ[variable] = str(home / folder)
        from tests.benchmarks.vault.works import Bench

        bench = Bench(home, options.megabytes)
        for number in range(options.rounds):
            bench.round()
            bench.entries()
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        text = table(bench, options.rounds)
    print(text)
    if options.write is not None:
        write_into(options.write, text)
    return 0


def table(bench: object, rounds: int) -> str:
    """The results as Markdown."""
    from tests.benchmarks.vault.works import Bench

    if not isinstance(bench, Bench):
        raise TypeError("not a bench")
    load = " ".join(f"{each:.1f}" for each in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    head = (
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {rounds} rounds, medians, least–most in brackets; a vault of"
        f" {bench.size / 1e6:.1f} MB. Machine: {machine()}. Load when it ended: {load}."
    )
    lines = [
        head,
        "",
        "| work | seconds | budget | floor | seconds of the floor | ratio | goal |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in bench.results.values():
        ours, floor = statistics.median(each.seconds), statistics.median(each.floors)
        ratio = statistics.median(mine / bare for mine, bare in zip(each.seconds, each.floors, strict=True))
        lines.append(
            f"| {each.name} | {_seconds(ours)} ({_seconds(min(each.seconds))}–{_seconds(max(each.seconds))})"
            f" | {each.budget:g}{'' if ours <= each.budget else ' **missed**'} | {each.floor} | {_seconds(floor)}"
            f" | {ratio:.1f} | ≤ {each.goal:g}{'' if ratio <= each.goal else ' **missed**'} |"
        )
    met = "" if bench.header <= _HEADER_BUDGET else " **missed**"
    lines += ["", f"Header with a passphrase and a recovery slot: {bench.header} bytes (budget {_HEADER_BUDGET}{met})."]
    return "\n".join(lines)


def write_into(document: Path, text: str) -> None:
    """Put the table in place of the last one, else at the end."""
    old = document.read_text("utf-8")
    block = f"{_BEGIN}\n{text}\n{_END}"
    pattern = re.compile(re.escape(_BEGIN) + ".*?" + re.escape(_END), re.DOTALL)
    new = pattern.sub(lambda _found: block, old) if pattern.search(old) else f"{old.rstrip()}\n\n{block}\n"
    document.write_text(new, "utf-8")


def _seconds(value: float) -> str:
    if value < 0.01:
        return f"{value * 1000:.2f} ms"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


if __name__ == "__main__":
    raise SystemExit(main())
