"""What goes over the wire, version 1 (docs/protocol). Frozen; fields may be added, never changed.

A pull answers lines of NDJSON: a `PageStart`, then `RecordLine`, `JoinLine` and `LeaveLine` in `seq`
order, then a `PageEnd`. A page without its end line is discarded.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, TypeAdapter

from fieldtui.wire.desk import Desk, Errand, ErrandResult
from fieldtui.wire.fields import (
    AnyScope,
    Body,
    CitizenScope,
    DayText,
    InstantText,
    LogText,
    Message,
    Number,
    RecordId,
    ShortText,
)
from fieldtui.wire.organisation import OrganisationKey, WipeOrder

PROTOCOL_VERSION: Final = 1
PROTOCOL_HEADER: Final = "fieldtui-protocol"
DEVICE_HEADER: Final = "fieldtui-device"
SEQUENCE_HEADER: Final = "fieldtui-seq"
AUDIT_HEADER: Final = "fieldtui-audit"
"""How far the device's vault has come: `seq:mac:epoch:proof`."""
ANCHOR_HEADER: Final = "fieldtui-anchor"
"""In an answer to a device that is behind: the furthest it has ever said, as it said it."""
"""Head of the device's access log, `seq:mac`, and the vault's epoch: `seq:mac:epoch`."""
NDJSON: Final = "application/x-ndjson"
PROBLEM_JSON: Final = "application/problem+json"

PAGE_LINES: Final = 1_000
PAGE_BYTES: Final = 1_048_576


Role = Literal["consultant", "treatment", "leader"]
AssignmentRole = Literal["primary", "substitute", "treatment"]
LeaveReason = Literal["reassigned", "ended", "erased"]


def _known_reason(said: Any) -> Any:
    """A reason that this version has no word for ends the scope all the same."""
    return said if not isinstance(said, str) or said in get_args(LeaveReason) else "ended"


class Person(Message):
    """A member of staff, as colleagues see them."""

    id: ShortText
    initials: ShortText
    name: ShortText
    role: Role
    unit: ShortText | None = None
    """Of a treatment worker: the unit, as consents name it."""


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
    ruleset_versions: dict[str, int] = {}  # noqa: RUF012  pydantic copies it
    notices: tuple[str, ...] = ()
    people: tuple[Person, ...] | None = None
    """The organisation's staff; only when it changed since the cursor."""
    assignments: dict[RecordId, Assigned] | None = None
    """By citizen id, what this device's consultant is to each citizen; only when it changed since the cursor."""
    desk: Desk | None = None
    """What this device's consultant is offered, asked and told; whole, and only when it changed since the cursor."""
    organisation_keys: tuple[OrganisationKey, ...] | None = None
    """The organisation's offline keys, oldest first; only when they changed since the cursor."""
    wipe_order: WipeOrder | None = None
    """For a device that shall send what it has and then destroy its keys."""


class Assigned(Message):
    """This consultant's tie to one citizen, and who has the primary one."""

    role: AssignmentRole
    until: DayText | None = None
    """Last day (ISO date) of a substitute."""
    primary: ShortText | None = None
    """Consultant id of the one the citizen belongs to."""
    substitutes: tuple[Substitute, ...] | None = None
    """Everyone who stands in for that one, where anybody does."""


class Substitute(Message):
    """Somebody who stands in for a citizen's consultant."""

    consultant: ShortText
    """Consultant id."""
    until: DayText | None = None
    """Last day (ISO date)."""


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
    reason: Annotated[LeaveReason, BeforeValidator(_known_reason)]
    why: LogText | None = None
    """Where the citizen was erased: the reason the office gave, for the person to read."""


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
    clock_offset_ms: Annotated[int, Field(strict=True)] = 0


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
    errands: tuple[Errand, ...] = ()
    """Carried out after the changes, in order."""
    cursor: str | None = None
    """How far the device has come: a central system that was restored from a backup since takes nothing on top of what
    it does not have any more, and answers `cursor-reset`."""


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
    errands: tuple[ErrandResult, ...] = ()
    """One result per errand, in order; none from a system that knows no errands."""


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
    organisation_keys: tuple[OrganisationKey, ...] = ()
    """The organisation's offline keys, oldest first; the last one is in force."""
    ca: Annotated[str, Field(max_length=100_000)] | None = None
    """The certificate authority to pin (PEM); `None` for the system's store."""


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
    last_seq: int | None = Field(default=None, ge=0, lt=10**18)
    """With `replay`: the highest sequence number counted of this device; the next must be above it."""
    kept_seq: int | None = Field(default=None, ge=0, lt=1 << 62)
    """With `cursor-reset` after a restore: changes up to this number are still here, what came after is not."""
    wipe_order: WipeOrder | None = None
    """With `wipe`: the order, to be proven with the organisation's key before anything is done."""
    organisation_keys: tuple[OrganisationKey, ...] | None = None
    """With `wipe`: the organisation's offline keys, for a device that has not heard of a new one."""

    @property
    def name(self) -> str:
        """The part of the type that this protocol defines."""
        return self.type.removeprefix(PROBLEM_PREFIX)
