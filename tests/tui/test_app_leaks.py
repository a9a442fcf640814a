"""A fault, a palette or a copy shows and writes nothing about anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.worker import WorkerFailed

from tests.tui.support import a_caseload, press, running, settle

SECRET = "610190-0001 Hemmeligsen"


class Boom(RuntimeError):
    """What goes wrong in these tests."""


def fail_with(value: str) -> None:
    local = value
    raise Boom(f"about {local}")


async def _crash(tmp_path: Path, how: Any) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        how(app)
        await settle(pilot)


@pytest.mark.parametrize(
    "how",
    [
        lambda app: app.call_later(fail_with, SECRET),
        lambda app: app.set_timer(0.01, lambda: fail_with(SECRET)),
        lambda app: app.screen.run_service(lambda: fail_with(SECRET)),
        lambda app: app.run_worker(lambda: fail_with(SECRET), thread=True),
    ],
    ids=["handler", "timer", "service", "worker"],
)
async def test_a_fault_shows_a_number_and_no_data(tmp_path: Path, how: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((Boom, WorkerFailed)):
        await _crash(tmp_path, how)
    out, err = capfd.readouterr()
    assert "Fejlnummer" in err
    assert "Hemmeligsen" not in out + err
    assert "610190" not in out + err
    assert "fail_with" not in out + err


def pictures(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.svg"))


async def test_nothing_offers_or_makes_a_picture_of_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load = a_caseload(tmp_path / "load")
    async with running(load) as (app, pilot):
        assert list(app.get_system_commands(app.screen)) == []
        await app.run_action("app.screenshot")
        app.deliver_screenshot()
        with pytest.raises(PermissionError):
            app.save_screenshot()
        await press(pilot, "ctrl+p", *"screenshot")
    assert pictures(tmp_path) == []


async def test_ctrl_c_outside_a_field_says_how_to_leave_in_danish(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "ctrl+c")
        await app.run_action("app.help_quit")
        assert "Du afslutter med Ctrl+Q" in app.notices[0].text
