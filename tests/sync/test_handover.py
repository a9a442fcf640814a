"""Citizens come and go: a substitute for a while, a hand-over, and what is then gone from the laptop."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from fieldtui.base.errors import MassChange, Unreachable
from fieldtui.central.schema import parked
from fieldtui.store.purge import VACUUM_DUE
from fieldtui.vault.keys import database_label, derive
from tests.support.pages import decrypted
from tests.sync.office import Device, Office

NEEDLE = "Stenbrudsvejens keramikværksted"


def pages(device: Device) -> bytes:
    """Every page of the database file, decrypted by hand: live ones, free ones, and the unused ends of each."""
    vault = device.workspace.store.vault
    with device.workspace.store.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        header = json.loads((vault.folder / "vault" / "vault.json").read_bytes())
        key = bytes(derive(vault._vault_key, database_label(header["db"]["gen"])))
        data = (vault.folder / "vault" / "vault.db").read_bytes()
        assert (vault.folder / "vault" / "vault.db-wal").stat().st_size == 0
    return decrypted(data, key)


def test_a_substitute_gets_the_file_until_the_last_day_and_then_it_is_gone(office: Office) -> None:
    citizen = office.citizen("MH", job_goal=NEEDLE)
    device = office.device("TB")
    office.assign(citizen, "TB", "substitute", date(2026, 11, 25))
    assert device.sync().pulled == 1
    assert device.table("assignment", "citizen_id, role, until") == [(citizen, "substitute", "2026-11-25")]
    device.edit(citizen, district="Nord")
    assert device.sync().pushed == 1
    for clock in (office.clock, device.clock):
        clock.advance(timedelta(days=3))
    report = device.sync()
    assert (report.purged, report.finished) == (1, True)
    assert device.workspace.store.get(citizen) is None
    assert device.table("assignment") == []
    assert office.body(citizen)["district"] == "Nord"


def test_after_a_hand_over_nothing_of_the_citizen_is_left_in_the_file(office: Office) -> None:
    citizen, kept = office.citizen("MH", job_goal=NEEDLE), office.citizen("MH", job_goal="Gartner")
    device = office.device("MH")
    work = device.workspace
    work.casework.write_note(citizen, f"Besøgte {NEEDLE}")
    device.edit(citizen, district=f"Ved {NEEDLE}")
    work.store.drafts.save(f"note:{citizen}", "note", citizen, f"Ring til {NEEDLE}")
    device.sync()
    assert NEEDLE.encode() in pages(device)
    office.assign(citizen, "TB")
    assert device.sync().purged == 2
    assert NEEDLE.encode() not in pages(device)
    assert work.store.search("keramikværksted") == ()
    assert work.store.drafts.all() == ()
    assert work.store.meta(VACUUM_DUE) is None
    assert device.body(kept)["job_goal"] == "Gartner"
    assert work.store.search("gartner")
    assert work.verify_log() > 0
    assert device.sync().requests == 1


def test_what_was_written_before_the_hand_over_is_parked_for_the_new_consultant(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    device.edit(citizen, job_goal="Gartner")
    office.clock.advance(timedelta(minutes=1))
    device.clock.advance(timedelta(minutes=1))
    office.assign(citizen, "TB")
    report = device.sync()
    assert (report.pushed, report.purged, report.pending) == (1, 1, 0)
    assert device.workspace.store.get(citizen) is None
    assert device.syncing.waiting() == ()


def test_what_was_written_after_the_hand_over_is_refused_and_kept(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    office.assign(citizen, "TB")
    for clock in (office.clock, device.clock):
        clock.advance(timedelta(minutes=1))
    device.edit(citizen, job_goal="Gartner")
    report = device.sync()
    assert (report.rejected, report.purged) == (1, 0)
    assert device.body(citizen)["job_goal"] == "Gartner"
    (row,) = device.syncing.waiting()
    assert row.state == "rejected"


def test_nothing_is_purged_while_it_waits_to_be_sent(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    device.edit(citizen, job_goal="Gartner")
    office.clock.advance(timedelta(minutes=1))
    office.assign(citizen, "TB")
    device.network.lose_request = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        device.sync()
    assert device.body(citizen)["job_goal"] == "Gartner"
    device.network.lose_request = lambda _request: False
    assert device.sync().purged == 1


def test_a_citizen_who_comes_back_before_the_purge_stays(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    office.assign(citizen, "TB")
    office.assign(citizen, "MH")
    assert device.sync().purged == 0
    assert device.workspace.store.get(citizen) is not None


def test_a_list_that_may_name_the_citizen_goes_with_the_purge(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    listed = device.workspace.exports.appointments(
        date(2026, 11, 23), date(2026, 11, 23), "reception", "csv", keep=True
    )
    assert listed.file.exists()
    office.assign(citizen, "TB")
    assert device.sync().purged == 1
    assert not listed.file.exists()


def test_a_list_that_a_kill_kept_from_being_removed_goes_with_the_next_unlock(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen = office.citizen("MH")
    device = office.device("MH")
    day = date(2026, 11, 23)
    listed = device.workspace.exports.appointments(day, day, "reception", "csv", keep=True)
    office.assign(citizen, "TB")
    monkeypatch.setattr("fieldtui.store.purge._remove_list", lambda *_given, **_named: False)
    assert device.sync().purged == 1
    assert listed.file.exists()
    assert device.workspace.exports.sweep() == 1
    assert not listed.file.exists()


def test_what_is_for_a_person_to_decide_stays_until_it_is_decided_although_the_citizen_has_left(office: Office) -> None:
    """Found by the simulation: the purge took the undecided words along, and they were nowhere."""
    citizen = office.citizen("MH")
    mine, other = office.device("MH"), office.device("MH")
    other.edit(citizen, job_goal="Murer")
    other.sync()
    mine.edit(citizen, job_goal=NEEDLE)
    assert mine.sync().conflicts == 1
    office.assign(citizen, "TB")
    assert mine.sync().purged == 0
    (undecided,) = mine.workspace.conflicts.list()
    assert undecided.mine == {"job_goal": NEEDLE}
    mine.workspace.conflicts.resolve(undecided.id, "theirs")
    assert mine.sync().purged == 1
    assert mine.table("conflict") == []


def test_a_whole_caseload_leaves_only_once_a_person_says_that_it_may(office: Office) -> None:
    citizens = [office.citizen("MH", given_name=f"Borger {number}") for number in range(5)]
    device = office.device("MH")
    device.edit(citizens[0], job_goal="Gartner")
    for citizen in citizens:
        office.assign(citizen, "TB")
    with pytest.raises(MassChange) as stopped:
        device.sync()
    assert stopped.value.ids == tuple(sorted(citizens))
    assert all(device.workspace.store.get(citizen) is not None for citizen in citizens)
    assert device.workspace.status().pending == 1
    report = device.sync(accept_mass_change=True)
    assert (report.finished, report.purged, report.pushed) == (True, 5, 1)
    with office.database.transaction() as connection:
        assert connection.execute(select(parked.c.scope)).scalars().all() == [f"citizen:{citizens[0]}"]


def test_a_substitutes_whole_caseload_leaves_by_itself_when_the_term_is_over(office: Office) -> None:
    citizens = [office.citizen("MH", given_name=f"Borger {number}") for number in range(5)]
    device = office.device("TB")
    for citizen in citizens:
        office.assign(citizen, "TB", "substitute", date(2026, 11, 25))
    device.sync()
    for clock in (office.clock, device.clock):
        clock.advance(timedelta(days=3))
    assert device.sync().purged == 5
