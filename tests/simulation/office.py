"""The central system of one seed: the real application over the real PostgreSQL, in an organisation of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection, bindparam, event, insert, select

from fieldtui.base.clock import Clock, SystemClock
from fieldtui.base.errors import DatabaseUnreachable
from fieldtui.base.ids import IdSource, SeededIds, SystemIds
from fieldtui.central import administration
from fieldtui.central.app import create_app
from fieldtui.central.assignments import access_of
from fieldtui.central.changes import current_line
from fieldtui.central.database import Database
from fieldtui.central.incarnation import renew_incarnations
from fieldtui.central.ledger import standing_from
from fieldtui.central.schema import METADATA, device, operation, organisation, parked, record, revision, scope_change
from fieldtui.central.staff import person_by_initials
from fieldtui.wire.keys import new_device_key, private_key_text, public_key_text
from fieldtui.wire.messages import Person, RecordLine, Role

URL = "http://127.0.0.1:8080"
_DEVICE_KEYS = [new_device_key() for _ in range(8)]
"""Making a key is dear; whose it is in which seed does not matter to anything that is tried here."""


@dataclass
class Turn:
    """What the scheduler has to say about one transaction at the server."""

    statements: int = 0
    locked: bool = False
    wrote: bool = False


class HandedClock:
    """The clock of whatever seed is played."""

    def __init__(self) -> None:
        self.of: Clock = SystemClock()

    def now(self) -> datetime:
        return self.of.now()

    def monotonic(self) -> float:
        return self.of.monotonic()


class PlayedDatabase(Database):
    """The real database, whose transactions pause between statements and die where the scheduler says so."""

    def __init__(self, url: str) -> None:
        self.time = HandedClock()
        super().__init__(url, clock=self.time, ids=SystemIds())  # each seed gives its own
        self._engine.pool._pre_ping = False  # `restart` leaves no connection behind that could be dead
        self.pause: Callable[[], None] = lambda: None
        self.wait_until: Callable[[Callable[[], bool]], None] = lambda _free: None
        self.dies: Callable[[str], bool] = lambda _moment: False
        self.open = 0
        """Transactions that are under way."""
        self.holder: Turn | None = None
        """Who holds the organisation's row. PostgreSQL holds it for real; a fiber that would wait for it there would
        never get the baton back, so it waits here."""
        self.app = create_app(self, public_url=URL)
        event.listen(self._engine, "connect", _be_impatient)
        event.listen(self._engine, "before_cursor_execute", self._before_statement)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        turn = Turn()
        self.open += 1
        try:
            with super().transaction() as connection:
                connection.info["turn"] = turn
                yield connection
                if turn.locked:
                    self.pause()
                if self.dies("before commit"):
                    raise DatabaseUnreachable("played")
            if self.dies("after commit"):
                raise DatabaseUnreachable("played")
        finally:
            self.open -= 1
            if self.holder is turn:
                self.holder = None

    def lock_played(self, connection: Connection) -> None:
        """For what takes no real lock although it should: may pause all the same."""
        connection.info["turn"].locked = True

    @staticmethod
    def unwatched() -> Turn:
        """For a connection that was not opened by `transaction`."""
        return Turn()

    def _before_statement(self, connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        turn: Turn = connection.info["turn"]
        turn.statements += 1
        if "FOR UPDATE" in statement:
            self.wait_until(lambda: self.holder is None)
            self.holder, turn.locked = turn, True
        elif not statement.lstrip().startswith("SELECT"):
            turn.wrote = True
        elif turn.statements > 1 and (turn.locked or not turn.wrote):
            # A row lock that nobody else may meet is held, or none: then somebody else may have a turn.
            self.pause()


def _be_impatient(connection: Any, _record: object) -> None:
    connection.execute("SET lock_timeout TO '5s'")
    connection.commit()


@dataclass(frozen=True)
class Photograph:
    """The rows of every table at one moment, as a backup holds them."""

    tables: dict[Any, list[dict[str, Any]]]


_EMPTY = "; ".join(f"DELETE FROM {table.name}" for table in reversed(METADATA.sorted_tables))


@dataclass(frozen=True)
class Credentials:
    """What an enrolment leaves on a laptop."""

    device_id: str
    key_id: str
    device_key: str
    server_key: str
    person: Person


class Office:
    """One organisation, and the application that serves it."""

    def __init__(self, database: PlayedDatabase, org_id: str, server_key: str, clock: Any, ids: IdSource) -> None:
        self.database = database
        self.clock = clock
        database.time.of, database.ids = clock, ids
        self.org_id = org_id
        self.server_key = server_key
        self._fresh()
        self.revoked_at: dict[str, datetime] = {}
        self._devices = 0
        self._revisions: list[Any] = []
        self._by_record: defaultdict[str, list[Any]] = defaultdict(list)

    @classmethod
    def founded(cls, database: PlayedDatabase, name: str, clock: Any) -> Office:
        """A new organisation in an empty database."""
        database.time.of, database.ids = clock, SeededIds("office")
        made = administration.bootstrap_organisation(database, name)
        return cls(database, made.id, public_key_text(made.server_key), clock, database.ids)

    # --- backed up and restored -----------------------------------------------------------------

    def photograph(self) -> Photograph:
        """All that is in its tables."""
        with self.database.transaction() as connection:
            return Photograph({
                table: [dict(row._mapping) for row in connection.execute(select(table))]
                for table in METADATA.sorted_tables
            })  # fmt: skip

    def set_up(self, photograph: Photograph) -> None:
        """Put what is in a photograph into the tables, in place of all that is in them."""
        with self.database.transaction() as connection:
            self._fill(connection, photograph)

    def restore(self, photograph: Photograph) -> None:
        """Restored from a backup, as `central restore` does it; who was shut out since is shut out again by hand."""
        with self.database.transaction() as connection:
            self._fill(connection, photograph)
            renew_incarnations(connection, self.database.ids)
        for device_id in self.revoked_at:
            administration.revoke(self.database, device_id)
        self.restart()

    def _fill(self, connection: Connection, photograph: Photograph) -> None:
        connection.exec_driver_sql(_EMPTY)
        for table, rows in photograph.tables.items():
            if rows:
                connection.execute(insert(table), rows)
        self._revisions = []
        self._by_record.clear()

    def restart(self) -> None:
        """A new process over the same database: nothing that was in memory is left.

        Requests that are under way are another process's; they keep their connections. The routes know nothing but
        the database; what guards them is made anew for the next request.
        """
        if not self.database.open:
            self.database.close()
        self._fresh()

    def _fresh(self) -> None:
        self.database.app.middleware_stack = None

    def person(self, initials: str, role: Role = "consultant") -> Person:
        return administration.add_consultant(self.database, initials, f"Medarbejder {initials}", role)

    def put(self, *records: tuple[str, str, dict[str, Any]]) -> None:
        administration.put_records(self.database, list(records))

    def assign(self, citizen_id: str, initials: str, role: str = "primary", until: date | None = None) -> bool:
        return administration.assign(
            self.database, citizen_id, initials, role, until  # type: ignore[arg-type]
        )  # fmt: skip

    def revoke(self, device_id: str) -> None:
        administration.revoke(self.database, device_id)
        self.revoked_at[device_id] = self.clock.now()

    def enrol(self, initials: str) -> Credentials:
        """What the real enrolment leaves on both sides (it is tried in tests/sync/test_enrolment.py)."""
        key = _DEVICE_KEYS[self._devices]
        self._devices += 1
        device_id = self.database.ids.new()
        with self.database.transaction() as connection:
            person = person_by_initials(connection, self.org_id, initials)
            connection.execute(
                insert(device).values(
                    org_id=self.org_id, device_id=device_id, consultant_id=person.id, name=f"laptop {self._devices}",
                    public_key=public_key_text(key), app_version="0", last_seq=0, enrolled_at=self.clock.now(),
                )
            )  # fmt: skip
        return Credentials(device_id, f"{self.org_id}.{device_id}", private_key_text(key), self.server_key, person)

    # --- served ---------------------------------------------------------------------------------

    def serve(
        self, loop: asyncio.AbstractEventLoop, method: str, target: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Answer one request as a server process would."""
        return loop.run_until_complete(_ask(self.database.app, method, target, headers, body))

    # --- looked at ------------------------------------------------------------------------------

    def revisions(self) -> list[Any]:
        """Every revision there is, in the order of `seq`; they are only ever added to."""
        last = self._revisions[-1].seq if self._revisions else 0
        with self.database.transaction() as connection:
            new = connection.execute(_REVISIONS_AFTER, {"org": self.org_id, "last": last}).all()
        self._revisions += new
        for each in new:
            self._by_record[each.id].append(each)
        return self._revisions

    def known_of(self, record_id: str) -> list[Any]:
        """The revisions of one record as `revisions` found them last."""
        return self._by_record[record_id]

    def operations(self) -> list[Any]:
        return self._all(operation, operation.c.op_id)

    def parked(self) -> list[Any]:
        return self._all(parked, parked.c.op_id)

    def events(self) -> list[Any]:
        return self._all(scope_change, scope_change.c.seq)

    def last_seq(self) -> int:
        with self.database.transaction() as connection:
            return int(
                connection.execute(select(organisation.c.seq).where(organisation.c.org_id == self.org_id)).scalar_one()
            )

    def _all(self, table: Any, order: Any) -> list[Any]:
        with self.database.transaction() as connection:
            return list(connection.execute(select(table).where(table.c.org_id == self.org_id).order_by(order)))

    def all_records(self) -> list[Any]:
        return self._all(record, record.c.seq)

    def revs(self) -> dict[str, int]:
        """How often each record was changed."""
        return {line.id: line.rev for line in self.all_records()}

    def visible_to(self, initials: str) -> dict[str, RecordLine]:
        """Every record that someone sees today, as it is shown to them."""
        with self.database.transaction() as connection:
            person = person_by_initials(connection, self.org_id, initials)
            access = access_of(connection, self.org_id, person, today=self.clock.now().date())
            rows = connection.execute(select(record).where(record.c.org_id == self.org_id)).all()
            lines = (current_line(standing_from(row), access) for row in rows)
            return {line.id: line for line in lines if line is not None}


_REVISIONS_AFTER = (
    select(revision)
    .where(revision.c.org_id == bindparam("org"), revision.c.seq > bindparam("last"))
    .order_by(revision.c.seq)
)


async def _ask(
    app: FastAPI, method: str, target: str, headers: list[tuple[bytes, bytes]], body: bytes
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    path, _mark, query = target.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8080),
    }  # fmt: skip
    given = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], list(sent[0]["headers"]), body
