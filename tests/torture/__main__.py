"""`python -m tests.torture sync --rounds 500` (`make torture-sync`), `python -m tests.torture failover` (`make failover`),
`python -m tests.torture vault --rounds 200` (`make torture-vault`)."""

from __future__ import annotations

import argparse
import sys
import time

from tests.torture.failover import failover
from tests.torture.sync import torture
from tests.torture.vault import torture_vault

say = print
"""Whoever runs it reads it there."""


def main() -> int:
    """Run it, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    sync = what.add_parser("sync", help="kill -9 on laptops, API processes and PostgreSQL, at random moments")
    sync.add_argument("--rounds", type=int, default=500)
    sync.add_argument("--seed", type=int, default=1)
    sync.add_argument("--first", type=int, default=0, help="number of the first round")
    over = what.add_parser("failover", help="kill -9 on the primary PostgreSQL under load; its standby takes over")
    over.add_argument("--rounds", type=int, default=5)
    over.add_argument("--seed", type=int, default=1)
    vault = what.add_parser(
        "vault", help="kill -9 of everything that is done to a vault, and bits flipped in its files"
    )
    vault.add_argument("--rounds", type=int, default=200)
    vault.add_argument("--seed", type=int, default=1)
    vault.add_argument("--first", type=int, default=0, help="number of the first round")
    asked = parser.parse_args()
    if asked.what == "vault":
        return _vault(asked.rounds, asked.seed, asked.first)
    if asked.what == "failover":
        return _failover(asked.rounds, asked.seed)
    return _sync(asked.rounds, asked.seed, asked.first)


def _sync(rounds: int, seed: int, first: int) -> int:
    began = time.monotonic()
    say(f"seed {seed}, rounds {first} to {first + rounds - 1}", flush=True)
    tally = torture(rounds, seed=seed, first=first, tell=lambda text: say(f"… {text}", flush=True))
    say(f"{tally.rounds} rounds in {time.monotonic() - began:.0f} s")
    say("killed: " + ", ".join(f"{name} {times}" for name, times in tally.killed.most_common()))
    say("laptops said: " + ", ".join(f"{name} {times}" for name, times in tally.said.most_common()))
    if not tally.broken:
        say("nothing lost, nothing twice, all alike")
        return 0
    say("\n".join(tally.broken))
    last = first + tally.rounds - 1
    say(
        f"Again, with the same plan (moments follow the machine, so it may take several tries): "
        f"make torture-sync SEED={seed} FIRST={max(first, last - 20)} ROUNDS={min(21, last - first + 1)}"
    )
    return 1


def _vault(rounds: int, seed: int, first: int) -> int:
    began = time.monotonic()
    say(f"seed {seed}, rounds {first} to {first + rounds - 1}", flush=True)
    tally = torture_vault(rounds, seed=seed, first=first, tell=lambda text: say(f"… {text}", flush=True))
    say(f"{tally.rounds} rounds in {time.monotonic() - began:.0f} s, {tally.acknowledged} writes acknowledged")
    say("killed in rounds of: " + ", ".join(f"{name} {times}" for name, times in tally.killed.most_common()))
    say("flipped: " + ", ".join(f"{name} {times}" for name, times in sorted(tally.flips.items())))
    if not tally.broken:
        say("nothing acknowledged lost, one working passphrase each time, every flip noticed or harmless")
        return 0
    say("\n".join(tally.broken))
    say(f"Again, with the same plan: make torture-vault SEED={seed} FIRST={first} ROUNDS={rounds}")
    return 1


def _failover(rounds: int, seed: int) -> int:
    broken = 0
    for number in range(seed, seed + rounds):
        outcome = failover(number)
        say(
            f"seed {number}: {outcome.accepted} edits acknowledged, {outcome.unanswered} pushes sent again, "
            f"{outcome.seconds:.1f} s without an answer, {len(outcome.broken)} lost or wrong",
            flush=True,
        )
        say("\n".join(outcome.broken), end="\n" if outcome.broken else "")
        broken += bool(outcome.broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
