"""Requests made from the OpenAPI document, signed and unsigned: none is a defect of the central system, none gets in."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from fieldtui.central import gate
from fieldtui.central.app import create_app
from tests.security.fuzzing import fuzz
from tests.support.central import Central

_SETTINGS = settings(
    max_examples=30, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def _document(central: Central) -> Any:
    document = create_app(central.database, public_url=central.url).openapi()
    return schemathesis.openapi.from_dict(json.loads(json.dumps(document)))


def test_signed_requests_of_any_shape_are_answered_as_the_document_says(central: Central) -> None:
    """With every check schemathesis has; `make fuzz` does the same with many more requests, and at every boundary."""
    findings = fuzz(central, examples=1, coverage=False)
    assert findings.failures == []
    document = create_app(central.database, public_url=central.url).openapi()
    asked = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert findings.operations == asked  # the control: no operation was passed over, and both kinds came through
    assert {200, 422} <= findings.statuses.keys()
    assert findings.checks.keys() == set(CHECKS.get_all_names())


def _plain(value: Any) -> Any:
    return value if isinstance(value, (dict, list, str, int, float, bool, type(None))) else str(value)


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/enrol"])
def test_unsigned_requests_of_any_shape_get_nowhere(central: Central, path: str) -> None:
    operation = _document(central)[path]["POST"]
    parts = urlsplit(central.url)

    @_SETTINGS
    @given(case=operation.as_strategy())
    def tries(case: Any) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
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
            one = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60)
            one.sendall(noise)
            waiting.append(one)
    began = time.monotonic()
    assert device.pull()
    assert time.monotonic() - began < gate.BODY_SECONDS  # none of them was waited for
    for one in waiting:
        one.close()
    said = capfd.readouterr()
    assert "Traceback" not in said.err + said.out


def test_a_body_that_comes_drop_by_drop_is_not_waited_for(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.5)
    parts = urlsplit(central.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60) as slow:
        slow.sendall(b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert slow.recv(100).startswith(b"HTTP/1.1 503")
    assert central.device("MH").pull()  # the control
