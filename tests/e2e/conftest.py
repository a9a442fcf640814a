"""A central system and laptops."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.laptop import Laptop
from tests.support.central import Central, central, clock, database, postgres

__all__ = ["central", "clock", "database", "laptop", "new_laptop", "postgres"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole processes take their time; they are killed, and terminals are played, as POSIX has them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if sys.platform == "win32":
                item.add_marker(pytest.mark.skip(reason="needs POSIX processes and terminals"))


@pytest.fixture
def new_laptop(tmp_path: Path) -> Callable[[str], Laptop]:
    """Laptops with an empty vault each, by name."""

    def make(name: str) -> Laptop:
        made = Laptop.at(tmp_path / name)
        made.make_vault()
        return made

    return make


@pytest.fixture
def laptop(new_laptop: Callable[[str], Laptop], central: Central) -> Laptop:
    """MH's laptop, enrolled and synced."""
    made = new_laptop("mh")
    made.enrol(central, "MH")
    assert made.json("sync")["finished"]
    return made
