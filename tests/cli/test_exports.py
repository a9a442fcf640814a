"""`export` from its options to its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pyrage

from tests.cli.conftest import Program

PERIOD = ("--from", "2026-11-23", "--to", "2026-11-29", "--profile", "reception", "--format", "csv")
IDENTITY = pyrage.x25519.Identity.generate()


def a_meeting(program: Program) -> str:
    citizen = str(program.json("list", "citizen")[0]["id"])
    body = {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": "2026-11-24T10:00"}
    assert program.run("put", "appointment", stdin=json.dumps(body)).code == 0
    return citizen


def test_a_list_is_sealed_to_the_keys_in_a_file_and_only_the_file_s_name_is_told(
    program: Program, tmp_path: Path
) -> None:
    a_meeting(program)
    keys = tmp_path / "modtagere.txt"
    keys.write_text(f"# leder\n{IDENTITY.to_public()}\n")
    result = program.json("export", "appointments", *PERIOD, "--keep", "--sealed-for", str(keys))
    assert set(result) == {"file", "rows", "profile", "sha256"}
    file = Path(result["file"])
    assert file.name.endswith(".csv.age")
    assert "Åse S." in pyrage.decrypt(file.read_bytes(), [IDENTITY]).decode("utf-8-sig")


def test_what_is_no_receiver_is_bad_input_and_nothing_is_written(program: Program) -> None:
    result = program.run("export", "appointments", *PERIOD, "--sealed-for", "age1forkert")
    assert (result.code, result.out) == (2, "")
    assert "age1" in result.err
    assert not (program.folder / "exports").exists()


def test_words_that_nobody_would_see_are_not_made_up(program: Program) -> None:
    result = program.run("export", "appointments", *PERIOD, "--sealed-for", "passphrase")
    assert (result.code, result.out) == (2, "")
    assert "--json" in result.err
    assert not (program.folder / "exports").exists()


def test_a_citizen_s_file_is_sealed_unless_somebody_says_why_not(program: Program) -> None:
    citizen = a_meeting(program)
    words = ("export", "citizen", citizen, "--format", "json")
    without_terminal = program.run(*words)
    assert (without_terminal.code, without_terminal.out) == (2, "")
    sealed = program.json(*words, "--sealed-for", str(IDENTITY.to_public()))
    held = json.loads(pyrage.decrypt(Path(sealed["file"]).read_bytes(), [IDENTITY]))
    assert held["citizen"]["given_name"] == "Åse"
    unreasoned = program.run(*words, "--plain")
    assert (unreasoned.code, unreasoned.out) == (2, "")
    assert "--reason" in unreasoned.err
    both = program.run(*words, "--plain", "--sealed-for", "passphrase", "--reason", "borgeren har bedt om det")
    assert both.code == 2
    plain = program.run(*words, "--plain", "--reason", "borgeren har bedt om det", "--keep")
    assert plain.code == 0, plain.err
    assert "ikke forseglet" in plain.err
    assert "24 timer" not in plain.err, "it is kept"
    assert "Åse" in Path(plain.out.strip()).read_text("utf-8")
    assert "Åse" not in plain.out + plain.err
    log = program.json("log", "show", "--citizen", citizen)
    assert [each["reason"] for each in log if each["action"] == "dossier"] == [None, "borgeren har bedt om det"]
