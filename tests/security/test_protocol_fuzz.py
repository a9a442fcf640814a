"""Requests made from the OpenAPI document, signed and unsigned: none is a defect of the central system, none gets in."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from fieldtui.central import gate
from fieldtui.central.app import create_app
from tests.support.central import Central

_SETTINGS = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def _document(central: Central) -> Any:
    document = create_app(central.database, public_url=central.url).openapi()
    return schemathesis.openapi.from_dict(json.loads(json.dumps(document)))


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_signed_requests_of_any_shape_are_answered_as_the_protocol_says(central: Central, mode: str) -> None:
    device = central.device("MH")
    schema = _document(central)
    seen: set[int] = set()
    generation = getattr(schemathesis.GenerationMode, mode.upper())
    push = schema["/v1/changes"]["POST"].as_strategy(generation_mode=generation)
    pull = schema["/v1/changes"]["GET"].as_strategy(generation_mode=generation)

    @_SETTINGS
    @given(case=push)
    def pushes(case: Any) -> None:
        body = case.body if isinstance(case.body, bytes) else json.dumps(_plain(case.body)).encode()
        ask("POST", "/v1/changes", body)

    @_SETTINGS
    @given(case=pull)
    def pulls(case: Any) -> None:
        query = "&".join(f"{quote(str(k), safe='')}={quote(str(v), safe='')}" for k, v in (case.query or {}).items())
        ask("GET", f"/v1/changes?{query}" if query else "/v1/changes", b"")

    def ask(method: str, path: str, body: bytes) -> None:
        status, headers, answer = device.request(method, path, body)
        seen.add(status)
        assert status < 500, (status, path, body[:500], answer)
        assert "signature" in headers
        if status >= 400:
            said = json.loads(answer)
            assert headers["content-type"] == "application/problem+json"
            assert said["status"] == status

    pushes()
    pulls()
    assert 200 in seen if mode == "positive" else 422 in seen  # the control: both kinds did come through


def _plain(value: Any) -> Any:
    return value if isinstance(value, (dict, list, str, int, float, bool, type(None))) else str(value)


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/enrol"])
def test_unsigned_requests_of_any_shape_get_nowhere(central: Central, path: str) -> None:
    operation = _document(central)[path]["POST"]
    parts = urlsplit(central.url)

    @_SETTINGS
    @given(case=operation.as_strategy())
    def tries(case: Any) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request("POST", path, json.dumps(_plain(case.body)).encode(), {"fieldtui-protocol": "1"})
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        assert 400 <= response.status < 500, (response.status, body)
        assert b"Traceback" not in body

    tries()
    assert isinstance(central.device("MH").pull(), list)  # the control


def test_what_is_no_request_at_all_stops_nobody(central: Central, capfd: pytest.CaptureFixture[str]) -> None:
    device = central.device("MH")
    parts = urlsplit(central.url)
    waiting = []
    for noise in (
        b"\x00" * 1000, b"GET / HTTP/9.9\r\n\r\n", b"POST /v1/changes HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /v1/changes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\n",
        b"GET /v1/changes HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000, b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{",
        b"GET /v1/%00%ff/../../etc/passwd?a=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    ):  # fmt: skip
        for _each in range(5):
            one = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)
            one.sendall(noise)
            waiting.append(one)
    began = time.monotonic()
    assert device.pull()
    assert time.monotonic() - began < 10
    for one in waiting:
        one.close()
    said = capfd.readouterr()
    assert "Traceback" not in said.err + said.out


def test_a_body_that_comes_drop_by_drop_is_not_waited_for(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.5)
    parts = urlsplit(central.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as slow:
        slow.sendall(b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert slow.recv(100).startswith(b"HTTP/1.1 503")
    assert central.device("MH").pull()  # the control
