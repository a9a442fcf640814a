"""Enrolling, syncing and deciding by commands alone, against a real central system."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldtui.central.administration import assign, put_record, revoke
from fieldtui.central.enrolling import enrol_code
from tests.cli.conftest import Program
from tests.support.central import Central
from tests.support.vaults import PHRASE

CITIZEN = "01968000-0000-7000-8000-0000000000c1"
SYNC_KEYS = {
    "pushed", "pulled", "merged", "conflicts", "rejected", "pending", "purged", "requests", "bytes_sent", "bytes_received",
    "seconds", "cursor", "server_time_skew_seconds", "finished", "errands",
    "set_back",
}  # fmt: skip


def device(central: Central, folder: Path) -> Program:
    """A new laptop of MH's: made, enrolled and synced."""
    file = folder.with_suffix(".txt")
    file.write_text(PHRASE, "utf-8")
    made = Program(folder, file)
    made.make_vault()
    code = enrol_code(central.database, "MH", pre_approved=True)
    assert set(made.json("enrol", code.url, "--code", code.code)) == {"device_id", "consultant"}
    made.json("sync")
    return made


@pytest.fixture
def office(central: Central) -> Central:
    """A central system that knows one citizen of MH's."""
    put_record(
        central.database, "citizen", CITIZEN, {"given_name": "Ali", "job_goal": "Lager", "enrolled_on": "2026-01-05"}
    )
    assign(central.database, CITIZEN, "MH")
    return central


def test_a_difference_that_two_laptops_made_is_listed_decided_and_gone(office: Central, tmp_path: Path) -> None:
    one, other = device(office, tmp_path / "en"), device(office, tmp_path / "to")
    for laptop, goal in ((one, "Køkken"), (other, "Cykelværksted")):
        laptop.json("put", "citizen", stdin=json.dumps({"id": CITIZEN, "job_goal": goal}))
    report = one.json("sync")
    assert set(report) == SYNC_KEYS
    assert (report["pushed"], report["finished"]) == (1, True)
    found = other.run("sync", "--json")
    assert found.code == 5, "somebody must decide"
    assert json.loads(found.out)["conflicts"] == 1
    (conflict,) = other.json("conflicts", "list")
    assert set(conflict) == {
        "id", "collection", "record_id", "citizen_id", "field", "base", "mine", "theirs", "mine_at", "theirs_at", "theirs_by",
    }  # fmt: skip
    assert (conflict["field"], conflict["base"], conflict["mine"], conflict["theirs"]) == (
        "job_goal",
        "Lager",
        "Cykelværksted",
        "Køkken",
    )
    assert other.json("conflicts", "show", conflict["id"]) == [conflict]
    assert other.run("conflicts", "resolve", conflict["id"], "--take", "begge").code == 2
    assert other.run("conflicts", "resolve", conflict["id"], "--field", "phone", "--take", "mine").code == 2
    other.json("conflicts", "resolve", conflict["id"], "--field", "job_goal", "--value", "Køkken eller cykler")
    assert other.json("conflicts", "list") == []
    other.json("sync")
    one.json("sync")
    assert one.json("show", CITIZEN)["job_goal"] == other.json("show", CITIZEN)["job_goal"] == "Køkken eller cykler"


def test_a_trial_sync_tells_what_would_go_and_sends_nothing(office: Central, tmp_path: Path) -> None:
    laptop = device(office, tmp_path / "en")
    laptop.json("put", "citizen", stdin=json.dumps({"id": CITIZEN, "job_goal": "Køkken"}))
    assert laptop.json("sync", "--dry-run")["pushed"] == 1
    assert len(laptop.json("outbox", "list")) == 1


def test_a_device_that_is_not_approved_yet_waits_and_can_go_on_later(office: Central, tmp_path: Path) -> None:
    file = tmp_path / "p.txt"
    file.write_text(PHRASE, "utf-8")
    laptop = Program(tmp_path / "d", file)
    laptop.make_vault()
    code = enrol_code(office.database, "MH")
    waiting = laptop.run("enrol", code.url, "--code", code.code, "--wait", "0", "--json")
    assert (waiting.code, waiting.out) == (5, "")
    assert "Sammenlign ordene" in waiting.err
    from fieldtui.central.enrolling import approve

    approve(office.database, code.code)
    assert laptop.json("enrol", code.url, "--code", code.code)["consultant"]["initials"] == "MH"


def test_a_wrong_code_and_an_address_that_is_none_are_bad_input(office: Central, tmp_path: Path) -> None:
    file = tmp_path / "p.txt"
    file.write_text(PHRASE, "utf-8")
    laptop = Program(tmp_path / "d", file)
    laptop.make_vault()
    url = enrol_code(office.database, "MH").url
    for words in (
        (url, "--code", "XXXX-XXXX"),
        ("hej med dig", "--code", "XXXX-XXXX"),
        (url, "--code", "X", "--ca", "mangler.pem"),
    ):
        result = laptop.run("enrol", *words)
        assert (result.code, result.out) == (2, ""), result.err


def test_a_revoked_device_locks_with_exit_6_and_stays_locked(office: Central, tmp_path: Path) -> None:
    laptop = device(office, tmp_path / "en")
    revoke(office.database, laptop.json("status")["device_id"])
    assert laptop.run("sync").code == 6
    assert laptop.run("list", "citizen").code == 6
