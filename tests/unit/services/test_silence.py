"""Scenario 21: a citizen dies, is imprisoned or admitted. Everything stops at once, and nobody is absent after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadUsage
from fieldtui.domain.records import Attendance
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MONDAY, a_workspace, add_citizen


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def workspace(tmp_path: Path, clock: FixedClock) -> Iterator[Workspace]:
    with a_workspace(tmp_path, clock=clock) as opened:
        yield opened


def test_everything_stops_at_once_and_nobody_is_absent_after_it(
    workspace: Workspace, clock: FixedClock, tmp_path: Path
) -> None:
    casework, today = workspace.casework, MONDAY.date()
    citizen = add_citizen(workspace, "Børge", "Ovesen", visitation_category="aktivitetsparat")
    talk = casework.book({"citizen_id": citizen, "kind": "jobsamtale", "starts_at": "2026-11-23T10:00"}).record_ids[0]
    casework.book({"citizen_id": citizen, "kind": "mentor", "starts_at": "2026-11-26T10:00"})
    casework.create("task", {"citizen_id": citizen, "title": "Ring til lageret", "due_on": "2026-11-24"})
    casework.create("placement", {"citizen_id": citizen, "kind": "smaajob", "starts_on": "2026-11-20"})
    casework.request_treatment(citizen, "SUL141", today - timedelta(days=10))
    before = workspace.agenda.day(today)
    assert {each.kind for each in before.deadlines} >= {"treatment", "follow_along"}
    assert len(before.tasks) == 1
    assert workspace.agenda.forecast(today).tasks
    assert workspace.exports.count(today, today + timedelta(days=7)) == 2

    done = casework.update(citizen, {"silence_reason": "doed", "silence_from": today.isoformat()})
    assert any("2 aftaler står stadig" in warning for warning in done.warnings)
    after, ahead = workspace.agenda.day(today), workspace.agenda.forecast(today)
    assert (after.deadlines, after.tasks, ahead.deadlines, ahead.tasks) == ((), (), (), ())
    assert [each.id for each in after.appointments] == [talk]  # it stands until somebody calls it off
    assert workspace.exports.count(today, today + timedelta(days=7)) == 0
    workspace.exports.appointments(today, today, profile="reception", fmt="csv", output=tmp_path)
    (listed,) = tmp_path.glob("samtaleliste*.csv")
    assert "Børge" not in listed.read_text(encoding="utf-8-sig")

    clock.advance(timedelta(hours=3))
    with pytest.raises(BadUsage) as refused:
        casework.register(talk, Attendance.NO_SHOW)
    assert "Aflys mødet" in refused.value.message
    assert workspace.lookup.get(talk).record.status is Attendance.PLANNED
    casework.cancel(talk, "staff")
    assert workspace.lookup.get(talk).record.status is Attendance.CANCELLED_STAFF


def test_a_meeting_before_the_silence_can_still_be_registered_as_missed(
    workspace: Workspace, clock: FixedClock
) -> None:
    citizen = add_citizen(workspace)
    talk = workspace.casework.book(
        {"citizen_id": citizen, "kind": "mentor", "starts_at": "2026-11-23T09:00"}
    ).record_ids[0]
    clock.advance(timedelta(hours=3))
    workspace.casework.update(citizen, {"silence_reason": "indlagt", "silence_from": "2026-11-24"})
    workspace.casework.register(talk, Attendance.NO_SHOW)
    assert workspace.lookup.get(talk).record.status is Attendance.NO_SHOW
