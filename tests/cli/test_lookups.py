"""The access log, protected addresses and the emergency wipe, from their options to their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Program
from tests.support.vaults import reopened


def the_citizen(program: Program, **protected: object) -> str:
    citizen = str(program.json("list", "citizen")[0]["id"])
    if protected:
        assert program.run("put", "citizen", stdin=json.dumps({"id": citizen, **protected})).code == 0
    return citizen


def test_a_log_that_was_changed_ends_with_seven_and_the_number_of_the_entry(program: Program) -> None:
    the_citizen(program)
    whole = program.json("log", "verify")
    assert whole["ok"] is True
    with reopened(program.folder) as vault:
        vault.connection.execute("DROP TRIGGER audit_is_not_changed")
        vault.connection.execute("UPDATE audit SET reason = 'x' WHERE seq = 2")
    broken = program.run("log", "verify")
    assert (broken.code, broken.out) == (7, "")
    assert "2" in broken.err


def test_what_the_citizen_is_told_has_roles_for_names_and_a_file_takes_a_reason(
    program: Program, tmp_path: Path
) -> None:
    citizen = the_citizen(program)
    assert program.run("show", citizen, "--reason", "samtale").code == 0
    looks = program.json("log", "show", "--citizen", citizen, "--without-names")
    assert {frozenset(look) for look in looks} == {frozenset({"at", "what", "who", "reason"})}
    assert "samtale" in {look["reason"] for look in looks}
    assert {look["who"] for look in looks} == {"jobkonsulent"}
    text = program.run("log", "show", "--citizen", citizen, "--without-names").out
    assert "# Opslag om dig" in text
    file = tmp_path / "log.txt"
    words = ("log", "show", "--citizen", citizen, "--without-names", "--output", str(file))
    refused = program.run(*words)
    assert (refused.code, file.exists()) == (2, False)
    assert program.json(*words, "--reason", "anmodning om indsigt")["file"] == str(file)
    assert json.loads(file.read_text(encoding="utf-8"))[0]["what"] == looks[0]["what"]
    assert program.run("log", "show", "--output", str(file), "--reason", "anmodning om indsigt").code == 2
    entries = program.json("log", "show", "--citizen", citizen)
    assert {"open", "log.show", "log.given"} <= {entry["action"] for entry in entries}
    assert {"seq", "at", "actor", "device", "action", "subject", "reason", "detail"} <= set(entries[0])


def test_a_protected_address_is_left_out_of_json_and_given_for_a_reason(program: Program) -> None:
    citizen = the_citizen(program, address="Skovduestien 17", city="Skjoldungby")
    assert program.json("show", citizen)["address"] == "Skovduestien 17", "positive control"
    the_citizen(program, address_protected=True)
    for words in (("show", citizen), ("show", citizen, "--history"), ("list", "citizen"), ("search", "skovduestien")):
        for how in ((), ("--json",)):
            said = program.run(*words, *how)
            assert said.code == 0
            assert "kovduestien" not in said.out, words
            assert "kjoldungby" not in said.out, words
    assert program.run("show", citizen, "--reveal", "address").code == 2
    document = program.json("show", citizen, "--reveal", "address", "--reason", "hjemmebesøg")
    assert document["address"] == "Skovduestien 17"
    assert "city" not in document
    assert ("reveal", "address", "hjemmebesøg") in {
        (each["action"], each["detail"], each["reason"]) for each in program.json("log", "show")
    }
    assert program.run("put", "citizen", stdin=json.dumps({**document, "job_goal": "gartner"})).code == 0
    assert program.json("show", citizen, "--reveal", "city", "--reason", "brev")["city"] == "Skjoldungby"


def test_a_script_erases_only_with_the_word_and_only_a_vault(program: Program, empty: Program) -> None:
    assert program.run("vault", "erase").code == 2
    assert program.run("vault", "erase", stdin="SLET\n").code == 2, "the word on a pipe is no person"
    for word in ("slet", "ja", "SLET ALT", ""):
        assert program.run("vault", "erase", "--word", word).code == 2
    assert program.run("vault", "erase", "--push-first", "--word", "SLET").code == 2, "there is no office to send to"
    assert program.json("status")["citizens"] == 1
    done = Program(program.folder, None).json("vault", "erase", "--word", "SLET")
    assert (done["erased"], done["device_secret"], done["sealed"]) == (True, "none", [])
    assert program.run("status").code == 2
    assert [path for path in program.folder.rglob("*") if path.suffix in {".json", ".db", ".bak", ".fvb"}] == []
    assert empty.run("vault", "erase", "--word", "SLET").code == 2
