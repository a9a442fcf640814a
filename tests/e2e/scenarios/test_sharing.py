"""Scenarios 6, 7, 11, 17, 18 and 20: what may be told about a citizen, to whom, and what nobody must see."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.e2e.scenarios.desk import TODAY, Desk, after, at, offline
from tests.support.needles import hits
from tests.support.papers import shown_in
from tests.sync.office import Office
from tests.tui.support import a_caseload, grid, press, running, settle

UNIT = "Center for Rusmiddelbehandling"


def a_citizen(desk: Desk, given: str = "Åse", **more: Any) -> str:
    (citizen,) = desk.put(
        "citizen", {"given_name": given, "family_name": "Lund", "enrolled_on": TODAY.isoformat(), **more}
    )
    return citizen


def a_consent(desk: Desk, citizen: str, *, days: int = 300, given: int = 0) -> str:
    ids = desk.json("consent", "give", citizen, "--to", UNIT, "--scope", "Fremmøde og jobplan",
                    "--given-on", str(after(given)), "--expires-on", str(after(days)))  # fmt: skip
    return str(ids[0])


# --- 6: a consent is withdrawn ------------------------------------------------------------------------


def test_06_a_consent_withdrawn_by_phone_stops_sharing_at_once_and_offline_and_takes_nothing_away(
    office: Office,
) -> None:
    desk = Desk.of(office, "S06")
    citizen = a_citizen(desk)
    consent = a_consent(desk, citizen)
    desk.json("sync")
    (told,) = desk.json("share", citizen, "Kommer til samtale onsdag", "--to", UNIT)
    desk.json("sync")
    with offline(desk):
        (queued,) = desk.json("share", citizen, "Begynder i køkkenet på fredag", "--to", UNIT)
        assert {each["record_id"] for each in desk.json("outbox", "list")} == {queued}
        desk.json("consent", "withdraw", consent, "--how", "Ringede selv")
        body = desk.record(consent)
        assert body["withdrawn_how"] == "Ringede selv"
        assert body["withdrawn_at"]
        refused = desk.run("share", citizen, "Mødte ikke", "--to", UNIT, code=2)
        assert "samtykke" in refused.err.lower()
        stopped = desk.record(queued)
        assert stopped["text"] == "Begynder i køkkenet på fredag"  # the words are not deleted
        assert stopped["share_stopped_at"] == body["withdrawn_at"]  # marked as never told
    desk.json("sync")
    assert office.body(consent)["withdrawn_at"]  # the next sync informs
    assert office.body(told).get("share_stopped_at") is None  # what was told was told
    assert office.body(queued)["share_stopped_at"]
    assert {told, queued} <= {each["id"] for each in desk.json("list", "bridging_note", "--all")}


# --- 11: a secret address -----------------------------------------------------------------------------


def test_11_a_secret_address_is_hidden_everywhere_and_lists_that_were_printed_are_called_back(
    office: Office, tmp_path: Path
) -> None:
    desk, colleague = Desk.of(office, "S11"), Desk.of(office, "V11")
    secret = ("Skovduestien", "39187654", "39 18 76 54", "Skjoldungby")
    citizen = a_citizen(
        desk, "Freja", address="Skovduestien 17", postal_code="2985", city="Skjoldungby", phone="39187654"
    )
    desk.put(
        "appointment",
        {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(TODAY, "14:00"), "place": "Skovduestien 17"},
    )
    desk.json("sync")
    office.assign(citizen, "V11", "substitute", after(4))
    colleague.json("sync")
    week = ("export", "appointments", "--from", str(TODAY), "--to", str(after(6)))
    printed = Path(desk.json(*week, "--profile", "own", "--format", "csv", "--keep")["file"])
    assert "39 18 76 54" in printed.read_text("utf-8-sig")  # before, there was nothing to hide

    colleague.put("citizen", {"id": citizen, "address_protected": True})
    colleague.json("sync")
    desk.json("sync")
    assert not printed.exists()
    assert "adressebeskyttelse" in str(desk.json("handover", "notices"))  # “træk listen tilbage”

    for words in (("show", citizen), ("show", citizen, "--json"), ("list", "citizen", "--json"), ("list", "appointment"), ("today",),
                  ("search", "Skovduestien", "--json")):  # fmt: skip
        said = desk.run(*words).out
        assert not [word for word in secret if word in said], words
    for profile, fmt in (("reception", "csv"), ("own", "csv"), ("outlook", "ics")):
        listed = Path(desk.json(*week, "--profile", profile, "--format", fmt)["file"]).read_text("utf-8-sig")
        assert not [word for word in secret if word in listed], (profile, fmt)
        assert "Freja" not in listed or profile == "own"
    # Who needs it says why, and that is written down.
    desk.run("show", citizen, "--reveal", "address", code=2)
    shown = desk.json("show", citizen, "--reveal", "address", "--reason", "Brev om tilbud")
    assert shown["address"] == "Skovduestien 17"
    (look,) = [each for each in desk.json("log", "show", "--citizen", citizen) if each["action"] == "reveal"]
    assert look["reason"] == "Brev om tilbud"
    assert "Skovduestien" not in str(look)


# --- 17: the citizen asks ----------------------------------------------------------------------------


def test_17_a_citizen_who_asks_gets_everything_held_with_the_log_and_what_names_others_is_marked(
    office: Office,
) -> None:
    desk = Desk.of(office, "S17")
    citizen, other = a_citizen(desk, "Maja"), a_citizen(desk, "Villy", phone="20202020")
    a_consent(desk, citizen)
    desk.put("note", {"citizen_id": citizen, "text": "Villy Lund kom med til samtalen", "written_at": at(TODAY)},
             {"citizen_id": citizen, "text": "Vil gerne bage", "written_at": at(TODAY)})  # fmt: skip
    desk.put("appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(after(1))})
    desk.json("share", citizen, "Kommer onsdag", "--to", UNIT)
    desk.json("show", citizen)
    made = desk.json(
        "export", "citizen", citizen, "--format", "json", "--plain", "--reason", "Anmodning om indsigt efter art. 15"
    )
    given = json.loads(Path(made["file"]).read_text("utf-8"))
    text = json.dumps(given, ensure_ascii=False)
    for said in ("Vil gerne bage", UNIT, "Kommer onsdag", "jobsamtale"):
        assert said in text, said
    assert other not in text.replace(citizen, "")
    assert "20202020" not in text
    notes = {each["text"]: each["review"] for each in given["records"]["note"]}
    assert notes["Villy Lund kom med til samtalen"], "it names somebody else"
    looks = desk.json("log", "show", "--citizen", citizen, "--without-names")
    assert looks
    assert set(looks[0]) == {"at", "what", "who", "reason"}
    assert "S17" not in str(looks)
    assert "Så i borgerens sag" in {each["what"] for each in looks}


# --- 18: somebody looks over the shoulder -------------------------------------------------------------


async def test_18_one_key_blanks_every_name_and_what_is_printed_says_what_to_do_with_it(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    names = ("Fatima", "Aslan", "Demir", "Maja", "Jens", "Krogh")
    async with running(load, size=(140, 45), close=False) as (app, pilot):
        assert "Fatima" in grid(app)
        await press(pilot, "f6")
        await settle(pilot)
        for key in ("1", "2", "3"):
            await press(pilot, key)
            await settle(pilot)
            assert not [name for name in names if name in grid(app)], key
        assert not [name for name in names if name in app.title]
    paper = load.workspace.exports.appointments(TODAY, TODAY, "reception", "pdf").file
    rows = load.workspace.exports.appointments(TODAY, TODAY, "reception", "csv").file
    load.workspace.close()
    text = shown_in(paper.read_bytes())
    assert "Fortroligt" in text
    assert "Side 1 af" in text
    with rows.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=";") for cell in row]
    assert not [cell for cell in cells if "Aslan" in cell or "Køkken" in cell]
    assert not [name for name in names if name.lower() in paper.name]


# --- 20: an anonymous wish ----------------------------------------------------------------------------


def test_20_an_anonymous_wish_gives_numbers_to_call_and_leaves_no_trace_of_who_asked(office: Office) -> None:
    desk = Desk.of(office, "S20")
    citizen = a_citizen(desk, "Odinkarl")
    desk.put("partner", {"name": UNIT, "kind": "treatment_unit", "phone": "33178800"})
    before = desk.device.table("record")
    log = len(desk.json("log", "show", "--citizen", citizen))
    sheet = desk.run("anonymous")
    assert "33 17 88 00" in sheet.out
    refused = desk.run(
        "put",
        "referral",
        stdin=json.dumps({"citizen_id": citizen, "basis": "SEL101A", "requested_on": str(TODAY)}),
        code=2,
    )
    assert "anonym" in refused.err.lower()
    assert "Odinkarl" not in refused.err
    desk.json("anonymous", "--count", "1")
    (counted,) = [row for row in desk.device.table("record") if row not in before]
    assert citizen not in str(counted)
    (tally,) = desk.json("list", "activity", "--all")
    assert (tally["anonymous_requests"], tally.get("citizen_id")) == (1, None)
    about = desk.json("log", "show", "--citizen", citizen)
    assert [each["action"] for each in about[log:] if each["action"] not in {"list", "log.show"}] == []
    desk.workspace.close()
    assert hits([desk.workspace.folder], ("SEL101A", "anonymous_requests")) == set()


# --- 7: a consent runs out ----------------------------------------------------------------------------


def test_07_a_consent_is_told_of_thirty_days_before_counts_as_none_once_it_is_over_and_is_renewed_as_a_new_one(
    office: Office,
) -> None:
    desk = Desk.of(office, "S07")
    citizen = a_citizen(desk)
    too_long = desk.run(
        "consent", "give", citizen, "--to", UNIT, "--given-on", str(TODAY), "--expires-on", str(after(400)), code=2
    )
    assert "et år" in too_long.err or "365" in too_long.err
    old = a_consent(desk, citizen, days=40)
    assert not [each for each in desk.json("today")["deadlines"] if each["rule_id"] == "consent.max_days"]
    for clock in (desk.device.clock, office.clock):
        clock.advance(timedelta(days=10))
    (reminded,) = [each for each in desk.json("today")["deadlines"] if each["rule_id"] == "consent.max_days"]
    assert (reminded["days_left"], reminded["due_on"]) == (30, str(after(40)))
    for clock in (desk.device.clock, office.clock):
        clock.advance(timedelta(days=31))
    desk.json("sync")
    refused = desk.run("share", citizen, "Kommer onsdag", "--to", UNIT, code=2)
    assert "samtykke" in refused.err.lower()
    (new,) = desk.json("consent", "renew", old)
    assert new != old
    assert desk.record(old)["expires_on"] == str(after(40))  # the old one stays what it was
    assert desk.record(new)["given_on"] == str(after(41))
    assert desk.json("share", citizen, "Kommer onsdag", "--to", UNIT)
