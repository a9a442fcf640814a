"""What a member of staff is offered, asked and told beside the records, and the errands that answer it.

A hand-over is an offer to take a citizen over; a parked edit was made before a citizen was handed over and waits for
the new consultant. Both come down with a page, whole, when they changed. Errands go up with a push and are carried
out once, whatever is lost or repeated.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from fieldtui.wire.fields import Body, InstantText, LogText, Message, Number, RecordId, ShortText

ERRANDS: Final = 100
"""Most errands in one push."""
Code = Annotated[str, Field(max_length=40)]
"""A word of this protocol; an unknown one is kept and shown as it is."""


class Handover(Message):
    """An offer to take a citizen over. Until it is accepted the citizen stays where it is."""

    id: RecordId
    citizen_id: RecordId
    label: ShortText
    """First name and initial, or the call code: where the address is protected, and to who no longer has the file."""
    from_id: ShortText | None = None
    """Who had the citizen when it was offered."""
    to_id: ShortText
    offered_by: ShortText
    note: LogText = ""
    """Empty for who neither has the citizen nor is offered it."""
    state: Code
    """`offered`, `accepted`, `rejected`, `withdrawn`, or `lapsed` (the citizen went elsewhere meanwhile)."""
    offered_at: InstantText
    answered_by: ShortText | None = None
    answered_at: InstantText | None = None
    reason: LogText | None = None
    """Why it was rejected."""


class ParkedEdit(Message):
    """An edit that was made before its author's citizen was handed over."""

    op_id: RecordId
    collection: Code
    id: RecordId
    """The record's."""
    citizen_id: RecordId
    label: ShortText
    """As in `Handover`."""
    side: Code
    """`receiver`: this person may accept it; `author`: this person made it, and is told what became of it."""
    author: ShortText
    recorded_at: InstantText
    base_rev: Number
    base: Body | None = None
    """The record as the author saw it; `None` where it is new."""
    body: Body | None = None
    """The record as the author left it; `None` where it was annulled. Only for the receiver."""
    annul: LogText | None = None
    """Why it was annulled. Only for the receiver."""
    state: Code
    """`waiting`, `accepted` or `declined`."""
    answered_by: ShortText | None = None
    answered_at: InstantText | None = None
    reason: LogText | None = None
    """Why it was declined."""


class Desk(Message):
    """Everything of this kind that concerns one member of staff now."""

    handovers: tuple[Handover, ...] = ()
    parked: tuple[ParkedEdit, ...] = ()
    more: bool = False
    """True where there was too much for one page: the rest comes as these are answered."""


class Errand(Message):
    """Something a device asks for that is not a change of a record."""

    errand_id: RecordId
    kind: Code
    """`offer`, `withdraw`, `accept`, `reject` (a hand-over); `accept_parked`, `decline_parked`."""
    about: RecordId
    """The hand-over, whose id an offer chooses; or the parked edit's op id."""
    citizen_id: RecordId | None = None
    """With `offer`."""
    to: ShortText | None = None
    """With `offer`: consultant id."""
    note: LogText | None = None
    """With `offer`."""
    reason: LogText | None = None
    """With `reject` and `decline_parked`."""
    take: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    """With `accept_parked`: fields in conflict where the parked value shall hold. The others stay as they are."""
    seen_rev: Number | None = None
    """With `accept_parked`: the revision the person looked at; `None` where there was no record."""
    recorded_at: InstantText


class ErrandResult(Message):
    """What became of an errand."""

    errand_id: str
    status: Code
    """`done`; `refused`, for good; `changed`: what it was about is no longer as the person saw it, ask again."""
    detail: Code = ""
    """A technical word, never personal."""
