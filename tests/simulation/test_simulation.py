"""Sync under one seeded scheduler: whatever goes wrong, the promises hold; and where one is broken, it is noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from fieldtui.central.embedded import EmbeddedPostgres
from tests.simulation.breakages import BREAKAGES
from tests.simulation.scene import Stage, stage
from tests.simulation.world import SeedFailed, play
from tests.support.central import fresh_database_url, postgres  # noqa: F401  a fixture

SEEDS = 300
PER_TEST = 10


@pytest.fixture(scope="module")
def scene(postgres: EmbeddedPostgres) -> Iterator[Stage]:  # noqa: F811  the fixture of that name
    with stage(fresh_database_url(postgres)) as made:
        yield made


@pytest.mark.parametrize("first", range(0, SEEDS, PER_TEST))
def test_the_promises_hold_whatever_goes_wrong(scene: Stage, first: int) -> None:
    for seed in range(first, first + PER_TEST):
        play(scene, seed)


NOTICED_BY = {
    "theirs-always-wins": (0, 2),
    "mine-always-wins": (2, 3),
    "base-not-kept": (2, 3),
    "forgetful-server": (13, 29),
    "new-id-on-retry": (13, 29),
    "synced-too-early": (0, 1),
    "outbox-apart": (2, 4),
    "revoked-let-in": (10, 17),
    "cursor-before-page": (86, 115),
    "restored-unnoticed": (28, 33),
    "loss-unsaid": (170, 270),
    "pushed-over-a-restore": (135,),
    "purge-without-asking": (0, 1),
    "seq-before-commit": (13, 25),
}
"""By guarantee that is taken away, seeds that show it as a broken promise."""


def test_each_guarantee_that_can_be_taken_away_has_seeds_that_show_it() -> None:
    assert NOTICED_BY.keys() == BREAKAGES.keys()


@pytest.mark.parametrize("name", sorted(NOTICED_BY))
def test_the_simulation_bites(scene: Stage, name: str) -> None:
    said = []
    for seed in NOTICED_BY[name]:
        try:
            play(scene, seed, broken=BREAKAGES[name](scene))
        except SeedFailed as error:
            said.append(str(error).partition("\n")[0])
            if re.match(r"seed \d+: [1-6]: ", said[-1]):
                return
    pytest.fail(f"none of {NOTICED_BY[name]} broke a promise with {name}: {said}")


def test_a_seed_is_the_same_play_each_time(scene: Stage) -> None:
    assert play(scene, 5).digest == play(scene, 5).digest
