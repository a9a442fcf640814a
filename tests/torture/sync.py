"""`make torture-sync`: rounds of SIGKILL on either side at random moments, and a look after each of them."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.torture.clusters import SECONDS, Cluster, remove
from tests.torture.office import Office, open_office

BATCH: Final = 50
"""Rounds in one office; then all is brought to rest, compared, and a new office begins."""
VICTIMS: Final = {"laptop": 45, "api": 18, "database": 10, "laptop and api": 7, "put": 8, "sync": 8, "all": 4}
"""What is killed, with its weight."""


@dataclass(frozen=True, slots=True)
class Round:
    """What happens in one round; it follows from the seed and the number."""

    number: int
    victim: str
    laptop: int
    api: int
    after: float
    """Seconds of work before the kill."""
    down: float
    """Seconds that what serves stays away."""
    hands_over: bool

    @classmethod
    def planned(cls, seed: int, number: int) -> Round:
        chance = random.Random(f"{seed}-{number}")
        (victim,) = chance.choices(list(VICTIMS), list(VICTIMS.values()))
        return cls(
            number, victim, chance.randrange(3), chance.randrange(2), chance.uniform(0.02, 0.8), chance.uniform(0.0, 0.3),
            chance.random() < 0.12,
        )  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What was done, and what broke."""

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def torture(
    rounds: int, *, seed: int, first: int = 0, brief: bool = False, tell: Callable[[str], object] = lambda _text: None
) -> Tally:
    """Play rounds until one breaks a promise, or all are played.

    Args:
        rounds: How many.
        seed: What happens in each follows from it and the round's number.
        first: Number of the first round.
        brief: One API process instead of two, and no commands of the program, which take their time to start.
        tell: Told how far it is.
    """
    tally = Tally()
    folder = Path(tempfile.mkdtemp(prefix="fieldtui-torture-"))
    folder.chmod(0o711)  # PostgreSQL goes through it as another account
    cluster = Cluster(folder / "postgres")
    try:
        cluster.make()
        cluster.start()
        for begins in range(first, first + rounds, BATCH):
            numbers = range(begins, min(begins + BATCH, first + rounds))
            with open_office(cluster, folder / f"office-{begins}", apis=1 if brief else 2) as office:
                _play(office, [Round.planned(seed, number) for number in numbers], seed, tally)
                broken = tally.broken or office.settle() or ([] if brief else office.commands_that_fail())
                tally.said.update(str(each["what"]) for laptop in office.laptops for each in laptop.said())
            tally.broken = list(broken)
            tell(f"{tally.rounds} rounds")
            if broken:
                break
        return tally
    finally:
        cluster.stop()
        remove(folder)


def _play(office: Office, rounds: list[Round], seed: int, tally: Tally) -> None:
    for each in rounds:
        for laptop in office.laptops[:3]:
            if not laptop.lives:
                laptop.start(f"{seed}-{each.number}-{laptop.number}")
        if each is rounds[0]:
            _see_work_arrive(office)
        if each.hands_over:
            office.hand_over()
        _strike(office, each, tally)
        tally.rounds += 1
        broken = office.broken_here()
        if broken:
            tally.broken = [f"round {each.number} ({each.victim}): {what}" for what in broken]
            return


def _see_work_arrive(office: Office) -> None:
    """Wait until a laptop's work has reached the office: on a busy machine all could be killed before they began."""
    end = time.monotonic() + SECONDS
    while not {"made", "synced"} <= {each["what"] for laptop in office.laptops for each in laptop.said()}:
        assert time.monotonic() < end, "no laptop came to work"
        time.sleep(0.05)


def _strike(office: Office, each: Round, tally: Tally) -> None:
    """Let all work for a while, kill, and start again what serves."""
    hit = set(each.victim.split(" and ")) if each.victim != "all" else {"laptop", "api", "database"}
    alone = office.laptops[3]
    if each.victim == "put":
        alone.put_and_die(each.number, 0.3 + each.after * 1.5)
    elif each.victim == "sync":
        alone.sync_and_die(0.3 + each.after * 1.5)
    else:
        time.sleep(each.after)
    if "laptop" in hit:
        office.laptops[each.laptop].kill()
    api = office.apis[each.api % len(office.apis)]
    if "api" in hit:
        api.kill()
    if "database" in hit:
        office.cluster.kill()
    for part in hit:
        tally.killed[part] += 1
    if hit & {"api", "database"}:
        time.sleep(each.down)
    if "database" in hit:
        office.cluster.start()
    if "api" in hit:
        api.spawn()
        api.wait()
