"""What a time collides with, in words: the same in the form, when moving, and in quick-add."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from fieldtui.base.i18n import _
from fieldtui.domain.records import Appointment
from fieldtui.tui.presenters.dates import clock, local, span
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.meetings import collision_text
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import who

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace


def overlap_lines(
    workspace: Workspace, names: Names, starts_at: datetime, minutes: int, *, key: str, exclude: str | None = None
) -> tuple[Line, ...]:
    """What a time overlaps with, and two free times of the same day; nothing where it is free. Asks the calendar.

    Args:
        workspace: Where the calendar is.
        names: How people are shown now.
        starts_at: The beginning.
        minutes: How long.
        key: The key that books all the same, as people write it.
        exclude: Id of the appointment that is being moved; it does not collide with itself.
    """
    others = workspace.casework.overlaps(starts_at, minutes, exclude=exclude)
    if not others:
        return ()
    first = others[0].record
    taken = f"{who(first, names)} {span(first.starts_at, first.ends_at)}"
    free = [clock(slot) for slot in workspace.casework.free_slots(local(starts_at).date(), minutes)[:2]]
    sentences = (
        _("▲ Overlapper {what}.").format(what=taken),
        _("Ledigt: {times}.").format(times=_(" og ").join(free)) if free else _("Ingen ledig tid den dag."),
        _("{key} booker alligevel.").format(key=key),
    )
    return (line(Piece(" ".join(sentences), "warning")),)


def other_collisions(
    workspace: Workspace, names: Names, planned: Appointment, *, exclude: str | None = None
) -> tuple[Line, ...]:
    """What else an appointment would be in the way of: the citizen's time, the room, the way there. Asks the calendar.

    Args:
        workspace: Where the calendar is.
        names: How people are shown now.
        planned: As it would stand.
        exclude: Its own id where it is there already.
    """
    casework = workspace.casework
    named = {each.id for each in casework.overlaps(planned.starts_at, planned.duration_minutes, exclude=exclude)}
    found = [each for each in casework.collisions_of(planned, exclude) if not named & set(each.ids)]
    return tuple(line(Piece(f"▲ {collision_text(each, names)}", "warning")) for each in found[:2])
