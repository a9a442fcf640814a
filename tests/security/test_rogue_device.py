"""A device in the wrong hands: enrolled, properly signing, and lying in everything else (T8, T12)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from fieldtui.base.ids import SystemIds
from fieldtui.central import administration
from fieldtui.central.enrolling import enrol_code
from fieldtui.wire.messages import Accepted, Enrolled, Rejected, Stale
from tests.support.central import Answered, Central, Device, op

IDS = SystemIds()
CITIZEN = {"given_name": "Fatima", "family_name": "Aslan", "enrolled_on": "2026-10-01"}


def raw(device: Device, body: bytes) -> tuple[int, dict[str, Any]]:
    status, _headers, answer = device.request("POST", "/v1/changes", body)
    return status, json.loads(answer)


@pytest.mark.parametrize(
    "bad",
    [
        {"op_id": "a\x00" + "b" * 34},
        {"op_id": "\ud800" + "b" * 35},
        {"op_id": "%" * 36},
        {"id": "\x00" * 36},
        {"recorded_at": "0001-01-01T00:00:00+14:00"},
        {"recorded_at": "9999-12-31T23:59:59-14:00"},
        {"recorded_at": "2026-11-01T10:00:00"},
        {"base_rev": 10**30},
        {"clock_offset_ms": 10**30},
        {"clock_offset_ms": -(10**12)},
        {"collection": "__class__"},
        {"collection": "\x00"},
        {"body": {"given_name": "x\x00y"}},
        {"body": {"text": 1e400}},
        {"body": {"text": [[[[]]]]}},
        {"annul": {"reason": "x"}},
    ],
)
def test_what_no_device_says_is_refused_and_the_rest_of_the_batch_lands(central: Central, bad: dict[str, Any]) -> None:
    device = central.device("MH")
    good = op("company", {"name": "Firma"})
    evil = op("task", {"text": "x", "participants": []}) | bad
    status, answer = raw(device, json.dumps({"ops": [evil, good]}).encode())
    assert status in {200, 422}, answer
    if status == 200:
        assert [result["status"] for result in answer["results"]] == ["rejected", "accepted"]
    assert device.push(op("company", {"name": "Firma 2"})).results[0].status == "accepted"  # the control


@pytest.mark.parametrize(
    "entry",
    [{"seq": 10**30}, {"seq": -1}, {"detail": "x" * 100_000}, {"actor": "a\x00"}, {"mac": "\ud800"}],
)
def test_a_false_log_entry_is_no_defect_of_the_central_system(central: Central, entry: dict[str, Any]) -> None:
    device = central.device("MH")
    sound = {
        "seq": 1, "at": "2026-11-22T10:00:00+00:00", "actor": "a", "action": "open", "subject": None, "reason": None,
        "detail": None, "mac": "m",
    }  # fmt: skip
    status, _answer = raw(device, json.dumps({"ops": [], "log": [sound | entry]}).encode())
    assert status in {200, 422}
    assert device.push(log=(sound,)).log_head == 1  # the control


def test_nobody_learns_or_changes_what_a_colleague_has(central: Central) -> None:
    mine, theirs = central.device("MH"), central.device("TB")
    citizen = mine.create("citizen", CITIZEN)
    note = mine.create("note", {"citizen_id": citizen, "text": "hemmeligt", "written_at": "2026-11-20T10:00:00+01:00"})
    for attempt in (
        op("note", {"citizen_id": citizen, "text": "x", "written_at": "2026-11-20T10:00:00+01:00"}, record_id=note),
        op("note", {"citizen_id": citizen, "text": "x", "written_at": "2026-11-20T10:00:00+01:00"}),
        op("note", record_id=note, base_rev=1, annul="x"),
        op("citizen", CITIZEN | {"phone": "12345678"}, record_id=citizen),
        op("citizen", CITIZEN, record_id=citizen, base_rev=1),
        op("company", {"name": "x"}, record_id=note),
        op("task", {"text": "x", "citizen_id": citizen}),
        op("job_lead", {"citizen_id": citizen, "company_id": IDS.new()}),
    ):
        status, answer = raw(theirs, json.dumps({"ops": [attempt]}).encode())
        assert status == 200
        assert answer["results"][0]["status"] == "rejected", attempt
        assert "hemmeligt" not in json.dumps(answer)
        assert "Aslan" not in json.dumps(answer)
    seen = json.dumps([line.model_dump() for page in theirs.pull() for line in page.lines])
    assert citizen not in seen
    assert "hemmeligt" in json.dumps([line.model_dump() for page in mine.pull() for line in page.lines])  # the control


def test_a_cursor_that_was_made_up_opens_nothing(central: Central) -> None:
    import base64

    mine, theirs = central.device("MH"), central.device("TB")
    citizen = mine.create("citizen", CITIZEN)
    theirs.pull()
    honest = json.loads(base64.urlsafe_b64decode(theirs.page().end.next + "=="))
    for lie in (
        {"j": f"citizen:{citizen}", "a": "", "b": 0, "h": honest["s"], "s": 0},
        {"c": mine.consultant},
        {"s": 2**62, "b": 2**62, "h": 2**62},
        {"s": -1},
        {"j": "\x00", "b": 0, "h": honest["s"]},
        {"j": "citizen:%", "a": "x" * 5_000, "b": 0, "h": honest["s"], "s": 0},
        {"r": {"a": 1}},
    ):
        text = base64.urlsafe_b64encode(json.dumps(honest | lie).encode()).decode().rstrip("=")
        status, _headers, answer = theirs.request("GET", f"/v1/changes?cursor={text}")
        assert status in {200, 409, 422}, lie
        assert citizen.encode() not in answer, lie


def test_nobody_writes_as_somebody_else(central: Central) -> None:
    device = central.device("MH")
    citizen = device.create("citizen", CITIZEN)
    at = "2026-11-20T10:00:00+01:00"
    forged = {"citizen_id": citizen, "text": "x", "written_at": at, "author": central.people["TB"]}
    (result,) = device.push(op("note", forged)).results
    assert isinstance(result, Rejected)
    (result,) = device.push(op("note", forged | {"author": central.people["MH"]})).results  # the control
    assert isinstance(result, Accepted)


def test_only_its_author_brings_back_a_note_that_was_annulled(central: Central) -> None:
    mine, theirs = central.device("MH"), central.device("TB")
    citizen = mine.create("citizen", CITIZEN)
    administration.assign(central.database, citizen, "TB", "substitute", date.today() + timedelta(days=9))
    body = {"citizen_id": citizen, "text": "x", "written_at": "2026-11-20T10:00:00+01:00", "author": mine.consultant}
    note = mine.create("note", body)
    assert mine.push(op("note", record_id=note, base_rev=1, annul="forkert borger")).results[0].status == "accepted"
    lift = op("note", body, record_id=note, base_rev=2)
    assert theirs.push(lift).results[0].status == "rejected"
    assert mine.push(op("note", body, record_id=note, base_rev=2)).results[0].status == "accepted"  # the control


def test_an_operation_of_another_device_is_not_taken_over(central: Central) -> None:
    mine, theirs = central.device("MH"), central.device("TB")
    operation = op("company", {"name": "Min"})
    assert mine.push(operation).results[0].status == "accepted"
    stolen = operation | {"body": {"name": "Din"}}
    assert theirs.push(stolen).results[0].status == "rejected"
    names = {line.body.get("name") for page in theirs.pull() for line in page.records}
    assert "Min" in names
    assert "Din" not in names


def test_a_treatment_worker_reads_no_more_than_consent_opens(central: Central) -> None:
    administration.add_consultant(central.database, "BH", "Behandler", "treatment", unit="Behandling")
    consultant, worker = central.device("MH"), central.device("BH")
    citizen = consultant.create("citizen", CITIZEN | {"cpr": "610190-0001", "address": "Hemmelig Vej 1"})
    note = consultant.create(
        "note", {"citizen_id": citizen, "text": "ikke for dig", "written_at": "2026-11-20T10:00:00+01:00"}
    )
    meeting = consultant.create(
        "appointment",
        {"citizen_id": citizen, "starts_at": "2026-11-24T10:00:00+01:00", "duration_minutes": 30, "kind": "jobsamtale", "consultant_id": consultant.consultant},
    )  # fmt: skip
    administration.assign(central.database, citizen, "BH", "treatment")

    def seen() -> str:
        worker.cursor = None
        return json.dumps([line.model_dump() for page in worker.pull() for line in page.lines])

    assert citizen not in seen()  # no consent yet
    consent = consultant.create("consent", {"citizen_id": citizen, "recipient": "Behandling", "given_on": "2026-01-01"})
    text = seen()
    assert citizen in text  # the control: consent opens
    for secret in ("610190", "Hemmelig", "ikke for dig", note, meeting):
        assert secret not in text, secret
    for record_id, collection, body in (
        (note, "note", {"citizen_id": citizen, "text": "y", "written_at": "2026-11-20T10:00:00+01:00"}),
        (meeting, "appointment", {"citizen_id": citizen, "starts_at": "2026-11-24T11:00:00+01:00", "duration_minutes": 30, "kind": "jobsamtale", "consultant_id": consultant.consultant}),
        (citizen, "citizen", CITIZEN),
        (consent, "consent", {"citizen_id": citizen, "recipient": "Behandling", "given_on": "2026-01-01", "expires_on": "2030-01-01"}),
    ):  # fmt: skip
        (result,) = worker.push(op(collection, body, record_id=record_id)).results
        assert not isinstance(result, Stale | Accepted), collection
        assert "ikke for dig" not in result.model_dump_json()


def test_guessing_codes_has_to_wait_and_finds_nothing_meanwhile(central: Central) -> None:
    code = enrol_code(central.database, "MH", pre_approved=True).code
    late = enrol_code(central.database, "MH", pre_approved=True).code
    assert isinstance(central.unenrolled().enrol(code), Enrolled)  # the control
    names = []
    for number in range(30):
        with pytest.raises(Answered) as refused:
            central.unenrolled().enrol(f"BCDF{number:04d}")
        names.append(refused.value.problem.name)
    assert names[0] == "code"
    assert names[-1] == "rate-limited"
    with pytest.raises(Answered) as refused:
        central.unenrolled().enrol(late)  # a right guess meanwhile is not told from a wrong one
    assert refused.value.problem.name == "rate-limited"
    central.database.clock.offset += timedelta(minutes=16)  # type: ignore[attr-defined]
    again = enrol_code(central.database, "MH", pre_approved=True).code
    assert isinstance(central.unenrolled().enrol(again), Enrolled)


def test_the_office_learns_that_a_code_was_used_twice(central: Central) -> None:
    code = enrol_code(central.database, "MH").code
    first, second = central.unenrolled(), central.unenrolled()
    first.enrol(code)
    with pytest.raises(Answered):
        second.enrol(code)
    device_id = administration.approve(central.database, code)
    answer = first.enrol(code)
    assert isinstance(answer, Enrolled)
    assert answer.device_id == device_id


def test_a_device_that_was_revoked_between_two_batches_gets_no_further(central: Central) -> None:
    device = central.device("MH")
    assert device.push(op("company", {"name": "Før"})).results[0].status == "accepted"
    administration.revoke(central.database, device.device_id)
    for call in (lambda: device.push(op("company", {"name": "Efter"})), device.pull):
        with pytest.raises(Answered) as refused:
            call()
        assert refused.value.problem.name == "revoked"
    with psycopg.connect(
        central.database._engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    ) as connection:
        assert connection.execute("SELECT count(*) FROM record WHERE body->>'name' = 'Efter'").fetchone() == (0,)
