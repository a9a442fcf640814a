"""Anybody can seal a file to the organisation's public key; what is in it is believed no more than what a device says."""

from __future__ import annotations

from typing import Any

import pytest

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.central.recovering import put_recovered
from fieldtui.store import MetaKey
from fieldtui.wire.messages import Op, Person
from fieldtui.wire.sealed import Pending, PendingChange
from tests.sync.office import Device, Office


def edit(office: Office, citizen: str, **values: Any) -> PendingChange:
    body = {"citizen_id": citizen, "title": "Ring"}
    now = isoformat(office.clock.now())
    op = {
        "op_id": office.id(),
        "collection": "task",
        "id": office.id(),
        "base_rev": 0,
        "body": body,
        "recorded_at": now,
    }
    return PendingChange(state="waiting", scope=f"citizen:{citizen}", op=Op.model_validate(op | values))


def pending(device: Device, person: Person, *changes: PendingChange) -> Pending:
    meta = device.workspace.store.meta
    return Pending(
        organisation_id=meta(MetaKey.ORGANISATION_ID) or "",
        device_id=meta(MetaKey.DEVICE_ID) or "",
        consultant=person,
        sealed_at=isoformat(device.clock.now()),
        changes=changes,
    )


def test_what_no_device_could_send_is_left_and_nobodys_sync_breaks_over_it(office: Office) -> None:
    citizen = office.citizen("TB")
    device, receiver = office.device("MH"), office.device("TB")
    good = edit(office, citizen)
    bad = (
        edit(office, citizen, recorded_at="garbage"),
        edit(office, citizen, collection="zebra"),
        edit(office, citizen, op_id="x" * 36),
        edit(office, citizen, body={"citizen_id": citizen, "title": "a\x00b"}),
        edit(office, citizen, body={"citizen_id": citizen}),
        edit(office, citizen, op_id=good.op.op_id),
    )
    found = put_recovered(office.database, pending(device, device.person, good, *bad))
    assert found.parked == [good.op.op_id]
    assert found.left == [each.op.op_id for each in bad]
    receiver.sync()
    assert [row.collection for row in receiver.workspace.parked.list()] == ["task"]


def test_a_device_speaks_only_for_the_person_it_was_enrolled_for(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    with pytest.raises(BadUsage):
        put_recovered(office.database, pending(device, office.tb, edit(office, citizen)))
    assert put_recovered(office.database, pending(device, office.mh, edit(office, citizen))).parked  # the control
