"""A real workspace of MH on a Monday morning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MONDAY, a_workspace


@pytest.fixture
def clock() -> FixedClock:
    """The clock of `workspace`, which a test can move."""
    return FixedClock(MONDAY)


@pytest.fixture
def workspace(tmp_path: Path, clock: FixedClock) -> Iterator[Workspace]:
    """Open for the time of the test."""
    with a_workspace(tmp_path, clock=clock) as opened:
        yield opened
