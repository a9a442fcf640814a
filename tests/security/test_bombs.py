"""Bodies made to break whoever reads them: refused, in bounded memory, with nothing stored; measured on a real process."""

from __future__ import annotations

import gzip
import http.client
import json
import secrets
import socket
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard
from sqlalchemy import func, select

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.central.administration import add_consultant, bootstrap_organisation
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.schema import access_log, operation, parked, record, revision
from fieldtui.wire.signatures import HttpMessage, sign_request
from tests.support.central import Central, Device, fresh_database, op
from tests.torture.processes import Api

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")

MEMORY = 96 * 1_048_576
"""Bytes that all of it together may add to the process; the smallest bomb would decode to more than twice as much."""
BOMB = 256 * 1_048_576


@dataclass
class Target:
    """A served process, a device of its own, and how much memory it had."""

    central: Central
    api: Api
    device: Device

    def peak(self) -> int:
        """Most memory that the process ever had at once, in bytes."""
        status = Path(f"/proc/{self.api.pid}/status").read_text("ascii")
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1_024

    def stored(self) -> list[int]:
        """How many rows there are of all that a push can make."""
        with self.central.database.transaction() as connection:
            return [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (record, revision, parked, access_log, operation)
            ]

    def push(self, body: bytes, **headers: str) -> tuple[int, str]:
        """A signed push; status, and the problem's type."""
        kept = dict(self.device.headers)
        self.device.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            status, said, answer = self.device.request("POST", "/v1/changes", body)
        finally:
            self.device.headers = kept
        assert "signature" in said
        return status, "" if status == 200 else str(json.loads(answer)["type"]).rpartition(":")[2]


@pytest.fixture(scope="module")
def target(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A central system in a process of its own, for all that is tried here."""
    with fresh_database(postgres, SystemClock(), SystemIds()) as database:
        bootstrap_organisation(database, "Kvartershuset")
        people = {"MH": add_consultant(database, "MH", "Mette Holm").id}
        url = database._url_of(database._engine.url.database or "")
        api = Api(url, tmp_path_factory.mktemp("bombs") / "api.log")
        try:
            api.spawn()
            api.wait()
            central = Central(database, api.url, people)
            device = central.device("MH")
            assert device.pull()
            device.create("company", {"name": "Et firma"})
            yield Target(central, api, device)
        finally:
            api.kill()


def zstd_bomb(size: int = BOMB, window: int = 20) -> bytes:
    """Zeros, a frame of them without its size."""
    parameters = zstandard.ZstdCompressionParameters(window_log=window, write_content_size=False, strategy=1)
    made = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return b"".join([*(made.compress(bytes(1 << 20)) for _ in range(size >> 20)), made.flush()])


def nested(depth: int, opening: str, inside: str, closing: str) -> bytes:
    """The same thing in itself, so many times."""
    return (opening * depth + inside + closing * depth).encode()


def batch(body: Any) -> bytes:
    """One operation that would be sound but for what it says."""
    return json.dumps({"ops": [op("company", {"name": "Firma"} | body)], "log": []}).encode()


def test_bombs_of_every_kind_are_refused_in_bounded_memory_and_leave_nothing(target: Target) -> None:
    before, stored = target.peak(), target.stored()
    bomb = zstd_bomb()
    assert len(bomb) < 100_000
    plain = batch({})
    squeezed = zstandard.ZstdCompressor().compress(plain)
    deep = json.dumps(op("company", {"name": "Firma", "x": 0})).replace(
        '"x": 0', '"x": ' + "[" * 400_000 + "]" * 400_000
    )
    tried = {
        "zstd": target.push(bomb, content_encoding="zstd"),
        "zstd in zstd": target.push(zstandard.ZstdCompressor().compress(bomb), content_encoding="zstd, zstd"),
        "a window of 128 MB": target.push(zstd_bomb(window=27), content_encoding="zstd"),
        "a frame cut short": target.push(squeezed[:-5], content_encoding="zstd"),
        "no frame": target.push(b"\x28\xb5\x2f\xfd" + b"\xff" * 1_000, content_encoding="zstd"),
        "gzip": target.push(gzip.compress(bytes(BOMB), 1)[:900_000], content_encoding="gzip"),
        "deflate": target.push(zlib.compress(plain), content_encoding="deflate"),
        "brotli": target.push(plain, content_encoding="br"),
        "gzip in zstd": target.push(squeezed, content_encoding="zstd, gzip"),
        "too much": target.push(b" " * 2_000_000 + plain),
        "lists in lists": target.push(nested(500_000, "[", "", "]")),
        "objects in objects": target.push(nested(150_000, '{"a":', "1", "}")),
        "a deep body": target.push(b'{"ops":[' + deep.encode() + b"]}"),
        "a long number": target.push(plain.replace(b'"base_rev": 0', b'"base_rev": ' + b"9" * 900_000)),
        "a number of no size": target.push(plain.replace(b'"base_rev": 0', b'"base_rev": 1e999999')),
        "half a character": target.push(b'{"ops":[],"log":[],"\xff\xfe":1}'),
        "many operations": target.push(
            json.dumps({"ops": [op("company", {"name": "F"}) for _ in range(501)]}).encode()
        ),
    }
    assert all(400 <= status < 500 for status, _problem in tried.values()), tried
    assert {problem for _status, problem in tried.values()} == {"too-large", "validation"}, tried
    assert target.stored() == stored
    assert target.peak() - before < MEMORY
    assert target.push(squeezed, content_encoding="zstd")[0] == 200  # the control: a sound one is taken all the same
    assert target.stored() != stored


def test_what_is_stored_of_a_record_is_bounded_whatever_it_says(target: Target) -> None:
    before, stored = target.peak(), target.stored()[:2]
    for body in (
        {"notes": "x" * 900_000},
        {f"f{number}": number for number in range(60_000)},
        {"felt": json.loads(nested(150, "[", "", "]"))},
    ):
        status, _problem = target.push(batch(body))
        assert status in {200, 413, 422}
    assert target.peak() - before < MEMORY
    assert sum(target.stored()[:2]) - sum(stored) <= 2 * 3


def test_what_was_signed_by_another_for_something_else_or_before_is_refused(target: Target) -> None:
    stored = target.stored()
    body = batch({})
    device = target.device
    stranger = target.central.unenrolled()
    status, _headers, answer = device.request("POST", "/v1/changes", body, key=stranger.key)
    assert (status, json.loads(answer)["type"]) == (401, "urn:fieldtui:problem:signature")
    status, _headers, answer = device.request("POST", "/v1/changes", body, tamper=True)
    assert (status, json.loads(answer)["type"]) == (401, "urn:fieldtui:problem:signature")
    for signed_path, sent_path, method in (
        ("/v1/changes?a=1", "/v1/changes", "POST"), ("/v1/enrol", "/v1/changes", "POST"), ("/v1/changes", "/v1/changes", "PUT")
    ):  # fmt: skip
        assert _sent(target, _signed(target, signed_path, method, body), sent_path, body)[0] == 401
    headers = _signed(target, "/v1/changes", "POST", body)
    for missing in ("signature", "signature-input", "content-digest", "fieldtui-seq", "fieldtui-device"):
        assert _sent(target, {k: v for k, v in headers.items() if k != missing}, "/v1/changes", body)[0] == 401
    assert target.stored() == stored
    assert _sent(target, headers, "/v1/changes", body)[0] == 200  # the control, and now the same bytes again
    status, answer = _sent(target, headers, "/v1/changes", body)
    assert (status, json.loads(answer)["type"]) == (401, "urn:fieldtui:problem:replay")


def _signed(target: Target, path: str, method: str, body: bytes) -> dict[str, str]:
    device = target.device
    device.seq += 1
    headers = {"fieldtui-protocol": "1", "content-type": "application/json"}
    message = HttpMessage(method, target.api.url + path, headers, body)
    return headers | sign_request(
        message, key=device.key, key_id=device.key_id, device=device.device_id, seq=device.seq,
        created=device.clock.now(), nonce=secrets.token_urlsafe(12),
    )  # fmt: skip


def _sent(target: Target, headers: dict[str, str], path: str, body: bytes) -> tuple[int, bytes]:
    parts = urlsplit(target.api.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_headers_without_end_are_not_read_to_the_end(target: Target) -> None:
    before = target.peak()
    parts = urlsplit(target.api.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as peer:
        peer.sendall(b"POST /v1/changes HTTP/1.1\r\nHost: x\r\n")
        try:
            for number in range(2_000):
                peer.sendall(f"Signature-Input-{number}: {'x' * 16_000}\r\n".encode())
        except OSError:
            pass  # it hung up, as it should
        else:
            assert peer.recv(100) == b"" or b" 4" in peer.recv(100)
    assert target.peak() - before < MEMORY / 4
    assert target.device.pull()  # the control
