"""The brake holds also where a central system in the wrong hands first says that it was restored from a backup."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2

from fieldtui.wire.encoding import decode_body
from fieldtui.wire.messages import PROBLEM_PREFIX
from tests.security.rogue import Rogue, outcome
from tests.sync.office import Device, Office

CITIZENS = 6


def restored(rogue: Rogue, kept_seq: int | None, pages: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """Answer every cursor with a reset, a pull from the start with `pages`, and park whatever is sent."""

    def change(
        request: httpx2.Request, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        said = decode_body(body, headers.get("content-encoding"), limit=1 << 26)
        if "cursor=" in str(request.url):
            problem = {"type": PROBLEM_PREFIX + "cursor-reset", "title": "", "status": 409, "kept_seq": kept_seq}
            return rogue.signed(request, 409, json.dumps(problem).encode())
        if request.method == "GET":
            lines = pages([json.loads(line) for line in said.splitlines()])
            return rogue.signed(request, 200, b"\n".join(json.dumps(line).encode() for line in lines))
        answer = json.loads(said)
        answer["results"] = [
            {"status": "parked", "op_id": each["op_id"], "reason": "reassigned"} for each in answer["results"]
        ]
        return rogue.signed(request, 200, json.dumps(answer).encode())

    rogue.device.network.change = change


def only_frame(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [lines[0], lines[-1] | {"more": False}]


def held(device: Device) -> int:
    return int(device.table("record", "count(*)")[0][0])


def test_a_central_system_that_says_it_lost_everything_cannot_then_empty_a_device(office: Office) -> None:
    citizens = [office.citizen() for _ in range(CITIZENS)]
    device = office.device()
    before = held(device)
    rogue = Rogue(office, device)

    restored(rogue, 0, only_frame)
    outcome(device)
    rogue.device.network.change = rogue._change
    rogue.pages = lambda lines: [
        lines[0],
        *({"kind": "leave", "scope": f"citizen:{each}", "seq": 1, "reason": "ended"} for each in citizens),
        lines[-1],
    ]
    for _ in range(3):
        outcome(device)
    assert held(device) == before


def test_a_central_system_that_says_it_lost_nothing_cannot_put_older_revisions_past_the_brake(office: Office) -> None:
    citizens = [office.citizen() for _ in range(30)]
    for each in citizens:
        office.assign(each, "TB")
        office.assign(each, "MH")
    device = office.device()
    for each in citizens:
        device.edit(each, job_goal="Lager")
    device.sync()
    rogue = Rogue(office, device)

    restored(
        rogue,
        2**50,
        lambda lines: [
            line | {"rev": 1, "body": line["body"] | {"job_goal": "x"}} if line["kind"] == "record" else line
            for line in lines
        ],
    )
    assert outcome(device).startswith("MassChange")
    assert {device.body(each)["job_goal"] for each in citizens} == {"Lager"}
