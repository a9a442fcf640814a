"""The command line as scripts and people rely on it (docs/cli.md)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from tests.cli.conftest import Program
from tests.support.vaults import PHRASE, phrase

DAY = date(2026, 11, 24)
ENVELOPE = {"id", "collection", "rev", "sync_state", "annulled_at"}


def the_citizen(program: Program) -> str:
    (citizen,) = program.json("list", "citizen")
    return str(citizen["id"])


def put(program: Program, collection: str, *records: dict[str, object]) -> list[str]:
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    ids: list[str] = program.json("put", collection, stdin=lines)
    return ids


def test_a_record_that_was_put_is_listed_flat_with_its_envelope(program: Program) -> None:
    citizen = the_citizen(program)
    text = "Grønlangkål & 日本 👩🏽‍🔧 — ”citat”; =1+1"
    (note,) = put(program, "note", {"citizen_id": citizen, "text": text, "written_at": "2026-11-24T09:00"})
    (listed,) = program.json("list", "note", "--citizen", citizen)
    assert set(listed) >= ENVELOPE
    assert (listed["id"], listed["text"], listed["sync_state"], listed["rev"]) == (note, text, "pending", 0)
    assert listed["written_at"] == "2026-11-24T09:00+01:00"
    assert program.json("show", note) == listed


def test_put_changes_only_the_fields_that_are_given(program: Program) -> None:
    citizen = the_citizen(program)
    assert put(program, "citizen", {"id": citizen, "job_goal": "Lager"}) == [citizen]
    shown = program.json("show", citizen)
    assert (shown["given_name"], shown["job_goal"], shown["phone"]) == ("Åse", "Lager", "12 34 56 78")


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "A"}\n{"name": "B"}\n',
        '\ufeff{"name": "A"}\r\n\r\n{"name": "B"}',
        '[{"name": "A"}, {"name": "B"}]',
        '[\n  {\n    "name": "A"\n  },\n  {"name": "B"}\n]\n',
        '{\n  "name": "A"\n}\n{\n  "name": "B"\n}',
    ],
)
def test_put_takes_json_and_json_lines_from_a_file_as_from_a_pipe(program: Program, tmp_path: Path, text: str) -> None:
    file = tmp_path / "firmaer.json"
    file.write_bytes(text.encode("utf-8"))
    assert len(program.json("put", "company", "--file", str(file))) == 2
    assert [each["name"] for each in program.json("list", "company")] == ["A", "B"]


def test_one_bad_line_stores_nothing_and_every_bad_line_is_named(program: Program) -> None:
    lines = '{"name": "God"}\n\n{"nmae": "Skæv"}\n{"name": "Tal", "cvr": "12345678"}\n{"name":\n'
    result = program.spawn("put", "company", stdin=lines)
    assert (result.code, result.out) == (2, "")
    for words in ("linje 3, feltet nmae", "name?", "linje 4, feltet cvr", "linje 5", "Intet er gemt"):
        assert words in result.err
    assert program.json("list", "company") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"name": "A"},\n {"name": }]', "linje 2"),
        ('[{"name": "A"}] mere', "linje 1"),
        ('[{"name": "A"}', "linje 1"),
        ("hej", "linje 1"),
    ],
)
def test_what_is_no_json_is_refused_with_the_line_where_it_stops_being_it(
    program: Program, text: str, line: str
) -> None:
    result = program.run("put", "company", stdin=text)
    assert result.code == 2
    assert line in result.err
    assert program.json("list", "company") == []


@pytest.mark.parametrize(
    "data", [b"", b"  \n\n", b"\xff\xfe", b"[" * 100_000, b'{"name": "\xed\xa0\x80"}', b"1", b"null", b'"tekst"']
)
def test_input_that_holds_no_records_is_bad_input(program: Program, data: bytes) -> None:
    result = program.run("put", "company", stdin=data)
    assert result.code == 2
    assert result.err
    assert "Traceback" not in result.err


def test_the_shapes_that_scripts_rely_on(program: Program) -> None:
    citizen = the_citizen(program)
    put(program, "appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": "2026-11-24T10:00"})
    put(program, "task", {"citizen_id": citizen, "title": "Ring", "due_on": "2026-11-24"})
    agenda = program.json("today", "--date", "24-11-2026")
    assert set(agenda) == {"date", "appointments", "deadlines", "tasks"}
    assert agenda["date"] == "2026-11-24"
    assert [each["starts_at"] for each in agenda["appointments"]] == ["2026-11-24T10:00+01:00"]
    assert [each["title"] for each in agenda["tasks"]] == ["Ring"]
    for deadline in agenda["deadlines"]:
        assert set(deadline) == {
            "citizen_id",
            "what",
            "due_on",
            "days_left",
            "rule_id",
            "rule_version",
            "reason",
            "confirmed",
        }
    status = program.json("status")
    keys = {
        "citizens",
        "pending",
        "conflicts",
        "rejected",
        "last_sync_at",
        "lease_until",
        "schema_version",
        "device_id",
        "consultant",
    }
    assert set(status) >= keys
    assert (status["citizens"], status["conflicts"]) == (1, 0)
    outbox = program.json("outbox", "list")
    assert len(outbox) == status["pending"]
    for row in outbox:
        assert set(row) == {"op_id", "collection", "record_id", "citizen_id", "state", "reason", "recorded_at"}
    assert program.json("conflicts", "list") == []
    assert program.json("vault", "check")["ok"] is True
    assert program.json("log", "verify")["ok"] is True
    (hit,) = program.json("search", "aase soegaard")
    assert hit["id"] == citizen


def test_opening_a_citizen_is_in_the_access_log_and_the_number_is_masked_for_people(program: Program) -> None:
    citizen = the_citizen(program)
    shown = program.run("show", citizen)
    assert "610190-••••" in shown.out
    assert "0001" not in shown.out
    assert "open" in [entry["action"] for entry in program.json("log", "show", "--citizen", citizen)]


def test_a_list_for_the_reception_lies_under_exports_and_is_told_with_its_digest(program: Program) -> None:
    citizen = the_citizen(program)
    put(program, "appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": "2026-11-24T10:00"})
    period = ("--from", "2026-11-23", "--to", "2026-11-29", "--profile", "reception", "--format", "csv")
    result = program.json("export", "appointments", *period, "--keep")
    assert set(result) == {"file", "rows", "profile", "sha256"}
    assert (result["rows"], result["profile"]) == (1, "reception")
    assert Path(result["file"]).parent == program.folder / "exports"
    assert "Åse S." in Path(result["file"]).read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("profile", "fmt"), [("outlook", "csv"), ("reception", "ics"), ("outlook", "pdf"), ("alle", "csv")]
)
def test_a_profile_and_a_format_that_do_not_go_together_are_bad_input(program: Program, profile: str, fmt: str) -> None:
    result = program.run(
        "export", "appointments", "--from", "i dag", "--to", "i dag", "--profile", profile, "--format", fmt
    )
    assert (result.code, result.out) == (2, "")
    assert not (program.folder / "exports").exists()


def test_one_typed_line_becomes_an_appointment_and_an_open_question_is_bad_input(program: Program) -> None:
    assert program.json("add", "samtale 24-11-2099 kl 10 @åse")["ids"]
    assert [each["starts_at"] for each in program.json("list", "appointment")] == ["2099-11-24T10:00+01:00"]
    result = program.run("add", "samtale @åse")
    assert result.code == 2
    assert "?" in result.err


def test_init_without_a_terminal_asks_nothing_and_answers_the_code(empty: Program) -> None:
    made = empty.json("init")
    assert set(made) == {"vault_id", "recovery_code"}
    assert made["recovery_code"].startswith("FT1-")
    again = empty.spawn("init", "--json")
    assert (again.code, again.out) == (2, "")
    put_early = empty.run("put", "company", stdin='{"name": "A"}')
    assert put_early.code == 2
    assert "enrol" in put_early.err
    with unlocking.unlock(empty.folder, phrase(), clock=SystemClock(), ids=SystemIds()) as workspace:
        assert unlocking.code_confirmed(workspace), "the guide need not make a new code"


def test_a_new_passphrase_and_the_recovery_code_each_open_the_vault(empty: Program, tmp_path: Path) -> None:
    code = empty.json("init")["recovery_code"]
    new, code_file, third = tmp_path / "ny", tmp_path / "kode", tmp_path / "tredje"
    new.write_text("fløde jordbær kirsebær hyben")
    assert empty.run("vault", "passphrase", "--new-passphrase-file", str(new)).code == 0
    assert empty.run("status").code == 3, "the old one opens nothing"
    assert Program(empty.folder, new).run("status").code == 0
    code_file.write_text(code.lower().replace("-", " "))
    third.write_text("lygte hestevogn skolebus")
    recovered = Program(empty.folder, third).json("vault", "recover", "--code-file", str(code_file))
    assert recovered["recovery_code"] != code
    assert Program(empty.folder, third).run("status").code == 0


@pytest.mark.parametrize("content", [f"{PHRASE}", f"\ufeff{PHRASE}\r\n", f"{PHRASE}\n"])
def test_a_passphrase_file_may_end_as_editors_end_files(program: Program, passphrase_file: Path, content: str) -> None:
    passphrase_file.write_bytes(content.encode())
    assert program.run("status").code == 0


@pytest.mark.parametrize("content", [b"", b"\n", f"{PHRASE}\nmere\n".encode(), b"\xff\xfe\x00", b"x" * 5000])
def test_a_passphrase_file_that_is_none_is_bad_input(program: Program, passphrase_file: Path, content: bytes) -> None:
    passphrase_file.write_bytes(content)
    result = program.run("status")
    assert result.code == 2
    assert str(passphrase_file) in result.err
    assert PHRASE not in result.err


def test_the_passphrase_file_may_come_from_the_environment(program: Program, passphrase_file: Path) -> None:
    assert Program(program.folder, None).run("status", FIELDTUI_PASSPHRASE_FILE=str(passphrase_file)).code == 0


def test_without_a_passphrase_and_a_terminal_the_vault_stays_shut(program: Program, passphrase_file: Path) -> None:
    assert Program(program.folder, None).spawn("list", "citizen").code == 3
    passphrase_file.write_text("noget helt andet end det rigtige")
    wrong = program.run("list", "citizen", "--json")
    assert (wrong.code, wrong.out) == (3, "")


def test_doctor_needs_no_passphrase_and_changes_nothing(program: Program, empty: Program) -> None:
    report = Program(program.folder, None).json("doctor")
    assert {"fieldtui", "sqlcipher", "vault", "permissions", "space", "rules"} <= {
        each["id"] for each in report["findings"]
    }
    assert empty.json("doctor")
    assert not empty.folder.exists()


def test_what_was_refused_is_sent_again_or_given_up_by_its_id(program: Program) -> None:
    citizen = the_citizen(program)
    refused = program.run("outbox", "retry", citizen)
    assert refused.code == 2
    assert "venter allerede" in refused.err
    assert program.run("outbox", "retry").code == 2
    assert program.json("outbox", "retry", "--all") == []
    assert program.run("outbox", "drop", "01968000-0000-7000-8000-0000000000ff").code == 2
    assert program.run("sync", "--watch", "--dry-run").code == 2


def test_a_record_shows_what_it_was_before(program: Program) -> None:
    citizen = the_citizen(program)
    put(program, "citizen", {"id": citizen, "job_goal": "Køkken"})
    put(program, "citizen", {"id": citizen, "job_goal": "Kantine"})
    history = program.json("show", citizen, "--history")["history"]
    (step,) = [version for version in history if version["changes"] and version["changes"][0]["new"] == "Kantine"]
    assert step["changes"] == [{"field": "job_goal", "old": "Køkken", "new": "Kantine"}]
    assert (step["origin"], step["not_chosen"]) == ("own", [])
    assert "Jobmål: Køkken → Kantine" in program.run("show", citizen, "--history").out
    assert "history" not in program.json("show", citizen)
