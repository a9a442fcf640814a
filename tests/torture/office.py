"""One office under torture: a durable database, two API processes over it, four laptops of two people, one citizen who moves."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from psycopg import OperationalError
from sqlalchemy import func, select

from fieldtui.base.clock import SystemClock, today
from fieldtui.base.ids import SystemIds
from fieldtui.central import administration
from fieldtui.central.database import Database, migrate
from fieldtui.central.enrolling import enrol_code
from fieldtui.central.schema import organisation, parked, record, revision, scope_change
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from tests.support.vaults import phrase
from tests.torture.clusters import Cluster
from tests.torture.processes import Api, Laptop
from tests.torture.worker import OWN_FIELDS, SHARED_FIELD

PEOPLE = ("MH", "MH", "TB", "TB")
"""Whose the laptops are. The last one has no process that stays: single commands are killed on it."""
COMPANIES = 3


@dataclass
class Office:
    """The organisation and everything that runs for it."""

    cluster: Cluster
    database: Database
    apis: tuple[Api, ...]
    laptops: tuple[Laptop, ...]
    staying: dict[str, set[str]]
    """By initials, the citizens who stay with them."""
    moving: str
    """The citizen who goes from one consultant to the other."""
    handovers: int = 0

    @property
    def holder(self) -> str:
        """Who has the moving citizen now."""
        return ("MH", "TB")[self.handovers % 2]

    def hand_over(self) -> None:
        """The moving citizen goes to the other consultant."""
        self.handovers += 1
        administration.assign(self.database, self.moving, self.holder)

    def close(self) -> None:
        """End every process that was started here."""
        for laptop in self.laptops:
            laptop.kill()
        for api in self.apis:
            api.kill()
        self.database.close()

    # --- what must hold at any moment -----------------------------------------------------------

    def broken_here(self) -> list[str]:
        """What of the promises does not hold at the central system, or was found broken by a laptop, right now."""
        broken = [
            f"laptop {laptop.number}: {said['text']}"
            for laptop in self.laptops
            for said in laptop.said()
            if said["what"] == "broken"
        ]
        acknowledged = {
            str(said["id"]): laptop.number for laptop in self.laptops for said in _sent_before_last_sync(laptop.said())
        }
        with self.database.transaction() as connection:
            # All at one instant: the other laptops work on meanwhile.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            org = connection.execute(select(organisation.c.org_id, organisation.c.seq)).one()
            ops = connection.execute(select(revision.c.op_id).where(revision.c.op_id.is_not(None))).scalars().all()
            numbers = [
                *connection.execute(select(revision.c.seq)).scalars(),
                *connection.execute(select(scope_change.c.seq)).scalars(),
            ]
            known = set(connection.execute(select(record.c.id)).scalars())
            known |= {op["id"] for op in connection.execute(select(parked.c.op)).scalars()}
        broken += [f"operation {op_id} applied twice" for op_id, times in Counter(ops).items() if times > 1]
        if sorted(numbers) != list(range(1, org.seq + 1)):
            broken.append(f"{len(numbers)} sequence numbers up to {org.seq}")
        broken += [
            f"laptop {number}: {id_} was acknowledged and is gone{' of the moving citizen' * self._moved(number, id_)}"
            for id_, number in acknowledged.items()
            if id_ not in known and not self._kept(number, id_)
        ]
        return broken

    def _kept(self, number: int, record_id: str) -> bool:
        """True where the laptop still has it to send: it was refused, or refused and is offered again."""
        laptop = self.laptops[number]
        laptop.kill()
        with self.opened(laptop) as workspace:
            unsent = {row.record_id for row in workspace.syncing.waiting()}
        # What was refused and then annulled here, while the others were looked at, is nobody's to send any more.
        return record_id in unsent | _annulled_here(laptop.said())

    def _moved(self, number: int, record_id: str) -> bool:
        laptop = self.laptops[number]
        with self.opened(laptop) as workspace:
            return self.moving in str(workspace.store.body_of(record_id))

    # --- what must hold when all is quiet -------------------------------------------------------

    def settle(self) -> list[str]:
        """Stop all laptops, sync them until nothing moves, and say what of the promises does not hold."""
        for laptop in self.laptops:
            laptop.kill()
        with contextlib.ExitStack() as stack:
            workspaces = [stack.enter_context(self.opened(laptop)) for laptop in self.laptops]
            for _ in range(8):
                moved = [_sync_and_decide(workspace) for workspace in workspaces]
                if not any(moved):
                    break
            else:
                return ["syncs never settle"]
            broken = self._differences(workspaces)
            broken += self._lost(workspaces)
            for laptop, workspace in zip(self.laptops, workspaces, strict=True):
                workspace.verify_log()
                checked = workspace.check_vault()
                broken += [] if checked.ok else [f"laptop {laptop.number}: the vault is damaged: {checked}"]
        return broken

    def commands_that_fail(self) -> list[str]:
        """What the program itself says of the laptop that only single commands ran on."""
        broken = []
        for words in (("sync",), ("vault", "check"), ("log", "verify")):
            code, _out, err = self.laptops[-1].run(*words)
            if code != 0:
                broken.append(f"{' '.join(words)} is exit {code}: {err}")
        return broken

    @contextlib.contextmanager
    def opened(self, laptop: Laptop) -> Iterator[Workspace]:
        """A laptop's vault, opened here."""
        with unlocking.unlock(laptop.vault, phrase(), clock=SystemClock(), ids=SystemIds()) as workspace:
            yield workspace

    def _differences(self, workspaces: list[Workspace]) -> list[str]:
        """Where a laptop holds anything else than the central system does."""
        with self.database.transaction() as connection:
            rows = connection.execute(select(record.c.id, record.c.scope, record.c.body, record.c.annulled)).all()
        there = {row.id: (row.scope, row.body, row.annulled is not None) for row in rows}
        broken = []
        for laptop, workspace in zip(self.laptops, workspaces, strict=True):
            unsent = workspace.syncing.waiting()
            waiting = {row.record_id for row in unsent}
            mine = self.staying[laptop.initials] | ({self.moving} if self.holder == laptop.initials else set())
            seen = {id_ for id_, (scope, _b, _a) in there.items() if scope == "team" or scope[8:] in mine}
            here = _all_of(workspace)
            if any(row.citizen_id == self.moving for row in unsent) and self.moving not in mine:
                # What was refused is kept, and the citizen's file with it, until somebody decides.
                here = {id_: it for id_, it in here.items() if there.get(id_, ("",))[0] != f"citizen:{self.moving}"}
            for id_ in (seen | here.keys()) - waiting:
                if id_ not in there and here[id_][1]:
                    continue  # made and annulled here, never sent
                if id_ not in here or id_ not in there or here[id_] != there[id_][1:]:
                    broken.append(f"laptop {laptop.number}: {id_} here {here.get(id_)} there {there.get(id_)}")
        return broken

    def _lost(self, workspaces: list[Workspace]) -> list[str]:
        """What a laptop was told is stored, and is nowhere now."""
        with self.database.transaction() as connection:
            bodies = {row.id: row for row in connection.execute(select(record.c.id, record.c.body, record.c.annulled))}
            stored = {op["id"] for op in connection.execute(select(parked.c.op)).scalars()}
            texts = set(connection.execute(select(revision.c.body[SHARED_FIELD].astext)).scalars())
            twice = connection.execute(
                select(func.count()).select_from(record).where(record.c.collection.in_(("task", "note", "company")))
                .group_by(record.c.body).having(func.count() > 1)
            ).all()  # fmt: skip
        broken = ["one thing is there under two ids"] if twice else []
        for laptop, workspace in zip(self.laptops, workspaces, strict=True):
            said = laptop.said()
            waiting = {row.record_id for row in workspace.syncing.waiting()}
            wrote = [each["text"] for each in said if each["what"] == "shared"]
            kept = {str(each["text"]) for each in said if each["what"] == "gave way"}
            for each in said:
                id_ = each.get("id")
                gone = id_ not in bodies and id_ not in stored | waiting
                if each["what"] == "made" and gone and id_ not in _annulled_here(said):
                    broken.append(f"laptop {laptop.number}: lost {each}")
                if each["what"] == "annulled" and id_ in bodies.keys() - waiting - stored and not bodies[id_].annulled:
                    broken.append(f"laptop {laptop.number}: lost {each}")
                if each["what"] == "own":
                    value = str(bodies[id_].body.get(OWN_FIELDS[laptop.number], "0-0"))
                    if int(value.partition("-")[2]) < int(str(each["number"])):
                        broken.append(f"laptop {laptop.number}: lost {each} after {value}")
            # A text that this laptop replaced before it was sent went nowhere; the last one of all must be somewhere.
            if wrote and str(wrote[-1]) not in texts | kept:
                broken.append(f"laptop {laptop.number}: lost {wrote[-1]}")
        return broken


@contextlib.contextmanager
def open_office(cluster: Cluster, folder: Path, *, apis: int = 2) -> Iterator[Office]:
    """An office in a database of its own, with everything running but the laptops' workers."""
    name = f"torture_{secrets.token_hex(4)}"
    cluster.execute(f"CREATE DATABASE {name}")
    url = cluster.url.rpartition("/")[0] + f"/{name}"
    migrate(url)
    database = Database(url, clock=SystemClock(), ids=SystemIds())
    folder.mkdir()
    served = tuple(Api(url, folder / f"api-{number}.log") for number in range(apis))
    laptops = tuple(Laptop(number, who, folder / f"laptop-{number}") for number, who in enumerate(PEOPLE))
    administration.bootstrap_organisation(database, "Kvartershuset")
    for who in sorted(set(PEOPLE)):
        administration.add_consultant(database, who, f"Konsulent {who}")
    citizens = [_citizen(database, who) for who in ("MH", "MH", "TB", "TB", "MH")]
    staying = {"MH": set(citizens[:2]), "TB": {citizens[0], *citizens[2:4]}}
    administration.assign(database, citizens[0], "TB", "substitute", today(SystemClock()) + timedelta(days=30))
    for each in range(COMPANIES):
        body = {"name": f"Firma {each}", "cvr": ("13585628", "25313763", "13585628")[each]}
        administration.put_record(database, "company", SystemIds().new(), body)
    office = Office(cluster, database, served, laptops, staying, citizens[-1])
    try:
        for api in served:
            api.spawn()
        for api in served:
            api.wait()
        for laptop in laptops:
            _enrol(office, laptop)
        yield office
    finally:
        office.close()
        with contextlib.suppress(OperationalError):
            cluster.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _citizen(database: Database, who: str) -> str:
    citizen_id = SystemIds().new()
    body = {"given_name": "Fatima", "family_name": "Aslan", "enrolled_on": "2026-10-01"}
    administration.put_record(database, "citizen", citizen_id, body)
    administration.assign(database, citizen_id, who)
    return citizen_id


def _enrol(office: Office, laptop: Laptop) -> None:
    laptop.folder.mkdir(parents=True)
    address = office.apis[laptop.number % len(office.apis)].url
    code = enrol_code(office.database, laptop.initials, True, address)
    workspace, _recovery = unlocking.create(
        laptop.vault, phrase(), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
    )
    with workspace:
        workspace.enrolment.enrol(
            code.url, code.code, device_name=f"laptop {laptop.number}", on_words=lambda _words: None
        )
        workspace.syncing.run()


def _sync_and_decide(workspace: Workspace) -> bool:
    """One sync, and mine for whatever two wrote at once; true where anything moved."""
    report = workspace.syncing.run(accept_mass_change=True)
    conflicts = workspace.conflicts.list()
    for conflict in conflicts:
        workspace.conflicts.resolve(conflict.id, "mine")
    return bool(conflicts or not report.finished or report.pushed or report.pulled or report.merged or report.purged)


def _all_of(workspace: Workspace) -> dict[str, tuple[dict[str, Any], bool]]:
    with workspace.store.reading() as connection:
        rows = connection.execute("SELECT id, body, annulled FROM record").fetchall()
    return {id_: (json.loads(body), annulled is not None) for id_, body, annulled in rows}


def _sent_before_last_sync(said: list[dict[str, object]]) -> list[dict[str, object]]:
    """What had been made when the laptop last had nothing pending."""
    last = max((at for at, each in enumerate(said) if each["what"] == "synced"), default=0)
    return [each for each in said[:last] if each["what"] == "made" and each["id"] not in _annulled_here(said)]


def _annulled_here(said: list[dict[str, object]]) -> set[object]:
    """What this laptop annulled: where that was before it was ever sent, nobody else hears of it."""
    return {each["id"] for each in said if each["what"] == "annulling"}
