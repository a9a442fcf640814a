"""S18: a device that is revoked in the middle of a push, and then stays offline or turns its clock back, gets no further."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import httpx2
import pytest

from fieldtui.base.errors import Revoked
from fieldtui.central import administration
from fieldtui.central.lockout import restore
from fieldtui.services import unlocking
from fieldtui.store import MetaKey
from tests.support.vaults import phrase
from tests.sync.office import Device, Office

PUSH: Final = "/v1/changes"
NEEDLE: Final = "kladde-om-skovduen"
NOTE: Final = "notat-om-skovduen"


def device_with_work(office: Office) -> tuple[Device, str, str]:
    """A device with a note and a draft that were not sent, its id, and the note's id."""
    citizen = office.citizen()
    device = office.device()
    note = device.workspace.casework.write_note(citizen, NOTE).record_ids[0]
    device.workspace.drafts.save(f"note:{citizen}", "note", citizen, NEEDLE)
    return device, device.workspace.store.meta(MetaKey.DEVICE_ID) or "", note


def unlock(device: Device) -> None:
    unlocking.unlock(
        device.workspace.folder, phrase(), clock=device.clock, ids=device.workspace.store.ids, via=device.network
    ).close()


def held_at_the_office(office: Office, note: str) -> bool:
    return office.revisions(note) != []


def plain(device: Device, needle: str) -> bool:
    """True where any file of the vault holds a text in the clear."""
    files = [path for path in device.workspace.folder.rglob("*") if path.is_file()]
    assert files
    return any(needle.encode(code) in path.read_bytes() for path in files for code in ("utf-8", "utf-16-le"))


def in_the_middle_of(act: Callable[[], object]) -> Callable[[httpx2.Request], bool]:
    """Do something when the push is on its way, once; nothing is lost of the request."""
    done: list[bool] = []

    def on_the_way(request: httpx2.Request) -> bool:
        if request.method == "POST" and request.url.path == PUSH and not done:
            done.append(True)
            act()
        return False

    return on_the_way


@pytest.mark.parametrize("revoked", [False, True])
def test_a_push_that_is_on_its_way_when_the_device_is_revoked_is_not_taken(office: Office, revoked: bool) -> None:
    device, device_id, note = device_with_work(office)
    device.network.lose_request = in_the_middle_of(
        (lambda: administration.revoke(office.database, device_id)) if revoked else (lambda: None)
    )
    if not revoked:
        device.sync()
        assert held_at_the_office(office, note), "positive control: the same push is taken from a device in use"
        return
    with pytest.raises(Revoked):
        device.sync()
    assert not held_at_the_office(office, note)
    assert device.workspace.store.meta(MetaKey.LOCKED_REASON) == "revoked"


@pytest.mark.parametrize("days", [-30, 400])
def test_offline_and_by_any_clock_it_stays_shut_with_its_drafts_encrypted_and_present(
    office: Office, days: int
) -> None:
    device, device_id, note = device_with_work(office)
    assert not plain(device, NEEDLE)
    administration.revoke(office.database, device_id)
    with pytest.raises(Revoked):
        device.sync()
    device.workspace.close()
    device.network.lose_request = lambda _request: True
    device.clock.advance(timedelta(days=days))
    for _try in range(2):
        with pytest.raises(Revoked):
            unlock(device)
    assert not plain(device, NEEDLE)
    assert not plain(device, NOTE)
    device.network.lose_request = lambda _request: False
    device.clock.advance(timedelta(days=-days))
    restore(office.database, device_id)
    workspace = unlocking.unlock(
        device.workspace.folder, phrase(), clock=device.clock, ids=device.workspace.store.ids, via=device.network
    )
    with workspace:
        assert [draft.text for draft in workspace.drafts.unfinished()] == [NEEDLE], "let in again, it has everything"
        assert workspace.lookup.get(note).record.text == NOTE
