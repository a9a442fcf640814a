"""What every seed begins with, made once: an office with its staff and citizens, and their laptops.

Made through the real use cases at the office and a real first sync of each laptop; a seed then gets a copy of the
tables and of the vaults, because making them takes longer than playing a seed.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import anyio.to_thread
import pytest

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.ids import SeededIds
from fieldtui.services import unlocking
from fieldtui.sync.report import SyncReport
from tests.simulation.fibers import Baton
from tests.simulation.laptop import Kit, Laptop, Time, take_in_hand
from tests.simulation.network import Network
from tests.simulation.office import Credentials, Office, Photograph, PlayedDatabase
from tests.simulation.remembered import remembered
from tests.support.vaults import a_clock, phrase

MONDAY: Final = datetime(2026, 11, 23, 8, 15, tzinfo=COPENHAGEN)
LAPTOPS: Final = {"mh1": "MH", "mh2": "MH", "tb": "TB", "sk": "SK", "bh": "BH", "le": "LE"}
"""Laptops and whose they are."""
CITIZENS: Final = 4


@dataclass
class Stage:
    """What is dear to make and the same for every seed: the database, the scene, the threads."""

    database: PlayedDatabase
    folder: Path
    baton: Baton = field(default_factory=Baton)
    used: int = 0
    citizens: list[str] = field(init=False)
    office: Office = field(init=False)
    photograph: Photograph = field(init=False)
    enrolled: dict[str, Credentials] = field(init=False)
    new: dict[str, Kit] = field(init=False)
    """By laptop: enrolled, and never synced."""
    synced: dict[str, Kit] = field(init=False)
    """By laptop: after its first sync."""

    def __post_init__(self) -> None:
        time = Time(MONDAY - timedelta(minutes=15))
        self.database.pause, self.database.wait_until = lambda: None, self.baton.wait_until
        self.office = Office.founded(self.database, "Kommunen", time)
        self.citizens = _people(self.office, time)
        self.enrolled = {name: self.office.enrol(initials) for name, initials in LAPTOPS.items()}
        self.new, self.synced = {}, {}
        (self.folder / "first").mkdir()
        empty = self._empty_kit()
        for number, (name, given) in enumerate(self.enrolled.items()):
            laptop = Laptop(name, empty, self.folder / "first", -1 - number, time, given, timedelta())
            laptop.network = Network(
                laptop, self.office, self.baton, fault=lambda _method: "none", late=[], tell=lambda _line: None
            )
            laptop.boot()
            take_in_hand(laptop, given)
            self.new[name] = laptop.packed(self.folder / f"new-{name}")
            self._first_sync(laptop)
            self.synced[name] = laptop.packed(self.folder / f"synced-{name}")
            laptop.close()
        self.photograph = self.office.photograph()

    def _empty_kit(self) -> Kit:
        folder = self.folder / "empty"
        workspace, _code = unlocking.create(
            folder, phrase(), clock=a_clock(), ids=SeededIds("kit"), kdf=unlocking.CHEAPEST
        )
        kit = Kit(folder, bytes(workspace.store.vault._vault_key))
        workspace.close()
        return kit

    def _first_sync(self, laptop: Laptop) -> None:
        fiber = self.baton.fiber(laptop.name)
        said: list[SyncReport] = []
        fiber.begin(lambda: said.append(laptop.syncing.run()))
        while not fiber.done:
            fiber.step()
        if fiber.error is not None:
            raise fiber.error

    def close(self) -> None:
        self.baton.stop()
        self.database.close()


@contextmanager
def stage(url: str) -> Iterator[Stage]:
    """Over a migrated database. Vaults lie in memory where the system offers it: a seed writes them hundreds of times."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="fieldtui-sim-", dir=memory if memory.is_dir() else None))
    try:
        with pytest.MonkeyPatch.context() as patch, remembered():
            patch.setattr(anyio.to_thread, "run_sync", _run_here)
            made = Stage(PlayedDatabase(url), folder)
            frozen = gc.get_freeze_count()
            gc.collect()
            gc.freeze()  # what stands for all seeds is not looked through again for each
            try:
                yield made
            finally:
                if not frozen:
                    gc.unfreeze()
                made.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run_here(work: Any, *given: Any, **_how: Any) -> Any:
    """The application's work in this fiber's own thread: which thread of a process does it is not what is tried here."""
    return work(*given)


def _people(office: Office, time: Time) -> list[str]:
    ids = office.database.ids
    for initials in ("MH", "TB", "SK"):
        office.person(initials)
    office.person("BH", "treatment")
    office.person("LE", "leader")
    citizens = [ids.new() for _ in range(CITIZENS)]
    records: list[tuple[str, str, dict[str, Any]]] = [("company", ids.new(), {"name": "Bageriet"})]
    for number, citizen_id in enumerate(citizens):
        body = {"given_name": f"Borger{number}", "enrolled_on": "2026-10-01", "job_goal": f"maal{number}"}
        at = (MONDAY + timedelta(hours=number, days=-1)).isoformat(timespec="minutes")
        hangs = {"citizen_id": citizen_id}
        records += [
            ("citizen", citizen_id, body),
            ("appointment", ids.new(), {**hangs, "kind": "opfoelgning", "starts_at": at}),
            ("task", ids.new(), {**hangs, "title": f"opgave{number}"}),
            ("consent", ids.new(), {**hangs, "recipient": "Sydhavnen", "direction": "both", "given_on": "2026-10-01"}),
            ("referral", ids.new(), {**hangs, "basis": "SUL141", "requested_on": "2026-10-01"}),
        ]  # fmt: skip
    office.put(*records)
    for citizen_id, initials in zip(citizens, ("MH", "MH", "MH", "TB"), strict=True):
        office.assign(citizen_id, initials)
    office.assign(citizens[1], "BH", "treatment")
    return citizens
