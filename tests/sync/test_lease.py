"""How long a device may be written in without contact, whatever its clock says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fieldtui.base.errors import BadUsage, ReadOnlyLease
from fieldtui.base.explain import explain
from fieldtui.central.policy import Policy, read_policy, set_policy
from fieldtui.services import unlocking
from fieldtui.store import MetaKey
from tests.support.vaults import phrase
from tests.sync.office import Device, Office


def reopen(device: Device) -> None:
    """Lock and unlock, as in the morning."""
    folder, ids = device.workspace.folder, device.workspace.store.ids
    device.workspace.close()
    device.workspace = unlocking.unlock(folder, phrase(), clock=device.clock, ids=ids)
    device.__post_init__()


def locked(device: Device, citizen: str) -> bool:
    try:
        device.edit(citizen, district=f"d{device.clock.now().timestamp()}")
    except ReadOnlyLease:
        return True
    return False


def test_a_reminder_after_a_fortnight_and_read_only_after_thirty_days_until_the_next_contact(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.edit(citizen, job_goal="Gartner")
    for days, warned, over in ((13, False, False), (2, True, False), (14, True, False), (2, True, True)):
        device.clock.advance(timedelta(days=days))
        lease = device.workspace.lease
        assert (lease.warned, lease.over) == (warned, over), days
    assert device.workspace.status().lease.days_left == 0
    with pytest.raises(ReadOnlyLease) as refused:
        device.edit(citizen, district="Nord")
    assert "Intet er tabt" in explain(refused.value)
    device.workspace.store.drafts.save("note:x", "note", citizen, "kan stadig skrives")  # a text begun is never refused
    assert device.workspace.status().pending == 1
    office.clock.advance(timedelta(days=31))
    assert device.sync().pushed == 1
    assert not locked(device, citizen)
    assert office.body(citizen)["job_goal"] == "Gartner"


def put_away_and_back(device: Device) -> None:
    """Remove the file of the last contact, and turn the clock back."""
    (device.workspace.folder / "vault" / "contact.json").unlink(missing_ok=True)
    device.clock.advance(timedelta(days=-29))


BACK: dict[str, Callable[[Device], None]] = {
    "after the contact": lambda device: device.clock.advance(timedelta(days=-29)),
    "to the year 2000": lambda device: device.clock.advance(timedelta(days=-9_700)),
    "and the file of the contact put away": put_away_and_back,
}


@pytest.mark.parametrize("how", BACK)
def test_a_clock_that_is_turned_back_lengthens_nothing(how: str, office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.clock.advance(timedelta(days=31))
    reopen(device)
    assert locked(device, citizen)
    BACK[how](device)
    reopen(device)
    assert locked(device, citizen)
    assert device.workspace.lease.turned_back
    device.clock.advance(timedelta(days=1))
    assert locked(device, citizen)
    device.sync()  # by whatever its clock says: the office's time is learnt anew
    assert not locked(device, citizen)


def test_a_clock_that_was_ahead_at_the_contact_gains_nothing_by_being_put_right(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.clock.advance(timedelta(days=1_000))
    device.sync()
    reopen(device)
    assert not locked(device, citizen)
    device.clock.advance(timedelta(days=-1_000))
    reopen(device)
    assert locked(device, citizen)
    device.sync()
    assert not locked(device, citizen)


def test_a_clock_that_is_corrected_by_a_little_is_none_that_was_turned_back(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    device.clock.advance(timedelta(days=5))
    reopen(device)
    before = device.workspace.lease.now
    device.clock.advance(timedelta(days=-2))
    assert not locked(device, citizen)
    assert device.workspace.lease.now >= before - timedelta(hours=1)


def test_the_office_decides_how_long_and_devices_hear_of_it_with_the_next_sync(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    assert read_policy(office.database) == Policy(30, 14)
    set_policy(office.database, {"lease_days": "5", "lease_warn_days": "2"})
    device.sync()
    device.clock.advance(timedelta(days=3))
    assert device.workspace.lease.warned
    assert not locked(device, citizen)
    device.clock.advance(timedelta(days=3))
    assert locked(device, citizen)
    for bad in (
        {"lease_days": "0"},
        {"lease_days": "1"},
        {"lease_days": "mange"},
        {"lease_days": "366"},
        {"x": "1"},
        {"ca": "nej"},
    ):
        with pytest.raises(BadUsage):
            set_policy(office.database, bad)
    assert read_policy(office.database).lease_days == 5
    set_policy(office.database, {"lease_days": "", "lease_warn_days": ""})
    assert read_policy(office.database) == Policy(30, 14)


def test_a_lease_that_somebody_wrote_into_the_file_is_not_believed(office: Office) -> None:
    device = office.device()
    file = device.workspace.folder / "vault" / "contact.json"
    until = device.workspace.store.meta(MetaKey.LEASE_UNTIL)
    file.write_text(file.read_text().replace("2026-12", "2036-12"))
    assert device.workspace.store.meta(MetaKey.LEASE_UNTIL) in {until, None}
