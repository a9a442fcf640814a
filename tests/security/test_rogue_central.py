"""A central system in the wrong hands can lie, and no more: it cannot harm the vault, nor what was never sent (T6, T11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from fieldtui.base.errors import ServerFault, Unreachable
from fieldtui.base.ids import SystemIds
from fieldtui.sync import pages, transport
from tests.security.rogue import Lines, Rogue, outcome, reopened, work_a_day
from tests.sync.office import Device, Office
from tests.sync.test_transport import signed, talk

IDS = SystemIds()
NOTE = "Et udkast, der aldrig er sendt"
TASK = {
    "kind": "record", "collection": "task", "scope": "team", "rev": 1, "seq": 1, "body": {"text": "x"},
    "received_at": "2026-11-01T10:00:00+00:00",
}  # fmt: skip


def every_record(**said: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [line | said if line["kind"] == "record" else line for line in lines]


def every_body(**said: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [line | {"body": line["body"] | said} if line["kind"] == "record" else line for line in lines]


def raw_body(text: str) -> Callable[[Lines], bytes]:
    """Text put into every body that no honest writer of JSON would make."""
    return lambda lines: b"\n".join(
        json.dumps(line).replace('"body": {', f'"body": {{"zz": {text}, ').encode() for line in lines
    )


def start(**said: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [lines[0] | said, *lines[1:]]


def end(**said: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines[:-1], lines[-1] | said]


def also(*more: dict[str, Any]) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines[:-1], *more, lines[-1]]


def team(record_id: str, scope: str = "team") -> dict[str, Any]:
    return TASK | {"id": record_id, "scope": scope}


REFUSED: dict[str, Callable[[Lines], Lines | bytes]] = {
    "a revision no database holds": every_record(rev=10**30),
    "a negative revision": every_record(rev=-1),
    "a number no database holds": every_record(seq=10**30),
    "a time that is none": every_record(received_at="garbage"),
    "a time before the calendar": every_record(received_at="0001-01-01T00:00:00+14:00"),
    "a time without offset": every_record(received_at="2026-01-01T00:00:00"),
    "a device time that is none": every_record(recorded_at="x"),
    "an annulment at no time": every_record(annulled={"reason": "r", "at": "x"}),
    "an id with a wildcard": every_record(id="%"),
    "an id that climbs folders": every_record(id="../../../../x"),
    "an id with a zero byte": every_record(id="a\x00b"),
    "a scope with a wildcard": every_record(scope="citizen:%"),
    "a scope of nobody": every_record(scope="citizen:"),
    "half a character": raw_body('"\\ud800"'),
    "not a number": raw_body("NaN"),
    "a number without end": raw_body("1e999"),
    "a body without bottom": raw_body("[" * 50_000 + "]" * 50_000),
    "a lease until no time": start(lease_until="x"),
    "a lease until the end of time": start(lease_until="9999-12-31T23:59:59-14:00"),
    "room for no change": start(limits={"ops": 0, "bytes": 0}),
    "endless room": start(limits={"ops": 10**30, "bytes": 10**30}),
    "a name without end": start(people=[{"id": "1", "initials": "A", "name": "a" * 5_000, "role": "leader"}]),
    "an assignment of a wildcard": start(assignments={"%": {"role": "primary"}}),
    "a cursor without end": end(next="x" * 100_000),
    "no cursor": end(next=""),
    "the same page for ever": end(more=True, next="round"),
    "no end": lambda lines: lines[:-1],
    "two ends": lambda lines: [*lines, lines[-1]],
    "a web page": lambda _lines: b"<html>",
    "nothing": lambda _lines: b"",
    "a page of ten thousand lines": also(*(team(f"{number:08x}-0000-7000-8000-000000000000") for number in range(10_000))),
    "the team leaves": also({"kind": "leave", "scope": "team", "seq": 1, "reason": "ended"}),
    "everybody leaves at once": also(
        team(IDS.new(), "citizen:%"), {"kind": "leave", "scope": "citizen:%", "seq": 1, "reason": "ended"}
    ),
    "nobody leaves": also(
        team(IDS.new(), "citizen:"), {"kind": "leave", "scope": "citizen:", "seq": 1, "reason": "ended"}
    ),
}  # fmt: skip

TAKEN: dict[str, Callable[[Lines], Lines | bytes]] = {
    "an unknown collection": also(TASK | {"id": IDS.new(), "collection": "zebra"}),
    "an empty body": every_body(given_name=None, family_name=None),
    "values of the wrong kind": every_body(given_name={"a": [1]}, programme=[[]], phone=7),
    "days at both ends of the calendar": every_body(enrolled_on="9999-12-31", born_on="0001-01-01"),
    "an hour past the calendar": every_body(starts_at="9999-12-31T23:59:59-14:00", duration_minutes=10**18),
    "reserved names": every_body(id="x", collection="y", rev=3),
    "a number of four thousand digits": every_body(zz=10**4_000),
    "codes that steer a terminal": every_body(given_name="\x1b]0;t\x07[@click=app.quit]x[/]\u202e", family_name="[b"),
    "staff twice": start(people=[{"id": "1", "initials": "A", "name": "a", "role": "leader"}] * 2),
    "rules from the future": start(ruleset_versions={"x": 10**30}),
}


@pytest.fixture
def device(office: Office) -> Device:
    """A laptop with a draft, an edit and a note that were never sent, which is about to pull everything anew."""
    citizen, other = office.citizen(), office.citizen()
    office.put(
        "appointment", citizen_id=citizen, starts_at="2026-11-24T10:00:00+01:00", duration_minutes=30,
        kind="jobsamtale", consultant_id=office.mh.id,
    )  # fmt: skip
    device = office.device(sync=False)
    device.sync()
    device.workspace.drafts.save("note", "note", citizen, NOTE)
    device.edit(other, phone="12 34 56 78")
    device.workspace.casework.write_note(citizen, "En note, der venter.")
    return device


def news(office: Office, device: Device) -> None:
    """Something for the next page to hold."""
    office.assign(office.citizen(), "MH")
    office.put("company", name="Nyt firma")


def nothing_is_harmed(device: Device) -> None:
    work_a_day(device.workspace)
    assert [draft.text for draft in device.workspace.drafts.unfinished()] == [NOTE]
    kinds = {row.collection for row in device.workspace.syncing.waiting()}
    assert kinds == {"citizen", "note"}


def test_what_breaks_the_protocol_is_refused_whole(office: Office, device: Device) -> None:
    news(office, device)
    rogue = Rogue(office, device)
    rogue.pushes = lambda _said: b"{}"
    for name, lie in REFUSED.items():
        rogue.pages = lie
        assert outcome(device, accept_mass_change=True).startswith("ServerFault"), name
        nothing_is_harmed(device)
    rogue.leave_alone()
    reopened(device)
    assert outcome(device) == "done"  # the control: the same device with an honest central system


def test_odd_records_are_taken_and_stop_no_screen(office: Office, device: Device) -> None:
    rogue = Rogue(office, device)
    for name, lie in TAKEN.items():
        news(office, device)
        rogue.pages = lie
        assert outcome(device, accept_mass_change=True) == "done", name
        work_a_day(device.workspace)
    reopened(device)
    work_a_day(device.workspace)
    Rogue(office, device).leave_alone()
    assert outcome(device) == "done"


def test_a_record_never_becomes_another_one(office: Office, device: Device) -> None:
    note = next(row.record_id for row in device.workspace.syncing.waiting() if row.collection == "note")
    rogue = Rogue(office, device)
    rogue.pages = also(team(note))
    assert outcome(device) == "ServerFault(ServerFault)"
    nothing_is_harmed(device)


@pytest.mark.parametrize(
    "said",
    [
        {"results": []},
        {"results": [{"status": "accepted", "op_id": "x", "rev": 1, "seq": 1}]},
        {"results": [{"status": "accepted", "op_id": None, "rev": 10**30, "seq": 1}] * 2},
        {"results": [{"status": "accepted", "op_id": None, "rev": 2, "seq": 2}] * 2, "log_head": 10**30},
        {"results": [{"status": "stale", "op_id": None, "current": team("%")}] * 2},
        {"results": [{"status": "stale", "op_id": None, "current": team(IDS.new())}] * 2},
        {"results": [{"status": "rejected", "op_id": None, "type": "\x1b[2J[b]", "detail": "x" * 10_000}] * 2},
        {"results": [{"status": "parked", "op_id": None, "reason": "[@click=app.quit]x"}] * 2},
        [],
    ],
)
def test_a_false_answer_to_a_push_loses_nothing(office: Office, device: Device, said: Any) -> None:
    rogue = Rogue(office, device)

    def answer(honest: dict[str, Any]) -> bytes:
        asked = [result["op_id"] for result in honest["results"]]
        lie = json.loads(json.dumps(said))
        for result, op_id in zip(lie["results"] if isinstance(lie, dict) else [], asked, strict=False):
            result["op_id"] = result["op_id"] or op_id
        return json.dumps(lie).encode()

    rogue.pushes = answer
    outcome(device)
    work_a_day(device.workspace)
    bodies = [row[0] for row in device.table("record", "body")] + [row[0] for row in device.table("conflict", "mine")]
    assert any("En note, der venter." in body for body in bodies)
    rogue.leave_alone()
    reopened(device)
    assert outcome(device) == "done"


def test_the_central_system_cannot_silence_the_access_log(office: Office, device: Device) -> None:
    rogue = Rogue(office, device)
    rogue.pushes = lambda honest: honest | {"log_head": 2**53}
    assert outcome(device) == "done"
    rogue.leave_alone()
    sent = int(device.workspace.store.meta("log_sent") or 0)
    newest = device.table("audit", "max(seq)")[0][0]
    assert 0 < sent <= newest


def test_a_pull_that_never_ends_is_given_up(office: Office, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 20)
    rogue = Rogue(office, device)
    rogue.pages = lambda lines: [lines[0], lines[-1] | {"more": True, "next": IDS.new()}]
    assert outcome(device).startswith("ServerFault")
    assert len(device.network.seen) < 60
    nothing_is_harmed(device)


def test_pages_that_are_held_back_have_a_bound(office: Office, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_HELD_BYTES", 200_000)
    rogue = Rogue(office, device)
    big = {"zz": "x" * 50_000}
    rogue.pages = lambda lines: [
        lines[0], TASK | {"id": IDS.new(), "body": big}, lines[-1] | {"more": True, "next": IDS.new()}
    ]  # fmt: skip
    assert outcome(device).startswith("ServerFault")
    nothing_is_harmed(device)


def test_another_status_is_told_and_nothing_is_followed(office: Office, device: Device) -> None:
    rogue = Rogue(office, device)
    rogue.headers = {"location": "http://127.0.0.1:9/elsewhere"}
    for rogue.status in (302, 307, 401, 404, 418, 500):
        assert outcome(device).startswith(("ServerFault", "Unreachable")), rogue.status
        nothing_is_harmed(device)
    assert all(seen.endswith("/v1/changes") for seen in device.network.seen if not seen.endswith("/v1/enrol"))


def test_a_signed_time_that_no_calendar_has_teaches_nothing(office: Office, device: Device) -> None:
    rogue = Rogue(office, device)
    honest = office.clock

    class Millennia:
        def now(self) -> datetime:
            return honest.now() + timedelta(days=365 * 7_000)

    rogue._clock = Millennia()  # type: ignore[assignment]
    rogue.pages = lambda lines: lines
    assert outcome(device).startswith("ServerFault")
    rogue.leave_alone()
    reopened(device)
    assert outcome(device) == "done"


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_SECONDS", 5.0)
    seconds = 0.0

    class Drip(httpx2.SyncByteStream):
        def __iter__(self) -> Any:
            nonlocal seconds
            for _ in range(100):
                seconds += 1
                clock.advance(timedelta(seconds=1))
                yield b" "

    def answer(request: httpx2.Request) -> httpx2.Response:
        proven = signed(request)
        return httpx2.Response(200, headers=proven.headers, stream=Drip())

    way, _wire = talk(answer)
    clock: Any = way._clock
    with pytest.raises(Unreachable):
        way.get("/v1/changes")
    assert 0 < seconds < 20


def test_an_unproven_time_beyond_the_calendar_does_not_end_an_enrolment() -> None:
    problem = b'{"type": "urn:fieldtui:problem:clock", "title": "x", "status": 401}'

    def answer(_request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": "application/problem+json", "signature-input": "sig1=();created=999999999999"}
        return httpx2.Response(401, headers=headers, stream=httpx2.ByteStream(problem))

    way, _wire = talk(answer)
    way._server_key = None
    with pytest.raises(ServerFault):
        way.get("/v1/changes")
    assert way.now() < datetime(2100, 1, 1, tzinfo=UTC)
