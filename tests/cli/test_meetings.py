"""`appointment`, `note` and `export journal` from their options to their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pyrage

from tests.cli.conftest import Program

IDENTITY = pyrage.x25519.Identity.generate()


def citizen_of(program: Program) -> str:
    return str(program.json("list", "citizen")[0]["id"])


def test_a_series_is_booked_moved_and_stopped_and_collisions_are_told(program: Program) -> None:
    citizen = citizen_of(program)
    words = ("--at", "2030-11-26T10:00", "--kind", "mentor", "--citizen", citizen)
    booked = program.json("appointment", "series", *words, "--every", "2", "--count", "3")
    assert len(booked["ids"]) == 3
    assert [each["starts_at"][:10] for each in program.json("list", "appointment")] == [
        "2030-11-26", "2030-12-10", "2030-12-24",
    ]  # fmt: skip
    program.json("appointment", "move", booked["ids"][0], "--at", "2030-11-27T10:00", "--by", "citizen")
    assert program.json("show", booked["ids"][0])["rebookings"] == 1
    team = ("--at", "2030-12-10T10:15", "--kind", "team", "--title", "Teammøde", "--count", "1")
    assert program.json("appointment", "series", *team)["warnings"]
    stopped = program.json("appointment", "stop", booked["ids"][1], "--reason", "i job")
    assert stopped["ids"] == booked["ids"][1:]
    for wrong in (
        ("series", *words),
        ("series", *words, "--count", "2", "--every", "3"),
        ("move", "x", "--at", "i går"),
    ):
        result = program.run("appointment", *wrong)
        assert (result.code, result.out) == (2, "")


def test_who_drops_in_is_registered_and_what_is_in_the_way_is_listed(program: Program) -> None:
    citizen = citizen_of(program)
    done = program.json("appointment", "drop-in", citizen, "--text", "Kom forbi.")
    assert len(done["ids"]) == 2
    assert program.json("show", done["ids"][0])["unannounced"] is True
    assert program.run("appointment", "collisions").out == "Intet ligger oven i hinanden.\n"


def test_notes_go_to_the_journal_once_and_off_the_wrong_citizen(program: Program, tmp_path: Path) -> None:
    citizen = citizen_of(program)
    other = program.run("put", "citizen", stdin='{"given_name": "Ali", "family_name": "Demir"}').out.strip()
    note = program.run("put", "note", stdin=json.dumps({"citizen_id": citizen, "text": "Æblegrød"})).out.strip()
    [row] = program.json("note", "waiting")
    assert (row["id"], row["days"], row["urgency"]) == (note, 0, "fresh")
    moved = program.json("note", "move", note, "--to", other, "--reason", "forkert kort åbent", "--keep-checklist")
    assert (moved["checklist"], moved["task_id"]) == ([], None)
    [copy] = moved["ids"]
    day = program.json("show", copy)["written_at"][:10]
    words = ("export", "journal", "--day", day, "--output", str(tmp_path))
    sealed = program.json(*words, "--sealed-for", str(IDENTITY.to_public()))
    assert (sealed["marked"], sealed["left_out"]) == (1, 0)
    held = json.loads(pyrage.decrypt(Path(sealed["file"]).read_bytes(), [IDENTITY]))
    assert [each["id"] for each in held["notes"]] == [copy]
    assert program.json("note", "waiting") == []
    assert program.json("note", "journalised", copy, "--undo")["ids"] == [copy]
    assert [each["id"] for each in program.json("note", "waiting")] == [copy]
    result = program.run(*words, "--plain")
    assert (result.code, result.out) == (2, "")
    assert "--reason" in result.err
