"""What a fieldtui laptop does, as a process of its own: python -m tests.benchmarks.sync.laptop WORK FOLDER [name=value …]

enrol url=… code=… [file=…]   a new vault, tied to the central system, and every record of a data set in it as a
                              person's own edits; nothing is synced yet
sync  [settle=1] [edit=N tag=…] [times=N] [both=MINE,THEIRS]
                              bring it up to date first (not timed), give the first N appointments another place, then
                              sync so many times: the time of each, what moved, requests and bytes; then how many
                              conflicts wait for a person, and of how many records they hold both tagged edits
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import httpcore2  # noqa: F401  else the first request would load it

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.domain.records import COLLECTIONS
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.store.changes import Put
from tests.benchmarks.sync.measured import forget_peak, say

_PASSPHRASE = "lygte hestevogn skolebus vindue marmor"


def main(work: str, folder: str, *given: str) -> None:
    """Do it and print one line of JSON."""
    options = dict(each.split("=", 1) for each in given)
    {"enrol": _enrol, "sync": _sync}[work](Path(folder), options)


def _enrol(folder: Path, options: dict[str, str]) -> None:
    workspace, _code = unlocking.create(
        folder, unlocking.Secret.of(_PASSPHRASE), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
    )
    me = workspace.enrolment.enrol(options["url"], options["code"], device_name="bench", on_words=lambda _words: None)
    changes = []
    for line in Path(options["file"]).read_text(encoding="utf-8").splitlines() if "file" in options else ():
        item: dict[str, Any] = json.loads(line)
        # As the program's own dialogs leave it: who writes a note is its author.
        body = item["body"] | ({"author": me.id} if item["collection"] == "note" else {})
        changes.append(Put(item["id"], COLLECTIONS[item["collection"]].model_validate(body)))
    workspace.store.write(changes, label="indlæst", actor=me.id)
    # The access log of the loading is not part of any work measured here: nobody writes thousands of records a day.
    workspace.store.set_meta(MetaKey.LOG_SENT, str(workspace.store.log_entries()[-1].seq))
    workspace.close()
    say(n=len(changes))


def _sync(folder: Path, options: dict[str, str]) -> None:
    workspace = unlocking.unlock(folder, unlocking.Secret.of(_PASSPHRASE), clock=SystemClock(), ids=SystemIds())
    syncing = workspace.syncing  # its imports are not part of the first sync's time
    if "settle" in options:
        syncing.run()
    if "edit" in options:
        _edit(workspace, int(options["edit"]), options["tag"])
    forget_peak()  # unlocking's key derivation takes memory of its own, which it has given back
    reports, seconds, cpu, wrote = [], [], [], []
    for _ in range(int(options.get("times", "1"))):
        before = _size(folder)
        began, busy = time.perf_counter(), time.process_time()
        reports.append(syncing.run())
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
        wrote.append(_size(folder) != before)
        assert reports[-1].finished
    first, last = reports[0], reports[-1]
    said: dict[str, Any] = {}
    if "both" in options:
        mine, theirs = (f"[{tag}]" for tag in options["both"].split(","))
        shown = workspace.conflicts.list()
        both = {
            each.record_id
            for each in shown
            if str(each.mine.get("place")).startswith(mine) and str(each.theirs.get("place")).startswith(theirs)
        }
        said = {"shown": len(shown), "both": len(both)}
    began = time.perf_counter()
    workspace.close()
    say(
        s=seconds[0], again_s=seconds[1:], cpu_s=cpu[0], again_cpu_s=cpu[1:], close_s=time.perf_counter() - began, requests=first.requests,
        bytes=first.bytes_sent + first.bytes_received, pushed=first.pushed, pulled=first.pulled,
        conflicts=first.conflicts, rejected=first.rejected, pending=last.pending, again_requests=last.requests,
        again_wrote=wrote[-1], **said,
    )  # fmt: skip


def _edit(workspace: Workspace, count: int, tag: str) -> None:
    me = workspace.store.consultant_id
    assert me is not None
    first = sorted(workspace.store.all("appointment"), key=lambda each: each.id)[:count]
    changes = [Put(each.id, each.record.model_copy(update={"place": f"[{tag}] {each.record.place}"})) for each in first]
    workspace.store.write(changes, label="rettet", actor=me)


def _size(folder: Path) -> tuple[tuple[int, int], ...]:
    """Changes when anything is written into the database."""
    files = [path for path in sorted((folder / "vault").glob("vault.db*")) if not path.name.endswith("-shm")]
    return tuple((path.stat().st_size, path.stat().st_mtime_ns) for path in files)


if __name__ == "__main__":
    main(*sys.argv[1:])
