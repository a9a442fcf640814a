"""Overdragelser: what I am offered and what was written before, seen and answered with a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldtui.store.desk import DeskBox, add_notice, replace_desk
from fieldtui.tui.widgets.choosing import PickField
from fieldtui.wire.desk import Desk, Handover, ParkedEdit
from tests.support.workspaces import MH, TB
from tests.tui.support import SIZES, Caseload, a_caseload, grid, press, running, said, shows, until, write

OFFER = "01968000-0000-7000-8000-0000000000f1"
ELSEWHERE = "01968000-0000-7000-8000-0000000000f2"
OP = "01968000-0000-7000-8000-0000000000f3"


def on_the_desk(folder: Path) -> Caseload:
    """One citizen offered to me, and one edit of Ali's card by a colleague, of which I changed the same field since."""
    load = a_caseload(folder)
    ali = next(row.id for row in load.workspace.lookup.citizens(load.clock.now().date()) if row.short_name == "Ali D.")
    stored = load.workspace.lookup.get(ali)
    base = {**stored.record.body(), "district": "Nord", "job_goal": "Køkken"}
    load.workspace.casework.update(ali, {"job_goal": "Lager", "district": "Nord"})
    offer = Handover(
        id=OFFER, citizen_id=ELSEWHERE, label="Maja K.", from_id=TB.id, to_id=MH.id, offered_by=TB.id,
        note="Ring før kl. 9", state="offered", offered_at="2026-11-20T09:00:00+01:00",
    )  # fmt: skip
    edit = ParkedEdit(
        op_id=OP, collection="citizen", id=ali, citizen_id=ali, label="Ali D.", side="receiver", author=TB.id,
        recorded_at="2026-11-20T10:00:00+01:00", base_rev=1, base=base,
        body={**base, "job_goal": "Cykelværksted", "district": "Vest"}, state="waiting",
    )  # fmt: skip
    with load.workspace.store.transaction() as connection:
        replace_desk(connection, Desk(handovers=(offer,), parked=(edit,)))
    return load


def errands(load: Caseload) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [
        (each.errand.kind, each.errand.reason, each.errand.take) for each in DeskBox(load.workspace.store).errands()
    ]


@pytest.mark.parametrize("size", SIZES)
async def test_my_day_says_what_waits_and_both_lists_fit(tmp_path: Path, size: tuple[int, int]) -> None:
    load = on_the_desk(tmp_path)
    async with running(load, size=size) as (app, pilot):
        assert "1 borger er" in grid(app)
        assert "1 parkeret" in grid(app)
        app.go("overdragelser")
        await press(pilot)
        text = grid(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        for words in ("Overdragelser · 1", "Maja K.", "fra TB", "Parkeret · 1", "Ring før kl. 9"):
            assert words in text, words


async def test_g_takes_the_citizen_over_after_asking(tmp_path: Path) -> None:
    load = on_the_desk(tmp_path)
    async with running(load) as (app, pilot):
        app.go("overdragelser")
        await press(pilot, "g", "n")
        assert errands(load) == []
        await press(pilot, "g", "j")
        assert errands(load) == [("accept", None, ())]
        assert "Maja K." in said(app)
        await until(pilot, lambda: "ja, sendes" in grid(app))


async def test_n_says_no_with_a_reason(tmp_path: Path) -> None:
    load = on_the_desk(tmp_path)
    async with running(load) as (_app, pilot):
        _app.go("overdragelser")
        await press(pilot, "n")
        await write(pilot, "Jeg er fuld")
        await press(pilot, "enter")
        assert errands(load) == [("reject", "Jeg er fuld", ())]


async def test_a_parked_edit_is_seen_field_by_field_and_space_lets_its_value_hold(tmp_path: Path) -> None:
    load = on_the_desk(tmp_path)
    async with running(load) as (app, pilot):
        app.go("overdragelser")
        await press(pilot, "tab")
        text = grid(app)
        for words in ("Cykelværk", "Lager", "Vest", "▲"):
            assert words in text, words
        assert "→ nu" in text
        await press(pilot, "tab", "space")
        assert "→ nu" not in grid(app)
        await press(pilot, "g")
        assert errands(load) == [("accept_parked", None, ("job_goal",))]


async def test_h_on_a_card_offers_the_citizen_to_a_colleague(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    ali = next(row.id for row in load.workspace.lookup.citizens(load.clock.now().date()) if row.short_name == "Ali D.")
    async with running(load) as (app, pilot):
        app.go("borgerkort", ali)
        await press(pilot, "h")
        assert "Overdrag Ali D." in grid(app)
        app.screen.query_one(PickField).pick(TB.id)
        app.screen.query_one("#entry-note").load_text("Kender sagen")  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        (row,) = load.workspace.handovers.list()
        assert (row.state, row.to_id, row.note) == ("offering", TB.id, "Kender sagen")
        app.go("overdragelser")
        await shows(app, pilot, "t træk tilbage")
        await press(pilot, "g")
        await until(pilot, lambda: "Det er dit eget tilbud" in said(app))
        assert load.workspace.handovers.list() == (row,)


async def test_what_the_office_erased_is_told_until_it_is_read(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    with load.workspace.store.transaction() as connection:
        about = {"call_code": "K7Q4", "why": "Fristen er gået", "unsent": 2}
        add_notice(connection, "erased", about, load.clock.now())
    async with running(load) as (app, pilot):
        assert "! Kontoret" in grid(app)
        app.go("overdragelser")
        await press(pilot)
        for words in ("K7Q4", "Fristen er gået"):
            assert words in grid(app)
        await press(pilot, "g")
        assert load.workspace.handovers.notices() == ()
        assert "K7Q4" not in grid(app)
