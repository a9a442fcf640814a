"""The central system under a hundred devices: python -m tests.benchmarks.sync.load [--devices 100] [--processes 2] [--rounds 5]

Every device belongs to a consultant of its own and, round after round, pushes one note and pulls what is new, over a
connection that stays open. The requests are signed beforehand, so that on a small machine the measuring does not eat what it
measures. Beside it stands the limit: the same statements, in the same transactions, with nothing around them, sent by a bare
psycopg loop in as many processes. What the loop sends is what the server was seen sending, so it cannot fall behind the code.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import insert

from fieldtui.base.clock import SystemClock, isoformat
from fieldtui.base.ids import SystemIds
from fieldtui.central import administration
from fieldtui.central.caller import Caller
from fieldtui.central.changes import pull
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.schema import device
from fieldtui.central.serve import BackgroundServer
from fieldtui.wire.keys import new_device_key, public_key_text
from fieldtui.wire.messages import PROTOCOL_HEADER, PROTOCOL_VERSION
from fieldtui.wire.signatures import HttpMessage, sign_request
from tests.benchmarks.sync.bare import Party, Seen, bare_rate, raise_sequence, watched
from tests.benchmarks.sync.dataset import NOTE_BYTES
from tests.benchmarks.sync.office import Office, served
from tests.benchmarks.sync.table import machine, write_into

PUBLIC: Final = "http://127.0.0.1:9"
"""What devices sign for; each is sent to one of several processes behind it."""
CONNECTIONS: Final = 16
"""Of each process, so that several fit into what the embedded PostgreSQL takes; others wait for one that is free."""


@dataclass(slots=True)
class Laptop:
    """A device that keeps nothing."""

    party: Party
    key_id: str
    key: EllipticCurvePrivateKey
    cursor: str
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signed request, ready to be sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """What the devices saw."""

    seconds: float
    push: list[float]
    pull: list[float]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return (len(self.push) + len(self.pull)) / self.seconds


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the central system under many devices.")
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5, help="pushes and pulls of each device")
    parser.add_argument("--write", type=Path, help="put the result into this document")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="fieldtui-bench-") as name,
        EmbeddedPostgres(Path(name) / "postgres") as postgres,
        Office(postgres) as office,
    ):
        laptops = [_enrolled(office, number) for number in range(options.devices)]
        with contextlib.ExitStack() as stack:
            addresses = [stack.enter_context(_process(office)) for _ in range(options.processes)]
            _under_load(laptops, addresses, 1)  # connections opened, statements prepared
            answered = _under_load(laptops, addresses, options.rounds)
        seen = _seen(office, laptops[0])
        parties = [laptop.party for laptop in laptops]
        limit = bare_rate(office.database_url, seen, parties, options.processes, options.devices * options.rounds)
    said = _said(answered, limit, len(laptops), options.processes, seen)
    print(said)
    if options.write is not None:
        write_into(options.write, "load", said)
    return 0


@contextlib.contextmanager
def _process(office: Office) -> Iterator[str]:
    with served(office, public_url=PUBLIC, connections=CONNECTIONS) as (url, _pid):
        yield url


def _enrolled(office: Office, number: int) -> Laptop:
    """A device of a consultant with one citizen, as enrolment leaves it, after its first pull."""
    database, ids, initials = office.database, SystemIds(), f"K{number}"
    person = administration.add_consultant(database, initials, f"Konsulent {number}")
    citizen_id, device_id = ids.new(), ids.new()
    body = {"given_name": "Prøve", "family_name": f"Nr. {number}", "enrolled_on": "2026-10-01"}
    administration.put_record(database, "citizen", citizen_id, body)
    administration.assign(database, citizen_id, initials)
    key = new_device_key()
    with database.transaction() as connection:
        organisation = database.organisation(connection)
        connection.execute(
            insert(device).values(
                org_id=organisation.id, device_id=device_id, consultant_id=person.id, name="måling",
                public_key=public_key_text(key), app_version="0", last_seq=0, enrolled_at=database.now(),
            )
        )  # fmt: skip
    last_line = json.loads(pull(database, Caller(organisation, person, device_id), None).splitlines()[-1])
    party = Party(device_id, person.id, citizen_id)
    return Laptop(party, f"{organisation.id}.{device_id}", key, str(last_line["next"]))


def _under_load(laptops: list[Laptop], addresses: list[str], rounds: int) -> Answered:
    """All devices at once."""
    work = [_prepared(laptop, rounds) for laptop in laptops]
    taken: list[list[tuple[str, float]]] = [[] for _ in work]
    failed: list[str] = []
    gate = threading.Barrier(len(work) + 1)

    def go(number: int) -> None:
        host = urlsplit(addresses[number % len(addresses)])
        connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
        connection.connect()
        gate.wait()
        for request in work[number]:
            began = time.perf_counter()
            connection.request(request.method, request.path, request.body, request.headers)
            response = connection.getresponse()
            body = response.read()
            taken[number].append((request.method, time.perf_counter() - began))
            if response.status != 200 or (request.method == "POST" and b'"accepted"' not in body):
                failed.append(f"{response.status} {body[:200]!r}")
        connection.close()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failed:
        raise RuntimeError(f"{len(failed)} requests failed, the first: {failed[0]}")
    every = [each for one in taken for each in one]
    return Answered(
        seconds, [s for method, s in every if method == "POST"], [s for method, s in every if method == "GET"]
    )


def _prepared(laptop: Laptop, rounds: int) -> list[Prepared]:
    made = []
    for _ in range(rounds):
        made.append(_push(laptop)[0])
        made.append(_signed(laptop, "GET", f"/v1/changes?cursor={quote(laptop.cursor)}", b""))
    return made


def _push(laptop: Laptop) -> tuple[Prepared, tuple[str, ...]]:
    """A push of one note, and the ids in it that are new."""
    ids = SystemIds()
    note_id, op_id = ids.new(), ids.new()
    body = {"citizen_id": laptop.party.citizen, "text": "n" * NOTE_BYTES, "written_at": "2026-11-20T09:00:00+01:00"}
    change = {
        "op_id": op_id, "collection": "note", "id": note_id, "base_rev": 0, "body": body,
        "recorded_at": isoformat(SystemClock().now()), "clock_offset_ms": 0,
    }  # fmt: skip
    plain = json.dumps({"ops": [change], "log": []}).encode()
    return _signed(laptop, "POST", "/v1/changes", plain), (note_id, op_id)


def _signed(laptop: Laptop, method: str, path: str, body: bytes) -> Prepared:
    laptop.seq = max(laptop.seq + 1, time.time_ns() // 1_000)
    headers = {PROTOCOL_HEADER: str(PROTOCOL_VERSION), "accept-encoding": "zstd", "content-type": "application/json"}
    headers |= sign_request(
        HttpMessage(method, PUBLIC + path, headers, body), key=laptop.key, key_id=laptop.key_id,
        device=laptop.party.device, seq=laptop.seq, created=SystemClock().now(), nonce=secrets.token_urlsafe(12),
    )  # fmt: skip
    return Prepared(method, path, headers, body)


def _seen(office: Office, laptop: Laptop) -> Seen:
    """What one push and one pull send to the database, seen in a process of our own."""
    raise_sequence(office.database)
    seen = Seen(party=laptop.party)
    with BackgroundServer(office.database, public_url=PUBLIC) as server:
        host = urlsplit(server.url)
        connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
        pushed, fresh = _push(laptop)
        first = laptop.seq
        pulled = _signed(laptop, "GET", f"/v1/changes?cursor={quote(laptop.cursor)}", b"")
        seen.fresh, seen.device_seq = fresh, (first, laptop.seq)
        with watched(office.database, seen):
            for request in (pushed, pulled):
                connection.request(request.method, request.path, request.body, request.headers)
                response = connection.getresponse()
                if response.status != 200:
                    raise RuntimeError(f"{response.status} {response.read()[:200]!r}")
                response.read()
        connection.close()
    return seen


def _said(answered: Answered, limit: float, devices: int, processes: int, seen: Seen) -> str:
    statements = sum(len(transaction) for transaction in seen.transactions)
    measured = (
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC on {machine()}: {devices} devices, {processes} API processes, "
        f"{len(answered.push)} pushes of one note and as many pulls, signed, over PostgreSQL with fsync."
    )
    lines = [
        measured,
        "",
        "| what | p50 | p95 |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {_at(values, 0.5)} | {_at(values, 0.95)} |"
            for name, values in (("push", answered.push), ("pull", answered.pull))
        ),
        "",
        "| throughput | requests a second |",
        "| --- | --- |",
        f"| central system | {answered.rate:.0f} |",
        f"| bare psycopg loop, the same {statements} statements in {len(seen.transactions)} transactions | {limit:.0f} |",
        f"| ratio (goal: at least 50 %) | {100 * answered.rate / limit:.0f} % |",
    ]
    return "\n".join(lines)


def _at(values: list[float], share: float) -> str:
    return f"{sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
