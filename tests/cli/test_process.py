"""How the process behaves: exit codes, streams, languages, signals, and what it says when things go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from fieldtui import __version__, bootstrap
from fieldtui.base.errors import BadUsage
from tests.cli.conftest import Program


def test_global_options_stand_anywhere_and_the_last_one_counts() -> None:
    lifted = bootstrap.lift(
        ["--lang", "da", "list", "--json", "note", "--data-dir=/x", "--lang=en", "--", "--json", "--lang"]
    )
    assert lifted.options == {"--lang": "en", "--data-dir": "/x"}
    assert lifted.as_json
    assert lifted.rest == ("list", "note", "--", "--json", "--lang")


@pytest.mark.parametrize("words", [["--data-dir"], ["list", "--lang="], ["--passphrase-file"]])
def test_a_global_option_without_its_value_is_bad_usage(words: list[str]) -> None:
    with pytest.raises(BadUsage):
        bootstrap.lift(words)


def test_the_version_is_answered_wherever_the_globals_stand(program: Program) -> None:
    result = program.spawn("--version")
    assert (result.code, result.out) == (0, f"fieldtui {__version__}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lst"], "list"),
        (["list"], "COLLECTION"),
        (["list", "citzen"], "citizen"),
        (["list", "citizen", "--citzen", "x"], "--citizen"),
        (["list", "citizen", "--since", "31-11-2026"], "31-11"),
        (["list", "citizen", "--since", "2026-12-01", "--until", "2026-11-01"], "slutter"),
        (["list", "citizen", "mere"], "mere på linjen"),
        (["today", "--date", "engang"], "engang"),
        (["show", "findes-ikke"], "findes-ikke"),
        (["search", "  "], "ord"),
        (["export"], "appointments"),
        (["export", "appointments", "--from"], "--from"),
        (["conflicts", "resolve", "x"], "--take"),
        (["put", "company", "--file", "mangler.json"], "mangler.json"),
        (["--lang", "tysk", "status"], "tysk"),
        ([], "terminal"),
        (["--json"], "kommando"),
        (["search", "a", "--limit", "mange"], "--limit"),
    ],
)
def test_every_wrong_command_line_is_exit_2_with_a_sentence_and_nothing_on_stdout(
    program: Program, words: list[str], said: str
) -> None:
    result = program.run(*words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert "Traceback" not in result.err
    assert "Error:" not in result.err


def test_a_folder_without_a_vault_is_told_before_anybody_is_asked(empty: Program) -> None:
    result = Program(empty.folder, None).run("list", "citizen")
    assert result.code == 2
    assert "fieldtui init" in result.err
    assert not empty.folder.exists()


def test_a_vault_whose_database_is_missing_or_damaged_is_exit_7_and_stays_as_it_is(program: Program) -> None:
    database = program.folder / "vault" / "vault.db"
    good = database.read_bytes()
    middle = len(good) // 2
    bad = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    database.write_bytes(bad)
    assert program.run("vault", "check").code == 7
    assert database.read_bytes() == bad
    database.unlink()
    assert program.run("list", "citizen").code == 7
    assert not database.exists()


def test_english_changes_sentences_and_never_keys(program: Program) -> None:
    danish, english = program.run("list", "citzen"), program.run("list", "citzen", "--lang", "en")
    assert danish.err != english.err
    assert "Did you mean" in english.err
    assert (
        program.run("list", "citizen", "--json").out == program.run("list", "citizen", "--json", FIELDTUI_LANG="en").out
    )


def test_help_is_in_the_language_that_was_asked_for(program: Program) -> None:
    danish, english = program.spawn("--help"), program.spawn("--lang", "en", "--help")
    assert danish.out.startswith("Brug: fieldtui")
    assert "Vis denne hjælp." in danish.out
    assert english.out.startswith("Usage: fieldtui")
    assert "Show this message" in english.out
    for name in ("demo", "put", "central", "doctor"):
        assert f"\n  {name} " in danish.out


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", ""])
def test_output_is_utf_8_whatever_the_locale_says(program: Program, locale: str) -> None:
    result = program.spawn("list", "citizen", LC_ALL=locale, LANG=locale)
    assert "Åse · Søgård" in result.out


def test_nothing_in_a_record_can_steer_a_terminal(program: Program) -> None:
    name = "Ren\u202eevil\u009b31m"
    assert program.run("put", "company", stdin=json.dumps({"name": name}) + "\n").code == 0
    for words in (["list", "company"], ["list", "company", "--json"], ["search", "Ren"]):
        shown = program.run(*words).out
        assert "Ren" in shown
        assert not set(shown) & {"\x1b", "\u202e", "\u009b"}


def test_a_reader_that_stops_early_is_no_error(program: Program) -> None:
    lines = "\n".join(json.dumps({"name": f"Firma {number} " + "x" * 150}) for number in range(600))
    assert program.run("put", "company", stdin=lines).code == 0
    words = ["--data-dir", str(program.folder), "--passphrase-file", str(program.passphrase_file), "list", "company"]
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldtui", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_quietly_and_leaves_the_vault_sealed(program: Program) -> None:
    words = ["--data-dir", str(program.folder), "--passphrase-file", str(program.passphrase_file), "put", "company"]
    with subprocess.Popen(
        [sys.executable, "-m", "fieldtui", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: once it is written, the program is loaded and reads. A signal during the interpreter's
        # own start would be Python's affair.
        process.stdin.write(b'{"name": "A"}\n' * 20_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert program.json("list", "company") == []


@pytest.mark.usefixtures("unchanged_umask")
def test_a_defect_is_exit_1_and_names_a_log_that_holds_nothing_personal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "610190-0001 Åse Søgård"

    def mount(root: typer.Typer) -> None:
        @root.command("status")
        def status() -> None:
            raise ValueError(secret)

    monkeypatch.setitem(sys.modules, "tests.cli.broken", SimpleNamespace(mount=mount))
    monkeypatch.setattr(bootstrap, "FAMILIES", {"status": "tests.cli.broken"})
    assert bootstrap.main(["--data-dir", str(tmp_path), "status"]) == 1
    said = capsys.readouterr()
    (file,) = (tmp_path / "logs").glob("crash-*.json")
    assert str(file) in said.err
    logged = file.read_text("utf-8") + (tmp_path / "logs" / "fieldtui.log").read_text("utf-8")
    assert logged.count("ValueError") == 2
    assert "test_process:status" in logged
    for text in (said.err, said.out, logged):
        assert "610190" not in text
        assert "Åse" not in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_finds_no_room_is_exit_1_with_a_sentence(program: Program) -> None:
    words = [
        "--data-dir",
        str(program.folder),
        "--passphrase-file",
        str(program.passphrase_file),
        "list",
        "citizen",
        "--json",
    ]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fieldtui", *words], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.returncode == 1
    assert "plads" in done.stderr.decode()


def test_a_shell_is_told_how_a_line_goes_on(tmp_path: Path) -> None:
    asked = {"_FIELDTUI_COMPLETE": "complete_bash", "COMP_WORDS": "fieldtui exp", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "fieldtui"], env={**os.environ, **asked}, capture_output=True, text=True, check=False,
        cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["export"], "")


@pytest.mark.usefixtures("unchanged_umask")
@pytest.mark.skipif(os.name != "posix", reason="arguments are bytes on POSIX")
@pytest.mark.parametrize("words", [("show",), ("search",), ("log", "show", "--citizen")])
def test_words_that_are_no_text_are_bad_usage_and_no_defect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert bootstrap.main(["--data-dir", str(tmp_path), *words, os.fsdecode(b"abc\xff\xfe")]) == 2
    assert "UTF-8" in capsys.readouterr().err
