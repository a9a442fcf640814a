"""Noticing a device whose vault goes backwards: an older copy, one put back from a backup, or two copies in use.

A device says with every request how far its vault has come (docs/adr/0015-anchors.md). The furthest is kept. Nothing is
refused because of it: whoever put the copy back, its owner has work to do, and a person looks at what was recorded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

_HEAD: Final = re.compile(r"(\d{1,16}):([!-9;-~]{1,100}):(\d{1,16})(:[0-9a-f]{32})?\Z")

Kind = Literal["older", "restored", "forked"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a device's word means, held against the furthest it has said."""

    anchor: str | None
    """The furthest head from now on."""
    set_back: Kind | None
    """How it went backwards just now; `None` where it did not."""
    tell: str | None
    """What the device is to be reminded of; `None` where it knows."""


def held_against(anchor: str | None, said: str | None) -> Standing:
    """Compare what a device says of its vault with the furthest it has ever said.

    Args:
        anchor: The furthest head so far; `None` where it never said one.
        said: The head it says now; one that cannot be read says nothing.
    """
    now = _HEAD.match(said or "")
    before = _HEAD.match(anchor or "")
    if now is None:
        return Standing(anchor, None, None)
    if before is None:
        return Standing(said, None, None)
    epochs, entries = (int(before[3]), int(now[3])), (int(before[1]), int(now[1]))
    if epochs[1] < epochs[0]:
        return Standing(anchor, "older", anchor if before[4] else None)
    if entries[1] < entries[0]:
        return Standing(said, "restored", None)
    return Standing(said, "forked" if entries[0] == entries[1] and before[2] != now[2] else None, None)
