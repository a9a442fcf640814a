"""A disk that is full while a sync runs: nothing lost on either side, and the next sync finishes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fieldtui.base.errors import DiskFull
from fieldtui.central.embedded import EmbeddedPostgres
from tests.support.smalldisk import SmallDisk, small_disk
from tests.sync.office import Office, open_office

__all__ = ["small_disk"]


@pytest.fixture
def narrow(postgres: EmbeddedPostgres, small_disk: SmallDisk) -> Iterator[Office]:
    """An office whose laptop lies on the small disk."""
    with open_office(postgres, small_disk.folder) as opened:
        yield opened


def test_a_sync_without_room_keeps_what_was_unsent_and_brings_everything_once_there_is_some(
    narrow: Office, small_disk: SmallDisk
) -> None:
    citizen = narrow.citizen("MH", job_goal="Gartner")
    device = narrow.device("MH")
    mine = device.workspace.casework.write_note(citizen, "Skrevet før disken blev fuld").record_ids[0]
    theirs = [narrow.put("company", name=f"Firma {number}", notes="Ord. " * 900) for number in range(40)]
    small_disk.fill(20_000)
    with pytest.raises(DiskFull):
        device.sync()
    assert mine in [row[0] for row in device.table("outbox", "record_id")]
    assert device.workspace.store.get(theirs[0]) is None  # a page comes whole or not at all
    small_disk.empty()
    narrow.settle(device)
    assert len(narrow.revisions(mine)) == 1
    assert all(device.workspace.store.get(company) is not None for company in theirs)
    assert device.workspace.verify_log() > 0
    assert device.workspace.check_vault().ok
