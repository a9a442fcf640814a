"""What a team leader's device asks and is told under `/v1/team`, version 1.

A leader answers for who does what and when, not for the content of cases: a citizen is an id and a call code here, never a
name, a number, an address or a text.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from fieldtui.wire.fields import DayText, InstantText, Message, Number, RecordId, ShortText
from fieldtui.wire.messages import AssignmentRole, Person

MOST_COVERS: Final = 2_000
"""Citizens in one act; a caseload is a few dozen."""

Reason = Annotated[str, Field(min_length=1, max_length=500)]
Code = Annotated[str, Field(min_length=1, max_length=32)]


# --- the picture ------------------------------------------------------------------------------


class Standin(Message):
    """Somebody who stands in for a citizen's consultant."""

    consultant: ShortText
    until: DayText | None = None
    """Last day."""


class TeamCitizen(Message):
    """A citizen as a leader sees one."""

    id: RecordId
    code: ShortText
    """What lists call the citizen (`K7Q4`)."""
    enrolled: bool = True
    """False from the day of discharge."""
    primary: ShortText | None = None
    """Consultant id; `None` where the citizen is nobody's."""
    standins: tuple[Standin, ...] = ()
    past_at_import: Number = 0
    """Deadlines that were over before they came here with an extract."""


class TeamMeeting(Message):
    """A meeting of the day."""

    id: RecordId
    consultants: tuple[ShortText, ...]
    """Who holds it first, then who takes part."""
    citizen: RecordId | None = None
    kind: ShortText | None = None
    """`None` for a meeting about treatment, which is nobody else's to know."""
    starts_at: InstantText
    minutes: Number
    place: ShortText = ""
    """Empty where it would tell of treatment."""
    status: ShortText


class TeamDeadline(Message):
    """A deadline that was not kept."""

    citizen: RecordId
    kind: ShortText
    rule: ShortText
    version: Number
    due_on: DayText
    confirmed: bool = True
    """True where the municipality has confirmed the rule."""


class TeamDevice(Message):
    """A device of the organisation."""

    id: ShortText
    consultant: ShortText
    name: ShortText
    app_version: ShortText
    enrolled_at: InstantText
    last_seen_at: InstantText | None = None
    """Its last contact."""
    waiting: Number | None = None
    """Changes it had not sent when it was last in contact; `None` where it did not say."""
    waiting_since: InstantText | None = None
    """When the oldest of them was made."""
    revoked_at: InstantText | None = None
    lost_at: InstantText | None = None
    code_used_again_at: InstantText | None = None
    """An alarm: when another machine last tried the code that let this one in."""
    wipe_delivered_at: InstantText | None = None
    """When it was handed an order to wipe itself."""
    set_back: ShortText | None = None
    """How its vault last went backwards: `older` (an older copy was used), `restored` (put back by somebody with its key)
    or `forked` (two copies are in use)."""
    set_back_at: InstantText | None = None


class TeamEnrolment(Message):
    """A device that waits to be approved."""

    reference: ShortText
    """Names it in `Approval`; says nothing about its code."""
    consultant: ShortText
    device_name: ShortText
    code_used_again_at: InstantText | None = None
    """An alarm: when another machine last tried the same code; the one that waits may not be the right one."""
    words: tuple[ShortText, ...]
    asked_at: InstantText


class TeamPicture(Message):
    """The team as it stands."""

    made_at: InstantText
    day: DayText
    people: tuple[Person, ...]
    citizens: tuple[TeamCitizen, ...]
    meetings: tuple[TeamMeeting, ...]
    overdue: tuple[TeamDeadline, ...]
    devices: tuple[TeamDevice, ...]
    enrolments: tuple[TeamEnrolment, ...]


# --- acts -------------------------------------------------------------------------------------


class CodeRequest(Message):
    """A code for a colleague's new device."""

    initials: ShortText


class CodeAnswer(Message):
    """What the colleague types."""

    code: ShortText
    url: Annotated[str, Field(max_length=2_000)]
    expires_at: InstantText


class WaitingRequest(Message):
    """Which device waits on this code?"""

    code: Code


class Approval(Message):
    """The words were compared: let the device in. Exactly one of `reference` and `code` is given."""

    reference: ShortText | None = None
    code: Code | None = None
    words: Annotated[tuple[ShortText, ...], Field(max_length=12)]
    """As they stood on both screens; refused where the waiting device has others."""


class Cover(Message):
    """One citizen and who takes over."""

    citizen: RecordId
    consultant: ShortText


class Substitution(Message):
    """Somebody is away: who stands in for which citizens, and until when."""

    away: ShortText
    covers: Annotated[tuple[Cover, ...], Field(min_length=1, max_length=MOST_COVERS)]
    until: DayText
    """Last day, today or later."""


class HandOver(Message):
    """Citizens who get another consultant for good."""

    covers: Annotated[tuple[Cover, ...], Field(min_length=1, max_length=MOST_COVERS)]


class Revocation(Message):
    """Shut a device out."""

    device: ShortText
    reason: Reason


class Loss(Message):
    """A device is lost."""

    device: ShortText
    reason: Reason
    revoke: bool = True
    """Shut it out in the same act."""


class Acted(Message):
    """What an act changed."""

    changed: Number
    """How many citizens or devices; 0 where everything was so already."""
    device: ShortText | None = None
    """The device's id, where the act is about one."""


class Holding(Message):
    """How many citizens a lost device held, as what."""

    role: AssignmentRole
    citizens: Number


class Held(Message):
    """How many records of a collection a lost device held."""

    collection: ShortText
    records: Number


class LastHeard(Message):
    """What the access log of a lost device says, as far as it came up."""

    entries: Number
    """How many entries the central system holds."""
    missing: Number | None = None
    """How many more the device had when it was last in contact; `None` where it never said."""
    last_at: InstantText | None = None
    """When the newest of those held was written."""
    unlocked_at: InstantText | None = None
    """When its vault was last opened, as far as is known."""
    wrong_tries: Number
    """Wrong passphrases that were tried on it, as far as is known."""
    bound: ShortText | None = None
    """The store of secrets that the passphrase needs besides, `none`, or `None` where the device never said."""
    open_lists: Number
    """Lists and files written in the clear in the last week before its last entry; they may lie on it still."""
    backups_elsewhere: Number
    """Backups that were taken to another place than the machine itself."""


class LostSheet(Message):
    """What is known of a lost device: what was on it, and what may be lost with it."""

    kind: Literal["lost"] = "lost"
    organisation: ShortText
    device: TeamDevice
    consultant: Person
    holdings: tuple[Holding, ...]
    """After today's assignments; the device may hold more or less by what changed since its last contact."""
    protected: Number
    """How many of the citizens have a protected address."""
    held: tuple[Held, ...]
    lease_until: InstantText | None = None
    """After it nothing can be written on the device."""
    heard: LastHeard | None = None
    """What its access log says; `None` from a central system that does not tell."""
    wipe_ordered_at: InstantText | None = None
    """When an order to wipe itself was laid out for it."""
    made_at: InstantText
