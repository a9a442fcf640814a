"""Scenarios 1, 2, 10, 13, 21 and 23: meetings that do not go as planned."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fieldtui.domain.deadlines import deadlines
from tests.e2e.scenarios.desk import TODAY, Desk, after, at
from tests.sync.office import Office
from tests.tui.support import a_caseload, grid, press, running, settle

SANCTIONS = ("sanktion", "fradrag", "nedsæt", "indberet", "træk i ydelse")
"""Words that nobody may be led to by a program."""


def a_citizen(desk: Desk, given: str = "Åse", **more: Any) -> str:
    (citizen,) = desk.put(
        "citizen", {"given_name": given, "family_name": "Lund", "enrolled_on": TODAY.isoformat(), **more}
    )
    return citizen


def figures(desk: Desk) -> dict[str, Any]:
    """The figures of the month by id."""
    report = desk.json("report", "outcomes", "--from", "2026-11-01", "--to", "2026-11-30")
    return {each["id"]: each for each in report["figures"]}


# --- 1: the citizen does not show ---------------------------------------------------------------------


async def test_01_one_key_registers_a_no_show_with_its_time_and_nothing_follows_but_suggestions(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    meeting, maja = load.appointments["jens"], load.citizens["maja"]
    asked = load.workspace.store.all("referral")[0]
    async with running(load, size=(140, 45), close=False) as (app, pilot):
        await press(pilot, "up", "up", "up", "up", "u")
        await settle(pilot)
        shown = grid(app)
        assert "× Udebl." in shown
        assert "Ring eller skriv, og find en ny tid" in str([each.text for each in app.notices])
        assert not [word for word in SANCTIONS if word in shown.lower()]
        (stored,) = [each for each in load.workspace.store.all("appointment") if each.id == meeting]
        assert (stored.record.status.value, stored.record.status_at) == ("no_show", load.clock.now())

        # The next day says so as long as nobody tried to reach the citizen: call, write or visit.
        jens = load.workspace.store.case(load.citizens["jens"])
        assert jens is not None
        (suggested,) = [each for each in deadlines(jens, load.workspace.rules, TODAY) if each.kind == "missed"]
        assert "Ring, skriv eller besøg" in suggested.reason
        assert jens.citizen.record.discharged_on is None
        # Bridging goes on whoever stayed away.
        assert load.workspace.store.all("referral")[0] == asked
        file = load.workspace.store.case(maja)
        assert file is not None
        assert "treatment" in {each.kind for each in deadlines(file, load.workspace.rules, TODAY)}
    load.workspace.close()


def test_01_a_no_show_counts_in_the_attendance_and_its_reason_is_kept(office: Office) -> None:
    desk = Desk.of(office, "S01")
    citizen = a_citizen(desk)
    (meeting,) = desk.put("appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(TODAY, "08:00")})
    before = figures(desk)["K6"]
    desk.json("add", "udeblevet åse")
    desk.put("appointment", {"id": meeting, "status_reason": "Bussen kørte ikke"})
    now = figures(desk)["K6"]
    assert (before["denominator"], now["numerator"], now["denominator"]) == (0, 0, 1)
    body = desk.record(meeting)
    assert (body["status"], body["status_reason"]) == ("no_show", "Bussen kørte ikke")
    assert body["status_at"]
    assert desk.json("list", "task") == []  # nothing is made by itself
    # A new time, and the suggestion is gone.
    assert [each for each in desk.json("today")["deadlines"] if each["rule_id"] == "no_show.contact_days"]
    desk.put("appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(after(2))})
    assert not [each for each in desk.json("today")["deadlines"] if each["rule_id"] == "no_show.contact_days"]


# --- 2: somebody comes unannounced --------------------------------------------------------------------


def test_02_who_turns_up_without_an_appointment_is_a_contact_and_no_interview_unless_it_was_one(office: Office) -> None:
    desk = Desk.of(office, "S02")
    citizen = a_citizen(desk)
    ids = desk.json("appointment", "drop-in", citizen, "--text", "Kom beruset, sad og talte i ti minutter")
    (came,) = desk.json("list", "appointment")
    assert ids
    assert (came["status"], came["unannounced"], came["kind"] == "jobsamtale") == ("attended", True, False)
    (note,) = desk.json("list", "note", "--citizen", citizen)
    assert note["text"] == "Kom beruset, sad og talte i ti minutter"
    assert (figures(desk)["K6"]["denominator"], figures(desk)["K4"]["denominator"]) == (0, 0)
    # It is a contact all the same: nobody is told that the citizen has not been seen.
    card = desk.workspace.store.case(citizen)
    assert card is not None
    assert not [each for each in deadlines(card, desk.workspace.rules, TODAY) if each.kind == "missed"]
    desk.json("appointment", "drop-in", citizen, "--interview")
    held = [each for each in desk.json("list", "appointment") if each["kind"] == "jobsamtale"]
    assert [each["status"] for each in held] == ["attended"]
    assert figures(desk)["K6"]["denominator"] == 0  # nobody had summoned anybody


# --- 10: two at one time, and two at one employer -----------------------------------------------------


def test_10_two_consultants_learn_of_one_room_one_hour_and_one_employer(office: Office) -> None:
    mette, tariq = Desk.of(office, "S10"), Desk.of(office, "T10")
    room = {"kind": "team", "place": "Kvartershuset, lokale 4", "title": "Møde"}
    mette.put("company", {"name": "Café Solsort"})
    mette.json("sync")
    tariq.json("sync")
    (company,) = [each["id"] for each in tariq.json("list", "company") if each["name"] == "Café Solsort"]
    (hers,) = mette.put("appointment", {**room, "starts_at": at(after(1), "10:00")})
    (his,) = tariq.put("appointment", {**room, "starts_at": at(after(1), "10:30")})
    mette.put(
        "employer_contact", {"company_id": company, "on": str(TODAY), "mode": "phone", "text": "Spørg igen i januar"}
    )
    mette.json("sync")
    tariq.json("sync")
    (clash,) = tariq.json("appointment", "collisions")
    assert clash["kind"] == "room"
    assert {*clash["ids"]} == {hers, his}
    assert "lokale" in clash["text"].lower()
    assert {hers, his} <= {each["id"] for each in tariq.json("list", "appointment")}  # neither is dropped
    (known,) = tariq.json("list", "employer_contact")
    assert known["text"] == "Spørg igen i januar"
    warned = tariq.run("add", "virk Café Solsort ring: ring i morgen")
    assert "S10" in warned.err + warned.out  # a colleague has just called
    a_citizen(tariq, "Ea")
    told = tariq.json("add", "samtale i morgen 10:45 @ea")
    assert told["ids"]  # told at once, and booked all the same
    assert "10:30" in str(told["warnings"])


# --- 13: a note on the wrong citizen ------------------------------------------------------------------


def test_13_a_note_on_the_wrong_citizen_is_struck_out_there_and_written_here_and_others_are_thought_of(
    office: Office,
) -> None:
    desk = Desk.of(office, "S13")
    wrong, right = a_citizen(desk, "Ib"), a_citizen(desk, "Ulla")
    (note,) = desk.put("note", {"citizen_id": wrong, "text": "Begynder på Keramikværkstedet", "written_at": at(TODAY)})
    desk.json("sync")
    moved = desk.json("note", "move", note, "--to", right, "--reason", "Forkert fane", "--keep-checklist")
    assert moved["checklist"]  # it had left the machine: who may have read it, and what to do
    assert moved["report_by"][:10] == str(after(3))  # 72 hours
    (task,) = desk.json("list", "task")
    assert task["id"] == moved["task_id"]
    assert not [word for word in ("Ib", "Ulla", "Keramik") if word in task["title"]]

    copies = desk.json("list", "note", "--citizen", right)
    assert [each["text"] for each in copies] == ["Begynder på Keramikværkstedet"]
    assert [each["citizen_id"] for each in desk.json("search", "Keramikværkstedet")] == [right]
    assert desk.json("list", "note", "--citizen", wrong) == []
    given = Path(
        desk.json("export", "citizen", wrong, "--format", "json", "--plain", "--reason", "Borgeren bad om det")["file"]
    )
    assert "Keramik" not in given.read_text("utf-8")
    for citizen in (wrong, right):
        assert [each["action"] for each in desk.json("log", "show", "--citizen", citizen)].count("note.moved") == 1
    desk.json("sync")
    struck = [each for each in desk.json("list", "note", "--citizen", wrong, "--all") if each["id"] == note]
    assert all(each["annulled_at"] for each in struck)


# --- 21: death, prison, admission ---------------------------------------------------------------------


def test_21_after_a_death_everything_falls_silent_at_once(office: Office) -> None:
    desk = Desk.of(office, "S21")
    citizen = a_citizen(desk, visitation_category="aktivitetsparat", phone="12345678")
    (meeting,) = desk.put("appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(TODAY, "07:00"),
                                          "place": "Kvartershuset"})  # fmt: skip
    desk.put("appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(after(1), "15:00")})
    desk.put("referral", {"citizen_id": citizen, "basis": "SEL101", "requested_on": str(after(-10))})
    desk.put("placement", {"citizen_id": citizen, "kind": "ordinaert_job", "starts_on": str(after(-3))})
    assert {each["rule_id"].split(".")[0] for each in desk.json("today")["deadlines"]} >= {"follow_along", "treatment"}
    told = desk.run(
        "put", "citizen", stdin=f'{{"id": "{citizen}", "silence_reason": "doed", "silence_from": "{TODAY}"}}'
    )
    assert "Påmindelser" in told.err
    assert desk.json("today")["deadlines"] == []
    refused = desk.run("add", "udeblevet åse", code=2)
    assert "ingen udeblivelse" in refused.err  # nobody stays away after their death
    assert desk.record(meeting)["status"] == "planned"
    listed = Path(desk.json("export", "appointments", "--from", str(TODAY), "--to", str(after(1)), "--profile", "reception",
                            "--format", "csv")["file"]).read_text("utf-8-sig")  # fmt: skip
    assert "Ingen aftaler" in listed


# --- 23: a laptop with another year, and the nights the clocks change ---------------------------------


def test_23_a_time_that_does_not_exist_is_refused_one_that_comes_twice_is_asked_and_the_week_is_shown(
    office: Office,
) -> None:
    desk = Desk.of(office, "S23")
    citizen = a_citizen(desk)
    before = desk.json("status")["pending"]
    meeting = {"citizen_id": citizen, "kind": "jobsamtale"}
    for starts, said in (
        ("2027-03-28T02:30", "findes ikke"),
        ("2026-10-25T02:30", "to gange"),
        ("2026-13-24T10:00", "tidspunkt"),
    ):
        refused = desk.run("put", "appointment", stdin=f'{{"citizen_id": "{citizen}", "kind": "jobsamtale", "starts_at": "{starts}"}}',
                           code=2)  # fmt: skip
        assert "starts_at" in refused.err
        assert said in refused.err
    assert desk.json("status")["pending"] == before
    for offset in ("+02:00", "+01:00"):
        (kept,) = desk.put("appointment", {**meeting, "starts_at": f"2026-10-25T02:30{offset}"})
        assert desk.record(kept)["starts_at"] == f"2026-10-25T02:30{offset}"
    # The first day of 2027 lies in week 53 of 2026, and that is what is shown to confirm.
    booked = desk.run("add", "samtale 1/1 10 @åse")
    assert "uge 53" in booked.out
    assert "uge 53" in desk.run("today", "--date", "2027-01-01").out

    # A laptop a year behind learns the right time when it syncs, and its work has the right day.
    behind = Desk.of(office, "S23", clock=office.clock.now() - timedelta(days=365))
    report = behind.json("sync")
    assert abs(report["server_time_skew_seconds"]) > 300 * 86_400
    assert date.fromisoformat(behind.json("today")["date"]).year == 2025  # its own clock is said, not guessed
    assert "ur" in behind.run("doctor").out
