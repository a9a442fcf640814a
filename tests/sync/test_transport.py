"""The way to the office: no detours, no weaker TLS, nothing unbounded, and every failure tells its kind."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fieldtui.base.errors import ServerFault, TlsRefused, Unreachable, UpgradeNeeded
from fieldtui.sync.transport import ENCODED_LIMIT, Identity, Transport, is_loopback
from fieldtui.wire.encoding import BodyRefused, decode_body, encode_body
from fieldtui.wire.keys import new_device_key
from fieldtui.wire.signatures import HttpMessage, sign_response
from tests.sync.office import MONDAY, TickingClock

DEVICE, SERVER = new_device_key(), new_device_key()
Answerer = Callable[[httpx2.Request], httpx2.Response]


class Wire(httpx2.BaseTransport):
    """The far end of a conversation, as a test wants it."""

    def __init__(self, answer: Answerer) -> None:
        self._answer = answer
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        request.read()
        return self._answer(request)


def talk(answer: Answerer, url: str = "http://127.0.0.1:9") -> tuple[Transport, Wire]:
    wire = Wire(answer)
    identity = Identity(DEVICE, "org.dev", "dev")
    return Transport(url, identity, SERVER.public_key(), TickingClock(MONDAY), timedelta(0), wire), wire


def in_turn(answers: list[Answerer]) -> Answerer:
    """One answer after the other."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return answers.pop(0)(request)

    return answer


def signed(request: httpx2.Request, status: int = 200, body: bytes = b"{}", **headers: str) -> httpx2.Response:
    """An answer as the central system makes it."""
    asked = HttpMessage(
        request.method, str(request.url), {k.lower(): v for k, v in request.headers.items()}, request.content
    )
    said = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    answer = HttpMessage(request.method, str(request.url), said, body, status)
    said |= sign_response(answer, asked, key=SERVER, key_id="org.server", created=MONDAY)
    return httpx2.Response(status, headers=said, stream=httpx2.ByteStream(body))


def problem(name: str, status: int) -> bytes:
    return f'{{"type":"urn:fieldtui:problem:{name}","title":"x","status":{status}}}'.encode()


def test_an_answer_is_taken_when_it_is_proven() -> None:
    transport, wire = talk(lambda request: signed(request, body=b'{"a":1}'))
    assert transport.get("/v1/changes?limit=1").body == b'{"a":1}'
    assert transport.traffic.requests == len(wire.requests) == 1
    assert "fieldtui-seq" in wire.requests[0].headers


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda _request: httpx2.Response(200, stream=httpx2.ByteStream(b"{}")), ServerFault),
        (lambda request: signed(request, 302, location="http://127.0.0.1:1/"), ServerFault),
        (lambda request: signed(request, 426, problem("too-old", 426)), UpgradeNeeded),
        (lambda request: signed(request, 503, problem("unavailable", 503)), Unreachable),
        (lambda request: signed(request, 429, problem("rate-limited", 429)), Unreachable),
        (lambda _request: httpx2.Response(502, stream=httpx2.ByteStream(b"<html>bad gateway")), Unreachable),
        (lambda _request: httpx2.Response(500, stream=httpx2.ByteStream(b"")), ServerFault),
        (lambda request: signed(request, content_encoding="gzip"), ServerFault),
        (lambda request: signed(request, content_encoding="zstd", body=b"no frame"), ServerFault),
        (lambda request: signed(request, body=b"x" * (ENCODED_LIMIT + 1)), ServerFault),
    ],
    ids=["unsigned", "redirect", "too old", "busy", "rate", "proxy", "defect", "gzip", "broken", "too large"],
)
def test_every_other_answer_tells_its_kind(answer: Answerer, error: type[Exception]) -> None:
    transport, wire = talk(answer)
    with pytest.raises(error) as raised:
        transport.get("/v1/changes")
    assert type(raised.value) is error
    assert len(wire.requests) == 1


def test_a_replayed_number_is_leapt_over_once() -> None:
    answers: list[Answerer] = [lambda r: signed(r, 401, problem("replay", 401)), signed]

    def in_turn(request: httpx2.Request) -> httpx2.Response:
        return answers.pop(0)(request)

    transport, wire = talk(in_turn)
    assert transport.get("/v1/changes").problem is None
    first, second = (int(request.headers["fieldtui-seq"]) for request in wire.requests)
    assert second - first >= 60_000_000


def test_a_replayed_number_is_followed_by_the_one_above_what_was_counted() -> None:
    """Found by the simulation: a number an hour ahead, once counted, outran every leap of the device's next process."""
    hours_ahead = int((MONDAY + timedelta(hours=3)).timestamp() * 1_000_000)
    told = problem("replay", 401)[:-1] + f',"last_seq":{hours_ahead}}}'.encode()
    transport, wire = talk(in_turn([lambda r: signed(r, 401, told), signed]))
    assert transport.get("/v1/changes").problem is None
    assert int(wire.requests[1].headers["fieldtui-seq"]) == hours_ahead + 1


def test_a_number_from_a_wrong_clock_is_never_counted() -> None:
    """Found by the simulation: one number days ahead, once counted, made every later process of the device a replay."""
    answers: list[Answerer] = [lambda r: signed(r, 401, problem("clock", 401)), signed]
    wire = Wire(in_turn(answers))
    ahead = TickingClock(MONDAY + timedelta(days=2))
    transport = Transport(
        "http://127.0.0.1:9", Identity(DEVICE, "org.dev", "dev"), SERVER.public_key(), ahead, timedelta(0), wire,
        last_seq=int((MONDAY + timedelta(days=2)).timestamp() * 1_000_000),
    )  # fmt: skip
    assert transport.get("/v1/changes").problem is None
    counted = int(wire.requests[-1].headers["fieldtui-seq"])
    assert abs(counted - MONDAY.timestamp() * 1_000_000) < 5_000_000


def test_a_wrong_clock_and_a_replayed_number_are_both_mended_in_one_go() -> None:
    answers: list[Answerer] = [
        lambda r: signed(r, 401, problem("clock", 401)),
        lambda r: signed(r, 401, problem("replay", 401)),
        signed,
    ]
    transport, wire = talk(in_turn(answers))
    assert transport.get("/v1/changes").problem is None
    assert len(wire.requests) == 3


def test_an_answer_read_after_the_lid_was_opened_again_moves_no_clock() -> None:
    clock = TickingClock(MONDAY)

    def slept(request: httpx2.Request) -> httpx2.Response:
        answer = signed(request)
        clock.advance(timedelta(hours=3))
        return answer

    wire = Wire(slept)
    transport = Transport(
        "http://127.0.0.1:9", Identity(DEVICE, "org.dev", "dev"), SERVER.public_key(), clock, timedelta(0), wire
    )
    assert transport.get("/v1/changes").problem is None
    assert transport.offset == timedelta(0)


def test_the_environment_does_not_choose_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(10)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        heard: list[bytes] = []

        def answer() -> None:
            peer, _address = listening.accept()
            with peer:
                heard.append(peer.recv(4_096))

        thread = threading.Thread(target=answer)
        thread.start()
        identity = Identity(DEVICE, "o.d", "d")
        with (
            Transport(url, identity, SERVER.public_key(), TickingClock(MONDAY)) as transport,
            pytest.raises(Unreachable),
        ):
            transport.get("/v1/changes")
        thread.join()
    assert heard[0].startswith(b"GET /v1/changes HTTP/1.1")


def test_plain_http_goes_to_this_machine_only() -> None:
    assert all(map(is_loopback, ("http://127.0.0.1:8443", "http://[::1]:1", "http://localhost")))
    assert not any(map(is_loopback, ("http://10.0.0.1", "http://localhost.invalid", "http://office.invalid")))
    with pytest.raises(ServerFault):
        Transport("http://10.0.0.1", Identity(DEVICE, "o.d", "d"), SERVER.public_key(), TickingClock(MONDAY))


# --- TLS --------------------------------------------------------------------------------------


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.certificate = (
            self._builder(self.name, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, days: tuple[int, int] = (-1, 30)
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=min(days) - 2))
            .not_valid_after(now + timedelta(days=max(days) if days[1] > 0 else days[1]))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(
        self, file: Path, *, host: str = "127.0.0.1", days: tuple[int, int] = (-1, 30), client: bool = False
    ) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        certificate = (
            self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key, days)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(plain + certificate.public_bytes(serialization.Encoding.PEM))
        return file


@contextmanager
def tls_server(chain: Path, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Iterator[str]:
    """A server that shakes hands, and says 503 to whoever gets that far."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = newest
    context.load_cert_chain(chain)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(10)

        def serve() -> None:
            peer, _address = listening.accept()
            try:
                with context.wrap_socket(peer, server_side=True) as secured:
                    secured.recv(65_536)
                    secured.sendall(b"HTTP/1.1 503 no\r\ncontent-length: 0\r\n\r\n")
            except OSError:
                peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


PINNED = Authority("Kommunen")


def reach(url: str, ca_pem: str | None) -> None:
    identity = Identity(DEVICE, "org.dev", "dev")
    clock = TickingClock(MONDAY)
    with Transport(url, identity, SERVER.public_key(), clock, timedelta(0), None, ca_pem) as transport:
        transport.get("/v1/changes")


def test_the_pinned_authoritys_server_is_reached(tmp_path: Path) -> None:
    with tls_server(PINNED.issue(tmp_path / "ok.pem")) as url, pytest.raises(Unreachable) as reached:
        reach(url, PINNED.pem)
    assert type(reached.value) is Unreachable  # its 503, which came through TLS


@pytest.mark.parametrize("case", ["rogue", "expired", "host", "client", "tls12", "system"])
def test_any_other_server_is_refused(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "server.pem"
    if case == "rogue":
        Authority("Kommunen").issue(file)
    elif case == "expired":
        PINNED.issue(file, days=(-9, -1))
    elif case == "host":
        PINNED.issue(file, host="127.0.0.2")
    else:
        PINNED.issue(file, client=case == "client")
    if case == "system":  # the environment may not add an authority to the system's
        (tmp_path / "rogue.pem").write_text(PINNED.pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "rogue.pem"))
    newest = ssl.TLSVersion.TLSv1_2 if case == "tls12" else ssl.TLSVersion.TLSv1_3
    with tls_server(file, newest) as url, pytest.raises(TlsRefused):
        reach(url, None if case == "system" else PINNED.pem)


def test_no_keys_are_logged_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with tls_server(PINNED.issue(tmp_path / "ok.pem")) as url, pytest.raises(Unreachable):
        reach(url, PINNED.pem)
    assert not (tmp_path / "keys").exists()


# --- encoding ---------------------------------------------------------------------------------


def test_a_body_survives_and_a_small_one_stays_plain() -> None:
    for body in (b"", b"x" * 1_023, b"x" * 100_000):
        encoded, encoding = encode_body(body, accepted="gzip, ZSTD;q=1")
        assert decode_body(encoded, encoding, limit=100_000) == body
        assert (encoding == "zstd") == (len(body) >= 1_024)
    assert encode_body(b"x" * 5_000, accepted="gzip") == (b"x" * 5_000, None)


def test_a_bomb_is_stopped_at_the_limit() -> None:
    bomb, encoding = encode_body(b"\0" * 200_000_000, accepted="zstd")
    assert len(bomb) < 100_000
    with pytest.raises(BodyRefused):
        decode_body(bomb, encoding, limit=1_000_000)
    with pytest.raises(BodyRefused):
        decode_body(b"x" * 11, None, limit=10)
