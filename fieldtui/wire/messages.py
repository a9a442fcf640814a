"""What goes over the wire, version 1 (docs/protocol). Frozen; fields may be added, never changed.

A pull answers lines of NDJSON: a `PageStart`, then `RecordLine`, `JoinLine` and `LeaveLine` in `seq`
order, then a `PageEnd`. A page without its end line is discarded.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

PROTOCOL_VERSION: Final = 1
PROTOCOL_HEADER: Final = "fieldtui-protocol"
DEVICE_HEADER: Final = "fieldtui-device"
SEQUENCE_HEADER: Final = "fieldtui-seq"
AUDIT_HEADER: Final = "fieldtui-audit"
"""Head of the device's access log, `seq:mac`, and the vault's epoch: `seq:mac:epoch`."""
NDJSON: Final = "application/x-ndjson"
PROBLEM_JSON: Final = "application/problem+json"

PAGE_LINES: Final = 1_000
PAGE_BYTES: Final = 1_048_576


class Message(BaseModel):
    """A frozen message; unknown fields are ignored on reading, as a newer peer may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


# What the other side says is held against these before anything is done with it: a device must not be harmed by a
# central system that was broken into, nor a colleague's device by a device. What a *body* holds is for the models.

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
"""Instants of the protocol outside are broken clocks, and leave no room to convert between zones."""


def parse_instant(text: str) -> datetime:
    """An instant of the protocol.

    Raises:
        ValueError: Not ISO 8601, without an offset, or out of reach.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError("instant")
    return instant


def _instant(text: str) -> str:
    parse_instant(text)
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


InstantText = Annotated[str, Field(max_length=40), AfterValidator(_instant)]
"""ISO 8601 with an offset, kept as it was written."""
DayText = Annotated[str, Field(pattern=r"^(20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_day)]
"""ISO 8601, a day."""
Number = Annotated[int, Field(ge=0, le=2**53)]
"""A count that every database and every JSON reader can hold."""
RecordId = Annotated[str, Field(pattern=f"^{_UUID}$")]
CitizenScope = Annotated[str, Field(pattern=f"^citizen:{_UUID}$")]
AnyScope = Annotated[str, Field(pattern=f"^(team|citizen:{_UUID})$")]


def _finite(body: dict[str, Any]) -> dict[str, Any]:
    """JSON has neither NaN nor infinity (RFC 8259 § 6); a reader that lets them in could not write them again."""
    left: list[Any] = list(body.values())
    while left:
        value = left.pop()
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("number")
        if isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return body


Body = Annotated[dict[str, Any], AfterValidator(_finite)]
"""What a record says, as JSON."""
ShortText = Annotated[str, Field(max_length=200)]
LogText = Annotated[str, Field(max_length=2_000)]

Role = Literal["consultant", "treatment", "leader"]
AssignmentRole = Literal["primary", "substitute", "treatment"]
LeaveReason = Literal["reassigned", "ended", "erased"]


class Person(Message):
    """A member of staff, as colleagues see them."""

    id: ShortText
    initials: ShortText
    name: ShortText
    role: Role


class Limits(Message):
    """How much one push may carry."""

    ops: Annotated[int, Field(ge=1, le=10_000)] = 500
    bytes: Annotated[int, Field(ge=1, le=2**30)] = 1_048_576
    """Decoded bytes of the body."""


# --- pull -------------------------------------------------------------------------------------


class PageStart(Message):
    """First line of a page."""

    kind: Literal["page"] = "page"
    server_time: InstantText
    """ISO 8601, UTC, with seconds."""
    lease_until: InstantText
    """ISO 8601; after it the store is read-only until the next contact."""
    lease_warn_after: InstantText
    """ISO 8601; after it a banner asks for a sync."""
    limits: Limits = Limits()
    ruleset_versions: dict[str, int] = {}
    notices: tuple[str, ...] = ()
    people: tuple[Person, ...] | None = None
    """The organisation's staff; only when it changed since the cursor."""
    assignments: dict[RecordId, Assigned] | None = None
    """By citizen id, what this device's consultant is to each citizen; only when it changed since the cursor."""


class Assigned(Message):
    """This consultant's tie to one citizen, and who has the primary one."""

    role: AssignmentRole
    until: DayText | None = None
    """Last day (ISO date) of a substitute."""
    primary: ShortText | None = None
    """Consultant id of the one the citizen belongs to."""


class RecordLine(Message):
    """A record as it stands at `rev`."""

    kind: Literal["record"] = "record"
    collection: Annotated[str, Field(max_length=40)]
    id: RecordId
    scope: AnyScope
    rev: Number
    seq: Number
    body: Body
    annulled: Annulment | None = None
    author: ShortText | None = None
    """Consultant id; `None` for the central system itself (import)."""
    device: ShortText | None = None
    recorded_at: InstantText | None = None
    """Device time plus known offset."""
    received_at: InstantText
    op_id: ShortText | None = None


class Annulment(Message):
    """That a record no longer counts, and why."""

    reason: LogText
    at: InstantText
    by: ShortText | None = None


class JoinLine(Message):
    """A scope became visible; all its current records follow."""

    kind: Literal["join"] = "join"
    scope: CitizenScope
    seq: Number


class LeaveLine(Message):
    """A scope is no longer visible to this device; after pushing, its records are purged."""

    kind: Literal["leave"] = "leave"
    scope: CitizenScope
    seq: Number
    reason: LeaveReason


class PageEnd(Message):
    """Last line of a page; without it the page is not whole."""

    kind: Literal["end"] = "end"
    next: Annotated[str, Field(min_length=1, max_length=2_000)]
    """Opaque cursor for the next request."""
    more: bool


PageLine = Annotated[PageStart | RecordLine | JoinLine | LeaveLine | PageEnd, Field(discriminator="kind")]

PageStart.model_rebuild()
RecordLine.model_rebuild()
PAGE_LINE: Final[TypeAdapter[PageStart | RecordLine | JoinLine | LeaveLine | PageEnd]] = TypeAdapter(PageLine)


# --- push -------------------------------------------------------------------------------------


class AnnulOp(Message):
    """Annul instead of writing a body."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Op(Message):
    """One change. `base_rev` 0 creates. Exactly one of `body` and `annul` is given."""

    op_id: Annotated[str, Field(min_length=36, max_length=36)]
    collection: Annotated[str, Field(max_length=40)]
    id: Annotated[str, Field(min_length=36, max_length=36)]
    base_rev: Number
    body: dict[str, Any] | None = None
    annul: AnnulOp | None = None
    recorded_at: Annotated[str, Field(max_length=40)]
    clock_offset_ms: int = 0


class LogEntry(Message):
    """One entry of the device's access log, on its way to the central copy."""

    seq: Number
    at: LogText
    actor: LogText
    action: LogText
    subject: LogText | None
    reason: LogText | None
    detail: LogText | None
    mac: LogText


class PushRequest(Message):
    """A batch of changes, at most `limits.ops` of them."""

    ops: tuple[Op, ...]
    log: tuple[LogEntry, ...] = ()


class Accepted(Message):
    """The change is on the server."""

    status: Literal["accepted"] = "accepted"
    op_id: str
    rev: Number
    seq: Number


class Stale(Message):
    """Someone was first: merge with `current` and try again."""

    status: Literal["stale"] = "stale"
    op_id: str
    current: RecordLine


class Rejected(Message):
    """Refused for good; stays in the outbox with the reason."""

    status: Literal["rejected"] = "rejected"
    op_id: str
    type: str
    """A problem type, `urn:fieldtui:problem:<name>`."""
    detail: str
    """A technical word, never personal; the device turns it into a sentence."""
    field: str | None = None


class Parked(Message):
    """Stored for the citizen's new consultant to accept."""

    status: Literal["parked"] = "parked"
    op_id: str
    reason: str


OpResult = Annotated[Accepted | Stale | Rejected | Parked, Field(discriminator="status")]


class PushResponse(Message):
    """One result per op, in order."""

    results: tuple[OpResult, ...]
    log_head: Number = 0
    """Highest access-log entry the server holds for this device."""


# --- enrolment --------------------------------------------------------------------------------


class EnrolRequest(Message):
    """A new device asks to be tied to a consultant. Signed with the key it sends."""

    code: Annotated[str, Field(max_length=32)]
    public_key: Annotated[str, Field(max_length=400)]
    """P-256 SubjectPublicKeyInfo, DER, base64."""
    device_name: Annotated[str, Field(max_length=80)]
    app_version: Annotated[str, Field(max_length=40)]


class Enrolled(Message):
    """The device is approved."""

    status: Literal["approved"] = "approved"
    device_id: str
    key_id: str
    """`organisation.device`, the `keyid` of every signature."""
    organisation: str
    organisation_id: str
    consultant: Person
    server_key: str
    """P-256 SubjectPublicKeyInfo of the response key, DER, base64."""


class EnrolPending(Message):
    """The leader has not compared the words yet."""

    status: Literal["pending"] = "pending"
    words: tuple[str, ...]
    """Fingerprint of the device's key, six words, the same on both screens."""
    retry_after: Annotated[int, Field(ge=0, le=3_600)] = 5
    """Seconds."""


EnrolResponse = Annotated[Enrolled | EnrolPending, Field(discriminator="status")]
ENROL_RESPONSE: Final[TypeAdapter[Enrolled | EnrolPending]] = TypeAdapter(EnrolResponse)


# --- problems (RFC 9457) ----------------------------------------------------------------------

PROBLEM_PREFIX: Final = "urn:fieldtui:problem:"

ProblemName = Literal[
    "signature",
    "clock",
    "replay",
    "revoked",
    "not-enrolled",
    "wipe",
    "validation",
    "scope-lost",
    "cursor-reset",
    "too-large",
    "too-old",
    "rate-limited",
    "conflict-of-identity",
    "unavailable",
    "code",
]


class Problem(Message):
    """An error answer. Never holds a name, a CPR number or the text of a note."""

    type: str
    title: str
    status: int
    detail: str | None = None
    server_time: str | None = None

    @property
    def name(self) -> str:
        """The part of the type that this protocol defines."""
        return self.type.removeprefix(PROBLEM_PREFIX)
