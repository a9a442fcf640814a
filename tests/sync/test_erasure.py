"""Erasure and retention: what is gone at the office, on the laptops, and what comes too late."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from fieldtui.base.errors import NotFound, Unreachable
from fieldtui.central import administration, erasing
from fieldtui.central.backups.checks import examine
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.installation import installation
from fieldtui.central.schema import erasure, operation, parked, record, revision
from tests.sync.office import Device, Office
from tests.sync.test_handover import pages

NEEDLES = ("Stenbrudsvejens", "Klokkeblomst", "Vandrefalken", "Murerhammeren", "Overdragelsesord")
REASON = "Borgeren har bedt om det"


def dump(office: Office) -> bytes:
    """Everything the database says of itself to a backup."""
    tool = installation() / "bin" / "pg_dump"
    url = office.database._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ended = subprocess.run([str(tool), url], check=False, capture_output=True, env={**os.environ, "LC_ALL": "C"})
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def everything(device: Device) -> bytes:
    """Every page of the vault, decrypted, and every file of the data folder as it lies there."""
    files = [path for path in device.workspace.folder.rglob("*") if path.is_file()]
    return pages(device) + b"".join(path.read_bytes() for path in files)


def found(data: bytes) -> list[str]:
    return [needle for needle in NEEDLES if needle.encode() in data]


def filled(office: Office) -> tuple[str, Device]:
    """A citizen whose words stand in every place where words can stand."""
    citizen = office.citizen("MH", job_goal=f"Ved {NEEDLES[0]} værksted")
    device = office.device("MH")
    work = device.workspace
    work.casework.write_note(citizen, f"Dyrker {NEEDLES[1]}")
    device.sync()
    work.store.drafts.save(f"note:{citizen}", "note", citizen, f"Så {NEEDLES[2]} i går")
    device.edit(citizen, district=NEEDLES[3])
    work.handovers.offer(citizen, "TB", f"Husk {NEEDLES[4]}")
    return citizen, device


def test_an_erased_citizen_is_gone_from_the_database_and_from_every_laptop_that_had_them(office: Office) -> None:
    citizen, device = filled(office)
    kept = office.citizen("MH", job_goal="Gartner")
    former = office.device("TB", sync=False)
    device.sync()
    former.sync()
    assert found(dump(office)) == [needle for needle in NEEDLES if needle != NEEDLES[2]]
    assert found(everything(device)) == list(NEEDLES)
    assert found(everything(former)) == [NEEDLES[4]]

    done = erasing.erase(office.database, citizen, REASON)
    assert (done.records, done.devices_of) == (2, 1)
    assert found(dump(office)) == []
    with pytest.raises(NotFound):
        erasing.erase(office.database, citizen, REASON)
    with office.database.transaction() as connection:
        assert connection.execute(select(erasure.c.citizen_id, erasure.c.reason)).all() == [(citizen, REASON)]
        assert all(
            body == {}
            for (body,) in connection.execute(select(revision.c.body).where(revision.c.scope == f"citizen:{citizen}"))
        )
        assert connection.execute(select(record.c.id).where(record.c.collection == "citizen")).scalars().all() == [kept]
        (standing,) = examine(connection)
        assert standing.ok, standing

    assert device.sync().purged == 2
    former.sync()
    assert found(everything(device)) == []
    assert found(everything(former)) == []
    ((number, told),) = device.workspace.handovers.notices()
    assert REASON in told
    device.workspace.handovers.seen(number)
    assert device.workspace.handovers.notices() == ()
    assert device.body(kept)["job_goal"] == "Gartner"
    assert former.workspace.handovers.list() == ()
    assert device.sync().requests == 1


def test_what_an_offline_laptop_sends_of_an_erased_citizen_is_refused_and_stored_nowhere(office: Office) -> None:
    citizen, device = filled(office)
    device.network.lose_response = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        device.sync()  # the office has it, the laptop does not know
    device.network.lose_response = lambda _request: False
    device.workspace.casework.write_note(citizen, f"Sent: {NEEDLES[2]}")
    erasing.erase(office.database, citizen, REASON)
    report = device.sync()
    assert (report.rejected > 0, report.purged > 0, report.pending) == (True, True, 0)
    assert found(dump(office)) == []
    assert found(everything(device)) == []
    ((_number, told),) = device.workspace.handovers.notices()
    assert "ikke var sendt" in told
    with office.database.transaction() as connection:
        assert connection.execute(select(record).where(record.c.scope == f"citizen:{citizen}")).all() == []
        assert connection.execute(select(parked)).all() == []
        details = [json.dumps(each) for each in connection.execute(select(operation.c.result)).scalars()]
    assert any('"erased"' in each for each in details)


def test_a_former_consultants_parked_words_go_too_and_so_does_their_unsent_copy(office: Office) -> None:
    citizen = office.citizen("MH")
    first, second = office.device("MH"), office.device("MH")
    first.edit(citizen, job_goal=NEEDLES[0])
    second.edit(citizen, job_goal=NEEDLES[1])
    for clock in (office.clock, first.clock, second.clock):
        clock.advance(timedelta(minutes=1))
    office.assign(citizen, "TB")
    first.sync()
    assert found(dump(office)) == [NEEDLES[0]]
    erasing.erase(office.database, citizen, REASON)
    assert found(dump(office)) == []
    second.sync()
    assert found(dump(office)) == []
    assert found(everything(second)) == []
    assert second.workspace.handovers.notices()
    first.sync()
    assert first.workspace.parked.list() == ()


def test_nobody_is_erased_until_a_period_is_set_and_then_only_who_is_beyond_it(office: Office) -> None:
    old = office.citizen("MH", discharged_on="2026-10-01")
    fresh = office.citizen("MH", discharged_on="2026-11-01")
    assert erasing.retention(office.database).due == ()
    assert erasing.apply_retention(office.database) == ()
    erasing.set_retention(office.database, 30)
    assert erasing.retention(office.database).due == (old,)
    assert [each.citizen_id for each in erasing.apply_retention(office.database)] == [old]
    assert erasing.apply_retention(office.database) == ()
    assert office.body(fresh)
    erasing.set_retention(office.database, None)
    assert erasing.retention(office.database).due == ()


def test_an_extract_does_not_bring_an_erased_citizen_back(
    office: Office, tmp_path: Path, postgres: EmbeddedPostgres
) -> None:
    from tests.support.central import TEAM

    first = administration.import_folder(office.database, TEAM)
    with office.database.transaction() as connection:
        citizen = connection.execute(select(record.c.id).where(record.c.collection == "citizen").limit(1)).scalar_one()
    erasing.erase(office.database, citizen, REASON)
    again = administration.import_folder(office.database, TEAM)
    assert again.files["borgere.csv"].created == 0
    assert again.left_out > first.left_out
    with office.database.transaction() as connection:
        assert connection.execute(select(record.c.id).where(record.c.scope == f"citizen:{citizen}")).all() == []


def files_of(office: Office, postgres: EmbeddedPostgres) -> bytes:
    """The files of the office's database as they lie on the disk."""
    with office.database.transaction() as connection:
        number = connection.exec_driver_sql(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).scalar_one()
    office.database._outside_transactions("CHECKPOINT")
    folder = next(postgres._folder.rglob(f"base/{number}"))
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_rewriting_leaves_nothing_in_the_databases_own_files(office: Office, postgres: EmbeddedPostgres) -> None:
    citizen, device = filled(office)
    device.sync()
    erasing.erase(office.database, citizen, REASON)
    assert NEEDLES[0] in found(files_of(office, postgres))
    erasing.rewrite(office.database)
    assert found(files_of(office, postgres)) == []


def test_a_citizen_handed_over_leaves_no_word_behind_in_any_file_although_an_edit_was_parked(office: Office) -> None:
    """Push, leave, purge: with a parked edit, a resolved conflict, undo, drafts, an act that was about a company too."""
    citizen, device = filled(office)
    work, other = device.workspace, office.device("MH")
    company = office.put("company", name="Netto")
    device.sync()
    other.sync()
    other.edit(citizen, contact_preference="brev", job_goal=f"Anden {NEEDLES[0]}")
    other.sync()
    device.edit(citizen, job_goal=f"Tredje {NEEDLES[0]}")
    device.sync()
    for each in work.conflicts.list():
        work.conflicts.resolve(each.id, "mine")
    label = f"Kontakt for {NEEDLES[1]}"
    with work.store.transaction() as connection:
        command = "01968000-0000-7000-8000-0000000000aa"
        for record_id, collection, scope in ((company, "company", "team"), (citizen, "citizen", f"citizen:{citizen}")):
            connection.execute(
                "INSERT INTO history (command_id, record_id, collection, scope, after, at, actor, label)"
                " VALUES (?, ?, ?, ?, '{}', '2026-11-23T08:00:00+00:00', ?, ?)",
                (command, record_id, collection, scope, office.mh.id, label),
            )
    work.casework.update(citizen, {"practical_needs": [NEEDLES[3]]})
    work.undo.undo()
    device.edit(citizen, district=f"Parkeret {NEEDLES[3]}")
    listed = work.exports.appointments(office.clock.now().date(), office.clock.now().date(), "own", "csv", keep=True)
    listed.file.write_text(f"{listed.file.read_text('utf-8')}rettet: {NEEDLES[4]}", "utf-8")
    assert found(everything(device)) == list(NEEDLES)
    assert NEEDLES[4].encode() in listed.file.read_bytes()
    for clock in (office.clock, device.clock):
        clock.advance(timedelta(minutes=1))
    office.assign(citizen, "TB")
    report = device.sync()
    assert (report.rejected, report.pending, report.purged > 0) == (0, 0, True)
    assert not listed.file.exists()
    device.sync()
    assert found(everything(device)) == []
    with work.store.reading() as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        scoped = [
            name
            for name in tables
            if any(column[1] == "scope" for column in connection.execute(f"PRAGMA table_info({name})"))
        ]
        assert len(scoped) > 5
        for name in set(scoped) - {"desk"}:
            assert (
                connection.execute(f"SELECT 1 FROM {name} WHERE scope = ?", (f"citizen:{citizen}",)).fetchall() == []
            ), name
    (told,) = work.parked.list()
    assert (told.mine, told.differences) == (True, ())
    theirs = office.device("TB")
    (waiting,) = theirs.workspace.parked.to_answer()
    assert {"district"} <= {name for each in waiting.differences for name in each.fields}
