"""What the office may do to a device, as the person at it sees it: the question before citizens go, the lease, the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from textual.widgets import Button

from fieldtui.base.ids import SeededIds
from fieldtui.central.administration import revoke
from fieldtui.central.lockout import place_order
from fieldtui.central.organisationkeys import set_organisation_key
from fieldtui.central.policy import set_policy
from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.dialogs.ask import ConfirmDialog
from fieldtui.tui.endings import Ending
from fieldtui.wire.organisation import new_organisation_key
from tests.sync.office import Office
from tests.tui.support import grid, press, said, settle, until


async def test_f5_asks_by_name_before_a_caseload_goes_and_takes_no_for_an_answer(office: Office) -> None:
    citizens = [office.citizen("MH", given_name=f"Borger{number}") for number in range(5)]
    device = office.device("MH")
    for citizen in citizens:
        office.assign(citizen, "TB")
    folder, store = device.workspace.folder, device.workspace.store
    app = FieldtuiApp(folder, clock=device.clock, ids=SeededIds("tui"), workspace=device.workspace)

    def held() -> int:
        return sum(store.get(citizen) is not None for citizen in citizens)

    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        app._begin_sync(manual=False)  # as when its time has come: it takes nobody's keys
        await until(pilot, lambda: "Synk venter på dig" in said(app))
        assert not isinstance(app.screen, ConfirmDialog)
        for answer in ("n", "j"):
            await press(pilot, "f5")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            await settle(pilot)
            assert isinstance(app.screen.query_one("#no", Button), Button)
            text = grid(app)
            assert "Skal 5 borgere fjernes" in text, text
            assert "Borger0" in text, text
            assert held() == 5
            await press(pilot, answer)
            if answer == "n":
                await settle(pilot)
                assert held() == 5
        await until(pilot, lambda: held() == 0)


async def test_the_status_line_counts_the_days_and_then_nothing_can_be_written(office: Office) -> None:
    citizen = office.citizen("MH")
    set_policy(office.database, {"lease_days": "10", "lease_warn_days": "4"})
    device = office.device("MH")
    device.workspace.store.set_meta("server_url", "http://127.0.0.1:9")  # no network from here on
    for days, shown in ((5, "Synk inden 4 dage"), (6, "Kun læs")):
        device.clock.advance(timedelta(days=days))
        app = FieldtuiApp(device.workspace.folder, clock=device.clock, ids=SeededIds("tui"), workspace=device.workspace)
        async with app.run_test(size=(140, 45), notifications=True) as pilot:
            await settle(pilot)
            await until(pilot, lambda shown=shown, app=app: shown in grid(app))  # type: ignore[misc]
    assert device.workspace.store.get(citizen) is not None


async def test_a_wiped_device_ends_at_once_and_says_why(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    key = new_organisation_key()
    set_organisation_key(office.database, key.public)
    office.citizen("MH")
    device = office.device("MH")
    folder, number = device.workspace.folder, device.workspace.store.meta("device_id") or ""
    now = device.clock.now()
    place_order(
        office.database,
        key.order(number, nonce="0" * 32, issued_at=now, expires_at=now + timedelta(days=1), push_first=False),
    )
    app = FieldtuiApp(folder, clock=device.clock, ids=SeededIds("tui"), workspace=device.workspace)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        app.action_sync()
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == int(Ending.LEFT)
    assert "Dens nøgler er slettet" in capsys.readouterr().err
    assert not (folder / "vault" / "vault.json").exists()


async def test_a_revoked_device_says_where_its_work_is_and_locks(office: Office) -> None:
    key = new_organisation_key()
    set_organisation_key(office.database, key.public)
    citizen = office.citizen("MH")
    device = office.device("MH")
    device.edit(citizen, job_goal="Gartner")
    revoke(office.database, device.workspace.store.meta("device_id") or "")
    app = FieldtuiApp(device.workspace.folder, clock=device.clock, ids=SeededIds("tui"), workspace=device.workspace)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f5")
        await until(pilot, lambda: "forseglet til kontoret" in said(app))
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == int(Ending.LOCK)
    assert list((device.workspace.folder / "vault").glob("sealed-*.json"))
