"""Target groups: what does not fit is said, and nobody is turned away by the program."""

from __future__ import annotations

from datetime import date

import pytest

from fieldtui.domain.eligibility import age_of, misfits
from fieldtui.domain.records import Citizen
from fieldtui.domain.rulebook import builtin

BOOK = builtin()
ENROLLED = date(2020, 6, 1)
FITS = {
    "given_name": "Fatima", "cpr": "6101850001", "district": "sydhavnen", "visitation_category": "aktivitetsparat",
    "benefit": "kontanthjaelp", "enrolled_on": ENROLLED, "unemployed_since": date(2018, 1, 1),
}  # fmt: skip


def said(programme: str, **changes: object) -> tuple[str, ...]:
    profile = BOOK.profile(programme)
    assert profile is not None
    return misfits(Citizen.model_validate({**FITS, **changes}), profile, BOOK, date(2026, 11, 23))


@pytest.mark.parametrize(
    ("programme", "changes", "sentence"),
    [
        ("ips-sydhavnen", {"cpr": "6206900001"}, "Borgeren er under 30 år."),
        ("ips-sydhavnen", {"district": "valby"}, "Valby er ikke i målgruppen (Sydhavnen, Bavnehøj)."),
        ("ips-sydhavnen", {"visitation_category": "jobparat"}, "Jobparat er ikke i målgruppen (Aktivitetsparat)."),
        ("fremskudt-2019", {"unemployed_since": date(2015, 5, 31)}, "Borgeren har været ledig i over 5 år."),
        ("fremskudt-2019", {"enrolled_on": date(2022, 1, 1), "unemployed_since": None}, "Indsatsen er sluttet."),
        ("flere-skal-med-unge", {}, "Borgeren er over 29 år."),
        ("unge-handicap-16-uger", {}, "Borgeren er over 29 år."),
    ],
)
def test_what_is_outside_the_target_group_is_said_in_a_sentence(
    programme: str, changes: dict[str, object], sentence: str
) -> None:
    assert said(programme, **changes) == (sentence,)


def test_the_five_year_limit_ended_with_the_older_programme() -> None:
    long_ago = date(2005, 1, 1)
    assert said("ips-sydhavnen", unemployed_since=long_ago, enrolled_on=date(2023, 1, 1)) == ()
    assert said("fremskudt-2019", unemployed_since=date(2015, 6, 1)) == (), "five years to the day is not over five"


def test_what_is_not_known_is_no_reason() -> None:
    bare = dict.fromkeys(("cpr", "district", "visitation_category", "benefit", "unemployed_since"))
    for programme in ("ips-sydhavnen", "fremskudt-2019", "flere-skal-med-unge", "unge-handicap-16-uger"):
        assert said(programme, **bare) == ()


def test_age_turns_on_the_birthday_also_for_a_replacement_number() -> None:
    citizen = Citizen.model_validate({**FITS, "cpr": "7006900001"})  # born 10 June 1990
    assert [age_of(citizen, date(2020, 6, day)) for day in (9, 10)] == [29, 30]


def test_each_profile_says_its_norm_and_the_usual_one_counts_for_who_has_none() -> None:
    norms = {each.id: BOOK.on("caseload.norm", ENROLLED, programme=each.id) for each in BOOK.programmes}
    assert {key: rule.params["value"] for key, rule in norms.items() if rule} == {
        "ips-sydhavnen": 25, "fremskudt-2019": 40, "flere-skal-med-unge": 50, "unge-handicap-16-uger": 25,
    }  # fmt: skip
    assert BOOK.profile(None) == BOOK.profile("ips-sydhavnen")
    course = BOOK.profile("unge-handicap-16-uger")
    assert course is not None
    assert (course.weeks, len(course.tasks), len(course.outputs)) == (16, 4, 3)
