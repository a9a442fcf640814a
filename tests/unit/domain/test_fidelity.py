"""Fidelity: what can be counted is counted right, what cannot waits for a person, and there is no total before everything has a score."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.fidelity import Rating, document, review, score_of
from fieldtui.domain.figures import Period
from fieldtui.domain.followalong import cadence
from fieldtui.domain.outcomes import Records
from fieldtui.domain.records import Appointment, Attendance, Citizen, Company, EmployerContact, JobLead, Placement
from fieldtui.domain.rulebook import builtin

RULES = builtin()
YEAR = Period(date(2020, 1, 1), date(2020, 12, 31))


def ident(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def citizens(count: int, **values: object) -> dict[str, Citizen]:
    said = {"given_name": "Ali", "enrolled_on": date(2019, 6, 1), **values}
    return {ident(number): Citizen.model_validate(said) for number in range(count)}


def held(
    citizen: int, day: date, *, place: str = "Kvartershuset", minutes: int = 60, form: str = "personal"
) -> Appointment:
    return Appointment.model_validate(
        {
            "citizen_id": ident(citizen), "kind": "opfoelgning", "place": place, "form": form, "duration_minutes": minutes,
            "starts_at": datetime(day.year, day.month, day.day, 10, tzinfo=COPENHAGEN), "status": Attendance.ATTENDED,
        }
    )  # fmt: skip


def job(citizen: int, start: date, *, kind: str = "ordinaert_job", end: date | None = None, at: int = 900) -> Placement:
    return Placement.model_validate(
        {"citizen_id": ident(citizen), "company_id": ident(at), "kind": kind, "starts_on": start, "ends_on": end}
    )


def scores(records: Records, period: Period = YEAR, ratings: tuple[Rating, ...] = ()) -> dict[int, int | None]:
    return {each.item.number: each.score for each in review(records, period, RULES, ratings).items}


@pytest.mark.parametrize(("count", "score"), [(20, 5), (25, 4), (30, 3), (40, 2), (50, 1), (4, None)])
def test_the_caseload_is_scored_as_the_memos_numbers_are(count: int, score: int | None) -> None:
    people = citizens(count)
    assert scores(Records(people, dict.fromkeys(people, "MH")))[1] == score


def test_days_to_an_employer_run_from_enrolment_to_the_first_visit_for_the_citizen() -> None:
    people = citizens(6, enrolled_on=date(2020, 3, 1))
    visits = {
        ident(100 + number): EmployerContact.model_validate(
            {"company_id": ident(900), "on": date(2020, 3, 1) + timedelta(days=10 * number), "mode": "visit", "face_to_face": True}
        )
        for number in range(5)
    }  # fmt: skip
    leads = tuple(
        JobLead.model_validate(
            {"citizen_id": ident(number), "company_id": ident(900), "employer_contact_id": ident(100 + number), "on": date(2020, 3, 2)}
        )
        for number in range(5)
    )  # fmt: skip
    shown = review(Records(people, {}, job_leads=leads, contacts=visits), YEAR, RULES)
    fifteen = next(each for each in shown.items if each.item.number == 15)
    assert fifteen.measure is not None
    assert (fifteen.score, fifteen.measure.value, fifteen.measure.n, fifteen.measure.excluded) == (5, 20, 5, 1)


def test_praktik_is_no_ordinary_job_and_two_units_of_one_cvr_are_one_employer() -> None:
    people = citizens(6)
    companies = {
        ident(900): Company(name="A", cvr="13748136", trade="Café"),
        ident(901): Company(name="A2", cvr="13748136", trade="Lager"),
    }
    jobs = tuple(
        job(
            number, date(2020, 2, 1), kind="virksomhedspraktik" if number == 0 else "ordinaert_job", at=900 + number % 2
        )
        for number in range(6)
    )
    shown = {
        each.item.number: each
        for each in review(Records(people, {}, placements=jobs, companies=companies), YEAR, RULES).items
    }
    assert [(each.measure.numerator, each.measure.denominator) for each in (shown[19], shown[20], shown[21]) if each.measure] == [
        (2, 5), (1, 5), (5, 6),
    ]  # fmt: skip
    assert shown[21].score == 3


def test_the_telephone_and_the_teams_own_house_are_not_the_community() -> None:
    people = citizens(1)
    meetings = [held(0, date(2020, 5, day + 1), place="Gåtur") for day in range(2)]
    meetings += [held(0, date(2020, 5, 10), place="Kvartershuset"), held(0, date(2020, 5, 11), place="telefon")]
    meetings += [held(0, date(2020, 5, 12), place="Hjemme hos", form="phone")]
    shown = review(Records(people, {}, appointments=tuple(meetings)), YEAR, RULES)
    measure = next(each.measure for each in shown.items if each.item.number == 24)
    assert measure is not None
    assert (measure.numerator, measure.denominator, measure.n) == (120, 300, 5)


def test_a_job_followed_every_week_and_month_scores_five_and_one_that_nobody_followed_on_scores_one() -> None:
    people = citizens(5)
    jobs = tuple(job(number, date(2020, 2, 3)) for number in range(5))
    windows = [
        each for number in range(5) for each in [(number, window) for window in cadence(jobs[number], RULES, None)]
    ]
    every = tuple(held(number, window.last) for number, window in windows)
    noted = {ident(number): tuple(window.last for each, window in windows if each == number) for number in range(5)}
    assert scores(Records(people, {}, placements=jobs, noted=noted))[23] == 5
    first_month = tuple(held(number, window.last) for number, window in windows if window.kind != "monthly")
    assert scores(Records(people, {}, placements=jobs, appointments=every))[23] == 5
    assert scores(Records(people, {}, placements=jobs, appointments=first_month))[23] == 1


def test_there_is_no_total_until_all_twenty_five_have_a_score() -> None:
    ratings = tuple(Rating(number, 4, date(2020, 6, 1), "Set på dagen", "leder") for number in range(1, 26))
    nobody = Records({}, {})
    shown = review(nobody, YEAR, RULES, ratings[:24])
    assert (shown.total, shown.scored, document(shown, programme=None)["total"]) == (None, 24, None)
    assert "24 af 25" in shown.headline
    whole = review(nobody, YEAR, RULES, ratings)
    assert (whole.total, whole.band) == (100, "god")


def test_a_reviewer_goes_before_the_count_and_the_latest_in_the_period_counts() -> None:
    people = citizens(25)
    records = Records(people, dict.fromkeys(people, "MH"))
    said = (
        Rating(1, 2, date(2020, 3, 1), "Tidligt", None),
        Rating(1, 3, date(2020, 9, 1), "Sent", None),
        Rating(1, 5, date(2021, 2, 1), "Efter perioden", None),
    )
    one = review(records, YEAR, RULES, said).items[0]
    assert (one.score, one.counted, one.as_json()["score_by"]) == (3, 4, "reviewer")


@given(value=st.floats(0, 400), better=st.floats(0, 50))
def test_better_never_scores_lower(value: float, better: float) -> None:
    fewer = RULES.fidelity[14].cuts or ()
    more = RULES.fidelity[16].cuts or ()
    assert score_of(max(0, value - better), fewer, less_is_better=True) >= score_of(value, fewer, less_is_better=True)
    assert score_of(value + better, more, less_is_better=False) >= score_of(value, more, less_is_better=False)


def test_every_item_says_its_source_and_that_nobody_has_confirmed_it() -> None:
    assert [each.number for each in RULES.fidelity] == list(range(1, 26))
    assert all(each.source and each.note and not each.confirmed and len(each.anchors) == 5 for each in RULES.fidelity)
    assert {each.number for each in RULES.fidelity if each.automation == "auto"} == {1, 15, 17, 19, 20, 21, 23, 24}
