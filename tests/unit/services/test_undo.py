"""Undo takes back one's own acts, in any order of work, across restarts, and after sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldtui.base.errors import BadUsage
from fieldtui.domain.records import COLLECTIONS, Attendance
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import add_citizen, as_synced, make_workspace, reopen


def visible(workspace: Workspace) -> dict[str, Any]:
    """What a person sees: records that count, by id."""
    return {stored.id: stored.record.body() for name in COLLECTIONS for stored in workspace.lookup.list(name)}


def test_undo_works_across_a_restart(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    workspace.casework.update(citizen, {"city": "Valby"})
    again = reopen(workspace)
    assert again.undo.last() is not None
    done = again.undo.undo()
    assert done is not None
    assert again.lookup.get(citizen).record.city is None
    redone = again.undo.redo()
    assert redone is not None
    assert again.lookup.get(citizen).record.city == "Valby"
    again.close()


def test_after_sync_undo_sends_a_correction(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    workspace.casework.update(citizen, {"city": "Valby"})
    as_synced(workspace.store, citizen, rev=4)
    workspace.undo.undo()
    [entry] = workspace.store.db.query("SELECT kind, base_rev FROM outbox WHERE record_id = ?", [citizen])
    assert (entry["kind"], entry["base_rev"]) == ("put", 4)
    note = workspace.casework.write_note(citizen, "forkert borger").record_ids[0]
    as_synced(workspace.store, note, rev=1)
    workspace.undo.undo()
    [entry] = workspace.store.db.query("SELECT kind FROM outbox WHERE record_id = ?", [note])
    assert entry["kind"] == "annul"
    assert workspace.lookup.get(note).record.text == "forkert borger", "nothing disappears"


def test_what_others_changed_in_other_fields_stays(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, city="Sydhavn")
    workspace.casework.update(citizen, {"city": "Valby"})
    with workspace.store.transaction() as connection:
        connection.execute("UPDATE record SET body = json_set(body, '$.job_goal', 'Lager') WHERE id = ?", (citizen,))
    workspace.undo.undo()
    record = workspace.lookup.get(citizen).record
    assert (record.city, record.job_goal) == ("Sydhavn", "Lager")


def test_what_others_changed_in_the_same_field_is_not_overwritten(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    workspace.casework.update(citizen, {"city": "Valby"})
    with workspace.store.transaction() as connection:
        connection.execute("UPDATE record SET body = json_set(body, '$.city', 'Vanløse') WHERE id = ?", (citizen,))
    before = visible(workspace)
    last = workspace.undo.last()
    assert last is not None
    assert not last.undoable
    with pytest.raises(BadUsage):
        workspace.undo.undo()
    assert visible(workspace) == before


def test_an_act_of_several_records_is_undone_as_one(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    company = workspace.casework.create("company", {"name": "Café"}).record_ids[0]
    before = visible(workspace)
    workspace.casework.log_employer_contact(company, "visit", date(2026, 11, 23), citizen_id=citizen)
    assert len(visible(workspace)) == len(before) + 2
    workspace.undo.undo()
    assert visible(workspace) == before


def test_nothing_to_undo_or_redo_is_none(workspace: Workspace) -> None:
    assert workspace.undo.last() is None
    assert workspace.undo.undo() is None
    assert workspace.undo.redo() is None
    add_citizen(workspace)
    workspace.undo.undo()
    add_citizen(workspace, "Ali")
    assert workspace.undo.redo() is None, "something else was done since"


def test_redo_gives_back_what_was_undone_last_not_what_a_newer_act_left_behind(workspace: Workspace) -> None:
    add_citizen(workspace, "Ali")
    lost = add_citizen(workspace, "Bo")
    workspace.undo.undo()
    kept = add_citizen(workspace, "Carl")
    workspace.undo.undo()
    workspace.undo.undo()
    assert workspace.lookup.list("citizen") == ()
    names = []
    while workspace.undo.redo() is not None:
        names.append(sorted(stored.record.given_name for stored in workspace.lookup.list("citizen")))
    assert names == [["Ali"], ["Ali", "Carl"]]
    assert workspace.lookup.get(lost).annulled_at is not None
    assert workspace.lookup.get(kept).annulled_at is None


ACTS: dict[str, Callable[[Workspace, list[str], str], object]] = {
    "city": lambda w, ids, text: w.casework.update(ids[0], {"city": text}),
    "phone": lambda w, ids, text: w.casework.update(ids[0], {"phone": "12345678" if len(text) % 2 else None}),
    "note": lambda w, ids, text: w.casework.write_note(ids[0], f"x{text}"),
    "status": lambda w, ids, text: w.casework.register(
        ids[1], [Attendance.ATTENDED, Attendance.NO_SHOW, Attendance.PLANNED][len(text) % 3]
    ),
    "move": lambda w, ids, text: w.casework.update(ids[1], {"duration_minutes": 30 + len(text)}),
    "task": lambda w, ids, text: w.casework.add_task(f"x{text}", citizen_id=ids[0]),
    "company": lambda w, ids, text: w.casework.create("company", {"name": f"x{text}"}),
}


@settings(max_examples=25)
@given(
    acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.text("abc æø", max_size=6)), max_size=8), data=st.data()
)
def test_undoing_everything_and_redoing_it_returns_to_each_state(
    shared: Workspace, acts: list[tuple[str, str]], data: st.DataObject
) -> None:
    citizen = add_citizen(shared)
    booked = shared.casework.book({"citizen_id": citizen, "kind": "mentor", "starts_at": "2026-11-22T09:00"})
    ids = [citizen, booked.record_ids[0]]
    states = [visible(shared)]
    for name, text in acts:
        acted = shared.store.db.execute("SELECT count(DISTINCT command_id) FROM history").fetchone()
        ACTS[name](shared, ids, text)
        if shared.store.db.execute("SELECT count(DISTINCT command_id) FROM history").fetchone() != acted:
            states.append(visible(shared))
        if data.draw(st.booleans()):
            for stored_id in ids:
                as_synced(shared.store, stored_id, rev=7)
    steps = len(states) - 1
    for back in reversed(range(steps)):
        assert shared.undo.undo() is not None
        assert visible(shared) == states[back]
    for forward in range(steps):
        assert shared.undo.redo() is not None
        assert visible(shared) == states[forward + 1]
    assert shared.undo.redo() is None


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("undo")) as opened:
        opened.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
        yield opened
