"""A whole office to attack: a real central system on loopback over a real PostgreSQL, and real devices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldtui.central.embedded import EmbeddedPostgres
from tests.support.central import central, clock, database, postgres
from tests.sync.office import Office, open_office

__all__ = ["central", "clock", "database", "postgres"]


@pytest.fixture
def office(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Office]:
    """An organisation with MH and TB, served on loopback."""
    with open_office(postgres, tmp_path) as opened:
        yield opened
