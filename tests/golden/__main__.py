"""Play the golden conversation against a central system: `python -m tests.golden --url URL --office COMMAND` (docs/protocol)."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from typing import Any

from fieldtui.base.clock import SystemClock
from tests.golden.playing import Player, conversation

say = print
"""Whoever runs it reads it there."""


def main() -> int:
    """Play it; exit 1 where an answer is other than recorded."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--url", required=True, help="where the central system is, as devices sign for it")
    parser.add_argument(
        "--office",
        required=True,
        help="a command that carries out one order of the office: JSON on stdin, JSON on stdout",
    )
    asked = parser.parse_args()
    wrong = 0

    def office(order: dict[str, Any]) -> dict[str, Any]:
        done = subprocess.run(
            shlex.split(asked.office), input=json.dumps(order).encode(), stdout=subprocess.PIPE, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout or b"{}")
        return found

    def told(name: str, problems: list[str]) -> None:
        nonlocal wrong
        wrong += bool(problems)
        say(f"{'–' if problems else '✓'} {name}", flush=True)
        for problem in problems:
            say(f"    {problem}")

    steps = conversation()
    Player(asked.url.rstrip("/"), SystemClock(), office).play(steps, told)
    say(f"{len(steps)} steps, {wrong} other than recorded")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
