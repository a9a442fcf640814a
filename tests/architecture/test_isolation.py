"""No test reads or writes the home folder of whoever runs it."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def test_home_and_data_folders_are_the_tests_own(isolated_home: Path) -> None:
    assert Path.home() == isolated_home
    assert platformdirs.user_data_path("fieldtui", appauthor=False).is_relative_to(isolated_home)
    assert list(isolated_home.iterdir()) == [isolated_home / "run"]


def test_no_setting_of_the_person_at_the_desk_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("FIELDTUI_")]
