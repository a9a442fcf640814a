"""Devices that are gone, by commands alone: the organisation's key, revoked, sealed, recovered, let in again, wiped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldtui.central.administration import assign, put_record
from fieldtui.central.enrolling import enrol_code
from fieldtui.central.keyfile import write_private, write_public
from fieldtui.vault.keys import KDF_LEAST
from fieldtui.wire.organisation import new_organisation_key
from tests.cli.conftest import Program, Result
from tests.support.central import Central
from tests.support.tls import Authority
from tests.support.vaults import PHRASE

CITIZEN = "01968000-0000-7000-8000-0000000000c1"
KEY_PHRASE = "fem ord til en nøgle der ligger i boks"


class Town:
    """An office, the machine with the offline key, and laptops; all of them by commands."""

    def __init__(self, central: Central, folder: Path) -> None:
        self.central = central
        self.folder = folder
        database = central.database
        self.where = ("--database-url", database._url_of(str(database._engine.url.database)))
        (folder / "key.txt").write_text(KEY_PHRASE, "utf-8")
        self.offline = Program(folder / "offline", folder / "key.txt")
        self.key = folder / "org.key"

    def office(self, *words: str) -> Any:
        """A command at the office, where the private key never is."""
        return Program(self.folder / "office", None).json("central", *words, *self.where)

    def office_said(self, *words: str) -> Result:
        return Program(self.folder / "office", None).run("central", *words, *self.where)

    def make_key(self) -> str:
        """What `organisation-key make` writes, but opened as fast as is allowed; the file of the public half."""
        key, public = new_organisation_key(), Path(f"{self.key}.pub")
        write_private(self.key, key, KEY_PHRASE, cost=KDF_LEAST)
        write_public(public, key.public)
        return str(public)

    def laptop(self, name: str) -> Program:
        """A laptop of MH's: made, enrolled and synced."""
        file = (self.folder / name).with_suffix(".txt")
        file.write_text(PHRASE, "utf-8")
        made = Program(self.folder / name, file)
        made.make_vault()
        code = enrol_code(self.central.database, "MH", pre_approved=True)
        made.json("enrol", code.url, "--code", code.code)
        made.json("sync")
        return made


@pytest.fixture
def town(central: Central, tmp_path: Path) -> Town:
    put_record(
        central.database, "citizen", CITIZEN, {"given_name": "Ali", "job_goal": "Lager", "enrolled_on": "2026-01-05"}
    )
    assign(central.database, CITIZEN, "MH")
    return Town(central, tmp_path)


def test_a_key_is_made_for_one_person_never_over_another_and_the_office_names_it_alike(town: Town) -> None:
    made = town.offline.json("central", "organisation-key", "make", "--out", str(town.key))
    assert Path(made["private"]).stat().st_mode & 0o777 == 0o600
    assert town.offline.run("central", "organisation-key", "make", "--out", str(town.key)).code == 2
    assert town.office("organisation-key", "set", made["public"])["words"] == made["words"]
    assert town.office("organisation-key", "show")["kid"] == made["kid"]


def test_a_revoked_laptops_work_reaches_the_office_and_a_lost_one_is_wiped(town: Town) -> None:
    made = town.office("organisation-key", "set", town.make_key())

    laptop = town.laptop("en")
    held = laptop.json("vault", "organisation-key")
    assert (held["words"], held["obeyed"], held["refused"]) == (made["words"], True, None)
    laptop.json("put", "citizen", stdin=json.dumps({"id": CITIZEN, "job_goal": "Køkken"}))
    device = laptop.json("status")["device_id"]

    town.office("revoke", device)
    shut = laptop.run("sync", "--json")
    assert (shut.code, shut.out) == (6, "")
    (sealed,) = (laptop.folder / "vault").glob("sealed-*.json")
    assert str(sealed) in shut.err
    again = laptop.run("status", "--json")
    assert (again.code, again.out) == (6, "")
    assert str(sealed) in again.err
    assert "Køkken" not in sealed.read_text()

    refused = town.office_said("recover-sealed", str(sealed))
    assert refused.code == 2, "without the key it stays shut"
    opened = town.folder / "opened.json"
    listed = town.offline.json("central", "recover-sealed", str(sealed), "--key", str(town.key), "--out", str(opened))
    assert [change["op"]["body"]["job_goal"] for change in listed["changes"]] == ["Køkken"]
    assert opened.stat().st_mode & 0o777 == 0o600
    taken = town.office("recover-sealed", str(opened), "--put")["recovered"]
    assert (len(taken["parked"]), taken["left"]) == (1, [])

    assert town.office("device", "restore", device)["changed"]
    assert laptop.json("status")["pending"] == 1
    assert laptop.json("sync")["finished"]
    assert not sealed.exists()
    (edit,) = laptop.json("parked", "list")
    laptop.json("parked", "accept", edit["op_id"])
    laptop.json("sync")
    assert laptop.json("show", CITIZEN)["job_goal"] == "Køkken"

    order = town.folder / "order.json"
    town.offline.json("central", "wipe-order", device, "--key", str(town.key), "--out", str(order))
    assert town.office("wipe-order", device, "--order", str(order))["changed"]
    gone = laptop.run("sync")
    assert gone.code == 6
    assert "slettet" in gone.err
    assert not list((laptop.folder / "vault").glob("vault.*"))
    assert laptop.run("status").code == 2  # no vault any more
    (row,) = [each for each in town.office("device", "list") if each["id"] == device]
    assert row["wipe_delivered_at"] is not None


def test_without_a_key_the_office_can_only_shut_a_laptop_out(town: Town) -> None:
    laptop = town.laptop("en")
    device = laptop.json("status")["device_id"]
    public = town.make_key()
    assert laptop.json("vault", "organisation-key") == {"kid": None, "words": [], "obeyed": False, "refused": None}
    ordered = Program(town.folder / "x", town.folder / "key.txt").run(
        "central", "wipe-order", device, "--key", str(town.key), *town.where
    )
    assert ordered.code == 2
    (town.folder / "wrong.txt").write_text("en helt anden sætning", "utf-8")
    wrong = Program(town.folder / "x", town.folder / "wrong.txt").run(
        "central", "wipe-order", device, "--key", str(town.key), "--out", str(town.folder / "o"), *town.where
    )
    assert wrong.code == 3
    assert laptop.json("sync")["finished"]

    town.office("organisation-key", "set", public)
    laptop.json("sync")
    told = laptop.json("vault", "organisation-key")
    assert not told["obeyed"]
    assert laptop.run("vault", "organisation-key", "--confirm", "sol sol sol sol sol sol").code == 2
    assert laptop.json("vault", "organisation-key", "--confirm", " ".join(told["words"]).upper())["obeyed"]


def test_the_office_sets_the_lease_and_a_laptop_its_way(town: Town) -> None:
    town.office("policy", "set", "lease_days=20", "lease_warn_days=10")
    (town.folder / "ca.pem").write_text(Authority("Kommunen").pem)
    assert "BEGIN" in town.office("policy", "set", f"ca=@{town.folder / 'ca.pem'}")["ca"]
    assert town.office("policy", "show")["lease_days"] == 20
    assert town.office_said("policy", "set", "lease_days=nul").code == 2
    assert town.office_said("policy", "set", "lease_days").code == 2
    town.office("policy", "set", "ca=")
    (town.folder / "p.txt").write_text(PHRASE, "utf-8")
    fresh = Program(town.folder / "ny", town.folder / "p.txt")
    fresh.make_vault()
    before = fresh.json("connection", "--proxy", "http://127.0.0.1:3128")  # the way may be said before the enrolment
    assert (before["url"], before["proxy"]) == (None, "http://127.0.0.1:3128")
    laptop = town.laptop("en")
    status = laptop.json("status")
    assert not status["read_only"]
    assert status["lease_warn_after"] < status["lease_until"]
    assert laptop.json("connection")["proxy"] is None
    shown = laptop.json(
        "connection", "--proxy", "http://navn:hemmelig@127.0.0.1:3128", "--ca", str(town.folder / "ca.pem")
    )
    assert (shown["proxy"], shown["authority"]) == ("http://127.0.0.1:3128", "pinned")
    assert laptop.run("connection", "--proxy", "127.0.0.1:3128").code == 2
    back = laptop.json("connection", "--no-proxy", "--system-store")
    assert (back["proxy"], back["authority"]) == (None, "system")


def test_a_lost_passphrase_is_helped_by_the_office_with_two_files_and_six_words(town: Town) -> None:
    town.office("organisation-key", "set", town.make_key())
    laptop = town.laptop("en")
    laptop.json("put", "citizen", stdin=json.dumps({"id": CITIZEN, "job_goal": "Køkken"}))
    device = laptop.json("status")["device_id"]
    assert [way["kind"] for way in laptop.json("vault", "slots")] == ["passphrase", "recovery", "org-hpke"]

    request, reply = town.folder / "anmodning.json", town.folder / "svar.json"
    stranger = Program(laptop.folder, None)
    asked = stranger.json("vault", "recover", "--organisation", "--request", str(request))
    opening = ("central", "organisation-key", "open-slot", str(request), "--key", str(town.key), "--output", str(reply))
    words = " ".join(asked["words"])
    wrong = town.offline.run(*opening, "--words", "agern agurk ananas anker atlas avis")
    assert (wrong.code, reply.exists()) == (2, False)
    said = town.offline.json(*opening, "--words", words, "--device", device, *town.where)
    assert said["words"] == asked["words"]
    assert [(act["action"], act["subject"]) for act in town.office("acts") if act["action"] == "open-slot"] == [
        ("open-slot", device)
    ]

    (town.folder / "ny.txt").write_text("regnbue havefest pindsvin lanterne kobber", "utf-8")
    anew = Program(laptop.folder, town.folder / "ny.txt")
    assert anew.run("vault", "recover", "--answer", str(reply)).code == 2
    given = anew.json("vault", "recover", "--organisation", "--answer", str(reply))
    assert given["recovery_code"].startswith("FT1-")
    assert anew.run("vault", "recover", "--organisation", "--answer", str(reply)).code == 3  # it opens once
    assert laptop.run("status").code == 3  # the old passphrase
    status = anew.run("status", "--json")
    assert json.loads(status.out)["pending"] == 1
    assert "åbnet med kontorets hjælp" in status.err
    actions = [entry["action"] for entry in anew.json("log", "show")]
    assert "recover.organisation" in actions
    assert anew.json("sync")["finished"]


def test_new_keys_come_by_one_command_and_the_office_goes_on_as_before(town: Town) -> None:
    laptop = town.laptop("en")
    laptop.json("put", "citizen", stdin=json.dumps({"id": CITIZEN, "job_goal": "Køkken"}))
    (town.folder / "ny.txt").write_text("regnbue havefest pindsvin lanterne kobber", "utf-8")
    rotated = laptop.run(
        "vault", "passphrase", "--rotate", "--new-passphrase-file", str(town.folder / "ny.txt"), "--json"
    )
    assert rotated.code == 0
    assert json.loads(rotated.out)["backups_renewed"]
    assert laptop.run("status").code == 3
    anew = Program(laptop.folder, town.folder / "ny.txt")
    assert anew.json("log", "verify")
    assert anew.json("sync")["finished"]
    assert anew.json("status")["pending"] == 0
