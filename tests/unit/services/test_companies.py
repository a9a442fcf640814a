"""Companies of a whole team: nobody calls twice, two that are one are one, and what is said to be two stays two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fieldtui.base.errors import BadUsage, InvalidRecords
from fieldtui.services.workspace import Workspace
from fieldtui.tui.presenters.companies import facts
from fieldtui.tui.presenters.conflicts import side
from fieldtui.tui.presenters.filters import Filter
from tests.support.training import arrive
from tests.support.workspaces import as_synced

COLLEAGUE = "01920000-0000-7000-8000-00000000c0de"


def new(workspace: Workspace, collection: str, **values: Any) -> str:
    return workspace.casework.create(collection, values).record_ids[0]


def two_solsorts(workspace: Workspace) -> tuple[str, str]:
    keep = new(workspace, "company", name="Café Solsort", postal_code="2450", cvr="13748136")
    other = new(workspace, "company", name="Solsort ApS, cafe", postal_code="2450", p_number="1000000001")
    return keep, other


def test_two_that_are_one_are_found_merged_shown_as_one_and_taken_apart_again(workspace: Workspace) -> None:
    today, lookup, casework = workspace.context.today, workspace.lookup, workspace.casework
    keep, other = two_solsorts(workspace)
    citizen = new(workspace, "citizen", given_name="Fatima", enrolled_on=today.isoformat())
    new(workspace, "company_contact", company_id=other, name="Mette")
    new(workspace, "opening", company_id=other, title="Opvask")
    new(
        workspace,
        "placement",
        company_id=other,
        citizen_id=citizen,
        kind="smaajob",
        starts_on=today.isoformat(),
        weekly_hours=6,
    )
    casework.log_employer_contact(other, "visit", today, citizen_id=citizen)
    (pair,) = lookup.duplicates()
    assert {pair.one.id, pair.other.id} == {keep, other}

    casework.merge_companies(keep, other)
    (row,) = lookup.companies(today)
    assert (row.id, row.other_names, row.citizens, row.openings) == (keep, ("Solsort ApS, cafe",), 1, 1)
    assert (row.cvr, row.p_numbers, row.last_contact) == (("13748136",), ("1000000001",), today)
    card = lookup.company(other)
    assert card.company.id == keep
    assert [
        len(each) for each in (card.contacts, card.openings, card.placements, card.employer_contacts, card.job_leads)
    ] == [1] * 5
    assert [each.id for each in card.merged] == [other]
    assert lookup.company_name(other) == "Café Solsort"
    assert lookup.citizens(today)[0].job.startswith("Café Solsort")
    assert lookup.duplicates() == ()
    assert {hit.record_id for hit in lookup.search("Solsort") if hit.collection == "company"} == {keep, other}
    assert lookup.get(card.placements[0].id).record.company_id == other  # nothing was rewritten

    casework.unmerge_company(other)
    assert len(lookup.companies(today)) == 2
    assert lookup.company(keep).placements == ()
    assert len(lookup.company(other).placements) == 1


def test_a_merge_is_one_act_that_is_undone_and_done_again(workspace: Workspace) -> None:
    keep, other = two_solsorts(workspace)
    workspace.casework.merge_companies(keep, other)
    assert workspace.undo.undo() is not None
    assert len(workspace.lookup.companies(workspace.context.today)) == 2
    assert workspace.undo.redo() is not None
    assert [row.id for row in workspace.lookup.companies(workspace.context.today)] == [keep]


def test_what_was_merged_in_opposite_directions_on_two_devices_is_one_and_can_be_taken_apart(
    workspace: Workspace,
) -> None:
    one, other = two_solsorts(workspace)
    workspace.casework.update(one, {"merged_into": other})
    workspace.casework.update(other, {"merged_into": one})
    first, second = sorted((one, other))
    assert [row.id for row in workspace.lookup.companies(workspace.context.today)] == [first]
    workspace.casework.unmerge_company(second)
    assert len(workspace.lookup.companies(workspace.context.today)) == 2


def test_not_a_duplicate_is_remembered_for_the_ones_that_stand_for_them_too(workspace: Workspace) -> None:
    keep, other = two_solsorts(workspace)
    workspace.casework.not_duplicate(keep, other)
    assert workspace.lookup.duplicates() == ()
    with pytest.raises(BadUsage):
        workspace.casework.not_duplicate(other, keep)
    third = new(workspace, "company", name="Solsorten A/S", postal_code="2450", cvr="13748136")
    workspace.casework.merge_companies(third, keep)
    assert [pair for pair in workspace.lookup.duplicates() if other in {pair.one.id, pair.other.id}] == []


def test_a_merge_that_means_nothing_is_refused(workspace: Workspace) -> None:
    keep, other = two_solsorts(workspace)
    casework = workspace.casework
    with pytest.raises(BadUsage):
        casework.merge_companies(keep, keep)
    with pytest.raises(InvalidRecords):
        casework.update(keep, {"merged_into": keep})
    with pytest.raises(BadUsage):
        casework.unmerge_company(other)
    with pytest.raises(BadUsage):
        casework.not_duplicate(keep, keep)
    casework.merge_companies(keep, other)
    with pytest.raises(BadUsage):
        casework.merge_companies(other, keep)
    with pytest.raises(BadUsage):
        casework.not_duplicate(keep, other)
    assert len(workspace.lookup.companies(workspace.context.today)) == 1


def test_whoever_calls_after_a_colleague_or_while_the_company_rests_is_told(workspace: Workspace) -> None:
    today, casework = workspace.context.today, workspace.casework
    keep, other = two_solsorts(workspace)
    new(workspace, "employer_contact", company_id=other, on=today.isoformat(), mode="phone", by=COLLEAGUE)
    assert workspace.lookup.company(keep).before_calling == ()
    casework.merge_companies(keep, other)
    assert len(workspace.lookup.company(keep).before_calling) == 1
    done = casework.log_employer_contact(keep, "phone", today + timedelta(days=7))
    assert any("kollega" in warning for warning in done.warnings)
    assert not casework.log_employer_contact(keep, "phone", today + timedelta(days=8)).warnings
    casework.update(keep, {"rest_until": today.isoformat()})
    assert any("ro til og med" in warning for warning in casework.add_task("Ring", company_id=keep).warnings)
    assert not casework.add_task("Ring", company_id=keep, due_on=today + timedelta(days=30)).warnings


def test_whoever_writes_a_company_down_again_or_names_a_citizen_to_the_team_is_told_at_once(
    workspace: Workspace,
) -> None:
    casework = workspace.casework
    keep, _other = two_solsorts(workspace)
    again = casework.create("company", {"name": "Cafe Solsort", "cvr": "13748136"})
    assert any("Måske den samme som Café Solsort" in warning for warning in again.warnings)
    assert not casework.create("company", {"name": "Lager-X"}).warnings
    casework.merge_companies(keep, again.record_ids[0])
    assert not casework.update(again.record_ids[0], {"phone": "14 11 22 33"}).warnings
    new(workspace, "citizen", given_name="Fatima", family_name="Aslan", enrolled_on="2026-01-05")
    named = casework.create("opening", {"company_id": keep, "title": "Opvask", "tasks": "Noget for Fatima Aslan"})
    assert any("nævner en borger" in warning for warning in named.warnings)


def test_a_number_is_looked_up_as_the_kind_that_is_said(workspace: Workspace) -> None:
    keep, other = two_solsorts(workspace)
    assert [each.id for each in workspace.lookup.numbered(cvr="13748136")] == [keep]
    assert [each.id for each in workspace.lookup.numbered(p_number="1000000001")] == [other]
    assert workspace.lookup.numbered(cvr="1000000001") == ()
    today, rows = workspace.context.today, workspace.lookup.companies(workspace.context.today)
    for typed, found in (("p:1000", [other]), ("cvr:1374", [keep]), ("cvr:1000", []), ("cvr<1", [])):
        assert [row.id for row in rows if Filter.of(typed).takes(facts(row), today)] == found


def test_a_partner_that_ended_is_not_offered_and_old_records_keep_it(workspace: Workspace) -> None:
    today = workspace.context.today
    partner = new(workspace, "partner", name="Opzoomerne", kind="provider", valid_to=today.isoformat())
    citizen = new(workspace, "citizen", given_name="Fatima", enrolled_on=today.isoformat())
    activation = new(workspace, "activation", citizen_id=citizen, partner_id=partner)
    assert [each.id for each in workspace.lookup.partners(today)] == [partner]
    assert workspace.lookup.partners(today + timedelta(days=1)) == ()
    assert workspace.lookup.get(activation).record.partner_id == partner


def test_two_merges_of_one_company_into_different_ones_are_a_question_that_names_them(workspace: Workspace) -> None:
    made = [new(workspace, "company", name=name) for name in ("Café Solsort", "Lager-X", "Hotel Havn")]
    for each in made:
        as_synced(workspace.store, each)
    twin, mine, theirs = made
    body = workspace.store.body_of(twin) or {}
    workspace.casework.merge_companies(mine, twin)
    arrive(workspace, "company", twin, {**body, "merged_into": theirs}, rev=2, author=COLLEAGUE)
    (conflict,) = workspace.conflicts.list()
    assert side(conflict, conflict.mine, workspace.rules) == "Lager-X"
    assert side(conflict, conflict.theirs, workspace.rules) == "Hotel Havn"
    assert workspace.lookup.company(twin).company.id == theirs
    workspace.conflicts.resolve(conflict.id, "mine")
    assert workspace.lookup.company(twin).company.id == mine
