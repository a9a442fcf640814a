"""Creating, changing and annulling: refused with a reason, or stored whole."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldtui.base.errors import BadUsage, InvalidRecords, NotFound
from fieldtui.base.explain import explain
from fieldtui.domain.records import COLLECTIONS, Note
from fieldtui.services.workspace import Workspace
from fieldtui.store import Put
from fieldtui.wire.messages import Person
from tests.support.bodies import texts
from tests.support.workspaces import MH, TB, add_citizen, as_synced, enrol_in_place, make_workspace


def problems(workspace: Workspace, collection: str, *lines: str) -> list[tuple[int | None, str | None]]:
    with pytest.raises(InvalidRecords) as refused:
        workspace.casework.put_lines(collection, list(enumerate(lines, start=1)))
    assert all(problem.reason.endswith((".", "?", "fieldtui list")) for problem in refused.value.problems)
    return [(problem.line, problem.field) for problem in refused.value.problems]


def test_who_and_when_are_filled_in(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    note = workspace.lookup.get(workspace.casework.create("note", {"citizen_id": citizen, "text": "x"}).record_ids[0])
    assert (note.record.author, note.record.written_at) == (MH.id, workspace.clock.now())
    task = workspace.lookup.get(workspace.casework.add_task("Ring", citizen_id=citizen).record_ids[0])
    assert task.record.consultant_id == MH.id


def test_only_the_fields_given_change_and_null_empties_one(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, city="Valby", job_goal="Lager")
    workspace.casework.put_lines("citizen", [(1, json.dumps({"id": citizen, "city": None, "phone": "12345678"}))])
    record = workspace.lookup.get(citizen).record
    assert (record.city, record.job_goal, record.phone) == (None, "Lager", "12 34 56 78")


def test_one_bad_line_stops_all_and_every_problem_has_its_line(workspace: Workspace) -> None:
    lines = ('{"name": "Godt nok"}', "", '{"nam": "x"}', "[1]", "{", '{"name": "Tal", "cvr": NaN}', '{"name": ""}')
    found = problems(workspace, "company", *lines)
    assert found == [(3, "nam"), (3, "name"), (4, None), (5, None), (6, None), (7, "name")]
    assert workspace.lookup.list("company") == ()


def test_a_record_given_twice_keeps_both_changes(workspace: Workspace) -> None:
    [company] = workspace.casework.put_lines("company", [(1, '{"name": "Café"}')])
    lines = [(1, f'{{"id": "{company}", "city": "Valby"}}'), (2, f'{{"id": "{company}", "trade": "Café"}}')]
    assert workspace.casework.put_lines("company", lines) == (company, company)
    record = workspace.lookup.get(company).record
    assert (record.city, record.trade) == ("Valby", "Café")


def test_an_id_must_be_one_and_belong_to_the_collection(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    assert problems(workspace, "company", '{"id": "x", "name": "y"}') == [(1, "id")]
    assert problems(workspace, "company", json.dumps({"id": citizen, "name": "y"})) == [(1, "id")]


def test_what_a_record_refers_to_must_be_here_and_be_the_same_citizens(workspace: Workspace) -> None:
    ali, maja = add_citizen(workspace, "Ali"), add_citizen(workspace, "Maja")
    booked = workspace.casework.book({"citizen_id": ali, "kind": "opfoelgning", "starts_at": "2026-11-24T10:00"})
    [appointment] = booked.record_ids
    unknown = workspace.store.ids.new()
    assert problems(workspace, "note", json.dumps({"citizen_id": unknown, "text": "x"})) == [(1, "citizen_id")]
    assert problems(workspace, "note", json.dumps({"citizen_id": appointment, "text": "x"})) == [(1, "citizen_id")]
    line = json.dumps({"citizen_id": maja, "text": "x", "appointment_id": appointment})
    assert problems(workspace, "note", line) == [(1, "appointment_id")]


def test_what_is_written_once_cannot_be_changed_but_added_to(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    [note] = workspace.casework.write_note(citizen, "mødte").record_ids
    with pytest.raises(InvalidRecords) as refused:
        workspace.casework.update(note, {"text": "mødte ikke"})
    assert refused.value.problems[0].field == "text"
    [addendum] = workspace.casework.write_note(citizen, "det var en anden", addendum_to=note).record_ids
    assert workspace.lookup.get(addendum).record.addendum_to == note
    workspace.casework.update(note, {"journalised_at": "2026-11-23T09:00"})
    [task] = workspace.casework.add_task("x", citizen_id=citizen).record_ids
    ida = add_citizen(workspace, "Ida")
    with pytest.raises(InvalidRecords):
        workspace.casework.update(task, {"citizen_id": ida})


def test_a_colleagues_note_is_read_and_added_to_only(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    theirs = workspace.store.ids.new()
    record = Note.model_validate(
        {"citizen_id": citizen, "text": "fra TB", "written_at": "2026-11-20T10:00", "author": TB.id}
    )
    workspace.store.write([Put(theirs, record)], label="hentet", actor=TB.id)
    as_synced(workspace.store, theirs, author=TB.id)
    with pytest.raises(BadUsage):
        workspace.casework.annul(theirs, "forkert")
    with pytest.raises(BadUsage):
        workspace.casework.update(theirs, {"journalised_at": "2026-11-23T09:00"})
    with pytest.raises(InvalidRecords):
        workspace.casework.create("note", {"citizen_id": citizen, "text": "som TB", "author": TB.id})
    workspace.casework.write_note(citizen, "enig", addendum_to=theirs)


def test_annulling_needs_a_reason_and_happens_once(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    for reason in ("", "  ", "\x1b", "x" * 501):
        with pytest.raises(BadUsage):
            workspace.casework.annul(citizen, reason)
    workspace.casework.annul(citizen, "dublet")
    assert workspace.lookup.list("citizen") == ()
    assert [stored.annulled_reason for stored in workspace.lookup.list("citizen", include_all=True)] == ["dublet"]
    with pytest.raises(BadUsage):
        workspace.casework.annul(citizen, "igen")
    with pytest.raises(BadUsage):
        workspace.casework.update(citizen, {})
    with pytest.raises(NotFound):
        workspace.casework.annul("findes-ikke", "x")


@pytest.mark.parametrize(
    ("role", "collection", "may"),
    [
        ("leader", "company", False),
        ("leader", "note", False),
        ("treatment", "note", False),
        ("treatment", "bridging_note", True),
        ("treatment", "activity", True),
        ("consultant", "note", True),
    ],
)
def test_roles_write_what_is_theirs(workspace: Workspace, role: str, collection: str, may: bool) -> None:
    citizen = add_citizen(workspace)
    enrol_in_place(workspace.store, Person(id=MH.id, initials="MH", name="Mette Holm", role=role))  # type: ignore[arg-type]
    values = {
        "company": {"name": "x"},
        "note": {"citizen_id": citizen, "text": "x"},
        "bridging_note": {"citizen_id": citizen, "text": "x"},
        "activity": {"kind": "network", "on": "2026-11-23"},
    }[collection]
    if may:
        workspace.casework.create(collection, values)
        return
    with pytest.raises(BadUsage):
        workspace.casework.create(collection, values)
    with pytest.raises(BadUsage):
        workspace.casework.put_lines(collection, [(1, json.dumps(values))])


def test_the_same_cpr_number_twice_is_warned_about(workspace: Workspace) -> None:
    add_citizen(workspace, cpr="670265-1234")
    twin = workspace.casework.create("citizen", {"given_name": "Fatma", "cpr": "670265-1234"})
    assert any("samme CPR-nummer" in warning for warning in twin.warnings)


def refusal(workspace: Workspace, collection: str, line: str) -> str:
    """The sentence a line is refused with; empty where it was stored. Any other failure is one."""
    try:
        workspace.casework.put_lines(collection, [(1, line)])
    except InvalidRecords as refused:
        return explain(refused)
    return ""


@settings(max_examples=60)
@given(line=st.one_of(texts, st.recursive(st.none() | st.booleans() | texts, st.lists).map(json.dumps)))
def test_any_line_is_stored_or_refused_in_a_sentence(shared: Workspace, line: str) -> None:
    for collection in COLLECTIONS:
        assert "\x1b" not in refusal(shared, collection, line)


@settings(max_examples=40)
@given(
    values=st.dictionaries(
        st.sampled_from(["id", "name", "given_name", "citizen_id", "starts_at", "on", "kind", "rev", "\x1b"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | texts
        | st.lists(texts)
        | st.dictionaries(texts, texts),
    )
)
def test_any_object_is_stored_or_refused_in_a_sentence(shared: Workspace, values: dict[str, object]) -> None:
    for collection in COLLECTIONS:
        assert "\x1b" not in refusal(shared, collection, json.dumps(values))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("shared")) as opened:
        yield opened
