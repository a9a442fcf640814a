"""What leaves the vault on purpose, and what a process leaves behind when it did not mean to."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from fieldtui.central.embedded import EmbeddedPostgres
from tests.support.workspaces import add_citizen, make_workspace

NEEDLE = "Nålesen610190-0001"


@pytest.mark.parametrize(
    "place",
    [
        "Rusmiddelcentret, Sundholmsvej", "Stofbrugsenheden", "Alkoholambulatoriet", "Psykiatrisk Center", "IPS-rummet",
        "Lænken Valby", "hos 610190-0001", "Afvænning, 2. sal", "Misbrugscentret",
    ],
)  # fmt: skip
def test_no_list_says_where_somebody_is_treated(tmp_path: Path, place: str) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen = add_citizen(workspace, "Yrsa")
        today = workspace.clock.now().date()
        workspace.casework.create(
            "referral",
            {"citizen_id": citizen, "basis": "SEL101", "requested_on": str(today), "provider": "lænken valby"},
        )
        for shown in (place, "Anker Jørgensens Plads 3"):
            workspace.casework.create(
                "appointment",
                {"citizen_id": citizen, "starts_at": f"{today}T10:00", "duration_minutes": 30, "kind": "opfoelgning", "place": shown},
            )  # fmt: skip
        for profile, fmt in (("reception", "csv"), ("reception", "json"), ("own", "csv"), ("outlook", "ics")):
            made = workspace.exports.appointments(today, today, profile, fmt)
            text = made.file.read_text(encoding="utf-8-sig").replace("\r\n ", "")
            assert place not in text, profile
            assert "Anker" in text, profile  # the control: other places stand there


def test_giving_records_out_is_written_to_the_access_log(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizen = add_citizen(workspace, "Yrsa")
        note = workspace.casework.write_note(citizen, "En note.").record_ids[0]
        before = len(tuple(workspace.store.log_entries()))
        workspace.lookup.list_out("citizen")
        workspace.lookup.list_out("note", citizen_id=citizen)
        workspace.lookup.show(note)
        workspace.lookup.show(citizen, "møde i morgen")
        entries = [(row.action, row.subject, row.detail, row.reason) for row in workspace.store.log_entries()][before:]
        assert entries == [
            ("list", None, "citizen 1", None),
            ("list", citizen, "note 1", None),
            ("open", citizen, "note", None),
            ("open", citizen, None, "møde i morgen"),
        ]


def test_the_databases_own_log_quotes_no_value(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE t (id text PRIMARY KEY, n int)")
        connection.execute("INSERT INTO t VALUES (%s, 1)", (NEEDLE,))
        for statement, values in (
            ("INSERT INTO t VALUES (%s, 1)", (NEEDLE,)),
            ("SELECT CAST(%s::text AS integer)", (NEEDLE,)),
            (f"SELECT '{NEEDLE}'::jsonb", ()),
            (f"SELECT {NEEDLE!r} FROM nowhere", ()),
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, values or None)
    folder = postgres._cluster
    logs = [path for path in folder.rglob("*.log") if path.is_file()]
    assert logs
    assert "database system is ready" in "".join(path.read_text(errors="replace") for path in logs)  # the control
    assert all(NEEDLE not in path.read_text(errors="replace") for path in logs)


def test_a_thread_that_fails_says_where_and_not_what(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    code = f"""
import threading
from pathlib import Path
from fieldtui.base import log
from fieldtui.base.hardening import harden
log.open_log(Path({str(tmp_path)!r}))
harden()
def fail():
    raise ValueError({NEEDLE!r})
thread = threading.Thread(target=fail)
thread.start()
thread.join()
class Bad:
    def __del__(self):
        raise ValueError({NEEDLE!r})
Bad()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert NEEDLE not in done.stdout + done.stderr
    said = (tmp_path / "fieldtui.log").read_text(encoding="utf-8")
    assert NEEDLE not in said
    assert "error=ValueError place=__main__:fail:" in said  # the control
    assert re.search(r"defect.unraisable number=[0-9A-F]{6} error=ValueError", said)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_nobody_reads_the_memory_of_a_process_that_was_closed() -> None:
    code = """
import ctypes, resource
from fieldtui.base.hardening import harden
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
harden()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n")[:2] == ["1", "0 0 0"]


def test_the_program_closes_itself(tmp_path: Path) -> None:
    code = """
import ctypes, sys
from fieldtui import bootstrap
bootstrap.main(["--lang", "da", "status", "--data-dir", sys.argv[1]])
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "0"
