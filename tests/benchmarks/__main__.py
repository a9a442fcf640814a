"""Measure what a person waits for at the command line, on a training vault made for the purpose.

    python -m tests.benchmarks [--rounds 7] [--citizens 25]

Every row is a whole process: interpreter, imports, opening the vault with its real key derivation, work, and output. The
commands are run in turn, round after round, so that a noisy moment falls on all of them. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PASSPHRASE = "sommer havn kaffe bro cykel"


@dataclass(frozen=True, slots=True)
class Work:
    """One command and what people call it."""

    name: str
    command: tuple[str, ...]
    of: str
    """Name of the work it is compared with."""


def works(data: Path, passphrase: Path) -> tuple[Work, ...]:
    """What is measured, the cheapest first."""
    fieldtui = (sys.executable, "-m", "fieldtui")
    vault = (*fieldtui, "--data-dir", str(data), "--passphrase-file", str(passphrase))
    return (
        Work("bare Python", (sys.executable, "-c", "pass"), "bare Python"),
        Work("fieldtui --version", (*fieldtui, "--version"), "bare Python"),
        Work("status --json", (*vault, "status", "--json"), "bare Python"),
        Work("today --json", (*vault, "today", "--json"), "status --json"),
        Work("list citizen --json", (*vault, "list", "citizen", "--json"), "status --json"),
        Work("list note --json", (*vault, "list", "note", "--json"), "status --json"),
        Work("search samtale --json", (*vault, "search", "samtale", "--json"), "status --json"),
        Work("log verify", (*vault, "log", "verify"), "status --json"),
    )


def seconds(command: Sequence[str], home: Path) -> float:
    """Wall time of one process.

    Raises:
        subprocess.CalledProcessError: The command failed; a failure has no speed.
    """
    environment = {**os.environ, "HOME": str(home), "FIELDTUI_LANG": "da"}
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, timeout=300)
    return time.perf_counter() - began


def main() -> int:
    """Make a vault, measure, print the table."""
    parser = argparse.ArgumentParser(description="Measure the command line on a training vault.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--citizens", type=int, default=25, help="citizens of each consultant in the training team")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldtui-bench-") as folder:
        home, data, passphrase = Path(folder), Path(folder) / "data", Path(folder) / "passphrase"
        passphrase.write_text(_PASSPHRASE + "\n", encoding="utf-8")
        passphrase.chmod(0o600)
        demo = (
            sys.executable,
            "-m",
            "fieldtui",
            "demo",
            "--headless",
            "--seed",
            "7",
            "--citizens",
            str(options.citizens),
        )
        made = seconds((*demo, "--data-dir", str(data)), home)
        print(f"a training set-up with 3 × {options.citizens} citizens, made and synced: {made:.1f} s\n")
        taken: dict[str, list[float]] = {work.name: [] for work in works(data, passphrase)}
        for _ in range(options.rounds):
            for work in works(data, passphrase):
                taken[work.name].append(seconds(work.command, home))
        middle = {name: statistics.median(each) for name, each in taken.items()}
        print(f"{'work':<24} {'median':>9} {'least':>9} {'most':>9}   ratio")
        for work in works(data, passphrase):
            times = taken[work.name]
            ratio = f"{middle[work.name] / middle[work.of]:.1f} × {work.of}" if work.of != work.name else ""
            cells = "".join(f"{value * 1000:>7.0f} ms" for value in (middle[work.name], min(times), max(times)))
            print(f"{work.name:<24}{cells}   {ratio}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
