"""Virksomheder: contacts of the whole team, and what is stored when one is logged."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldtui.tui.screens.virksomhedskort import CompanyScreen
from tests.tui.support import SIZES, a_caseload, grid, press, running, until


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_list_and_card_fit_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, pilot):
        await press(pilot, "4")
        assert all(len(line) <= size[0] for line in grid(app).splitlines())
        assert "Virksomheder · 1 · denne uge 0 af 6 ansigt til ansigt" in grid(app)
        assert "│ Café Solsort " in grid(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, CompanyScreen)
        assert all(len(line) <= size[0] for line in grid(app).splitlines())
        assert grid(app).splitlines()[1].startswith(" Café Solsort  Café · Amager")
        assert "Teamet har ikke haft kontakt endnu." in " ".join(grid(app).replace("│", " ").split())


async def test_a_contact_for_a_citizen_stores_contact_and_lead_and_z_takes_both_back(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    lookup = load.workspace.lookup
    async with running(load) as (app, pilot):
        await press(pilot, "4")
        await press(pilot, "v")
        await until(pilot, lambda: bool(app.screen.query("#entry-text")))
        app.screen.query_one("#entry-text").load_text("De søger en til opvasken.\nRing igen onsdag.")  # type: ignore[attr-defined]
        app.screen.query_one("#entry-citizen_id").value = "fat"  # type: ignore[attr-defined]
        app.screen.query_one("#entry-next_step_on").value = "ons"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        contact, lead = lookup.list("employer_contact")[0], lookup.list("job_lead")[0]
        assert (contact.record.mode, contact.record.face_to_face, contact.record.text) == (
            "visit", True, "De søger en til opvasken.\nRing igen onsdag.",
        )  # fmt: skip
        assert (lead.record.citizen_id, lead.record.employer_contact_id) == (load.citizens["fatima"], contact.id)
        assert lead.record.next_step_on.isoformat() == "2026-11-25"
        assert "denne uge 1 af 6 ansigt til ansigt" in grid(app)
        await press(pilot, "enter")
        assert "Sidste kontakt fra teamet: 23-11-2026 (MH)." in grid(app)
        assert "Fatima A." in grid(app)
        await press(pilot, "z")
        assert lookup.list("employer_contact") == lookup.list("job_lead") == ()


async def test_a_new_company_is_refused_at_the_number_that_is_wrong(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "4")
        await press(pilot, "n")
        await until(pilot, lambda: bool(app.screen.query("#entry-cvr")))
        app.screen.query_one("#entry-name").value = "Ny [/] Bager"  # type: ignore[attr-defined]
        app.screen.query_one("#entry-cvr").value = "12345678"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "× Det er ikke et CVR-nummer" in grid(app))
        assert len(load.workspace.lookup.list("company")) == 1
        app.screen.query_one("#entry-cvr").value = ""  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert {stored.record.name for stored in load.workspace.lookup.list("company")} == {
            "Café Solsort",
            "Ny [/] Bager",
        }
        assert "Ny [/] Bager" in grid(app)
        await press(pilot, "slash", *"bager")
        assert "Café Solsort" not in grid(app)
