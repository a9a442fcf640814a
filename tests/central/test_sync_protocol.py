"""What the central system promises to devices, tried over real HTTP on a real PostgreSQL."""

from __future__ import annotations

from fieldtui.central.administration import assign
from fieldtui.wire.messages import Accepted, JoinLine
from tests.support.central import Central, op


def test_a_record_pushed_by_one_device_reaches_another_of_the_same_consultant(central: Central) -> None:
    first, second = central.device("MH"), central.device("MH")
    citizen = first.create("citizen", {"given_name": "Søren", "cpr": "6101900001"})
    note = first.create("note", {"citizen_id": citizen, "text": "Ringede.", "written_at": "2026-11-20T10:00+01:00"})
    (page,) = second.pull()
    assert [line.scope for line in page.lines if isinstance(line, JoinLine)] == [f"citizen:{citizen}"]
    assert {record.id for record in page.records} == {citizen, note}
    by_id = {record.id: record for record in page.records}
    assert by_id[note].body["author"] == central.people["MH"]
    assert len(by_id[citizen].body["call_code"]) == 4
    assert page.start.assignments is not None
    assert page.start.assignments[citizen].role == "primary"
    assert page.start.people is not None
    assert {person.initials for person in page.start.people} == {"ADM", "MH", "SK", "TB"}


def test_a_pull_with_nothing_new_is_one_small_answer_with_the_same_cursor(central: Central) -> None:
    device = central.device("MH")
    device.create("citizen", {"given_name": "Søren"})
    device.pull()
    page = device.page(device.cursor)
    assert page.lines == ()
    assert page.end.next == device.cursor
    assert not page.end.more
    assert page.size < 1024
    assert page.start.people is None
    assert page.start.assignments is None


def test_a_citizen_handed_over_leaves_one_device_and_joins_the_other_whole(central: Central) -> None:
    mine, theirs = central.device("MH"), central.device("TB")
    citizen = mine.create("citizen", {"given_name": "Søren"})
    mine.pull()
    theirs.pull()
    assert assign(central.database, citizen, "TB")
    (page,) = mine.pull()
    assert [(line.kind, line.scope) for line in page.lines] == [("leave", f"citizen:{citizen}")]
    (page,) = theirs.pull()
    assert [line.kind for line in page.lines] == ["join", "record"]
    assert isinstance(
        theirs.push(op("citizen", {"given_name": "Sören"}, record_id=citizen, base_rev=1)).results[0], Accepted
    )
