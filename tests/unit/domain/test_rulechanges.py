"""Two books of rules beside each other: what differs, and which deadlines of today's citizens would move."""

from __future__ import annotations

from datetime import date
from typing import cast

from fieldtui.domain.case import Case
from fieldtui.domain.envelope import Stored
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Citizen
from fieldtui.domain.rulebook import builtin
from fieldtui.domain.rulechanges import Comparison, compared
from fieldtui.domain.rulesets import RuleSet, combined, document_of

WHO = "0190a000-0000-7000-8000-000000000001"
NOW = date(2026, 11, 24)
RULE = """
[[rule]]
id = "{id}"
version = {version}
kind = "deadline"
level = "legal"
label = "Første jobsamtale"
source = "{source}"
valid_from = {begins}
valid_to = "{ends}"
{more}
params = {{ from = "enrolled_on", days = {days}, category = ["aktivitetsparat"] }}
"""
AMENDED = "LAB § 31, stk. 5, som ændret ved lov nr. 1750 af 29-12-2025"


def file(enrolled: str) -> Case:
    values = {"given_name": "Ali", "enrolled_on": enrolled, "visitation_category": "aktivitetsparat"}
    return Case(citizen=Stored(WHO, cast("Citizen", parse_record("citizen", values, strict_names=True)), author=WHO))


def check(text: str, *cases: Case) -> Comparison:
    after = combined(builtin(), [RuleSet("kommunen", 1, document_of(text, "kommunen.toml"))])
    return compared(builtin(), after, cases, NOW)


def rule(days: int, begins: str, version: int = 9, name: str = "jobsamtale.first") -> str:
    return RULE.format(id=name, version=version, source="Ny lov", begins=begins, ends="", more="", days=days)


def test_a_new_number_moves_the_deadline_it_is_for_and_no_other() -> None:
    found = check(rule(3, "2026-11-01"), file("2026-11-20"))
    assert [(each.rule.id, each.rule.version, each.kind) for each in found.rules] == [
        ("jobsamtale.first", 9, "version")
    ]
    (moved,) = found.deadlines
    assert (moved.kind, moved.shown.rule_id) == ("moved", "jobsamtale.first")
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.due_on, moved.after.due_on) == (date(2026, 11, 27), date(2026, 11, 23))
    assert found.unchanged >= 2  # a place within a month, and the four interviews of the first half year


def test_a_law_that_begins_later_moves_nothing_that_has_begun() -> None:
    found = check(rule(3, "2027-01-01"), file("2026-11-20"), file("2026-07-01"))
    assert [each.kind for each in found.rules] == ["version"]
    assert found.deadlines == ()
    assert found.unchanged > 0


def test_confirming_moves_no_day_and_says_whose_mark_goes() -> None:
    more = 'confirmed_on = 2026-11-23\nconfirmed_by = "BIF"'
    text = RULE.format(
        id="jobsamtale.first", version=2, source=AMENDED, begins="2026-07-01", ends="2026-12-31", more=more, days=7
    )
    found = check(text, file("2026-11-20"))
    assert [(each.rule.id, each.kind) for each in found.rules] == [("jobsamtale.first", "confirmed")]
    (change,) = found.deadlines
    assert change.kind == "confirmed"
    assert change.before is not None
    assert change.after is not None
    assert change.before.due_on == change.after.due_on


def test_a_rule_for_other_people_takes_its_deadline_away() -> None:
    off = rule(3, "2026-11-01").replace('category = ["aktivitetsparat"]', 'category = ["uddannelsesparat"]')
    (gone,) = check(off, file("2026-11-20")).deadlines
    assert (gone.kind, gone.after) == ("gone", None)


def test_an_id_nobody_knows_is_new_and_names_the_one_it_is_like() -> None:
    (slip, other) = check(
        rule(3, "2026-11-01", name="jobsamtale.frist") + rule(3, "2026-11-01", name="noget.andet")
    ).rules
    assert (slip.kind, slip.nearest) == ("new", "jobsamtale.first")
    assert (other.kind, other.nearest) == ("new", None)


def test_the_same_rules_again_change_nothing() -> None:
    same = compared(builtin(), builtin(), [file("2026-11-20")], NOW)
    assert (same.rules, same.codes, same.programmes, same.deadlines) == ((), (), (), ())
    assert same.unchanged > 0
