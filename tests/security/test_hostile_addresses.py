"""Addresses and certificates that somebody was talked into typing are refused with a sentence, and nothing is sent."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from fieldtui.base.errors import BadFile, BadUsage, FieldtuiError, ServerFault, Unreachable
from fieldtui.services.enrolment import Enrolment
from tests.support.workspaces import make_workspace


class Deaf(httpx2.BaseTransport):
    """Hears every request and answers none."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.heard.append(str(request.url))
        raise httpx2.ConnectError("deaf", request=request)


def ask(folder: Path, url: str, ca_file: Path | None = None) -> tuple[FieldtuiError, list[str]]:
    deaf = Deaf()
    with make_workspace(folder, person=None) as workspace, pytest.raises(FieldtuiError) as refused:
        Enrolment(workspace._context, via=deaf).enrol(
            url, "ABCD1234", device_name="x", on_words=lambda _words: None, ca_file=ca_file
        )
    return refused.value, deaf.heard


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1/#k=a", "https://x:99999/#k=a", "https://x:0/#k=a", "https://u:p@x/#k=a", "https://\x1b]0;x\x07/#k=a",
        "http://evil.example/#k=a", "ftp://x/#k=a", "https:///#k=a", "javascript:alert(1)//#k=a", "", "#k=a", "https://x",
        "https://x x/#k=a", "file:///etc/passwd#k=a", "https://" + "a" * 70_000 + "/#k=a", "\x00", "https://\ud800/#k=a",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_so_before_anything_is_sent(tmp_path: Path, url: str) -> None:
    error, heard = ask(tmp_path, url)
    assert isinstance(error, BadUsage | ServerFault)
    assert heard == []


def test_a_sound_address_is_asked(tmp_path: Path) -> None:
    error, heard = ask(tmp_path, "https://central.example.dk/unit/#k=abc")
    assert type(error) is Unreachable
    assert heard == ["https://central.example.dk/unit/v1/enrol"]


@pytest.mark.parametrize(
    "text", ["", "x", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n"]
)
def test_a_file_that_is_no_certificate_is_said_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(text, encoding="ascii")
    error, heard = ask(tmp_path, "https://central.example.dk/#k=abc", file)
    assert isinstance(error, BadFile)
    assert heard == []
