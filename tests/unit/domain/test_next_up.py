"""Follow-along after a job start, a word after a no-show, a next appointment for everyone, and what becomes late if nothing is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.agenda import agenda
from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import Deadline, deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.followalong import cadence, held
from fieldtui.domain.forecast import MOST_DAYS, forecast
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Placement
from fieldtui.domain.rulebook import builtin

RULES = builtin()
WHO = "0190a000-0000-7000-8000-000000000001"
ME = "0190a000-0000-7000-8000-0000000000c1"
START = date(2026, 12, 1)
GROUPS = {"appointment": "appointments", "placement": "placements", "note": "notes", "task": "tasks", "consent": "consents",
          "job_lead": "job_leads"}  # fmt: skip
_count = iter(range(1, 10**6))


def stored(collection: str, **values: Any) -> Stored[Any]:
    own = values if collection == "citizen" else {"citizen_id": WHO} | values
    record = parse_record(collection, own, strict_names=True)
    return Stored(f"0190a000-0000-7000-9000-{next(_count):012d}", record, author=ME)


def case(*items: Stored[Any], **citizen: Any) -> Case:
    groups: dict[str, Any] = {}
    for item in items:
        groups[GROUPS[item.collection]] = (*groups.get(GROUPS[item.collection], ()), item)
    who = stored("citizen", **{"given_name": "Ali", "visitation_category": "jobparat", **citizen})
    return Case(citizen=replace(who, id=WHO), **groups)


def job(starts_on: date = START, **values: Any) -> Stored[Any]:
    return stored("placement", **{"kind": "ordinaert_job", "starts_on": starts_on.isoformat(), **values})


def call(on: date, kind: str = "telefon") -> Stored[Any]:
    return stored("note", kind=kind, text="Talte sammen.", written_at=f"{on}T10:00", author=ME)


def meeting(on: date, status: str = "planned") -> Stored[Any]:
    return stored("appointment", kind="opfoelgning", starts_at=f"{on}T10:00", status=status)


def due(file: Case, kind: str, on: date) -> list[Deadline]:
    return [each for each in deadlines(file, RULES, on) if each.kind == kind]


# --- follow-along ------------------------------------------------------------------------------


def test_a_job_is_followed_as_the_method_says_near_the_start_weekly_then_monthly_for_a_year() -> None:
    steps = cadence(job().record, RULES, None)
    kinds = [each.kind for each in steps]
    assert kinds == ["before_start", "after_start", *["weekly"] * 4, *["monthly"] * 11]
    assert (steps[0].first, steps[0].last) == (date(2026, 11, 24), date(2026, 11, 30))
    assert (steps[1].first, steps[1].last) == (START, date(2026, 12, 4))
    assert [each.last for each in steps[2:6]] == [START + timedelta(days=7 * week) for week in (1, 2, 3, 4)]
    assert (steps[6].last, steps[-1].last) == (date(2027, 2, 1), date(2027, 12, 1))
    assert {each.rule.id.split(".")[0] for each in steps} == {"follow_along"}


@pytest.mark.parametrize("kind", ["virksomhedspraktik", "loentilskud", "fleksjob", "uddannelse"])
def test_only_work_on_ordinary_terms_is_followed_along(kind: str) -> None:
    assert cadence(job(kind=kind, purpose="Afklaring").record, RULES, None) == ()
    assert cadence(job(kind="smaajob").record, RULES, None) != ()
    assert cadence(job(end_reason="annulleret").record, RULES, None) == ()
    assert cadence(job().record, RULES, "fremskudt-2019") == ()


def test_one_step_waits_at_a_time_and_a_contact_brings_the_next() -> None:
    file = case(job())
    (first,) = due(file, "follow_along", date(2026, 11, 20))
    assert (first.due_on, first.rule_id, first.record_id) == (
        date(2026, 11, 30), "follow_along.before_start", file.placements[0].id,
    )  # fmt: skip
    assert "begynder den 01-12" in first.reason
    (second,) = due(case(job(), call(date(2026, 11, 26))), "follow_along", date(2026, 11, 27))
    assert (second.due_on, second.rule_id) == (date(2026, 12, 4), "follow_along.after_start")
    assert due(file, "follow_along", date(2026, 12, 10))[0].due_on == date(2026, 12, 4)  # still open, and late
    (later,) = due(case(job(), call(date(2026, 12, 10))), "follow_along", date(2026, 12, 10))
    assert (later.due_on, later.rule_id) == (date(2026, 12, 22), "follow_along.first_every")


def test_moving_the_start_moves_the_steps_and_makes_none_twice() -> None:
    item = job()
    moved = replace(item, record=item.record.model_copy(update={"starts_on": START + timedelta(days=14)}))
    on = date(2026, 11, 20)
    assert [each.due_on for each in due(case(item), "follow_along", on)] == [date(2026, 11, 30)]
    assert [each.due_on for each in due(case(moved), "follow_along", on)] == [date(2026, 12, 14)]


def test_a_job_that_ends_closes_the_rest_and_asks_for_one_word_within_three_days() -> None:
    ended = job(ends_on="2027-01-10", end_reason="virksomhed")
    assert cadence(ended.record, RULES, None)[-1].kind == "after_end"
    (last,) = due(case(ended, call(date(2027, 1, 2))), "follow_along", date(2027, 1, 11))
    assert (last.due_on, last.rule_id) == (date(2027, 1, 13), "follow_along.after_end")
    assert "sluttede den 10-01" in last.reason
    assert due(case(ended, call(date(2027, 1, 12))), "follow_along", date(2027, 1, 12)) == []


def test_an_attempt_without_an_answer_is_no_contact_and_a_held_meeting_is() -> None:
    on = date(2026, 12, 3)
    assert due(case(job(), call(on, "kontaktforsoeg")), "follow_along", on)[0].due_on == date(2026, 12, 4)
    assert due(case(job(), meeting(on, "attended")), "follow_along", on)[0].due_on == date(2026, 12, 15)
    assert due(case(job(), meeting(on, "no_show")), "follow_along", on)[0].due_on == date(2026, 12, 4)


def test_what_was_over_before_an_extract_was_fetched_is_nobodys_here() -> None:
    fetched = datetime(2027, 3, 10, 8, tzinfo=COPENHAGEN)
    imported = replace(job(), author=None, received_at=fetched)
    (step,) = due(case(imported), "follow_along", date(2027, 3, 11))
    assert (step.due_on, step.past_at_import) == (date(2027, 4, 1), False)


@given(start=st.dates(date(2020, 1, 1), date(2035, 12, 31)), lasts=st.none() | st.integers(0, 500))
@settings(max_examples=40, deadline=None)
def test_the_steps_are_in_order_within_the_job_and_held_ones_are_counted(start: date, lasts: int | None) -> None:
    end = None if lasts is None else start + timedelta(days=lasts)
    placement: Placement = job(start, **({"ends_on": end.isoformat()} if end else {})).record
    steps = cadence(placement, RULES, None)
    assert [each.last for each in steps] == sorted(each.last for each in steps)
    assert all(each.first <= each.last for each in steps)
    assert all(each.kind == "after_end" or end is None or each.last <= end for each in steps)
    every = held(steps, [each.last for each in steps], date.max)
    assert every == (len(steps), len(steps))
    assert held(steps, [], date.max) == (0, len(steps))


# --- a word after a no-show, and a next appointment --------------------------------------------


def test_a_no_show_suggests_contact_and_a_new_time_and_nothing_more() -> None:
    absent = meeting(date(2026, 11, 23), "no_show")
    (found,) = due(case(absent), "missed", date(2026, 11, 23))
    assert (found.due_on, found.record_id, found.rule_id) == (date(2026, 11, 24), absent.id, "no_show.contact_days")
    words = f"{found.what} {found.reason}".lower()
    assert "ring, skriv eller besøg" in words
    assert not any(word in words for word in ("sanktion", "træk", "fradrag", "udskriv", "ophør"))


@pytest.mark.parametrize(
    "answer", [call(date(2026, 11, 23), "kontaktforsoeg"), call(date(2026, 11, 24)), meeting(date(2026, 11, 30))]
)
def test_an_attempt_a_word_or_a_new_time_answers_it(answer: Stored[Any]) -> None:
    absent = meeting(date(2026, 11, 23), "no_show")
    late = replace(
        answer, record=answer.record.model_copy(update={"written_at": datetime(2026, 11, 23, 15, tzinfo=COPENHAGEN)})
    )
    file = case(absent, late if answer.collection == "note" else answer)
    assert due(file, "missed", date(2026, 11, 24)) == []


def test_everyone_enrolled_has_a_next_step_or_the_agenda_says_so() -> None:
    file = case(enrolled_on="2026-11-02")
    (found,) = due(file, "next", date(2026, 11, 10))
    assert (found.due_on, found.rule_id) == (date(2026, 11, 16), "contact.silence_days")
    assert found.what == "Ingen næste aftale"
    spoken = case(call(date(2026, 11, 9)), enrolled_on="2026-11-02")
    assert due(spoken, "next", date(2026, 11, 10))[0].due_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    "something",
    [
        meeting(date(2026, 11, 30)),
        stored("task", title="Ring til lageret"),
        stored("job_lead", company_id=ME, on="2026-11-01", next_step_on="2026-11-12"),
        job(),
    ],
    ids=["meeting", "task", "next step", "job"],
)
def test_a_meeting_a_task_a_next_step_or_a_job_to_follow_is_one(something: Stored[Any]) -> None:
    assert due(case(something, enrolled_on="2026-11-02"), "next", date(2026, 11, 10)) == []


@pytest.mark.parametrize("reason", ["doed", "faengslet", "indlagt"])
def test_after_a_death_a_prison_or_an_admission_all_of_it_is_silent_at_once(reason: str) -> None:
    on = date(2026, 11, 25)
    items = (
        job(on),
        meeting(date(2026, 11, 24), "no_show"),
        stored("task", title="Skriv ud", due_on="2026-11-25"),
        stored("consent", recipient="Center", given_on="2026-11-01", expires_on="2026-11-26"),
    )
    loud, quiet = (case(*items, enrolled_on="2026-11-02", **said) for said in ({}, {"silence_reason": reason}))
    assert agenda([loud], (), (), RULES, on).tasks
    assert due(loud, "follow_along", on)
    nothing = agenda([quiet], (), (), RULES, on)
    assert (nothing.deadlines, nothing.tasks) == ((), ())
    ahead = forecast([quiet], (), RULES, on)
    assert (ahead.deadlines, ahead.tasks, ahead.overdue) == ((), (), 0)


# --- the forecast ------------------------------------------------------------------------------


def test_the_forecast_tells_what_becomes_late_and_counts_what_is() -> None:
    on = date(2026, 11, 23)
    file = case(
        stored("task", title="Før", due_on="2026-11-20"),
        stored("task", title="I dag", due_on="2026-11-23"),
        stored("task", title="Sidste dag", due_on="2026-12-06"),
        stored("task", title="Bagefter", due_on="2026-12-07"),
        stored("consent", recipient="Center", given_on="2025-12-01", expires_on="2026-11-30"),
    )
    ahead = forecast([file], (), RULES, on)
    assert (ahead.first, ahead.last, ahead.overdue) == (on, date(2026, 12, 6), 1)
    assert [item.record.title for item in ahead.tasks] == ["I dag", "Sidste dag"]
    assert [(each.kind, each.due_on) for each in ahead.deadlines] == [("consent", date(2026, 11, 30))]


def test_a_meeting_that_is_booked_in_time_is_taken_as_held_and_one_after_the_deadline_is_not() -> None:
    on = date(2026, 11, 23)
    talk = {"enrolled_on": "2026-11-20", "visitation_category": "aktivitetsparat"}

    def first_talk(day: str) -> Case:
        return case(stored("appointment", kind="jobsamtale", starts_at=f"{day}T10:00", due_on="2026-11-27"), **talk)

    assert "jobsamtale" not in {each.kind for each in forecast([first_talk("2026-11-26")], (), RULES, on).deadlines}
    assert "jobsamtale" in {each.kind for each in forecast([first_talk("2026-11-30")], (), RULES, on).deadlines}


def test_a_silence_that_only_arises_on_the_way_is_foreseen() -> None:
    on = date(2026, 11, 23)
    file = case(meeting(date(2026, 11, 24)), enrolled_on="2026-01-05")
    assert not [each for each in deadlines(file, RULES, on) if each.kind == "next"]
    ahead = forecast([file], (), RULES, on, days=20)
    assert [(each.kind, each.due_on) for each in ahead.deadlines] == [("next", date(2026, 12, 8))]


@pytest.mark.parametrize("days", [0, MOST_DAYS + 1])
def test_a_forecast_out_of_reach_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="days"):
        forecast([], (), RULES, START, days=days)


def test_a_praktik_that_came_without_its_purpose_is_told_about_where_its_end_is() -> None:
    praktik = {"kind": "virksomhedspraktik", "starts_on": "2026-11-02", "ends_on": "2026-11-27"}
    without, with_it = (
        due(case(stored("placement", **praktik, **said)), "praktik_end", date(2026, 11, 20))
        for said in ({}, {"purpose": "Afklaring"})
    )
    assert "Formålet mangler" in without[0].reason
    assert "Formålet" not in with_it[0].reason
