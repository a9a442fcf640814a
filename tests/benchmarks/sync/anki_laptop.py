"""What an Anki laptop does, as a process of its own, in Anki's own environment: anki_laptop.py WORK FOLDER URL [name=value …]

load file=…   every record as a note: its id in front, its JSON line on the back (not part of any sync time)
sync [settle=1] [edit=N tag=…] [times=N] [prefer=up] [who=TAG]
              bring it up to date first (not timed), give the first N appointments another back, then sync so many
              times, whole-file where the server demands one; then how many of those appointments carry the tag
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

# Not in the program's environment, where the types are checked.
from anki.collection import AddNoteRequest, Collection  # type: ignore[import-not-found]


def main(work: str, folder: str, url: str, *given: str) -> None:
    """Do it and print one line of JSON."""
    options = dict(each.split("=", 1) for each in given)
    Path(folder).mkdir(parents=True, exist_ok=True)
    collection = Collection(str(Path(folder) / "collection.anki2"))
    said = {"load": _load, "sync": _sync}[work](collection, url, options)
    collection.close()
    lines = Path("/proc/self/status").read_text().splitlines() if Path("/proc/self/status").exists() else []
    peak = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    print(json.dumps({**said, "rss_mb": peak[0] if peak else None}))


def _load(collection: Collection, _url: str, options: dict[str, str]) -> dict[str, Any]:
    kind, deck = collection.models.by_name("Basic"), collection.decks.id("Default")
    requests = []
    for line in Path(options["file"]).read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        note = collection.new_note(kind)
        note["Front"], note["Back"], note.tags = item["id"], line, [item["collection"]]
        requests.append(AddNoteRequest(note, deck))
    collection.add_notes(requests)
    return {"n": len(requests)}


def _sync(collection: Collection, url: str, options: dict[str, str]) -> dict[str, Any]:
    key = collection.sync_login("bench", "bench", url)  # a real laptop keeps the key, so its time is not counted
    if "settle" in options:
        collection.sync_collection(key, False)
    if "edit" in options:
        _edit(collection, int(options["edit"]), options["tag"])
    seconds, cpu, whole = [], [], False
    for _ in range(int(options.get("times", "1"))):
        began, busy = time.perf_counter(), time.process_time()
        answer = collection.sync_collection(key, False)
        whole = answer.required in (answer.FULL_SYNC, answer.FULL_UPLOAD, answer.FULL_DOWNLOAD)
        if whole:
            up = answer.required == answer.FULL_UPLOAD or (
                answer.required == answer.FULL_SYNC and options.get("prefer") == "up"
            )
            collection.close_for_full_sync()
            collection.full_upload_or_download(auth=key, server_usn=None, upload=up)
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
        if whole:
            collection.reopen(after_full_sync=True)
    said: dict[str, Any] = {"notes": collection.db.scalar("select count() from notes"), "whole": whole}
    if "who" in options:
        backs = [note["Back"] for note in _first(collection, int(options["edit"]))]
        said["tagged"] = sum(back.startswith(f"[{options['who']}]") for back in backs)
    return {"s": seconds[0], "again_s": seconds[1:], "cpu_s": cpu[0], "again_cpu_s": cpu[1:], **said}


def _edit(collection: Collection, count: int, tag: str) -> None:
    notes = _first(collection, count)
    for note in notes:
        note["Back"] = f"[{tag}] {note['Back']}"
    collection.update_notes(notes)


def _first(collection: Collection, count: int) -> list[Any]:
    query = "select id from notes where tags like '%appointment%' order by sfld limit ?"
    return [collection.get_note(each) for each in collection.db.list(query, count)]


if __name__ == "__main__":
    main(*sys.argv[1:])
