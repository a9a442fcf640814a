"""Enter on a line of “Kræver handling” does what the line asks, for its citizen; y shows what becomes late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fieldtui.domain.records import Attendance
from fieldtui.tui.widgets.linetable import LineTable
from tests.tui.support import a_caseload, grid, press, running, said, settle, write


def keys_of(app: Any) -> list[str]:
    return [row.key for row in app.screen.query_one("#action-list", LineTable).rows]


async def stand_on(app: Any, pilot: Any, start: str) -> None:
    """Put the cursor on the first line whose key begins so."""
    table = app.screen.query_one("#action-list", LineTable)
    table.focus()
    await settle(pilot)
    table.go_to(next(key for key in keys_of(app) if key.startswith(start)))
    await settle(pilot)


async def test_each_kind_of_line_opens_its_own_form_for_its_own_citizen(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    casework, who = load.workspace.casework, load.citizens
    job = {"citizen_id": who["ali"], "kind": "ordinaert_job", "starts_on": "2026-11-20", "weekly_hours": 12}
    casework.create("placement", job)
    praktik = {"kind": "virksomhedspraktik", "purpose": "Afklaring", "starts_on": "2026-11-02", "ends_on": "2026-12-01"}
    casework.create("placement", {"citizen_id": who["jens"], **praktik})
    casework.create(
        "activation", {"citizen_id": who["fatima"], "due_on": "2026-11-28", "status": "planlagt", "kind": "leverandoer"}
    )
    lead = {"company_id": load.companies["solsort"], "on": "2026-11-16", "next_step_on": "2026-11-24"}
    casework.create("job_lead", {"citizen_id": who["maja"], **lead})
    async with running(load) as (app, pilot):
        for kind, citizen, words in (
            ("treatment", "maja", "Behandling · Maja S."),
            ("follow_along", "ali", "Følg op · Ali D."),
            ("praktik_end", "jens", "Ret placering · Jens K."),
            ("activation", "fatima", "Ret tilbud · Fatima A."),
            ("contact", "maja", "Café Solsort"),
            ("next", "oejvind", "Ny aftale"),
        ):
            await stand_on(app, pilot, f"due:{kind}:{who[citizen]}")
            await press(pilot, "enter")
            assert words in grid(app), kind
            await press(pilot, "escape")
        await stand_on(app, pilot, f"due:follow_along:{who['ali']}")
        told = " ".join(grid(app).split())
        assert "Følg op i job · Ali D." in told
        assert "Jobbet begyndte den 20-11" in told
        assert "follow_along.after_start v1" in told
        assert "Ikke bekræftet af kommunen" in told
        await press(pilot, "enter", "tab")
        await write(pilot, "Det går godt på lageret")
        await press(pilot, "ctrl+s")
        assert f"due:follow_along:{who['ali']}" not in "".join(keys_of(app)[:6])
        notes = load.workspace.lookup.list("note", citizen_id=who["ali"])
        assert [(each.record.kind, each.record.text) for each in notes] == [("telefon", "Det går godt på lageret")]


async def test_a_no_show_leaves_a_line_with_suggestions_and_an_attempt_takes_it_away(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    load.workspace.casework.register(load.appointments["jens"], Attendance.NO_SHOW)
    async with running(load) as (app, pilot):
        assert "Få kontakt" in grid(app)
        await stand_on(app, pilot, "due:missed:")
        await press(pilot, "enter")
        shown = grid(app)
        assert all(words in shown for words in ("Udeblevet · Jens K.", "Ring op", "Find en ny tid"))
        assert not any(word in shown.lower() for word in ("sanktion", "fradrag", "udskriv"))
        await write(pilot, "kontaktforsøg")
        await press(pilot, "enter", "tab")
        await write(pilot, "SMS sendt")
        await press(pilot, "ctrl+s")
        assert "Jens K." in said(app)
        assert not any(key.startswith("due:missed:") for key in keys_of(app))


async def test_y_shows_what_becomes_late_and_back(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        now = keys_of(app)
        await press(pilot, "y")
        text = grid(app)
        assert "14 dage frem" in text
        assert "Rundvisning Café Solsort" in text
        assert any(key.startswith("due:treatment:") for key in keys_of(app))
        await press(pilot, "y")
        assert "Kræver handling" in grid(app)
        assert keys_of(app) == now
