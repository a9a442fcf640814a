"""Scenarios 3, 5, 12, 14 and 24: what becomes of the machine, and of what was written on it."""

from __future__ import annotations

import random
import shutil
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args

import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.ids import SeededIds
from fieldtui.central.organisationkeys import set_organisation_key
from fieldtui.services import recovering, unlocking
from fieldtui.store import MetaKey
from fieldtui.tui.endings import LockReason
from fieldtui.tui.lockscreen import LockScreen
from fieldtui.tui.terminal import split_keys
from fieldtui.tui.watch import Pulse, Watch
from fieldtui.vault.passphrase import suggest_passphrase
from fieldtui.wire.organisation import new_organisation_key
from fieldtui.wire.slotrecovery import answer_request, read_request
from tests.e2e.scenarios.desk import TODAY, Desk, after, at, centre, offline, run
from tests.support.needles import hits
from tests.support.vaults import OTHER_PHRASE, PHRASE, as_the_power_went, phrase, put_anchors_back
from tests.sync.office import MONDAY, Office

Form = Literal["NFC", "NFD", "NFKD"]
NEEDLES = ("Skovmærkesen", "6101900001", "Drikker kun kaffe nu")


def a_citizen(desk: Desk) -> str:
    (citizen,) = desk.put(
        "citizen",
        {"given_name": "Åse", "family_name": NEEDLES[0], "cpr": NEEDLES[1], "enrolled_on": TODAY.isoformat()},
    )
    return citizen


def guesses(desk: Desk, times: int) -> list[str]:
    """What somebody is told who tries a passphrase that is not it."""
    wrong = desk.workspace.folder.parent / "gættet"
    wrong.write_text(OTHER_PHRASE + "\n", "utf-8")
    said = []
    for _try in range(times):
        given = ["--data-dir", str(desk.workspace.folder), "--passphrase-file", str(wrong)]
        answer = run([*given, "list", "citizen"], clock=desk.device.clock)
        assert (answer.code, answer.out) == (3, "")
        said.append(answer.err)
    return said


def test_03_a_laptop_stolen_in_a_cafe_is_useless_to_the_thief_and_told_of_from_the_office(
    office: Office, tmp_path: Path
) -> None:
    desk = Desk.of(office, "S03")
    citizen = a_citizen(desk)
    desk.json("sync")
    desk.put("note", {"citizen_id": citizen, "text": NEEDLES[2], "written_at": at(TODAY, "08:00")})
    desk.put("appointment", {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": at(TODAY, "14:00")})
    listed = ("export", "appointments", "--from", str(TODAY), "--to", str(TODAY), "--profile", "own", "--format", "pdf")
    assert desk.json(*listed)["rows"] == 1
    assert desk.json("status")["pending"] == 2  # what a theft would lose is said every day
    device_id = str(desk.workspace.store.meta(MetaKey.DEVICE_ID))
    desk.workspace.close()

    # Left alone or closed, it locks by itself.
    clock = FixedClock(MONDAY)
    watch = Watch(clock, pulse=Pulse(lambda: 0.0))
    clock.advance(timedelta(minutes=6))
    assert watch.beat().lock is LockReason.IDLE
    slept = [0.0]
    watch = Watch(clock, pulse=Pulse(lambda: 0.0, lambda: slept[-1]))
    slept.append(3600.0)
    assert watch.beat().lock is LockReason.ASLEEP

    # Everything on the disk says nothing: database and its index, lists, logs, headers.
    assert hits([desk.workspace.folder], NEEDLES) == set()
    assert "sekunder" in guesses(desk, 5)[-1]  # and each guess waits longer

    # From the office's side alone: what was on it, since when, and a report within 72 hours.
    file = tmp_path / "mistet.pdf"
    told = centre(office, "lost", device_id, "--reason", "Stjålet i en café", "--output", str(file), "--json").json
    assert {each["role"]: each["citizens"] for each in told["holdings"]} == {"primary": 1}
    assert {each["collection"]: each["records"] for each in told["held"]} == {"citizen": 1}
    assert told["device"]["last_seen_at"]
    assert told["device"]["revoked_at"]
    assert file.read_bytes().startswith(b"%PDF")
    text = centre(office, "lost", device_id).out
    assert "72 timer" in text
    assert "er kun på den" in text
    assert not [word for word in NEEDLES if word in text]

    desk.device.clock.advance(timedelta(minutes=10))
    assert "spærret" in desk.run("sync", code=6).err
    desk.run("list", "citizen", code=6)


def test_05_a_forgotten_passphrase_has_no_back_door_two_ways_in_and_never_costs_the_work(
    office: Office, tmp_path: Path
) -> None:
    key = new_organisation_key()
    set_organisation_key(office.database, key.public)
    desk = Desk.of(office, "S05")
    folder, clock = desk.workspace.folder, desk.device.clock
    citizen = a_citizen(desk)
    desk.workspace.close()
    desk.json("status")  # the first unlock after the enrolment gives the office its slot

    assert len({*guesses(desk, 6)}) > 1  # tries become slower, and it is said
    clock.advance(timedelta(minutes=6))
    assert desk.json("status")["pending"] == 1  # failures never wipe anything

    # Without passphrase and code: the key that IT holds offline, in two steps, and six words read aloud.
    request = tmp_path / "anmodning"
    asked = desk.json("vault", "recover", "--organisation", "--request", str(request))
    assert len(asked["words"]) == 6
    answer = answer_request(read_request(request.read_bytes()), key).data()
    workspace, code = recovering.recover_with_answer(
        folder, answer, phrase(OTHER_PHRASE), clock=clock, ids=SeededIds("5a"), kdf=unlocking.CHEAPEST
    )
    with workspace:
        assert [each.id for each in workspace.store.all("citizen")] == [citizen]
    desk.run("status", code=3)  # the old passphrase opens nothing

    # With the recovery code on paper: everything is there, what was not sent too.
    workspace, _new = recovering.recover(
        folder, code, phrase(PHRASE), clock=clock, ids=SeededIds("5b"), kdf=unlocking.CHEAPEST
    )
    with workspace:
        assert workspace.status().pending == 1

    # To begin anew from the office is to lose what was not sent; it is said, and needs a word.
    assert "SLET" in desk.run("vault", "erase", code=2).err
    assert (folder / "vault").is_dir()


def test_12_an_employer_is_visited_in_a_basement_without_network_and_with_a_slow_clock(office: Office) -> None:
    field = Desk.of(office, "S12", clock=office.clock.now() - timedelta(hours=3))
    with offline(field):
        field.put("company", {"name": "Café Solsort"})
        a_citizen(field)
        for line in ("virk Café Solsort besøg: vil prøve to timer", "ring åse i morgen 10"):
            assert field.json("add", line)["ids"]
        assert field.json("search", "Solsort")
        assert field.json("today")["date"] == TODAY.isoformat()
        field.run(
            "export", "appointments", "--from", str(TODAY), "--to", str(after(6)), "--profile", "own", "--format", "csv"
        )
    pending = field.json("status")["pending"]
    report = field.json("sync")
    assert (report["finished"], report["pending"], report["rejected"]) == (True, 0, 0)
    assert report["pushed"] == pending >= 4
    assert abs(report["server_time_skew_seconds"]) == pytest.approx(3 * 3600, abs=60)  # a wrong clock is found

    # The office has the right time of each change and how wrong the clock was; their order is its own numbers'.
    (company,), (citizen,) = field.json("list", "company"), field.json("list", "citizen")
    first, second = office.revisions(company["id"])[0], office.revisions(citizen["id"])[0]
    assert first.seq != second.seq
    assert {first.recorded_at[:16], second.recorded_at[:16]} == {"2026-11-23T07:15"}
    assert abs(first.clock_offset_ms) == pytest.approx(3 * 3_600_000, abs=60_000)


def test_14_a_power_cut_while_saving_keeps_what_was_said_to_be_kept(office: Office, tmp_path: Path) -> None:
    desk = Desk.of(office, "S14")
    folder, clock = desk.workspace.folder, desk.device.clock
    citizen = a_citizen(desk)
    desk.workspace.drafts.save(f"note:{citizen}", "note", citizen, NEEDLES[2])

    # The battery is empty now: what lies on the disk is all there is.
    anchors = as_the_power_went(folder, tmp_path / "efter")
    desk.workspace.close()
    shutil.rmtree(folder)
    shutil.move(tmp_path / "efter", folder)
    put_anchors_back(anchors)
    assert hits([folder], NEEDLES) == set()  # a draft is encrypted as everything is

    with unlocking.unlock(folder, phrase(), clock=clock, ids=SeededIds("14")) as workspace:
        assert [each.id for each in workspace.store.all("citizen")] == [citizen]
        assert [(each.subject_id, each.text) for each in workspace.drafts.unfinished()] == [(citizen, NEEDLES[2])]
    assert desk.json("vault", "check")["ok"] is True
    assert desk.json("log", "verify")["ok"] is True


@pytest.mark.parametrize("form", get_args(Form))
def test_24_a_passphrase_typed_with_dead_keys_opens_whatever_the_keyboard_makes_of_it(
    tmp_path: Path, form: Form
) -> None:
    words = "åben ærlig øre blåbær sømænd"
    clock = FixedClock(MONDAY)
    unlocking.create(tmp_path, phrase(words), clock=clock, ids=SeededIds("24"), kdf=unlocking.CHEAPEST)[0].close()
    screen = LockScreen()
    for key in split_keys(unicodedata.normalize(form, words).encode()):
        screen.take(key)
    hidden = screen._field(80)
    screen.take("f2")
    assert set(hidden) <= set("•▏ ")  # "vis" shows it, and hides it again
    assert "ærlig" in unicodedata.normalize("NFC", screen._field(80))
    typed = tmp_path / "indtastet"
    typed.write_bytes(screen.normalised() + b"\r\n")
    said = run(["--data-dir", str(tmp_path), "--passphrase-file", str(typed), "status", "--json"], clock=clock)
    assert said.code == 0, said.err


def test_24_the_lock_screen_hints_at_caps_lock_and_another_layout_and_words_are_recommended_that_every_keyboard_has() -> (
    None
):
    for typed, hint in ((b"SOMMER", "Caps Lock"), (b"gr;n bl[ h'ne", "tastatur")):
        screen = LockScreen()
        for key in split_keys(typed):
            screen.take(key)
        assert any(hint in text for _colour, text in screen._below())
    for _each in range(20):
        assert not set(suggest_passphrase(random.SystemRandom().randint)) & set("@{}[]")
