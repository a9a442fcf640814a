"""Backups of the central system: sealed, whole, put back whole or not at all, and told from what was before."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fieldtui.base.errors import BackupDamaged, BadFile, BadUsage
from fieldtui.base.ids import SystemIds
from fieldtui.bootstrap import main
from fieldtui.central.administration import assign
from fieldtui.central.backups import sealed
from fieldtui.central.backups.keeping import Made, back_up, drill, read_passphrase, restore
from fieldtui.central.backups.sealed import SealedFile, SealedWriter
from fieldtui.central.database import Database
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.schema import METADATA, organisation
from tests.support.central import Answered, Central, SkewedClock, fresh_database, op

WRITTEN = "2026-11-20T10:00+01:00"
PASSPHRASE = "fem ord som ingen gætter"


@pytest.fixture(scope="module", autouse=True)
def cheap() -> Iterator[None]:
    """The least that a file may ask of the machine, so that tests are quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "_COST", {name: least for name, (least, _most) in sealed._COST_BOUNDS.items()})
        yield


@pytest.fixture
def other(postgres: EmbeddedPostgres, clock: SkewedClock) -> Iterator[Database]:
    """Another empty database, to restore into."""
    with fresh_database(postgres, clock, SystemIds()) as opened:
        yield opened


@pytest.fixture
def used(central: Central, tmp_path: Path) -> tuple[Central, Made]:
    """A central system with a caseload, and its backup."""
    mette = central.device("MH")
    citizen = ""
    for name in ("Søren", "Ida\t\\N\n", "Ægir"):
        citizen = mette.create("citizen", {"given_name": name})
        mette.create("note", {"citizen_id": citizen, "text": "Linje 1\nLinje 2\\.", "written_at": WRITTEN})
    assign(central.database, citizen, "TB")
    return central, back_up(central.database, tmp_path / "nat.backup", PASSPHRASE)


def everything(db: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, without what a restore renews."""
    with db.transaction() as connection:
        return {
            table.name: sorted(
                (
                    {k: str(v) for k, v in row.items() if k not in {"incarnation", "left_at"}}
                    for row in found.mappings()
                ),
                key=str,
            )
            for table in METADATA.sorted_tables
            for found in [connection.execute(select(table))]
        }


def test_what_was_backed_up_comes_back_as_it_was(used: tuple[Central, Made], other: Database) -> None:
    central, made = used
    restored = restore(other, made.file, PASSPHRASE)
    assert restored.ok
    assert restored.rows == made.rows
    assert made.rows["record"] == 6
    assert everything(other) == everything(central.database)
    (standing,) = restored.organisations
    assert {check.name: check.found for check in standing.checks} == dict.fromkeys(
        ("sequence", "history", "current", "assignments"), 0
    )


def test_the_file_is_private_and_holds_nothing_that_can_be_read(used: tuple[Central, Made]) -> None:
    _central, made = used
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    data = made.file.read_bytes()
    assert made.size == len(data)
    for needle in ("Kvartershuset", "Konsulent", "citizen", "given_name"):
        assert needle.encode() not in data


def test_a_backup_never_takes_the_place_of_a_file(used: tuple[Central, Made]) -> None:
    central, made = used
    before = made.file.read_bytes()
    with pytest.raises(BadUsage):
        back_up(central.database, made.file, PASSPHRASE)
    assert made.file.read_bytes() == before
    assert [path.name for path in made.file.parent.iterdir()] == [made.file.name]


def test_another_passphrase_is_told_from_damage_and_changes_nothing(used: tuple[Central, Made]) -> None:
    central, made = used
    before = everything(central.database)
    with pytest.raises(BadUsage):
        restore(central.database, made.file, "en helt anden sætning", replace=True)
    assert everything(central.database) == before


def test_a_damaged_file_is_refused_with_nothing_changed(used: tuple[Central, Made]) -> None:
    central, made = used
    before = everything(central.database)
    whole = made.file.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "cut": whole[:-20],
        "without chunks": whole[: whole.index(b'"version": 1}') + 13],
        "with a tail": whole + b"\0\0\0\x10" + bytes(16),
        "something else": b"no backup at all",
    }
    for what, data in damaged.items():
        made.file.write_bytes(data)
        with pytest.raises(BackupDamaged):
            restore(central.database, made.file, PASSPHRASE, replace=True)
        with pytest.raises(BackupDamaged):
            drill(central.database, made.file, PASSPHRASE)
        assert everything(central.database) == before, what


def test_what_is_there_is_replaced_only_when_told(used: tuple[Central, Made]) -> None:
    central, made = used
    before = everything(central.database)
    central.device("TB").create("citizen", {"given_name": "Bo"})
    later = everything(central.database)
    with pytest.raises(BadUsage):
        restore(central.database, made.file, PASSPHRASE)
    assert everything(central.database) == later
    assert restore(central.database, made.file, PASSPHRASE, replace=True).ok
    assert everything(central.database) == before


def test_a_restore_that_does_not_hold_together_changes_nothing(
    used: tuple[Central, Made], other: Database, tmp_path: Path
) -> None:
    central, _made = used
    with central.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM revision WHERE rev = 1 AND id IN (SELECT id FROM record LIMIT 1)")
    broken = back_up(central.database, tmp_path / "brudt.backup", PASSPHRASE)
    tried = drill(central.database, broken.file, PASSPHRASE)
    assert not tried.ok
    found = {check.name: check.found for check in tried.organisations[0].checks}
    assert found["history"] == 1
    assert found["sequence"] == 1
    with pytest.raises(BackupDamaged):
        restore(other, broken.file, PASSPHRASE)
    assert everything(other)["organisation"] == []


def test_a_drill_leaves_no_database_behind(used: tuple[Central, Made], postgres: EmbeddedPostgres) -> None:
    central, made = used
    before = everything(central.database)
    assert drill(central.database, made.file, PASSPHRASE).ok
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT 1 FROM pg_database WHERE datname LIKE 'fieldtui_drill%'").fetchall() == []
    assert everything(central.database) == before


def test_a_cursor_from_before_a_restore_is_refused_however_far_the_restored_system_has_come(
    used: tuple[Central, Made],
) -> None:
    central, made = used
    mette, tove = central.device("MH"), central.device("TB")
    copy = back_up(central.database, made.file.with_name("to"), PASSPHRASE)
    tove.create("company", {"name": "Bageriet"})
    mette.pull()
    restore(central.database, copy.file, PASSPHRASE, replace=True)
    for number in range(30):
        tove.create("company", {"name": f"Værksted {number}"})
    with pytest.raises(Answered) as refused:
        mette.page(mette.cursor)
    assert refused.value.problem.name == "cursor-reset"
    mette.cursor = None
    names = {record.body.get("name") for page in mette.pull() for record in page.records}
    assert "Værksted 29" in names
    assert "Bageriet" not in names


def test_a_request_that_was_received_before_the_restore_locks_nobody_out(used: tuple[Central, Made]) -> None:
    central, made = used
    mette = central.device("MH")
    copy = back_up(central.database, made.file.with_name("to"), PASSPHRASE)
    record_id = mette.create("citizen", {"given_name": "Bo"})
    operation = op("citizen", {"given_name": "Bo"}, record_id=record_id, base_rev=1)
    restore(central.database, copy.file, PASSPHRASE, replace=True)
    (result,) = mette.push(operation).results
    assert result.status == "rejected"  # it knows no such record; the device sends it again as a new one
    assert mette.create("citizen", {"given_name": "Bo"}, record_id) == record_id


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pieces=st.lists(st.binary(max_size=1_300_000), max_size=3), at=st.floats(0, 0.999999), bit=st.integers(0, 7))
@example(pieces=[b"\0" * 5], at=0.859375, bit=0)
def test_any_flipped_bit_of_a_sealed_file_is_found(tmp_path: Path, pieces: list[bytes], at: float, bit: int) -> None:
    path = tmp_path / "sealed"
    with path.open("wb") as stream:
        writer = SealedWriter(stream, PASSPHRASE)
        for piece in pieces:
            writer.write(piece)
        writer.finish()
    assert b"".join(SealedFile(path, PASSPHRASE).plain()) == b"".join(pieces)
    data = bytearray(path.read_bytes())
    data[int(at * len(data))] ^= 1 << bit
    path.write_bytes(data)
    with pytest.raises((BackupDamaged, BadUsage)):
        SealedFile(path, PASSPHRASE).prove()


def test_a_passphrase_file_is_one_line_of_fifteen_characters(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    file.write_bytes("\ufeffgrødefyldt kælder\r\n".encode())
    assert read_passphrase(file) == "grødefyldt kælder"
    for bad in (b"", b"kort\n", b"en lang linje her\nog en til\n", b"\xff" * 20, b"x" * 5000):
        file.write_bytes(bad)
        with pytest.raises(BadFile):
            read_passphrase(file)
    with pytest.raises(BadFile):
        read_passphrase(tmp_path / "none")


def test_backup_drill_and_restore_from_the_command_line(
    used: tuple[Central, Made], other: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    central, _made = used
    password = tmp_path / "pass"
    password.write_text(PASSPHRASE + "\n", encoding="utf-8")
    from_here = ("--database-url", central.database._url_of(str(central.database._engine.url.database)))
    there = ("--database-url", other._url_of(str(other._engine.url.database)))
    how = ("--secret-file", str(password), "--json")
    file = str(tmp_path / "linje.backup")
    assert main(("central", "backup", file, *from_here, *how)) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(("central", "restore", file, "--drill", *from_here, *how)) == 0
    tried = json.loads(capsys.readouterr().out)
    assert tried["ok"]
    assert tried["drill"]
    assert tried["sha256"] == made["sha256"]
    assert main(("central", "restore", file, *there, *how)) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == made["rows"]
    with other.transaction() as connection:
        assert connection.execute(select(organisation.c.incarnation)).scalar_one() != ""
    Path(file).write_bytes(Path(file).read_bytes()[:-1])
    assert main(("central", "restore", file, "--replace", *there, *how)) == 7
