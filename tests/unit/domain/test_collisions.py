"""Two appointments in each other's way, and two that are one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.collisions import collisions
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment
from fieldtui.domain.rulebook import RuleBook

METTE, TROELS, FATIMA = (str(UUID(int=at)) for at in (1, 2, 3))
AT = datetime(2026, 11, 25, 15, 30, tzinfo=COPENHAGEN)
ROOM = "Kvartershuset, lokale 1"


def held(*appointments: dict[str, Any]) -> list[str]:
    """Why the appointments, all of half an hour in one room, are in each other's way."""
    plain = {"kind": "team", "title": "Teammøde", "starts_at": AT, "duration_minutes": 30, "place": ROOM}
    stored = [
        Stored(str(UUID(int=100 + at)), Appointment.model_validate(plain | values))
        for at, values in enumerate(appointments)
    ]
    return [each.kind for each in collisions(stored, RuleBook((), {}, ()))]


def test_a_meeting_that_two_colleagues_each_put_in_their_calendar_is_one() -> None:
    assert held({"consultant_id": METTE}, {"consultant_id": TROELS, "title": "teammøde"}) == []


def test_another_meeting_at_another_time_or_about_a_citizen_wants_the_same_room() -> None:
    own = {"consultant_id": METTE}
    assert held(own, {"consultant_id": TROELS, "title": "Netværksmøde"}) == ["room"]
    assert held(own, {"consultant_id": TROELS, "starts_at": AT + timedelta(minutes=15)}) == ["room"]
    assert held(own, {"consultant_id": TROELS, "kind": "jobsamtale", "citizen_id": FATIMA}) == ["room"]


def test_the_same_member_of_staff_twice_is_a_collision_whatever_it_is_called() -> None:
    assert held({"consultant_id": METTE}, {"consultant_id": METTE}) == ["person"]
