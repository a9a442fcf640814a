"""The memo's table: from a folder of CSV files at the office to MH's 25 citizens on a screen, by commands alone."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.laptop import SECONDS, Laptop, Result
from tests.support.central import TEAM
from tests.support.vaults import PHRASE

SHOWN = 12
"""Characters of a name that the screen Borgere shows at least."""


def office(folder: Path, *words: str) -> Result:
    """One `fieldtui central` command on the office's own PostgreSQL."""
    done = subprocess.run(
        [sys.executable, "-m", "fieldtui", "central", *words, "--embedded", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`central serve` as a process; its address."""
    command = [sys.executable, "-m", "fieldtui", "central", "serve", "--embedded", str(folder)]
    server = subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
    )
    try:
        assert server.stdout is not None
        line = json.loads(server.stdout.readline())
        assert line["pid"] == server.pid
        yield line["listening"]
    finally:
        server.terminate()
        out, err = server.communicate(timeout=SECONDS)
    assert (server.returncode, out) == (0, b"")
    told = {json.loads(line)["event"] for line in err.splitlines()}
    assert told == {"central.postgres.started", "central.started", "request", "central.stopped"}


def test_the_memo_s_table_comes_from_the_office_s_files_to_mh_s_screen(tmp_path: Path) -> None:
    centre = tmp_path / "central"
    with (TEAM / "borgere.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    mine = [row for row in rows if row["konsulent"] == "MH" and not row["udskrevet"]]
    expected = sorted((row["fornavn"].strip(), row["efternavn"].strip()) for row in mine)
    assert len(expected) == 25

    with serving(centre) as url:
        assert office(centre, "bootstrap", "--organisation", "Kvartershuset").code == 0
        first = office(centre, "citizen", "import", str(TEAM), "--json")
        assert first.code == 0, first.err
        again = office(centre, "citizen", "import", str(TEAM), "--json")
        assert again.code == 0, again.err
        for name, count in first.json["files"].items():
            assert count["created"] == count["rows"] > 0, name
            assert again.json["files"][name] == {**count, "created": 0, "unchanged": count["rows"]}
        assert first.json["problems"] == again.json["problems"] != []
        assert {each["file"] for each in first.json["problems"]} <= set(first.json["files"])

        code = office(centre, "enrol-code", "--consultant", "MH", "--pre-approved", "--json").json
        assert code["url"].startswith(url)
        laptop = Laptop.at(tmp_path / "mh")
        made = laptop.json("init")
        assert set(made) == {"vault_id", "recovery_code"}
        laptop.json("enrol", code["url"], "--code", code["code"])
        report = laptop.json("sync")
        assert (report["finished"], report["pushed"], report["conflicts"], report["rejected"]) == (True, 0, 0, 0)
        assert laptop.json("sync")["requests"] == 1

        citizens = laptop.json("list", "citizen")
        assert sorted((each["given_name"], each["family_name"]) for each in citizens) == expected
        assert {each["sync_state"] for each in citizens} == {"synced"}
        status = laptop.json("status")
        assert (status["citizens"], status["pending"]) == (25, 0)
        assert status["consultant"]["initials"] == "MH"

        with laptop.terminal(100, 45) as screen:
            screen.until("fieldtui er låst")
            screen.type(PHRASE + "\r")
            screen.until("Kræver handling")
            screen.type("2")
            screen.until("Borgere · 25")
            screen.settle(0.4)
            for given, family in expected:
                # A narrow column cuts a long name short.
                assert f"{given} {family[0]}."[:SHOWN] in screen.text
            screen.until("● Online")  # while it syncs by itself, leaving asks first
            screen.type(b"\x11")
            assert screen.wait() == 0

        listed = tmp_path / "liste.csv"
        answer = office(
            centre, "export", "appointments", "--from", "2021-03-01", "--to", "2021-03-31", "--profile", "reception",
            "--format", "csv", "--output", str(listed), "--json",
        )  # fmt: skip
        assert answer.code == 0, answer.err
        lines = listed.read_text("utf-8-sig").splitlines()
        assert len(lines) == answer.json["rows"] + 1 > 1
        protected = [row for row in rows if row["adressebeskyttet"] == "Ja"]
        text = "\n".join(lines)
        assert protected
        for row in rows:
            assert not row["cpr"] or row["cpr"] not in text
        for row in protected:
            assert f"{row['fornavn']} {row['efternavn']}" not in text
