"""Whatever a central system in the wrong hands lays on somebody's desk, it stops no screen and names nothing it may not."""

from __future__ import annotations

import contextlib
from typing import Any

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.ids import SystemIds
from tests.security.rogue import Rogue, outcome, work_a_day
from tests.sync.office import Office

IDS = SystemIds()
AT = "2026-11-20T10:00:00+01:00"
EVIL = "\x1b]0;t\x07[@click=app.quit]x[/]\u202e"


def edit(citizen: str, **said: Any) -> dict[str, Any]:
    return {
        "op_id": IDS.new(), "collection": "citizen", "id": citizen, "citizen_id": citizen, "label": EVIL,
        "side": "receiver", "author": EVIL, "recorded_at": AT, "base_rev": 1, "state": "waiting",
        "base": {"given_name": "Fatima"}, "body": {"given_name": "Fatima", "phone": "1"}, **said,
    }  # fmt: skip


def offer(citizen: str, **said: Any) -> dict[str, Any]:
    return {
        "id": IDS.new(), "citizen_id": citizen, "label": EVIL, "to_id": EVIL, "offered_by": EVIL, "note": EVIL,
        "state": "offered", "offered_at": AT, **said,
    }  # fmt: skip


ODD: dict[str, dict[str, Any]] = {
    "another collection than the record's": {"collection": "appointment"},
    "an unknown collection": {"collection": "zebra"},
    "a body of nothing": {"body": {}},
    "values of the wrong kind": {"body": {"given_name": {"a": [1]}, "phone": 7, "programme": [[]]}},
    "a base of the wrong kind": {"base": {"given_name": [1]}, "body": {"given_name": [2]}},
    "fields from nowhere": {"body": {"given_name": "F", EVIL: EVIL, "id": "x", "rev": 3}},
    "neither body nor annulment": {"body": None},
    "an annulment that steers": {"body": None, "annul": EVIL},
    "a state from nowhere": {"state": EVIL, "side": EVIL},
    "nobody's record": {"id": IDS.new()},
}


def test_an_odd_parked_edit_stops_no_screen(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    rogue = Rogue(office, device)
    workspace = device.workspace
    for name, odd in ODD.items():
        desk = {"parked": [edit(citizen, **odd)], "handovers": [offer(citizen), offer(citizen, state=EVIL)]}
        rogue.pages = lambda lines, said=desk: [lines[0] | {"desk": said}, *lines[1:]]
        assert outcome(device) == "done", name
        work_a_day(workspace)
        (asked,), offers = workspace.parked.list(), workspace.handovers.list()
        assert len(offers) == 2, name
        labels = asked.label + "".join(each.label for each in offers)
        assert not {"\x1b", "\u202e"} & set(labels), name
        for each in (asked.as_json(), *(each.as_json() for each in offers)):
            assert each["citizen_id"] == citizen, name
        with contextlib.suppress(FieldtuiError):  # said in words, whatever is wrong with it
            workspace.parked.accept(asked.op_id, asked.contested)
        assert outcome(device) == "done", name


def test_the_longest_first_name_stops_nobodys_sync(office: Office) -> None:
    citizen = office.citizen(given_name="X" * 200)
    mine, theirs = office.device("MH"), office.device("TB")
    mine.workspace.handovers.offer(citizen, "TB", "Tag godt imod")
    mine.sync()
    theirs.sync()
    (offered,) = theirs.workspace.handovers.to_answer()
    assert offered.label == "X" * 200
