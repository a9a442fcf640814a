"""Handing a citizen over, and answering what was written before, by commands alone against a real central system."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldtui.central.administration import assign, put_record
from fieldtui.central.enrolling import enrol_code
from tests.cli.conftest import Program
from tests.support.central import Central
from tests.support.vaults import PHRASE

CITIZEN = "01968000-0000-7000-8000-0000000000c1"
HANDOVER_KEYS = {
    "id", "citizen_id", "label", "direction", "from", "to", "note", "state", "offered_at", "answered_by", "answered_at",
    "reason",
}  # fmt: skip
PARKED_KEYS = {
    "op_id", "collection", "record_id", "citizen_id", "label", "mine", "author", "recorded_at", "fields", "annuls", "state",
    "answered_by", "answered_at", "reason",
}  # fmt: skip


def device(central: Central, folder: Path, initials: str) -> Program:
    """A new laptop, enrolled and synced."""
    file = folder.with_suffix(".txt")
    file.write_text(PHRASE, "utf-8")
    made = Program(folder, file)
    made.make_vault()
    code = enrol_code(central.database, initials, pre_approved=True)
    made.json("enrol", code.url, "--code", code.code)
    made.json("sync")
    return made


@pytest.fixture
def office(central: Central) -> Central:
    """A central system where MH has one citizen."""
    put_record(
        central.database, "citizen", CITIZEN, {"given_name": "Ali", "job_goal": "Lager", "enrolled_on": "2026-01-05"}
    )
    assign(central.database, CITIZEN, "MH")
    return central


def test_a_hand_over_and_what_was_written_before_it_from_command_to_command(office: Central, tmp_path: Path) -> None:
    giver, taker = device(office, tmp_path / "mh", "MH"), device(office, tmp_path / "tb", "TB")
    second = device(office, tmp_path / "mh2", "MH")
    assert giver.run("handover", "offer", "--citizen", CITIZEN, "--to", "XX", "--note", "Hej").code == 2
    made = giver.json("handover", "offer", "--citizen", CITIZEN, "--to", "tb", "--note", "Ring før kl. 9")
    assert (set(made), made["state"], made["direction"]) == (HANDOVER_KEYS, "offering", "out")
    second.json("put", "citizen", stdin=json.dumps({"id": CITIZEN, "job_goal": "Køkken"}))
    assert giver.json("sync")["errands"] == 1
    told = taker.run("sync")
    assert (told.code, "handover list" in told.err) == (0, True)
    (offered,) = taker.json("handover", "list")
    assert (offered["label"], offered["note"], offered["state"], offered["direction"]) == (
        "Ali", "Ring før kl. 9", "offered", "in",
    )  # fmt: skip
    shown = taker.run("handover", "list").out
    assert "Ali" in shown
    assert "fra MH" in shown
    assert taker.run("handover", "reject", offered["id"], "--reason", "  ").code == 2
    taker.json("handover", "accept", offered["id"])
    assert taker.json("sync")["pulled"] == 1
    assert taker.json("show", CITIZEN)["job_goal"] == "Lager"
    assert second.json("sync")["purged"] == 1
    assert giver.json("sync")["purged"] == 1
    assert giver.run("show", CITIZEN).code == 2
    assert giver.json("handover", "list")[0]["state"] == "accepted"

    second.json("sync")
    (waits,) = second.json("outbox", "list")
    assert (waits["state"], waits["citizen_id"], waits["reason"]) == ("parked", CITIZEN, "reassigned")
    taker.json("sync")
    (parked,) = taker.json("parked", "list")
    assert (set(parked), parked["mine"], parked["state"]) == (PARKED_KEYS, False, "waiting")
    assert parked["fields"] == [
        {"field": "job_goal", "before": "Lager", "parked": "Køkken", "now": "Lager", "contested": False}
    ]
    assert "Køkken" in taker.run("parked", "list").out
    assert taker.run("parked", "accept", parked["op_id"], "--take", "phone").code == 2
    taker.json("parked", "accept", parked["op_id"])
    assert taker.json("sync")["errands"] == 1
    assert taker.json("show", CITIZEN)["job_goal"] == "Køkken"
    assert taker.json("parked", "list") == []
    second.json("sync")
    (own,) = second.json("parked", "list")
    assert (own["mine"], own["state"], own["fields"]) == (True, "accepted", [])
    assert second.run("parked", "decline", own["op_id"], "--reason", "Nej").code == 2
    actions = [entry["action"] for entry in taker.json("log", "show", "--citizen", CITIZEN)]
    assert {"handover.accept", "parked.accept"} <= set(actions)
