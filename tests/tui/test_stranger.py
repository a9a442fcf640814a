"""What a consultant who never saw fieldtui stumbled over, held."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.clock import COPENHAGEN, FixedClock
from fieldtui.base.i18n import set_language
from fieldtui.domain.rulebook import RuleBook
from fieldtui.tui import preferences
from fieldtui.tui.endings import LockReason
from fieldtui.tui.presenters.finding import ALSO
from fieldtui.tui.presenters.help import task_lines
from fieldtui.tui.screens.kalender import Calendar
from fieldtui.tui.widgets.linetable import LineTable
from fieldtui.tui.worker import _speak
from tests.support.workspaces import add_citizen, make_workspace
from tests.tui.support import NOW, SIZES, Caseload, a_caseload, grid, press, running, said, write


async def test_a_draft_stands_first_and_labels_are_whole_at_100_columns(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    load.workspace.drafts.save(f"note:{load.citizens['jens']}", "note", load.citizens["jens"], "Begyndt.")
    async with running(load) as (app, _pilot):
        rows = grid(app).split("Kræver handling", 1)[1].splitlines()[1:]
        assert "· Kladde" in rows[0]
        assert "Referat ikke færdigt" in rows[0]
        assert "Jens K." in rows[0]
        assert not any("…" in row.split("││")[0] for row in rows[:4])
        assert any("□ Rundvisning Café Solsort" in row and "25-11" in row for row in rows)


async def test_after_a_lock_the_note_that_was_being_written_is_open_again_once(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load, close=False) as (app, pilot):
        await press(pilot, "m")
        await write(pilot, "Vi talte om kantinen")
        app.lock(LockReason.ASKED)
    async with running(load, close=False) as (app, pilot):
        assert "Referat · Fatima A." in grid(app)
        assert "Vi talte om kantinen" in grid(app)
        await press(pilot, "escape")
    async with running(load) as (app, _pilot):
        assert "Referat · Fatima A." not in grid(app)
        assert "Referat ikke færdigt" in grid(app)


async def test_undo_names_the_citizen_whose_card_was_changed(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    load.workspace.casework.update(load.citizens["fatima"], {"job_goal": "Kantine"})
    async with running(load) as (app, pilot):
        await press(pilot, "z")
        assert "Fortrudt – Fatima A.: kort rettet." in said(app)
        assert load.workspace.lookup.get(load.citizens["fatima"]).record.job_goal == "Køkken eller café, 6–8 t/uge"


async def test_a_house_is_known_without_its_room(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    load.workspace.casework.book(
        {
            "citizen_id": load.citizens["ali"],
            "kind": "jobsamtale",
            "starts_at": "2026-11-26T10:00+01:00",
            "place": "Havnehuset, lokale 4",
        }
    )
    async with running(load) as (app, pilot):
        await press(pilot, "+")
        await write(pilot, "samtale fre 10 Havnehuset @fatima")
        assert "√ Havnehuset " in grid(app)
        assert "“Havnehuset" not in grid(app)


@pytest.mark.parametrize(
    ("now", "booked", "heading"),
    [
        (datetime(2026, 11, 28, 10, tzinfo=COPENHAGEN), None, "Uge 49"),
        (datetime(2026, 11, 28, 10, tzinfo=COPENHAGEN), "2026-11-29T09:00+01:00", "Uge 48"),
        (datetime(2026, 11, 29, 10, tzinfo=COPENHAGEN), "2026-11-29T09:00+01:00", "Uge 49"),
        (datetime(2026, 11, 27, 23, tzinfo=COPENHAGEN), None, "Uge 48"),
    ],
)
async def test_on_a_weekend_with_nothing_left_the_calendar_opens_the_coming_week(
    tmp_path: Path, now: datetime, booked: str | None, heading: str
) -> None:
    clock = FixedClock(now)
    workspace = make_workspace(tmp_path, clock=clock)
    citizen = add_citizen(workspace, "Ali", "Demir")
    if booked:
        workspace.casework.book({"citizen_id": citizen, "kind": "jobsamtale", "starts_at": booked})
    async with running(Caseload(workspace, clock, {}, {}, {})) as (app, pilot):
        await press(pilot, "3")
        assert isinstance(app.screen, Calendar)
        assert heading in grid(app)
        await press(pilot, "pagedown", "pagedown", "t")
        assert heading in grid(app)


async def test_historik_shows_the_record_under_its_own_cursor(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "space", "left")
        table = app.screen.query_one("#events", LineTable)
        seen = set()
        for _row in table.rows:
            key = (table.cursor_key or "").partition("/")[0]
            stored = load.workspace.lookup.get(key)
            told = {"note": "Vil gerne starte småt", "appointment": "09:00–09:45"}
            shown = grid(app).split("PgUp/PgDn ruller", 1)[1]
            assert told.get(stored.collection, stored.record.label) in shown
            seen.add(stored.collection)
            await press(pilot, "down")
        assert {"citizen", "note", "appointment", "task"} <= seen


@pytest.mark.parametrize(
    ("question", "task"),
    [
        ("hvordan flytter jeg en aftale", "Flytte en aftale"),
        ("borgeren kom ikke", "Registrér udeblevet"),
        ("samtykke", "Registrere samtykke"),
        ("hvordan fortryder jeg?", "Rette en fejl"),
        ("", "Registrér fremmødt"),
    ],
)
def test_help_answers_a_question_as_people_type_it(question: str, task: str) -> None:
    first = task_lines(question)[0]
    text = "".join(piece.text for piece in first)
    assert text.startswith(task)


@pytest.mark.parametrize("word", ["book", "appointment", "aftale"])
async def test_the_palette_finds_a_new_appointment_by_the_words_people_use(tmp_path: Path, word: str) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "ctrl+p")
        await write(pilot, f">{word}")
        assert "Ny aftale" in grid(app)
    assert word in ALSO["new"]


def test_an_asked_for_language_wins_is_remembered_and_f9_wins_after_a_lock(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    preferences.remember(tmp_path, language="en")
    try:
        assert _spoken(tmp_path, "da", first=True) == "da"
        preferences.remember(tmp_path, language="en")  # F9
        assert _spoken(tmp_path, "da", first=False) == "en"
        assert _spoken(tmp_path, None, first=True) == "en"
    finally:
        set_language("da")


def _spoken(folder: Path, asked: str | None, *, first: bool) -> str:
    from fieldtui.base.i18n import language

    _speak(folder, asked, first=first)  # type: ignore[arg-type]
    return language()


async def test_the_idle_lock_follows_the_rule_of_the_municipality(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = a_caseload(tmp_path)
    assert load.workspace.rules.on("session.idle_minutes", NOW.date()) is not None
    written = RuleBook.value

    def value(book: RuleBook, rule_id: str, day: date, default: Any = None) -> Any:
        return 2 if rule_id == "session.idle_minutes" else written(book, rule_id, day, default)

    monkeypatch.setattr(RuleBook, "value", value)
    async with running(load) as (app, _pilot):
        app._watch.touch()
        verdicts = []
        for _second in range(119):
            load.clock.advance(timedelta(seconds=1))
            verdicts.append(app._watch.beat().lock)
        assert set(verdicts) == {None}
        load.clock.advance(timedelta(seconds=2))
        assert app._watch.beat().lock is LockReason.IDLE


async def test_typing_in_a_field_that_holds_a_day_replaces_it(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "3", "n", *"fatima", "tab", "tab", *"ons", "tab", *"10", "ctrl+s")
        assert "booket onsdag 25-11 kl. 10:00" in said(app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_answer_to_a_question_is_seen_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, pilot):
        await press(pilot, "f1")
        await write(pilot, "hvordan flytter jeg en aftale")
        assert "Flytte en aftale → x" in grid(app)
        assert "Lave en opgave" not in grid(app)
