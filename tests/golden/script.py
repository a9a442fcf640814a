"""What the conversation is about; `python -m tests.golden.recording` plays it against our own and writes what was said."""

from __future__ import annotations

from typing import Any, Final

CITIZEN: Final = "01968000-0000-7000-8000-000000000001"
TASK: Final = "01968000-0000-7000-8000-000000000010"
NOTE: Final = "01968000-0000-7000-8000-000000000011"
COMPANY: Final = "01968000-0000-7000-8000-000000000012"
LATE: Final = "01968000-0000-7000-8000-000000000013"
TOO_LATE: Final = "01968000-0000-7000-8000-000000000014"
STRANGE: Final = "01968000-0000-7000-8000-000000000015"
_OPS: Final = {name: f"01968000-0000-7000-8000-0000000001{number:02}" for number, name in enumerate("abcdefghijklmn")}
IDS: Final = {
    "task": TASK, "note": NOTE, "company": COMPANY, "late": LATE, "too_late": TOO_LATE, "strange": STRANGE,
    **{f"op_{name}": id_ for name, id_ in _OPS.items()},
}  # fmt: skip
AT: Final = "2026-11-23T08:15:00+01:00"


def _op(name: str, collection: str, record_id: str, base_rev: int = 0, at: str = AT, **said: Any) -> dict[str, Any]:
    return {
        "op_id": _OPS[name], "collection": collection, "id": record_id, "base_rev": base_rev, "recorded_at": at,
        "clock_offset_ms": 0, **said,
    }  # fmt: skip


def _push(name: str, device: str, *ops: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "as": device, "method": "POST", "path": "/v1/changes", "body": {"ops": list(ops)}, **more}


def _pull(name: str, device: str, path: str = "/v1/changes?cursor={cursor}", **more: Any) -> dict[str, Any]:
    return {"name": name, "as": device, "method": "GET", "path": path, **more}


def _enrol(device: str) -> dict[str, Any]:
    body = {"code": "{code}", "public_key": "{key}", "device_name": f"laptop {device}", "app_version": "1.0"}
    return {"name": f"{device} enrols", "as": device, "method": "POST", "path": "/v1/enrol", "body": body}


def _task(**said: Any) -> dict[str, Any]:
    return {"citizen_id": CITIZEN, "title": "Ring til Café Solsort", **said}


def script(fixture: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps, before they were played."""
    made = _op("a", "task", TASK, body=_task()), _op(
        "b", "note", NOTE, body={"citizen_id": CITIZEN, "kind": "notat", "text": "Vil helst om formiddagen.", "written_at": AT}
    ), _op("c", "company", COMPANY, body={"name": "Café Solsort", "x_later": {"a": 1}})  # fmt: skip
    return [
        {"name": "the office sets up", "office": {"do": "set up", "fixture": {k: fixture[k] for k in ("organisation", "people", "citizens")}}},
        {"name": "the office makes codes", "office": {"do": "codes", "devices": sorted(fixture["devices"])}},
        _enrol("MH-1"),
        _pull("MH-1 pulls all there is", "MH-1", "/v1/changes"),
        _pull("nothing is new: one small answer", "MH-1"),
        _push("MH-1 makes a task, a note and a company with a field of the future", "MH-1", *made),
        _push("the same again gets the same answer", "MH-1", *made),
        _push("the same op id with other content is refused", "MH-1", _op("a", "task", TASK, body=_task(due_on="2026-12-01"))),
        _enrol("MH-2"),
        _pull("MH-2 pulls all of it, the field of the future too", "MH-2", "/v1/changes"),
        _push("MH-2 changes the task", "MH-2", _op("d", "task", TASK, 1, body=_task(due_on="2026-12-01"))),
        _push("MH-1 changes it too, on the old revision: stale", "MH-1", _op("e", "task", TASK, 1, body=_task(title="Gå forbi"))),
        _push("MH-1 merges and tries again", "MH-1", _op("f", "task", TASK, 2, body=_task(title="Gå forbi", due_on="2026-12-01"))),
        _pull("MH-1 pulls what came, its own echo too", "MH-1"),
        _push(
            "each unsound change is refused by name; the sound one lands", "MH-1",
            _op("g", "grant", STRANGE, body={"amount": 1}), _op("h", "task", STRANGE, body={"citizen_id": CITIZEN}),
            _op("i", "note", NOTE, 1, body={"citizen_id": CITIZEN, "kind": "notat", "text": "Andet", "written_at": AT}),
            _op("j", "company", COMPANY, 1, body={"name": "Café Solsort", "city": "Amager", "x_later": {"a": 1}}),
        ),
        _push("the task is annulled, with a reason", "MH-1", _op("k", "task", TASK, 3, annul={"reason": "Ikke aktuelt"})),
        {"name": "the office hands the citizen over to TB", "office": {"do": "hand over", "citizen": CITIZEN, "to": "TB"}},
        _push(
            "an edit from before the hand-over is parked, a later one refused", "MH-1",
            _op("l", "task", LATE, at="{now-3600}", body=_task(title="Fra før")),
            _op("m", "task", TOO_LATE, at="{now+5}", body=_task(title="Fra efter")),
        ),
        _pull("the citizen leaves MH", "MH-1"),
        _enrol("TB-1"),
        _pull("and joins TB, whole", "TB-1", "/v1/changes"),
        _pull("another version is asked to update, in a signed answer", "TB-1", protocol=2),
        _pull("a number that was used is a replay", "TB-1", signed={"again": True}),
        _pull("a clock an hour ahead is told the time by a signed answer", "TB-1", signed={"ahead_seconds": 3600}),
        _push("a body that is not the one that was signed", "TB-1", signed={"tamper": True}),
        _pull("a cursor from elsewhere", "TB-1", "/v1/changes?cursor=c29tZXdoZXJl"),
        _push("a batch that is none", "TB-1") | {"body": {"ops": 7}},
        _push("more than one request may carry", "TB-1", _op("n", "company", STRANGE, body={"name": "F"}), many=501),
        {"name": "the office revokes MH-2", "office": {"do": "revoke", "device": "MH-2"}},
        _pull("a revoked device is told so by a signed answer", "MH-2"),
        _push("and nothing of it is taken", "MH-2", _op("n", "company", STRANGE, body={"name": "Firma"})),
    ]  # fmt: skip
