"""A real central system for tests: one PostgreSQL per test process, a fresh copy of a migrated database per test.

Use the fixtures by importing them in a `conftest.py`:

    from tests.support.central import central, database, postgres  # noqa: F401
"""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from fieldtui.base.clock import Clock, SystemClock, isoformat
from fieldtui.base.ids import IdSource, SystemIds
from fieldtui.central.administration import add_consultant, bootstrap_organisation, enrol_code
from fieldtui.central.database import Database, migrate
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.serve import BackgroundServer
from fieldtui.wire.encoding import decode_body
from fieldtui.wire.keys import load_public_key, new_device_key, public_key_text
from fieldtui.wire.messages import (
    ENROL_RESPONSE,
    PAGE_LINE,
    Accepted,
    Enrolled,
    EnrolPending,
    JoinLine,
    LeaveLine,
    PageEnd,
    PageStart,
    Problem,
    PushResponse,
    RecordLine,
)
from fieldtui.wire.problems import read_problem
from fieldtui.wire.signatures import HttpMessage, sign_request, verify_response

TEMPLATE = "fieldtui_template"
TEAM = Path(__file__).parent.parent / "data" / "team-2021-03"


class SkewedClock:
    """The machine's clock, moved by a test; signatures stay fresh because both sides use it."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self.offset = timedelta()

    def now(self) -> datetime:
        """The machine's time plus the offset."""
        return self._system.now() + self.offset

    def monotonic(self) -> float:
        """The machine's."""
        return self._system.monotonic()


_server: list[EmbeddedPostgres] = []
_asked: list[None] = []
_ends = contextlib.ExitStack()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for this test process, with a migrated database to copy.

    Each `conftest.py` that imports this has a session fixture of its own to pytest; they share the server all the same.
    """
    if not _server:
        _server.append(_ends.enter_context(_started()))
    _asked.append(None)
    try:
        yield _server[0]
    finally:
        _asked.pop()
        if not _asked:
            _server.clear()
            _ends.close()


@contextlib.contextmanager
def _started() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="fieldtui-test-"))
    try:
        with EmbeddedPostgres(folder / "postgres", durable=False) as server:
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {TEMPLATE}")
            migrate(server.url_of(TEMPLATE))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database_url(server: EmbeddedPostgres) -> str:
    """A migrated, empty database of the test's own."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY WAL_LOG")
    return server.url_of(name)


@pytest.fixture
def clock() -> SkewedClock:
    """A clock that a test can move."""
    return SkewedClock()


@contextlib.contextmanager
def fresh_database(server: EmbeddedPostgres, clock: Clock, ids: IdSource) -> Iterator[Database]:
    """A migrated, empty database that is gone afterwards."""
    url = fresh_database_url(server)
    opened = Database(url, clock=clock, ids=ids)
    try:
        yield opened
    finally:
        opened.close()
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")


@pytest.fixture
def database(postgres: EmbeddedPostgres, clock: Clock) -> Iterator[Database]:
    """An empty central database."""
    with fresh_database(postgres, clock, SystemIds()) as opened:
        yield opened


@pytest.fixture
def central(database: Database) -> Iterator[Central]:
    """A served central system with an organisation and the consultants MH, TB and SK."""
    bootstrap_organisation(database, "Kvartershuset")
    people = {
        initials: add_consultant(database, initials, f"Konsulent {initials}").id for initials in ("MH", "TB", "SK")
    }
    with BackgroundServer(database) as server:
        yield Central(database, server.public_url, people)


@dataclass
class Page:
    """A page as it was received."""

    start: PageStart
    lines: tuple[RecordLine | JoinLine | LeaveLine, ...]
    end: PageEnd
    size: int

    @property
    def records(self) -> tuple[RecordLine, ...]:
        return tuple(line for line in self.lines if isinstance(line, RecordLine))


class Answered(Exception):
    """The server answered with a problem."""

    def __init__(self, problem: Problem, headers: Mapping[str, str]) -> None:
        super().__init__(problem.type)
        self.problem = problem
        self.headers = headers


@dataclass
class Device:
    """A device that speaks the protocol and keeps nothing; enough to try the server with."""

    url: str
    clock: Clock
    key: EllipticCurvePrivateKey
    device_id: str = ""
    key_id: str = ""
    consultant: str = ""
    server_key: str = ""
    seq: int = 0
    cursor: str | None = None
    sent: dict[str, str] = field(default_factory=dict)
    """Headers of the last request, its signature among them."""
    headers: dict[str, str] = field(default_factory=lambda: {"fieldtui-protocol": "1", "accept-encoding": "zstd"})

    def request(self, method: str, path: str, body: bytes = b"", *, key_id: str | None = None, seq: int | None = None,
                key: EllipticCurvePrivateKey | None = None, created: datetime | None = None,
                tamper: bool = False) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
        """Send a signed request; the plain answer, proven to be the server's where its key is known."""
        self.seq = max(self.seq + 1, 1)
        headers = {**self.headers, "content-type": "application/json"}
        message = HttpMessage(method, self.url + path, headers, body)
        name = key_id if key_id is not None else self.key_id
        headers |= sign_request(
            message, key=key or self.key, key_id=name, device=name.rpartition(".")[2],
            seq=self.seq if seq is None else seq, created=created or self.clock.now(), nonce=secrets.token_urlsafe(12),
        )  # fmt: skip
        sent = HttpMessage(method, self.url + path, headers, body)
        self.sent = dict(headers)
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            connection.request(method, path, body + b" " if tamper else body, headers)
            response = connection.getresponse()
            raw = response.read()
            got = {key.lower(): value for key, value in response.getheaders()}
        finally:
            connection.close()
        if self.server_key and "signature" in got:
            answer = HttpMessage(method, sent.url, got, raw, response.status)
            verify_response(answer, sent, key=load_public_key(self.server_key), now=self.clock.now())
        return response.status, got, decode_body(raw, got.get("content-encoding"), limit=64_000_000)

    def ask(self, method: str, path: str, body: bytes = b"", **how: Any) -> bytes:
        """The body of a good answer, else `Answered`."""
        status, headers, answer = self.request(method, path, body, **how)
        if status != 200:
            raise Answered(read_problem(status, answer), headers)
        assert not self.server_key or "signature" in headers
        return answer

    def enrol(self, code: str) -> Enrolled | EnrolPending:
        """Ask to be enrolled with a code."""
        body = json.dumps(
            {"code": code, "public_key": public_key_text(self.key), "device_name": "prøve", "app_version": "0"}
        ).encode()
        answer = ENROL_RESPONSE.validate_json(self.ask("POST", "/v1/enrol", body, key_id="enrol", seq=1))
        if isinstance(answer, Enrolled):
            self.device_id, self.key_id = answer.device_id, answer.key_id
            self.consultant, self.server_key = answer.consultant.id, answer.server_key
        return answer

    def page(self, cursor: str | None = None, **query: int) -> Page:
        """One page from a cursor."""
        parameters = [f"cursor={quote(cursor)}"] if cursor else []
        parameters += [f"{name}={value}" for name, value in query.items()]
        raw = self.ask("GET", "/v1/changes" + ("?" + "&".join(parameters) if parameters else ""))
        lines = [PAGE_LINE.validate_json(line) for line in raw.splitlines()]
        start, end = lines[0], lines[-1]
        assert isinstance(start, PageStart)
        assert isinstance(end, PageEnd)
        inner = tuple(line for line in lines[1:-1] if isinstance(line, RecordLine | JoinLine | LeaveLine))
        assert len(inner) == len(lines) - 2
        return Page(start, inner, end, len(raw))

    def pull(self, **query: int) -> list[Page]:
        """All pages from where it stands."""
        pages = []
        while True:
            page = self.page(self.cursor, **query)
            pages.append(page)
            self.cursor = page.end.next
            if not page.end.more:
                return pages

    def push(self, *ops: Mapping[str, Any], log: tuple[Mapping[str, Any], ...] = ()) -> PushResponse:
        """Push operations made with `op`."""
        body = json.dumps({"ops": list(ops), "log": list(log)}).encode()
        return PushResponse.model_validate_json(self.ask("POST", "/v1/changes", body))

    def create(self, collection: str, body: Mapping[str, Any], record_id: str | None = None) -> str:
        """Create a record; its id."""
        operation = op(collection, body, record_id=record_id)
        (result,) = self.push(operation).results
        assert isinstance(result, Accepted), result
        return str(operation["id"])


def op(
    collection: str,
    body: Mapping[str, Any] | None = None,
    *,
    record_id: str | None = None,
    base_rev: int = 0,
    annul: str | None = None,
    at: datetime | None = None,
    op_id: str | None = None,
) -> dict[str, Any]:
    """One operation as it goes over the wire."""
    ids = SystemIds()
    made = {
        "op_id": op_id or ids.new(), "collection": collection, "id": record_id or ids.new(), "base_rev": base_rev,
        "recorded_at": isoformat(at or SystemClock().now()), "clock_offset_ms": 0,
    }  # fmt: skip
    return made | ({"annul": {"reason": annul}} if annul else {"body": dict(body or {})})


@dataclass
class Central:
    """A served central system."""

    database: Database
    url: str
    people: dict[str, str]
    """Consultant id by initials."""

    def device(self, initials: str) -> Device:
        """A device of someone, enrolled."""
        code = enrol_code(self.database, initials, pre_approved=True).code
        device = self.unenrolled()
        assert isinstance(device.enrol(code), Enrolled)
        return device

    def unenrolled(self) -> Device:
        """A device with a key and nothing else."""
        return Device(self.url, self.database.clock, new_device_key())
