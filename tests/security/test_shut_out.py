"""A shut-out device opens for nobody but its own central system, and only where that one answers it as any other."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from fieldtui.base.errors import DatabaseUnreachable, Revoked
from fieldtui.central import administration, leading
from fieldtui.central.acting import CONSOLE, written_down
from fieldtui.central.lockout import restore
from fieldtui.services import unlocking
from fieldtui.store import MetaKey
from fieldtui.wire.messages import PROBLEM_PREFIX
from tests.support.vaults import phrase
from tests.sync.office import Device, Office

NOT_PROVEN = ("validation", "too-large", "code")
"""Problems that are believed without a signature, because nothing is done about them but to say so."""


def somebody_says(name: str) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """In place of every answer, from somebody without the central system's key."""
    problem = json.dumps({"type": PROBLEM_PREFIX + name, "title": "", "status": 400}).encode()
    return lambda *_answer: (400, {"content-type": "application/problem+json"}, problem)


def unlock(device: Device) -> None:
    unlocking.unlock(
        device.workspace.folder, phrase(), clock=device.clock, ids=device.workspace.store.ids, via=device.network
    ).close()


def test_an_answer_that_nobody_signed_does_not_open_a_device_that_is_shut_out(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, phone="12 34 56 78")
    device_id = device.workspace.store.meta(MetaKey.DEVICE_ID)
    assert device_id is not None
    administration.revoke(office.database, device_id)
    with pytest.raises(Revoked):
        device.sync()
    device.workspace.close()
    for said in NOT_PROVEN:
        device.network.change = somebody_says(said)
        with pytest.raises(Revoked):
            unlock(device)

    device.network.change = None
    restore(office.database, device_id)
    unlock(device)  # its own central system says otherwise


def test_a_device_is_not_shut_out_without_the_line_that_says_who_did_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = office.device()
    device_id = device.workspace.store.meta(MetaKey.DEVICE_ID) or ""

    def gone(*_what: object) -> None:
        raise DatabaseUnreachable("gone")

    with monkeypatch.context() as away:
        away.setattr(leading, "write_down", gone)
        for act in (leading.revoke, leading.lose):
            with pytest.raises(DatabaseUnreachable):
                act(office.database, None, CONSOLE, device_id, "Væk")
    assert device.sync().finished
    assert leading.lose(office.database, None, CONSOLE, device_id, "Væk").changed
    assert [each.action for each in written_down(office.database)] == ["lost", "revoke"]
    with pytest.raises(Revoked):
        device.sync()
