"""What the central system promises to devices, tried over real HTTP on a real PostgreSQL."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from fieldtui.base.clock import today
from fieldtui.base.ids import SystemIds
from fieldtui.central import changes
from fieldtui.central.administration import add_consultant, assign, put_record, revoke
from fieldtui.central.schema import organisation, parked, record, revision, scope_change
from fieldtui.wire.keys import new_device_key
from fieldtui.wire.messages import Accepted, JoinLine, LeaveLine, Parked, Rejected, Stale
from tests.support.central import Answered, Central, Device, SkewedClock, op

SOEREN = {"given_name": "Søren", "cpr": "6101900001"}
WRITTEN = "2026-11-20T10:00+01:00"


def note(citizen: str, text: str = "Ringede.") -> dict[str, object]:
    return {"citizen_id": citizen, "text": text, "written_at": WRITTEN}


def problem_of(device: Device, method: str, path: str, body: bytes = b"", **how: object) -> str:
    with pytest.raises(Answered) as caught:
        device.ask(method, path, body, **how)
    return caught.value.problem.name


# --- pull -----------------------------------------------------------------------------------------


def test_a_record_pushed_by_one_device_reaches_another_of_the_same_consultant(central: Central) -> None:
    first, second = central.device("MH"), central.device("MH")
    citizen = first.create("citizen", SOEREN)
    written = first.create("note", note(citizen))
    (page,) = second.pull()
    assert [line.scope for line in page.lines if isinstance(line, JoinLine)] == [f"citizen:{citizen}"]
    by_id = {each.id: each for each in page.records}
    assert set(by_id) == {citizen, written}
    assert by_id[written].body["author"] == central.people["MH"]
    assert len(by_id[citizen].body["call_code"]) == 4
    assert page.start.assignments is not None
    assert page.start.assignments[citizen].role == "primary"
    assert page.start.people is not None
    assert {person.initials for person in page.start.people} == {"ADM", "MH", "SK", "TB"}
    assert page.start.ruleset_versions == {}  # nothing was published


def test_a_pull_with_nothing_new_is_one_small_answer_with_the_same_cursor(central: Central) -> None:
    device = central.device("MH")
    device.create("citizen", SOEREN)
    device.pull()
    page = device.page(device.cursor)
    assert page.lines == ()
    assert page.end.next == device.cursor
    assert not page.end.more
    assert page.size < 1024
    assert page.start.people is None
    assert page.start.assignments is None


def test_what_changes_while_a_page_is_read_is_announced_as_more_and_comes_with_the_next(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = central.device("MH"), central.device("TB")
    company = writer.create("company", {"name": "Bageriet"})
    original: Any = changes._start

    def meanwhile(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(changes, "_start", original)
        response = writer.push(op("company", {"name": "Bageriet i Havnen"}, record_id=company, base_rev=1))
        assert isinstance(response.results[0], Accepted)
        return original(*given, **named)

    monkeypatch.setattr(changes, "_start", meanwhile)
    pages = reader.pull()
    assert [page.end.more for page in pages] == [True, False]
    assert [line.body["name"] for page in pages for line in page.records] == ["Bageriet i Havnen"]


def test_pages_of_any_size_carry_every_record_exactly_once(central: Central) -> None:
    device = central.device("MH")
    made = set()
    for number in range(4):
        citizen = device.create("citizen", {"given_name": f"Borger{number}"})
        made |= {citizen} | {device.create("note", note(citizen, f"Notat {n}")) for n in range(3)}
        made.add(device.create("company", {"name": f"Firma {number}"}))
    for limit in (3, 4, 5, 9, 1000):
        fresh = central.device("MH")
        pages = fresh.pull(limit=limit)
        ids = [each.id for page in pages for each in page.records]
        assert sorted(ids) == sorted(made)
        assert len({line.scope for page in pages for line in page.lines if isinstance(line, JoinLine)}) == 4
        assert all(len(page.lines) + 2 <= max(limit, 3) for page in pages)
        assert fresh.page(fresh.cursor).lines == ()


def test_what_changes_while_pages_are_pulled_is_not_lost(central: Central) -> None:
    writer, reader = central.device("MH"), central.device("MH")
    citizen = writer.create("citizen", SOEREN)
    notes = [writer.create("note", note(citizen, f"Notat {n}")) for n in range(6)]
    page = reader.page(limit=4)
    assert page.end.more
    assert isinstance(
        writer.push(op("citizen", SOEREN | {"phone": "12345678"}, record_id=citizen, base_rev=1)).results[0], Accepted
    )
    late = writer.create("note", note(citizen, "Sent"))
    reader.cursor = page.end.next
    seen = {each.id: each for page in [page, *reader.pull(limit=4)] for each in page.records}
    assert set(seen) == {citizen, late, *notes}
    assert seen[citizen].rev == 2


def test_a_citizen_handed_over_leaves_one_device_and_joins_the_other_whole(central: Central) -> None:
    mine, theirs = central.device("MH"), central.device("TB")
    citizen = mine.create("citizen", SOEREN)
    mine.pull()
    theirs.pull()
    assert assign(central.database, citizen, "TB")
    assert not assign(central.database, citizen, "TB")
    (page,) = mine.pull()
    (left,) = page.lines
    assert isinstance(left, LeaveLine)
    assert (left.scope, left.reason) == (f"citizen:{citizen}", "reassigned")
    assert page.start.assignments == {}
    (page,) = theirs.pull()
    assert [line.kind for line in page.lines] == ["join", "record"]
    assert isinstance(theirs.push(op("citizen", SOEREN, record_id=citizen, base_rev=1)).results[0], Accepted)


def test_a_substitute_sees_the_citizen_until_the_day_is_over(central: Central, clock: SkewedClock) -> None:
    mine, theirs = central.device("MH"), central.device("TB")
    citizen = mine.create("citizen", SOEREN)
    day = today(clock)
    assign(central.database, citizen, "TB", "substitute", day + timedelta(days=2))
    (page,) = theirs.pull()
    assert [each.id for each in page.records] == [citizen]
    assert page.start.assignments is not None
    assert page.start.assignments[citizen].until == (day + timedelta(days=2)).isoformat()
    assert page.start.assignments[citizen].primary == central.people["MH"]
    clock.offset = timedelta(days=2)
    assert theirs.pull()[0].lines == ()
    clock.offset = timedelta(days=3)
    (page,) = theirs.pull()
    assert [(line.kind, line.scope) for line in page.lines] == [("leave", f"citizen:{citizen}")]
    (result,) = theirs.push(op("note", note(citizen), at=clock.now() + timedelta(minutes=1))).results
    assert isinstance(result, Rejected)
    assert result.type.endswith("scope-lost")
    assert mine.page(mine.cursor).start.assignments is not None


@pytest.mark.parametrize("cursor", ["nonsense", "e30", "eyJvIjoxfQ", "A" * 1900])
def test_a_cursor_that_is_not_from_here_asks_the_device_to_begin_again(central: Central, cursor: str) -> None:
    assert problem_of(central.device("MH"), "GET", f"/v1/changes?cursor={cursor}") == "cursor-reset"


def test_a_cursor_from_a_future_that_was_rolled_back_asks_the_device_to_begin_again(central: Central) -> None:
    device = central.device("MH")
    device.create("citizen", SOEREN)
    device.pull()
    with central.database.transaction() as connection:
        connection.execute(organisation.update().values(seq=1))
    assert problem_of(device, "GET", f"/v1/changes?cursor={device.cursor}") == "cursor-reset"


def test_a_cursor_of_another_consultant_is_refused(central: Central) -> None:
    device = central.device("MH")
    device.pull()
    assert problem_of(central.device("TB"), "GET", f"/v1/changes?cursor={device.cursor}") == "cursor-reset"


# --- push -----------------------------------------------------------------------------------------


def test_the_same_operation_again_gets_the_same_answer_and_changes_nothing(central: Central) -> None:
    device = central.device("MH")
    create = op("citizen", SOEREN)
    first, again = device.push(create), device.push(create)
    assert first == again
    edit = op("citizen", SOEREN | {"phone": "12345678"}, record_id=str(create["id"]), base_rev=1)
    assert device.push(edit) == device.push(edit)
    with central.database.transaction() as connection:
        assert len(connection.execute(select(revision).where(revision.c.id == create["id"])).all()) == 2


def test_an_operation_id_with_other_content_is_a_conflict_of_identity(central: Central) -> None:
    device = central.device("MH")
    create = op("citizen", SOEREN)
    device.push(create)
    (result,) = device.push(create | {"body": {"given_name": "Anden"}}).results
    assert isinstance(result, Rejected)
    assert result.type.endswith("conflict-of-identity")


def test_whoever_comes_second_is_told_what_stands_and_loses_nothing(central: Central) -> None:
    first, second = central.device("MH"), central.device("MH")
    citizen = first.create("citizen", SOEREN)
    mine = op("citizen", SOEREN | {"phone": "11111111"}, record_id=citizen, base_rev=1)
    theirs = op("citizen", SOEREN | {"city": "Valby"}, record_id=citizen, base_rev=1)
    assert isinstance(first.push(mine).results[0], Accepted)
    (result,) = second.push(theirs).results
    assert isinstance(result, Stale)
    assert result.current.rev == 2
    assert result.current.body["phone"] == "11 11 11 11"
    merged = theirs | {"base_rev": 2, "body": result.current.body | {"city": "Valby"}}
    assert isinstance(second.push(merged).results[0], Accepted)


def test_a_rejected_operation_stops_only_those_that_refer_to_it(central: Central) -> None:
    device = central.device("MH")
    citizen = device.create("citizen", SOEREN)
    bad = op("company", {"name": ""})
    contact = op("company_contact", {"company_id": bad["id"], "name": "Ruth"})
    lead = op("job_lead", {"citizen_id": citizen, "company_id": bad["id"], "on": "2026-11-20"})
    good = op("company", {"name": "Café"})
    refused, depends, leads, accepted = device.push(bad, contact, lead, good).results
    assert isinstance(refused, Rejected)
    assert (refused.detail, refused.field) == ("string_too_short", "name")
    assert isinstance(depends, Rejected)
    assert (depends.detail, depends.field) == ("depends", "company_id")
    assert isinstance(leads, Rejected)
    assert isinstance(accepted, Accepted)


def test_an_operation_may_refer_to_one_before_it_in_the_same_batch(central: Central) -> None:
    device = central.device("MH")
    citizen, company = op("citizen", SOEREN), op("company", {"name": "Café"})
    lead = op("job_lead", {"citizen_id": citizen["id"], "company_id": company["id"], "on": "2026-11-20"})
    assert [result.status for result in device.push(citizen, company, lead).results] == ["accepted"] * 3


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"collection": "secret"}, "unknown_collection"),
        ({"body": {"given_name": "A", "rev": 3}}, "reserved"),
        ({"body": {"given_name": "A", "cpr": "123"}}, "cpr_length"),
        ({"body": {"given_name": "A\x00"}}, "characters"),
        ({"body": {"given_name": "A", "later": "\ud800"}}, "characters"),
        ({"body": {"given_name": "A", "later": float("inf")}}, "characters"),
        ({"annul": {"reason": "x"}}, "body_or_annul"),
        ({"recorded_at": "yesterday"}, "recorded_at"),
        ({"recorded_at": "2026-11-20T10:00"}, "recorded_at"),
        ({"id": "x" * 36}, "id"),
        ({"base_rev": 3}, "unknown_record"),
    ],
)
def test_an_unsound_operation_is_rejected_by_name_and_nothing_is_kept(
    central: Central, changes: dict[str, object], detail: str
) -> None:
    (result,) = central.device("MH").push(op("citizen", {"given_name": "A"}) | changes).results
    assert isinstance(result, Rejected)
    assert result.detail == detail
    with central.database.transaction() as connection:
        assert connection.execute(select(record)).all() == []


def test_unknown_fields_of_a_newer_device_are_kept(central: Central) -> None:
    device = central.device("MH")
    citizen = device.create("citizen", SOEREN | {"favourite": {"colour": "blå"}})
    assert device.pull()[0].records[0].body["favourite"] == {"colour": "blå"}
    assert citizen


def test_a_note_cannot_be_changed_or_taken_back_by_another_and_its_author_is_the_device_s(central: Central) -> None:
    mine, theirs = central.device("MH"), central.device("TB")
    citizen = mine.create("citizen", SOEREN)
    (forged,) = mine.push(op("note", note(citizen) | {"author": central.people["TB"]})).results
    assert isinstance(forged, Rejected)
    assert forged.field == "author"
    written = mine.create("note", note(citizen))
    (changed,) = mine.push(op("note", note(citizen, "Andet"), record_id=written, base_rev=1)).results
    assert isinstance(changed, Rejected)
    assert (changed.detail, changed.field) == ("append_only", "text")
    journalised = note(citizen) | {"journalised_at": "2026-11-21T10:00+01:00"}
    assert isinstance(mine.push(op("note", journalised, record_id=written, base_rev=1)).results[0], Accepted)
    assign(central.database, citizen, "TB")
    theirs.pull()
    (annulled,) = theirs.push(op("note", record_id=written, base_rev=2, annul="Forkert borger")).results
    assert isinstance(annulled, Rejected)
    assert annulled.detail == "not_author"


def test_an_annulled_record_stays_with_its_reason(central: Central) -> None:
    device = central.device("MH")
    citizen = device.create("citizen", SOEREN)
    written = device.create("note", note(citizen))
    (result,) = device.push(op("note", record_id=written, base_rev=1, annul="Forkert borger")).results
    assert isinstance(result, Accepted)
    lines = {each.id: each for page in device.pull() for each in page.records}
    annulled = lines[written].annulled
    assert annulled is not None
    assert (annulled.reason, annulled.by) == ("Forkert borger", central.people["MH"])
    assert lines[written].body["text"] == "Ringede."


def test_call_codes_are_the_central_system_s_and_unique(central: Central) -> None:
    device = central.device("MH")
    citizen = device.create("citizen", SOEREN)
    device.create("citizen", {"given_name": "Pia"})
    codes = [each.body["call_code"] for each in device.pull()[0].records]
    assert len(set(codes)) == 2
    (result,) = device.push(op("citizen", SOEREN | {"call_code": "K7Q4"}, record_id=citizen, base_rev=1)).results
    assert isinstance(result, Rejected)
    assert result.field == "call_code"
    assert isinstance(
        device.push(op("citizen", SOEREN | {"city": "Valby"}, record_id=citizen, base_rev=1)).results[0], Accepted
    )
    assert [each.body["call_code"] for each in device.pull()[0].records] == [
        each
        for each in codes
        if each in {line.body["call_code"] for line in device.page().records if line.id == citizen}
    ]


def test_an_edit_from_before_the_hand_over_is_parked_and_a_later_one_refused(
    central: Central, clock: SkewedClock
) -> None:
    mine = central.device("MH")
    citizen = mine.create("citizen", SOEREN)
    before = clock.now()
    clock.offset = timedelta(minutes=5)
    assign(central.database, citizen, "TB")
    early, late = op("note", note(citizen), at=before), op("note", note(citizen), at=clock.now() + timedelta(minutes=5))
    kept, refused = mine.push(early, late).results
    assert isinstance(kept, Parked)
    assert kept.reason == "reassigned"
    assert isinstance(refused, Rejected)
    assert mine.push(early).results == (kept,)
    with central.database.transaction() as connection:
        (row,) = connection.execute(select(parked)).all()
    assert row.op["body"]["text"] == "Ringede."


def test_a_stranger_cannot_write_to_a_citizen_or_learn_that_it_exists(central: Central) -> None:
    citizen = central.device("MH").create("citizen", SOEREN)
    stranger = central.device("SK")
    for attempt in (
        op("citizen", SOEREN, record_id=citizen, base_rev=1),
        op("citizen", SOEREN, record_id=citizen),
        op("note", note(citizen)),
        op("note", note(SystemIds().new())),
    ):
        (result,) = stranger.push(attempt).results
        assert isinstance(result, Rejected)
        assert (result.type.rpartition(":")[2], result.detail) == ("scope-lost", "not_yours")
    assert stranger.pull()[0].records == ()


def test_a_record_cannot_move_to_another_citizen_or_refer_into_another_s_file(central: Central) -> None:
    device = central.device("MH")
    one, two = device.create("citizen", SOEREN), device.create("citizen", {"given_name": "Pia"})
    meeting = {"citizen_id": one, "kind": "mentor", "starts_at": "2026-11-24T10:00"}
    appointment = device.create("appointment", meeting)
    (moved,) = device.push(op("appointment", meeting | {"citizen_id": two}, record_id=appointment, base_rev=1)).results
    assert isinstance(moved, Rejected)
    assert moved.detail == "scope"
    (crossed,) = device.push(op("note", note(two) | {"appointment_id": appointment})).results
    assert isinstance(crossed, Rejected)
    assert crossed.detail == "reference_scope"


def test_a_treatment_worker_sees_only_what_a_valid_consent_opens_and_writes_only_bridging(
    central: Central, clock: SkewedClock
) -> None:
    day = today(clock)
    add_consultant(central.database, "SOF", "Misbrugskonsulent", "treatment", unit="SOF")
    mine, theirs = central.device("MH"), central.device("SOF")
    citizen = mine.create("citizen", SOEREN | {"address": "Mozartsvej 1", "phone": "12345678"})
    mine.create("note", note(citizen))
    request = {"citizen_id": citizen, "basis": "SEL101", "requested_on": "2026-11-01"}
    referral = mine.create("referral", request)
    bridging = {"citizen_id": citizen, "kind": "brobygning", "starts_at": "2026-11-24T10:00"}
    meeting = mine.create("appointment", bridging)
    mine.create("appointment", bridging | {"kind": "jobsamtale"})
    assign(central.database, citizen, "SOF", "treatment")
    assert [line.kind for page in theirs.pull() for line in page.lines] == []
    consent = {"citizen_id": citizen, "recipient": "SOF", "given_on": day.isoformat(),
               "expires_on": (day + timedelta(days=3)).isoformat()}  # fmt: skip
    agreed = mine.create("consent", consent)
    (page,) = theirs.pull()
    assert {each.id for each in page.records} == {citizen, referral, meeting, agreed}
    seen = next(each for each in page.records if each.id == citizen)
    assert seen.body.keys() == {"given_name", "call_code", "phone", "address_protected", "practical_needs"}
    results = theirs.push(
        op("bridging_note", note(citizen)),
        op("referral", request | {"started_on": "2026-11-10"}, record_id=referral, base_rev=1),
        op("referral", request | {"basis": "SUL141"}, record_id=referral, base_rev=2),
        op("note", note(citizen)),
        op("citizen", {"given_name": "Andet"}, record_id=citizen, base_rev=1),
        op("activity", {"kind": "outreach", "on": "2026-11-10"}),
        op("company", {"name": "Café"}),
    ).results
    assert [result.status for result in results] == ["accepted"] * 2 + ["rejected"] * 3 + ["accepted", "rejected"]
    clock.offset = timedelta(days=4)
    assert [line.kind for line in theirs.pull()[0].lines if line.kind != "record"] == ["leave"]


def test_a_leader_writes_nothing_and_sees_no_citizen(central: Central) -> None:
    mine, leader = central.device("MH"), central.device("ADM")
    citizen = mine.create("citizen", SOEREN)
    company = mine.create("company", {"name": "Café"})
    assert [each.id for each in leader.pull()[0].records] == [company]
    results = leader.push(op("company", {"name": "Nyt"}), op("note", note(citizen)), op("citizen", SOEREN)).results
    assert {result.status for result in results} == {"rejected"}


def test_too_many_operations_are_refused_whole(central: Central) -> None:
    body = json.dumps({"ops": [op("company", {"name": "x"}) for _ in range(501)]}).encode()
    assert problem_of(central.device("MH"), "POST", "/v1/changes", body) == "too-large"


# --- order ----------------------------------------------------------------------------------------


def test_numbers_are_gap_free_and_in_commit_order_under_concurrent_pushes(central: Central) -> None:
    devices = [central.device(initials) for initials in ("MH", "TB", "SK", "MH")]
    reader = central.device("MH")

    def work(device: Device) -> None:
        for number in range(6):
            assert device.push(*(op("company", {"name": f"F{number}-{n}"}) for n in range(3))).results
            device.push(op("company", {"name": ""}))

    seen: set[str] = set()
    with ThreadPoolExecutor(len(devices)) as pool:
        running = [pool.submit(work, device) for device in devices]
        while not all(each.done() for each in running):
            # A reader that keeps up must never be led past a change that commits later.
            seen |= {each.id for page in reader.pull() for each in page.records}
        for each in running:
            each.result()
    seen |= {each.id for page in reader.pull() for each in page.records}
    with central.database.transaction() as connection:
        numbers = [row.seq for row in connection.execute(select(revision.c.seq))]
        numbers += [row.seq for row in connection.execute(select(scope_change.c.seq))]
        stands = {row.id for row in connection.execute(select(record.c.id))}
        last = connection.execute(select(organisation.c.seq)).scalar_one()
    assert sorted(numbers) == list(range(1, last + 1))
    assert seen == stands
    assert len(stands) == 4 * 6 * 3


def test_the_central_system_s_own_change_reaches_devices_and_the_same_again_does_not(central: Central) -> None:
    device = central.device("MH")
    device.pull()
    company = SystemIds().new()
    assert put_record(central.database, "company", company, {"name": "Café"}) == 1
    assert put_record(central.database, "company", company, {"name": "Café"}) == 1
    (line,) = device.pull()[0].records
    assert (line.author, line.rev) == (None, 1)


# --- who is let in --------------------------------------------------------------------------------


def test_a_request_sent_twice_is_taken_once(central: Central) -> None:
    device = central.device("MH")
    device.ask("GET", "/v1/changes", seq=1000)
    assert problem_of(device, "GET", "/v1/changes", seq=1000) == "replay"
    with pytest.raises(Answered) as caught:
        device.ask("GET", "/v1/changes", seq=999)
    assert (caught.value.problem.name, caught.value.problem.last_seq) == ("replay", 1000)
    device.ask("GET", "/v1/changes", seq=1001)


def test_a_changed_body_a_wrong_key_and_an_unknown_device_are_refused(central: Central) -> None:
    device = central.device("MH")
    body = json.dumps({"ops": []}).encode()
    assert problem_of(device, "POST", "/v1/changes", body, tamper=True) == "signature"
    assert problem_of(device, "GET", "/v1/changes", key=new_device_key()) == "signature"
    organisation_id = device.key_id.partition(".")[0]
    assert problem_of(device, "GET", "/v1/changes", key_id=f"{organisation_id}.{SystemIds().new()}") == "not-enrolled"
    device.ask("GET", "/v1/changes")


def test_a_device_whose_clock_is_wrong_is_told_the_time_by_a_signed_answer(central: Central) -> None:
    device = central.device("MH")
    status, headers, _body = device.request("GET", "/v1/changes", created=device.clock.now() - timedelta(hours=1))
    assert status == 401
    assert "signature" in headers
    assert problem_of(device, "GET", "/v1/changes", created=device.clock.now() + timedelta(hours=1)) == "clock"


def test_a_revoked_device_is_told_so_by_a_signed_answer_and_pushes_nothing(central: Central) -> None:
    device = central.device("MH")
    assert revoke(central.database, device.device_id)
    assert not revoke(central.database, device.device_id)
    status, headers, _body = device.request("GET", "/v1/changes")
    assert status == 403
    assert "signature" in headers
    assert (
        problem_of(device, "POST", "/v1/changes", json.dumps({"ops": [op("company", {"name": "x"})]}).encode())
        == "revoked"
    )
    with central.database.transaction() as connection:
        assert connection.execute(select(record)).all() == []


def test_another_version_of_the_protocol_is_asked_to_update(central: Central) -> None:
    device = central.device("MH")
    device.headers["fieldtui-protocol"] = "2"
    assert problem_of(device, "GET", "/v1/changes") == "too-old"


def test_an_unsigned_request_learns_nothing(central: Central) -> None:
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(central.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request("GET", "/v1/changes", headers={"fieldtui-protocol": "1"})
    response = connection.getresponse()
    assert response.status == 401
    assert json.loads(response.read())["type"] == "urn:fieldtui:problem:signature"
    connection.request("GET", "/readyz")
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())) == (200, {"status": "ready"})
    connection.close()


def test_a_body_that_swells_when_decoded_is_refused(central: Central) -> None:
    import zstandard

    device = central.device("MH")
    device.headers["content-encoding"] = "zstd"
    bomb = zstandard.ZstdCompressor(level=19).compress(b'{"ops": [' + b" " * 50_000_000 + b"]}")
    assert len(bomb) < 100_000
    assert problem_of(device, "POST", "/v1/changes", bomb) == "too-large"
    assert problem_of(device, "POST", "/v1/changes", b"\x28\xb5\x2f\xfdbroken") == "validation"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"ops": 3}', b'{"ops": [{"op_id": "x"}]}', b"\xff\xfe", b'{"ops": [NaN]}']
)
def test_a_body_that_is_no_batch_is_refused_without_repeating_it(central: Central, body: bytes) -> None:
    assert problem_of(central.device("MH"), "POST", "/v1/changes", body) == "validation"


def test_the_access_log_is_kept_and_cannot_be_rewritten(central: Central) -> None:
    device = central.device("MH")
    entry = {
        "seq": 1,
        "at": WRITTEN,
        "actor": "MH",
        "action": "open",
        "subject": "x",
        "reason": None,
        "detail": None,
        "mac": "aa",
    }
    assert device.push(log=(entry, entry | {"seq": 2})).log_head == 2
    assert device.push(log=(entry | {"mac": "forged"},)).log_head == 2
    from fieldtui.central.schema import access_log

    with central.database.transaction() as connection:
        assert {row.mac for row in connection.execute(select(access_log))} == {"aa"}
