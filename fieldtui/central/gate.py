"""The gate that every request of the protocol passes: size, version, signature, replay; and every answer: signed.

It stands around the application, so that routes see only proven callers and decoded bodies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, select, update
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldtui.base.crashreport import report_defect
from fieldtui.base.errors import DatabaseUnreachable
from fieldtui.base.log import event
from fieldtui.central.caller import Caller, Refusal, WipeOrdered
from fieldtui.central.database import Database, Organisation, organisation_from
from fieldtui.central.lastsaid import said_in
from fieldtui.central.lockout import order_for
from fieldtui.central.organisationkeys import keys_of
from fieldtui.central.schema import consultant, device, organisation
from fieldtui.central.setback import Standing, held_against
from fieldtui.central.traffic import Traffic
from fieldtui.wire.encoding import BodyRefused, decode_body, encode_body
from fieldtui.wire.keys import load_public_key
from fieldtui.wire.messages import (
    ANCHOR_HEADER,
    AUDIT_HEADER,
    PROBLEM_JSON,
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    EnrolRequest,
    Limits,
    Person,
    Problem,
)
from fieldtui.wire.signatures import (
    ENROL_ID,
    HttpMessage,
    SignatureRefused,
    VerifiedRequest,
    sign_response,
    verify_request,
)

ENROL_PATH: Final = "/v1/enrol"
SIGNED_PREFIX: Final = "/v1/"
_ENROL_BYTES: Final = 8_192
_LONGEST_HEAD: Final = 200
BODY_SECONDS: Final = 60.0
"""Longest time that a body may take to arrive: a megabyte at 140 kbit/s."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Known:
    """A device as it was found by its name; not proven yet."""

    caller: Caller
    key: EllipticCurvePublicKey
    revoked: bool
    anchor: str | None
    """The furthest its vault has come, as it said."""
    set_back: str | None


class Gate:
    """ASGI middleware around the application; paths outside `/v1/` pass through.

    Args:
        app: What it guards.
        database: Where devices and their high-water marks are.
        public_url: The address that devices sign for, without path.
        traffic: How much is taken from whom.
    """

    def __init__(self, app: ASGIApp, *, database: Database, public_url: str, traffic: Traffic) -> None:
        self._app = app
        self._database = database
        self._traffic = traffic
        self._public_url = public_url.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(SIGNED_PREFIX):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        state = scope.setdefault("state", {})
        enrols = scope["path"] == ENROL_PATH
        limit = _ENROL_BYTES if enrols else Limits().bytes
        body = b""
        try:
            # An encoded body is smaller than the decoded one it stands for, give or take a frame's header.
            body = await _read_in_time(receive, limit + 1_024)
            message = HttpMessage(scope["method"], self._url(scope), headers, body)
            if enrols and scope["method"] != "POST":
                plain = b""  # nobody to prove: the application says which method there is
            elif enrols:
                state["address"] = self._traffic.address_of(scope)
                plain = await self._admit_newcomer(message, state, limit)
            else:
                state["caller"] = await run_in_threadpool(self._admit, message, state)
                plain = _decoded(message, limit)
            _require_version(headers)
            answer = await self._ask(scope, plain)
        except Refusal as refusal:
            state["problem"] = refusal.name
            answer = problem_answer(refusal.problem(), retry_after=refusal.retry_after)
        except DatabaseUnreachable:
            state["problem"] = "unavailable"
            answer = problem_answer(Refusal("unavailable").problem(), retry_after=5)
        except Exception as error:  # noqa: BLE001  a defect is answered, signed, and named in the log without its text
            report_defect(error, "central.defect")
            answer = problem_answer(Problem(type="about:blank", title="Internal error.", status=500))
        request = HttpMessage(scope["method"], self._url(scope), headers, body)
        answer = await run_in_threadpool(self._signed, answer, request, state.get("organisation"), state.get("anchor"))
        await _send(send, answer)

    # --- who asks -------------------------------------------------------------------------------

    async def _admit_newcomer(self, message: HttpMessage, state: dict[str, Any], limit: int) -> bytes:
        """A request to enrol is signed with the key that it carries."""
        plain = _decoded(message, limit)
        try:
            asked = EnrolRequest.model_validate_json(plain)
            key = load_public_key(asked.public_key)
        except (ValidationError, ValueError):
            raise Refusal("validation") from None
        self._verify(message, lambda key_id: key if key_id == ENROL_ID else None)
        state["key_text"] = asked.public_key
        return plain

    def _admit(self, message: HttpMessage, state: dict[str, Any]) -> Caller:
        """Prove the device, and count its sequence number up so that no request is taken twice."""
        found: list[_Known] = []
        with self._database.transaction() as connection:

            def resolve(key_id: str) -> EllipticCurvePublicKey | None:
                known = _device_named(connection, key_id)
                if known is None:
                    return None
                found.append(known)
                state["organisation"] = known.caller.organisation
                return known.key

            verified = self._verify(message, resolve)
            known = found[-1]
            if not known.revoked:
                standing = held_against(known.anchor, message.headers.get(AUDIT_HEADER))
                state["anchor"] = standing.tell
                values = {**self._head(known, standing, message.headers.get(AUDIT_HEADER)), **said_in(message.url)}
                self._count(connection, known, verified, values)
        if known.revoked:
            raise self._shut_out(known.caller)
        return known.caller

    def _shut_out(self, caller: Caller) -> Refusal:
        """What a revoked device is told, once it has proven who it is."""
        org_id = caller.organisation.id
        with self._database.transaction() as connection:
            order = order_for(connection, org_id, caller.device_id, push_first=False, now=self._database.now())
            return WipeOrdered(order, keys_of(connection, org_id)) if order else Refusal("revoked")

    def _verify(self, message: HttpMessage, resolve: Any) -> VerifiedRequest:
        try:
            return verify_request(message, resolve=resolve, now=self._database.now())
        except SignatureRefused as refused:
            # No key of that name: to a device it means that this system does not know it.
            name = "not-enrolled" if refused.problem == "revoked" else refused.problem
            raise Refusal(name) from None

    def _head(self, known: _Known, standing: Standing, audit_head: str | None) -> dict[str, Any]:
        """What is to be kept of what the device says of its vault."""
        if audit_head is None:
            return {}
        kept: dict[str, Any] = {"audit_head": audit_head[:_LONGEST_HEAD], "anchor": standing.anchor}
        if standing.set_back is not None:
            event("central.set_back", kind=standing.set_back)
            # Whoever makes an older copy the newest puts it back: what it was at first stays said.
            kind = known.set_back if known.set_back and standing.set_back == "restored" else standing.set_back
            kept |= {"set_back": kind, "set_back_at": self._database.now()}
        return kept

    def _count(
        self,
        connection: Connection,
        known: _Known,
        verified: VerifiedRequest,
        said: dict[str, Any],
    ) -> None:
        now = self._database.now()
        values: dict[str, Any] = {"last_seq": verified.seq, "last_seen_at": now, **self._traffic.moved_on(now), **said}
        mine = (device.c.org_id == known.caller.organisation.id, device.c.device_id == known.caller.device_id)
        counted = connection.execute(
            update(device).where(*mine, device.c.last_seq < verified.seq, self._traffic.allowed(now)).values(**values)
        )
        if counted.rowcount == 0:
            row = connection.execute(select(device.c.last_seq, device.c.busy_until).where(*mine)).one()
            if row.last_seq >= verified.seq:
                # It proved who it is, so it may know: a number far ahead, once counted, would else shut it out for long.
                raise Refusal("replay", last_seq=row.last_seq)
            raise Refusal("rate-limited", retry_after=self._traffic.seconds_left(row.busy_until, now))

    # --- what is answered -----------------------------------------------------------------------

    async def _ask(self, scope: Scope, body: bytes) -> _Answer:
        """The application's answer, whole."""
        inner = dict(scope)
        inner["headers"] = [
            (name, value)
            for name, value in scope["headers"]
            if name.lower() not in {b"content-encoding", b"content-length"}
        ] + [(b"content-length", str(len(body)).encode())]
        given = False
        status = 500
        headers: dict[str, str] = {}
        parts: list[bytes] = []

        async def receive() -> Message:
            nonlocal given
            if given:
                return {"type": "http.disconnect"}
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
                }
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self._app(inner, receive, send)
        return _Answer(status, headers, b"".join(parts))

    def _signed(
        self, answer: _Answer, request: HttpMessage, signer: Organisation | None, anchor: str | None
    ) -> _Answer:
        """The answer encoded, and signed where there is a signature to bind to and a key to sign with."""
        body, encoding = encode_body(answer.body, accepted=request.headers.get("accept-encoding"))
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        headers[PROTOCOL_HEADER] = str(PROTOCOL_VERSION)
        headers["cache-control"] = "no-store"
        if anchor is not None:
            headers[ANCHOR_HEADER] = anchor
        if encoding is not None:
            headers["content-encoding"] = encoding
        if signer is None:
            signer = self._organisation_for(request.headers)
        if signer is not None:
            response = HttpMessage(request.method, request.url, headers, body, answer.status)
            try:
                headers |= sign_response(
                    response, request, key=signer.server_key, key_id=signer.key_id, created=self._database.now()
                )
            except SignatureRefused:
                event("central.unsigned_answer", status=answer.status)
        headers["content-length"] = str(len(body))
        return _Answer(answer.status, headers, body)

    def _organisation_for(self, headers: Mapping[str, str]) -> Organisation | None:
        """The organisation that a request says it belongs to, proven or not, or the only one; to sign the answer."""
        _before, _quote, rest = headers.get("signature-input", "").partition('keyid="')
        org_id = rest.partition('"')[0].rpartition(".")[0]
        try:
            with self._database.transaction() as connection:
                row = None
                if org_id and "\x00" not in org_id:
                    row = connection.execute(select(organisation).where(organisation.c.org_id == org_id)).first()
                if row is None:
                    rows = connection.execute(select(organisation).limit(2)).all()
                    row = rows[0] if len(rows) == 1 else None
        except DatabaseUnreachable:
            return None
        return organisation_from(row) if row else None

    def _url(self, scope: Scope) -> str:
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        return self._public_url + path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")


def _device_named(connection: Connection, key_id: str) -> _Known | None:
    org_id, _dot, device_id = key_id.rpartition(".")
    if not org_id or "\x00" in key_id:
        return None
    row = connection.execute(_WHO, {"organisation": org_id, "device": device_id}).first()
    if row is None:
        return None
    person = Person(id=row.consultant_id, initials=row.initials, name=row.person_name, role=row.role, unit=row.unit)
    caller = Caller(organisation_from(row), person, device_id)
    return _Known(caller, _public_key(row.public_key), row.revoked_at is not None, row.anchor, row.set_back)


_WHO: Final = (
    select(
        organisation.c.org_id, organisation.c.name, organisation.c.server_key, organisation.c.public_url,
        consultant.c.consultant_id, consultant.c.initials, consultant.c.name.label("person_name"), consultant.c.role,
        consultant.c.unit, device.c.public_key, device.c.revoked_at, device.c.anchor, device.c.set_back,
    )
    .join_from(device, organisation, organisation.c.org_id == device.c.org_id)
    .join(consultant, (consultant.c.org_id == device.c.org_id) & (consultant.c.consultant_id == device.c.consultant_id))
    .where(device.c.org_id == bindparam("organisation"), device.c.device_id == bindparam("device"))
)  # fmt: skip
_public_key: Final = lru_cache(4_096)(load_public_key)


def problem_answer(problem: Problem, *, retry_after: int | None = None) -> _Answer:
    """A problem as an answer (RFC 9457)."""
    headers = {"content-type": PROBLEM_JSON}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return _Answer(problem.status, headers, problem.model_dump_json(exclude_none=True).encode())


def _require_version(headers: dict[str, str]) -> None:
    if headers.get(PROTOCOL_HEADER, "").strip() != str(PROTOCOL_VERSION):
        raise Refusal("too-old")


def _decoded(message: HttpMessage, limit: int) -> bytes:
    try:
        return decode_body(message.body, message.headers.get("content-encoding"), limit=limit)
    except BodyRefused as refused:
        raise Refusal("too-large" if str(refused) == "too large" else "validation", detail="encoding") from None


async def _read_in_time(receive: Receive, limit: int) -> bytes:
    """The body; whoever sends it drop by drop is not waited for."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive, limit)
    except TimeoutError:
        raise Refusal("unavailable", retry_after=5) from None


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise Refusal("too-large", detail="body")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, answer: _Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
