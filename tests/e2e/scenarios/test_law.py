"""Scenario 16: the law changes on 1 January 2027."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.deadlines import deadlines
from tests.e2e.scenarios.desk import TODAY, Desk, after, at, centre
from tests.sync.office import Office

NEW_LAW = """
[[rule]]
id = "jobsamtale.first"
version = 4
kind = "deadline"
level = "legal"
label = "Første jobsamtale"
source = "Lov om en aktiv beskæftigelsesindsats af 2026"
valid_from = 2027-01-01
params = { from = "enrolled_on", days = 14 }
"""


def test_16_a_new_law_counts_from_its_day_moves_nothing_that_was_set_and_says_what_nobody_has_confirmed(
    office: Office, tmp_path: Path
) -> None:
    desk = Desk.of(office, "S16")
    old, new = desk.put(
        "citizen",
        {"given_name": "Ea", "enrolled_on": str(TODAY), "visitation_category": "aktivitetsparat"},
        {"given_name": "Ib", "enrolled_on": "2027-01-04", "visitation_category": "gruppe_2"},
    )
    (meeting,) = desk.put("appointment", {
        "citizen_id": old, "kind": "jobsamtale", "starts_at": at(after(3)), "due_on": str(after(7)),
        "due_rule_id": "jobsamtale.first", "due_rule_version": 2,
    })  # fmt: skip
    desk.json("sync")
    file = tmp_path / "lov-2027.toml"
    file.write_text(NEW_LAW, "utf-8")
    checked = centre(office, "rules", "check", str(file), "--date", "2027-01-05", "--json").json
    assert [each["change"] for each in checked["rules"]] == ["version"]
    assert {each["citizen_id"] for each in checked["deadlines"]["changed"]} == {new}
    centre(office, "rules", "publish", str(file))
    desk.json("sync")

    # New Year has come.
    year = datetime(2027, 1, 4, 9, tzinfo=COPENHAGEN) - office.clock.now()
    for clock in (office.clock, desk.device.clock):
        clock.advance(year)
    desk.json("sync")
    rules = desk.workspace.rules
    body = desk.record(meeting)
    assert (body["due_on"], body["due_rule_id"], body["due_rule_version"]) == (str(after(7)), "jobsamtale.first", 2)
    due = {
        (each["citizen_id"], each["rule_id"]): each for each in desk.json("today", "--date", "2027-01-05")["deadlines"]
    }
    kept, begun = due[old, "jobsamtale.first"], due[new, "jobsamtale.first"]
    assert (kept["due_on"], kept["rule_version"]) == (str(after(7)), 2)
    assert (begun["due_on"], begun["rule_version"]) == (str(date(2027, 1, 4) + timedelta(days=14)), 4)
    assert begun["confirmed"] is False
    shown = desk.run("today", "--date", "2027-01-05").out
    assert "ikke bekræftet" in shown  # the mark at the deadline, and a line that says what it means
    assert "fieldtui doctor" in shown
    assert "jobsamtale.first" in desk.run("doctor").out

    # A category of the new law that nobody here knows shows as it is written, and keeps its deadlines.
    assert desk.json("show", new)["visitation_category"] == "gruppe_2"
    assert "gruppe_2" in desk.run("show", new).out
    card = desk.workspace.store.case(new)
    assert card is not None
    assert deadlines(card, rules, date(2027, 1, 5))

    # The municipality stands by the number: the same words again, with a day and a name.
    file.write_text(NEW_LAW.replace("params", 'confirmed_on = 2027-01-04\nconfirmed_by = "BIF"\nparams'), "utf-8")
    centre(office, "rules", "publish", str(file))
    desk.json("sync")
    again = {(e["citizen_id"], e["rule_id"]): e for e in desk.json("today", "--date", "2027-01-05")["deadlines"]}
    assert again[new, "jobsamtale.first"]["confirmed"] is True
    assert again[new, "jobsamtale.first"]["due_on"] == begun["due_on"]
    assert again[old, "jobsamtale.first"] == kept
