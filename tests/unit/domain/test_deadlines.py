"""What falls due, after which rule and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import set_language
from fieldtui.domain.agenda import agenda
from fieldtui.domain.calendar import add_months
from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import Deadline, deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.problems import parse_record
from fieldtui.domain.rulebook import RuleBook, builtin, parse

ON = date(2026, 11, 24)
WHO = "0190a000-0000-7000-8000-000000000001"
FIRM = "0190a000-0000-7000-8000-0000000000f1"
ME, OTHER = "0190a000-0000-7000-8000-0000000000c1", "0190a000-0000-7000-8000-0000000000c2"
RULES = builtin()
NAMES = {
    "appointment": "appointments", "referral": "referrals", "consent": "consents", "placement": "placements",
    "job_lead": "job_leads", "activation": "activations", "task": "tasks",
}  # fmt: skip
_count = iter(range(1, 10**6))


def stored(collection: str, **values: Any) -> Stored[Any]:
    """A record of the citizen, written by me; `citizen=None` gives it to the team."""
    values = {"citizen_id": WHO} | values
    if values["citizen_id"] is None or collection == "citizen":
        del values["citizen_id"]
    record = parse_record(collection, values, strict_names=True)
    return Stored(f"0190a000-0000-7000-9000-{next(_count):012d}", record, author=ME)


def case(*items: Stored[Any], **citizen: Any) -> Case:
    """A citizen, enrolled long ago with a job behind them, so that only what a test adds falls due."""
    quiet = {"given_name": "Ali", "visitation_category": "jobparat"}
    who = replace(stored("citizen", **(quiet | citizen)), id=WHO)
    groups: dict[str, Any] = {}
    for item in items:
        name = NAMES[item.collection]
        groups[name] = (*groups.get(name, ()), item)
    return Case(citizen=who, **groups)


def only(file: Case, kind: str, on: date = ON, rules: RuleBook = RULES) -> list[Deadline]:
    return [each for each in deadlines(file, rules, on) if each.kind == kind]


# --- treatment ---------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", ["SEL101", "SUL141", "SUL142"])
def test_the_guarantee_runs_fourteen_calendar_days_from_the_request(basis: str) -> None:
    (found,) = only(
        case(stored("referral", basis=basis, requested_on="2026-11-11", referred_on="2026-11-20")), "treatment"
    )
    assert found.due_on == date(2026, 11, 25)
    assert found.days_left(ON) == 1
    assert found.reason == "14 dage efter henvendelsen den 11-11."
    assert (found.rule_id, found.rule_version, found.confirmed) == (f"treatment.{basis.lower()}", 1, False)


def test_for_double_diagnosis_the_clock_starts_when_the_region_has_the_referral() -> None:
    waiting = stored("referral", basis="SUL82C", requested_on="2026-11-01")
    assert only(case(waiting), "treatment") == []
    received = stored(
        "referral", basis="SUL82C", requested_on="2026-11-01", referred_on="2026-11-03", received_on="2026-11-10"
    )
    (found,) = only(case(received), "treatment")
    assert found.due_on == date(2026, 11, 24)
    assert "modtaget den 10-11" in found.reason


def test_no_right_counts_before_its_law() -> None:
    early = stored("referral", basis="SUL82C", requested_on="2024-08-01", received_on="2024-08-31")
    assert only(case(early), "treatment", date(2024, 9, 2)) == []


@pytest.mark.parametrize("over", [{"started_on": "2026-11-20"}, {"ended_on": "2026-11-20"}])
def test_the_clock_stops_when_treatment_begins_or_the_request_ends(over: dict[str, str]) -> None:
    assert only(case(stored("referral", basis="SEL101", requested_on="2026-11-11", **over)), "treatment") == []


def test_free_choice_says_that_the_deadline_may_be_exceeded() -> None:
    chosen = stored("referral", basis="SEL101", requested_on="2026-11-11", free_choice=True)
    assert "kan overskrides" in only(case(chosen), "treatment")[0].reason


def test_the_guarantee_is_not_moved_for_christmas() -> None:
    found = only(case(stored("referral", basis="SEL101", requested_on="2026-12-11")), "treatment")
    assert found[0].due_on == date(2026, 12, 25)


@given(st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_the_guarantee_is_always_fourteen_days(day: date) -> None:
    (found,) = only(case(stored("referral", basis="SEL101", requested_on=day.isoformat())), "treatment", day)
    assert found.due_on.toordinal() - day.toordinal() == 14


# --- interviews --------------------------------------------------------------------------------


def meeting(starts_at: str, **values: Any) -> Stored[Any]:
    return stored("appointment", **({"kind": "jobsamtale", "starts_at": starts_at} | values))


def test_a_stored_deadline_wins_and_keeps_its_rule() -> None:
    item = meeting("2026-11-30T10:00", due_on="2026-11-28", due_rule_id="jobsamtale.first", due_rule_version=1)
    (found,) = only(case(item, enrolled_on="2026-11-23", visitation_category="aktivitetsparat"), "jobsamtale")[:1]
    assert (found.due_on, found.rule_id, found.rule_version, found.record_id) == (
        date(2026, 11, 28),
        "jobsamtale.first",
        1,
        item.id,
    )
    assert "efter fristen" in found.reason


def test_a_rule_that_is_unknown_here_is_named_and_unconfirmed() -> None:
    item = meeting("2026-11-25T10:00", due_on="2026-11-28", due_rule_id="lab2027.first", due_rule_version=4)
    (found,) = only(case(item), "jobsamtale")
    assert (found.rule_id, found.rule_version, found.confirmed) == ("lab2027.first", 4, False)


def test_a_given_deadline_without_a_rule_says_where_it_came_from() -> None:
    (found,) = only(case(meeting("2026-11-25T10:00", due_on="2026-11-28")), "jobsamtale")
    assert found.rule_id == "frist.given"


@pytest.mark.parametrize("status", ["attended", "no_show", "cancelled_staff"])
def test_what_became_of_a_meeting_ends_its_stored_deadline(status: str) -> None:
    item = meeting("2026-11-20T10:00", due_on="2026-11-18", status=status)
    assert [each for each in only(case(item), "jobsamtale") if each.record_id == item.id] == []


def test_the_first_interview_is_due_a_week_after_enrolment_by_the_rule_of_that_day() -> None:
    def first(enrolled: str, on: date) -> list[Deadline]:
        file = case(enrolled_on=enrolled, visitation_category="aktivitetsparat")
        return [each for each in only(file, "jobsamtale", on) if each.rule_id == "jobsamtale.first"]

    assert [(e.due_on, e.rule_version) for e in first("2026-11-23", ON)] == [(date(2026, 11, 30), 2)]
    assert [(e.due_on, e.rule_version) for e in first("2026-06-30", ON)] == [(date(2026, 7, 7), 1)]
    assert first("2019-06-30", ON) == []


def test_after_an_interview_the_next_follows_the_local_norm_until_it_is_booked() -> None:
    held = meeting("2026-11-02T10:00", status="attended")
    (found,) = only(case(held), "jobsamtale")
    assert (found.due_on, found.rule_id) == (date(2026, 11, 30), "jobsamtale.local_interval_days")
    assert found.reason == "28 dage efter den seneste jobsamtale den 02-11-2026."
    assert only(case(held, meeting("2026-11-30T09:00")), "jobsamtale") == []
    assert len(only(case(held, meeting("2026-12-01T09:00")), "jobsamtale")) == 1


def test_an_evening_meeting_counts_on_its_day_in_copenhagen() -> None:
    held = meeting("2026-11-01T23:30Z", status="attended")
    assert only(case(held), "jobsamtale")[0].due_on == date(2026, 11, 30)


def test_four_interviews_in_six_months_while_there_is_time() -> None:
    held = [meeting(f"2026-{month:02d}-10T10:00", status="attended") for month in (8, 9, 10)]

    def open_count(items: list[Stored[Any]], on: date) -> list[Deadline]:
        file = case(*items, enrolled_on="2026-08-01", visitation_category="aktivitetsparat")
        return [each for each in only(file, "jobsamtale", on) if each.rule_id == "jobsamtale.min_first_6m"]

    (found,) = open_count(held, ON)
    assert found.due_on == date(2027, 2, 1)
    assert "3 er holdt" in found.reason
    assert open_count([*held, meeting("2026-11-20T10:00", status="attended")], ON) == []
    assert open_count(held, date(2027, 2, 2)) == []


# --- consent -----------------------------------------------------------------------------------


def consent(given_on: str, **values: Any) -> Stored[Any]:
    return stored("consent", recipient="Rusmiddelbehandlingen", given_on=given_on, **values)


def test_a_consent_ends_on_its_day_or_after_a_year() -> None:
    (stored_day,) = only(case(consent("2026-01-01", expires_on="2026-12-15")), "consent")
    assert (stored_day.due_on, stored_day.what) == (date(2026, 12, 15), "Samtykke udløber")
    (year,) = only(case(consent("2025-12-15")), "consent")
    assert year.due_on == date(2026, 12, 15)


def test_a_consent_that_has_run_out_is_shown_for_a_month_or_as_long_as_treatment_goes_on() -> None:
    over = consent("2025-01-01", expires_on="2026-11-01")
    assert [each.what for each in only(case(over), "consent")] == ["Samtykke udløbet"]
    assert only(case(over), "consent", date(2026, 12, 2)) == []
    treated = stored("referral", basis="SEL101", requested_on="2026-10-01", started_on="2026-10-10")
    assert len(only(case(over, treated), "consent", date(2027, 3, 1))) == 1


def test_a_renewed_or_withdrawn_consent_falls_due_no_more() -> None:
    old, new = consent("2025-12-01", expires_on="2026-12-01"), consent("2026-11-01", expires_on="2027-11-01")
    assert [each.record_id for each in only(case(old, new), "consent")] == [new.id]
    assert only(case(consent("2026-01-01", withdrawn_at="2026-11-20T10:00")), "consent") == []


# --- placements, offers, next steps -------------------------------------------------------------


@given(st.dates(date(2019, 1, 1), date(2030, 12, 31)))
def test_a_place_is_due_a_calendar_month_after_enrolment(enrolled: date) -> None:
    (found,) = only(case(enrolled_on=enrolled.isoformat()), "placement", enrolled)
    assert found.due_on == add_months(enrolled, 1)
    assert (found.due_on + timedelta(days=1)).day in {enrolled.day + 1, 1}


def test_the_first_place_ends_that_deadline_and_an_annulled_one_does_not() -> None:
    place = stored("placement", kind="smaajob", starts_on="2026-11-20")
    assert only(case(place, enrolled_on="2026-11-01"), "placement") == []
    annulled = replace(place, annulled_at=datetime(2026, 11, 21, tzinfo=COPENHAGEN))
    assert len(only(case(annulled, enrolled_on="2026-11-01"), "placement")) == 1


def praktik(starts_on: str, **values: Any) -> Stored[Any]:
    return stored("placement", kind="virksomhedspraktik", starts_on=starts_on, purpose="Timer", **values)


def test_a_praktik_ends_as_agreed_and_never_after_what_the_law_allows() -> None:
    ready = {"visitation_category": "aktivitetsparat"}
    (agreed,) = only(case(praktik("2026-11-01", ends_on="2026-12-01"), **ready), "praktik_end")
    assert (agreed.due_on, agreed.reason) == (date(2026, 12, 1), "Den aftalte slutdato.")
    (longest,) = only(case(praktik("2026-11-02", ends_on="2027-06-01"), **ready), "praktik_end")
    assert longest.due_on == date(2026, 11, 2) + timedelta(weeks=13, days=-1)
    assert "13 uger" in longest.reason
    (job_ready,) = only(case(praktik("2026-11-02"), visitation_category="jobparat"), "praktik_end")
    assert job_ready.due_on == date(2026, 11, 29)


def test_a_praktik_that_is_over_falls_due_no_more() -> None:
    assert only(case(praktik("2026-10-01", ends_on="2026-11-23")), "praktik_end") == []
    assert only(case(praktik("2026-11-01", end_reason="ansat")), "praktik_end") == []
    assert len(only(case(praktik("2026-11-10", ends_on="2026-11-24")), "praktik_end")) == 1


def test_an_offer_is_due_until_it_begins() -> None:
    waiting = stored("activation", due_on="2026-12-01")
    assert [each.due_on for each in only(case(waiting), "activation")] == [date(2026, 12, 1)]
    assert only(case(stored("activation", due_on="2026-12-01", starts_on="2026-11-20")), "activation") == []
    assert only(case(stored("activation", due_on="2026-12-01", status="annulleret")), "activation") == []


def test_the_first_offer_is_due_six_months_after_enrolment() -> None:
    (found,) = only(case(enrolled_on="2026-08-31", visitation_category="aktivitetsparat"), "activation")
    assert (found.due_on, found.rule_id) == (date(2027, 2, 28), "offer.first")


def test_the_next_step_at_a_company_is_due_until_something_later_happened_there() -> None:
    lead = stored("job_lead", company_id=FIRM, on="2026-11-10", next_step_on="2026-11-25")
    assert [each.due_on for each in only(case(lead), "contact")] == [date(2026, 11, 25)]
    later = stored("job_lead", company_id=FIRM, on="2026-11-20", state="declined")
    assert only(case(lead, later), "contact") == []


# --- for everyone ------------------------------------------------------------------------------


def full(**citizen: Any) -> Case:
    return case(
        stored("referral", basis="SEL101", requested_on="2026-11-11"), meeting("2026-11-25T10:00", due_on="2026-11-28"),
        consent("2025-12-10"), praktik("2026-11-01"), stored("activation", due_on="2026-12-01"),
        **({"enrolled_on": "2026-11-01", "visitation_category": "aktivitetsparat"} | citizen),
    )  # fmt: skip


def test_they_come_in_order_of_their_day() -> None:
    found = deadlines(full(), RULES, ON)
    assert [each.due_on for each in found] == sorted(each.due_on for each in found)
    assert {each.kind for each in found} == {"treatment", "jobsamtale", "consent", "praktik_end", "activation"}


@pytest.mark.parametrize(
    ("citizen", "expected"),
    [
        ({"discharged_on": "2026-11-24"}, 0), ({"discharged_on": "2026-11-25"}, 6),
        ({"silence_reason": "doed"}, 0), ({"silence_reason": "indlagt", "silence_from": "2026-11-24"}, 0),
        ({"silence_reason": "indlagt", "silence_from": "2026-11-25"}, 6),
    ],
)  # fmt: skip
def test_a_discharged_or_silent_citizen_has_none(citizen: dict[str, str], expected: int) -> None:
    assert len(deadlines(full(**citizen), RULES, ON)) == expected


def test_a_confirmed_rule_makes_a_confirmed_deadline() -> None:
    rule = """
[[rule]]
id = "treatment.sel101"
version = 3
kind = "deadline"
level = "legal"
label = "Behandlingsgaranti"
source = "SEL § 101"
valid_from = 2020-01-01
confirmed_on = 2026-08-01
confirmed_by = "BIF"
params = { from = "requested_on", days = 7 }
"""
    (found,) = deadlines(
        case(stored("referral", basis="SEL101", requested_on="2026-11-20")), parse(rule, "law.toml"), ON
    )
    assert (found.due_on, found.rule_version, found.confirmed) == (date(2026, 11, 27), 3, True)


def test_reasons_speak_the_language_in_force() -> None:
    set_language("en")
    (found,) = only(case(stored("referral", basis="SEL101", requested_on="2026-11-11")), "treatment")
    assert (found.what, found.reason) == ("Treatment guarantee", "14 days after the request on 11-11.")


def imported(item: Stored[Any], received: str) -> Stored[Any]:
    return replace(item, author=None, received_at=datetime.fromisoformat(received).replace(tzinfo=COPENHAGEN))


def test_what_was_over_before_it_was_imported_is_one_number_and_no_alarm() -> None:
    old = imported(stored("referral", basis="SEL101", requested_on="2021-02-20"), "2026-11-21T12:00")
    live = imported(stored("referral", basis="SEL101", requested_on="2026-11-12"), "2026-11-21T12:00")
    own = stored("referral", basis="SUL141", requested_on="2026-11-01")
    file = case(old, live, own)
    assert sorted((each.record_id == old.id, each.past_at_import) for each in only(file, "treatment")) == [
        (False, False),
        (False, False),
        (True, True),
    ]
    day = agenda([file], [], [], RULES, ON)
    assert day.past_at_import == 1
    assert [each.due_on for each in day.deadlines] == [date(2026, 11, 15), date(2026, 11, 26)]


# --- the agenda --------------------------------------------------------------------------------


def test_a_day_holds_its_meetings_by_time_and_the_teams_that_are_mine() -> None:
    late, early = meeting("2026-11-24T14:00"), meeting("2026-11-24T08:00", status="cancelled_citizen")
    elsewhere = [meeting("2026-11-23T23:59"), meeting("2026-11-25T00:00")]
    annulled = replace(meeting("2026-11-24T09:00"), annulled_at=datetime(2026, 11, 20, tzinfo=COPENHAGEN))

    def team(hour: int, **values: Any) -> Stored[Any]:
        return stored("appointment", citizen_id=None, kind="team", starts_at=f"2026-11-24T{hour:02d}:00", **values)

    mine, invited, everyone = team(9, consultant_id=ME), team(10, consultant_id=OTHER, participants=[ME]), team(11)
    theirs = team(12, consultant_id=OTHER)
    found = agenda(
        [case(late, early, annulled, *elsewhere)], [theirs, everyone, invited, mine], [], RULES, ON, consultant_id=ME
    )
    assert [item.id for item in found.appointments] == [early.id, mine.id, invited.id, everyone.id, late.id]


def test_a_day_before_the_clock_change_ends_at_its_own_midnight() -> None:
    night = meeting("2026-10-25T02:30+01:00")
    assert len(agenda([case(night)], [], [], RULES, date(2026, 10, 25)).appointments) == 1
    assert agenda([case(night)], [], [], RULES, date(2026, 10, 24)).appointments == ()


def test_deadlines_are_shown_to_the_horizon_and_consents_a_month_ahead() -> None:
    far = [stored("referral", basis="SEL101", requested_on="2026-11-24"), stored("activation", due_on="2026-12-09"), consent("2026-01-01", expires_on="2026-12-24")]  # fmt: skip
    kinds = [each.kind for each in agenda([case(*far)], [], [], RULES, ON).deadlines]
    assert kinds == ["treatment", "consent"]


def test_tasks_are_open_ones_by_day_with_undated_last() -> None:
    items = [
        stored("task", title="uden dag"), stored("task", title="snart", due_on="2026-11-26"), stored("task", title="over", due_on="2026-11-01"),
        stored("task", title="fjern", due_on="2027-01-01"), stored("task", title="gjort", due_on="2026-11-24", done_at="2026-11-24T08:00"),
    ]  # fmt: skip
    team = [stored("task", citizen_id=None, title=title, due_on="2026-11-25", **extra) for title, extra in (("min", {"consultant_id": ME}), ("din", {"consultant_id": OTHER}), ("alles", {}))]  # fmt: skip
    found = agenda([case(*items)], [], team, RULES, ON, consultant_id=ME)
    assert [item.record.title for item in found.tasks] == ["over", "min", "alles", "snart", "uden dag"]
