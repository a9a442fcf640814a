"""Undecided differences: what is proposed, when one goes away by itself, and what a late answer leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldtui.domain.envelope import SyncState
from fieldtui.domain.merge import heavier
from fieldtui.services.workspace import Workspace
from tests.support.training import arrive
from tests.support.workspaces import TB, add_citizen, as_synced, make_workspace

EVENTS = ("attended", "no_show")
OFF = ("cancelled_citizen", "cancelled_citizen_late", "cancelled_staff")


def test_what_happened_weighs_more_than_what_was_called_off_and_that_more_than_a_plan() -> None:
    def side(mine: str, theirs: str) -> str | None:
        return heavier("appointment", {"status": mine}, {"status": theirs})

    for event in EVENTS:
        for off in OFF:
            assert (side(event, off), side(off, event)) == ("mine", "theirs")
            assert (side(off, "planned"), side("planned", off)) == ("mine", "theirs")
        assert (side(event, "planned"), side("planned", event)) == ("mine", "theirs")


@pytest.mark.parametrize(("mine", "theirs"), [
    ("attended", "no_show"), ("no_show", "attended"), ("cancelled_citizen", "cancelled_staff"), ("from_2031", "planned"),
])  # fmt: skip
def test_whether_the_citizen_came_and_who_called_off_is_never_proposed(mine: str, theirs: str) -> None:
    assert heavier("appointment", {"status": mine}, {"status": theirs}) is None
    assert heavier("job_lead", {"status": "attended"}, {"status": "planned"}) is None


@pytest.fixture
def disputed(tmp_path: Path) -> Iterator[tuple[Workspace, str, dict[str, Any]]]:
    """A goal that both sides changed; the citizen's body as it was before."""
    with make_workspace(tmp_path) as workspace:
        citizen_id = add_citizen(workspace, job_goal="lager")
        as_synced(workspace.store, citizen_id)
        before = workspace.store.body_of(citizen_id) or {}
        workspace.casework.update(citizen_id, {"job_goal": "køkken"})
        arrive(workspace, "citizen", citizen_id, {**before, "job_goal": "kantine"}, rev=2, author=TB.id)
        yield workspace, citizen_id, before


def test_a_difference_goes_away_when_the_other_side_says_the_same(
    disputed: tuple[Workspace, str, dict[str, Any]],
) -> None:
    workspace, citizen_id, before = disputed
    arrive(workspace, "citizen", citizen_id, {**before, "job_goal": "køkken"}, rev=3, author=TB.id)
    assert workspace.conflicts.list() == ()
    stored = workspace.lookup.get(citizen_id)
    assert (stored.record.job_goal, stored.sync_state) == ("køkken", SyncState.SYNCED)


def test_theirs_is_what_the_office_has_also_where_the_field_was_edited_once_more(
    disputed: tuple[Workspace, str, dict[str, Any]],
) -> None:
    workspace, citizen_id, _before = disputed
    workspace.casework.update(citizen_id, {"job_goal": "rengøring"})
    (conflict,) = workspace.conflicts.list()
    workspace.conflicts.resolve(conflict.id, "theirs")
    stored = workspace.lookup.get(citizen_id)
    assert (stored.record.job_goal, stored.sync_state) == ("kantine", SyncState.SYNCED)


def test_theirs_does_not_bring_back_what_was_annulled_meanwhile(
    disputed: tuple[Workspace, str, dict[str, Any]],
) -> None:
    workspace, citizen_id, _before = disputed
    (conflict,) = workspace.conflicts.list()
    workspace.casework.annul(citizen_id, "flyttet")
    workspace.conflicts.resolve(conflict.id, "theirs")
    assert workspace.lookup.get(citizen_id).annulled_at is not None


def test_undoing_the_answer_asks_again_and_redoing_it_answers_again(
    disputed: tuple[Workspace, str, dict[str, Any]],
) -> None:
    workspace, citizen_id, _before = disputed
    (conflict,) = workspace.conflicts.list()
    workspace.conflicts.resolve(conflict.id, "mine")
    assert workspace.undo.undo() is not None
    assert [each.id for each in workspace.conflicts.list()] == [conflict.id]
    assert workspace.lookup.get(citizen_id).record.job_goal == "kantine"
    assert workspace.undo.redo() is not None
    assert workspace.conflicts.list() == ()
    assert workspace.lookup.get(citizen_id).record.job_goal == "køkken"


def test_an_answer_that_changes_nothing_offers_nothing_to_undo(
    disputed: tuple[Workspace, str, dict[str, Any]],
) -> None:
    workspace, _citizen_id, _before = disputed
    (conflict,) = workspace.conflicts.list()
    assert workspace.conflicts.resolve(conflict.id, "theirs").command_id == ""
