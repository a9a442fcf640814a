"""A few rounds of what `make torture-sync`, `make torture-vault` and `make failover` play by the hundred."""

from __future__ import annotations

import sys

import pytest

from tests.torture.failover import failover
from tests.torture.sync import Round, torture
from tests.torture.vault import torture_vault

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a signal of POSIX"),
]


def test_killed_on_any_side_nothing_is_lost_and_nothing_is_there_twice() -> None:
    seed, rounds = 189, 3
    victims = {Round.planned(seed, number).victim for number in range(rounds)}
    assert {"laptop", "api", "database"} <= {part for each in victims for part in each.split(" and ")}
    tally = torture(rounds, seed=seed, brief=True)
    assert tally.broken == []
    assert tally.rounds == rounds
    assert tally.said["made"] > 0  # the control: laptops worked, and their work was taken
    assert tally.said["synced"] > 0


def test_a_vault_that_is_killed_at_whatever_loses_nothing_and_has_one_passphrase() -> None:
    tally = torture_vault(6, seed=109, batch=6)
    assert tally.broken == []
    assert tally.acknowledged > 0  # the control: somebody was at work
    assert len(tally.killed) == 6  # of each kind one
    assert any(outcome.endswith("noticed") for outcome in tally.flips)


def test_when_the_primary_dies_under_load_the_standby_has_every_acknowledged_edit() -> None:
    outcome = failover(7)
    assert outcome.broken == []
    assert outcome.accepted > 0
    assert outcome.unanswered > 0  # the control: the load did meet the gap
