"""A laptop whose files were put back to an older state, with everything that is remembered of them, meets the office (S17)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldtui.base.ids import SystemIds
from fieldtui.central import administration
from fieldtui.central.setback import held_against
from fieldtui.central.team import devices_of
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.wire.messages import ANCHOR_HEADER
from tests.support.vaults import anchors_now, phrase, put_anchors_back
from tests.sync.office import Device, Office


class Laptop:
    """A device that can be put back: its folder and, where somebody is thorough, what is remembered outside it."""

    def __init__(self, office: Office, kept: Path) -> None:
        self.office = office
        self.device = office.device()
        self.folder = self.device.workspace.folder
        self._kept = kept
        self._anchors: dict[str, bytes] = {}

    def close(self) -> None:
        self.device.workspace.close()

    def keep(self) -> None:
        self.close()
        shutil.copytree(self.folder, self._kept)
        self._anchors = anchors_now()
        self.open()

    def put_back(self) -> None:
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder)
        put_anchors_back(self._anchors)
        self.open()

    def open(self, unlock: Callable[..., Workspace] = unlocking.unlock) -> None:
        workspace = unlock(self.folder, phrase(), clock=self.device.clock, ids=SystemIds())
        self.device = Device(workspace, self.device.network, self.device.clock, self.device.person)
        self.office._devices.append(self.device)

    def days(self, count: int) -> None:
        for _ in range(count):
            self.device.workspace.store.audit("open", "citizen")
            self.close()
            self.open()
            self.device.sync()

    def recorded(self) -> str | None:
        (row,) = administration.devices(self.office.database)
        return row.set_back


@pytest.fixture
def laptop(office: Office, tmp_path: Path) -> Laptop:
    office.citizen()
    return Laptop(office, tmp_path / "kept")


def test_an_older_copy_with_older_anchors_is_told_at_the_next_sync_and_healed_by_it(laptop: Laptop) -> None:
    laptop.keep()
    laptop.days(2)
    citizen = laptop.office.citizen()
    laptop.device.sync()
    assert laptop.recorded() is None  # going on is not going back
    laptop.put_back()
    report = laptop.device.sync()
    assert report.set_back
    assert report.finished
    assert laptop.device.workspace.store.get(citizen) is not None
    entries = [row.detail for row in laptop.device.workspace.log_entries() if row.action == "vault.found"]
    assert entries == ["RolledBack/central"]
    assert not laptop.device.sync().set_back  # said once
    laptop.close()
    laptop.open()  # and it is the newest from now on
    assert not laptop.device.sync().set_back
    assert laptop.recorded() == "older"


def test_the_office_reads_it_as_a_plain_sentence_and_the_device_is_not_blocked(laptop: Laptop) -> None:
    from fieldtui.domain.setbacks import set_back_words
    from fieldtui.tui.presenters.team import seen

    laptop.keep()
    laptop.days(1)
    laptop.put_back()
    laptop.device.sync()
    database = laptop.office.database
    with database.transaction() as connection:
        (device,) = devices_of(connection, database.organisation(connection, None).id)
    assert device.set_back_at is not None
    assert set_back_words(device.set_back or "") == "en ældre kopi af boksen er brugt"
    assert seen(device, database.now()).text == "! en ældre kopi af boksen er brugt"
    assert laptop.device.sync().finished


def test_without_the_central_systems_word_nobody_notices(laptop: Laptop) -> None:
    """The positive control: the header taken out of the answers, the attack succeeds silently on the device."""

    def silent(
        _request: object, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        assert ANCHOR_HEADER in headers
        return status, {name: value for name, value in headers.items() if name != ANCHOR_HEADER}, body

    laptop.keep()
    laptop.days(1)
    laptop.put_back()
    laptop.device.network.change = silent
    with pytest.raises(Exception, match="ServerFault"):  # covered by the signature: it cannot be left out on the way
        laptop.device.sync()
    laptop.device.network.change = None
    database = laptop.office.database
    from sqlalchemy import update

    from fieldtui.central.schema import device

    with database.transaction() as connection:
        connection.execute(update(device).values(anchor=None))
    assert not laptop.device.sync().set_back


def test_a_copy_that_its_owner_put_back_is_recorded_as_that(laptop: Laptop) -> None:
    laptop.keep()
    laptop.days(2)
    anchors = anchors_now()
    laptop.close()
    shutil.rmtree(laptop.folder)
    shutil.copytree(laptop._kept, laptop.folder)
    put_anchors_back(anchors)
    with pytest.raises(Exception, match="RolledBack"):
        laptop.open()

    def accept(folder: Path, secret: unlocking.Secret, **how: object) -> Workspace:
        return unlocking.accept(folder, secret, "lagt tilbage", **how)  # type: ignore[arg-type]

    laptop.open(accept)
    report = laptop.device.sync()
    assert not report.set_back
    assert laptop.recorded() == "restored"


def test_two_copies_in_use_are_recorded_as_that() -> None:
    one, other = f"5:{'a' * 64}:9:{'0' * 32}", f"5:{'b' * 64}:9:{'1' * 32}"
    assert held_against(one, other).set_back == "forked"
    assert held_against(one, one).set_back is None


@pytest.mark.parametrize("said", [None, "", "x", "1:2", "-1:a:3", f"{'9' * 40}:a:1", "1:a b:2", "1:æ:2", "1:a:2:zz"])
def test_a_head_that_cannot_be_read_says_nothing(said: str | None) -> None:
    known = f"5:{'a' * 64}:9:{'0' * 32}"
    standing = held_against(known, said)
    assert (standing.anchor, standing.set_back, standing.tell) == (known, None, None)


def test_a_device_of_before_that_sends_no_proof_is_recorded_and_not_reminded() -> None:
    standing = held_against("5:aa:9", "4:bb:8")
    assert standing.set_back == "older"
    assert standing.tell is None


def test_a_central_system_that_lies_shuts_nobody_out(laptop: Laptop) -> None:
    """Signed by its genuine key: the device believes only what it said itself."""
    from sqlalchemy import update

    from fieldtui.central.schema import device

    lie = f"{2**50}:{'f' * 64}:{2**50}:{'0' * 32}"
    with laptop.office.database.transaction() as connection:
        connection.execute(update(device).values(anchor=lie))
    report = laptop.device.sync()
    assert laptop.device.network.seen
    assert report.finished
    assert not report.set_back
    laptop.close()
    laptop.open()
    assert laptop.device.sync().finished
