"""One office a module, with MH's and TB's laptops; a scenario that breaks one gets its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fieldtui.central.embedded import EmbeddedPostgres
from tests.e2e.scenarios.desk import Desk
from tests.sync.office import Office, open_office


@pytest.fixture(scope="module")
def office(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An organisation with MH and TB on a Monday morning in week 48, served on loopback."""
    with open_office(postgres, tmp_path_factory.mktemp("kontor")) as opened:
        yield opened


@pytest.fixture(scope="module")
def mh(office: Office) -> Desk:
    """Mette Holm's laptop."""
    return Desk.of(office, "MH")


@pytest.fixture(scope="module")
def tb(office: Office) -> Desk:
    """Tariq Bøgh's laptop."""
    return Desk.of(office, "TB")
