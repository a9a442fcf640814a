"""Appointments in each other's way, series, rebooking, who comes without one; and the citizen's wishes carried along."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from fieldtui.base.clock import COPENHAGEN, FixedClock
from fieldtui.base.errors import BadUsage
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.domain.series import series
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import TB, add_citizen


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


def book(workspace: Workspace, citizen: str | None, starts_at: str, **more: object) -> str:
    values = {"citizen_id": citizen, "kind": "opfoelgning", "starts_at": starts_at, **more}
    return workspace.casework.book(values).record_ids[0]


def read(workspace: Workspace, record_id: str) -> Appointment:
    record = workspace.lookup.get(record_id).record
    assert isinstance(record, Appointment)
    return record


def all_of(workspace: Workspace) -> list[Appointment]:
    return [stored.record for stored in workspace.lookup.list("appointment")]


# --- in each other's way ------------------------------------------------------------------------------


def test_a_colleagues_meeting_with_the_same_citizen_or_in_the_same_room_is_named_when_booking(
    workspace: Workspace,
) -> None:
    fatima, ali = add_citizen(workspace), add_citizen(workspace, "Ali", "Demir")
    book(workspace, fatima, "2026-11-24T10:00", consultant_id=TB.id, place="Kvartershuset, lokale 4")
    same = workspace.casework.book({"citizen_id": fatima, "kind": "mentor", "starts_at": "2026-11-24T10:30"})
    assert "24-11 kl. 10:30: Fatima A. har to aftaler på samme tid." in same.warnings
    room = {"citizen_id": ali, "kind": "mentor", "starts_at": "2026-11-24T10:15", "place": "kvartershuset,  Lokale 4"}
    warned = workspace.casework.book({**room, "consultant_id": "01968000-0000-7000-8000-00000000000c"}).warnings
    assert any("samme lokale" in warning for warning in warned)
    house = {**room, "place": "Kvartershuset", "consultant_id": "01968000-0000-7000-8000-00000000000d"}
    assert not any("samme lokale" in warning for warning in workspace.casework.book(house).warnings)


@pytest.mark.parametrize(
    ("place", "starts_at", "form", "warned"),
    [
        ("Jobcenteret", "2026-11-24T10:50", "personal", True),
        ("Jobcenteret", "2026-11-24T11:05", "personal", False),
        ("Bernstorffsgade 17", "2026-11-24T11:05", "personal", True),
        ("Kvartershuset, lokale 2", "2026-11-24T10:45", "personal", False),
        ("Jobcenteret", "2026-11-24T10:50", "phone", False),
        (None, "2026-11-24T10:50", "personal", False),
    ],
)
def test_the_way_between_two_places_takes_what_the_rule_says(
    workspace: Workspace, place: str | None, starts_at: str, form: str, warned: bool
) -> None:
    book(workspace, add_citizen(workspace), "2026-11-24T10:00", place="Kvartershuset, lokale 4")
    values = {"kind": "team", "title": "Møde", "starts_at": starts_at, "place": place, "form": form}
    done = workspace.casework.book({name: value for name, value in values.items() if value})
    assert any("vejen tager" in warning for warning in done.warnings) is warned


def test_what_came_by_a_sync_is_found_again_every_day_until_it_is_over(workspace: Workspace, clock: FixedClock) -> None:
    one, other = add_citizen(workspace), add_citizen(workspace, "Ali", "Demir")
    # Not booked but put, as a sync leaves them: nobody was there to be warned.
    workspace.casework.create("appointment", {"citizen_id": one, "kind": "mentor", "starts_at": "2026-11-24T10:00"})
    workspace.casework.create("appointment", {"citizen_id": other, "kind": "mentor", "starts_at": "2026-11-24T10:30"})
    [found] = workspace.casework.collisions(date(2026, 11, 23), date(2026, 12, 7))
    assert (
        workspace.casework.collision_sentence(found) == "24-11 kl. 10:30: Fatima A. og Ali D. ligger oven i hinanden."
    )
    workspace.casework.cancel(found.second.id, "staff", "flyttes")
    assert workspace.casework.collisions(date(2026, 11, 23), date(2026, 12, 7)) == ()
    workspace.undo.undo()
    clock.advance(timedelta(days=2))
    assert workspace.casework.collisions(date(2026, 11, 23), date(2026, 12, 7)) == ()


# --- series -------------------------------------------------------------------------------------------


def test_a_series_is_appointments_of_their_own_that_one_undo_takes_back(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, enrolled_on="2026-11-20", visitation_category="aktivitetsparat")
    values = {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": "2026-11-25T10:00"}
    done = workspace.casework.book_series(values, 2, count=4)
    found = sorted(all_of(workspace), key=lambda each: each.starts_at)
    assert [each.starts_at.isoformat() for each in found] == [
        "2026-11-25T10:00:00+01:00", "2026-12-09T10:00:00+01:00", "2026-12-23T10:00:00+01:00", "2027-01-06T10:00:00+01:00",
    ]  # fmt: skip
    assert len({each.series_id for each in found}) == 1
    assert len(done.record_ids) == 4
    assert [each.due_on for each in found] == [date(2026, 11, 27), None, None, None]
    assert all(each.statutory for each in found)
    workspace.undo.undo()
    assert all_of(workspace) == []


def test_the_hour_on_the_wall_stays_when_the_clocks_change_and_an_hour_that_is_missing_is_refused(
    workspace: Workspace,
) -> None:
    citizen = add_citizen(workspace)
    values = {"citizen_id": citizen, "kind": "mentor", "starts_at": "2027-03-23T09:00"}
    workspace.casework.book_series(values, 1, count=2)
    assert [each.starts_at.isoformat() for each in all_of(workspace)] == [
        "2027-03-23T09:00:00+01:00", "2027-03-30T09:00:00+02:00",
    ]  # fmt: skip
    with pytest.raises(BadUsage) as refused:
        workspace.casework.book_series({**values, "starts_at": "2027-10-24T02:30"}, 1, count=2)
    assert "stilles uret" in refused.value.message
    assert len(all_of(workspace)) == 2


def test_a_holiday_is_left_out_or_moved_with_a_word(workspace: Workspace) -> None:
    values = {"kind": "team", "title": "Teammøde", "starts_at": "2026-12-18T09:00"}
    skipped = workspace.casework.book_series(values, 1, until=date(2027, 1, 8))
    assert "Sprunget over, fordi det er helligdag: 25-12, 01-01." in skipped.warnings
    assert len(skipped.record_ids) == 2
    moved = workspace.casework.book_series(values, 1, until=date(2026, 12, 28), on_holiday="move")
    assert "25-12 er helligdag; aftalen er lagt 28-12." in moved.warnings


def test_stopping_a_series_cancels_what_is_planned_from_there_on(workspace: Workspace, clock: FixedClock) -> None:
    values = {"citizen_id": add_citizen(workspace), "kind": "mentor", "starts_at": "2026-11-24T09:00"}
    first, second, third = workspace.casework.book_series(values, 1, count=3).record_ids
    clock.advance(timedelta(days=1, hours=2))
    workspace.casework.register(first, Attendance.ATTENDED)
    workspace.casework.stop_series(second, "borgeren er i job")
    states = [read(workspace, each).status for each in (first, second, third)]
    assert states == [Attendance.ATTENDED, Attendance.CANCELLED_STAFF, Attendance.CANCELLED_STAFF]
    workspace.undo.undo()
    assert read(workspace, third).status is Attendance.PLANNED
    with pytest.raises(BadUsage):
        workspace.casework.stop_series(second, " ")
    alone = book(workspace, None, "2026-11-26T09:00", kind="team")
    with pytest.raises(BadUsage):
        workspace.casework.stop_series(alone, "færdig")


@pytest.mark.parametrize("bounds", [{}, {"count": 0}, {"count": 61}, {"until": date(2026, 11, 1)}])
def test_a_series_without_an_end_or_with_nothing_in_it_is_refused(bounds: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="series"):
        series(date(2026, 11, 24), 1, **bounds)  # type: ignore[arg-type]


# --- the citizen --------------------------------------------------------------------------------------


def test_wishes_and_needs_go_along_to_the_booking_but_no_protected_number(workspace: Workspace) -> None:
    wish: dict[str, Any] = {"contact_preference": "SMS om\nformiddagen", "practical_needs": ["tolk: somali"]}
    record = read(workspace, book(workspace, add_citizen(workspace, **wish), "2026-11-24T10:00"))
    assert (record.contact_options, record.practical_needs) == ("SMS om formiddagen", ("tolk: somali",))
    given = book(
        workspace, add_citizen(workspace, **wish), "2026-11-24T12:00", practical_needs=[], contact_options="brev"
    )
    assert (read(workspace, given).contact_options, read(workspace, given).practical_needs) == ("brev", ())
    hidden = add_citizen(
        workspace,
        address_protected=True,
        phone="12345678",
        contact_preference="ring på 12 34 56 78",
        address="Havnegade 1",
    )
    assert read(workspace, book(workspace, hidden, "2026-11-25T10:00")).contact_options is None


def test_rebooking_is_counted_and_what_the_summons_says_is_warned_about(
    workspace: Workspace, clock: FixedClock
) -> None:
    appointment = book(workspace, add_citizen(workspace), "2026-11-26T10:00", rebook_allowed=True)
    assert read(workspace, appointment).rebook_until == date(2026, 11, 25)
    for number, day in enumerate(("27", "30"), start=1):
        done = workspace.casework.move(appointment, at(f"2026-11-{day}T10:00"), by="citizen")
        assert (read(workspace, appointment).rebookings, done.warnings) == (number, ())
    assert read(workspace, appointment).rebook_until == date(2026, 11, 29)
    warned = workspace.casework.move(appointment, at("2026-12-01T10:00"), by="citizen").warnings
    assert warned == ("Borgeren har allerede flyttet mødet 2 gange.",)
    clock.advance(timedelta(days=8))
    late = workspace.casework.move(appointment, at("2026-12-03T10:00"), by="citizen").warnings
    assert "Borgeren kunne ombooke til den 30-11." in late
    workspace.casework.move(appointment, at("2026-12-04T10:00"))
    assert read(workspace, appointment).rebookings == 4


@pytest.mark.parametrize("ticked", [False, True])
def test_who_comes_without_an_appointment_is_a_contact_and_a_jobsamtale_only_when_that_is_said(
    workspace: Workspace, ticked: bool
) -> None:
    citizen = add_citizen(workspace)
    workspace.casework.drop_in(citizen, as_interview=ticked, text="Kom forbi og spurgte om praktik.")
    case = workspace.lookup.open_citizen(citizen)
    [met] = [stored.record for stored in case.appointments]
    assert (met.kind, met.status, met.unannounced) == (
        "jobsamtale" if ticked else "andet", Attendance.ATTENDED, True,
    )  # fmt: skip
    assert (met.starts_at, met.status_at) == (at("2026-11-23T08:00"), at("2026-11-23T08:15"))
    assert [stored.record.text for stored in case.notes] == ["Kom forbi og spurgte om praktik."]
    workspace.undo.undo()
    assert workspace.lookup.open_citizen(citizen).appointments == ()
