"""Team: a leader at their own device, against a real office on loopback, by keys only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from fieldtui.base.errors import ApprovalPending, Revoked
from fieldtui.base.ids import SeededIds
from fieldtui.central.acting import written_down
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.services import unlocking
from fieldtui.services.enrolment import Enrolment
from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.dialogs.team import HIDDEN, ApproveDialog, CoverDialog
from fieldtui.tui.widgets.linetable import LineTable
from tests.support.teamoffice import EARLIER, fill, leader
from tests.support.training import MORNING
from tests.support.vaults import phrase
from tests.sync.office import Device, Office, TickingClock, open_office
from tests.tui.support import SIZES, grid, press, said, settle, shows, until, write

EARLY = MORNING.replace(hour=7, minute=45)


@pytest.fixture
def team(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Office]:
    """An office with a whole team; it is Monday, a quarter to eight."""
    with open_office(postgres, tmp_path, TickingClock(EARLY - EARLIER)) as office:
        fill(office)
        yield office


@asynccontextmanager
async def at_the_desk(
    device: Device, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[FieldtuiApp, Pilot[int]]]:
    """The leader's app, with the team on the screen."""
    app = FieldtuiApp(device.workspace.folder, clock=device.clock, ids=SeededIds("le"), workspace=device.workspace)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await shows(app, pilot, "Team · man 23-11")
        yield app, pilot


async def spoken(app: FieldtuiApp, pilot: Pilot[int], words: str) -> None:
    """Wait until the app has said something."""
    await until(pilot, lambda: words in said(app))
    await settle(pilot)


async def test_the_leaders_first_screen_is_the_team_at_every_size(team: Office) -> None:
    mh = team.device("MH")
    names = {part for row in mh.workspace.lookup.citizens(EARLY.date()) for part in row.full_name.split()}
    device = leader(team)
    for size in SIZES:
        async with at_the_desk(device, size) as (app, pilot):
            text = await shows(app, pilot, "Maskiner · 2")
            assert all(len(line) <= size[0] for line in text.splitlines())
            assert text.splitlines()[0].split() == ["1", "Team", "7", "Synk"]
            for words in ("Hvem", "Over frist", "MH", "SK", "TB", "► 07:45", "Kvartershuset", "over frist · 1",
                          "alt sendt", "s Syg: vikar", "l Mistet"):  # fmt: skip
                assert words in text, (size, words)
            assert not [name for name in names if len(name) > 3 and name in text], "no citizen is named"


async def test_a_leaders_keys_are_a_leaders_in_both_languages(team: Office) -> None:
    async with at_the_desk(leader(team)) as (app, pilot):
        await press(pilot, "down", "down")
        await shows(app, pilot, "TB · I dag")
        await press(pilot, "3", "plus", "2")
        assert "Team · man 23-11" in grid(app), "a leader has no calendar, no citizens and no quick-add"
        await press(pilot, "ctrl+p", *"vikar")
        assert "Syg: vikar" in grid(app)
        assert "Hurtig-tilføj" not in grid(app)
        await press(pilot, "escape", "f9")
        text = await shows(app, pilot, "Overdue", "consultants", "s Ill: stand-in", "Devices")
        assert "konsulenter" not in text


async def test_tb_is_ill_at_a_quarter_to_eight(team: Office) -> None:
    """The leader lets MH and SK stand in, by keys only; their devices get the citizens, and lose them after the day."""
    mh, sk, tb, device = team.device("MH"), team.device("SK"), team.device("TB"), leader(team)
    day = EARLY.date()
    ill = {row.id for row in tb.workspace.lookup.citizens(day)}
    todays = {each.id for each in tb.workspace.lookup.appointments(day, day) if each.record.citizen_id in ill}
    async with at_the_desk(device) as (app, pilot):
        await press(pilot, "down", "down", "s")
        await shows(app, pilot, "TB er væk: hvem dækker?")
        for text in ("mh", "sk"):
            await write(pilot, text)
            await press(pilot, "enter")
        await press(pilot, "enter")
        await shows(app, pilot, "TB er væk til og med man 23-11: hvem tager hvem?", "MH 2 · SK 2 · ingen 0")
        first = app.screen.query_one("#cover", LineTable).cursor_key
        await press(pilot, "space", "space")
        assert "ingen 1" in grid(app)
        await press(pilot, "left", "ctrl+s")
        await spoken(app, pilot, "4 borgere har vikar til og med man 23-11")
        await shows(app, pilot, "4+1", "4+3", "væk · dækkes af MH, SK")
    assert {(row.action, row.consultant_id) for row in written_down(team.database)} == {
        ("substitute", device.person.id)
    }  # fmt: skip
    seen: set[str] = set()
    for standin in (mh, sk):
        standin.sync()
        rows = {row.id: row for row in standin.workspace.lookup.citizens(day)}
        got = {citizen_id for citizen_id in ill if citizen_id in rows}
        assert len(got) in {1, 2, 3}
        assert all(rows[citizen_id].role == "substitute" for citizen_id in got)
        seen |= got
        agenda = {each.id for each in standin.workspace.agenda.day(day).appointments}
        held = standin.workspace.lookup.appointments(day, day)
        assert {each.id for each in held if each.record.citizen_id in got} <= agenda
        todays -= agenda
    assert seen == ill
    assert first in ill
    assert todays == set(), "each of TB's meetings of the day stands in somebody's I dag"
    for each in (team.clock, mh.clock, sk.clock):
        each.advance(timedelta(days=1))
    for standin in (mh, sk):
        standin.sync(accept_mass_change=True)
        left = {row.id for row in standin.workspace.lookup.citizens(day + timedelta(days=1))}
        assert not left & ill, "the day after, they are gone"
        assert not [citizen_id for citizen_id in ill if standin.workspace.store.body_of(citizen_id)]


async def test_without_network_the_last_picture_is_shown_and_what_was_chosen_is_offered_again(team: Office) -> None:
    device = leader(team)
    device.workspace.team.refresh()
    device.clock.advance(timedelta(minutes=30))
    device.network.lose_request = lambda _request: True
    async with at_the_desk(device) as (app, pilot):
        await shows(app, pilot, "uden net", "set 07:45")
        await press(pilot, "s")
        await shows(app, pilot, "hvem dækker?")
        await write(pilot, "sk")
        await press(pilot, "ctrl+s")
        await shows(app, pilot, "hvem tager hvem?")
        await press(pilot, "space", "ctrl+s")
        await spoken(app, pilot, "det her kræver net")
        assert isinstance(app.screen, CoverDialog), "nothing of what was chosen is lost"
        assert "SK 3 · ingen 1" in grid(app)
        device.network.lose_request = lambda _request: False
        await press(pilot, "ctrl+s")
        await spoken(app, pilot, "3 borgere har vikar")


async def test_a_new_device_is_let_in_by_its_six_words(team: Office, tmp_path: Path) -> None:
    device = leader(team)
    workspace, _code = unlocking.create(
        tmp_path / "new", phrase(), clock=TickingClock(team.clock.now()), ids=SeededIds("new"), kdf=unlocking.CHEAPEST
    )
    enrolment = Enrolment(workspace._context, pause=lambda _seconds: None)
    words: list[tuple[str, ...]] = []

    def ask(url: str, code: str) -> Any:
        return enrolment.enrol(url, code, device_name="Ny bærbar", on_words=words.append, wait_seconds=0)

    with workspace:
        async with at_the_desk(device) as (app, pilot):
            await press(pilot, "g")
            await spoken(app, pilot, "Ingen maskine venter")
            await press(pilot, "n", "enter")
            text = await shows(app, pilot, "Kode til MHs nye maskine")
            code = text.partition("Kode  ")[2][:9]
            url = f"{team.server.url}#k=" + text.partition("#k=")[2].split()[0]
            with pytest.raises(ApprovalPending):
                await asyncio.to_thread(ask, url, code)
            await press(pilot, "escape")
            await shows(app, pilot, "1 venter på dig")
            await press(pilot, "g")
            shown = await shows(app, pilot, "Godkend MHs maskine Ny bærbar?")
            dialog = app.screen
            assert isinstance(dialog, ApproveDialog)
            (mine,) = words
            hidden = dialog._hidden
            assert HIDDEN in shown
            assert all(word in shown for number, word in enumerate(mine) if number != hidden)
            await write(pilot, "forkert")
            await press(pilot, "enter")
            await shows(app, pilot, "Den er ikke godkendt")
            app.screen.query_one(Input).value = mine[hidden].upper()
            await press(pilot, "enter")
            await spoken(app, pilot, "MHs maskine er godkendt")
        person = await asyncio.to_thread(ask, url, code)
    assert person.initials == "MH"
    assert [row.action for row in written_down(team.database)] == ["enrol-code", "approve"]


async def test_laptops_are_shut_out_only_with_a_reason_and_the_typed_word(team: Office) -> None:
    mh = team.device("MH")
    team.device("TB", sync=False)
    device = leader(team)
    async with at_the_desk(device) as (app, pilot):
        await press(pilot, "p", "enter")
        await shows(app, pilot, "Spær maskinen laptop 0")
        await write(pilot, "Fratrådt")
        await press(pilot, "enter")
        await write(pilot, "ja")
        await press(pilot, "enter")
        await shows(app, pilot, "Skriv SPÆR for at gå videre.")
        app.screen.query(Input).last().value = "spær"
        await press(pilot, "enter")
        await spoken(app, pilot, "er spærret")
        await shows(app, pilot, "× spærret")
        await press(pilot, "down", "down", "l", "enter")
        await shows(app, pilot, "Er maskinen laptop 1 mistet?")
        await write(pilot, "Glemt i bussen")
        await press(pilot, "enter")
        await write(pilot, "mistet")
        await press(pilot, "enter")
        await spoken(app, pilot, "Arket ligger i")
        await shows(app, pilot, "× mistet, spærret")
    with pytest.raises(Revoked):
        mh.sync()
    assert [(row.action, row.reason) for row in written_down(team.database)] == [
        ("revoke", "Fratrådt"), ("lost", "Glemt i bussen"), ("revoke", "Glemt i bussen"), ("lost-sheet", None),
    ]  # fmt: skip
    (file,) = (device.workspace.folder / "exports").glob("mistet-maskine_2026-11-23_*.txt")
    assert "# Mistet maskine: laptop 1" in file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0


async def test_a_caseload_is_handed_over_after_a_question(team: Office) -> None:
    mh, device = team.device("MH"), leader(team)
    async with at_the_desk(device) as (app, pilot):
        for keys, question in ((("space", "ctrl+s"), "Giv 3 borgere fra MH til TB?"), (("ctrl+s",), "Giv 4 borgere")):
            await press(pilot, "h")
            await shows(app, pilot, "Overdrag MHs borgere")
            await write(pilot, "tb")
            await press(pilot, "ctrl+s")
            await shows(app, pilot, "Fra MH til TB: hvilke borgere?")
            await press(pilot, *keys)
            await shows(app, pilot, question)
            await press(pilot, "n" if len(keys) == 2 else "j")
            assert len(keys) == 1 or written_down(team.database) == ()
        await spoken(app, pilot, "4 borgere er givet til TB.")
    mh.sync(accept_mass_change=True)
    assert mh.workspace.lookup.citizens(EARLY.date()) == ()


async def test_a_consultant_sees_no_team(team: Office) -> None:
    mh = team.device("MH")
    app = FieldtuiApp(mh.workspace.folder, clock=mh.clock, ids=SeededIds("mh"), workspace=mh.workspace, start="team")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert "1 I dag" in grid(app)
        app.go("team")
        await settle(pilot)
        assert "Team" not in grid(app).splitlines()[0]
        assert "Kræver handling" in grid(app)
