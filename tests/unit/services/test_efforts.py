"""Places and offers: what cannot both be true is refused, a praktik needs its purpose, hours grow by steps, an offer keeps its deadline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadUsage, InvalidRecords
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.figures import Period
from fieldtui.domain.hours import hours_on, weekly
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MONDAY, a_workspace, add_citizen

TODAY = MONDAY.date()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One for the module: each test has a citizen of its own."""
    with a_workspace(tmp_path_factory.mktemp("efforts"), clock=FixedClock(MONDAY)) as opened:
        yield opened


@pytest.fixture
def citizen(workspace: Workspace) -> str:
    return add_citizen(workspace, visitation_category="aktivitetsparat")


def place(workspace: Workspace, citizen: str, kind: str = "virksomhedspraktik", **values: Any) -> str:
    said = {"citizen_id": citizen, "kind": kind, "starts_on": "2026-11-02", **values}
    if kind == "virksomhedspraktik":
        said.setdefault("purpose", "Afklare, om køkken kan blive til løntimer.")
    return workspace.casework.create("placement", {k: v for k, v in said.items() if v is not None}).record_ids[0]


def refused(workspace: Workspace, citizen: str, kind: str = "virksomhedspraktik", **values: Any) -> tuple[str, str]:
    """Field and sentence of what was refused; nothing was stored."""
    before = len(workspace.lookup.list("placement", citizen_id=citizen))
    with pytest.raises(InvalidRecords) as caught:
        place(workspace, citizen, kind, **values)
    assert len(workspace.lookup.list("placement", citizen_id=citizen)) == before
    (problem,) = caught.value.problems
    return problem.field or "", problem.reason


# --- purpose -----------------------------------------------------------------------------------


def test_a_praktik_without_its_purpose_is_refused_and_other_places_need_none(
    workspace: Workspace, citizen: str
) -> None:
    field, reason = refused(workspace, citizen, purpose="")
    assert (field, "LAB § 59" in reason) == ("purpose", True)
    assert place(workspace, citizen, "smaajob")


def test_one_that_was_imported_without_may_be_ended_and_not_made_longer(workspace: Workspace, citizen: str) -> None:
    praktik = place(workspace, citizen, ends_on="2026-12-18")
    store = workspace.store
    with store.transaction() as connection:  # as an extract leaves it
        connection.execute("UPDATE record SET body = json_remove(body, '$.purpose') WHERE id = ?", (praktik,))
    with pytest.raises(InvalidRecords):
        workspace.casework.update(praktik, {"ends_on": "2027-01-15"})
    workspace.casework.update(praktik, {"mentor_name": "Emil", "mentor_hours": 2})
    workspace.casework.update(praktik, {"ends_on": "2026-11-20", "end_reason": "borger"})
    assert workspace.lookup.get(praktik).record.end_reason == "borger"


# --- what cannot both be true ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({}, {}, "starts_on"),
        ({}, {"kind": "loentilskud"}, "starts_on"),
        ({"weekly_hours": 30}, {"kind": "ordinaert_job", "weekly_hours": 20}, "weekly_hours"),
        ({"kind": "fleksjob"}, {"kind": "ordinaert_job"}, "starts_on"),
        ({"ends_on": "2026-11-20"}, {"starts_on": "2026-11-20"}, "starts_on"),
    ],
    ids=["two praktik", "praktik and loentilskud", "too many hours", "fleksjob and a job", "a day in common"],
)
def test_supported_full_time_places_in_the_same_days_are_refused_with_the_field(
    workspace: Workspace, citizen: str, first: dict[str, Any], second: dict[str, Any], field: str
) -> None:
    place(workspace, citizen, **first)
    found, reason = refused(workspace, citizen, **second)
    assert found == field
    assert "02-11" in reason


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"ends_on": "2026-11-19"}, {"starts_on": "2026-11-20"}),
        ({"weekly_hours": 15}, {"weekly_hours": 15}),
        ({}, {"kind": "smaajob"}),
        ({}, {"kind": "uddannelse"}),
        ({"end_reason": "annulleret"}, {}),
        ({"kind": "ordinaert_job"}, {"kind": "ordinaert_job"}),
    ],
    ids=["after each other", "half weeks", "smaajob beside", "education beside", "never began", "two jobs"],
)
def test_what_can_both_be_true_is_stored(
    workspace: Workspace, citizen: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    place(workspace, citizen, **first)
    assert place(workspace, citizen, **second)


def test_the_same_place_twice_is_refused_and_ending_a_place_is_not_weighed_again(
    workspace: Workspace, citizen: str
) -> None:
    company = workspace.casework.create("company", {"name": "Lager-X"}).record_ids[0]
    job = place(workspace, citizen, "smaajob", company_id=company)
    assert "står allerede" in refused(workspace, citizen, "smaajob", company_id=company)[1]
    workspace.casework.update(job, {"mentor_name": "Emil"})
    workspace.casework.update(job, {"ends_on": "2026-11-20", "end_reason": "normal"})
    assert place(workspace, citizen, "smaajob", company_id=company, starts_on="2026-11-21")


def test_contradictory_lines_of_one_put_are_refused_together(workspace: Workspace, citizen: str) -> None:
    lines = [
        (
            number,
            json.dumps({"citizen_id": citizen, "kind": "virksomhedspraktik", "purpose": "Afklaring", "starts_on": day}),
        )
        for number, day in ((1, "2026-11-02"), (2, "2026-11-09"))
    ]
    with pytest.raises(InvalidRecords) as caught:
        workspace.casework.put_lines("placement", lines)
    assert [(each.line, each.field) for each in caught.value.problems] == [(2, "starts_on")]
    assert workspace.lookup.list("placement", citizen_id=citizen) == ()


def test_a_praktik_beyond_its_limit_is_said_and_stored_and_its_extension_moves_the_end(
    workspace: Workspace, citizen: str
) -> None:
    values = {"citizen_id": citizen, "kind": "virksomhedspraktik", "starts_on": "2026-11-02", "purpose": "Afklaring"}
    done = workspace.casework.create("placement", {**values, "ends_on": "2027-03-31"})
    assert any("højst vare til den 31-01" in warning for warning in done.warnings)

    def end() -> date:
        case = workspace.lookup.open_citizen(citizen)
        return next(each for each in deadlines(case, workspace.rules, TODAY) if each.kind == "praktik_end").due_on

    assert end() == date(2027, 1, 31)
    done = workspace.casework.update(done.record_ids[0], {"extension": "forlaenget"})
    assert any("begrundelsen" in warning for warning in done.warnings)
    done = workspace.casework.update(done.record_ids[0], {"extension_reason": "Ny afdeling."})
    assert done.warnings == ()
    assert end() == date(2027, 3, 31)


# --- hours -------------------------------------------------------------------------------------


def test_other_hours_leave_what_counted_before(workspace: Workspace, citizen: str) -> None:
    job = place(workspace, citizen, "smaajob", starts_on="2026-10-05", weekly_hours=4)
    workspace.casework.change_hours(job, 6, date(2026, 11, 2))
    workspace.casework.change_hours(job, 12.5, date(2026, 12, 7))
    record = workspace.lookup.get(job).record
    assert record.hours_steps == ("2026-10-05=4", "2026-11-02=6", "2026-12-07=12.5")
    assert record.weekly_hours == 6  # what is to come counts when it comes
    assert [hours_on(record, day) for day in (date(2026, 10, 4), date(2026, 10, 5), TODAY, date(2027, 1, 4))] == [
        0, 4, 6, 12.5,
    ]  # fmt: skip
    assert weekly([record, record], date(2026, 11, 8), 3) == (8, 8, 12)
    workspace.casework.update(job, {"weekly_hours": 8})
    assert workspace.lookup.get(job).record.hours_steps[2] == "2026-11-23=8"
    assert workspace.undo.undo() is not None
    assert workspace.lookup.get(job).record.hours_steps == record.hours_steps


def test_hours_outside_the_place_or_out_of_reach_are_refused(workspace: Workspace, citizen: str) -> None:
    job = place(workspace, citizen, "smaajob", weekly_hours=4)
    with pytest.raises(BadUsage):
        workspace.casework.change_hours(job, 6, date(2026, 11, 1))
    with pytest.raises(InvalidRecords):
        workspace.casework.change_hours(job, 61, TODAY)


# --- offers ------------------------------------------------------------------------------------


def test_an_offer_gets_the_open_deadline_with_its_rule_and_keeps_it(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, enrolled_on="2026-06-15", visitation_category="aktivitetsparat")
    provider = workspace.casework.create("partner", {"name": "Opzoomerne", "kind": "provider"}).record_ids[0]
    done = workspace.casework.offer(citizen, {"partner_id": provider, "kind": "leverandoer", "weeks": 13})
    assert "15-12-2026" in done.message
    offer = workspace.lookup.get(done.record_ids[0]).record
    assert (offer.due_on, offer.due_rule_id, offer.due_rule_version, offer.status) == (
        date(2026, 12, 15), "offer.first", 1, "planlagt",
    )  # fmt: skip
    case = workspace.lookup.open_citizen(citizen)
    (open_one,) = [each for each in deadlines(case, workspace.rules, TODAY) if each.kind == "activation"]
    assert (open_one.record_id, open_one.due_on, open_one.rule_version) == (done.record_ids[0], date(2026, 12, 15), 1)
    workspace.casework.change_offer(done.record_ids[0], {"starts_on": TODAY.isoformat()})
    begun = workspace.lookup.get(done.record_ids[0]).record
    assert (begun.status, begun.due_on, begun.due_rule_id) == ("i_gang", date(2026, 12, 15), "offer.first")
    case = workspace.lookup.open_citizen(citizen)
    assert not [each for each in deadlines(case, workspace.rules, TODAY) if each.kind == "activation"]
    figures = {each.id: each for each in workspace.reporting.outcomes(Period(date(2026, 12, 1), date(2026, 12, 31)))}
    assert (figures["K5"].numerator, figures["K5"].denominator) == (1, 1)


def test_a_provider_that_has_ended_takes_no_new_offer_and_keeps_the_old_ones(
    workspace: Workspace, citizen: str
) -> None:
    gone = workspace.casework.create(
        "partner", {"name": "Områdefornyelsen", "kind": "provider", "valid_to": "2026-11-10"}
    ).record_ids[0]
    with pytest.raises(InvalidRecords) as caught:
        workspace.casework.offer(citizen, {"partner_id": gone})
    assert caught.value.problems[0].field == "partner_id"
    assert "10-11-2026" in caught.value.problems[0].reason
    old = workspace.casework.offer(citizen, {"partner_id": gone, "starts_on": "2026-11-02"}).record_ids[0]
    workspace.casework.change_offer(old, {"ends_on": "2026-11-20"})
    assert workspace.lookup.get(old).record.status == "afsluttet"


def test_a_short_or_late_offer_is_said_and_stored(workspace: Workspace, citizen: str) -> None:
    done = workspace.casework.offer(citizen, {"due_on": "2026-11-10", "starts_on": "2026-11-16", "weeks": 1})
    assert any("mindst 2 uger" in warning for warning in done.warnings)
    assert any("efter fristen den 10-11" in warning for warning in done.warnings)
    done = workspace.casework.offer(citizen, {"starts_on": "2026-11-16", "weeks": 13})
    assert done.warnings == ("Tilbuddet har ingen frist og tæller ikke med i rettidigheden.",)


def test_what_came_to_nothing_keeps_no_deadline_from_being_asked_for(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, enrolled_on="2026-06-16", visitation_category="aktivitetsparat")
    called_off = workspace.casework.offer(citizen, {"kind": "leverandoer"}).record_ids[0]
    workspace.casework.change_offer(called_off, {"status": "annulleret"})
    place(workspace, citizen, "smaajob", end_reason="annulleret")
    case = workspace.lookup.open_citizen(citizen)
    kinds = {each.kind: each.record_id for each in deadlines(case, workspace.rules, TODAY)}
    assert kinds["activation"] is None
    assert "placement" in kinds
    figures = {each.id: each for each in workspace.reporting.outcomes(Period(date(2026, 12, 16), date(2026, 12, 16)))}
    assert (figures["K5"].numerator, figures["K5"].denominator, figures["K5"].excluded) == (0, 0, 1)
