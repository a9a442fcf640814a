"""Lists on their way out: private, logged, and gone when their day is over."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadUsage, FolderRefused
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MH, MONDAY, TB, add_citizen, reopen

DAY = date(2026, 11, 24)


def book(workspace: Workspace, starts_at: str = "2026-11-24T10:00") -> str:
    citizen_id = add_citizen(workspace)
    values = {"citizen_id": citizen_id, "kind": "jobsamtale", "starts_at": starts_at, "place": "Lokale 2"}
    return workspace.casework.create("appointment", values).record_ids[0]


def events(file: Path) -> list[dict[str, str]]:
    found = Calendar.from_ical(file.read_text("utf-8")).walk("VEVENT")
    return [{key: str(event[key]) for key in ("UID", "SEQUENCE", "STATUS")} for event in found]


def test_a_list_lies_in_a_private_file_in_a_private_folder_and_in_the_access_log(workspace: Workspace) -> None:
    book(workspace)
    result = workspace.exports.appointments(DAY, DAY, "reception", "csv")
    assert result.file == workspace.folder / "exports" / "samtaleliste_kvartershuset_2026-11-24_reception_v1.csv"
    assert stat.S_IMODE(result.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(result.file.parent.stat().st_mode) == 0o700
    assert result.sha256 == hashlib.sha256(result.file.read_bytes()).hexdigest()
    assert result.rows == 1
    entry = workspace.log_entries()[-1]
    assert (entry.action, entry.detail) == ("export", f"reception 1 {result.sha256}")


def test_the_same_list_again_gets_the_next_version_number(workspace: Workspace) -> None:
    names = [workspace.exports.appointments(DAY, DAY, "own", "json").file.name for _ in range(3)]
    assert [name.rpartition("_")[2] for name in names] == ["v1.json", "v2.json", "v3.json"]


def test_a_list_is_gone_at_the_first_lock_or_unlock_after_its_day(workspace: Workspace, clock: FixedClock) -> None:
    book(workspace)
    file = workspace.exports.appointments(DAY, DAY, "reception", "csv").file
    clock.advance(timedelta(days=1))
    workspace = reopen(workspace)
    assert file.exists(), "on its day it is still needed"
    clock.advance(timedelta(days=1))
    workspace.close()
    assert not file.exists()
    workspace = reopen(workspace)
    assert [entry.action for entry in workspace.log_entries()].count("export.removed") == 1
    workspace.close()


def test_a_list_of_a_long_period_lies_about_for_a_week_at_most(workspace: Workspace) -> None:
    result = workspace.exports.appointments(DAY, DAY + timedelta(days=200), "own", "csv")
    assert result.expires_on == DAY + timedelta(days=7)


def test_a_list_that_is_kept_on_purpose_stays(workspace: Workspace, clock: FixedClock) -> None:
    result = workspace.exports.appointments(DAY, DAY, "reception", "csv", keep=True)
    clock.advance(timedelta(days=400))
    assert workspace.exports.sweep() == 0
    assert result.file.exists()
    assert result.expires_on is None


def test_a_file_that_someone_else_put_in_a_lists_place_is_left_alone(
    workspace: Workspace, clock: FixedClock, tmp_path: Path
) -> None:
    target = tmp_path / "liste.csv"
    workspace.exports.appointments(DAY, DAY, "reception", "csv", output=target)
    target.write_text("min egen fil")
    clock.advance(timedelta(days=3))
    assert workspace.exports.sweep() == 0
    assert target.read_text() == "min egen fil"


def test_what_a_killed_process_left_half_written_is_removed(workspace: Workspace) -> None:
    workspace.exports.appointments(DAY, DAY, "reception", "csv")
    left = workspace.exports.folder / ".tmp-abc"
    left.write_text("halv liste")
    old = MONDAY.timestamp() - 86_400
    os.utime(left, (old, old))
    workspace.exports.sweep()
    assert not left.exists()


def test_a_change_raises_the_events_number_and_an_unchanged_event_keeps_it(workspace: Workspace) -> None:
    appointment = book(workspace)
    first = events(workspace.exports.appointments(DAY, DAY, "outlook", "ics").file)
    again = events(workspace.exports.appointments(DAY, DAY, "outlook", "ics").file)
    assert again == first
    workspace.casework.update(appointment, {"starts_at": "2026-11-24T11:00"})
    moved = events(workspace.exports.appointments(DAY, DAY, "outlook", "ics").file)
    workspace.casework.annul(appointment, "tastefejl")
    gone = events(workspace.exports.appointments(DAY, DAY, "outlook", "ics").file)
    assert {each[0]["UID"] for each in (first, moved, gone)} == {first[0]["UID"]}
    numbers = [int(each[0]["SEQUENCE"]) for each in (first, moved, gone)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert [each[0]["STATUS"] for each in (first, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_meetings_of_others_are_not_on_my_list(workspace: Workspace) -> None:
    for consultant, participants in ((TB.id, []), (TB.id, [MH.id]), (MH.id, [])):
        workspace.casework.create(
            "appointment",
            {
                "kind": "team",
                "starts_at": "2026-11-24T15:30",
                "consultant_id": consultant,
                "participants": participants,
            },
        )
    assert workspace.exports.appointments(DAY, DAY, "own", "csv").rows == 2


def test_the_night_shift_of_an_appointment_belongs_to_its_danish_day(workspace: Workspace) -> None:
    book(workspace, "2026-11-24T00:30")
    assert workspace.exports.appointments(DAY, DAY, "own", "csv").rows == 1
    assert workspace.exports.appointments(DAY - timedelta(days=1), DAY - timedelta(days=1), "own", "csv").rows == 0


@pytest.mark.parametrize("name", ["OneDrive - Kommune", "Dropbox", "Downloads", "Overførsler"])
def test_a_folder_that_others_read_along_in_is_refused_unless_confirmed(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with pytest.raises(FolderRefused):
        workspace.exports.appointments(DAY, DAY, "reception", "csv", output=folder)
    assert list(folder.iterdir()) == []
    result = workspace.exports.appointments(DAY, DAY, "reception", "csv", output=folder, any_folder=True)
    assert result.file.parent == folder


def test_a_folder_of_lists_that_was_exchanged_for_a_link_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    elsewhere = tmp_path / "OneDrive"
    elsewhere.mkdir()
    workspace.exports.folder.symlink_to(elsewhere)
    with pytest.raises(FolderRefused):
        workspace.exports.appointments(DAY, DAY, "reception", "csv")
    assert list(elsewhere.iterdir()) == []
    workspace.exports.folder.unlink()
    assert workspace.exports.appointments(DAY, DAY, "reception", "csv").file.parent == workspace.exports.folder


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that cannot be read, on Linux")
def test_a_list_elsewhere_that_cannot_be_read_keeps_nobody_out_and_is_tried_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    giant, unreadable = (
        workspace.exports.appointments(DAY, DAY, "reception", "csv", output=tmp_path / f"{name}.csv").file
        for name in ("giant", "unreadable")
    )
    with giant.open("r+b") as stream:
        stream.truncate(1 << 36)
    unreadable.unlink()
    unreadable.symlink_to("/proc/self/mem")
    assert workspace.exports.remove_all() == 0
    assert giant.exists()
    unreadable.unlink()
    again = workspace.exports.appointments(DAY, DAY, "reception", "csv", output=unreadable)
    assert workspace.exports.remove_all() == 1
    assert not again.file.exists()


def test_a_folder_that_is_missing_is_not_made(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(FolderRefused):
        workspace.exports.appointments(DAY, DAY, "reception", "csv", output=tmp_path / "mangler" / "liste.csv")
    assert not (tmp_path / "mangler").exists()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody can make a file")
def test_a_list_that_could_not_be_written_is_told_of_in_the_log_and_not_remembered(workspace: Workspace) -> None:
    with pytest.raises(OSError, match="/proc"):
        workspace.exports.appointments(DAY, DAY, "reception", "csv", output=Path("/proc/liste.csv"))
    assert [entry.action for entry in workspace.log_entries()][-2:] == ["export", "export.failed"]
    with workspace.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM exported").fetchone() == (0,)


@pytest.mark.parametrize(("first", "last"), [(DAY, DAY - timedelta(days=1)), (DAY, DAY + timedelta(days=400))])
def test_a_period_that_makes_no_sense_is_refused(workspace: Workspace, first: date, last: date) -> None:
    with pytest.raises(BadUsage):
        workspace.exports.appointments(first, last, "own", "csv")
