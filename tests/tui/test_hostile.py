"""What other people wrote can neither steer the terminal nor the app, on any screen."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.content import Content
from textual.widgets import Input, TextArea

from fieldtui.base.clock import isoformat
from fieldtui.domain.records import COLLECTIONS
from fieldtui.services.bridging import Terms
from fieldtui.tui.presenters.lines import Piece, Row, line
from fieldtui.tui.routes import ROUTES
from fieldtui.tui.widgets.content import line_content, plain_content
from fieldtui.tui.widgets.linetable import Column, LineTable
from tests.tui.support import NOW, Caseload, a_caseload, grid, press, running, settle

EVIL = (
    "[/]",
    "[@click=app.leave()]klik[/]",
    "[bold red]rød[/bold red]",
    "se [bilag]",
    "\x1b]52;c;SU5KRUNURUQ=\x07",
    "\x1b]0;TITEL\x07",
    "\x9b31mC1",
    "\x1b[2J",
    "\u202eomvendt\u202c",
    "👩‍👩‍👧‍👦 Zoë\u0301",
    "A" * 180,
    "linje\r\nskift\ttab\x00nul",
    "${HOME} {0} %s $primary",
)


@given(st.text(max_size=80))
def test_no_text_becomes_markup_or_keeps_a_control_character(text: str) -> None:
    for content in (plain_content(text), line_content(line(Piece(text, "error"), text))):
        assert isinstance(content, Content)
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in content.plain)
    assert all(span.style in {"bold $error", ""} for span in line_content(line(Piece(text, "error"), text)).spans)


def hostile(folder: Path) -> Caseload:
    """A caseload where every place that shows text holds something evil."""
    load = a_caseload(folder)
    casework = load.workspace.casework
    for number, evil in enumerate(EVIL):
        citizen = casework.create(
            "citizen",
            {"given_name": f"X{evil}"[:190], "family_name": evil, "job_goal": evil, "considerations": evil, "phone": evil[:40] or "1",
             "contact_preference": evil, "practical_needs": [evil], "enrolled_on": "2026-11-09", "call_code": f"K{number}"},
        ).record_ids[0]  # fmt: skip
        company = casework.create(
            "company", {"name": f"Y{evil}"[:190], "trade": evil, "city": evil, "notes": evil}
        ).record_ids[0]
        casework.create("company_contact", {"company_id": company, "name": f"Z{evil}"[:190], "role": evil})
        casework.book(
            {
                "citizen_id": citizen,
                "kind": "jobsamtale",
                "title": evil,
                "place": evil,
                "starts_at": isoformat(NOW.replace(hour=8 + number % 9, minute=0)),
                "contact_options": evil,
            }
        )
        casework.write_note(citizen, f"N{evil}")
        casework.create("task", {"citizen_id": citizen, "title": f"T{evil}"[:190], "due_on": "2026-11-24"})
        casework.request_treatment(citizen, "SEL101", NOW.date(), evil)
        casework.give_consent(citizen, f"M{evil}"[:190], given_on=NOW.date(), terms=Terms(scope=evil))
        load.workspace.drafts.save(f"note:{citizen}:", "note", citizen, evil)
    return load


_POINTER = re.compile(r"\x1b\]22;[a-z-]*\x07")
"""Textual's own request for a shape of the mouse pointer."""


class Recording:
    """Keeps every byte the app would have written to the terminal."""

    def __init__(self, app: Any) -> None:
        self.written = io.StringIO()
        write = app._driver.write

        def record(data: str) -> None:
            self.written.write(data)
            write(data)

        app._driver.write = record


def arguments(screen: str, load: Caseload) -> list[str]:
    rows = load.workspace.lookup.citizens(NOW.date())
    if screen in {"borgerkort", "forloeb"}:
        return [next(row.id for row in rows if "click" in row.full_name)]
    if screen == "virksomhedskort":
        return [next(row.id for row in load.workspace.lookup.companies(NOW.date()) if "click" in row.name)]
    return []


@pytest.fixture(scope="module")
def evil_load(tmp_path_factory: pytest.TempPathFactory) -> Caseload:
    return hostile(tmp_path_factory.mktemp("hostile"))


async def visit(load: Caseload, screen: str, size: tuple[int, int]) -> str:
    """Everything a screen shows while somebody looks around in it, and everything it wrote."""
    shown = []
    async with running(load, size, close=False) as (app, pilot):
        record = Recording(app)
        if screen != "idag":
            app.go(screen, *arguments(screen, load))
        await settle(pilot)
        shown.append(grid(app))
        for _step in range(5):
            await pilot.press("down")
        for _step in range(5):
            await pilot.press("right") if screen == "borgerkort" else await pilot.press("tab")
            await settle(pilot)
            shown.append(grid(app))
        assert app.return_value is None
        return "\n".join(shown) + _POINTER.sub("", record.written.getvalue())


@pytest.mark.parametrize("screen", ROUTES)
async def test_each_screen_shows_evil_texts_literally_and_obeys_none(evil_load: Caseload, screen: str) -> None:
    shown = await visit(evil_load, screen, (140, 45))
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "\u202e" not in shown
    assert "TITEL" not in shown.replace("]0;TITEL", "")


async def test_dialogs_show_evil_names_literally(evil_load: Caseload) -> None:
    async with running(evil_load, (140, 45), close=False) as (app, pilot):
        for keys in (
            ("x",),
            ("o",),
            ("m",),
            ("v",),
            ("ctrl+p", "x", "left_square_bracket"),
            ("plus", "at", "x"),
            ("f7",),
        ):
            await press(pilot, *keys)
            assert "\x1b" not in grid(app)
            await press(pilot, "escape")
        assert app.return_value is None


async def test_a_click_on_a_text_that_looks_like_an_action_runs_nothing(evil_load: Caseload) -> None:
    async with running(evil_load, (140, 45), close=False) as (app, pilot):
        app.notice("[@click=app.leave()]klik[/]")
        await settle(pilot)
        lines = grid(app).splitlines()
        y = next(number for number, text in enumerate(lines) if "[@click" in text)
        await pilot.click(offset=(lines[y].index("klik"), y))
        await settle(pilot)
        assert app.return_value is None


async def test_what_is_pasted_into_a_field_is_cleaned_first(evil_load: Caseload) -> None:
    async with running(evil_load, close=False) as (app, pilot):
        await press(pilot, "plus")
        app.post_message(events.Paste("ring\x1b]52;c;QQ==\x07 \u202eali"))
        await settle(pilot)
        value = app.screen.query_one("#quick-text", Input).value
        assert "\x1b" not in value
        assert "\u202e" not in value
        assert "ring" in value


async def test_what_is_pasted_into_a_note_is_cleaned_and_keeps_its_lines(evil_load: Caseload) -> None:
    async with running(evil_load, close=False) as (app, pilot):
        app.go("borgere")
        await settle(pilot)
        await press(pilot, "m")
        area = app.screen.query_one(TextArea)
        area.load_text("")
        app.post_message(events.Paste("linje et\r\nto\x1b]52;c;QQ==\x07\x9b2J\u2028\u202eali\x00"))
        await settle(pilot)
        assert area.text == "linje et\nto]52;c;QQ==2J ali"
        area.load_text("kladde\x1b[2J\u202e")
        assert area.text == "kladde[2J"


async def test_a_list_of_any_texts_draws_without_failing(tmp_path: Path) -> None:
    from textual.app import App, ComposeResult

    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield LineTable((Column("A", 12), Column("B"), Column("C", 6, right=True)), header=True, id="shown")

    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        table = app.query_one("#shown", LineTable)
        table.set_rows([Row(str(number), (evil, Piece(evil, "error"), evil)) for number, evil in enumerate(EVIL)])
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert all(sum(segment.cell_length for segment in strip) == 60 for strip in strips)
        await asyncio.sleep(0)


def test_every_collection_has_a_field_that_was_tried_here_or_holds_no_text() -> None:
    tried = {"citizen", "company", "company_contact", "appointment", "note", "task", "referral", "consent"}
    assert tried <= set(COLLECTIONS)
