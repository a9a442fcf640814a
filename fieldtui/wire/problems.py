"""Error answers after RFC 9457, with the types of this protocol. Never a name, a CPR number or a note in one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from fieldtui.wire.messages import PROBLEM_PREFIX, Problem, ProblemName

STATUS: Final[dict[ProblemName, int]] = {
    "signature": 401,
    "clock": 401,
    "replay": 401,
    "not-enrolled": 401,
    "revoked": 403,
    "wipe": 403,
    "scope-lost": 403,
    "code": 403,
    "cursor-reset": 409,
    "conflict-of-identity": 409,
    "too-large": 413,
    "validation": 422,
    "too-old": 426,
    "rate-limited": 429,
    "unavailable": 503,
}
"""The status that goes with each type (RFC 9110, RFC 6585)."""

_TITLES: Final[dict[ProblemName, str]] = {
    "signature": "The signature does not hold.",
    "clock": "The signature is too old or from the future; see the signed time of this answer.",
    "replay": "This request was received before.",
    "not-enrolled": "This device is not enrolled.",
    "revoked": "This device is revoked.",
    "wipe": "This device is ordered to wipe itself.",
    "scope-lost": "The record is outside what this device may write.",
    "code": "The enrolment code is unknown, used or too old.",
    "cursor-reset": "The cursor is unknown here; pull everything again.",
    "conflict-of-identity": "The id belongs to something else.",
    "too-large": "More than one request may carry.",
    "validation": "The request or a record in it breaks its model.",
    "too-old": "This version is no longer spoken; update.",
    "rate-limited": "Too many requests; see Retry-After.",
    "unavailable": "Not able to answer just now.",
}


def build_problem(name: ProblemName, *, detail: str | None = None, at: datetime | None = None) -> Problem:
    """A problem of this protocol with its status and title.

    Args:
        name: Its name; the type is `urn:fieldtui:problem:<name>`.
        detail: A technical word for the one who reads logs; never personal.
        at: The central system's time, where the receiver may use it.
    """
    return Problem(
        type=PROBLEM_PREFIX + name,
        title=_TITLES[name],
        status=STATUS[name],
        detail=detail,
        server_time=at.astimezone(UTC).isoformat(timespec="seconds") if at else None,
    )


def read_problem(status: int, body: bytes) -> Problem:
    """The problem in an error answer.

    An answer that is none (a proxy's page, say) becomes one named `http-<status>`; nothing of its
    text is kept, because nobody vouches for it.
    """
    try:
        problem = Problem.model_validate_json(body)
    except ValidationError:
        return Problem(type=f"{PROBLEM_PREFIX}http-{status}", title="", status=status)
    if not problem.type.startswith(PROBLEM_PREFIX):
        return Problem(type=f"{PROBLEM_PREFIX}http-{status}", title="", status=status)
    return problem
