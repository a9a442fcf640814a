"""Openings held against wishes: every reason is said, health is never one, and a no is remembered."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldtui.domain.matching import MOST, Match, Offer, Wishes, match, matches, wanted_hours
from fieldtui.domain.records import Citizen, Company, JobLead, Opening
from fieldtui.domain.trades import about_health, family_of, same_word

FATIMA, CAFE, OPENING, OTHER = (str(UUID(int=at)) for at in (1, 2, 3, 4))
TODAY = date(2026, 11, 25)


def held(
    citizen: dict[str, Any] | None = None,
    opening: dict[str, Any] | None = None,
    company: dict[str, Any] | None = None,
    leads: tuple[JobLead, ...] = (),
    district: str = "",
) -> Match:
    wishes = Wishes(FATIMA, Citizen(given_name="Fatima", **(citizen or {})), leads=leads, district=district)
    return match(wishes, offer(opening, company), TODAY)


def offer(
    opening: dict[str, Any] | None = None, company: dict[str, Any] | None = None, opening_id: str = OPENING
) -> Offer:
    vacancy = Opening(**{"company_id": CAFE, "title": "Opvask", **(opening or {})})
    return Offer(opening_id, vacancy, CAFE, Company(**{"name": "Café Solsort", **(company or {})}))


def lead(state: str, on: date = date(2026, 11, 1), **more: Any) -> JobLead:
    return JobLead(
        **{"citizen_id": FATIMA, "company_id": CAFE, "opening_id": OPENING, "on": on, "state": state, **more}
    )


def signs(found: Match) -> dict[str, str]:
    return {reason.code: reason.sign for reason in found.reasons}


def test_everything_that_fits_is_a_reason_and_makes_five() -> None:
    found = held(
        {"job_goal": "Køkken/café, 6–8 t/uge", "considerations": "Fast mentor", "work_places": ["2450"]},
        {"weekly_hours": 6, "considerations": ["mentor"]},
        {"postal_code": "2450", "city": "København SV", "relation": "varm"},
    )
    assert found.score == MOST
    assert signs(found) == dict.fromkeys(("goal", "hours", "considerations", "place", "company"), "+")


def test_what_does_not_fit_is_said_and_takes_from_the_score() -> None:
    found = held(
        {"job_goal": "Lager", "weekly_hours_wanted": 6, "work_places": ["Valby"]},
        {"weekly_hours": 20},
        {"city": "Kastrup"},
    )
    assert found.score == 0
    assert signs(found) == dict.fromkeys(("goal", "hours", "place"), "-")


def test_fewer_hours_than_wanted_are_only_worth_knowing() -> None:
    assert signs(held({"weekly_hours_wanted": 10}, {"weekly_hours": 4}))["hours"] == " "


@pytest.mark.parametrize(
    ("goal", "hours"),
    [
        ("Køkken, 6–8 t/uge", (6, 8)),
        ("ca. 12,5 timer", (12.5, 12.5)),
        ("8-6 t", (6, 8)),
        ("To dage", None),
        (None, None),
    ],
)
def test_wanted_hours_are_read_from_the_goal_where_they_are_not_said(
    goal: str | None, hours: tuple[float, float] | None
) -> None:
    assert wanted_hours(Citizen(given_name="A", job_goal=goal)) == hours
    assert wanted_hours(Citizen(given_name="A", job_goal=goal, weekly_hours_wanted=3)) == (3, 3)


def test_a_practical_need_that_tells_of_health_is_asked_about_without_being_named() -> None:
    found = held({"practical_needs": ["kørestol", "tolk"]}, {"practical": ["tolk"]})
    texts = {reason.text for reason in found.reasons if reason.code == "practical"}
    assert any("tolk" in text for text in texts)
    assert not any("kørestol" in text for text in texts)
    assert held({"practical_needs": ["kørestol"]}, {"practical": ["Kørestol"]}).score >= found.score


def test_what_somebody_does_not_want_is_never_taken_for_what_they_want() -> None:
    till = {"title": "Butiksmedhjælper", "tasks": "Kasse og varer"}
    refused = held({"job_goal": "Lager. Ikke kasse", "considerations": "ikke kasse; aldrig weekend"}, till)
    assert signs(refused)["goal"] == "-"
    assert [reason.text for reason in refused.reasons if reason.code == "considerations"] == [
        "Aftal undtagelse: ikke kasse"
    ]
    assert signs(held({"job_goal": "Butik men ikke kasse"}, {"title": "Kasse"}))["goal"] == "+"  # the same kind of work
    assert "considerations" not in signs(held({"considerations": "ikke kasse"}, {"title": "Lager"}))


def test_an_opening_somebody_declined_scores_nothing_and_is_not_proposed_again() -> None:
    wishes = Wishes(
        FATIMA, Citizen(given_name="F", job_goal="Opvask"), leads=(lead("declined", text="for tidligt om morgenen"),)
    )
    offers = [offer(), offer(opening_id=OTHER)]
    assert [each.opening_id for each in matches(wishes, offers, TODAY)] == [OTHER]
    shown = {each.opening_id: each for each in matches(wishes, offers, TODAY, declined=True)}
    assert shown[OPENING].declined
    assert shown[OPENING].score == 0
    assert any("for tidligt" in reason.text for reason in shown[OPENING].reasons)
    assert signs(shown[OTHER])["before"] == "-"


def test_taken_up_again_after_a_no_the_later_word_counts() -> None:
    found = held(leads=(lead("declined", date(2026, 10, 1)), lead("contacted", date(2026, 11, 1))))
    assert (found.declined, found.proposed) == (False, True)


def test_a_company_that_asked_for_peace_is_marked_and_a_closed_opening_is_left_out() -> None:
    assert held(company={"rest_until": date(2026, 12, 1)}).resting
    wishes = Wishes(FATIMA, Citizen(given_name="F"))
    closed, later = offer({"open_until": date(2026, 11, 24)}), offer({"open_from": date(2026, 12, 1)}, opening_id=OTHER)
    assert [each.opening_id for each in matches(wishes, [closed, later], TODAY)] == [OTHER]


def test_somebody_who_can_begin_after_it_closes_is_told_so() -> None:
    found = held({"available_from": date(2027, 1, 1)}, {"open_until": date(2026, 12, 1)})
    assert signs(found)["availability"] == "-"


def test_where_a_protected_citizen_can_travel_from_is_told_to_nobody() -> None:
    at = {"postal_code": "2450", "city": "Sydhavnen"}
    hidden = {"address_protected": True}
    assert signs(held({}, company=at, district="Sydhavnen"))["place"] == "+"
    assert "place" not in signs(held(hidden, company=at, district="Sydhavnen"))
    for citizen, told in ((hidden, False), ({}, True)):
        (place,) = (
            each for each in held({**citizen, "work_places": ["2450"]}, company=at).reasons if each.code == "place"
        )
        assert place.for_employer is told


def test_words_of_one_kind_of_work_belong_together_and_health_is_told_from_work() -> None:
    assert family_of("opvask") == family_of("kantinemedarbejder") != family_of("lager")
    assert family_of("boernehave") == family_of("paedagog")
    assert same_word("lager", "lagerarbejde")
    assert not same_word("bus", "butik")
    assert all(map(about_health, ("Angst i store rum", "rygsmerter", "fysioterapi", "ADHD", "KOL")))
    assert not any(map(about_health, ("rolige kollegaer", "fast mentor", "opvask", "pause efter to timer")))


_HEALTH = ["angst", "rygsmerter", "misbrug", "ADHD", "depression", "metadon", "kørestol", "psykiatrisk"]
_PLAIN = ["opvask", "køkken", "lager", "mentor", "rolig start", "6 timer", "2450", "kasse"]
_TEXT = st.lists(st.sampled_from(_HEALTH + _PLAIN), max_size=5).map(", ".join)
_SET = st.lists(st.sampled_from(_HEALTH + _PLAIN), max_size=3)


@settings(max_examples=60, deadline=None)
@given(_TEXT, _TEXT, _SET, _TEXT, _SET, _TEXT)
def test_no_reason_ever_holds_a_word_about_health(
    goal: str, considerations: str, practical: list[str], tasks: str, offered: list[str], declined: str
) -> None:
    found = held(
        {"job_goal": goal, "considerations": considerations, "practical_needs": practical},
        {"title": tasks or "Plads", "tasks": tasks, "considerations": offered, "practical": offered},
        leads=(lead("declined", text=declined or None),),
    )
    said = " ".join(reason.text for reason in found.reasons).casefold()
    assert not any(word.casefold() in said for word in _HEALTH)
    assert not any(
        reason.for_employer for reason in found.reasons if reason.code in {"considerations", "practical", "declined"}
    )
    assert 0 <= found.score <= MOST


@given(st.floats(0, 60), st.floats(0, 60))
def test_the_score_stays_within_its_bounds_whatever_the_hours(wanted: float, offered: float) -> None:
    found = held({"weekly_hours_wanted": wanted, "job_goal": "Opvask"}, {"weekly_hours": offered})
    assert 0 <= found.score <= MOST
