"""Signed requests to the central system, and proven answers from it.

Nothing of the environment changes the route (no proxies, no netrc, no key log), redirects are not
followed, TLS is 1.3, and what comes back is bounded, signed and bound to the request.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from fieldtui.base.clock import Clock
from fieldtui.base.errors import ServerFault, Unreachable, UpgradeNeeded
from fieldtui.sync.cutting import Cutter
from fieldtui.sync.orders import ShutOut
from fieldtui.sync.route import STRAIGHT, Route, connection_error, http_transport
from fieldtui.sync.turns import Turns
from fieldtui.wire.encoding import ZSTD, BodyRefused, decode_body, encode_body
from fieldtui.wire.messages import ANCHOR_HEADER, PROTOCOL_HEADER, PROTOCOL_VERSION, Problem
from fieldtui.wire.problems import read_problem
from fieldtui.wire.signatures import HttpMessage, SignatureRefused, sign_request, verify_response

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
ENCODED_LIMIT: Final = 4 * 1_048_576
"""Most bytes of one answer as it comes over the wire; a page is at most 1 MiB."""
DECODED_LIMIT: Final = 16 * 1_048_576
"""Most bytes of one answer after decoding. Read as values, hostile JSON takes twenty times its size."""
ANSWER_SECONDS: Final = 120.0
"""Longest time an answer may take to come whole, however steadily it drips."""
_MUST_BE_SIGNED: Final = frozenset({"clock", "replay", "revoked", "wipe", "cursor-reset"})
"""Problems that a device acts on, and so believes only from the holder of the pinned key."""
_CREATED: Final = re.compile(r";created=([0-9]{1,12})(?![0-9])")
_SKEW_NOTICED: Final = timedelta(seconds=2)
"""Signed times are whole seconds; a smaller difference is no news."""
_LARGEST_OFFSET: Final = timedelta(days=36_525)
"""A laptop without a battery believes in the year 2000; a central system further off than that is none."""
_REPLAY_LEAP: Final = 60_000_000
"""Microseconds; as far ahead as another process of this device may have signed, where the answer does not say."""


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom a device signs."""

    key: EllipticCurvePrivateKey
    key_id: str
    device: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer, or a problem that the caller may be able to do something about."""

    status: int
    content_type: str
    body: bytes
    """Decoded."""
    problem: Problem | None
    message: HttpMessage
    """As received, for a signature that can be proven only later (enrolment)."""
    request: HttpMessage


@dataclass(slots=True)
class Traffic:
    """What went over the wire; bytes are those of bodies, encoded."""

    requests: int = 0
    sent: int = 0
    received: int = 0


class Transport:
    """One conversation with the central system, over a connection that is kept alive.

    `fieldtui-seq` is the server-adjusted time in microseconds, or one more than the last where two fall
    together. It follows from the time, so nothing is written for it; where the time was turned back
    between two runs the central system answers `replay` with the highest number it counted, and the next is above it.
    """

    def __init__(
        self,
        base_url: str,
        identity: Identity,
        server_key: EllipticCurvePublicKey | None,
        clock: Clock,
        offset: timedelta = timedelta(0),
        via: httpx2.BaseTransport | None = None,
        route: Route = STRAIGHT,
        turns: Turns | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            base_url: Without a trailing slash.
            identity: As whom to sign.
            server_key: The pinned key; `None` only while enrolling, then answers are not proven here.
            clock: The device's own clock.
            offset: The central system's time minus the device's, as known so far.
            via: Another way than `route.http_transport` makes.
            route: Which authority is pinned, and the proxy on the way.
            turns: Shared with this device's other conversations; knows the number that was signed last.
        """
        self._base = base_url.rstrip("/")
        self._route = route
        self._identity = identity
        self._server_key = server_key
        self._clock = clock
        self._turns = turns or Turns()
        self.offset = offset
        """The central system's time minus the device's, after the last proven answer."""
        self.anchor: str | None = None
        """How far this device's vault had come, as the central system last reminded it in a proven answer."""
        self.traffic = Traffic()
        self._cutter = Cutter()
        self._client = httpx2.Client(
            transport=via or http_transport(self._base, route),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            headers={"accept-encoding": ZSTD, "user-agent": "fieldtui"},
        )
        for said_anyway in ("accept", "connection"):  # what HTTP/1.1 takes for granted where nothing is said
            self._client.headers.pop(said_anyway, None)

    @property
    def last_seq(self) -> int:
        """The sequence number that was signed last."""
        return self._turns.last_seq

    @last_seq.setter
    def last_seq(self, number: int) -> None:
        self._turns.last_seq = number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def cut(self) -> None:
        """From any thread: what waits for an answer now, or asks later, fails at once with `Unreachable`."""
        self._cutter.cut()

    def now(self) -> datetime:
        """The central system's time as far as it is known."""
        return self._clock.now().astimezone(UTC) + self.offset

    def get(self, path_and_query: str, headers: Mapping[str, str] | None = None) -> Answer:
        """A signed GET; errors as `_exchange`."""
        return self._exchange("GET", path_and_query, b"", dict(headers or {}))

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """A signed POST of JSON; errors as `_exchange`."""
        encoded, encoding = encode_body(body, accepted=ZSTD)
        extra = {"content-type": "application/json", **(headers or {})}
        if encoding:
            extra["content-encoding"] = encoding
        return self._exchange("POST", path, encoded, extra)

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send, and once more each where only our clock or our sequence number was wrong.

        Raises:
            Unreachable: No answer, or not able to answer just now.
            TlsRefused: The certificate is not the central system's.
            UpgradeNeeded: The central system speaks only newer versions.
            Revoked: This device is revoked; the answer is proven to say so.
            ServerFault: An answer that is not proven, or that breaks the protocol.
        """
        with self._turns.take(lambda: self._cutter.is_cut):
            return self._exchange_in_turn(method, path, body, headers)

    def _exchange_in_turn(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        mended: set[str] = set()
        while True:
            answer = self._once(method, path, body, headers)
            name = None if answer.problem is None else answer.problem.name
            if name not in {"clock", "replay"} or name in mended:
                break
            mended.add(name)
            self._learn_unproven(answer)
            if name == "clock":
                # What was signed by that clock was refused before it was counted. Its numbers may be days ahead, and one
                # of them, once counted, would make every later process of this device a replay until those days are over.
                self.last_seq = 0
            else:
                told = answer.problem.last_seq if answer.problem is not None else None
                self.last_seq = max(self.last_seq, self._microseconds(), told or 0)
                self.last_seq += _REPLAY_LEAP if told is None else 0
        if answer.problem is not None:
            _raise_what_nobody_can_handle(answer.problem, answer.message.headers.get("retry-after"))
        return answer

    def _once(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        request = self._signed(method, f"{self._base}{path}", body, headers)
        asked_at = self._clock.now()
        status, received, encoded = self._send(request)
        self.traffic.requests += 1
        self.traffic.sent += len(request.body)
        self.traffic.received += len(encoded)
        message = HttpMessage(method, request.url, received, encoded, status)
        proven = self._prove(message, request, asked_at)
        if status < 400 and not proven and self._server_key is not None:
            raise ServerFault("signature")
        if proven and ANCHOR_HEADER in received:
            self.anchor = received[ANCHOR_HEADER]
        try:
            plain = decode_body(encoded, received.get("content-encoding"), limit=DECODED_LIMIT)
        except BodyRefused:
            raise ServerFault("encoding") from None
        problem = read_problem(status, plain) if status >= 400 else None
        if problem is None and not 200 <= status < 300:
            raise ServerFault(f"http-{status}")
        if problem is not None and problem.name in _MUST_BE_SIGNED and not proven and self._server_key is not None:
            raise ServerFault("signature")
        return Answer(status, received.get("content-type", ""), plain, problem, message, request)

    def _learn_unproven(self, answer: Answer) -> None:
        """While enrolling no key is known yet: the time an answer names serves to sign with, and for nothing else."""
        said = _CREATED.search(answer.message.headers.get("signature-input", ""))
        if self._server_key is None and said is not None:
            # A time that no calendar has teaches nothing.
            with contextlib.suppress(ValueError, OverflowError, OSError):
                self.offset = datetime.fromtimestamp(int(said[1]), UTC) - self._clock.now()

    def _signed(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> HttpMessage:
        self.last_seq = max(self.last_seq + 1, self._microseconds())
        plain = HttpMessage(method, url, {PROTOCOL_HEADER: str(PROTOCOL_VERSION), **headers}, body)
        added = sign_request(
            plain,
            key=self._identity.key,
            key_id=self._identity.key_id,
            device=self._identity.device,
            seq=self.last_seq,
            created=self.now(),
            nonce=secrets.token_urlsafe(16),
        )
        return HttpMessage(method, url, {**plain.headers, **added}, body)

    def _microseconds(self) -> int:
        return int(self.now().timestamp() * 1_000_000)

    def _send(self, request: HttpMessage) -> tuple[int, dict[str, str], bytes]:
        try:
            with self._client.stream(
                request.method,
                request.url,
                content=request.body,
                headers=dict(request.headers),
                extensions={"trace": self._cutter.trace},
            ) as response:
                parts: list[bytes] = []
                size = 0
                until = self._clock.monotonic() + ANSWER_SECONDS
                for part in response.iter_raw():
                    if self._clock.monotonic() > until:
                        raise Unreachable
                    size += len(part)
                    if size > ENCODED_LIMIT:
                        raise ServerFault("too-large")
                    parts.append(part)
                return response.status_code, {n.lower(): v for n, v in response.headers.items()}, b"".join(parts)
        except (httpx2.ConnectError, httpx2.ProxyError) as error:
            raise connection_error(error, self._base, self._route, self.now()) from None
        except httpx2.HTTPError:
            raise Unreachable from None
        except httpx2.InvalidURL:
            raise ServerFault("url") from None

    def _prove(self, message: HttpMessage, request: HttpMessage, asked_at: datetime) -> bool:
        """True where the pinned key signed the answer; its time is then learnt from."""
        if self._server_key is None:
            return False
        try:
            created = verify_response(message, request, key=self._server_key, now=asked_at, max_age=None)
        except SignatureRefused:
            return False
        heard_at = self._clock.now()
        if abs(created - heard_at) > _LARGEST_OFFSET:
            return False
        # It answered at some moment between. Where what is known fits that, nothing is learnt: an answer read only after
        # the lid was opened again would else move the offset by half of the time it was closed.
        if not created - heard_at - _SKEW_NOTICED <= self.offset <= created - asked_at + _SKEW_NOTICED:
            self.offset = created - (asked_at + (heard_at - asked_at) / 2)
        return True


def retry_seconds(said: str | None) -> float | None:
    """How long `Retry-After` asks to wait (RFC 9110 §10.2.3), where it is said in seconds; else `None`.

    The other form, a date, is told by a clock that need not be the central system's, and is not followed.
    """
    text = (said or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _raise_what_nobody_can_handle(problem: Problem, retry_after: str | None) -> None:
    """Raise for the problems that mean the same to every caller; others are answers.

    Raises:
        Revoked: `revoked` or `wipe`.
        UpgradeNeeded: `too-old`.
        Unreachable: `unavailable`, `rate-limited`, and a proxy's 429, 502, 503 and 504, with what `Retry-After` says.
        ServerFault: What no caller can mend.
    """
    if problem.name in {"revoked", "wipe"}:
        raise ShutOut(problem.wipe_order, problem.organisation_keys or ())
    if problem.name == "too-old":
        raise UpgradeNeeded
    if problem.name in {"unavailable", "rate-limited"} or problem.status in {429, 502, 503, 504}:
        busy = Unreachable()
        busy.retry_after = retry_seconds(retry_after)
        raise busy
    if problem.name not in {"cursor-reset", "code", "too-large", "validation"}:
        raise ServerFault(problem.name)
