"""“Last synced” moves only when a whole sync finished, and what must be reported at once is sent first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx2
import pytest

from fieldtui.base.errors import DiskFull, FieldtuiError
from fieldtui.sync import engine
from tests.sync.office import Device, Office

Change = Callable[[httpx2.Request, int, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]


def _cut(method: str) -> Change:
    """Half of the answers to one method's requests."""

    def change(
        request: httpx2.Request, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        return status, headers, body[: len(body) // 2] if request.method == method else body

    return change


def _page_cut(device: Device) -> None:
    device.network.change = _cut("GET")


def _push_cut(device: Device) -> None:
    device.network.change = _cut("POST")


def _request_lost(device: Device) -> None:
    device.network.lose_request = lambda request: request.method == "POST"


def _answer_lost(device: Device) -> None:
    device.network.lose_response = lambda request: request.method == "POST"


def _a_while_after(device: Device) -> datetime:
    """When the device last synced; it is some seconds ago by now."""
    last = device.syncing.last()
    assert last is not None
    device.clock.advance(timedelta(seconds=5))
    return last


@pytest.mark.parametrize("fault", [_page_cut, _push_cut, _request_lost, _answer_lost])
def test_a_sync_that_is_cut_leaves_last_synced_where_it_was(office: Office, fault: Callable[[Device], None]) -> None:
    citizen_id = office.citizen()
    device = office.device()
    before = _a_while_after(device)
    device.edit(citizen_id, job_goal="køkken")
    fault(device)
    with pytest.raises(FieldtuiError):
        device.sync()
    assert device.syncing.last() == before
    device.network.change = None
    device.network.lose_request = device.network.lose_response = lambda _request: False
    assert device.sync().finished
    after = device.syncing.last()
    assert after is not None
    assert after > before
    assert office.body(citizen_id)["job_goal"] == "køkken"


def test_a_purge_that_fails_leaves_last_synced_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    citizen_id = office.citizen()
    device = office.device()
    before = _a_while_after(device)
    office.assign(citizen_id, "TB")

    def full(_store: object) -> int:
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(engine, "purge", full)
        with pytest.raises(DiskFull):
            device.sync()
    assert device.syncing.last() == before
    assert device.sync().purged == 1


def test_a_sync_that_is_stopped_leaves_last_synced_where_it_was(office: Office) -> None:
    citizen_id = office.citizen()
    device = office.device()
    before = _a_while_after(device)
    device.edit(citizen_id, job_goal="køkken")
    answers = iter([False, True])
    report = device.sync(cancelled=lambda: next(answers, True))
    assert not report.finished
    assert device.syncing.last() == before
    assert [row.state for row in device.workspace.waiting.list()] == ["waiting"]


def test_summons_and_attendance_reach_the_office_before_what_was_written_earlier(office: Office) -> None:
    citizen_id = office.citizen()
    device = office.device()
    casework = device.workspace.casework
    (note_id,) = casework.create("note", {"citizen_id": citizen_id, "text": "Vil gerne i køkken"}).record_ids
    device.edit(citizen_id, job_goal="køkken")
    summons = {"citizen_id": citizen_id, "kind": "jobsamtale", "starts_at": "2026-11-24T10:00+01:00"}
    (meeting_id,) = casework.create("appointment", summons).record_ids
    device.sync()
    order = [office.revisions(each)[-1].seq for each in (meeting_id, note_id, citizen_id)]
    assert order == sorted(order)
