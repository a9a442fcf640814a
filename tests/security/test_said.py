"""What a device says of itself with a request is for a leader to read, and stops nothing whatever it is."""

from __future__ import annotations

import pytest

from fieldtui.central.lastsaid import said_in


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"a{number}=1" for number in range(200)),
        "waiting=" + "9" * 39,
        "waiting=-1",
        "waiting=%D9%A3",
        "app=%1b%5d0",
        "app=" + "x" * 41,
        "%00=%00&&==",
    ],
)
def test_what_cannot_be_read_is_left_out(query: str) -> None:
    assert said_in(f"https://office/v1/changes?{query}") == {}


def test_a_time_that_is_none_is_left_out_and_the_rest_is_read() -> None:
    assert said_in("https://office/v1/changes?waiting=3&waiting_since=garbage&app=1.0") == {
        "waiting": 3, "waiting_since": None, "app_version": "1.0",
    }  # fmt: skip
