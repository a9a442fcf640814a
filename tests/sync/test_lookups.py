"""What the office can say of who looked at whom: to the citizen who asks, to who looks after it, and about a lost laptop."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from fieldtui.base.errors import NotFound
from fieldtui.central.acting import CONSOLE, written_down
from fieldtui.central.cli import commands_for
from fieldtui.central.leading import lost_sheet
from fieldtui.central.lookedup import entries, given, habits
from fieldtui.central.schema import access_log, device
from fieldtui.export.lostsheet import lost_sheet_file, lost_sheet_text
from tests.sync.office import Office


def test_a_citizen_is_told_of_the_lookups_on_every_machine_without_names(office: Office) -> None:
    citizen = office.citizen(given_name="Frida", cpr="610190-0001")
    other = office.citizen(given_name="Karl")
    mine, standin = office.device("MH"), office.device("TB")
    day = mine.workspace.clock.now().date()
    office.assign(citizen, "TB", role="substitute", until=day)
    standin.sync()
    note = mine.workspace.casework.write_note(citizen, "nålestik").record_ids[0]
    mine.workspace.lookup.open_citizen(citizen, "samtale med MH")
    mine.workspace.lookup.open_citizen(other, "en anden sag")
    standin.workspace.lookup.open_citizen(citizen, "vikar")
    standin.workspace.casework.write_note(citizen, "to")
    mine.sync()
    standin.sync()
    looks = given(office.database, None, citizen, "anmodning om indsigt", CONSOLE)
    assert [look.reason for look in looks if look.reason] == ["samtale med •••", "vikar"]
    assert {look.who for look in looks} == {"jobkonsulent"}
    told = json.dumps([look.as_json() for look in looks], ensure_ascii=False)
    assert not any(word in told for word in ("nålestik", "Frida", "610190", "Mette", "Tariq", "en anden sag", note))
    assert {entry.device_id for entry in entries(office.database, None, citizen)} == {
        mine.workspace.status().device_id,
        standin.workspace.status().device_id,
    }
    (act,) = [row for row in written_down(office.database) if row.action == "log-given"]
    assert (act.subject, act.reason, act.detail) == (citizen, "anmodning om indsigt", str(len(looks)))
    with pytest.raises(NotFound):
        given(office.database, None, "01968000-0000-7000-8000-0000000000ff", "x", CONSOLE)


def test_a_device_that_says_nonsense_in_its_log_hides_nobody_elses_entries(office: Office) -> None:
    citizen = office.citizen()
    machine = office.device()
    machine.workspace.lookup.open_citizen(citizen, "samtale")
    machine.workspace.casework.write_note(citizen, "a")
    machine.sync()
    with office.database.transaction() as connection:
        connection.execute(update(access_log).where(access_log.c.action == "put").values(at="i går", detail="9" * 200))
        connection.execute(
            update(access_log).where(access_log.c.action == "unlock").values(action="unlock.failed", detail="²")
        )
    looks = given(office.database, None, citizen, "indsigt", CONSOLE)
    assert "samtale" in {look.reason for look in looks}
    sheet = lost_sheet(office.database, None, CONSOLE, machine.workspace.status().device_id or "")
    assert sheet.heard is not None
    assert sheet.heard.wrong_tries == 0


def test_lookups_of_citizens_who_are_nobodys_of_theirs_are_counted(office: Office) -> None:
    mine, other = office.citizen(), office.citizen()
    machine = office.device()
    for citizen in (mine, other, other):
        machine.workspace.lookup.open_citizen(citizen)
    machine.workspace.lookup.reveal(mine, "cpr") if machine.body(mine).get("cpr") else None
    machine.workspace.casework.write_note(mine, "a")
    machine.sync()
    office.assign(other, "TB")
    day = machine.workspace.clock.now().date()
    (habit,) = habits(office.database, None, day - timedelta(days=1), day)
    assert (habit.person.initials, habit.citizens, habit.opened, habit.not_theirs) == ("MH", 2, 3, 2)
    assert habits(office.database, None, day + timedelta(days=1), day + timedelta(days=2)) == ()


def test_the_sheet_of_a_lost_machine_tells_what_its_log_said_last(office: Office) -> None:
    citizen = office.citizen(address_protected=True)
    machine = office.device()
    workspace = machine.workspace
    day = workspace.clock.now().date()
    workspace.exports.appointments(day, day, "own", "csv")
    workspace.store.audit("device_secret", detail="secretservice")
    workspace.store.audit("unlock.failed", detail="3")
    workspace.casework.write_note(citizen, "a")
    machine.sync()
    device_id = workspace.status().device_id or ""
    with office.database.transaction() as connection:
        connection.execute(update(device).values(audit_head=f"{len(workspace.log_entries()) + 4}:abc:1"))
    sheet = lost_sheet(office.database, None, CONSOLE, device_id)
    assert sheet.heard is not None
    assert (sheet.heard.bound, sheet.heard.wrong_tries, sheet.heard.open_lists) == ("secretservice", 3, 1)
    held = max(entry.seq for entry in entries(office.database, None))
    assert sheet.heard.missing == len(workspace.log_entries()) + 4 - held
    text = " ".join(lost_sheet_text(sheet).split())
    paper = lost_sheet_file(sheet, Path("ark.pdf"))
    assert paper.startswith(b"%PDF-")
    assert lost_sheet_file(sheet, Path("ark.txt")).decode("utf-8") == lost_sheet_text(sheet)
    for said in (
        "1 lister eller filer, som ikke var krypterede",
        "Secret Service",
        "BitLocker",
        "Forkerte adgangssætninger, så vidt det vides: 3",
        "72 timer",
        "artikel 34",
        "Borgere med adressebeskyttelse (1) ringes op først",
        "uden at kontoret har fået dem",
    ):
        assert said in text, said


def test_the_office_gives_a_citizens_log_out_by_command_with_a_reason(office: Office, tmp_path: Path) -> None:
    citizen = office.citizen()
    machine = office.device()
    machine.workspace.lookup.open_citizen(citizen, "samtale")
    machine.workspace.casework.write_note(citizen, "a")
    machine.sync()
    url = office.database._engine.url.render_as_string(hide_password=False)
    file = tmp_path / "log.txt"
    asked = ["log", "show", "--database-url", url, "--citizen", citizen, "--without-names", "--output", str(file)]
    refused = CliRunner().invoke(commands_for(asked), asked)
    assert refused.exit_code != 0
    assert not file.exists()
    done = CliRunner().invoke(commands_for(asked), [*asked, "--reason", "indsigt", "--json"])
    assert done.exit_code == 0, done.output
    assert "Grund: samtale" not in done.output
    assert "samtale" in file.read_text(encoding="utf-8")
    habit = CliRunner().invoke(commands_for(["log"]), ["log", "habits", "--database-url", url, "--json"])
    assert habit.exit_code == 0, habit.output
