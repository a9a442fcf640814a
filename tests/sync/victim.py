"""A process that works and syncs until somebody kills it: `python -m tests.sync.victim FOLDER CITIZEN ROUND`."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import Unreachable
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from tests.support.vaults import phrase


def main(folder: str, citizen: str, number: str) -> None:
    """Make tasks, say of each that it is stored, and sync after every one; for ever."""
    with unlocking.unlock(Path(folder), phrase(), clock=SystemClock(), ids=SystemIds()) as workspace:
        for step in count():
            title = f"Opgave {number}-{step}"
            workspace.casework.create("task", {"title": title, "citizen_id": citizen})
            print(title, flush=True)  # noqa: T201  how it tells its killer
            try:
                workspace.syncing.run()
            except Unreachable:
                print("unreachable", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
