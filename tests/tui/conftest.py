"""A real office on loopback, for the guide and for sync behind the screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldtui.central.embedded import EmbeddedPostgres
from tests.support.central import postgres  # noqa: F401  a fixture
from tests.sync.office import Office, open_office


@pytest.fixture
def office(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Office]:  # noqa: F811  the fixture of that name
    """An organisation with MH and TB, served on loopback."""
    with open_office(postgres, tmp_path) as opened:
        yield opened
