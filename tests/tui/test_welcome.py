"""The guide from an empty folder to the first day, against a real central system."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import WrongRecoveryCode
from fieldtui.base.ids import SystemIds
from fieldtui.central import administration
from fieldtui.services import recovering, unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.presenters.guide import groups_of, same_group
from fieldtui.tui.screens.idag import Today
from fieldtui.tui.screens.velkommen import Welcome
from fieldtui.tui.widgets.secret import SecretField
from tests.support.vaults import PHRASE, phrase
from tests.support.workspaces import enrol_in_place
from tests.sync.office import Office
from tests.tui.support import grid, press, settle, until, write


@pytest.fixture(autouse=True)
def cheap_kdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest KDF that is allowed, or each vault takes half a second."""
    monkeypatch.setattr(unlocking, "create", functools.partial(unlocking.create, kdf=unlocking.CHEAPEST))


@asynccontextmanager
async def guide(folder: Path, workspace: Workspace | None = None) -> AsyncIterator[tuple[FieldtuiApp, Pilot[int]]]:
    app = FieldtuiApp(folder, clock=SystemClock(), ids=SystemIds(), workspace=workspace)
    try:
        async with app.run_test(size=(100, 30), notifications=True) as pilot:
            await settle(pilot)
            yield app, pilot
    finally:
        if app.open_workspace is not None:
            app.open_workspace.close()


async def enter_text(pilot: Pilot[int], text: str) -> None:
    await write(pilot, text)
    await press(pilot, "enter")


async def past_passphrase(app: FieldtuiApp, pilot: Pilot[int]) -> Welcome:
    screen = app.screen
    assert isinstance(screen, Welcome)
    await press(pilot, "enter")
    await enter_text(pilot, PHRASE)
    await enter_text(pilot, PHRASE)
    await until(pilot, lambda: "3 Nødkode ─" in grid(app))
    await settle(pilot)
    return screen


async def past_recovery(pilot: Pilot[int], screen: Welcome) -> None:
    groups = groups_of(screen._code)
    for number in screen._asked:
        await enter_text(pilot, groups[number].lower())


async def test_a_new_machine_gets_a_vault_an_approval_and_its_caseload(tmp_path: Path, office: Office) -> None:
    office.citizen("MH", given_name="Yrsa", family_name="Kvist")
    code = administration.enrol_code(office.database, "MH", base_url=office.server.url)
    async with guide(tmp_path / "laptop") as (app, pilot):
        screen = await past_passphrase(app, pilot)
        await past_recovery(pilot, screen)
        await until(pilot, lambda: "4 Hvem er du? ─" in grid(app))
        app.screen.query_one("#guide-url", Input).value = code.url
        app.screen.query_one("#guide-code", Input).value = code.code
        await press(pilot, "enter", "enter", "enter")
        await until(pilot, lambda: "Læs dem højt" in grid(app))
        words = app.workspace.enrolment.words()
        assert words is not None
        assert all(word in grid(app) for word in words)
        administration.approve(office.database, code.code)
        await until(pilot, lambda: app.workspace.consultant is not None)
        app._heartbeat()  # the first since the guide began: waiting for an approval is no sleep
        assert not app.ending
        await until(pilot, lambda: "poster er hentet" in grid(app))
        await press(pilot, "enter")
        assert isinstance(app.screen, Today)
        await until(pilot, lambda: "MH" in grid(app) and "● Online" in grid(app))
        names = [row.full_name for row in app.workspace.lookup.citizens(app.today)]
        assert names == ["Yrsa Kvist"]


async def test_two_passphrases_that_differ_are_refused_and_nothing_is_made(tmp_path: Path) -> None:
    async with guide(tmp_path / "laptop") as (app, pilot):
        await press(pilot, "enter")
        await enter_text(pilot, PHRASE)
        await enter_text(pilot, PHRASE[:-1])
        assert "De to er ikke ens" in grid(app)
        assert not (tmp_path / "laptop").exists()


async def test_a_weak_passphrase_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with guide(tmp_path / "laptop") as (app, pilot):
        await press(pilot, "enter")
        await enter_text(pilot, "sommer")
        await enter_text(pilot, "sommer")
        assert "for kort" in grid(app)
        assert not (tmp_path / "laptop" / "vault").exists()


async def test_a_wrong_group_of_the_recovery_code_is_asked_again(tmp_path: Path) -> None:
    async with guide(tmp_path / "laptop") as (app, pilot):
        await past_passphrase(app, pilot)
        await enter_text(pilot, "AAAAA")
        await enter_text(pilot, "AAAAA")
        assert "passer ikke. Se på papiret igen" in grid(app)
        await app.run_action("screen.later")


async def test_a_vault_that_is_not_enrolled_goes_on_where_the_guide_stopped(tmp_path: Path) -> None:
    workspace, _code = unlocking.create(tmp_path / "laptop", phrase(), clock=SystemClock(), ids=SystemIds())
    unlocking.confirm_code(workspace)
    async with guide(tmp_path / "laptop", workspace) as (app, pilot):
        assert "4 Hvem er du? ─" in grid(app)
        await press(pilot, "enter", "enter", "enter")
        assert "Adresse og kode mangler" in grid(app)


async def test_a_code_that_was_never_typed_back_is_replaced_by_a_new_one_when_the_guide_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "laptop"
    async with guide(folder) as (app, pilot):
        lost = (await past_passphrase(app, pilot))._code
        assert lost in grid(app)
    workspace = unlocking.unlock(folder, phrase(), clock=SystemClock(), ids=SystemIds())
    async with guide(folder, workspace) as (app, pilot):
        screen = app.screen
        assert isinstance(screen, Welcome)
        await until(pilot, lambda: "3 Nødkode ─" in grid(app) and "FT1-" in grid(app))
        await settle(pilot)
        new = screen._code
        assert new != lost
        assert new in grid(app)
        assert "Her er en ny kode" in grid(app)
        assert workspace.store.log_entries()[-1].action == "recovery_code"
        assert not unlocking.code_confirmed(workspace)
        await past_recovery(pilot, screen)
        await until(pilot, lambda: "4 Hvem er du? ─" in grid(app))
        assert unlocking.code_confirmed(workspace)
    with pytest.raises(WrongRecoveryCode):
        recovering.recover(folder, lost, phrase(), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST)
    again, _code = recovering.recover(
        folder, new, phrase(), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
    )
    again.close()


async def test_after_a_recovery_the_first_start_gives_a_code_asks_for_it_and_says_what_happened(tmp_path: Path) -> None:
    workspace, lost = unlocking.create(
        tmp_path / "laptop", phrase(), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
    )
    enrol_in_place(workspace.store)
    workspace.close()
    workspace, given = recovering.recover(
        tmp_path / "laptop", lost, phrase(), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
    )
    async with guide(tmp_path / "laptop", workspace) as (app, pilot):
        screen = app.screen
        assert isinstance(screen, Welcome)
        await until(pilot, lambda: "3 Nødkode ─" in grid(app) and "FT1-" in grid(app))
        await settle(pilot)
        assert screen._code not in {lost, given}
        await past_recovery(pilot, screen)
        await until(pilot, lambda: isinstance(app.screen, Today))
        await until(pilot, lambda: any("åbnet med nødkoden" in notice.text for notice in app.notices))
        assert not workspace.owes_code
        assert workspace.recovery_notice() is None


async def test_the_passphrase_is_in_no_widget_after_the_vault_was_made(tmp_path: Path) -> None:
    async with guide(tmp_path / "laptop") as (app, pilot):
        await press(pilot, "enter")
        fields = list(app.screen.query(SecretField))
        await enter_text(pilot, PHRASE)
        await enter_text(pilot, PHRASE)
        await until(pilot, lambda: "3 Nødkode ─" in grid(app))
        assert [bytes(field.buffer) for field in fields] == [b"", b""]
        assert PHRASE not in grid(app)


async def test_the_guide_speaks_english_from_its_first_step(tmp_path: Path) -> None:
    async with guide(tmp_path / "laptop") as (app, pilot):
        await press(pilot, "right")
        assert "Welcome: 5 short steps" in grid(app)
        await press(pilot, "enter")
        assert "Everything lies encrypted" in grid(app)


def test_groups_forgive_what_the_code_forgives() -> None:
    assert groups_of("FT1-16EQZ-0VD38") == ("16EQZ", "0VD38")
    assert same_group(" ovd38 ", "0VD38")
    assert same_group("i6eqz", "16EQZ")
    assert not same_group("16EQZ", "0VD38")
