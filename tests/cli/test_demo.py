"""`fieldtui demo`: the whole of fieldtui on one machine, and nothing left running."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from icalendar import Calendar

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import Busy, FolderRefused
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.demo import PASSPHRASE
from fieldtui.demo.folder import MARKER, prepare
from fieldtui.vault import sync_lock
from tests.cli.conftest import Program
from tests.support.workspaces import MONDAY

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and permissions of POSIX")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that was set up once, headless, with seed 7."""
    folder = tmp_path_factory.mktemp("demo")
    done = demo(folder, "--seed", "7")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
    return folder


@pytest.fixture
def laptop(folder: Path, tmp_path: Path) -> Program:
    file = tmp_path / "adgang.txt"
    file.write_text(PASSPHRASE, "utf-8")
    return Program(folder, file)


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fieldtui", "demo", "--headless", "--json", "--data-dir", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, stdin=subprocess.DEVNULL)


def nothing_runs(folder: Path) -> bool:
    return EmbeddedPostgres(folder / "central").pid is None


def test_a_headless_demo_answers_the_day_the_sync_and_the_weeks_lists(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert set(report) == {"agenda", "sync", "exports"}
    assert report["agenda"]["appointments"]
    assert report["agenda"]["deadlines"]
    assert report["sync"]["finished"]
    assert report["sync"]["pulled"] > 100
    lists = {Path(each["file"]).suffix: each for each in report["exports"]}
    assert set(lists) == {".csv", ".ics"}
    with Path(lists[".csv"]["file"]).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert len(rows) - 1 == lists[".csv"]["rows"] > 0
    assert (
        len(Calendar.from_ical(Path(lists[".ics"]["file"]).read_text("utf-8")).walk("VEVENT")) == lists[".ics"]["rows"]
    )
    assert all(Path(each["file"]).parent == folder / "exports" for each in report["exports"])


def test_the_same_training_can_be_seen_as_its_leader(folder: Path) -> None:
    done = demo(folder, "--seed", "7", "--as", "le")
    assert done.returncode == 0, done.stderr
    team = json.loads(done.stdout)["team"]
    assert {each["initials"]: each["citizens"] for each in team["colleagues"]} == {
        "MH": 25, "TB": 25, "SK": 25, "BH": 0, "LE": 0,
    }  # fmt: skip
    assert len(team["devices"]) == 2
    assert demo(folder, "--as", "XX").returncode == 2


def test_nothing_of_a_demo_stays_running(folder: Path) -> None:
    assert nothing_runs(folder)


def test_the_trainings_laptop_holds_its_consultants_citizens(laptop: Program) -> None:
    assert len(laptop.json("list", "citizen")) == 25
    status = laptop.json("status")
    assert (status["citizens"], status["conflicts"], status["consultant"]["initials"]) == (25, 0, "MH")


def test_without_its_central_system_a_sync_is_exit_4_and_every_change_is_kept(laptop: Program) -> None:
    (citizen, *_others) = laptop.json("list", "citizen")
    note = {"citizen_id": citizen["id"], "text": "Aftalt i telefonen.", "written_at": "2026-11-24T09:00"}
    (made,) = laptop.json("put", "note", stdin=json.dumps(note))
    before = laptop.json("outbox", "list")
    result = laptop.spawn("sync", "--json")
    assert (result.code, result.out) == (4, "")
    assert laptop.json("outbox", "list") == before
    assert made in {row["record_id"] for row in before}


def test_a_second_sync_at_the_same_time_is_exit_8(laptop: Program) -> None:
    with sync_lock(laptop.folder):
        assert laptop.run("sync").code == 8


def test_a_training_of_today_is_used_again_with_what_was_done_in_it(folder: Path, laptop: Program) -> None:
    (citizen, *_others) = laptop.json("list", "citizen")
    note = {"citizen_id": citizen["id"], "text": "Skrevet i går.", "written_at": "2026-11-24T09:00"}
    (made,) = laptop.json("put", "note", stdin=json.dumps(note))
    done = demo(folder, "--seed", "7")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sync"]["pushed"] >= 1
    assert laptop.json("show", made)["sync_state"] == "synced"


def ended_by(folder: Path, number: int) -> tuple[int, bytes]:
    """Start a demo, end it by a signal once its PostgreSQL runs, and answer its exit status and what it said."""
    command = [sys.executable, "-m", "fieldtui", "demo", "--headless", "--data-dir", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 60
        while not (folder / "central" / "cluster" / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        _out, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_demo_that_is_ended_early_leaves_nothing_running(tmp_path: Path, name: str) -> None:
    status, err = ended_by(tmp_path / "demo", getattr(signal, name))
    assert status == 130
    assert b"Traceback" not in err
    assert nothing_runs(tmp_path / "demo")


def test_after_a_kill_the_next_demo_starts_anew_and_leaves_nothing_running(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    ended_by(target, signal.SIGKILL)
    done = demo(target, "--citizens", "2")
    assert done.returncode == 0, done.stderr
    assert nothing_runs(target)


def test_training_refuses_a_folder_that_holds_a_real_vault(program: Program) -> None:
    before = {path.name for path in program.folder.iterdir()}
    done = demo(program.folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert {path.name for path in program.folder.iterdir()} - {"logs"} == before


def test_a_training_for_another_team_is_made_anew_and_one_that_runs_is_left_alone(tmp_path: Path) -> None:
    import socket

    day = FixedClock(MONDAY).now().date()
    first = prepare(tmp_path, 1, 25, day)
    (tmp_path / "vault").mkdir()
    (tmp_path / "andet.txt").write_text("min egen fil")
    with socket.create_server(("127.0.0.1", 0)) as running:
        values = json.loads((tmp_path / MARKER).read_text("utf-8")) | {"port": running.getsockname()[1], "ready": True}
        (tmp_path / MARKER).write_text(json.dumps(values), "utf-8")
        with pytest.raises(Busy):
            prepare(tmp_path, 2, 25, day)
        assert (tmp_path / "vault").is_dir()
    assert prepare(tmp_path, 1, 25, day).ready
    assert not prepare(tmp_path, 2, 25, day).ready
    assert not (tmp_path / "vault").exists()
    assert (tmp_path / "andet.txt").exists()
    assert first.seed == 1


def test_a_marker_that_cannot_be_read_is_no_marker(tmp_path: Path) -> None:
    (tmp_path / "central").mkdir()
    (tmp_path / MARKER).write_text('{"format": "noget andet"}', "utf-8")
    with pytest.raises(FolderRefused):
        prepare(tmp_path, 1, 25, FixedClock(MONDAY).now().date())
