"""What the office did not take stays visible with its reason, and a person can send it again, correct it or give it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.domain.envelope import SyncState
from fieldtui.services.workspace import Workspace
from fieldtui.store.outbox import Outbox
from fieldtui.wire.messages import Parked, Rejected
from tests.support.workspaces import add_citizen, as_synced, make_workspace


def _refused(workspace: Workspace, record_id: str, type_: str = "validation", field: str | None = None) -> str:
    outbox = Outbox(workspace.store)
    entry = next(entry for entry in outbox.all("waiting") if entry.record_id == record_id)
    outbox.reject(entry, Rejected(op_id=entry.op_id, type=f"urn:fieldtui:problem:{type_}", detail="x", field=field))
    return entry.op_id


@pytest.fixture
def citizen(tmp_path: Path):  # type: ignore[no-untyped-def]
    with make_workspace(tmp_path) as workspace:
        citizen_id = add_citizen(workspace, job_goal="lager")
        as_synced(workspace.store, citizen_id)
        workspace.casework.update(citizen_id, {"job_goal": "køkken"})
        yield workspace, citizen_id


def test_a_refused_change_is_sent_again_under_a_new_op_id(citizen: tuple[Workspace, str]) -> None:
    workspace, citizen_id = citizen
    op_id = _refused(workspace, citizen_id, field="job_goal")
    (row,) = workspace.waiting.list()
    assert (row.state, row.field) == ("rejected", "job_goal")
    assert row.why == "Jobmål: Kontoret kan ikke bruge værdien. Ret den, så sendes den igen."
    (again,) = workspace.waiting.retry(op_id)
    assert (again.state, again.reason, again.record_id) == ("waiting", None, citizen_id)
    assert again.op_id != op_id
    with pytest.raises(BadUsage) as refused:
        workspace.waiting.retry(citizen_id)
    assert "venter allerede" in refused.value.message
    assert workspace.waiting.retry() == ()


def test_what_was_parked_or_is_not_there_cannot_be_sent_again(citizen: tuple[Workspace, str]) -> None:
    workspace, _citizen_id = citizen
    (entry,) = Outbox(workspace.store).all()
    Outbox(workspace.store).park(entry, Parked(op_id=entry.op_id, reason="reassigned"))
    with pytest.raises(BadUsage) as refused:
        workspace.waiting.retry(entry.op_id)
    assert "borgerens nye konsulent" in refused.value.message
    with pytest.raises(NotFound):
        workspace.waiting.retry("01968000-0000-7000-8000-0000000000ff")


def test_a_change_that_is_given_up_leaves_what_the_office_has_and_can_be_taken_back(
    citizen: tuple[Workspace, str],
) -> None:
    workspace, citizen_id = citizen
    op_id = _refused(workspace, citizen_id)
    workspace.waiting.give_up(op_id)
    stored = workspace.lookup.get(citizen_id)
    assert (stored.record.job_goal, stored.sync_state) == ("lager", SyncState.SYNCED)
    assert workspace.waiting.list() == ()
    assert workspace.undo.undo() is not None
    stored = workspace.lookup.get(citizen_id)
    assert (stored.record.job_goal, stored.sync_state) == ("køkken", SyncState.PENDING)


def test_what_was_never_taken_and_is_given_up_is_annulled_here_and_never_sent(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen_id = add_citizen(workspace)
        workspace.waiting.give_up(_refused(workspace, citizen_id, "forbidden"))
        assert workspace.waiting.list() == ()
        assert workspace.lookup.get(citizen_id).annulled_at is not None


def test_the_corrected_record_waits_and_forgets_the_reason(citizen: tuple[Workspace, str]) -> None:
    workspace, citizen_id = citizen
    _refused(workspace, citizen_id)
    workspace.casework.update(citizen_id, {"job_goal": "kantine"})
    (row,) = workspace.waiting.list()
    assert (row.state, row.reason) == ("waiting", None)
