"""No act takes a citizen from who has it without giving it to somebody else."""

from __future__ import annotations

from datetime import date, timedelta

from fieldtui.central import administration, planning
from tests.sync.office import Office

MONDAY = date(2026, 11, 30)


def ties(office: Office) -> list[tuple[str, str, str]]:
    return [(row.consultant, row.role, row.state) for row in planning.list_assignments(office.database)]


def test_a_stand_ins_plan_does_not_take_the_citizen_from_who_has_taken_it_over_meanwhile(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("TB")
    administration.assign(office.database, citizen, "TB", "substitute", MONDAY + timedelta(days=4), begins=MONDAY)
    office.assign(citizen, "TB")
    office.clock.advance(timedelta(days=8))
    device.clock.advance(timedelta(days=8))
    device.sync()
    assert ties(office) == [("TB", "primary", "active")]
    assert device.table("assignment", "role, until") == [("primary", None)]


def test_who_hands_over_on_a_day_can_stand_in_from_the_same_day(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    administration.assign(office.database, citizen, "MH", "substitute", MONDAY + timedelta(days=4), begins=MONDAY)
    administration.assign(office.database, citizen, "TB", begins=MONDAY)
    office.clock.advance(timedelta(days=7))
    device.clock.advance(timedelta(days=7))
    device.sync()
    assert ties(office) == [("TB", "primary", "active"), ("MH", "substitute", "active")]


def test_nobody_is_made_the_stand_in_of_themselves(office: Office) -> None:
    citizen = office.citizen("MH")
    assert not administration.assign(office.database, citizen, "MH", "substitute", MONDAY)
    assert ties(office) == [("MH", "primary", "active")]
