"""The made-up team: whole, lawful, repeatable, and of nobody who exists."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN
from fieldtui.demo.team import TEAM, TrainingTeam, make_team
from fieldtui.domain.identifiers import CprKind, parse_cpr
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.domain.rulebook import builtin

CONSULTANTS = {each.initials: f"01968000-0000-7000-8000-00000000000{number}" for number, each in enumerate(TEAM)}
NOW = datetime(2026, 11, 24, 10, 7, tzinfo=COPENHAGEN)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)).map(lambda naive: naive.replace(tzinfo=COPENHAGEN))


def a_team(seed: int = 7, now: datetime = NOW, citizens: int = 25) -> TrainingTeam:
    return make_team(seed, now, CONSULTANTS, citizens=citizens)


def test_the_same_seed_gives_the_same_team_and_another_seed_another() -> None:
    assert a_team() == a_team()
    assert {each.id for each in a_team(8).records}.isdisjoint({each.id for each in a_team().records})


def test_each_consultant_has_their_citizens_and_two_of_all_are_protected() -> None:
    team = a_team()
    assert Counter(initials for _id, initials in team.assigned) == {"MH": 25, "TB": 25, "SK": 25}
    citizens = [each for each in team.records if each.collection == "citizen"]
    assert sum(bool(each.body["address_protected"]) for each in citizens) == 2
    assert {citizen.id for citizen in citizens} == {citizen_id for citizen_id, _initials in team.assigned}


@given(seed=st.integers(0, 10_000), now=MOMENTS)
def test_at_any_moment_every_record_is_one_that_a_person_could_have_made(seed: int, now: datetime) -> None:
    team = a_team(seed, now, citizens=3)
    ids = {each.id for each in team.records}
    assert len(ids) == len(team.records)
    book = builtin()
    for each in team.records:
        record = parse_record(each.collection, each.body, strict_names=True)
        for name, value in each.body.items():
            if name.endswith("_id") and name != "consultant_id":
                assert value in ids, f"{each.collection}.{name} points to nothing"
        if isinstance(record, Citizen):
            assert book.label("benefit", record.benefit or "") != record.benefit
            if record.cpr:
                assert parse_cpr(record.cpr).kind is CprKind.REPLACEMENT


@given(now=MOMENTS)
def test_there_is_always_a_days_work_today_of_which_some_has_begun_and_in_office_hours_a_meeting_is_going_on(
    now: datetime,
) -> None:
    records = [
        Appointment.model_validate(dict(each.body))
        for each in a_team(1, now, citizens=25).records
        if each.collection == "appointment"
    ]
    mine = [each for each in records if each.consultant_id == CONSULTANTS["MH"] and each.citizen_id]
    today = [each for each in mine if each.starts_at.date() == now.date()]
    assert 4 <= len(today) <= 6
    assert any(each.starts_at <= now for each in today)
    if 9 <= now.hour < 18:
        assert any(each.starts_at <= now < each.ends_at for each in records if each.citizen_id)
