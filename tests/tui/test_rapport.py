"""Rapport: figures with their targets, one drawn, whom it is about, and what leaves hides small numbers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from fieldtui.base.clock import isoformat
from fieldtui.tui.dialogs.report import BehindDialog
from fieldtui.tui.screens.borgerkort import CitizenCard
from tests.tui.support import NOW, SIZES, Caseload, a_caseload, grid, press, running, said, shows, until


def a_month_of_meetings(load: Caseload) -> None:
    """Four weeks of interviews that were held, and one that nobody came to."""
    for week in range(1, 6):
        values = {
            "citizen_id": load.citizens["ali"], "kind": "jobsamtale", "duration_minutes": 45, "place": "Gåtur",
            "starts_at": isoformat(NOW - timedelta(days=7 * week)), "status": "no_show" if week == 5 else "attended",
        }  # fmt: skip
        load.workspace.casework.create("appointment", values)


async def test_figures_a_drawing_and_whom_it_is_about_fit_the_smallest_window(tmp_path: Path) -> None:
    size = SIZES[0]
    load = a_caseload(tmp_path)
    a_month_of_meetings(load)
    async with running(load, size) as (app, pilot):
        await press(pilot, "8")
        await shows(app, pilot, "Rapport · mig")
        assert all(len(line) <= size[0] for line in grid(app).splitlines())
        assert "! ≥ 25 % ?" in grid(app)
        await press(pilot, *["down"] * 6)
        await shows(app, pilot, "80 pct. (4 af 5)")
        assert "100 %┤" in grid(app)
        await press(pilot, "enter")
        await shows(app, pilot, "Fremmøde til jobsamtaler · 4 af 5")
        assert isinstance(app.screen, BehindDialog)
        assert grid(app).count("Ali D.") == 5
        entries = [(entry.action, entry.detail) for entry in load.workspace.log_entries()]
        assert ("list", "report.K6 5") in entries
        await press(pilot, "enter")
        await shows(app, pilot, "Ali D.  indskrevet")
        assert isinstance(app.screen, CitizenCard)


async def test_the_period_moves_the_team_is_shown_and_a_file_hides_small_numbers(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    a_month_of_meetings(load)
    async with running(load, close=False) as (app, pilot):
        await press(pilot, "8")
        await shows(app, pilot, "31-08-2026 – 23-11-2026 · 13 uger")
        await press(pilot, "left")
        await shows(app, pilot, "01-06-2026 – 30-08-2026")
        await press(pilot, "right", "space")
        await shows(app, pilot, "01-12-2025 – 23-11-2026 · 12 måneder")
        await press(pilot, "t")
        await shows(app, pilot, "Rapport · teamet")
        assert "Fremmøde" not in grid(app)
        await press(pilot, "t")
        await shows(app, pilot, "Rapport · mig")
        await press(pilot, "i")
        await shows(app, pilot, "af 25 vurderet ─", "Indskrevne den sidste dag: 5")
        await press(pilot, *["down"] * 7, "enter")
        await shows(app, pilot, "8. Lederens rolle", "Lederen udfylder fem nøgleroller")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Vælg en score" in said(app))
        await press(pilot, "right", "right", "tab", *"set", "ctrl+s")
        await until(pilot, lambda: "Aktivitet gemt" in said(app))
        rated = load.workspace.lookup.list("activity")[0].record
        assert (rated.fidelity_item, rated.fidelity_score, rated.text, rated.fidelity_by) == (8, 4, "set", "MH")
        await press(pilot, "e")
        await shows(app, pilot, "Skriv rapport")
        await press(pilot, "tab", "right", "right", "ctrl+s")
        await until(pilot, lambda: "Rapporten er skrevet" in said(app))
    (made,) = (load.workspace.folder / "exports").glob("rapport_resultater_*.csv")
    text = made.read_text("utf-8-sig")
    assert "skjult (under 5)" in text
    assert "4 af 5" not in text
    load.workspace.close()
