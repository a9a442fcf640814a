"""Suggestions over a real vault: they follow merges, respect a no and leave alone who is not to be disturbed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.services.workspace import Workspace


def new(workspace: Workspace, collection: str, **values: Any) -> str:
    return workspace.casework.create(collection, values).record_ids[0]


def seeker(workspace: Workspace, name: str = "Fatima", **more: Any) -> str:
    values = {"given_name": name, "enrolled_on": "2026-01-05", "job_goal": "Køkken eller café, 6–8 t/uge"}
    return new(workspace, "citizen", **values | more)


def cafe(workspace: Workspace, **more: Any) -> tuple[str, str]:
    company = new(workspace, "company", name="Café Solsort", relation="varm")
    return company, new(workspace, "opening", company_id=company, title="Opvask", weekly_hours=6, **more)


def test_a_suggestion_is_proposed_declined_and_remembered(workspace: Workspace) -> None:
    today, matching, casework = workspace.context.today, workspace.matching, workspace.casework
    citizen = seeker(workspace)
    _company, opening = cafe(workspace)
    (found,) = matching.for_citizen(citizen, today)
    assert (found.match.score, found.company.name) == (4, "Café Solsort")
    casework.propose_opening(citizen, opening, next_step_on=today + timedelta(days=3))
    assert matching.for_citizen(citizen, today)[0].match.proposed
    with pytest.raises(BadUsage):
        casework.propose_opening(citizen, opening)
    casework.not_relevant(citizen, opening, "begynder for tidligt")
    assert matching.for_citizen(citizen, today) == ()
    assert matching.for_opening(opening, today) == ()
    (kept,) = matching.for_citizen(citizen, today, declined=True)
    assert (kept.match.declined, kept.match.score) == (True, 0)
    with pytest.raises(BadUsage):
        casework.not_relevant(citizen, opening)
    (lead,) = workspace.lookup.list("job_lead", citizen_id=citizen)
    assert (lead.record.state, lead.record.text, lead.record.next_step_on) == ("declined", "begynder for tidligt", None)
    assert workspace.undo.undo() is not None
    assert matching.for_citizen(citizen, today)[0].match.proposed


def test_the_opening_of_a_merged_company_stands_at_the_one_that_stands_for_it(workspace: Workspace) -> None:
    today = workspace.context.today
    citizen = seeker(workspace)
    company, opening = cafe(workspace)
    keep = new(workspace, "company", name="Solsort ApS", city="Valby")
    workspace.casework.merge_companies(keep, company)
    new(
        workspace,
        "placement",
        citizen_id=citizen,
        company_id=keep,
        kind="smaajob",
        starts_on="2026-11-01",
        weekly_hours=4,
    )
    (found,) = workspace.matching.for_citizen(citizen, today)
    assert (found.match.opening_id, found.match.company_id, found.company.name) == (opening, keep, "Solsort ApS")
    assert any(reason.code == "before" for reason in found.match.reasons)
    (running,) = workspace.matching.running(today)
    assert running.company == "Solsort ApS"


def test_who_is_silent_or_discharged_is_not_matched_and_a_closed_opening_fits_nobody(workspace: Workspace) -> None:
    today = workspace.context.today
    silent = seeker(workspace, "Ali", silence_reason="indlagt", silence_from="2026-11-01")
    gone = seeker(workspace, "Maja", discharged_on="2026-11-01")
    _company, opening = cafe(workspace, open_until=(today - timedelta(days=1)).isoformat())
    assert workspace.matching.seekers(today) == ()
    assert workspace.matching.for_opening(opening, today) == ()
    for citizen in (silent, gone):
        with pytest.raises(NotFound):
            workspace.matching.for_citizen(citizen, today)
    with pytest.raises(BadUsage):
        workspace.casework.propose_opening(seeker(workspace), opening)
    assert workspace.lookup.companies(today)[0].openings == 0


def test_those_without_a_job_come_first(workspace: Workspace) -> None:
    today = workspace.context.today
    working, free = seeker(workspace, "Ali"), seeker(workspace, "Øjvind")
    cafe(workspace)
    new(workspace, "placement", citizen_id=working, kind="smaajob", starts_on="2026-11-01", weekly_hours=4)
    assert [(each.citizen_id, each.weekly_hours, each.best) for each in workspace.matching.seekers(today)] == [
        (free, 0.0, 4), (working, 4.0, 4),
    ]  # fmt: skip


def test_a_whole_caseload_is_matched_with_every_opening(workspace: Workspace) -> None:
    today = workspace.context.today
    for number in range(25):
        seeker(workspace, f"Borger{number}", considerations="fast mentor, rolig start", work_places=["2450"])
    with workspace.store.transaction():
        for number in range(40):
            company = new(workspace, "company", name=f"Virksomhed {number}", postal_code="2450")
            new(workspace, "opening", company_id=company, title="Opvask", weekly_hours=6, considerations=["mentor"])
    seekers = workspace.matching.seekers(today)
    assert (len(seekers), seekers[0].suggestions, seekers[0].best) == (25, 40, 5)
