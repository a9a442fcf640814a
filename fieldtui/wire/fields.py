"""What the messages are made of: the frozen base, and the bounded kinds of values they carry."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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
Number = Annotated[int, Field(strict=True, ge=0, le=2**53)]
"""A count that every database and every JSON reader can hold."""
RecordId = Annotated[str, Field(pattern=f"^{_UUID}$")]
CitizenScope = Annotated[str, Field(pattern=f"^citizen:{_UUID}$")]
AnyScope = Annotated[str, Field(pattern=f"^(team|citizen:{_UUID})$")]


def _finite(body: dict[str, Any]) -> dict[str, Any]:
    """JSON has neither NaN nor infinity (RFC 8259 § 6); a reader that lets them in could not write them again."""
    left: list[Any] = list(body.values())
    while left:
        value = left.pop()
        if type(value) is str:  # nearly all of them
            continue
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
