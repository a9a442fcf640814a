"""Several threads and several processes in one vault: every change is whole and none is lost."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fieldtui.base.errors import BadUsage
from fieldtui.services import unlocking
from tests.support.vaults import phrase
from tests.support.workspaces import add_citizen, make_workspace

REPOSITORY = Path(__file__).parents[3]
OTHER_PROCESS = (
    "import sys; from pathlib import Path; from fieldtui.services import unlocking;"
    "from tests.support.vaults import phrase; from fieldtui.base.clock import SystemClock;"
    "from fieldtui.base.ids import SystemIds;"
    "w = unlocking.unlock(Path(sys.argv[1]), phrase(), clock=SystemClock(), ids=SystemIds());"
    "[w.casework.write_note(sys.argv[2], f'anden {n}') for n in range(30)]; w.close()"
)


def test_threads_of_one_process_wait_for_each_other(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen = add_citizen(workspace)

        def work(number: int) -> None:
            workspace.casework.write_note(citizen, f"tråd {number}")
            workspace.lookup.citizens(workspace.clock.now().date())
            workspace.drafts.save(f"note:{number}", "note", citizen, "kladde")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(40)))
        assert len(workspace.lookup.list("note")) == 40
        assert workspace.verify_log() == 44, "made, one citizen, forty notes, and one look at each of two lists"
        assert len(workspace.drafts.unfinished()) == 40


def test_two_processes_write_at_once_and_see_each_other(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen = add_citizen(workspace)
        assert workspace.lookup.citizens(workspace.clock.now().date())[0].short_name == "Fatima A."
        command = [sys.executable, "-c", OTHER_PROCESS, str(workspace.folder), citizen]
        with subprocess.Popen(command, cwd=REPOSITORY) as other:
            for number in range(30):
                workspace.casework.write_note(citizen, f"første {number}")
        assert other.returncode == 0
        texts = {stored.record.text for stored in workspace.lookup.open_citizen(citizen).notes}
        assert texts == {f"{who} {number}" for who in ("første", "anden") for number in range(30)}
        assert workspace.verify_log() > 60
        second = unlocking.unlock(workspace.folder, phrase(), clock=workspace.clock, ids=workspace.store.ids)
        with second:
            second.casework.update(citizen, {"given_name": "Fatma"})
        assert workspace.lookup.citizens(workspace.clock.now().date())[0].short_name == "Fatma A."


def test_a_second_window_reads_until_the_first_is_closed(tmp_path: Path) -> None:
    first = make_workspace(tmp_path)
    citizen = add_citizen(first)
    assert first.claim_window()
    with unlocking.unlock(first.folder, phrase(), clock=first.clock, ids=first.store.ids) as second:
        assert not second.claim_window()
        with pytest.raises(BadUsage) as refused:
            second.casework.update(citizen, {"city": "Valby"})
        assert "andet vindue" in refused.value.message
        assert second.lookup.open_citizen(citizen).id == citizen
        first.casework.update(citizen, {"city": "Vanløse"})
        first.close()
        assert second.claim_window()
        second.casework.update(citizen, {"city": "Valby"})
