"""Signed requests and responses: profile `fieldtui-sync-v1` of RFC 9421 with RFC 9530 digests.

A request is signed by the device, a response by the central system over the request's signature,
so that neither can be changed, sent elsewhere, or answered by somebody else. One algorithm only,
`ecdsa-p256-sha256`, because TPM and CNG can hold its keys. Digests are over the encoded bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import http_sf
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from fieldtui.wire.messages import ANCHOR_HEADER, AUDIT_HEADER, DEVICE_HEADER, PROTOCOL_HEADER, SEQUENCE_HEADER

TAG: Final = "fieldtui-sync-v1"
LABEL: Final = "sig1"
VALID_SECONDS: Final = 60
"""A signature's life, by the central system's clock."""
SKEW_SECONDS: Final = 30
"""How far ahead of the verifier's clock a signature may be made."""
ENROL_ID: Final = "enrol"
"""Key id and device of a request to enrol, which is signed with the key that it carries."""

REQUEST_COMPONENTS: Final = (
    "@method",
    "@authority",
    "@path",
    "@query",
    "content-type",
    "content-digest",
    DEVICE_HEADER,
    SEQUENCE_HEADER,
)
RESPONSE_COMPONENTS: Final = (
    '"@status"',
    '"content-type"',
    '"content-digest"',
    '"@method";req',
    '"@target-uri";req',
    f'"signature";req;key="{LABEL}"',
)
WHEN_PRESENT: Final = ("content-encoding", PROTOCOL_HEADER, AUDIT_HEADER, ANCHOR_HEADER)
"""Headers that change what a message means: covered where they are sent, refused where they are not covered."""

_SEQUENCE: Final = re.compile(r"[0-9]{1,18}\Z")
_PARAMETERS: Final = frozenset({"created", "expires", "nonce", "keyid", "alg", "tag"})

SignatureProblem = Literal["signature", "clock", "revoked"]


class SignatureRefused(Exception):
    """A message whose signature does not hold. `str()` names the problem and nothing of the message."""

    def __init__(self, problem: SignatureProblem) -> None:
        super().__init__(problem)
        self.problem: Final = problem
        """`clock` where the signature itself is genuine but too old or from the future."""


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """What is signed of a request, or of a response where `status` is given."""

    method: str
    """Upper case; in a response, that of the request."""
    url: str
    """Absolute, encoded; in a response, that of the request."""
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes
    """As it goes over the wire: encoded."""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """Who signed a request, and when. Whether `seq` is new is the receiver's to decide."""

    key_id: str
    device: str
    seq: int
    created: datetime


# --- requests ---------------------------------------------------------------------------------


def sign_request(
    message: HttpMessage,
    *,
    key: EllipticCurvePrivateKey,
    key_id: str,
    device: str,
    seq: int,
    created: datetime,
    nonce: str,
) -> dict[str, str]:
    """The headers to add to a request (lower-case names).

    Args:
        message: The request as it will be sent; its headers may hold `content-type` (else
            `application/json` is among the result), `content-encoding` and the protocol's own.
        key: The device's key.
        key_id: `organisation.device`, or `enrol`.
        device: The last part of `key_id`.
        seq: Higher than any this device sent before (0 to 10**18 - 1).
        created: Now, by the central system's clock as far as it is known.
        nonce: Unforeseeable, fresh for each request.
    """
    carrier = _Request(message)
    carrier.headers.setdefault("content-type", "application/json")
    carrier.headers[DEVICE_HEADER] = device
    carrier.headers[SEQUENCE_HEADER] = str(seq)
    return _sign(
        carrier,
        message,
        (*REQUEST_COMPONENTS, *(name for name in WHEN_PRESENT if name in carrier.headers)),
        key=key,
        key_id=key_id,
        created=created,
        nonce=nonce,
    )


def verify_request(
    message: HttpMessage, *, resolve: Callable[[str], EllipticCurvePublicKey | None], now: datetime
) -> VerifiedRequest:
    """Prove that an enrolled device sent exactly this request within the last minute.

    Args:
        message: The request as received; `url` is the address that devices know (`--public-url`).
        resolve: The public key of a key id; `None` where there is none or it is revoked.
        now: The verifier's time.

    Raises:
        SignatureRefused: `signature`, `revoked` (no key for that id) or `clock`; `clock` only after
            the signature was proven genuine, so that it tells a stranger nothing. What `resolve` raises comes through.
    """
    known = _Known(resolve)
    parameters = _verify(_Request(message), message, known, REQUEST_COMPONENTS)
    key_id = str(parameters["keyid"])
    device = message.headers.get(DEVICE_HEADER, "")
    sequence = message.headers.get(SEQUENCE_HEADER, "")
    if not device or key_id.rpartition(".")[2] != device or not _SEQUENCE.match(sequence):
        raise SignatureRefused("signature")
    created = _instant(parameters["created"])
    _require_fresh(created, _instant(parameters["expires"]), now)
    return VerifiedRequest(key_id=key_id, device=device, seq=int(sequence), created=created)


# --- responses --------------------------------------------------------------------------------


def sign_response(
    response: HttpMessage, request: HttpMessage, *, key: EllipticCurvePrivateKey, key_id: str, created: datetime
) -> dict[str, str]:
    """The headers to add to a response (lower-case names), binding it to the request it answers.

    Args:
        response: With `status`; its headers may hold `content-type` (else `application/json`).
        request: As it was received; it must carry a signature labelled `sig1`, genuine or not.
        key: The central system's response key.
        key_id: Its name, for people who read traffic; devices have the key pinned.
        created: The central system's time. Devices learn their clock's offset from it.

    Raises:
        SignatureRefused: The request carries no readable signature to bind to.
    """
    carrier = _Response(response, request)
    carrier.headers.setdefault("content-type", "application/json")
    covered = (*RESPONSE_COMPONENTS, *(f'"{name}"' for name in WHEN_PRESENT if name in carrier.headers))
    try:
        return _sign(carrier, response, covered, key=key, key_id=key_id, created=created, nonce=None)
    except (HTTPMessageSignaturesException, ValueError):
        raise SignatureRefused("signature") from None


def verify_response(
    response: HttpMessage,
    request: HttpMessage,
    *,
    key: EllipticCurvePublicKey,
    now: datetime,
    max_age: float | None = VALID_SECONDS,
) -> datetime:
    """Prove that the holder of the pinned key answered exactly this request so.

    Args:
        response: As received.
        request: As it was sent, with its signature headers.
        key: The pinned response key.
        now: The device's time.
        max_age: Seconds; `None` where the device does not know the time yet. It is still fresh then,
            because it covers the signature of a request with a nonce that was just made.

    Returns:
        The central system's time when it answered.

    Raises:
        SignatureRefused: `signature` or `clock`.
    """
    known = _Known(lambda _: key)
    parameters = _verify(_Response(response, request), response, known, RESPONSE_COMPONENTS)
    created = _instant(parameters["created"])
    if max_age is not None:
        _require_fresh(created, created + timedelta(seconds=max_age), now)
    return created


# --- what both share --------------------------------------------------------------------------


class _Request:
    """A request as the library reads and marks it."""

    def __init__(self, message: HttpMessage) -> None:
        self.method = message.method
        self.url = message.url
        self.headers: dict[str, str] = {name.lower(): value for name, value in message.headers.items()}


class _Response:
    """A response as the library reads and marks it."""

    def __init__(self, response: HttpMessage, request: HttpMessage) -> None:
        self.status_code = response.status
        self.headers: dict[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self.request = _Request(request)


class _Known(HTTPSignatureKeyResolver):
    """Asks for the key and remembers whether there was one."""

    def __init__(
        self,
        resolve: Callable[[str], EllipticCurvePublicKey | None],
        signing_key: EllipticCurvePrivateKey | None = None,
    ) -> None:
        self._resolve = resolve
        self._signing_key = signing_key
        self.unknown = False
        self.failure: Exception | None = None
        """Why nobody could say whether there is a key; the library would call it a bad signature."""

    def resolve_public_key(self, key_id: str) -> EllipticCurvePublicKey | None:
        try:
            key = self._resolve(key_id)
        except Exception as error:
            self.failure = error
            raise
        self.unknown = key is None
        return key

    def resolve_private_key(self, key_id: str) -> EllipticCurvePrivateKey | None:
        return self._signing_key


class _TimelessVerifier(HTTPMessageVerifier):
    """Leaves the time to us: the library asks the machine's clock, before it knows whose signature it is."""

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        """Types are checked by the library; freshness is checked after the signature."""


def _sign(
    carrier: _Request | _Response,
    message: HttpMessage,
    covered: tuple[str, ...],
    *,
    key: EllipticCurvePrivateKey,
    key_id: str,
    created: datetime,
    nonce: str | None,
) -> dict[str, str]:
    for stale in ("signature", "signature-input", "content-digest"):
        carrier.headers.pop(stale, None)
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ECDSA_P256_SHA256, key_resolver=_Known(lambda _: None, key)
    )
    prepared = signer.prepare(
        carrier,
        key_id=key_id,
        created=created,
        expires=created + timedelta(seconds=VALID_SECONDS),
        nonce=nonce,
        label=LABEL,
        tag=TAG,
        covered_component_ids=covered,
        body=message.body,
    )
    signer_of_key = algorithms.ECDSA_P256_SHA256(private_key=key)  # type: ignore[no-untyped-call]
    signature: bytes = signer_of_key.sign(prepared.signature_base)
    # The library's own last step reads all of it once more, in case the message changed meanwhile: nobody else has it.
    carrier.headers["signature-input"] = f"{LABEL}={prepared.signature_params}"
    carrier.headers["signature"] = f"{LABEL}=:{base64.b64encode(signature).decode('ascii')}:"
    given = {name.lower(): value for name, value in message.headers.items()}
    signed = {name.lower(): value for name, value in carrier.headers.items()}
    return {name: value for name, value in signed.items() if given.get(name) != value}


def _verify(
    carrier: _Request | _Response, message: HttpMessage, known: _Known, components: tuple[str, ...]
) -> dict[str, int | str]:
    """The signature's parameters, once it is proven.

    Raises:
        SignatureRefused: Anything is missing, doubled, uncovered or false.
    """
    required = (*components, *(f'"{name}"' for name in WHEN_PRESENT if name in carrier.headers))
    if not carrier.headers.get("content-digest") or _labels(carrier.headers) != [LABEL]:
        raise SignatureRefused("signature")
    verifier = _TimelessVerifier(signature_algorithm=algorithms.ECDSA_P256_SHA256, key_resolver=known)
    try:
        (result,) = verifier.verify(
            carrier,
            max_age=None,
            expect_tag=TAG,
            expect_label=LABEL,
            require_components=required,
            body=message.body,
        )
    except (HTTPMessageSignaturesException, ValueError):
        if known.failure is not None:
            raise known.failure from None
        raise SignatureRefused("revoked" if known.unknown else "signature") from None
    missing = _PARAMETERS - set(result.parameters) - ({"nonce"} if isinstance(carrier, _Response) else set())
    if missing:
        raise SignatureRefused("signature")
    return result.parameters


def _labels(headers: Mapping[str, str]) -> list[str]:
    try:
        inputs = http_sf.parse(headers.get("signature-input", "").encode("ascii"), tltype="dictionary")
    except (ValueError, TypeError):
        return []
    return list(inputs) if isinstance(inputs, dict) else []


def _instant(seconds: int | str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise SignatureRefused("signature") from None


def _require_fresh(created: datetime, expires: datetime, now: datetime) -> None:
    if expires - created > timedelta(seconds=VALID_SECONDS) or expires < created:
        raise SignatureRefused("signature")
    if created > now + timedelta(seconds=SKEW_SECONDS) or expires < now:
        raise SignatureRefused("clock")
