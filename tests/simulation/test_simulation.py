"""Sync under one seeded scheduler: whatever goes wrong, the promises hold; and where one is broken, it is noticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fieldtui.central.embedded import EmbeddedPostgres
from tests.simulation.breakages import BREAKAGES
from tests.simulation.world import SeedFailed, Stage, play, stage
from tests.support.central import fresh_database_url, postgres  # noqa: F401  a fixture

SEEDS = 20
PER_TEST = 2


@pytest.fixture(scope="module")
def scene(postgres: EmbeddedPostgres) -> Iterator[Stage]:  # noqa: F811  the fixture of that name
    with stage(fresh_database_url(postgres)) as made:
        yield made


@pytest.mark.parametrize("first", range(0, SEEDS, PER_TEST))
def test_the_promises_hold_whatever_goes_wrong(scene: Stage, first: int) -> None:
    for seed in range(first, first + PER_TEST):
        play(scene, seed)
