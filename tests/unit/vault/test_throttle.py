from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import TooSoon, WrongPassphrase
from fieldtui.vault import open_vault
from fieldtui.vault.throttle import Throttle, delay_after
from tests.support.vaults import OTHER_PHRASE, a_clock, a_closed_vault, phrase


def test_the_waits_are_the_ones_that_were_decided() -> None:
    assert [delay_after(n) for n in range(14)] == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(st.integers(0, 10**9))
def test_a_wait_never_shrinks_and_never_passes_five_minutes(failures: int) -> None:
    assert 0 <= delay_after(failures) <= delay_after(failures + 1) <= 300


def test_the_fourth_failure_costs_two_seconds_even_after_a_restart(tmp_path: Path) -> None:
    clock = a_clock()
    for _ in range(4):
        Throttle(tmp_path, clock).check()
        Throttle(tmp_path, clock).failed()
    with pytest.raises(TooSoon) as caught:
        Throttle(tmp_path, clock).check()
    assert caught.value.seconds == pytest.approx(2)
    clock.advance(timedelta(seconds=1.5))
    with pytest.raises(TooSoon) as caught:
        Throttle(tmp_path, clock).check()
    assert caught.value.seconds == pytest.approx(0.5)
    clock.advance(timedelta(seconds=0.5))
    Throttle(tmp_path, clock).check()


def test_a_clock_set_back_neither_shortens_the_wait_nor_locks_anybody_out(tmp_path: Path) -> None:
    clock = a_clock()
    throttle = Throttle(tmp_path, clock)
    for _ in range(5):
        throttle.failed()
    clock.advance(timedelta(days=-400))
    with pytest.raises(TooSoon) as caught:
        throttle.check()
    assert caught.value.seconds == pytest.approx(4)
    clock.advance(timedelta(seconds=4))
    throttle.check()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"failures": -1, "at": 0}',
        b'{"failures": "9", "at": 0}',
        b'{"failures": true, "at": 0}',
        b'{"failures": 9}',
        b'{"failures": 9, "at": 1e400}',
        b'{"failures": 9, "at": NaN}',
        b"[" * 200,
        b"9" * 5000,
    ],
)
def test_a_spoilt_counter_counts_as_zero(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "attempts").write_bytes(content)
    throttle = Throttle(tmp_path, a_clock())
    throttle.check()
    assert throttle.failed() == 1


def test_a_try_that_is_too_soon_is_not_made_and_the_right_passphrase_forgets_the_failures(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    clock = a_clock()
    for _ in range(4):
        with pytest.raises(WrongPassphrase):
            open_vault(tmp_path, phrase(OTHER_PHRASE), clock=clock)
    with pytest.raises(TooSoon):
        open_vault(tmp_path, phrase(), clock=clock)
    clock.advance(timedelta(seconds=2))
    open_vault(tmp_path, phrase(), clock=clock).close()
    assert not (tmp_path / "state" / "attempts").exists()
    for _ in range(3):
        with pytest.raises(WrongPassphrase):
            open_vault(tmp_path, phrase(OTHER_PHRASE), clock=clock)
    open_vault(tmp_path, phrase(), clock=clock).close()
