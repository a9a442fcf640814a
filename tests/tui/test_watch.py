"""When the vault locks by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import FixedClock
from fieldtui.tui.endings import LockReason
from fieldtui.tui.watch import Watch


def beats(watch: Watch, clock: FixedClock, seconds: int) -> list[LockReason | None]:
    found = []
    for _second in range(seconds):
        clock.advance(timedelta(seconds=1))
        found.append(watch.beat().lock)
    return found


@given(st.integers(-5, 40))
def test_idle_locks_after_the_minutes_asked_for_kept_within_one_and_fifteen(minutes: int) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 9))
    watch = Watch(clock, idle_minutes=minutes)
    expected = max(1, min(15, minutes)) * 60
    found = beats(watch, clock, expected)
    assert found[:-1] == [None] * (expected - 1)
    assert found[-1] is LockReason.IDLE


def test_a_touch_begins_the_minutes_anew_and_the_warning_comes_once() -> None:
    clock = FixedClock(datetime(2026, 11, 23, 9))
    watch = Watch(clock, idle_minutes=1)
    warned = 0
    for _second in range(45):
        clock.advance(timedelta(seconds=1))
        warned += watch.beat().warn
    assert warned == 1
    watch.touch()
    assert beats(watch, clock, 59) == [None] * 59


def test_a_gap_between_heartbeats_locks_as_after_sleep() -> None:
    clock = FixedClock(datetime(2026, 11, 23, 9))
    watch = Watch(clock)
    clock.advance(timedelta(seconds=4.5))
    assert watch.beat().lock is LockReason.ASLEEP


def test_after_twelve_hours_it_locks_however_busy_one_is() -> None:
    clock = FixedClock(datetime(2026, 11, 23, 6))
    watch = Watch(clock)
    for _beat in range(12 * 1200 - 1):
        clock.advance(timedelta(seconds=3))
        watch.touch()
        assert watch.beat().lock is None
    clock.advance(timedelta(seconds=3))
    assert watch.beat().lock is LockReason.LONG
