"""A laptop that loses power in the middle of a sync, again and again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.schema import record, revision
from tests.sync.office import Office, RunningClock, open_office

ROUNDS = 5
REPOSITORY = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a signal of POSIX")
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    # The victims keep real time, and numbers of requests follow it: so must the office's clock.
    with open_office(postgres, tmp_path, RunningClock()) as office:
        kill_and_look(office)


def kill_and_look(office: Office) -> None:
    citizen = office.citizen()
    device = office.device(clock=office.clock)
    folder = device.workspace.folder
    device.workspace.close()
    chance = random.Random(20261123)
    stored: list[str] = []
    for number in range(ROUNDS):
        stored += run_and_kill(folder, citizen, number, after=chance.uniform(0.05, 0.7))
    assert stored

    from fieldtui.services import unlocking
    from tests.support.vaults import phrase

    with unlocking.unlock(folder, phrase(), clock=device.clock, ids=device.workspace.store.ids) as workspace:
        report = workspace.syncing.run()
        assert (report.finished, report.pending, report.conflicts, report.rejected) == (True, 0, 0, 0)
        assert workspace.verify_log() > 0
        here = Counter(task.record.title for task in workspace.store.all("task"))
    with office.database.transaction() as connection:
        there = Counter(
            body["title"] for (body,) in connection.execute(select(record.c.body).where(record.c.collection == "task"))
        )
        ops = connection.execute(select(revision.c.op_id).where(revision.c.op_id.is_not(None))).scalars().all()
    assert set(stored) <= set(there)
    assert here == there
    assert set(there.values()) == {1}
    assert len(ops) == len(set(ops))


def run_and_kill(folder: Path, citizen: str, number: int, *, after: float) -> list[str]:
    """Start the victim, let it store its first task, and kill it a while later; the tasks it said were stored."""
    victim = subprocess.Popen(
        [sys.executable, "-m", "tests.sync.victim", str(folder), citizen, str(number)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert victim.stdout is not None
    first = victim.stdout.readline()
    assert first, "the victim did not come to life"
    time.sleep(after)
    victim.send_signal(signal.SIGKILL)
    rest = victim.stdout.read()
    victim.stdout.close()
    victim.wait()
    lines = (first + rest).splitlines(keepends=True)
    return [line.strip() for line in lines if line.endswith("\n") and line.startswith("Opgave")]
