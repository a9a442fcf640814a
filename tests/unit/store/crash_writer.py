"""A process that saves notes until it is killed, and says which ones were acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from tests.support.vaults import phrase


def main(folder: Path, citizen_id: str) -> None:
    workspace = unlocking.unlock(folder, phrase(), clock=SystemClock(), ids=SystemIds())
    for number in range(100_000):
        done = workspace.casework.write_note(citizen_id, f"notat {number} " + "æøå " * 200)
        workspace.drafts.save("note:1", "note", citizen_id, f"kladde {number}")
        sys.stdout.write(f"{number} {done.record_ids[0]}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
