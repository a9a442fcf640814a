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
    "mine-always-wins": (0, 2),
    "base-not-kept": (0, 2),
    "forgetful-server": (0, 1),
    "new-id-on-retry": (0, 1),
    "synced-too-early": (0, 1),
    "seq-before-commit": (45,),
}
"""By guarantee that is taken away, seeds that show it as a broken promise."""


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
