"""Two devices of the same consultant and a substitute's, by commands alone: they converge, and differences wait for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from fieldtui.base.clock import SystemClock, isoformat, today
from fieldtui.central.administration import assign
from tests.e2e.laptop import Laptop
from tests.support.central import Central

COLLECTIONS = ("citizen", "appointment", "note", "task", "company", "employer_contact")


def seen_by(laptop: Laptop) -> dict[str, Any]:
    """Every record as this device shows it, by id."""
    found = [each for collection in COLLECTIONS for each in laptop.json("list", collection, "--all")]
    return {each["id"]: each for each in found}


@dataclass(frozen=True)
class Party:
    """MH's two laptops and TB's, who stands in for her; all know one citizen and one company."""

    desk: Laptop
    field: Laptop
    substitute: Laptop
    citizen: str
    company: str


@pytest.fixture
def party(new_laptop: Callable[[str], Laptop], central: Central) -> Party:
    desk, field, substitute = new_laptop("desk"), new_laptop("field"), new_laptop("substitute")
    desk.enrol(central, "MH")
    field.enrol(central, "MH")
    substitute.enrol(central, "TB")

    (citizen,) = desk.put("citizen", {"given_name": "Åse", "family_name": "Søgård", "enrolled_on": "2026-10-01",
                                      "practical_needs": ["tolk"]})  # fmt: skip
    (company,) = desk.put("company", {"name": "Café Solsort", "trade": "Café"})
    assert desk.json("sync")["pushed"] == 2
    assign(central.database, citizen, "TB", "substitute", today(SystemClock()) + timedelta(days=7))
    for laptop in (field, substitute):
        assert laptop.json("sync")["pulled"] >= 2
        (shown,) = laptop.json("list", "citizen")
        assert (shown["id"], shown["family_name"], shown["sync_state"]) == (citizen, "Søgård", "synced")
    return Party(desk, field, substitute, citizen, company)


def test_two_devices_and_a_substitute_converge_and_a_conflict_waits_for_a_person(
    party: Party, central: Central
) -> None:
    desk, field, substitute, citizen, company = party.desk, party.field, party.substitute, party.citizen, party.company
    # All three work at once, out of reach of each other: what fits together is merged, what does not waits.
    now = SystemClock().now()
    desk.put("citizen", {"id": citizen, "job_goal": "Køkken", "practical_needs": ["tolk", "kørestol"]})
    field.put("citizen", {"id": citizen, "job_goal": "Lager", "contact_preference": "SMS", "practical_needs": []})
    substitute.put("note", {"citizen_id": citizen, "text": "Ringede for MH.", "written_at": isoformat(now)})
    substitute.put("employer_contact", {"company_id": company, "on": now.date().isoformat(), "mode": "phone"})
    field.put(
        "appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": isoformat(now + timedelta(days=1))}
    )

    assert desk.json("sync")["pushed"] == 1
    met = field.run("sync", "--json")
    assert met.code == 5, met.err
    assert "conflicts list" in met.err
    assert met.json["conflicts"] == 1
    assert field.json("status")["conflicts"] == 1
    assert field.json("sync", code=5)["conflicts"] >= 0  # it waits until somebody decides

    (conflict,) = field.json("conflicts", "list")
    assert {key: conflict[key] for key in ("collection", "record_id", "citizen_id", "field", "base", "mine", "theirs")} == {
        "collection": "citizen", "record_id": citizen, "citizen_id": citizen, "field": "job_goal",
        "base": None, "mine": "Lager", "theirs": "Køkken",
    }  # fmt: skip
    assert conflict["theirs_by"] == central.people["MH"]
    assert field.json("conflicts", "show", conflict["id"]) == [conflict]
    assert field.json("show", citizen)["sync_state"] == "conflict"

    wrong = field.run("conflicts", "resolve", conflict["id"], "--field", "cpr", "--take", "mine")
    assert (wrong.code, wrong.out) == (2, "")
    assert (
        field.json("conflicts", "resolve", conflict["id"], "--field", "job_goal", "--take", "mine")["id"]
        == conflict["id"]
    )
    assert field.json("conflicts", "list") == []
    assert field.json("sync")["conflicts"] == 0

    for laptop in (substitute, desk, field, substitute):
        report = laptop.json("sync")
        assert (report["finished"], report["pending"], report["conflicts"], report["rejected"]) == (True, 0, 0, 0)
    at_desk = seen_by(desk)
    assert seen_by(field) == at_desk
    assert seen_by(substitute) == at_desk
    assert (at_desk[citizen]["job_goal"], at_desk[citizen]["contact_preference"]) == ("Lager", "SMS")
    assert at_desk[citizen]["practical_needs"] == ["kørestol"]
    assert len(at_desk) == 5


def test_a_hand_over_takes_the_file_away_from_who_no_longer_has_it_and_only_that(
    party: Party, central: Central
) -> None:
    desk, substitute, citizen, company = party.desk, party.substitute, party.citizen, party.company
    now = SystemClock().now()
    desk.put("note", {"citizen_id": citizen, "text": "Vil gerne begynde.", "written_at": isoformat(now)})
    assert desk.json("sync")["pushed"] == 1
    assign(central.database, citizen, "TB")
    assert desk.json("sync")["purged"] > 0
    assert desk.json("list", "citizen", "--all") == desk.json("list", "note", "--all") == []
    assert [each["id"] for each in desk.json("list", "company")] == [company]
    assert desk.json("search", "Søgård") == []
    substitute.json("sync")
    assert [each["id"] for each in substitute.json("list", "citizen")] == [citizen]
