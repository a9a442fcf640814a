"""The way to the office: no detours, no weaker TLS, nothing unbounded, and every failure tells its kind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import httpx2
import pytest

from fieldtui.base.errors import ServerFault, Unreachable, UpgradeNeeded
from fieldtui.sync.route import is_loopback
from fieldtui.sync.transport import ENCODED_LIMIT, Identity, Transport
from fieldtui.sync.turns import Turns
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
        turns=Turns(int((MONDAY + timedelta(days=2)).timestamp() * 1_000_000)),
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


def test_two_conversations_of_a_device_take_turns_so_that_numbers_arrive_in_order() -> None:
    """A leader asks for the team while a sync runs: the later number waits for the answer to the earlier one."""
    turns, under_way, arrived = Turns(), threading.Event(), []
    let_go = threading.Event()

    def answer(request: httpx2.Request) -> httpx2.Response:
        arrived.append(int(request.headers["fieldtui-seq"]))
        under_way.set()
        assert let_go.wait(60)
        return signed(request)

    def conversation() -> Transport:
        identity = Identity(DEVICE, "org.dev", "dev")
        clock = TickingClock(MONDAY)
        return Transport(
            "http://127.0.0.1:9", identity, SERVER.public_key(), clock, timedelta(0), Wire(answer), turns=turns
        )

    first, second, given_up = conversation(), conversation(), conversation()
    asking = [threading.Thread(target=each.get, args=("/v1/changes",)) for each in (first, second)]
    asking[0].start()
    assert under_way.wait(60)
    asking[1].start()
    given_up.cut()
    with pytest.raises(Unreachable):
        given_up.get("/v1/changes")
    assert len(arrived) == 1
    let_go.set()
    for thread in asking:
        thread.join(60)
    assert len(arrived) == 2
    assert arrived == sorted(set(arrived))
