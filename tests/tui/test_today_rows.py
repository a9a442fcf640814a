"""I dag: lines by their day; what `?` means said once, and that rules have run out, only on a day that has either."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import cast

from fieldtui.domain.agenda import Agenda, agenda
from fieldtui.domain.case import Case
from fieldtui.domain.envelope import Stored
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Citizen
from fieldtui.domain.rulebook import RuleBook, builtin
from fieldtui.tui.presenters.lines import Row
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import about_rules, action_hint, action_rows, rule_rows

WHO = "0190a000-0000-7000-8000-000000000001"
DAY = date(2026, 11, 24)


def day(book: RuleBook) -> Agenda:
    values = {"given_name": "Ali", "enrolled_on": "2026-11-23", "visitation_category": "aktivitetsparat"}
    citizen = Stored(WHO, cast("Citizen", parse_record("citizen", values, strict_names=True)), author=WHO)
    return agenda([Case(citizen=citizen)], [], [], book, DAY, consultant_id=WHO)


def test_a_day_with_an_unconfirmed_deadline_says_what_the_mark_means() -> None:
    shown = day(builtin())
    assert shown.deadlines
    assert "? = kommunen har ikke bekræftet reglen" in action_hint(shown)


def test_a_day_whose_rules_are_confirmed_says_nothing_of_it() -> None:
    book = builtin()
    sure = replace(book, rules=tuple(rule.model_copy(update={"confirmed_on": DAY}) for rule in book.rules))
    shown = day(sure)
    assert shown.deadlines
    assert "?" not in action_hint(shown)


def test_a_rule_that_ran_out_is_one_calm_row_and_one_that_was_replaced_is_none() -> None:
    assert rule_rows(day(builtin())) == []
    assert builtin().on("jobsamtale.first", date(2026, 1, 1)) is not None  # its first version ended, and was replaced
    rules = builtin().rules
    ended = tuple(
        rule.model_copy(update={"valid_to": date(2026, 11, 1)}) if rule.id == "placement.target" else rule
        for rule in rules
    )
    shown = day(replace(builtin(), rules=ended))
    (row,) = rule_rows(shown)
    assert row.key == "rules:"
    assert "1 regel er udløbet uden en ny" in row.cells
    label = next(rule.label for rule in rules if rule.id == "placement.target")
    assert label in about_rules(shown)
    assert "placement.target" not in {each.rule_id for each in shown.deadlines}


def test_a_collision_of_a_later_day_stands_behind_what_is_due_before_it() -> None:
    shown = day(builtin())
    first = min(each.due_on for each in shown.deadlines)
    last = max(each.due_on for each in shown.deadlines)
    early, late = Row("early", ()), Row("late", ())
    rows = action_rows(shown, [], Names(), [(first, early), (last + timedelta(days=1), late)])
    assert len(rows) == len(shown.deadlines) + 2
    assert (rows[0], rows[-1]) == (early, late)
