"""An older device against a newer central system, and the other way round: nothing is lost, nothing crashes, all is told.

The newer side is simulated by the version that is to come: fields, lines, codes, collections and results that version 1
does not have, added to what the real central system says, and signed by its real key; and by a central system that
speaks version 2 only.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from fieldtui.base.errors import UpgradeNeeded
from fieldtui.base.explain import explain
from fieldtui.central import gate
from fieldtui.central.schema import record, revision
from fieldtui.services import refusals
from fieldtui.sync.results import NOT_UNDERSTOOD
from fieldtui.wire.messages import PROTOCOL_VERSION
from tests.security.rogue import Rogue, work_a_day
from tests.support.central import Answered, Central, op
from tests.sync.office import Device, Office

Line = dict[str, Any]
FUTURE = {"x_visitation": {"kode": "2028-A", "grunde": ["a", None], "tom": None}, "x_score": 4.5, "x_flag": False}
"""Fields that nobody knows yet. (A field that is null is one without a value, and is left out, known or not.)"""
REQUIRED = {
    "page": {"kind", "server_time", "lease_until", "lease_warn_after"},
    "record": {"kind", "collection", "id", "scope", "rev", "seq", "body", "received_at"},
    "join": {"kind", "scope", "seq"}, "leave": {"kind", "scope", "seq", "reason"}, "end": {"kind", "next", "more"},
}  # fmt: skip
"""What a line cannot do without."""


def of_the_future(office: Office, record_id: str, **said: Any) -> None:
    """Let the central system hold what a newer one would have taken."""
    with office.database.transaction() as connection:
        for table in (record, revision):
            body = connection.execute(select(table.c.body).where(table.c.id == record_id)).scalars().first()
            connection.execute(update(table).where(table.c.id == record_id).values(body={**(body or {}), **said}))


def whole(device: Device) -> None:
    """One sync, to its end, with nothing left."""
    report = device.sync()
    assert (report.finished, report.pending, report.rejected) == (True, 0, 0)


# --- fields and codes ---------------------------------------------------------------------------


def test_fields_and_codes_of_the_future_survive_an_edit_on_an_old_device(office: Office) -> None:
    citizen = office.citizen()
    of_the_future(office, citizen, programme="flexspor-2028", **FUTURE)
    device = office.device()
    work_a_day(device.workspace)
    device.edit(citizen, job_goal="Gartner")
    whole(device)
    held = office.body(citizen)
    assert held["job_goal"] == "Gartner"
    assert held["programme"] == "flexspor-2028"
    assert {name: held[name] for name in FUTURE} == FUTURE
    assert device.body(citizen) == held


def test_fields_of_the_future_merge_as_any_other(office: Office) -> None:
    citizen = office.citizen()
    of_the_future(office, citizen, **FUTURE)
    old, newer = office.device(), office.device()
    old.edit(citizen, job_goal="Gartner")
    newer.workspace.store.write([_put(newer, citizen, x_score=9)], label="Som en nyere fieldtui", actor=newer.person.id)
    whole(newer)
    report = old.sync()
    assert (report.merged, report.conflicts) == (1, 0)
    office.settle()
    assert (office.body(citizen)["job_goal"], office.body(citizen)["x_score"]) == ("Gartner", 9)


def _put(device: Device, record_id: str, **values: Any) -> Any:
    from fieldtui.store.changes import Put

    stored = device.workspace.store.get(record_id)
    assert stored is not None
    return Put(record_id, type(stored.record).model_validate(device.body(record_id) | values))


def test_every_message_may_hold_more_than_is_known(office: Office) -> None:
    citizen = office.citizen()
    device = office.device(sync=False)
    rogue = Rogue(office, device)
    more = {"x_more": {"a": [1, None]}, "x_text": "…"}
    rogue.pages = lambda lines: [line | more for line in lines]
    rogue.pushes = lambda said: said | more | {"results": [each | more for each in said["results"]]}
    whole(device)
    device.edit(citizen, job_goal="Gartner")
    whole(device)
    assert office.body(citizen)["job_goal"] == device.body(citizen)["job_goal"] == "Gartner"


def test_every_message_may_lack_what_is_optional(office: Office) -> None:
    citizen = office.citizen()
    device = office.device(sync=False)
    rogue = Rogue(office, device)
    rogue.pages = lambda lines: [{k: v for k, v in line.items() if k in REQUIRED[line["kind"]]} for line in lines]
    rogue.pushes = lambda said: {"results": said["results"]}
    whole(device)
    device.edit(citizen, job_goal="Gartner")
    whole(device)
    assert office.body(citizen)["job_goal"] == "Gartner"


# --- lines, collections, results ----------------------------------------------------------------


def test_lines_of_another_kind_are_passed_over(office: Office) -> None:
    citizen = office.citizen()
    device = office.device(sync=False)
    rogue = Rogue(office, device)
    rogue.pages = lambda lines: [
        lines[0], {"kind": "nudge", "text": "…", "scope": 7}, *lines[1:-1], {"kind": "x"}, lines[-1]
    ]  # fmt: skip
    whole(device)
    assert device.workspace.store.get(citizen) is not None
    assert device.sync().requests == 1


def test_a_collection_of_the_future_is_kept_as_it_came_and_harms_nothing(office: Office) -> None:
    citizen = office.citizen()
    of_later = office.id()
    device = office.device()
    rogue = Rogue(office, device)
    line = {
        "kind": "record", "collection": "grant", "id": of_later, "scope": f"citizen:{citizen}", "rev": 1, "seq": 1,
        "body": {"citizen_id": citizen, "amount": 4500}, "received_at": "2026-11-23T08:00:00+00:00",
    }  # fmt: skip
    rogue.pages = lambda lines: [lines[0], line, *lines[1:]]
    device.sync()
    rogue.leave_alone()
    assert device.body(of_later) == line["body"]
    work_a_day(device.workspace)
    device.edit(citizen, job_goal="Gartner")
    whole(device)
    assert device.body(of_later) == line["body"]


def test_a_result_that_is_not_understood_keeps_the_edit_and_says_so(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    rogue = Rogue(office, device)
    rogue.pushes = lambda said: {
        "results": [{"status": "queued", "op_id": each["op_id"], "place": 3} for each in said["results"]]
    }
    device.edit(citizen, job_goal="Gartner")
    report = device.sync()
    assert (report.finished, report.pushed, report.rejected) == (True, 0, 1)
    (kept,) = device.workspace.syncing.waiting()
    assert kept.state == "rejected"
    assert (kept.reason or "").startswith(NOT_UNDERSTOOD.rpartition(":")[2])
    assert "Ændringen er gemt her" in refusals.sentence("citizen", kept.state, kept.reason, kept.field)
    assert device.body(citizen)["job_goal"] == "Gartner"
    # It was taken after all, and its record comes under the same op id: then it is no longer waiting.
    rogue.leave_alone()
    office.put("company", name="Noget nyt")
    device.sync()
    assert office.body(citizen)["job_goal"] == "Gartner"
    assert device.workspace.syncing.waiting() == ()


def test_a_scope_that_is_left_for_a_reason_of_the_future_is_left(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    office.assign(citizen, "TB")
    rogue = Rogue(office, device)
    rogue.pages = lambda lines: [line | ({"reason": "sabbatical"} if line["kind"] == "leave" else {}) for line in lines]
    assert device.sync().purged >= 1
    assert device.workspace.store.get(citizen) is None


def test_a_notice_or_limit_of_the_future_is_no_obstacle(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    rogue = Rogue(office, device)
    rogue.pages = lambda lines: [lines[0] | {"notices": ["x"], "limits": {"ops": 1, "bytes": 4096, "x": 1}}, *lines[1:]]
    for goal in ("Gartner", "Lager"):
        device.edit(citizen, job_goal=goal)
        device.workspace.casework.create("company", {"name": goal})
        whole(device)
    assert office.body(citizen)["job_goal"] == "Lager"


# --- versions -----------------------------------------------------------------------------------


def test_an_old_device_is_asked_to_update_and_keeps_everything(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = office.citizen()
    device = office.device()
    before = device.workspace.syncing.last()
    device.edit(citizen, job_goal="Gartner")
    with monkeypatch.context() as newer:
        newer.setattr(gate, "PROTOCOL_VERSION", PROTOCOL_VERSION + 1)
        with pytest.raises(UpgradeNeeded) as refused:
            device.sync()
    said = explain(refused.value)
    assert "Alt er gemt" in said
    assert "Opdatér fieldtui" in said
    assert [row.state for row in device.workspace.syncing.waiting()] == ["waiting"]
    assert device.workspace.syncing.last() == before
    assert office.body(citizen).get("job_goal") is None
    whole(device)  # the control: after an update it goes on where it stood
    assert office.body(citizen)["job_goal"] == "Gartner"


def test_a_newer_device_is_told_which_version_an_older_central_system_speaks(central: Central) -> None:
    device = central.device("MH")
    device.headers["fieldtui-protocol"] = "2"
    with pytest.raises(Answered) as answered:
        device.push(op("company", {"name": "Et firma"}))
    assert (answered.value.problem.name, answered.value.problem.status) == ("too-old", 426)
    assert answered.value.headers["fieldtui-protocol"] == "1"
    assert "signature" in answered.value.headers
    device.headers["fieldtui-protocol"] = "1"
    assert not [line for page in device.pull() for line in page.records if line.collection == "company"]


def test_a_newer_device_may_say_more_than_an_older_central_system_knows(central: Central) -> None:
    device = central.device("MH")
    known = op("company", {"name": "Et firma"} | FUTURE) | {"x_signed_by": "…"}
    strange = op("grant", {"amount": 4500})
    said = {"ops": [known, strange], "log": [], "x_more": {"a": 1}}
    answer = json.loads(device.ask("POST", "/v1/changes?x=1", json.dumps(said).encode()))
    taken, refused = answer["results"]
    assert (taken["status"], refused["status"], refused["detail"]) == ("accepted", "rejected", "unknown_collection")
    (line,) = [each for page in device.pull() for each in page.records if each.id == known["id"]]
    assert {name: line.body[name] for name in FUTURE} == FUTURE
    again = json.loads(device.ask("POST", "/v1/changes", json.dumps(said).encode()))
    assert again["results"] == answer["results"]
