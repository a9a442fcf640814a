"""The screen on a vault that is only read: everything can be looked at, nothing ends the program, and nothing is kept."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.tui import worker
from fieldtui.tui.lockscreen import LockScreen
from tests.support.vaults import PHRASE, a_clock, a_vault, files_below, phrase, reopened
from tests.tui.support import a_caseload, grid, press, running, said, write


async def test_everything_can_be_looked_at_and_what_would_change_something_says_why(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    folder = load.workspace.folder
    load.workspace.close()
    before = files_below(folder / "vault")
    reader = unlocking.read_only(folder, phrase(), clock=load.clock, ids=SystemIds())
    async with running(replace(load, workspace=reader)) as (app, pilot):
        assert "Fatima" in grid(app)
        assert said(app).count("kun til læsning") == 1
        await press(pilot, "f5")
        assert said(app).count("kun til læsning") == 2
        await press(pilot, "2", "enter", "m")
        await write(pilot, "Det her kan ikke gemmes.")
        await press(pilot, "ctrl+s")
        assert app.is_running
        assert "× Boksen er åbnet kun til læsning." in grid(app)
        await press(pilot, "escape")
        assert app.is_running
    assert files_below(folder / "vault") == before


def test_the_lock_screen_tells_the_truth_and_reads_on_only_when_asked(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    a_vault(folder)[0].close()
    shutil.copytree(folder, tmp_path / "monday")
    reopened(folder).close()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "monday", folder)
    screen = LockScreen()

    def typed() -> object:
        screen.take(PHRASE.encode())
        return worker._try(folder, a_clock(), SystemIds(), screen)

    assert typed() is None
    assert "ældre kopi" in screen._message
    assert any("F4" in text for _colour, text in screen._below())
    screen.wipe()
    assert typed() is None  # told again, and not opened by itself
    screen.wipe()
    screen.take("f4")
    workspace = typed()
    assert isinstance(workspace, Workspace)
    assert workspace.read_only is not None
    workspace.close()
