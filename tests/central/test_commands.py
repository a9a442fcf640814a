"""`fieldtui central …` as a person or a script meets it: real processes, real exit codes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.bootstrap import main
from fieldtui.central.administration import add_consultant, bootstrap_organisation, import_folder, put_record
from fieldtui.central.database import Database
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.schema import record
from fieldtui.wire.keys import new_device_key
from fieldtui.wire.messages import Enrolled
from tests.support.central import TEAM, Central, Device, fresh_database_url
from tests.support.papers import words_of_embedded


@pytest.fixture
def url(postgres: EmbeddedPostgres) -> str:
    """A database with an organisation, for other processes to use."""
    made = fresh_database_url(postgres)
    db = Database(made, clock=SystemClock(), ids=SystemIds())
    bootstrap_organisation(db, "Kvartershuset")
    add_consultant(db, "MH", "Mette Holm")
    db.close()
    return made


class Run(Protocol):
    """Runs a command line in this process: stdout where it ends well, else stderr."""

    def __call__(self, *words: str, code: int = 0) -> str: ...


@pytest.fixture
def fieldtui(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        ended = main(words)
        output, errors = capsys.readouterr()
        assert ended == code, errors
        assert "Traceback" not in errors
        return output if code == 0 else errors

    return run


def test_a_whole_set_up_by_commands_against_an_embedded_database(tmp_path: Path, fieldtui: Run) -> None:
    where = ("--embedded", str(tmp_path / "central"))
    with EmbeddedPostgres(tmp_path / "central", durable=False):
        fieldtui("central", "bootstrap", "--organisation", "Kvartershuset", *where)
        report = json.loads(fieldtui("central", "citizen", "import", str(TEAM), *where, "--json"))
        assert report["files"]["borgere.csv"] == {
            "rows": 96,
            "created": 96,
            "updated": 0,
            "unchanged": 0,
            "reported": 9,
        }
        assert {problem["file"] for problem in report["problems"]} == {"borgere.csv"}
        made = json.loads(fieldtui("central", "enrol-code", "--consultant", "MH", "--pre-approved", "--json", *where))
        assert made.keys() == {"code", "url", "expires_at"}
        people = json.loads(fieldtui("--json", "central", "consultant", "list", *where))
        assert [person["initials"] for person in people] == ["ADM", "MH", "SK", "TB"]


def test_it_serves_until_it_is_told_to_stop_and_finishes_what_it_began(url: str, fieldtui: Run) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldtui", "central", "serve", "--listen", "127.0.0.1:0", "--database-url", url],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert line["pid"] == process.pid
        with urllib.request.urlopen(line["listening"] + "/readyz", timeout=60) as answer:
            assert json.load(answer) == {"status": "ready"}
        made = json.loads(
            fieldtui("central", "enrol-code", "--consultant", "MH", "--pre-approved", "--json", "--database-url", url)
        )
        assert made["url"].startswith(line["listening"] + "#k=")
        device = Device(line["listening"], SystemClock(), new_device_key())
        assert isinstance(device.enrol(made["code"]), Enrolled)
        company = device.create("company", {"name": "Café"})
        assert [each.id for each in device.pull()[0].records] == [company]
    finally:
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert output == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serve",), "--embedded"),
        (("serve", "--listen", "nowhere"), "VÆRT:PORT"),
        (("serve", "--listen", "0.0.0.0:0"), "TLS"),
        (("consultant", "add", "--initials", "MH", "--name", "x"), "taget"),
        (("consultant", "add", "--initials", "M H", "--name", "x"), "Initialer"),
        (("consultant", "add", "--initials", "NN", "--name", "x", "--role", "chef"), "Rollen"),
        (("bootstrap", "--organisation", "Kvartershuset"), "allerede"),
        (("assign", "--citizen", "01900000-0000-7000-8000-000000000000", "--consultant", "MH"), "findes intet"),
        (("enrol-code", "--consultant", "NN"), "NN"),
        (("approve", "XXXX-XXXX"), "Koden"),
        (("revoke", "nobody"), "findes intet"),
        (("citizen", "import", "/nowhere/at/all"), "findes ikke"),
        (("consultant", "list", "--organisation", "Andre"), "ingen organisation"),
        (("export", "appointments", "--from", "i går", "--to", "2021-01-01", "--output", "x.csv"), "--from"),
        (("export", "appointments", "--from", "2021-01-02", "--to", "2021-01-01", "--output", "x.csv"), "slutter"),
        (
            ("export", "appointments", "--from", "2021-01-01", "--to", "2021-01-01", "--output", "/nowhere/x.csv"),
            "Mappen",
        ),
        (
            (
                "export",
                "appointments",
                "--from",
                "2021-01-01",
                "--to",
                "2021-01-01",
                "--profile",
                "own",
                "--output",
                "x",
            ),
            "reception",
        ),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_changes_nothing(
    url: str, words: tuple[str, ...], said: str, fieldtui: Run
) -> None:
    where = () if words == ("serve",) else ("--database-url", url)
    assert said in fieldtui("central", *words, *where, code=2)


def test_a_database_that_does_not_answer_is_exit_4(tmp_path: Path, fieldtui: Run) -> None:
    said = fieldtui("central", "consultant", "list", "--database-url", "postgresql://x:secret@127.0.0.1:9/x", code=4)
    assert "svarer ikke" in said
    assert "secret" not in said


def test_a_port_that_is_taken_is_exit_8(central: Central, url: str, fieldtui: Run) -> None:
    port = central.url.rpartition(":")[2]
    fieldtui("central", "serve", "--listen", f"127.0.0.1:{port}", "--database-url", url, code=8)


def test_an_import_that_left_rows_out_is_exit_5_and_names_their_lines(url: str, tmp_path: Path, fieldtui: Run) -> None:
    folder = tmp_path / "udtræk"
    shutil.copytree(TEAM, folder)
    path = folder / "progression.csv"
    path.write_text(path.read_text("utf-8-sig").replace("fremgang", "fremad", 1), "utf-8")
    said = fieldtui("central", "citizen", "import", str(folder), "--database-url", url, code=5)
    assert "progression.csv, linje 3, retning" in said


def test_english_is_spoken_when_asked_for(url: str, fieldtui: Run) -> None:
    said = fieldtui(
        "--lang", "en", "central", "consultant", "list", "--organisation", "x", "--database-url", url, code=2
    )
    assert said.strip() == "There is no organisation of that name."


def test_the_reception_s_list_is_numbered_and_says_what_changed(url: str, tmp_path: Path, fieldtui: Run) -> None:
    db = Database(url, clock=SystemClock(), ids=SystemIds())
    import_folder(db, TEAM)
    words = ("central", "export", "appointments", "--from", "2021-03-01", "--to", "2021-03-05", "--output", str(tmp_path),
             "--database-url", url)  # fmt: skip
    first = json.loads(fieldtui(*words, "--json"))
    assert (first["profile"], first["version"], first["changes"]) == ("reception", 1, [])
    assert Path(first["file"]).name == "samtaleliste_kvartershuset_2021-W09_reception_v1.csv"
    assert oct(Path(first["file"]).stat().st_mode & 0o777) == "0o600"
    text = Path(first["file"]).read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert len(rows) == first["rows"] > 0
    assert {row["Konsulent"] for row in rows} == {"MH", "TB", "SK"}
    assert json.loads(fieldtui(*words, "--json"))["version"] == 1
    with db.transaction() as connection:
        moved: Any = connection.execute(
            record.select().where(
                record.c.collection == "appointment", record.c.body["starts_at"].astext.like("2021-03-02%")
            )
        ).first()
        body = moved.body | {"starts_at": "2021-03-02T08:00+01:00"}
        connection.execute(record.update().where(record.c.id == moved.id).values(body=body))
    db.close()
    second = json.loads(fieldtui(*words, "--json"))
    assert second["version"] == 2
    assert [change["change"] for change in second["changes"]] == ["changed"]
    assert Path(second["file"]).name.endswith("_v2.csv")
    everything = " ".join(path.read_text("utf-8") for path in tmp_path.glob("*.csv"))
    with psycopg.connect(url) as connection:
        for cpr, address in connection.execute(
            "SELECT body->>'cpr', body->>'address' FROM record WHERE collection = 'citizen'"
        ):
            assert not (cpr and cpr in everything)
            assert not (address and address in everything)


def test_a_server_started_by_the_command_leaves_no_postgres_behind(tmp_path: Path, fieldtui: Run) -> None:
    folder = tmp_path / "central"
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldtui", "central", "serve", "--listen", "127.0.0.1:0", "--embedded", str(folder)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    assert EmbeddedPostgres(folder).pid is not None
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert EmbeddedPostgres(folder).pid is None


def test_who_has_whom_and_what_is_no_longer_kept_by_commands(url: str, fieldtui: Run) -> None:
    where = ("--database-url", url)
    db = Database(url, clock=SystemClock(), ids=SystemIds())
    add_consultant(db, "TB", "Tariq Bøgh")
    citizen = "01968000-0000-7000-8000-0000000000c1"
    put_record(
        db, "citizen", citizen, {"given_name": "Ali", "enrolled_on": "2020-01-05", "discharged_on": "2020-06-01"}
    )
    db.close()
    fieldtui("central", "assign", "--citizen", citizen, "--consultant", "MH", *where)
    fieldtui(
        "central", "assign", "--citizen", citizen, "--consultant", "TB", "--role", "substitute", "--from", "2098-01-01",
        "--until", "2098-02-01", *where,
    )  # fmt: skip
    rows = json.loads(fieldtui("central", "assignments", *where, "--json"))
    assert [(row["consultant"], row["role"], row["state"]) for row in rows] == [
        ("MH", "primary", "active"),
        ("TB", "substitute", "planned"),
    ]
    assert set(rows[0]) == {"citizen_id", "call_code", "consultant", "role", "from", "until", "state"}
    assert json.loads(fieldtui("central", "assignments", "--consultant", "tb", *where, "--json")) == rows[1:]
    assert "begynder senere" in fieldtui("central", "assignments", "--citizen", citizen, *where)
    fieldtui("central", "unassign", "--citizen", citizen, "--consultant", "MH", *where, code=2)
    fieldtui("central", "unassign", "--citizen", citizen, "--consultant", "TB", *where)
    assert len(json.loads(fieldtui("central", "assignments", *where, "--json"))) == 1

    assert json.loads(fieldtui("central", "retention", *where, "--json")) == {"days": None, "due": [], "erased": []}
    fieldtui("central", "retention", "set", *where, code=2)
    fieldtui("central", "retention", "set", "--days", "365", *where)
    trial = json.loads(fieldtui("central", "retention", "--dry-run", *where, "--json"))
    assert trial == {"days": 365, "due": [citizen], "erased": []}
    done = json.loads(fieldtui("central", "retention", *where, "--json"))
    assert done["erased"] == [{"citizen_id": citizen, "records": 1, "told": 1}]
    fieldtui("central", "erase", "--citizen", citizen, "--reason", "Igen", *where, code=2)
    fieldtui("central", "retention", "set", "--off", *where)
    assert json.loads(fieldtui("central", "assignments", *where, "--json")) == []


def test_the_team_s_year_and_others_numbers_by_commands(url: str, tmp_path: Path, fieldtui: Run) -> None:
    where = ("--database-url", url)
    table = tmp_path / "tal.csv"
    table.write_text(
        "tal;navn;vaerdi;fra;til;kilde;laest\nK6;Alle over 30;71 pct.;01-01-2025;31-12-2025;STAR;22-11-2026\n", "utf-8"
    )
    assert json.loads(fieldtui("central", "benchmark", "import", str(table), *where, "--json"))["benchmarks"] == 1
    assert json.loads(fieldtui("central", "benchmark", "list", *where, "--json"))[0]["source"] == "STAR"
    table.write_text(
        "tal;navn;vaerdi;fra;til;kilde;laest\nK6;Alle;mange;01-01-2025;31-12-2025;STAR;22-11-2026\n", "utf-8"
    )
    assert "linje 2" in fieldtui("central", "benchmark", "import", str(table), *where, code=2)
    paper = tmp_path / "aar.pdf"
    fieldtui("central", "report", "yearly", "--year", "2025", "--output", str(paper), *where)
    words = words_of_embedded(paper.read_bytes())
    assert "Opfølgning på indsatsen 2025 Kvartershuset" in words
    assert "Alle over 30 71 pct. (01-01-2025 til 31-12-2025). Kilde: STAR" in " ".join(words.split())
    fidelity = json.loads(fieldtui("central", "report", "fidelity", *where, "--json"))
    assert (fidelity["rated"], fidelity["total"], len(fidelity["figures"])) == (0, None, 25)
    fieldtui("central", "report", "caseload", "--format", "xlsx", *where, code=2)
