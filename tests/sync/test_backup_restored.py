"""A laptop restored from a backup, and the real central system: nothing is lost, nothing is there twice, and what left stays gone."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.base.errors import Damaged
from fieldtui.base.ids import SeededIds
from fieldtui.services import unlocking
from fieldtui.services.backing import Backing
from fieldtui.services.restoring import RestoreReport, restore
from fieldtui.store import MetaKey
from fieldtui.vault.backupfile import open_backup, read_backup
from fieldtui.vault.backups import listed
from fieldtui.vault.keys import database_label, derive
from tests.support.pages import decrypted
from tests.support.vaults import phrase
from tests.sync.office import Device, Office

NEEDLE = "Guldsmedens efterladte ord"


def backed_up(device: Device, path: Path | None = None) -> Path:
    return Backing(device.workspace.context).by_hand(path).path


def put_back(device: Device, file: Path | None = None, **how: bool) -> tuple[Device, RestoreReport]:
    """The laptop as it is after its vault was restored and unlocked again."""
    device.workspace.close()
    report = restore(device.workspace.folder, file, phrase(), clock=device.clock, **how)
    return unlocked(device), report


def unlocked(device: Device) -> Device:
    workspace = unlocking.unlock(
        device.workspace.folder,
        phrase(),
        clock=device.clock,
        ids=SeededIds(f"again-{device.workspace.folder}-{device.clock.now()}", 1_796_000_000_000),
    )
    device.workspace = workspace
    return Device(workspace, device.network, device.clock, device.person)


def damage(folder: Path, *, keep: int = 0) -> None:
    """Overwrite pages of the closed database; the first `keep` bytes stay."""
    database = folder / "vault" / "vault.db"
    with database.open("r+b") as stream:
        size = stream.seek(0, 2)
        stream.seek(keep)
        stream.write(b"\xff" * (size - keep))


def test_what_was_sent_since_the_backup_comes_back_from_the_office_and_is_not_sent_twice(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner")
    device = office.device("MH")
    sent = device.workspace.casework.write_note(citizen, "Var i backuppens udbakke").record_ids[0]
    device.edit(citizen, job_goal="Murer")
    file = backed_up(device)
    device.sync()
    later = device.workspace.casework.write_note(citizen, "Skrevet og sendt efter kopien").record_ids[0]
    device.edit(citizen, job_goal="Tømrer")
    device.sync()
    before = office.revisions(citizen)
    device.workspace.close()
    damage(device.workspace.folder)  # nothing of it can be read: the backup is all there is
    report = restore(device.workspace.folder, file, phrase(), clock=device.clock)
    assert (report.present, report.salvaged.readable) == ("unreadable", False)
    assert report.counts["pending"] == 2

    again = unlocked(device)
    assert again.workspace.store.get(later) is None
    done = again.sync()
    assert done.finished
    office.settle(again)
    assert again.workspace.store.get(later) is not None
    assert [row.rev for row in office.revisions(sent)] == [1]
    assert [row.rev for row in office.revisions(later)] == [1]
    # The older edit of the outbox met its own successor: a person may be asked, and neither value went without.
    words = {office.body(citizen)["job_goal"], *(str(c.mine.get("job_goal")) for c in again.workspace.conflicts.list())}
    assert "Tømrer" in words
    assert [row.body["job_goal"] for row in office.revisions(citizen)][: len(before)] == [
        row.body["job_goal"] for row in before
    ]
    again.workspace.close()


def test_what_was_not_sent_is_taken_from_the_database_that_is_replaced(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner")
    device = office.device("MH")
    backed_up(device)
    device.edit(citizen, job_goal="Murer")
    device.sync()
    note = device.workspace.casework.write_note(citizen, "Aldrig sendt").record_ids[0]
    device.edit(citizen, job_goal="Tømrer")
    device.workspace.store.drafts.save(f"note:{citizen}", "note", citizen, "Et halvt notat")
    (edit,) = [row for row in device.table("outbox", "op_id, record_id") if row[1] == citizen]
    device.workspace.close()
    (device.workspace.folder / "vault" / "vault.db").write_bytes(
        (device.workspace.folder / "vault" / "vault.db").read_bytes()[:-4096]
    )  # cut short, so that it does not open
    with pytest.raises(Damaged):
        unlocked(device)
    report = restore(device.workspace.folder, None, phrase(), clock=device.clock)
    assert report.salvaged.readable
    assert dict(report.salvaged.pending) == {"citizen": 1, "note": 1}
    assert report.salvaged.drafts == 1
    assert report.set_aside is not None
    assert (report.set_aside / "vault.db").stat().st_size > 0

    again = unlocked(device)
    assert (edit[0], citizen) in again.table("outbox", "op_id, record_id")
    assert again.workspace.store.drafts.all()[0].text == "Et halvt notat"
    assert [hit.record_id for hit in again.workspace.store.search("aldrig sendt")] == [note]
    assert again.workspace.verify_log() > 0
    office.settle(again)
    assert again.workspace.conflicts.list() == ()
    assert office.body(citizen)["job_goal"] == "Tømrer"
    assert [row.body["job_goal"] for row in office.revisions(citizen)] == ["Gartner", "Murer", "Tømrer"]
    assert len(office.revisions(note)) == 1
    assert again.body(citizen) == office.body(citizen)
    again.workspace.close()


def test_a_backup_older_than_a_purge_gives_nobody_back(office: Office, tmp_path: Path) -> None:
    """The copy outside the data folder cannot be reached by a purge: the office takes the citizen out again."""
    citizen = office.citizen("MH", job_goal=NEEDLE)
    office.citizen("MH", job_goal="Gartner")
    device = office.device("MH")
    outside = backed_up(device, tmp_path / "stick.fvb")
    backed_up(device)
    office.assign(citizen, "TB")
    assert device.sync().purged == 1
    assert device.workspace.store.get(citizen) is None
    (kept,) = listed(device.workspace.folder)  # the older one is gone, and one made after the purge is there
    assert kept.head.kind == "purge"
    assert NEEDLE not in text_of(device, kept.path)
    assert NEEDLE in text_of(device, outside)  # the control: a needle in a backup is found

    again, report = put_back(device, outside, replace_newer=True)
    assert report.set_aside is not None
    assert again.workspace.store.get(citizen) is not None
    again.sync()
    assert again.workspace.store.get(citizen) is None
    assert [file.head.kind for file in listed(device.workspace.folder)] == ["purge"]
    assert not report.set_aside.exists()
    assert NEEDLE not in text_of(device, listed(device.workspace.folder)[0].path)
    again.workspace.close()


def test_a_device_that_was_shut_out_is_not_let_in_by_restoring_an_older_vault(office: Office) -> None:
    office.citizen("MH")
    device = office.device("MH")
    file = backed_up(device)
    device.workspace.store.set_meta(MetaKey.LOCKED_REASON, "revoked")
    device.workspace.close()
    restore(device.workspace.folder, file, phrase(), clock=device.clock)
    with contextlib.closing(
        unlocking.unlock(
            device.workspace.folder, phrase(), clock=device.clock, ids=SeededIds("asked"), via=device.network
        )
    ) as workspace:  # the office is asked, and lets it in: it was never revoked there
        assert workspace.store.meta(MetaKey.LOCKED_REASON) is None
        assert any(call.endswith("/v1/changes") for call in device.network.seen[-3:])


def test_each_day_is_backed_up_once_and_a_month_later_the_newest_is_tried(office: Office) -> None:
    office.citizen("MH")
    device = office.device("MH")
    backing = Backing(device.workspace.context)
    assert backing.daily() is None  # the day it was made: all that is in it is at the office
    device.clock.advance(timedelta(days=1))
    made = backing.daily()
    assert made is not None
    assert backing.daily() is None
    first = backing.state()
    assert (first.count, first.problem) == (1, None)
    assert first.tested_at is not None
    for _day in range(9):
        device.clock.advance(timedelta(days=1))
        assert backing.daily() is not None
    assert backing.state().count == 7
    assert backing.state().tested_at == first.tested_at
    device.clock.advance(timedelta(days=30))
    newest = backing.daily()
    assert newest is not None
    tested = backing.state().tested_at
    assert tested is not None
    assert tested > first.tested_at
    assert device.workspace.store.log_entries()[-1].action == "backup.tested"
    data = newest.path.read_bytes()
    newest.path.write_bytes(data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])
    assert backing.test().problem == "BackupDamaged"


def text_of(device: Device, file: Path) -> str:
    """Every page of the database in a backup, free ones too, decrypted."""
    place = file.with_name("taken-out.db")
    opened = device.workspace.store.vault.borrow(lambda _header, key: open_backup(read_backup(file), key))
    try:
        opened.require_whole()
        opened.extract(place)
        return decrypted(place.read_bytes(), bytes(derive(opened.key, database_label(1)))).decode("utf-8", "replace")
    finally:
        place.unlink()
