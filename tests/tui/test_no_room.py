"""A full disk under the note that is being written: said where one writes, kept on the screen, and stored once there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldtui.base.errors import DiskFull
from fieldtui.store import drafts
from fieldtui.tui.dialogs import note
from fieldtui.tui.dialogs.note import draft_key
from fieldtui.tui.widgets.fields import CleanTextArea
from tests.tui.support import a_caseload, grid, press, running, until


async def test_a_draft_that_found_no_room_is_kept_by_itself_once_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note, "_AGAIN_SECONDS", 0.05)
    load = a_caseload(tmp_path)
    citizen_id = load.citizens["fatima"]
    key = draft_key("note", citizen_id)
    save = drafts.DraftBox._save
    full = True

    def narrow(*given: object, **named: object) -> object:
        if full:
            raise DiskFull
        return save(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(drafts.DraftBox, "_save", narrow)
    async with running(load) as (app, pilot):
        app.go("borgerkort", citizen_id)
        await press(pilot, "m")
        await pilot.press(*"Hun vil gerne")
        await until(pilot, lambda: "ikke plads" in grid(app))
        assert app.screen.query_one(CleanTextArea).text == "Hun vil gerne"
        assert load.workspace.drafts.get(key) is None
        full = False
        await until(pilot, lambda: load.workspace.drafts.get(key) is not None)
        await until(pilot, lambda: "√ Kladde gemt" in grid(app))
