"""The attack matrix of the signature profile: what an attacker on the wire, or with a key of their own, may try."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.wire import keys
from fieldtui.wire import signatures as sig
from fieldtui.wire.messages import Problem
from fieldtui.wire.problems import STATUS, build_problem, read_problem
from fieldtui.wire.words import COUNT, WORDS, fingerprint_words

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = keys.new_device_key()
OTHER = keys.new_device_key()
SERVER = keys.new_device_key()
URL = "https://central.invalid/v1/changes?cursor=7"
KEYS = {"org.dev1": KEY.public_key(), "org.dev2": OTHER.public_key()}


def request(
    *,
    body: bytes = b'{"ops":[1]}',
    url: str = URL,
    method: str = "POST",
    created: datetime = NOW,
    key: ec.EllipticCurvePrivateKey = KEY,
    key_id: str = "org.dev1",
    device: str = "dev1",
    seq: int = 17,
    headers: dict[str, str] | None = None,
) -> sig.HttpMessage:
    message = sig.HttpMessage(method, url, headers or {}, body)
    added = sig.sign_request(message, key=key, key_id=key_id, device=device, seq=seq, created=created, nonce="n-7Qk2")
    return dataclasses.replace(message, headers={**message.headers, **added})


def check(message: sig.HttpMessage, now: datetime = NOW) -> sig.VerifiedRequest:
    return sig.verify_request(message, resolve=KEYS.get, now=now)


def header(message: sig.HttpMessage, name: str, change: Callable[[str], str]) -> sig.HttpMessage:
    return dataclasses.replace(message, headers={**message.headers, name: change(message.headers[name])})


def without(message: sig.HttpMessage, *names: str) -> sig.HttpMessage:
    return dataclasses.replace(message, headers={k: v for k, v in message.headers.items() if k not in names})


def digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def foreign(algorithm: type, key: object, covered: tuple[str, ...], **params: object) -> sig.HttpMessage:
    """A request signed by hand, around the profile."""
    carrier = sig._Request(request())
    for name in ("signature", "signature-input", "content-digest"):
        carrier.headers.pop(name)
    signer = HTTPMessageSigner(
        signature_algorithm=algorithm,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={"org.dev1": key}),  # type: ignore[dict-item]
    )
    given_params: dict[str, object] = {
        "created": NOW, "expires": NOW + timedelta(seconds=60), "nonce": "q", "tag": sig.TAG, "label": sig.LABEL,
    } | params  # fmt: skip
    signer.sign(
        carrier,
        key_id="org.dev1",
        covered_component_ids=covered,
        body=b'{"ops":[1]}',
        **given_params,  # type: ignore[arg-type]
    )
    return sig.HttpMessage("POST", URL, {k.lower(): v for k, v in carrier.headers.items()}, b'{"ops":[1]}')


PUBLIC_PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
ZSTD = {"content-encoding": "zstd"}

ATTACKS: dict[str, Callable[[], sig.HttpMessage]] = {
    "body": lambda: dataclasses.replace(request(), body=b'{"ops":[1]} '),
    "body and digest": lambda: header(
        dataclasses.replace(request(), body=b"evil"), "content-digest", lambda _: digest(b"evil")
    ),
    "a weaker digest beside": lambda: header(request(), "content-digest", lambda d: f"{d}, md5=:AAAA:"),
    "method": lambda: dataclasses.replace(request(), method="DELETE"),
    "path": lambda: dataclasses.replace(request(), url=URL.replace("changes", "enrol")),
    "query": lambda: dataclasses.replace(request(), url=URL.replace("cursor=7", "cursor=0")),
    "host": lambda: dataclasses.replace(request(), url=URL.replace("central", "evil")),
    "port": lambda: dataclasses.replace(request(), url=URL.replace(".invalid", ".invalid:8443")),
    "content type": lambda: header(request(), "content-type", lambda _: "text/plain"),
    "device": lambda: header(request(), "fieldtui-device", lambda _: "dev2"),
    "sequence": lambda: header(request(), "fieldtui-seq", lambda _: "18"),
    "coverage stripped": lambda: header(request(), "signature-input", lambda v: v.replace('"content-digest" ', "")),
    "expiry pushed": lambda: header(request(), "signature-input", lambda v: v.replace("expires=1", "expires=2")),
    "unsigned": lambda: without(request(), "signature", "signature-input"),
    "no signature value": lambda: without(request(), "signature"),
    "no digest": lambda: without(request(), "content-digest"),
    "two signatures": lambda: header(
        header(request(), "signature-input", lambda v: v + ", " + v.replace("sig1", "sig2")),
        "signature",
        lambda v: v + ", " + v.replace("sig1", "sig2"),
    ),
    "another key for the id": lambda: request(key=OTHER),
    "another device than the key's": lambda: request(key=OTHER, key_id="org.dev2", device="dev1"),
    "encoding added": lambda: dataclasses.replace(request(), headers={**request().headers, **ZSTD}),
    "encoding removed": lambda: without(request(headers=ZSTD), "content-encoding"),
    "audit head swapped": lambda: header(
        request(headers={"fieldtui-audit": "4:aa:1"}), "fieldtui-audit", lambda _: "3:bb:1"
    ),
    "own key, little coverage": lambda: foreign(algorithms.ECDSA_P256_SHA256, KEY, ("@method",)),
    "public key as a shared secret": lambda: foreign(algorithms.HMAC_SHA256, PUBLIC_PEM, sig.REQUEST_COMPONENTS),
    "no nonce": lambda: foreign(algorithms.ECDSA_P256_SHA256, KEY, sig.REQUEST_COMPONENTS, nonce=None),
    "no expiry": lambda: foreign(algorithms.ECDSA_P256_SHA256, KEY, sig.REQUEST_COMPONENTS, expires=None),
    "another tag": lambda: foreign(algorithms.ECDSA_P256_SHA256, KEY, sig.REQUEST_COMPONENTS, tag="other"),
    "a life of an hour": lambda: foreign(
        algorithms.ECDSA_P256_SHA256, KEY, sig.REQUEST_COMPONENTS, expires=NOW + timedelta(hours=1)
    ),
    "sequence not a number": lambda: request(seq=-1),
    "garbage": lambda: header(request(), "signature-input", lambda _: "sig1=(((("),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_changed_request_is_refused(attack: str) -> None:
    with pytest.raises(sig.SignatureRefused) as refused:
        check(ATTACKS[attack]())
    assert refused.value.problem == "signature"


@pytest.mark.parametrize(
    "message",
    [
        request(),
        request(body=b""),
        request(method="GET", url="https://central.invalid/v1/changes", body=b""),
        request(headers={"content-encoding": "zstd", "fieldtui-audit": "4:aa:1", "fieldtui-protocol": "1"}),
    ],
    ids=["post", "empty body", "get without query", "all headers"],
)
def test_a_genuine_request_names_its_device(message: sig.HttpMessage) -> None:
    assert check(message) == sig.VerifiedRequest("org.dev1", "dev1", 17, NOW)


@pytest.mark.parametrize("minutes", [-60, -2, 1, 60])
def test_a_genuine_request_of_another_hour_is_a_clock_problem(minutes: int) -> None:
    with pytest.raises(sig.SignatureRefused) as refused:
        check(request(created=NOW + timedelta(minutes=minutes)))
    assert refused.value.problem == "clock"


def test_a_forged_request_of_another_hour_is_no_clock_problem() -> None:
    with pytest.raises(sig.SignatureRefused) as refused:
        check(request(created=NOW - timedelta(hours=1), key=OTHER))
    assert refused.value.problem == "signature"


def test_a_key_id_without_a_key_is_told_apart() -> None:
    with pytest.raises(sig.SignatureRefused) as refused:
        check(request(key_id="org.dev9", device="dev9"))
    assert refused.value.problem == "revoked"


def response(to: sig.HttpMessage, body: bytes = b"[]", status: int = 200) -> sig.HttpMessage:
    plain = sig.HttpMessage(to.method, to.url, {"content-type": "application/x-ndjson"}, body, status)
    added = sig.sign_response(plain, to, key=SERVER, key_id="server", created=NOW)
    return dataclasses.replace(plain, headers={**plain.headers, **added})


def accept(answer: sig.HttpMessage, to: sig.HttpMessage, **more: object) -> datetime:
    return sig.verify_response(answer, to, key=SERVER.public_key(), now=NOW, **more)  # type: ignore[arg-type]


def test_an_answer_tells_the_servers_time() -> None:
    sent = request()
    assert accept(response(sent), sent) == NOW


def test_an_answer_to_another_request_is_refused() -> None:
    first, second = request(), request(seq=18)
    with pytest.raises(sig.SignatureRefused):
        accept(response(first), second)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: dataclasses.replace(r, body=b"[1]"),
        lambda r: dataclasses.replace(r, status=409),
        lambda r: header(r, "content-type", lambda _: "text/html"),
        lambda r: dataclasses.replace(r, headers={**r.headers, **ZSTD}),
        lambda r: without(r, "signature", "signature-input"),
        lambda r: header(r, "signature-input", lambda v: v.replace('"signature";req;key="sig1"', '"@path";req')),
    ],
    ids=["body", "status", "type", "encoding", "unsigned", "unbound"],
)
def test_a_changed_answer_is_refused(change: Callable[[sig.HttpMessage], sig.HttpMessage]) -> None:
    sent = request()
    with pytest.raises(sig.SignatureRefused):
        accept(change(response(sent)), sent)


def test_an_answer_by_another_key_is_refused() -> None:
    sent = request()
    with pytest.raises(sig.SignatureRefused):
        sig.verify_response(response(sent), sent, key=OTHER.public_key(), now=NOW)


def test_an_old_answer_is_a_clock_problem_unless_the_time_is_unknown() -> None:
    sent = request()
    late = NOW + timedelta(hours=2)
    with pytest.raises(sig.SignatureRefused) as refused:
        sig.verify_response(response(sent), sent, key=SERVER.public_key(), now=late)
    assert refused.value.problem == "clock"
    assert sig.verify_response(response(sent), sent, key=SERVER.public_key(), now=late, max_age=None) == NOW


def test_an_unsigned_request_cannot_be_answered_with_a_signature() -> None:
    with pytest.raises(sig.SignatureRefused):
        response(without(request(), "signature", "signature-input"))


@given(st.binary(max_size=300), st.integers(0, 10**18 - 1))
def test_any_body_and_sequence_survive_the_way(body: bytes, seq: int) -> None:
    assert check(request(body=body, seq=seq)).seq == seq


def test_keys_survive_as_text_and_other_keys_are_refused() -> None:
    assert keys.public_key_text(keys.load_public_key(keys.public_key_text(KEY))) == keys.public_key_text(KEY)
    assert keys.public_key_text(keys.load_private_key(keys.private_key_text(KEY))) == keys.public_key_text(KEY)
    wrong_curve = ec.generate_private_key(ec.SECP384R1())
    for text in ("", "????", base64.b64encode(b"x" * 91).decode(), keys.public_key_text(wrong_curve)):
        with pytest.raises(ValueError, match="public key"):
            keys.load_public_key(text)
    with pytest.raises(ValueError, match="private key"):
        keys.load_private_key(keys.private_key_text(wrong_curve))


def test_a_fingerprint_is_six_of_256_distinct_words() -> None:
    assert len(WORDS) == len(set(WORDS)) == 256
    assert all(word.isascii() and word.islower() for word in WORDS)
    words = fingerprint_words(keys.public_key_der(KEY))
    assert len(words) == COUNT
    assert words == fingerprint_words(keys.public_key_der(KEY))
    assert words != fingerprint_words(keys.public_key_der(OTHER))


@pytest.mark.parametrize("name", STATUS)
def test_a_problem_survives_the_way(name: str) -> None:
    problem = build_problem(name, detail="word", at=NOW)  # type: ignore[arg-type]
    assert read_problem(problem.status, problem.model_dump_json().encode()) == problem
    assert problem.name == name


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"type":"about:blank","title":"x","status":500}'])
def test_an_answer_that_is_no_problem_keeps_only_its_status(body: bytes) -> None:
    assert read_problem(502, body) == Problem(type="urn:fieldtui:problem:http-502", title="", status=502)


def test_a_failure_to_look_the_key_up_is_not_called_a_bad_signature() -> None:
    """Found by killing the database: the device was told that its signature was wrong."""

    def gone(_key_id: str) -> ec.EllipticCurvePublicKey | None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        sig.verify_request(request(), resolve=gone, now=NOW)
