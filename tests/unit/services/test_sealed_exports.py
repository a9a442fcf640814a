"""Sealed files on their way out: private, logged, readable by their receiver alone, and nowhere else on the disk."""

from __future__ import annotations

import json
import stat
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.services.exporting import Seal, seal_for
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import add_citizen

DAY = date(2026, 11, 24)
NEEDLE = "Bartholomæus"
RECEIVER = pyrage.x25519.Identity.generate()
SEAL = Seal((str(RECEIVER.to_public()),))


@pytest.fixture
def booked(workspace: Workspace) -> Workspace:
    """With a meeting on `DAY` with a citizen called `NEEDLE`."""
    citizen_id = add_citizen(workspace, NEEDLE)
    values = {"citizen_id": citizen_id, "kind": "jobsamtale", "starts_at": "2026-11-24T10:00", "place": "Lokale 2"}
    workspace.casework.create("appointment", values)
    return workspace


def test_a_sealed_list_is_private_named_for_its_form_logged_as_sealed_and_opened_by_its_receiver(
    booked: Workspace,
) -> None:
    result = booked.exports.appointments(DAY, DAY, "reception", "json", seal=SEAL)
    assert result.file.name == "samtaleliste_kvartershuset_2026-11-24_reception_v1.json.age"
    assert stat.S_IMODE(result.file.stat().st_mode) == 0o600
    opened = json.loads(pyrage.decrypt(result.file.read_bytes(), [RECEIVER]))
    assert opened[0]["citizen"].startswith(NEEDLE)
    entry = booked.log_entries()[-1]
    assert (entry.action, entry.detail) == ("export", f"reception 1 sealed {result.sha256}")


def test_the_words_that_open_a_file_are_told_once_and_stand_in_no_name_log_or_row(booked: Workspace) -> None:
    result = booked.exports.appointments(DAY, DAY, "own", "csv", seal=seal_for("passphrase"))
    words = result.passphrase
    assert words is not None
    assert len(words.split()) >= 5
    opened = pyrage.passphrase.decrypt(result.file.read_bytes(), words)
    assert NEEDLE in opened.decode("utf-8-sig")
    assert words not in repr(result)
    with booked.store.reading() as connection:
        remembered = str(connection.execute("SELECT * FROM exported").fetchall()) + str(booked.log_entries())
    for word in words.split():
        assert word not in result.file.name
        assert word not in remembered
    assert result.as_json()["passphrase"] == words


@pytest.mark.parametrize(("fmt", "seal"), [("csv", SEAL), ("xlsx", SEAL), ("pdf", SEAL), ("csv", None)])
def test_the_plain_text_of_a_sealed_file_is_never_written_to_the_disk(
    booked: Workspace, monkeypatch: pytest.MonkeyPatch, fmt: str, seal: Seal | None
) -> None:
    """Every write of the export is seen; without a seal the same look finds the name, so it would find it."""
    written: list[bytes] = []
    real = tempfile.mkstemp

    def seen(*given: Any, **more: Any) -> tuple[int, str]:
        handle, name = real(*given, **more)
        paths.append(Path(name))
        return handle, name

    paths: list[Path] = []
    replace = Path.replace

    def look(self: Path, target: Path) -> Path:
        written.extend(each.read_bytes() for each in paths if each.exists())
        return replace(self, target)

    monkeypatch.setattr(tempfile, "mkstemp", seen)
    monkeypatch.setattr(Path, "replace", look)
    booked.exports.appointments(DAY, DAY, "reception", fmt, seal=seal)
    assert len(paths) == len(written) == 1, "one temporary file, which becomes the file"
    everything = b"".join([*written, *(each.read_bytes() for each in booked.folder.rglob("*") if each.is_file())])
    assert (NEEDLE.encode() in everything) is (seal is None)


def test_a_sealed_list_goes_with_its_day_like_any_other(booked: Workspace, clock: FixedClock) -> None:
    result = booked.exports.appointments(DAY, DAY, "reception", "csv", seal=SEAL)
    clock.advance(timedelta(days=2))
    assert booked.exports.sweep() == 1
    assert not result.file.exists()


def test_a_recall_takes_every_list_back_even_one_that_was_kept(booked: Workspace) -> None:
    citizen_id = booked.lookup.list("citizen")[0].id
    kept = booked.exports.appointments(DAY, DAY, "reception", "csv", keep=True).file
    sealed = booked.exports.appointments(DAY, DAY, "own", "csv", seal=SEAL).file
    assert booked.exports.recall(citizen_id) == 2
    assert not kept.exists()
    assert not sealed.exists()
    assert booked.log_entries()[-1].action == "export.removed"
