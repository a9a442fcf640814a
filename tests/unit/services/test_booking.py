"""Appointments: booked with their deadline, moved, cancelled, and registered only once they have begun."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fieldtui.base.clock import COPENHAGEN, FixedClock
from fieldtui.base.errors import BadUsage, InvalidRecords, NotFound
from fieldtui.domain.records import Attendance
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import TB, add_citizen, as_synced


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


def book(workspace: Workspace, citizen: str, starts_at: str, kind: str = "opfoelgning", **more: object) -> str:
    values = {"citizen_id": citizen, "kind": kind, "starts_at": starts_at, **more}
    return workspace.casework.book(values).record_ids[0]


def test_a_jobsamtale_gets_the_open_deadline_and_its_rule(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, enrolled_on="2026-11-20", visitation_category="aktivitetsparat")
    record = workspace.lookup.get(book(workspace, citizen, "2026-11-25T10:00", "jobsamtale")).record
    assert (record.due_on, record.due_rule_id, record.statutory) == (date(2026, 11, 27), "jobsamtale.first", True)
    assert record.due_rule_version >= 1
    other = workspace.lookup.get(book(workspace, citizen, "2026-11-25T12:00")).record
    assert (other.due_on, other.statutory) == (None, False)


def test_an_overlap_is_warned_about_with_free_times_but_not_refused(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    book(workspace, citizen, "2026-11-24T10:00")
    done = workspace.casework.book({"citizen_id": citizen, "kind": "mentor", "starts_at": "2026-11-24T10:30"})
    assert any("Kl. 10:00" in warning for warning in done.warnings)
    assert any("08:00" in warning for warning in done.warnings)


def test_overlaps_count_neither_cancelled_ones_nor_colleagues_nor_neighbours(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    first = book(workspace, citizen, "2026-11-24T10:00")
    book(workspace, citizen, "2026-11-24T10:00", consultant_id=TB.id)
    assert [stored.id for stored in workspace.casework.overlaps(at("2026-11-24T10:30"), 30)] == [first]
    assert workspace.casework.overlaps(at("2026-11-24T10:30"), 30, exclude=first) == ()
    assert workspace.casework.overlaps(at("2026-11-24T10:45"), 30) == ()
    workspace.casework.cancel(first, "staff", "syg")
    assert workspace.casework.overlaps(at("2026-11-24T10:30"), 30) == ()


def test_free_slots_leave_out_what_is_taken_past_and_days_off(workspace: Workspace) -> None:
    book(workspace, add_citizen(workspace), "2026-11-24T08:30", duration_minutes=420)
    assert workspace.casework.free_slots(date(2026, 11, 24), 30) == (at("2026-11-24T08:00"), at("2026-11-24T15:30"))
    assert workspace.casework.free_slots(date(2026, 11, 23), 45)[0] == at("2026-11-23T08:30")
    assert workspace.casework.free_slots(date(2026, 11, 22), 45) == ()
    assert workspace.casework.free_slots(date(2026, 12, 25), 45) == ()


def test_moving_keeps_the_deadline_and_says_when_it_is_passed(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, enrolled_on="2026-11-20", visitation_category="aktivitetsparat")
    appointment = book(workspace, citizen, "2026-11-25T10:00", "jobsamtale")
    done = workspace.casework.move(appointment, at("2026-11-30T11:00"), 60)
    record = workspace.lookup.get(appointment).record
    assert (record.starts_at, record.duration_minutes) == (at("2026-11-30T11:00"), 60)
    assert record.due_on == date(2026, 11, 27)
    assert any("27-11" in warning for warning in done.warnings)
    assert "mandag 30-11 kl. 11:00" in done.message


@pytest.mark.parametrize("status", [Attendance.ATTENDED, Attendance.NO_SHOW])
def test_attendance_is_refused_until_the_meeting_has_begun(
    workspace: Workspace, clock: FixedClock, status: Attendance
) -> None:
    appointment = book(workspace, add_citizen(workspace), "2026-11-23T09:00")
    clock.advance(timedelta(minutes=44))
    with pytest.raises(BadUsage, match="BadUsage") as refused:
        workspace.casework.register(appointment, status)
    assert "kl. 09:00" in refused.value.message
    assert workspace.lookup.get(appointment).record.status is Attendance.PLANNED
    clock.advance(timedelta(minutes=1))
    workspace.casework.register(appointment, status)
    record = workspace.lookup.get(appointment).record
    assert (record.status, record.status_at) == (status, at("2026-11-23T09:00"))


def test_after_a_no_show_nothing_happens_but_a_suggestion(workspace: Workspace, clock: FixedClock) -> None:
    citizen = add_citizen(workspace)
    appointment = book(workspace, citizen, "2026-11-23T09:00")
    clock.advance(timedelta(hours=2))
    before = workspace.lookup.open_citizen(citizen)
    done = workspace.casework.register(appointment, Attendance.NO_SHOW)
    after = workspace.lookup.open_citizen(citizen)
    assert "find en ny tid" in done.message
    assert (after.tasks, after.notes, len(after.appointments)) == (before.tasks, before.notes, 1)


@pytest.mark.parametrize(
    ("hours_before", "status"),
    [(25, Attendance.CANCELLED_CITIZEN), (24, Attendance.CANCELLED_CITIZEN), (23, Attendance.CANCELLED_CITIZEN_LATE)],
)
def test_a_cancellation_is_late_by_the_rule(
    workspace: Workspace, clock: FixedClock, hours_before: int, status: Attendance
) -> None:
    starts_at = clock.now() + timedelta(hours=hours_before)
    appointment = book(workspace, add_citizen(workspace), starts_at.isoformat())
    workspace.casework.cancel(appointment, "citizen", "syg")
    record = workspace.lookup.get(appointment).record
    assert (record.status, record.status_reason) == (status, "syg")
    workspace.casework.register(appointment, Attendance.CANCELLED_CITIZEN_LATE)
    assert workspace.lookup.get(appointment).record.status is Attendance.CANCELLED_CITIZEN_LATE


def test_attendance_rests_five_minutes_and_can_be_undone_without_a_trace_to_send(
    workspace: Workspace, clock: FixedClock
) -> None:
    appointment = book(workspace, add_citizen(workspace), "2026-11-23T08:00")
    as_synced(workspace.store, appointment)
    workspace.casework.register(appointment, Attendance.NO_SHOW)
    [entry] = workspace.store.db.query("SELECT hold_until FROM outbox WHERE record_id = ?", [appointment])
    assert entry["hold_until"] == "2026-11-23T07:20:00+00:00"
    workspace.undo.undo()
    assert workspace.lookup.get(appointment).record.status is Attendance.PLANNED
    assert workspace.lookup.get(appointment).sync_state == "synced"


def test_only_a_planned_appointment_can_be_moved(workspace: Workspace, clock: FixedClock) -> None:
    appointment = book(workspace, add_citizen(workspace), "2026-11-23T09:00")
    workspace.casework.cancel(appointment, "staff", "syg")
    with pytest.raises(BadUsage):
        workspace.casework.move(appointment, at("2026-11-24T10:00"))
    workspace.casework.register(appointment, Attendance.PLANNED)
    assert workspace.lookup.get(appointment).record.status_at is None
    workspace.casework.annul(appointment, "dobbelt")
    with pytest.raises(BadUsage):
        workspace.casework.move(appointment, at("2026-11-24T10:00"))
    with pytest.raises(NotFound):
        workspace.casework.move(workspace.store.ids.new(), at("2026-11-24T10:00"))


@pytest.mark.parametrize("starts_at", ["2027-03-28T02:30", "2026-10-25T02:30", "i morgen"])
def test_times_that_do_not_exist_or_exist_twice_are_refused(workspace: Workspace, starts_at: str) -> None:
    with pytest.raises(InvalidRecords):
        book(workspace, add_citizen(workspace), starts_at)
    assert workspace.lookup.list("appointment") == ()
