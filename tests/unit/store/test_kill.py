"""Killed in the middle of saving: what was acknowledged is there, whole, and the next start is clean."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.workspaces import add_citizen, make_workspace, reopen

REPOSITORY = Path(__file__).parents[3]


@pytest.mark.parametrize("seed", range(4))
def test_kill_9_during_saving_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    workspace = make_workspace(tmp_path)
    citizen = add_citizen(workspace)
    workspace.close()
    command = [sys.executable, "-m", "tests.unit.store.crash_writer", str(workspace.folder), citizen]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        time.sleep(random.Random(seed).uniform(0.05, 0.4))
        process.kill()
        lines += process.stdout.readlines()
    acknowledged = dict(line.split() for line in lines if line.endswith("\n"))
    assert acknowledged, "it was killed before it saved anything"
    with reopen(workspace) as again:
        assert again.store.vault.dirty_start
        assert again.check_vault().ok
        notes = {stored.id: stored for stored in again.lookup.list("note")}
        assert set(acknowledged.values()) <= set(notes)
        assert len(notes) - len(acknowledged) <= 1, "at most the one whose answer was cut off"
        assert all(stored.record.text.endswith("æøå ") for stored in notes.values())
        with again.store.reading() as connection:
            queued = {row[0] for row in connection.execute("SELECT record_id FROM outbox WHERE collection = 'note'")}
            remembered = {
                row[0] for row in connection.execute("SELECT record_id FROM history WHERE collection = 'note'")
            }
        assert queued == remembered == set(notes)
        assert len(again.store.search("notat", 1_000_000)) == len(notes)
        assert again.verify_log() > len(notes)
        assert again.drafts.get("note:1") is not None
