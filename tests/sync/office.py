"""A whole office for tests: a real central system on loopback over a real PostgreSQL, and real devices."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from fieldtui.base.clock import COPENHAGEN, FixedClock
from fieldtui.base.ids import SeededIds
from fieldtui.central import administration, enrolling
from fieldtui.central.database import Database
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.schema import record, revision
from fieldtui.central.serve import BackgroundServer
from fieldtui.services import unlocking
from fieldtui.services.enrolment import Enrolment
from fieldtui.services.syncing import Syncing, SyncReport
from fieldtui.services.workspace import Workspace
from fieldtui.wire.messages import Person
from tests.support.central import fresh_database
from tests.support.vaults import phrase

MONDAY = datetime(2026, 11, 23, 8, 15, tzinfo=COPENHAGEN)


class TickingClock(FixedClock):
    """A clock that moves a millisecond each time it is asked, and else only when it is told."""

    def now(self) -> datetime:
        self.advance(timedelta(milliseconds=1))
        return super().now()


class RunningClock(FixedClock):
    """A clock that runs as the machine's does, from Monday morning: for an office whose laptops keep real time."""

    def __init__(self) -> None:
        super().__init__(MONDAY)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.monotonic() - self._began)


class FaultyNetwork(httpx2.BaseTransport):
    """The real network, which fails where a test says so: before the request leaves, or after the answer was made."""

    def __init__(self) -> None:
        self._real = httpx2.HTTPTransport(trust_env=False)
        self.lose_request: Callable[[httpx2.Request], bool] = lambda _request: False
        self.lose_response: Callable[[httpx2.Request], bool] = lambda _request: False
        self.change: (
            Callable[[httpx2.Request, int, dict[str, str], bytes], tuple[int, dict[str, str], bytes]] | None
        ) = None
        self.seen: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(f"{request.method} {request.url.path}")
        if self.lose_request(request):
            raise httpx2.ConnectError("lost", request=request)
        response = self._real.handle_request(request)
        body = b"".join(response.stream)  # type: ignore[arg-type]
        response.close()
        if self.lose_response(request):
            raise httpx2.ReadError("lost", request=request)
        status, headers = response.status_code, {k.lower(): v for k, v in response.headers.items()}
        if self.change is not None:
            status, headers, body = self.change(request, status, headers, body)
        return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))

    def close(self) -> None:
        """Connections outlive one sync, as a test's network does."""

    def shut(self) -> None:
        self._real.close()


@dataclass
class Device:
    """One laptop: a real vault, a network that can fail, and whose it is."""

    workspace: Workspace
    network: FaultyNetwork
    clock: FixedClock
    person: Person
    syncing: Syncing = field(init=False)

    def __post_init__(self) -> None:
        self.syncing = Syncing(self.workspace._context, via=self.network)

    def sync(self, **how: Any) -> SyncReport:
        return self.syncing.run(**how)

    def body(self, record_id: str) -> dict[str, Any]:
        found = self.workspace.store.body_of(record_id)
        assert found is not None
        return found

    def edit(self, record_id: str, **values: Any) -> None:
        """An edit as a person makes it: through the use case."""
        self.workspace.casework.update(record_id, values)

    def table(self, name: str, columns: str = "*") -> list[tuple[Any, ...]]:
        with self.workspace.store.reading() as connection:
            return connection.execute(f"SELECT {columns} FROM {name}").fetchall()


class Office:
    """One organisation in one database, its server, and its devices."""

    def __init__(self, database: Database, server: BackgroundServer, clock: FixedClock, folder: Path) -> None:
        self.database = database
        self.server = server
        self.clock = clock
        self._folder = folder
        self._devices: list[Device] = []
        self._ids = SeededIds(f"office-{folder.name}")
        self._counter = itertools.count()
        administration.bootstrap_organisation(database, "Testkommune")
        self.mh = administration.add_consultant(database, "MH", "Mette Holm")
        self.tb = administration.add_consultant(database, "TB", "Tariq Bøgh")

    def id(self) -> str:
        return self._ids.new()

    def citizen(self, initials: str = "MH", **more: Any) -> str:
        """A citizen as an import leaves one, given to someone."""
        citizen_id = self.id()
        body = {"given_name": "Fatima", "family_name": "Aslan", "enrolled_on": "2026-10-01", **more}
        administration.put_record(self.database, "citizen", citizen_id, body)
        administration.assign(self.database, citizen_id, initials)
        return citizen_id

    def put(self, collection: str, **body: Any) -> str:
        record_id = self.id()
        administration.put_record(self.database, collection, record_id, body)
        return record_id

    def assign(self, citizen_id: str, initials: str, role: str = "primary", until: date | None = None) -> None:
        administration.assign(self.database, citizen_id, initials, role, until)  # type: ignore[arg-type]

    def device(self, initials: str = "MH", *, clock: FixedClock | None = None, sync: bool = True) -> Device:
        """A new laptop, enrolled with a real code over the real wire."""
        number = next(self._counter)
        clock = clock or TickingClock(self.clock.now() + timedelta(milliseconds=number))
        workspace, _recovery = unlocking.create(
            self._folder / f"device-{number}",
            phrase(),
            clock=clock,
            ids=SeededIds(f"{self._folder.name}-{number}", 1_795_000_000_000 + number),
            kdf=unlocking.CHEAPEST,
        )
        network = FaultyNetwork()
        code = enrolling.enrol_code(self.database, initials, True, self.server.url)
        person = Enrolment(workspace._context, via=network).enrol(
            code.url, code.code, device_name=f"laptop {number}", on_words=lambda _words: None
        )
        device = Device(workspace, network, clock, person)
        self._devices.append(device)
        if sync:
            device.sync()
        return device

    def body(self, record_id: str) -> dict[str, Any]:
        """What the central system holds."""
        with self.database.transaction() as connection:
            found: dict[str, Any] = connection.execute(
                select(record.c.body).where(record.c.id == record_id)
            ).scalar_one()
            return found

    def revisions(self, record_id: str) -> list[Any]:
        """Every revision the central system holds, oldest first."""
        with self.database.transaction() as connection:
            return list(connection.execute(select(revision).where(revision.c.id == record_id).order_by(revision.c.rev)))

    def settle(self, *devices: Device) -> None:
        """Sync everybody until nothing moves."""
        for _ in range(4):
            reports = [device.sync() for device in devices or self._devices]
            if not any(r.pushed or r.pulled or r.merged or r.conflicts for r in reports):
                return
        raise AssertionError("syncs never settle")

    def close(self) -> None:
        for device in self._devices:
            device.workspace.close()
            device.network.shut()


@contextlib.contextmanager
def open_office(postgres: EmbeddedPostgres, folder: Path, clock: FixedClock | None = None) -> Iterator[Office]:
    """An office in a database of its own."""
    clock = clock or TickingClock(MONDAY)
    with (
        fresh_database(postgres, clock, SeededIds(f"central-{folder.name}")) as database,
        BackgroundServer(database) as server,
    ):
        office = Office(database, server, clock, folder)
        try:
            yield office
        finally:
            office.close()


@pytest.fixture
def office(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Office]:
    """An organisation with MH and TB, served on loopback."""
    with open_office(postgres, tmp_path) as opened:
        yield opened
