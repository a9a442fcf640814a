"""Scenarios 4, 8, 9, 15, 19 and 22: people who fall ill, move, write at once, are two on paper, or leave."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.errors import Unreachable
from fieldtui.central.lockout import place_order
from fieldtui.central.organisationkeys import set_organisation_key
from fieldtui.domain.identifiers import parse_cpr
from fieldtui.services import unlocking
from fieldtui.services.standingin import StandingIn
from fieldtui.store import MetaKey
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.standin import standin_rows, standin_text
from fieldtui.wire.organisation import new_organisation_key
from tests.e2e.scenarios.desk import TODAY, Desk, after, at, centre
from tests.support.workspaces import TB
from tests.sync.office import Office
from tests.tui.support import a_caseload, grid, press, running, settle, until


def a_citizen(desk: Desk, given: str = "Åse", **more: Any) -> str:
    (citizen,) = desk.put(
        "citizen", {"given_name": given, "family_name": "Lund", "enrolled_on": TODAY.isoformat(), **more}
    )
    return citizen


# --- 4: a colleague takes over -----------------------------------------------------------------------


def test_04_a_colleague_takes_over_tomorrow_by_a_hand_over_and_not_by_a_passphrase(office: Office) -> None:
    ill, cover = Desk.of(office, "S04"), Desk.of(office, "V04")
    citizen = a_citizen(ill, address="Vej 1", address_protected=True)
    open_one = a_citizen(ill, "Bo", visitation_category="aktivitetsparat")
    interview = {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(after(2)), "due_on": str(after(-1))}
    ill.put("appointment", interview, {**interview, "starts_at": at(after(40)), "due_on": None})
    ill.put(
        "consent", {"citizen_id": citizen, "recipient": "Lænken", "given_on": str(TODAY), "expires_on": str(after(90))}
    )
    ill.put("task", {"citizen_id": open_one, "title": "Ring til udlejer", "due_on": str(after(3))})
    ill.json("sync")

    # The leader gives the citizens away until Friday; the passphrase stays where it is.
    for each in (citizen, open_one):
        centre(
            office, "assign", "--citizen", each, "--consultant", "V04", "--role", "substitute", "--until", str(after(4))
        )
    cover.json("sync")
    first, second = cover.json("handover", "cover")
    assert (first["citizen_id"], first["protected"], first["consultant"], first["until"]) == (
        citizen, True, "S04", str(after(4)),
    )  # fmt: skip
    assert [each["starts_at"][:10] for each in first["appointments"]] == [str(after(2))]  # the next fourteen days
    assert [each["due_on"] for each in first["deadlines"] if each["days_left"] < 0] == [str(after(-1))]
    assert [each["recipient"] for each in first["consents"]] == ["Lænken"]
    assert [each["title"] for each in second["tasks"]] == ["Ring til udlejer"]
    assert second["consents"] == []
    shown = cover.run("handover", "cover").out
    assert shown.startswith("BESKYTTET")  # the flag before anything else
    assert "Vej 1" not in shown
    assert str(interview["starts_at"])[:10] in {each["starts_at"][:10] for each in cover.json("list", "appointment")}

    rows = StandingIn(cover.workspace.context).rows(TODAY)
    assert len(standin_rows(len(rows))) == 1  # one row on I dag opens the same
    on_screen = standin_text(rows, Names({}, discreet=False), TODAY)
    assert on_screen.startswith("BESKYTTET")
    assert "Samtykke til Lænken" in on_screen

    # What the stand-in looks at is told as a stand-in's look.
    cover.json("show", citizen)
    (look,) = [each for each in cover.json("log", "show", "--citizen", citizen) if each["action"] == "open"]
    assert look["detail"].split(" ")[-1] == "vikar"
    assert "som vikar" in look["what"]
    ill.json("show", citizen)
    assert "vikar" not in str([each["detail"] for each in ill.json("log", "show", "--citizen", citizen)])

    # After Friday the files are gone by themselves.
    office.clock.advance(timedelta(days=5))
    cover.device.clock.advance(timedelta(days=5))
    assert cover.json("list", "citizen") == []  # without a network too
    cover.json("sync")
    assert cover.json("handover", "cover") == []
    assert cover.workspace.store.get(citizen) is None


async def test_04_one_line_of_the_day_opens_what_a_stand_in_must_know(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    with load.workspace.store.transaction() as connection:
        connection.execute(
            "INSERT INTO assignment (citizen_id, role, until, primary_id) VALUES (?, 'substitute', ?, ?)",
            (load.citizens["maja"], str(after(2)), TB.id),
        )
    async with running(load, size=(140, 45)) as (app, pilot):
        assert "Du er vikar for 1 borger" in grid(app)
        await press(pilot, "tab", "home", "enter")
        await until(pilot, lambda: "Intet gyldigt samtykke" in grid(app))
        assert "Maja S. · TB" in grid(app)
        assert "Behandlingsgaranti" in grid(app)
        await press(pilot, "f6")
        await settle(pilot)
        assert "Maja" not in grid(app)


# --- 8: a citizen moves -------------------------------------------------------------------------------


def test_08_a_citizen_who_moves_is_looked_at_again_and_never_closed_by_a_program(office: Office) -> None:
    desk = Desk.of(office, "S08")
    profile = {"programme": "ips-sydhavnen", "district": "sydhavnen"}
    near, far, away = (a_citizen(desk, name, **profile) for name in ("Ea", "Ib", "Ulla"))
    desk.put("citizen", {"id": near, "district": "bavnehoej"})
    desk.put("citizen", {"id": far, "district": "vanloese"})
    desk.put("citizen", {"id": away, "district": "anden_kommune"})
    moved = desk.record(far)["moved_on"]
    assert moved == desk.json("today")["date"]

    asked = {
        each["citizen_id"]: each for each in desk.json("today")["deadlines"] if each["rule_id"] == "eligibility.review"
    }
    assert set(asked) == {far, away}  # Bavnehøj still counts
    assert "lukkes ikke" in asked[far]["reason"]
    assert "anden kommune" in asked[away]["what"]
    assert {desk.record(each).get("discharged_on") for each in (near, far, away)} == {None}

    # Another municipality takes over: a text to hand on, without number, address, treatment or notes.
    desk.put("citizen", {"id": away, "address": "Hemmelig Vej 9"})
    desk.put("note", {"citizen_id": away, "text": "Fortalte om sin søster", "written_at": at(TODAY)})
    text = desk.json("citizen", "transfer", away, "--reason", "Flyttet til Køge")["text"]
    assert "Ulla Lund" in text
    assert not [word for word in ("Hemmelig", "søster", "61") if word in text]

    # Somebody looked: the task is gone, the citizen stays.
    desk.json("citizen", "reviewed", far, "--reason", "Arbejder stadig i Sydhavnen")
    assert far not in {
        each["citizen_id"] for each in desk.json("today")["deadlines"] if each["rule_id"] == "eligibility.review"
    }
    assert far in {each["id"] for each in desk.json("list", "citizen")}

    # Handed over and discharged there: nothing is left on this machine after the sync.
    desk.json("sync")
    office.assign(away, "TB")
    desk.json("sync")
    assert desk.workspace.store.get(away) is None


# --- 9: two at once -----------------------------------------------------------------------------------


def test_09_two_who_edit_the_same_record_lose_nothing_and_a_person_decides_what_only_a_person_can(
    office: Office,
) -> None:
    here, there = Desk.of(office, "S09"), Desk.of(office, "S09")
    citizen = a_citizen(here, job_goal="Køkken")
    (meeting,) = here.put("appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(TODAY, "09:00")})
    here.json("sync")
    there.json("sync")

    # Different fields merge; both versions of a text are kept; each wrote a note of their own.
    here.put("citizen", {"id": citizen, "job_goal": "Lager", "contact_preference": "SMS"})
    there.put("citizen", {"id": citizen, "job_goal": "Café", "district": "sydhavnen"})
    here.put("appointment", {"id": meeting, "status": "attended"})
    there.put("appointment", {"id": meeting, "status": "no_show"})
    for desk in (here, there):
        desk.put("note", {"citizen_id": citizen, "text": "Talte med Åse", "written_at": at(TODAY)})
        desk.put("appointment", {"citizen_id": citizen, "kind": "mentor", "starts_at": at(after(1), "10:00")})
    here.json("sync")
    there.run("sync", code=5)
    waiting = {each["field"]: each for each in there.json("conflicts", "list")}
    # Held against no-show needs a person: status, its time and its reason are one question, and nothing is guessed.
    assert set(waiting) == {"job_goal", "status", "status_at", "status_reason"}
    assert len({waiting[field]["id"] for field in waiting if field != "job_goal"}) == 1
    assert (waiting["job_goal"]["mine"], waiting["job_goal"]["theirs"]) == ("Café", "Lager")
    assert (waiting["status"]["mine"], waiting["status"]["theirs"]) == ("no_show", "attended")
    assert waiting["job_goal"]["theirs_by"]
    assert waiting["job_goal"]["mine_at"]
    shown = there.run("conflicts", "list").out
    assert "Café" in shown
    assert "Lager" in shown

    there.json("conflicts", "resolve", waiting["job_goal"]["id"], "--take", "mine")
    there.json("conflicts", "resolve", waiting["status"]["id"], "--take", "theirs")
    there.json("sync")
    here.json("sync")
    for desk in (here, there):
        body = desk.record(citizen)
        assert (body["job_goal"], body["contact_preference"], body["district"]) == ("Café", "SMS", "sydhavnen")
        assert desk.record(meeting)["status"] == "attended"
        assert len(desk.json("list", "note", "--citizen", citizen)) == 2
        assert len(desk.json("list", "appointment", "--citizen", citizen)) == 3  # no appointment is dropped in silence
    kept = there.json("show", citizen, "--history")["history"]
    assert "Lager" in str(kept)  # what was not chosen can still be read


# --- 15: half a sync, and one that is refused ---------------------------------------------------------


def test_15_a_sync_that_stops_half_way_and_a_change_that_is_refused_harm_nothing_else(office: Office) -> None:
    desk = Desk.of(office, "S15")
    good = [a_citizen(desk, name) for name in ("Ea", "Ib", "Ulla")]
    desk.device.network.lose_response = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        desk.device.sync()
    desk.device.network.lose_response = lambda _request: False
    assert desk.json("status")["pending"] == 3  # never marked as sent
    desk.device.sync()
    assert [len(office.revisions(each)) for each in good] == [1, 1, 1]  # and nothing twice

    (bad,) = desk.put("appointment", {"citizen_id": good[0], "kind": "mentor", "starts_at": at(after(1)),
                                      "consultant_id": office.id()})  # fmt: skip
    (fine,) = desk.put("task", {"citizen_id": good[1], "title": "Ring"})
    report = desk.json("sync", code=5)
    assert (report["rejected"], report["pushed"]) == (1, 1)
    assert office.body(fine)["title"] == "Ring"
    (row,) = desk.json("outbox", "list")
    assert (row["record_id"], row["state"]) == (bad, "rejected")
    said = desk.run("outbox", "list").out
    assert "Konsulent" in said or "medarbejder" in said, said
    assert desk.json("show", bad)["sync_state"] == "rejected"
    assert desk.json("sync", code=5)["pushed"] == 0  # it is not sent again by itself, and stays to be seen
    assert desk.json("status")["rejected"] == 1


# --- 19: one citizen, two cards -----------------------------------------------------------------------


def test_19_a_slip_in_a_number_warns_a_double_is_found_and_two_cards_become_one_and_two_again(office: Office) -> None:
    desk = Desk.of(office, "S19")
    number = next(each for each in (f"150675{serial:04}" for serial in range(9)) if not parse_cpr(each).mod11_ok)
    slip = desk.run("put", "citizen", stdin=json.dumps({"given_name": "Maja", "family_name": "Holm", "cpr": number}))
    assert "kontrolciffer" in slip.err  # a warning, and the citizen is there all the same
    assert number not in slip.out + slip.err
    one = slip.out.split()[0]
    (first,) = desk.put(
        "citizen", {"given_name": "Maja", "family_name": "Holm", "cpr": "6703651234", "phone": "12345678"}
    )
    (twin,) = desk.put("citizen", {"given_name": "Maja", "family_name": "Holm-Berg", "cpr": "6703651234"})
    desk.put("note", {"citizen_id": twin, "text": "Vil gerne bage", "written_at": at(TODAY)})
    found = desk.json("citizen", "duplicates")
    assert {first, twin} in [{*each["ids"]} for each in found if each["why"] == "cpr"]
    assert one not in {each for pair in found if pair["why"] == "cpr" for each in pair["ids"]}
    assert "6703651234" not in str(found)

    done = desk.json("citizen", "merge", first, twin, "--reason", "Samme CPR-nummer, talt med borgeren")
    assert {first, twin} & {*done["record_ids"]}
    assert first in {each["id"] for each in desk.json("list", "citizen", "--all")}
    assert twin not in {each["id"] for each in desk.json("list", "citizen")}
    desk.json("sync")
    assert office.body(twin)["merged_into"] == first
    assert office.body(twin)["cpr"] == "6703651234"  # nothing is rewritten

    desk.json("citizen", "unmerge", twin, "--reason", "Det var to søstre alligevel")
    desk.json("sync")
    assert office.body(twin).get("merged_into") is None
    assert {first, twin} <= {each["id"] for each in desk.json("list", "citizen", "--all")}
    desk.json("citizen", "not-duplicate", first, twin)
    assert {first, twin} not in [{*each["ids"]} for each in desk.json("citizen", "duplicates")]


# --- 22: somebody leaves ------------------------------------------------------------------------------


def test_22_who_leaves_is_shut_out_their_citizens_have_somebody_else_and_the_machine_opens_no_more(
    office: Office, tmp_path: Path
) -> None:
    key = new_organisation_key()
    set_organisation_key(office.database, key.public)
    leaving, staying = Desk.of(office, "S22"), Desk.of(office, "N22")
    citizen = a_citizen(leaving)
    leaving.json("sync")
    device_id = str(leaving.workspace.store.meta(MetaKey.DEVICE_ID))
    centre(office, "assign", "--citizen", citizen, "--consultant", "N22")
    centre(office, "revoke", device_id)
    staying.json("sync")
    assert citizen in {each["id"] for each in staying.json("list", "citizen")}

    # Out of reach of the office nothing can be written any more once the lease is over …
    lease = leaving.workspace.status().lease_until
    assert lease is not None
    grace = lease - leaving.device.clock.now() + timedelta(hours=1)
    for clock in (leaving.device.clock, office.clock):
        clock.advance(grace)
    offline = leaving.run("put", "task", stdin='{"title": "Efter fristen"}', code=2)
    assert "synk" in offline.err.lower()
    # … at its next contact it locks, and keeps …
    leaving.run("sync", code=6)
    leaving.run("list", "citizen", code=6)
    now = office.clock.now()
    # … until the organisation's own key orders it destroyed.
    leaving.workspace.close()
    place_order(
        office.database,
        key.order(device_id, nonce="ab" * 16, issued_at=now, expires_at=now + timedelta(days=30), push_first=False),
    )
    leaving.run("sync", code=6)
    assert unlocking.vault_state(leaving.workspace.folder) is unlocking.VaultState.MISSING
    leaving.run("list", "citizen", code=2)
    assert office.body(citizen)["given_name"] == "Åse"
