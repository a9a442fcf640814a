"""`make simulate`: play seeds, and say which of them broke a promise."""

from __future__ import annotations

import argparse
import concurrent.futures
import hashlib
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from fieldtui.central.database import migrate
from fieldtui.central.embedded import EmbeddedPostgres
from tests.simulation.biting import BROUGHT_OUT_BY, first_that_shows, seeds_from
from tests.simulation.breakages import BREAKAGES
from tests.simulation.scene import stage
from tests.simulation.world import Outcome, SeedFailed, play

say = print
"""Whoever runs it reads it there."""


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--break", dest="breakage", choices=["all", *sorted(BREAKAGES)])
    asked = parser.parse_args()
    if asked.breakage == "all":
        return _name_seeds()
    seeds = [asked.seed] if asked.seed is not None else list(range(asked.first, asked.first + asked.seeds))
    began = time.monotonic()
    with _postgres() as postgres:
        jobs = min(asked.jobs, len(seeds))
        urls = [_database(postgres, f"sim{number}") for number in range(jobs)]
        parts = [(urls[number], seeds[number::jobs], asked.trace, asked.breakage) for number in range(jobs)]
        if jobs == 1:
            results = [_part(parts[0])]
        else:
            fresh = multiprocessing.get_context("spawn")
            with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=fresh) as pool:
                results = list(pool.map(_part, parts))
    return _say(results, time.monotonic() - began)


def _name_seeds() -> int:
    """Say for each guarantee the first seed that shows that it was taken away."""
    with _postgres() as postgres, stage(_database(postgres, "sim")) as made:
        found = {name: first_that_shows(made, name, seeds_from(0)) for name in BREAKAGES}
    for name, seed in found.items():
        say(f"{name}: {seed if seed is not None else 'none'}")
    return 0 if None not in found.values() else 1


@contextmanager
def _postgres() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="fieldtui-simulate-"))
    try:
        with EmbeddedPostgres(folder / "postgres", durable=False) as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _database(postgres: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = postgres.url_of(name)
    migrate(url)
    return url


def _part(part: tuple[str, list[int], bool, str | None]) -> tuple[list[Outcome], list[tuple[int, str]], float]:
    url, seeds, trace, breakage = part
    done: list[Outcome] = []
    failed: list[tuple[int, str]] = []
    with stage(url) as made:
        began = time.process_time()
        for seed in seeds:
            try:
                broken = BREAKAGES[breakage](made) if breakage else None
                weather = BROUGHT_OUT_BY.get(breakage or "", {})
                done.append(play(made, seed, tell=say if trace else None, broken=broken, weather=weather))
                if len(done) % 50 == 0:
                    say(f"… {len(done) + len(failed)} of {len(seeds)}", flush=True)
            except SeedFailed as error:
                failed.append((seed, str(error)))
                say(f"\n{error}", flush=True)
        took = time.process_time() - began
    return done, failed, took


def _say(results: list[tuple[list[Outcome], list[tuple[int, str]], float]], took: float) -> int:
    done = [outcome for part, _failed, _took in results for outcome in part]
    failed = sorted(seed for _done, part, _took in results for seed, _why in part)
    played = len(done) + len(failed)
    worked = sum(part for _done, _failed, part in results)
    totals = {
        name: sum(getattr(each, name) for each in done)
        for name in ("syncs", "requests", "faults", "kills", "conflicts", "restores")
    }
    say(f"{played} seeds, {len(failed)} failed, {took:.0f} s, {worked / played:.2f} s of processor a seed")
    say(", ".join(f"{value} {name}" for name, value in totals.items()))
    digests = "".join(each.digest for each in sorted(done, key=lambda each: each.seed))
    say(f"traces: {hashlib.sha256(digests.encode()).hexdigest()[:16]}")
    if failed:
        say("failed: " + " ".join(str(seed) for seed in failed))
    return 1 if failed else 0
