"""Eksport: the reception's list first, counted before it is written, written by allow-list, logged."""

from __future__ import annotations

from pathlib import Path

import pyrage
from textual.widgets import Input

from fieldtui.services.dossier import InTheClear
from fieldtui.tui.widgets.choice import ChoiceField
from tests.support.vaults import phrase
from tests.tui.support import a_caseload, grid, press, running, settle


async def test_enter_writes_the_receptions_list_of_today_and_the_log_has_it(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        app.go("eksport")
        await settle(pilot)
        assert "(•) Receptionen" in grid(app)
        assert "Rækker   4 aftaler" in grid(app)
        await press(pilot, "enter")
        (written,) = load.workspace.exports.folder.iterdir()
        text = written.read_text(encoding="utf-8-sig")
        assert len(text.splitlines()) == 5
        assert "Fatima A." in text
        assert "Aslan" not in text
        assert "12345621" not in text
        assert any(row.action.startswith("export") for row in load.workspace.log_entries())
        assert "√ Skrevet: 4 aftaler" in grid(app)
        assert written.name[:20] in grid(app)


async def test_outlook_has_only_its_own_format_and_a_week_has_its_own_count(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load, (80, 24)) as (app, pilot):
        await press(pilot, "3")
        await press(pilot, "l")
        assert "man 23-11-2026 – søn 29-11-2026" in " ".join(grid(app).replace("│", " ").split())
        await press(pilot, "right", "right")
        assert "(•) ICS" in grid(app)
        await press(pilot, "enter")
        assert [path.suffix for path in load.workspace.exports.folder.iterdir()] == [".ics"]
        assert all(len(line) <= 80 for line in grid(app).splitlines())


async def test_a_list_is_sealed_to_the_key_a_person_gives_or_under_words_shown_on_the_screen(tmp_path: Path) -> None:
    receiver = pyrage.x25519.Identity.generate()
    load = a_caseload(tmp_path)
    elsewhere = tmp_path / "indsigt.json"
    clear = InTheClear(phrase())
    citizen = load.workspace.lookup.list("citizen")[0].id
    load.workspace.dossiers.write(citizen, "json", clear, reason="bedt om indsigt", keep=True, output=elsewhere)
    with load.workspace.store.transaction() as connection:
        connection.execute("UPDATE exported SET made_at = '2026-11-01T10:00:00+01:00'")
    async with running(load) as (app, pilot):
        app.go("eksport")
        await settle(pilot)
        assert "! Uden segl siden søn 01-11-2026: slet" in grid(app)
        assert "indsigt.json." in grid(app)
        app.screen.query_one("#seal", ChoiceField).pick("key")
        await press(pilot, "enter")
        app.screen.query_one(Input).value = str(receiver.to_public())
        await press(pilot, "enter")
        (sealed,) = load.workspace.exports.folder.iterdir()
        assert sealed.suffix == ".age"
        assert "Fatima A." in pyrage.decrypt(sealed.read_bytes(), [receiver]).decode("utf-8-sig")
        app.screen.query_one("#seal", ChoiceField).pick("words")
        await press(pilot, "enter")
        shown = grid(app)
        assert "Åbnes med disse ord" in shown
        assert len(list(load.workspace.exports.folder.iterdir())) == 2
        assert not any(b"Fatima" in each.read_bytes() for each in load.workspace.exports.folder.iterdir())
