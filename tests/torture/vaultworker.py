"""A process that writes, locks, changes secrets, backs up and restores without end until it is killed, and notes what it was told."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from fieldtui.services.backing import Backing
from fieldtui.services.restoring import restore
from fieldtui.services.rotating import rotate
from fieldtui.services.workspace import Workspace
from fieldtui.store import Store
from fieldtui.vault import CHEAPEST
from tests.support.vaults import OTHER_PHRASE, PHRASE, phrase
from tests.torture.worker import Journal

PHRASES = (PHRASE, OTHER_PHRASE)
DEEDS = {"write": 8, "lock": 3, "passphrase": 3, "rotation": 2, "backup": 3, "restore": 3}
"""What is done, with its weight."""


class Keeper:
    """Somebody at work in one vault."""

    def __init__(self, folder: Path, journal: Journal, now: str, seed: str, start: int) -> None:
        self._folder = folder
        self._journal = journal
        self._now = now
        self._chance = random.Random(seed)
        self._count = count(start)
        self._clock, self._ids = SystemClock(), SystemIds()
        self._workspace = self._unlocked()

    def work(self, mostly: str) -> None:
        """One deed after another, of one kind above all."""
        deeds: dict[str, Callable[[], None]] = {
            "write": self.write, "lock": self.lock, "passphrase": self.passphrase, "rotation": self.rotation,
            "backup": self.backup, "restore": self.restore,
        }  # fmt: skip
        self._journal.say("ready")
        while True:
            other = self._chance.choices(list(DEEDS), list(DEEDS.values()))[0]
            name = mostly if self._chance.random() < 0.6 else other
            self._journal.say("begin", deed=name)
            deeds[name]()
            self._journal.say("end", deed=name)

    def write(self) -> None:
        for _ in range(self._chance.randint(1, 3)):
            text = f"t{next(self._count)}"
            made = self._workspace.casework.create("task", {"title": text})
            self._journal.say("made", id=made.record_ids[0], text=text)
            key = f"note:{text}"
            self._workspace.store.drafts.save(key, "note", None, text)
            self._journal.say("draft", id=key, text=text)

    def lock(self) -> None:
        self._workspace.close()
        self._workspace = self._unlocked()

    def passphrase(self) -> None:
        new = self._other()
        unlocking.new_passphrase(self._workspace, phrase(new), kdf=CHEAPEST)
        self._is(new)

    def rotation(self) -> None:
        new = self._other()
        self._workspace, _code, _renewed = rotate(
            self._workspace, phrase(new), clock=self._clock, ids=self._ids, kdf=CHEAPEST
        )
        self._is(new)

    def backup(self) -> None:
        Backing(self._workspace.context).by_hand(None)

    def restore(self) -> None:
        """From the newest backup; what a person wrote since is carried over, as nothing of it was ever sent."""
        if not any((self._folder / "backups").glob("*.fvb")):
            self.backup()
        self._workspace.close()
        restore(self._folder, None, phrase(self._now), clock=self._clock, replace_newer=True)
        for old in sorted((self._folder / "set-aside").glob("*"))[:-2]:
            shutil.rmtree(old)  # a thousand rounds would fill the disk
        self._workspace = self._unlocked()

    def _other(self) -> str:
        new = PHRASES[PHRASES.index(self._now) - 1]
        self._journal.say("changing", to=PHRASES.index(new))
        return new

    def _is(self, new: str) -> None:
        self._now = new
        self._journal.say("changed", to=PHRASES.index(new))

    def _unlocked(self) -> Workspace:
        return unlocking.unlock(self._folder, phrase(self._now), clock=self._clock, ids=self._ids)


def keep(folder: str, journal: str, now: int, mostly: str, seed: str, start: int) -> None:
    """What the process does."""
    Keeper(Path(folder), Journal(Path(journal)), PHRASES[now], seed, start).work(mostly)


def upgrade(folder: str, journal: str) -> None:
    """Open a vault of an older version: its tables are brought up to date, after a backup."""
    said = Journal(Path(journal))
    said.say("ready")
    with contextlib.closing(unlocking.unlock(Path(folder), phrase(), clock=SystemClock(), ids=SystemIds())):
        said.say("end", deed="migration")


def all_of(store: Store) -> dict[str, Any]:
    """Every task's title by its id, every draft's text by its key."""
    tasks = {each.id: each.record.title for each in store.all("task")}
    return tasks | {draft.key: draft.text for draft in store.drafts.all()}
