"""What a sync promises: nothing lost, nothing twice, everybody the same in the end, and the truth about it."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta

import pytest

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import Busy, MassChange, NotEnrolled, Revoked, ServerFault, Unreachable
from fieldtui.central import administration
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.services.syncing import Syncing
from fieldtui.store.changes import Put
from fieldtui.store.meta import MetaKey
from fieldtui.sync import engine
from fieldtui.vault import sync_lock
from tests.support.workspaces import make_workspace
from tests.sync.office import Device, Office


def pushes(device: Device) -> int:
    return device.network.seen.count("POST /v1/changes")


def test_the_first_sync_brings_everything_that_is_mine(office: Office) -> None:
    mine, others = office.citizen("MH"), office.citizen("TB")
    device = office.device(sync=False)
    report = device.sync()
    assert report.finished
    assert device.workspace.store.get(mine) is not None
    assert device.workspace.store.get(others) is None
    assert {person.initials for person in device.workspace.people} == {"ADM", "MH", "TB"}
    assert device.table("assignment", "citizen_id, role") == [(mine, "primary")]


def test_an_edit_reaches_a_second_laptop_of_the_same_consultant(office: Office) -> None:
    citizen = office.citizen()
    first, second = office.device(), office.device()
    first.edit(citizen, job_goal="Lagermedarbejder")
    assert first.sync().pushed == 1
    assert second.sync().pulled == 1
    assert second.body(citizen) == first.body(citizen) == office.body(citizen)


def test_two_laptops_that_changed_different_fields_both_win(office: Office) -> None:
    citizen = office.citizen()
    first, second = office.device(), office.device()
    first.edit(citizen, job_goal="Gartner")
    second.edit(citizen, district="Nord")
    first.sync()
    report = second.sync()
    assert (report.merged, report.conflicts, report.pushed) == (1, 0, 1)
    office.settle(first, second)
    for body in (first.body(citizen), second.body(citizen), office.body(citizen)):
        assert (body["job_goal"], body["district"]) == ("Gartner", "Nord")


def conflicting(office: Office) -> tuple[str, Device, Device]:
    citizen = office.citizen(job_goal="Kok")
    first, second = office.device(), office.device()
    first.edit(citizen, job_goal="Gartner")
    second.edit(citizen, job_goal="Murer", district="Nord")
    first.sync()
    report = second.sync()
    assert report.conflicts == 1
    assert report.finished
    return citizen, first, second


def test_the_same_field_changed_twice_is_for_a_person_and_shows_theirs_meanwhile(office: Office) -> None:
    citizen, first, second = conflicting(office)
    (conflict,) = second.workspace.conflicts.list()
    assert conflict.fields == ("job_goal",)
    assert (conflict.base, conflict.mine, conflict.theirs) == (
        {"job_goal": "Kok"},
        {"job_goal": "Murer"},
        {"job_goal": "Gartner"},
    )
    assert conflict.theirs_by == office.mh.id
    assert second.body(citizen)["job_goal"] == "Gartner"
    assert office.body(citizen)["district"] == "Nord"
    assert first.workspace.conflicts.list() == ()
    (entry,) = conflict.entries()
    assert (entry["field"], entry["mine"], entry["citizen_id"]) == ("job_goal", "Murer", citizen)


@pytest.mark.parametrize(
    ("take", "value", "wins"), [("theirs", None, "Gartner"), ("mine", None, "Murer"), ("value", "Tømrer", "Tømrer")]
)
def test_the_decision_is_an_ordinary_edit_and_what_was_not_chosen_stays(
    office: Office, take: str, value: str | None, wins: str
) -> None:
    citizen, first, second = conflicting(office)
    (conflict,) = second.workspace.conflicts.list()
    done = second.workspace.conflicts.resolve(conflict.id, take, value)  # type: ignore[arg-type]
    assert done.record_ids == (citizen,)
    assert second.workspace.conflicts.list() == ()
    office.settle(first, second)
    assert (
        first.body(citizen)["job_goal"] == second.body(citizen)["job_goal"] == office.body(citizen)["job_goal"] == wins
    )
    kept = [json.loads(after)["body"].get("job_goal") for (after,) in second.table("history", "after")]
    assert "Murer" in kept
    assert [r.body.get("job_goal") for r in office.revisions(citizen)][:2] == ["Kok", "Gartner"]


def test_annulling_what_another_edited_is_for_a_person(office: Office) -> None:
    company = office.put("company", name="Havnens Lager")
    first, second = office.device("MH"), office.device("TB")
    first.edit(company, phone="12 34 56 78")
    second.workspace.casework.annul(company, "lukket")
    first.sync()
    assert second.sync().conflicts == 1
    stored = second.workspace.store.get(company)
    assert stored is not None
    assert stored.annulled_at is None
    (conflict,) = second.workspace.conflicts.list()
    second.workspace.conflicts.resolve(conflict.id, "mine")
    office.settle(first, second)
    seen = first.workspace.store.get(company)
    assert seen is not None
    assert seen.annulled_reason == "lukket"


def test_editing_what_another_annulled_keeps_my_edit_until_a_person_decides(office: Office) -> None:
    company = office.put("company", name="Havnens Lager")
    first, second = office.device("MH"), office.device("TB")
    first.workspace.casework.annul(company, "lukket")
    second.edit(company, phone="12 34 56 78")
    first.sync()
    assert second.sync().conflicts == 1
    stored = second.workspace.store.get(company)
    assert stored is not None
    assert stored.annulled_reason == "lukket"
    (conflict,) = second.workspace.conflicts.list()
    second.workspace.conflicts.resolve(conflict.id, "mine")
    office.settle(first, second)
    seen = first.workspace.store.get(company)
    assert seen is not None
    assert seen.annulled_at is None
    assert first.body(company)["phone"] == "12 34 56 78"


def test_a_few_changes_cost_two_requests(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    report = device.sync()
    assert (report.requests, report.pushed, report.finished) == (2, 1, True)


def test_nothing_new_costs_one_small_request_and_no_write(office: Office) -> None:
    office.citizen()
    device = office.device()
    device.sync()
    before = device.workspace.store.version()
    last = device.syncing.last()
    office.clock.advance(timedelta(minutes=3))
    device.clock.advance(timedelta(minutes=3))
    report = device.sync()
    assert (report.requests, report.finished) == (1, True)
    assert report.bytes_sent + report.bytes_received <= 1_024
    assert device.workspace.store.version() == before
    after = device.syncing.last()
    assert last is not None
    assert after is not None
    assert after > last


def test_a_lost_answer_is_asked_for_again_and_nothing_is_written_twice(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    device.network.lose_response = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        device.sync()
    assert device.body(citizen)["job_goal"] == "Gartner"
    device.network.lose_response = lambda _request: False
    report = device.sync()
    assert (report.pushed, report.conflicts, report.pending) == (1, 0, 0)
    assert [r.rev for r in office.revisions(citizen)] == [1, 2]


def test_an_edit_made_after_a_lost_answer_stands_on_the_one_that_arrived(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    device.network.lose_response = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        device.sync()
    device.edit(citizen, job_goal="Murer")
    device.network.lose_response = lambda _request: False
    report = device.sync()
    assert (report.conflicts, report.pending) == (0, 0)
    assert [r.body.get("job_goal") for r in office.revisions(citizen)] == [None, "Gartner", "Murer"]


def test_an_edit_made_while_the_change_is_on_its_way_goes_with_the_next_round(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")

    def meanwhile(
        request: object, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if pushes(device) == 1 and device.body(citizen)["job_goal"] == "Gartner":
            device.edit(citizen, job_goal="Murer")
        return status, headers, body

    device.network.change = meanwhile
    report = device.sync()
    assert (report.pushed, report.conflicts, report.pending) == (2, 0, 0)
    assert office.body(citizen)["job_goal"] == "Murer"


def test_what_is_taken_back_before_its_turn_to_be_sent_is_never_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the simulation: a sync sent what it had read at its beginning, although the person had taken it back."""
    citizen = office.citizen()
    device = office.device()
    monkeypatch.setattr(engine, "batches", lambda entries, _limits: ((entry,) for entry in entries))
    device.edit(citizen, job_goal="Gartner")
    (task,) = device.workspace.casework.create("task", {"title": "Ring", "citizen_id": citizen}).record_ids

    def meanwhile(
        _request: object, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if pushes(device) == 1:
            device.network.change = None
            device.workspace.undo.undo()
        return status, headers, body

    device.network.change = meanwhile
    report = device.sync()
    assert (report.pushed, report.conflicts, report.pending, report.finished) == (1, 0, 0, True)
    assert office.revisions(task) == []


def test_an_edit_over_one_whose_turn_has_not_come_is_sent_instead_of_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the simulation: the old one was sent, its answer lost, and the person was asked about their own words."""
    citizen, other = office.citizen(), office.citizen()
    device = office.device()
    monkeypatch.setattr(engine, "batches", lambda entries, _limits: ((entry,) for entry in entries))
    device.edit(other, job_goal="Murer")
    device.edit(citizen, job_goal="Gartner")

    def meanwhile(
        _request: object, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if pushes(device) == 1:
            device.network.change = None
            device.network.lose_response = lambda request: request.method == "POST"
            device.edit(citizen, job_goal="Kok")
        return status, headers, body

    device.network.change = meanwhile
    with contextlib.suppress(Unreachable):
        device.sync()
    device.network.lose_response = lambda _request: False
    assert device.sync().conflicts == 0
    assert [each.body.get("job_goal") for each in office.revisions(citizen)][1:] == ["Kok"]


def test_annulling_what_is_on_its_way_to_be_created_annuls_it_there(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    (note,) = device.workspace.casework.create("task", {"title": "Ring", "citizen_id": citizen}).record_ids
    device.network.lose_response = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        device.sync()
    device.workspace.casework.annul(note, "fejl")
    device.network.lose_response = lambda _request: False
    report = device.sync()
    assert (report.conflicts, report.pending) == (0, 0)
    assert office.revisions(note)[-1].annulled["reason"] == "fejl"


def test_attendance_rests_unless_a_person_asks(office: Office) -> None:
    citizen = office.citizen()
    clock = office.clock
    meeting = office.put(
        "appointment", citizen_id=citizen, consultant_id=office.mh.id, kind="opfoelgning", status="planned",
        starts_at="2026-11-23T08:00+01:00", duration_minutes=30,
    )  # fmt: skip
    device = office.device()
    device.workspace.casework.register(meeting, Attendance.ATTENDED)
    assert device.sync(manual=False).pending == 1
    device.clock.advance(timedelta(minutes=6))
    clock.advance(timedelta(minutes=6))
    assert device.sync(manual=False).pushed == 1
    device.workspace.casework.register(meeting, Attendance.NO_SHOW)
    assert device.sync().pushed == 1


def test_a_dry_run_tells_and_changes_nothing(office: Office) -> None:
    citizen = office.citizen()
    device, other = office.device(), office.device()
    other.edit(citizen, district="Nord")
    other.sync()
    device.edit(citizen, job_goal="Gartner")
    before, revisions = device.workspace.store.version()[1], len(office.revisions(citizen))
    report = device.sync(dry_run=True)
    assert (report.pushed, report.merged) == (1, 1)
    assert device.body(citizen).get("district") is None
    assert len(office.revisions(citizen)) == revisions
    assert device.sync().pushed == 1
    assert before <= device.workspace.store.version()[1]


def test_a_cancelled_sync_keeps_what_was_done_and_does_not_move_last_synced(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    last = device.syncing.last()
    device.edit(citizen, job_goal="Gartner")
    report = device.sync(cancelled=lambda: "GET /v1/changes" in device.network.seen[2:])
    assert not report.finished
    assert device.syncing.last() == last
    assert device.sync().finished


def test_a_refused_change_stays_with_its_reason(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    stranger = office.id()
    (meeting,) = device.workspace.store.write(
        [
            Put(
                office.id(),
                Appointment(
                    citizen_id=citizen,
                    consultant_id=stranger,
                    kind="opfoelgning",
                    starts_at=datetime(2026, 11, 24, 10, tzinfo=COPENHAGEN),
                ),
            )
        ],
        label="Aftale",
        actor=device.person.id,
    ).ids
    report = device.sync()
    assert (report.rejected, report.pending, report.finished) == (1, 0, True)
    (row,) = device.syncing.waiting()
    assert (row.state, row.record_id, row.reason) == ("rejected", meeting, "validation:unknown_person")
    assert (row.field, row.label, row.citizen_id) == ("consultant_id", "Aftale", citizen)
    assert device.workspace.store.get(meeting) is not None
    assert device.sync().requests == 1
    with device.workspace.store.transaction():
        device.workspace.store.write(
            [
                Put(
                    meeting,
                    device.workspace.lookup.get(meeting).record.model_copy(update={"consultant_id": office.mh.id}),
                )
            ],
            label="Aftale",
            actor=device.person.id,
        )
    assert device.sync().pushed == 1


def test_two_syncs_of_one_vault_do_not_run_at_once(office: Office) -> None:
    device = office.device()
    with sync_lock(device.workspace.folder), pytest.raises(Busy) as busy:
        device.sync()
    assert busy.value.what == "sync"


def test_without_enrolment_there_is_nothing_to_sync_with(tmp_path: object) -> None:
    with make_workspace(tmp_path, person=None) as workspace, pytest.raises(NotEnrolled):  # type: ignore[arg-type]
        Syncing(workspace._context).run()


def test_a_revoked_device_is_locked_and_keeps_its_work(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    (row,) = administration.devices(office.database)
    administration.revoke(office.database, row.id)
    with pytest.raises(Revoked):
        device.sync()
    assert device.workspace.store.meta(MetaKey.LOCKED_REASON) == "revoked"
    assert [row.state for row in device.syncing.waiting()] == ["waiting"]


def test_an_unsigned_revocation_is_not_believed(office: Office) -> None:
    device = office.device()
    problem = b'{"type":"urn:fieldtui:problem:revoked","title":"","status":403}'
    device.network.change = lambda _request, _status, _headers, _body: (
        403,
        {"content-type": "application/json"},
        problem,
    )
    with pytest.raises(ServerFault):
        device.sync()
    assert device.workspace.store.meta(MetaKey.LOCKED_REASON) is None


def test_a_page_changed_on_the_way_is_not_applied(office: Office) -> None:
    citizen = office.citizen()
    device = office.device(sync=False)
    device.network.change = lambda _request, status, headers, body: (status, headers, body[:-2] + b"\n\n")
    with pytest.raises(ServerFault) as fault:
        device.sync()
    assert fault.value.detail == "signature"
    assert device.workspace.store.get(citizen) is None
    assert device.syncing.last() is None


def test_an_unreachable_office_leaves_everything_as_it_was(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    device.network.lose_request = lambda _request: True
    last = device.syncing.last()
    with pytest.raises(Unreachable):
        device.sync()
    assert device.syncing.last() == last
    assert [row.state for row in device.syncing.waiting()] == ["waiting"]


@pytest.mark.parametrize("minutes", [-90, 45])
def test_a_clock_that_is_wrong_is_learnt_and_work_goes_on(office: Office, minutes: int) -> None:
    citizen = office.citizen()
    device = office.device()
    device.clock.advance(timedelta(minutes=minutes))
    device.edit(citizen, job_goal="Gartner")
    report = device.sync()
    assert report.pushed == 1
    assert abs(report.server_time_skew_seconds + minutes * 60) < 5
    assert device.sync().requests == 1


def test_a_server_that_forgot_the_cursor_gets_everything_asked_again_and_pending_work_stays(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    device.workspace.store.set_meta(MetaKey.CURSOR, "bm90IGEgY3Vyc29y")
    report = device.sync()
    assert (report.finished, report.conflicts, report.pending) == (True, 0, 0)
    assert office.body(citizen)["job_goal"] == "Gartner"
    assert device.table("unseen") == []


def test_a_server_restored_from_an_old_backup_gets_back_what_it_lost(office: Office) -> None:
    from sqlalchemy import text

    citizen = office.citizen()
    device = office.device()
    with office.database.transaction() as connection:
        seq = connection.execute(text("SELECT seq FROM organisation")).scalar_one()
    device.edit(citizen, job_goal="Gartner")
    (task,) = device.workspace.casework.create("task", {"title": "Ring", "citizen_id": citizen}).record_ids
    office.settle(device)
    with office.database.transaction() as connection:  # as if the evening's backup had been put back
        for statement in (
            "DELETE FROM operation",
            f"DELETE FROM revision WHERE seq > {seq}",
            f"DELETE FROM record WHERE id = '{task}'",
            f"UPDATE record SET rev = 1, seq = 2, body = body - 'job_goal' WHERE id = '{citizen}'",
            f"UPDATE organisation SET seq = {seq}",
        ):
            connection.execute(text(statement))
    office.settle(device)
    assert office.body(citizen)["job_goal"] == "Gartner"
    assert office.body(task)["title"] == "Ring"
    assert device.workspace.conflicts.list() == ()


def test_more_changes_than_look_right_stop_the_sync_before_anything_is_applied(office: Office) -> None:
    citizens = [office.citizen(given_name=f"Borger {number}") for number in range(30)]
    device = office.device()
    for citizen in citizens:
        administration.put_record(office.database, "citizen", citizen, {**office.body(citizen), "job_goal": "Kok"})
    with pytest.raises(MassChange) as stopped:
        device.sync()
    assert stopped.value.records == 30
    assert all("job_goal" not in device.body(citizen) for citizen in citizens)
    assert device.sync(accept_mass_change=True).pulled == 30


def test_access_log_entries_go_up_with_a_push_and_alone_after_a_day(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    device.sync()
    sent = int(device.workspace.store.meta(MetaKey.LOG_SENT) or 0)
    assert sent >= 3
    device.workspace.store.audit("open", subject=citizen)
    assert device.sync().requests == 1
    device.clock.advance(timedelta(hours=25))
    office.clock.advance(timedelta(hours=25))
    assert device.sync().requests == 2
    assert int(device.workspace.store.meta(MetaKey.LOG_SENT) or 0) > sent


def test_a_protection_that_arrives_calls_back_the_lists_that_may_tell_the_address(office: Office) -> None:
    citizen = office.citizen(given_name="Freja", address="Skovduestien 17")
    mine, colleague = office.device("MH"), office.device("TB", sync=False)
    office.assign(citizen, "TB", role="substitute", until=mine.workspace.clock.now().date())
    colleague.sync()
    day = mine.workspace.clock.now().date()
    kept = mine.workspace.exports.appointments(day, day, "own", "csv", keep=True)
    mine.sync()
    assert kept.file.exists(), "positive control: a sync alone takes no list away"
    assert [hit.record_id for hit in mine.workspace.lookup.search("skovduestien")] == [citizen]
    colleague.edit(citizen, address_protected=True)
    colleague.sync()
    mine.sync()
    assert not kept.file.exists()
    assert mine.workspace.lookup.search("skovduestien") == ()
    (notice,) = [text for _number, text in mine.workspace.handovers.notices()]
    assert "adressebeskyttelse" in notice
    assert [row.subject for row in mine.workspace.log_entries() if row.action == "protected"] == [citizen]
    mine.sync()
    assert len(mine.workspace.handovers.notices()) == 1
