"""Laws of the three-way merge, over all edits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.domain.merge import merge, merge_annulment
from fieldtui.domain.records import Appointment, Citizen, Merge, Placement, Record, fields_of

WHO = "0190a000-0000-7000-8000-000000000001"
BASE: dict[str, Any] = {
    "citizen_id": WHO,
    "kind": "jobsamtale",
    "starts_at": "2026-11-24T10:00+01:00",
    "duration_minutes": 45,
    "place": "Kvartershuset",
    "status": "planned",
    "participants": ["a", "b"],
    "practical_needs": ["tolk"],
}

places = st.sampled_from([None, "Kvartershuset", "Jobcenter", "gåtur", "telefon"])
words = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True)


@st.composite
def edits(draw: st.DrawFn) -> dict[str, Any]:
    """An edit of an appointment: a few fields changed, each field to one of a few values, so that edits often meet."""
    changes: dict[str, Any] = {}
    for name, values in {
        "place": places,
        "title": places,
        "starts_at": st.sampled_from(["2026-11-24T10:00+01:00", "2026-11-25T10:00+01:00", "2026-11-24T09:00Z"]),
        "duration_minutes": st.sampled_from([30, 45, 60]),
        "status": st.sampled_from(["planned", "attended", "no_show"]),
        "status_reason": st.sampled_from([None, "syg", "tog"]),
        "due_on": st.sampled_from([None, "2026-12-01", "2026-12-02"]),
        "participants": words,
        "practical_needs": words,
        "statutory": st.booleans(),
        "x_new": st.sampled_from([None, 0, False, 1, True, "1", ["a"], {"a": 1}]),
    }.items():
        if draw(st.integers(0, 2)) == 0:
            changes[name] = draw(values)
    return {key: value for key, value in (BASE | changes).items() if value is not None}


def shown(body: dict[str, Any], conflicts: Any) -> dict[str, Any]:
    """The body without what is in conflict."""
    disputed = {name for conflict in conflicts for name in conflict.fields}
    return {key: value for key, value in body.items() if key not in disputed}


def canonical(body: dict[str, Any]) -> dict[str, Any]:
    return Appointment.model_validate(body).body()


@given(edits(), edits())
def test_swapping_the_sides_gives_the_same_body_apart_from_conflicts(
    mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    one, other = merge(Appointment, BASE, mine, theirs), merge(Appointment, BASE, theirs, mine)
    assert [c.fields for c in one.conflicts] == [c.fields for c in other.conflicts]
    assert shown(one.body, one.conflicts) == shown(other.body, other.conflicts)
    assert [(c.mine, c.theirs) for c in one.conflicts] == [(c.theirs, c.mine) for c in other.conflicts]


@given(edits())
def test_an_edit_that_nobody_else_touched_stands_as_it_is(mine: dict[str, Any]) -> None:
    merged = merge(Appointment, BASE, mine, BASE)
    assert merged.body == canonical(mine)
    assert merged.conflicts == ()
    assert merged.changed_from_theirs == (canonical(mine) != canonical(BASE))


@given(edits(), edits())
def test_what_i_did_not_touch_follows_theirs(base: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged = merge(Appointment, base, base, theirs)
    assert merged.body == canonical(theirs)
    assert merged.conflicts == ()
    assert not merged.changed_from_theirs


@given(edits(), edits())
def test_two_equal_edits_are_no_conflict(base: dict[str, Any], both: dict[str, Any]) -> None:
    merged = merge(Appointment, base, both, both)
    assert (merged.body, merged.conflicts, merged.changed_from_theirs) == (canonical(both), (), False)


@given(edits(), edits(), edits())
def test_merging_again_changes_nothing(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    once = merge(Appointment, base, mine, theirs)
    again = merge(Appointment, theirs, once.body, theirs)
    assert (again.body, again.conflicts) == (once.body, ())


@given(edits(), edits())
def test_every_change_of_mine_is_in_the_body_or_in_a_conflict(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged = merge(Appointment, BASE, mine, theirs)
    my, start = canonical(mine), canonical(BASE)
    kept = {name: value for conflict in merged.conflicts for name, value in conflict.mine.items()}
    disputed = {name for conflict in merged.conflicts for name in conflict.fields}
    for name in my.keys() | start.keys():
        if my.get(name) == start.get(name) and type(my.get(name)) is type(start.get(name)):
            continue
        known = fields_of(Appointment).get(name)
        if known is not None and known.merge is Merge.SET:
            assert set(my[name]) - set(start[name]) <= set(merged.body[name])
            assert not (set(start[name]) - set(my[name])) & set(merged.body[name])
        elif name in disputed:
            assert kept.get(name) == my.get(name)
        else:
            assert merged.body.get(name) == my.get(name)


@given(edits(), edits())
def test_the_record_shows_theirs_where_people_disagree(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged = merge(Appointment, BASE, mine, theirs)
    their = canonical(theirs)
    for conflict in merged.conflicts:
        for name in conflict.fields:
            assert merged.body.get(name) == their.get(name)


@given(edits(), edits())
def test_the_outcome_is_always_a_sound_record(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged = merge(Appointment, BASE, mine, theirs)
    assert Appointment.model_validate(merged.body).body() == merged.body


def test_attended_against_no_show_waits_for_a_person() -> None:
    merged = merge(Appointment, BASE, BASE | {"status": "attended"}, BASE | {"status": "no_show"})
    assert [conflict.fields for conflict in merged.conflicts] == [("status", "status_at", "status_reason")]
    assert merged.body["status"] == "no_show"
    assert merged.conflicts[0].mine["status"] == "attended"


def test_start_and_duration_are_one_value() -> None:
    later = BASE | {"starts_at": "2026-11-24T11:00+01:00"}
    merged = merge(Appointment, BASE, later, BASE | {"duration_minutes": 60})
    assert [conflict.fields for conflict in merged.conflicts] == [("starts_at", "duration_minutes")]


@pytest.mark.parametrize("swap", [False, True])
def test_moving_a_meeting_against_registering_it_waits_for_a_person(swap: bool) -> None:
    moved = BASE | {"starts_at": "2026-12-01T10:00+01:00"}
    registered = BASE | {"status": "no_show", "status_at": "2026-11-24T10:15+01:00"}
    merged = merge(Appointment, BASE, *((registered, moved) if swap else (moved, registered)))
    assert len(merged.conflicts) == 1
    assert set(merged.conflicts[0].fields) == {"starts_at", "duration_minutes", "status", "status_at", "status_reason"}


def test_the_same_instant_written_twice_is_no_change() -> None:
    merged = merge(Appointment, BASE, BASE | {"place": "gåtur"}, BASE | {"starts_at": "2026-11-24T09:00Z"})
    assert merged.conflicts == ()
    assert merged.body["starts_at"] == "2026-11-24T10:00+01:00"
    assert merged.body["place"] == "gåtur"


def test_additions_and_removals_of_a_set_both_apply() -> None:
    mine = BASE | {"participants": ["a", "b", "c"]}
    theirs = BASE | {"participants": ["a", "d"]}
    assert merge(Appointment, BASE, mine, theirs).body["participants"] == ["a", "c", "d"]


def test_a_field_from_the_future_is_carried_and_can_conflict() -> None:
    mine, theirs = BASE | {"x_new": {"a": 1}}, BASE | {"x_other": [1, 2]}
    merged = merge(Appointment, BASE, mine, theirs)
    assert (merged.body["x_new"], merged.body["x_other"], merged.conflicts) == ({"a": 1}, [1, 2], ())
    both = merge(Appointment, BASE, BASE | {"x_new": 1}, BASE | {"x_new": True})
    assert [(c.mine, c.theirs) for c in both.conflicts] == [({"x_new": 1}, {"x_new": True})]


def test_without_a_base_every_difference_is_for_a_person() -> None:
    merged = merge(Appointment, None, BASE | {"place": "gåtur"}, BASE | {"title": "x"})
    assert [conflict.fields for conflict in merged.conflicts] == [("title",), ("place",)]
    assert merged.body == canonical(BASE | {"title": "x"})


def test_two_sound_edits_that_make_an_unsound_record_become_conflicts() -> None:
    visit = BASE | {"kind": "virksomhedsbesoeg"}
    without_citizen = {key: value for key, value in visit.items() if key != "citizen_id"}
    interview = visit | {"kind": "jobsamtale", "place": "gåtur"}
    merged = merge(Appointment, visit, interview, without_citizen)
    assert merged.body == Appointment.model_validate(without_citizen).body()
    assert {conflict.fields for conflict in merged.conflicts} == {("kind",), ("place",)}
    assert not merged.changed_from_theirs


@pytest.mark.parametrize("model", [Citizen, Placement])
def test_dates_that_hold_together_conflict_together(model: type[Record]) -> None:
    if model is Citizen:
        base: dict[str, Any] = {"given_name": "Ali", "enrolled_on": "2026-01-01"}
        mine, theirs = base | {"enrolled_on": "2026-06-01"}, base | {"discharged_on": "2026-03-01"}
        expected: tuple[str, ...] = ("enrolled_on", "discharged_on", "discharge_reason")
    else:
        base = {"citizen_id": WHO, "kind": "smaajob", "starts_on": "2026-01-01"}
        mine, theirs = base | {"starts_on": "2026-06-01"}, base | {"ends_on": "2026-03-01"}
        expected = ("starts_on", "ends_on")
    assert [conflict.fields for conflict in merge(model, base, mine, theirs).conflicts] == [expected]


REASON = {"reason": "Dobbelt oprettet", "at": "2026-11-24T12:00:00+00:00"}
EDITED = BASE | {"place": "gåtur"}


def test_annulling_what_the_other_edited_waits_for_a_person() -> None:
    ours = merge_annulment(Appointment, BASE, BASE, EDITED, mine_annulled=REASON, theirs_annulled=None)
    assert ours.annulled is None
    assert ours.conflict is not None
    assert ours.conflict.mine == {"annulled": REASON}
    other = merge_annulment(Appointment, BASE, EDITED, BASE, mine_annulled=None, theirs_annulled=REASON)
    assert other.annulled == REASON
    assert other.conflict is not None
    assert other.conflict.theirs == {"annulled": REASON}


def test_annulling_what_nobody_touched_stands() -> None:
    ours = merge_annulment(Appointment, BASE, BASE, BASE, mine_annulled=REASON, theirs_annulled=None)
    assert (ours.annulled, ours.conflict, ours.changed_from_theirs) == (REASON, None, True)
    other = merge_annulment(Appointment, BASE, BASE, BASE, mine_annulled=None, theirs_annulled=REASON)
    assert (other.annulled, other.conflict, other.changed_from_theirs) == (REASON, None, False)


def test_annulled_by_both_keeps_theirs() -> None:
    mine = {"reason": "Min", "at": "2026-11-24T11:00:00+00:00"}
    both = merge_annulment(Appointment, BASE, BASE, EDITED, mine_annulled=mine, theirs_annulled=REASON)
    assert (both.annulled, both.conflict, both.changed_from_theirs) == (REASON, None, False)
