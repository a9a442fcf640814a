"""The central system under load, under attack, behind a proxy and while its database is away."""

from __future__ import annotations

import http.client
import json
import logging
import select as polling
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zstandard
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from fieldtui.base.errors import DatabaseUnreachable
from fieldtui.base.ids import SystemIds
from fieldtui.base.log import event
from fieldtui.central import gate
from fieldtui.central.administration import add_consultant, bootstrap_organisation, enrol_code
from fieldtui.central.app import create_app
from fieldtui.central.database import Database, migrate
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.guessing import FROM_ADDRESS, FROM_ALL
from fieldtui.central.lifecycle import Lifecycle
from fieldtui.central.logs import REQUEST_HEADER, written_down
from fieldtui.central.schema import device, enrol_address, organisation
from fieldtui.central.serve import BackgroundServer
from fieldtui.central.traffic import Traffic
from fieldtui.wire.messages import Limits
from tests.support.central import Answered, Central, Device, SkewedClock, op

Serve = Callable[[Traffic], Central]


@pytest.fixture
def serve(database: Database) -> Iterator[Serve]:
    """Serve the database with limits; a second time, by a second server behind the same address."""
    bootstrap_organisation(database, "Kvartershuset")
    people = {initials: add_consultant(database, initials, f"Konsulent {initials}").id for initials in ("MH", "TB")}
    running: list[BackgroundServer] = []

    def start(traffic: Traffic) -> Central:
        server = BackgroundServer(database, traffic=traffic)
        server.__enter__()
        running.append(server)
        return Central(database, server.url, people)

    yield start
    for server in running:
        server.__exit__(None, None, None)


def refusal_of(asker: Device, method: str = "GET", path: str = "/v1/changes", body: bytes = b"") -> Answered:
    with pytest.raises(Answered) as caught:
        asker.ask(method, path, body)
    return caught.value


# --- rate limits ------------------------------------------------------------------------------------


def test_a_device_that_asks_too_often_is_told_when_to_come_back(serve: Serve, clock: SkewedClock) -> None:
    central = serve(Traffic(per_minute=1, burst=5))
    mette, tove = central.device("MH"), central.device("TB")
    for _ in range(5):
        mette.page()
    refused = refusal_of(mette)
    assert refused.problem.name == "rate-limited"
    assert refused.problem.status == 429
    assert 50 <= int(refused.headers["retry-after"]) <= 60
    tove.page()  # nobody else is concerned
    clock.offset += timedelta(seconds=int(refused.headers["retry-after"]))
    mette.page()
    assert refusal_of(mette).problem.name == "rate-limited"


def test_a_refused_request_costs_no_write_and_does_not_make_the_wait_longer(serve: Serve) -> None:
    central = serve(Traffic(per_minute=1, burst=2))
    mette = central.device("MH")
    mette.page()
    mette.page()
    with central.database.transaction() as connection:
        before = connection.execute(select(device, text("xmin"))).all()
    for _ in range(3):
        assert refusal_of(mette).problem.name == "rate-limited"
    with central.database.transaction() as connection:
        assert connection.execute(select(device, text("xmin"))).all() == before


def test_a_clock_that_is_turned_back_locks_no_device_out(serve: Serve, clock: SkewedClock) -> None:
    central = serve(Traffic(per_minute=1, burst=2))
    mette = central.device("MH")
    clock.offset = timedelta(days=3)
    mette.page()
    clock.offset = timedelta()
    mette.page()


def test_a_replay_is_told_from_haste(serve: Serve) -> None:
    central = serve(Traffic(per_minute=1, burst=2))
    mette = central.device("MH")
    mette.page()
    with pytest.raises(Answered) as caught:
        mette.ask("GET", "/v1/changes", seq=mette.seq)
    assert caught.value.problem.name == "replay"


def test_several_processes_share_one_limit_and_one_memory_of_replays(serve: Serve) -> None:
    central = serve(Traffic(per_minute=1, burst=6))
    other = serve(Traffic(per_minute=1, burst=6))
    mette = central.device("MH")
    dialled = [central.url, other.url]
    company = op("company", {"name": "Bageriet"})
    answers = []
    for turn in range(6):
        mette.url = dialled[turn % 2]
        if turn == 2:
            with pytest.raises(Answered) as caught:
                mette.ask("GET", "/v1/changes", seq=mette.seq)
            assert caught.value.problem.name == "replay"
        answers.append(mette.push(company).results[0])
    assert len({answer.model_dump_json() for answer in answers}) == 1
    mette.url = dialled[0]
    assert refusal_of(mette).problem.name == "rate-limited"


# --- guessing ---------------------------------------------------------------------------------------


def test_one_address_cannot_make_the_whole_organisation_wait(serve: Serve) -> None:
    central = serve(Traffic(behind_proxy=True))

    def guess(address: str, code: str = "AAAA-AAAA") -> str:
        guesser = central.unenrolled()
        # What comes before the proxy's own word anybody can write.
        guesser.headers["x-forwarded-for"] = f"198.51.100.1, {address}"
        try:
            return guesser.enrol(code).status
        except Answered as answered:
            return answered.problem.name

    assert [guess("203.0.113.9") for _ in range(FROM_ADDRESS + 5)] == ["code"] * FROM_ADDRESS + ["rate-limited"] * 5
    good = [enrol_code(central.database, "MH", pre_approved=True).code for _ in range(3)]
    assert guess("203.0.113.9", good[0]) == "rate-limited"  # nor is a right guess told apart
    assert guess("203.0.113.10", good[1]) == "approved"
    # Addresses of one IPv6 network are one customer's.
    answers = [guess(f"2001:db8:0:1::{number:x}") for number in range(FROM_ADDRESS + 1)]
    assert answers == ["code"] * FROM_ADDRESS + ["rate-limited"]
    assert FROM_ADDRESS * 2 == FROM_ALL
    assert guess("203.0.113.11") == "rate-limited"  # now all of the organisation's are used up
    with central.database.transaction() as connection:
        kept = " ".join(connection.execute(select(enrol_address.c.address_hash)).scalars())
    assert "203.0" not in kept
    assert "2001" not in kept.split()


def test_addresses_are_forgotten_when_their_time_is_over(serve: Serve, clock: SkewedClock) -> None:
    central = serve(Traffic(behind_proxy=True))
    for number in range(3):
        guesser = central.unenrolled()
        guesser.headers["x-forwarded-for"] = f"203.0.113.{number}"
        with pytest.raises(Answered):
            guesser.enrol("AAAA-AAAA")
        clock.offset += timedelta(minutes=8)
    with central.database.transaction() as connection:
        assert len(connection.execute(select(enrol_address)).all()) == 2


# --- size and time ----------------------------------------------------------------------------------


def raw(url: str, lines: list[str], parts: list[bytes], pause: float = 0) -> tuple[int, bytes]:
    """Status and body of an answer to bytes as they are."""
    at = urlsplit(url)
    assert at.hostname is not None
    assert at.port is not None
    with socket.create_connection((at.hostname, at.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "host: x", "fieldtui-protocol: 1", "", ""]).encode())
        try:
            for part in parts:
                connection.sendall(part)
                if pause and polling.select([connection], [], [], pause)[0]:
                    break  # it has answered
        except OSError:
            pass  # it hung up before it had heard all
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read()


def test_a_body_without_a_length_is_refused_as_soon_as_it_is_too_large(serve: Serve) -> None:
    central = serve(Traffic())
    piece = b"10000\r\n" + bytes(65_536) + b"\r\n"
    status, answer = raw(central.url, ["POST /v1/changes HTTP/1.1", "transfer-encoding: chunked"], [piece] * 40)
    assert status == 413
    assert json.loads(answer)["type"].endswith(":too-large")


def test_what_counts_is_the_size_after_decoding(serve: Serve) -> None:
    central = serve(Traffic())
    mette = central.device("MH")
    mette.headers["content-encoding"] = "zstd"
    small = zstandard.ZstdCompressor().compress(b'{"ops": []}' + b" " * (Limits().bytes - 20))
    assert len(small) < 1_000
    mette.ask("POST", "/v1/changes", small)
    bomb = zstandard.ZstdCompressor().compress(b'{"ops": []}' + b" " * Limits().bytes)
    refused = refusal_of(mette, "POST", "/v1/changes", bomb)
    assert refused.problem.name == "too-large"


def test_who_sends_drop_by_drop_is_not_waited_for(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.4)
    central = serve(Traffic())
    began = time.monotonic()
    status, _answer = raw(central.url, ["POST /v1/changes HTTP/1.1", "content-length: 100"], [b"x"] * 20, pause=0.1)
    assert status == 503
    assert time.monotonic() - began < 60


# --- the log ----------------------------------------------------------------------------------------

NEEDLE = "Nåleøje"


def test_the_log_tells_what_was_asked_and_nothing_about_anybody(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "central.log"
    with written_down(file):
        central = serve(Traffic())
        mette = central.device("MH")
        citizen = mette.create("citizen", {"given_name": NEEDLE, "cpr": "6101900001"})
        mette.create("note", {"citizen_id": citizen, "text": NEEDLE, "written_at": "2026-11-20T10:00+01:00"})
        _status, headers, _body = mette.request("GET", f"/v1/changes?cursor={citizen}6101900001&limit=3")
        mette.request("GET", f"/v1/{citizen}")
        mette.request("POST", "/v1/changes", f'{{"ops": "{NEEDLE}"}}'.encode())
        connection = http.client.HTTPConnection(urlsplit(central.url).netloc)
        connection.request("GET", "/healthz", headers={"user-agent": NEEDLE.encode()})
        connection.getresponse().read()
        connection.close()
        event("central.probe", person="Søren Sørensen", number="610190-0001", count=3)
        logging.getLogger("uvicorn.error").warning("Odd request from %s", "203.0.113.9")
    written = file.read_text()
    for secret in (
        NEEDLE,
        "N\\u00e5le",
        "N%C3%A5le",
        "6101900001",
        "610190-0001",
        citizen,
        "cursor=",
        "203.0.113.9",
        "Konsulent",
    ):
        assert secret not in written
    lines = [json.loads(line) for line in written.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert all(set(line) == set(requests[0]) for line in requests)
    assert [(line["route"], line["method"], line["status"], line["problem"]) for line in requests] == [
        ("/v1/enrol", "POST", 200, None),
        ("/v1/changes", "POST", 200, None),
        ("/v1/changes", "POST", 200, None),
        ("/v1/changes", "GET", 409, "cursor-reset"),
        ("-", "GET", 404, None),
        ("/v1/changes", "POST", 422, "validation"),
    ]
    assert [line["device"] for line in requests] == [None, *[mette.device_id] * 5]
    assert requests[3]["request"] == headers[REQUEST_HEADER]
    assert all(line["ms"] > 0 and line["bytes_out"] > 0 for line in requests)
    assert {line["said"] for line in lines if line["event"] == "uvicorn.error"} == {"Odd request from %s"}
    assert file.stat().st_mode & 0o077 == 0


# --- ready, and the database away -------------------------------------------------------------------


def ask(url: str, path: str) -> tuple[int, str, str | None]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        return (
            answer.status,
            str(body.get("status") if answer.status == 200 else body.get("detail")),
            answer.getheader("retry-after"),
        )
    finally:
        connection.close()


def test_a_schema_that_is_not_this_versions_is_not_ready(serve: Serve) -> None:
    central = serve(Traffic())
    assert ask(central.url, "/readyz") == (200, "ready", None)
    with central.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert ask(central.url, "/readyz") == (503, "schema", "5")
    assert ask(central.url, "/healthz") == (200, "ok", None)


async def test_a_process_that_is_stopping_lives_and_is_not_ready(database: Database) -> None:
    import httpx2

    lifecycle = Lifecycle()
    app = create_app(database, public_url="http://127.0.0.1:1", lifecycle=lifecycle)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:1") as client:
        assert (await client.get("/readyz")).status_code == 200
        lifecycle.stop()
        stopping = await client.get("/readyz")
        assert (stopping.status_code, stopping.json()["detail"]) == (503, "stopping")
        assert (await client.get("/healthz")).status_code == 200


def test_a_restart_of_the_database_is_waited_out_and_then_forgotten(tmp_path: Path, clock: SkewedClock) -> None:
    folder = tmp_path / "pg"
    with EmbeddedPostgres(folder, durable=False) as postgres:
        migrate(postgres.url)
        database = Database(postgres.url, clock=clock, ids=SystemIds(), connections=2)
        bootstrap_organisation(database, "Kvartershuset")
        add_consultant(database, "MH", "Mette")
        with BackgroundServer(database) as server:
            central = Central(database, server.url, {})
            mette = central.device("MH")
            mette.page()
            before = postgres.url
            postgres.__exit__(None, None, None)
            refused = refusal_of(mette)
            assert (refused.problem.name, refused.headers["retry-after"]) == ("unavailable", "5")
            assert ask(server.url, "/readyz") == (503, "database", "5")
            postgres.__enter__()
            # Its socket lies elsewhere after a restart; a server that is somebody else's keeps its address.
            Path(_host(before)).symlink_to(_host(postgres.url))
            assert ask(server.url, "/readyz") == (200, "ready", None)
            mette.page()
        database.close()
        Path(_host(before)).unlink()


def _host(url: str) -> str:
    return str(make_url(url).query["host"])


def test_the_pool_is_as_large_as_it_is_told_and_who_finds_no_room_is_told_to_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldtui.central.database.POOL_SECONDS", 0.2)
    narrow = Database(
        database._url_of(str(database._engine.url.database)), clock=database.clock, ids=database.ids, connections=2
    )
    with narrow.transaction(), narrow.transaction(), pytest.raises(DatabaseUnreachable), narrow.transaction():
        pass
    with narrow.transaction() as connection:
        assert connection.execute(select(organisation)).all() == []
    narrow.close()
