"""A laptop's process, that works and syncs without end until somebody kills it, and writes down what it was told is stored."""

from __future__ import annotations

import json
import os
import random
import time
from itertools import count
from pathlib import Path
from typing import Any

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import FieldtuiError, Unreachable
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from tests.support.vaults import phrase

OWN_FIELDS = ("trade", "address", "city", "email")
"""Of a company every laptop writes one field that no other writes, so that each value says how far its laptop came."""
SHARED_FIELD = "notes"
"""… and one that all write, so that people have to decide."""


class Journal:
    """What the laptop was told is stored, one line each, in a file that outlives the process."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def say(self, what: str, **more: Any) -> None:
        """Written at once: what the killed process had said stays said."""
        os.write(self._file, json.dumps({"what": what, **more}).encode() + b"\n")


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


class Laptop:
    """What one laptop does, one deed at a time."""

    def __init__(self, workspace: Workspace, journal: Journal, number: int, chance: random.Random, start: int) -> None:
        self._workspace = workspace
        self._journal = journal
        self._number = number
        self._chance = chance
        self._count = count(start)

    def work(self) -> None:
        """A few deeds and a sync; what stops a sync is the network, and nothing else."""
        for _ in range(self._chance.randint(1, 4)):
            self._chance.choice((self.task, self.task, self.note, self.own, self.own, self.shared, self.annul))()
        try:
            report = self._workspace.syncing.run(manual=self._chance.random() < 0.7, accept_mass_change=True)
        except Unreachable as error:
            if type(error) is not Unreachable:
                raise  # a defect of the other side, not the network
            self._journal.say("unreachable")
            time.sleep(0.05)
            return
        if report.finished and not report.pending:
            self._journal.say("synced")
        for conflict in self._workspace.conflicts.list():
            self.decide(conflict.id, conflict.mine.get(SHARED_FIELD))

    def pause(self) -> float:
        """Seconds until the next deeds: people are slower than laptops, and laptops share this machine."""
        return self._chance.uniform(0.0, 0.15)

    def task(self) -> None:
        """A new task for one of the citizens."""
        title = f"{self._number}-{next(self._count)}"
        made = self._workspace.casework.create("task", {"title": title, "citizen_id": self._citizen()})
        self._journal.say("made", id=made.record_ids[0], text=title)

    def note(self) -> None:
        """A new note on one of the citizens."""
        text = f"{self._number}-{next(self._count)}"
        made = self._workspace.casework.write_note(self._citizen(), text)
        self._journal.say("made", id=made.record_ids[0], text=text)

    def own(self) -> None:
        """A new value in the field that is this laptop's."""
        number, field = next(self._count), OWN_FIELDS[self._number]
        company = self._company()
        self._workspace.casework.update(company, {field: f"{self._number}-{number}"})
        self._journal.say("own", id=company, number=number)

    def shared(self) -> None:
        """A new value in the field that everybody writes."""
        text = f"{self._number}-{next(self._count)}"
        company = self._company()
        self._workspace.casework.update(company, {SHARED_FIELD: text})
        self._journal.say("shared", id=company, text=text)

    def annul(self) -> None:
        """One of the tasks that stand is annulled."""
        tasks = self._workspace.store.all("task")
        if len(tasks) > 6:
            chosen = self._chance.choice(tasks)
            self._journal.say("annulling", id=chosen.id)
            self._workspace.casework.annul(chosen.id, "Ikke aktuelt")
            self._journal.say("annulled", id=chosen.id)

    def decide(self, conflict: str, mine: str | None) -> None:
        """What two wrote at once, as a person decides it; that one's own goes is said before it goes."""
        if self._chance.random() < 0.5:
            self._journal.say("gave way", text=mine)
            self._workspace.conflicts.resolve(conflict, "theirs")
        else:
            self._workspace.conflicts.resolve(conflict, "mine")

    def _citizen(self) -> str:
        return self._chance.choice(self._workspace.store.all("citizen")).id

    def _company(self) -> str:
        return self._chance.choice(sorted(each.id for each in self._workspace.store.all("company") if each.record.cvr))


def lost_here(workspace: Workspace, journal: Path, number: int) -> list[str]:
    """What this laptop was told is stored, of citizens that stay with it, and is not in its vault."""
    missing = []
    for said in read_journal(journal):
        if said["what"] == "own":
            body = workspace.store.body_of(said["id"]) or {}
            value = str(body.get(OWN_FIELDS[number], "0-0"))
            if int(value.partition("-")[2]) < said["number"]:
                missing.append(f"{said['id']} {OWN_FIELDS[number]} {said['number']} after {value}")
    return missing


def live(folder: str, journal: str, number: int, seed: str) -> None:
    """Open the vault, look whether all is there, and work until killed. Whatever else goes wrong is written down."""
    written = Journal(Path(journal))
    try:
        with unlocking.unlock(Path(folder), phrase(), clock=SystemClock(), ids=SystemIds()) as workspace:
            for each in lost_here(workspace, Path(journal), number):
                written.say("broken", text=f"lost: {each}")
            workspace.verify_log()
            start = 1 + max((_number_of(each) for each in read_journal(Path(journal))), default=0)
            laptop = Laptop(workspace, written, number, random.Random(seed), start + 100)
            written.say("open")
            while True:
                laptop.work()
                time.sleep(laptop.pause())
    except (FieldtuiError, AssertionError, ValueError, KeyError) as error:
        written.say("broken", text=repr(error))
        raise


def _number_of(said: dict[str, Any]) -> int:
    if said["what"] == "own":
        return int(said["number"])
    if said["what"] in {"made", "shared"}:
        return int(said["text"].partition("-")[2])
    return 0
