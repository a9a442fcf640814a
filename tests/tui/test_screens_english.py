"""F9 on the screens: no Danish text of the screens is left over, and undoing and booking say the same in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from fieldtui.tui.dialogs.appointment import MoveForm
from fieldtui.tui.screens.eksport import Export
from tests.tui.support import a_caseload, grid, press, running, settle, until

_CATALOGUE = Path(__file__).resolve().parents[2] / "fieldtui" / "locale" / "en" / "screens.po"


def danish_texts() -> list[str]:
    """Texts of the screens that are other in English, long enough not to be part of an English word or of the data."""
    with _CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream)
    texts = [str(message.id) for message in catalogue if message.id and message.id != message.string]
    return [text for text in texts if "{" not in text and len(text) >= 12]


@pytest.mark.parametrize(
    "route",
    [
        "borgere",
        "borgerkort",
        "forloeb",
        "kalender",
        "virksomheder",
        "virksomhedskort",
        "brobygning",
        "synk",
        "eksport",
    ],
)
async def test_f9_leaves_no_danish_of_ours_on_the_screen(tmp_path: Path, route: str) -> None:
    load = a_caseload(tmp_path)
    about = {
        "borgerkort": (load.citizens["maja"],),
        "forloeb": (load.citizens["maja"],),
        "virksomhedskort": (load.companies["solsort"],),
    }
    async with running(load) as (app, pilot):
        app.go(route, *about.get(route, ()))
        await settle(pilot)
        before = grid(app)
        await press(pilot, "f9")
        text = grid(app)
        assert text != before
        # What was done is kept in the words of that moment; it is data.
        kept = " ".join(row.label for row in load.workspace.syncing.waiting())
        assert [danish for danish in danish_texts() if danish in text and danish not in kept] == []
        await press(pilot, "f9")
        await until(pilot, lambda: grid(app).split("\n")[1:20] == before.split("\n")[1:20])


async def test_the_palette_finds_the_export_in_both_languages(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "ctrl+p", *">reception")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, Export))


async def test_moving_into_the_hour_that_does_not_exist_is_refused_and_the_app_goes_on(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    stored = load.workspace.lookup.get(load.appointments["ali"])
    async with running(load) as (app, pilot):
        dialog = MoveForm(
            stored, "Ali D.", lambda start, minutes: load.workspace.casework.move(stored.id, start, minutes)
        )
        app.push_screen(dialog)
        await until(pilot, lambda: bool(app.screen.query("#entry-day")))
        app.screen.query_one("#entry-day").value = "28-03-2027"  # type: ignore[attr-defined]
        app.screen.query_one("#entry-at").value = "2:30"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert app.screen is dialog
        assert "uret stilles frem" in dialog.felts["at"].error
        assert "uret stilles frem" in grid(app)
        assert load.workspace.lookup.get(stored.id).record.starts_at == stored.record.starts_at
