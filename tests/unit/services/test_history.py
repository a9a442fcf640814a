"""The history of a record shows every step this device knows, the side of a conflict that was not chosen included."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldtui.base.errors import NotFound
from fieldtui.services.history import Version
from fieldtui.services.workspace import Workspace
from tests.support.training import arrive
from tests.support.workspaces import MH, TB, add_citizen, as_synced, make_workspace


def _citizen(workspace: Workspace) -> str:
    citizen_id = add_citizen(workspace, job_goal="lager")
    as_synced(workspace.store, citizen_id)
    return citizen_id


def _told(version: Version) -> tuple[str, str | None, list[tuple[str, object, object]]]:
    return version.origin, version.by, [(each.field, each.old, each.new) for each in version.changes]


def _theirs(workspace: Workspace, citizen_id: str, rev: int = 2, **values: object) -> None:
    body = {**(workspace.store.body_of(citizen_id) or {}), **values}
    arrive(workspace, "citizen", citizen_id, body, rev=rev, author=TB.id)


def test_own_changes_and_those_that_came_stand_with_old_new_who_and_when(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen_id = _citizen(workspace)
        workspace.casework.update(citizen_id, {"job_goal": "køkken"})
        as_synced(workspace.store, citizen_id, rev=2)
        _theirs(workspace, citizen_id, rev=3, job_goal="kantine", benefit="kontanthjaelp", from_2031={"a": [1]})
        came, own, made = workspace.history.of_record(citizen_id)
        origin, by, changes = _told(came)
        assert (origin, by) == ("arrived", TB.id)
        assert sorted(changes, key=lambda change: change[0]) == [
            ("benefit", None, "kontanthjaelp"), ("from_2031", None, {"a": [1]}), ("job_goal", "køkken", "kantine"),
        ]  # fmt: skip
        assert changes[-1][0] == "from_2031"
        assert _told(own) == ("own", MH.id, [("job_goal", "lager", "køkken")])
        assert (made.label, made.created, own.created) == ("Oprettet", True, False)
        assert workspace.history.of_citizen(citizen_id) == (came, own, made)


@pytest.mark.parametrize(("take", "stands", "lost", "by"), [
    ("theirs", "kantine", "køkken", MH.id), ("mine", "køkken", "kantine", TB.id),
])  # fmt: skip
def test_the_side_that_was_not_chosen_stays_in_the_history(
    tmp_path: Path, take: str, stands: str, lost: str, by: str
) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen_id = _citizen(workspace)
        before = workspace.store.body_of(citizen_id) or {}
        workspace.casework.update(citizen_id, {"job_goal": "køkken"})
        arrive(workspace, "citizen", citizen_id, {**before, "job_goal": "kantine"}, rev=2, author=TB.id)
        (conflict,) = workspace.conflicts.list()
        open_one = next(each for each in workspace.history.of_record(citizen_id) if each.origin == "conflict")
        assert {each.value for each in open_one.unchosen} == {"køkken", "kantine"}
        workspace.conflicts.resolve(conflict.id, take)  # type: ignore[arg-type]
        assert workspace.lookup.get(citizen_id).record.job_goal == stands
        settled = next(each for each in workspace.history.of_record(citizen_id) if each.origin == "conflict")
        assert [(each.value, each.by) for each in settled.unchosen] == [(lost, by)]
        document = settled.as_json()
        assert document["not_chosen"][0]["value"] == lost
        assert document["not_chosen"][0]["at"]


def test_an_annulment_is_a_step_and_a_stranger_has_no_history(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen_id = _citizen(workspace)
        workspace.casework.annul(citizen_id, "fejl")
        (annulled, _made) = workspace.history.of_record(citizen_id)
        assert [each.field for each in annulled.changes] == ["annulled"]
        with pytest.raises(NotFound):
            workspace.history.of_record("01968000-0000-7000-8000-0000000000ff")


def test_what_came_unchanged_is_no_step(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen_id = _citizen(workspace)
        _theirs(workspace, citizen_id)
        assert [version.origin for version in workspace.history.of_record(citizen_id)] == ["own"]
