"""What the rule files of the package say: each number of the domain's law, what is unsure, and what is expected of 2027."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import BadFile
from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import Deadline, deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.domain.rulebook import RuleBook, builtin, merged, parse
from fieldtui.domain.rulesets import RuleSet, combined, document_of

BOOK = builtin()
NOW, NEXT = date(2026, 11, 24), date(2027, 1, 1)
WHO = "0190a000-0000-7000-8000-000000000001"

LAW: dict[str, dict[str, Any]] = {
    "treatment.sel101": {"days": 14}, "treatment.sul141": {"days": 14}, "treatment.sul142": {"days": 14},
    "treatment.sul82c": {"days": 14, "from": "received_on"}, "treatment.local": {"days": 1},
    "jobsamtale.first": {"days": 7}, "jobsamtale.min_first_6m": {"months": 6, "value": 4},
    "jobsamtale.on_request": {"value": True},
    "offer.first": {"months": 6}, "offer.min_weeks": {"weeks": 2}, "offer.after_exemption": {"months": 1},
    "offer.loentilskud_start": {"weeks": 3},
    "praktik.max_weeks": {"weeks": 13, "warn_days": 14}, "praktik.max_weeks_extended": {"weeks": 26},
    "praktik.max_weeks_special": {"weeks": 13}, "praktik.max_weeks_jobready": {"weeks": 4, "warn_days": 14},
    "consent.max_days": {"days": 365, "warn_days": 30}, "breach.hours": {"hours": 72},
    "notes.pending_amber": {"days": 1}, "notes.pending_red": {"days": 3}, "retention.local_days": {"days": 60},
    "placement.target": {"months": 1}, "caseload.norm": {"value": 25}, "caseload.fidelity5": {"value": 20},
    "kpi.exit_target": {"value": 0.25}, "kpi.progress_target": {"value": 0.5},
    "outreach.days_per_week": {"values": (1, 2)},
    "follow_along.before_start": {"days": 7}, "follow_along.after_start": {"days": 3},
    "follow_along.first_every": {"days": 7}, "follow_along.first_lasts": {"months": 1},
    "follow_along.later_every": {"months": 1}, "follow_along.lasts": {"months": 12},
    "follow_along.after_end": {"days": 3},
}  # fmt: skip


@pytest.mark.parametrize("rule_id", LAW)
def test_every_number_of_the_law_is_a_rule_with_its_source(rule_id: str) -> None:
    rule = BOOK.on(rule_id, NOW)
    assert rule is not None
    assert rule.params.items() >= LAW[rule_id].items()
    assert not rule.confirmed  # nobody in the municipality has said that it is right


def test_the_225_hours_can_be_read_and_never_count() -> None:
    rule = BOOK.get("hours225", 1)
    assert rule is not None
    assert rule.params == {"hours": 225}
    assert not any(BOOK.on("hours225", date(year, 3, 1)) for year in range(2015, 2031))


def test_no_rule_is_about_a_sanction() -> None:
    assert not [rule.id for rule in BOOK.rules if "sanktion" in (rule.id + rule.label).lower() or "sanction" in rule.id]


def test_the_law_of_2027_is_expected_and_counts_from_its_day() -> None:
    replaced = [rule for rule in BOOK.rules if rule.valid_to == date(2026, 12, 31)]
    assert len(replaced) >= 10
    for old in replaced:
        new = BOOK.on(old.id, NEXT)
        assert new is not None
        assert (new.version, new.expected, new.confirmed, new.valid_from) == (old.version + 1, True, False, NEXT)
        assert new.note
    assert {rule.id for rule in BOOK.expected(NOW)} == {rule.id for rule in replaced} | {"visitation.default"}
    assert not any(rule.expected for rule in BOOK.rules if rule.in_force(NOW))
    default = BOOK.on("visitation.default", NEXT)
    assert default is not None
    assert default.params["basis"] in BOOK.codes("visitation_category", NEXT)
    assert BOOK.on("visitation.default", NOW) is None


def test_the_five_groups_of_2027_can_be_chosen_from_then() -> None:
    assert len(BOOK.codes("target_group", NEXT)) == 5
    assert BOOK.codes("target_group", NOW) == {}


# --- a change of law and what is stored -----------------------------------------------------------


def case(**values: Any) -> Case:
    record = cast("Citizen", parse_record("citizen", {"given_name": "Ali"} | values, strict_names=True))
    return Case(citizen=Stored(WHO, record, author=WHO))


def due(file: Case, book: RuleBook, rule_id: str, on: date = NOW) -> Deadline | None:
    return next((each for each in deadlines(file, book, on) if each.rule_id == rule_id), None)


def changed(rule_id: str, begins: date, params: str, version: int = 90) -> RuleBook:
    text = (
        f'[[rule]]\nid = "{rule_id}"\nversion = {version}\nkind = "deadline"\nlevel = "legal"\nlabel = "Ny"\n'
        f'source = "Ny lov"\nvalid_from = {begins}\nparams = {{ {params} }}\n'
    )
    return merged([BOOK, parse(text, "new.toml")])


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 400),
)
def test_a_new_rule_moves_only_deadlines_whose_day_came_after_it(enrolled: date, begins: date, days: int) -> None:
    file = case(enrolled_on=enrolled.isoformat(), visitation_category="aktivitetsparat")
    before = due(file, BOOK, "jobsamtale.first", enrolled)
    after = due(file, changed("jobsamtale.first", begins, f"days = {days}"), "jobsamtale.first", enrolled)
    assert before is not None
    assert after is not None
    if enrolled < begins:
        assert after == before
    else:
        assert (after.rule_version, after.due_on) == (90, enrolled + timedelta(days=days))


@given(
    st.dates(date(2021, 1, 1), date(2028, 12, 31)),
    st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    st.integers(0, 400),
    st.sampled_from(["jobsamtale.first", "jobsamtale.local_interval_days", "frist.given"]),
    st.integers(1, 3),
)
def test_a_stored_deadline_keeps_its_day_rule_and_version_whatever_is_published(
    day: date, begins: date, days: int, rule_id: str, version: int
) -> None:
    kept = {"due_on": day.isoformat(), "due_rule_id": rule_id, "due_rule_version": version}
    values = {"citizen_id": WHO, "kind": "jobsamtale", "starts_at": f"{day}T10:00"}
    booked = cast("Appointment", parse_record("appointment", values | kept, strict_names=True))
    item = Stored(WHO.replace("8000", "9000"), booked, author=WHO)
    file = Case(citizen=case().citizen, appointments=(item,))
    for book in (BOOK, changed(rule_id, begins, f"days = {days}")):
        (found,) = [each for each in deadlines(file, book, day) if each.kind == "jobsamtale"]
        assert (found.due_on, found.rule_id, found.rule_version) == (day, rule_id, version)


def test_an_unknown_category_shows_raw_and_takes_no_deadline_away() -> None:
    file = case(enrolled_on="2027-01-04", visitation_category="gruppe_2")
    assert BOOK.label("visitation_category", "gruppe_2") == "gruppe_2"
    found = due(file, BOOK, "jobsamtale.first", date(2027, 1, 5))
    assert found is not None
    assert (found.due_on, found.rule_version, found.confirmed) == (date(2027, 1, 11), 3, False)


def test_a_category_that_a_rule_is_not_for_has_no_deadline_by_it() -> None:
    enrolled = {"enrolled_on": "2026-11-23"}
    assert due(case(visitation_category="uddannelsesparat", **enrolled), BOOK, "jobsamtale.first") is None
    assert due(case(visitation_category="aktivitetsparat", **enrolled), BOOK, "jobsamtale.first") is not None


# --- confirming -----------------------------------------------------------------------------------

CONFIRMED = """
[[rule]]
id = "jobsamtale.first"
version = 2
kind = "deadline"
level = "legal"
label = "Første jobsamtale"
source = "LAB § 31, stk. 5, som ændret ved lov nr. 1750 af 29-12-2025"
valid_from = 2026-07-01
valid_to = 2026-12-31
confirmed_on = 2026-11-23
confirmed_by = "Beskæftigelses- og Integrationsforvaltningen"
params = { from = "enrolled_on", days = 7, category = ["aktivitetsparat"] }
"""


def test_the_same_version_said_again_with_a_day_confirms_it() -> None:
    book = combined(BOOK, [RuleSet("kommunen", 1, document_of(CONFIRMED, "kommunen.toml"))])
    file = case(enrolled_on="2026-11-20", visitation_category="aktivitetsparat")
    before, after = due(file, BOOK, "jobsamtale.first"), due(file, book, "jobsamtale.first")
    assert before is not None
    assert after is not None
    assert (before.confirmed, after.confirmed) == (False, True)
    assert (before.due_on, before.rule_version) == (after.due_on, after.rule_version)
    assert "jobsamtale.first" not in {rule.id for rule in book.unconfirmed(NOW)}


def test_confirming_cannot_slip_in_another_number() -> None:
    other = CONFIRMED.replace("days = 7", "days = 8")
    with pytest.raises(BadFile) as caught:
        combined(BOOK, [RuleSet("kommunen", 1, document_of(other, "kommunen.toml"))])
    assert "jobsamtale.first" in caught.value.reason
    assert "siger noget andet" in caught.value.reason


def test_a_programmes_rule_and_the_one_for_everyone_are_confirmed_apart() -> None:
    """Both are called caseload.norm and have version 1."""
    general = BOOK.get("caseload.norm", 1)
    assert general is not None
    text = (
        '[[rule]]\nid = "caseload.norm"\nversion = 1\nkind = "norm"\nlevel = "local"\nlabel = "Borgere pr. konsulent"\n'
        'source = "BI14 (2022-25), bilag"\nvalid_from = 2015-01-01\nconfirmed_on = 2026-11-23\nparams = { value = 25 }\n'
    )
    book = combined(BOOK, [RuleSet("kommunen", 1, document_of(text, "kommunen.toml"))])
    named = [rule for rule in book.rules if (rule.id, rule.version) == ("caseload.norm", 1)]
    assert {rule.programme: rule.confirmed for rule in named}[None]
    assert not any(rule.confirmed for rule in named if rule.programme is not None)
