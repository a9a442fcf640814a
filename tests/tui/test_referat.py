"""Writing: nothing typed is lost, and a text can become what it should have been."""

from __future__ import annotations

from pathlib import Path

from fieldtui.domain.records import Attendance
from fieldtui.tui.dialogs.note import NoteEditor, draft_key, health_word
from fieldtui.tui.widgets.fields import CleanTextArea
from tests.tui.support import a_caseload, grid, press, running, until


async def test_a_draft_outlives_an_app_that_is_gone_without_goodbye_and_is_there_again(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    citizen_id = load.citizens["fatima"]
    key = draft_key("note", citizen_id)
    async with running(load) as (app, pilot):
        app.go("borgerkort", citizen_id)
        await press(pilot, "m")
        await pilot.press(*"Hun vil gerne")

        def kept() -> bool:
            draft = load.workspace.drafts.get(key)
            return draft is not None and draft.text == "Hun vil gerne"

        await until(pilot, kept)
        await until(pilot, lambda: "√ Kladde gemt 09:04:" in grid(app))
        app.pop_screen()  # the editor is gone without being asked
        await press(pilot, "m")
        await until(pilot, lambda: "Hun vil gerne" in grid(app))
        assert "Kladden er hentet frem igen." in grid(app)
        await press(pilot, "ctrl+s")
        texts = [stored.record.text for stored in load.workspace.lookup.list("note", citizen_id=citizen_id)]
        assert "Hun vil gerne" in texts
        assert load.workspace.drafts.get(key) is None


async def test_f4_makes_a_bridging_note_of_it_and_takes_the_draft_along(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    citizen_id = load.citizens["maja"]
    async with running(load) as (app, pilot):
        app.go("borgerkort", citizen_id)
        await press(pilot, "m")
        await pilot.press(*"Hun sover bedre nu")
        await until(pilot, lambda: "“sover” ligner helbred: flyt til Brobygning? (F4)" in grid(app))
        await press(pilot, "f4")
        assert "Brobygningsnotat · Maja S." in grid(app)
        await until(pilot, lambda: load.workspace.drafts.get(draft_key("bridging_note", citizen_id)) is not None)
        assert load.workspace.drafts.get(draft_key("note", citizen_id)) is None
        await press(pilot, "ctrl+s")
        assert [s.record.text for s in load.workspace.lookup.list("bridging_note")] == ["Hun sover bedre nu"]
        assert load.workspace.drafts.unfinished() == ()


async def test_f8_registers_attendance_while_the_text_stays(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "m")
        assert isinstance(app.screen, NoteEditor)
        await pilot.press(*"Kom til tiden")
        await press(pilot, "f8", "enter")
        assert load.workspace.lookup.get(load.appointments["fatima"]).record.status is Attendance.ATTENDED
        assert app.screen.query_one(CleanTextArea).text == "Kom til tiden"
        await press(pilot, "ctrl+s")
        note = next(s.record for s in load.workspace.lookup.list("note") if s.record.text == "Kom til tiden")
        assert (note.appointment_id, note.kind) == (load.appointments["fatima"], "referat")


async def test_what_was_agreed_last_time_stands_under_the_text(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load, (80, 24)) as (app, pilot):
        await press(pilot, "m")
        await until(pilot, lambda: "Fra sidst" in grid(app))
        assert "20-11 “Vil gerne starte småt, helst formiddag.”" in grid(app)
        assert "□ Rundvisning Café Solsort" in grid(app)


def test_only_words_that_begin_like_health_are_pointed_at() -> None:
    assert health_word("Hun tager medicinen nu") == "medicinen"
    assert health_word("Vi talte om arbejde, bus og formiddage") is None


async def test_the_footer_offers_only_keys_that_do_something_here(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "m")
        footer = grid(app).splitlines()[-1]
        assert "F8 Fremmøde" in footer
        assert "F4" in footer
        await press(pilot, "escape")
        app.go("borgerkort", load.citizens["maja"])
        await press(pilot, "m")
        footer = grid(app).splitlines()[-1]
        assert "F8" not in footer
        assert "F4" in footer
