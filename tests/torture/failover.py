"""`make failover`: the primary PostgreSQL dies under load, the standby takes over, and every acknowledged edit is there.

The standby is synchronous: a commit is answered only when it is on both. The API is given both addresses and asks for the
one that may be written to, so that nobody has to tell it anything.
"""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Final

from sqlalchemy import select

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.central import administration
from fieldtui.central.database import Database, migrate
from fieldtui.central.schema import organisation, record, revision, scope_change
from fieldtui.wire.messages import Accepted, PushResponse
from tests.support.central import Answered, Central, Device, op
from tests.torture.clusters import SECONDS, USER, Cluster, remove
from tests.torture.processes import Api

DEVICES: Final = 4
STANDBY: Final = "standby"


@dataclass(slots=True)
class Load:
    """What devices pushed, and what they were told."""

    accepted: dict[str, str] = field(default_factory=dict)
    """Title by id."""
    unanswered: int = 0
    """Pushes whose answer was lost or that were put off; they are sent again under the same op ids."""
    odd: list[str] = field(default_factory=list)
    """Answers that nobody should get."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a failover was like."""

    accepted: int
    unanswered: int
    seconds: float
    """From the primary's death to the first edit that was acknowledged again."""
    broken: list[str]


def failover(seed: int) -> Outcome:
    """One failover, from two empty servers to the last look."""
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="fieldtui-failover-"))
    folder.chmod(0o711)
    with contextlib.ExitStack() as stack:
        stack.callback(remove, folder)
        primary, standby = _pair(folder, stack)
        url = (
            f"postgresql://{USER}:{primary.password}@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
            "?target_session_attrs=read-write"
        )
        migrate(url)
        database = Database(url, clock=SystemClock(), ids=SystemIds())
        stack.callback(database.close)
        api = Api(url, folder / "api.log")
        stack.callback(api.kill)
        api.spawn()
        administration.bootstrap_organisation(database, "Kvartershuset")
        person = administration.add_consultant(database, "MH", "Mette Holm")
        api.wait()
        devices = [Central(database, api.url, {"MH": person.id}).device("MH") for _ in range(DEVICES)]
        with _under_load(devices) as load:
            _until(lambda: len(load.accepted) > 10 * DEVICES)
            time.sleep(chance.uniform(0.0, 0.5))
            primary.kill()
            died, before = time.monotonic(), len(load.accepted)
            time.sleep(chance.uniform(0.0, 0.5))  # somebody, or something, must notice first
            standby.promote()
            _until(lambda: len(load.accepted) > before + DEVICES or bool(load.odd))
            seconds = time.monotonic() - died
            _until(lambda: len(load.accepted) > before + 10 * DEVICES or bool(load.odd))
        return Outcome(len(load.accepted), load.unanswered, seconds, load.odd + _missing(database, load))


def _pair(folder: Path, stack: contextlib.ExitStack) -> tuple[Cluster, Cluster]:
    """A primary, and a standby without which nothing is acknowledged."""
    primary, standby = Cluster(folder / "primary"), Cluster(folder / "standby")
    primary.make()
    stack.callback(primary.stop)
    primary.start()
    standby.copy_of(primary)
    standby.settings["primary_conninfo"] = (
        f"host=127.0.0.1 port={primary.port} user={USER} password={primary.password} application_name={STANDBY}"
    )
    stack.callback(standby.stop)
    standby.start()
    primary.execute(f"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 ({STANDBY})'")
    primary.execute("SELECT pg_reload_conf()")
    _until(lambda: primary.execute("SELECT sync_state FROM pg_stat_replication") == [("sync",)])
    return primary, standby


@contextlib.contextmanager
def _under_load(devices: list[Device]) -> Iterator[Load]:
    """All devices push, each in a thread of its own, until the block ends."""
    load, enough = Load(), threading.Event()
    threads = [
        threading.Thread(target=_push_on, args=(number, device, load, enough)) for number, device in enumerate(devices)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        enough.set()
        for thread in threads:
            thread.join(SECONDS)


def _push_on(number: int, device: Device, load: Load, enough: threading.Event) -> None:
    step = 0
    while not enough.is_set():
        step += 1
        ops = [op("company", {"name": f"Firma {number}-{step}-{each}"}) for each in range(3)]
        while (answer := _answer(device, json.dumps({"ops": ops, "log": []}).encode(), load)) is None:
            if enough.wait(0.05):
                return
        for given, result in zip(ops, answer.results, strict=True):
            if isinstance(result, Accepted):
                load.accepted[given["id"]] = given["body"]["name"]
            else:
                load.odd.append(f"{result}")


def _answer(device: Device, body: bytes, load: Load) -> PushResponse | None:
    """The answer to a push; `None` where there is none yet, as without a network."""
    try:
        return PushResponse.model_validate_json(device.ask("POST", "/v1/changes", body))
    except Answered as answered:
        if answered.problem.name != "unavailable":
            load.odd.append(f"{answered.problem}")
    except (OSError, HTTPException):
        pass
    load.unanswered += 1
    return None


def _missing(database: Database, load: Load) -> list[str]:
    """What was acknowledged and is not there, or is there twice, or has no place in the order."""
    with database.transaction() as connection:
        rows = connection.execute(select(record.c.id, record.c.body["name"].astext.label("name"))).all()
        names = {row.id: row.name for row in rows}
        ops = connection.execute(select(revision.c.op_id).where(revision.c.op_id.is_not(None))).scalars().all()
        last = connection.execute(select(organisation.c.seq)).scalar_one()
        numbers = [
            *connection.execute(select(revision.c.seq)).scalars(),
            *connection.execute(select(scope_change.c.seq)).scalars(),
        ]
    broken = [f"{name} was acknowledged and is gone" for id_, name in load.accepted.items() if names.get(id_) != name]
    broken += [f"operation {op_id} applied twice" for op_id, times in Counter(ops).items() if times > 1]
    broken += [f"{name} is there twice" for name, times in Counter(names.values()).items() if times > 1]
    if sorted(numbers) != list(range(1, last + 1)):
        broken.append(f"{len(numbers)} sequence numbers up to {last}")
    return broken


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)
