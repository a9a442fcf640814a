"""When a device syncs by itself: the rules of the protocol, as laws over anything that can happen to a laptop."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import Busy, FieldtuiError, MassChange, ServerFault, Unreachable, UpgradeNeeded
from fieldtui.services.autosync import LISTEN_SECONDS, AutoSync, mends_itself
from fieldtui.sync import schedule
from fieldtui.sync.network import Reach, reach
from fieldtui.sync.report import SyncReport
from fieldtui.sync.transport import retry_seconds

_dice = st.floats(0, 1, exclude_max=True)
_steps = st.one_of(
    st.tuples(st.just("change")),
    st.tuples(st.just("network")),
    st.tuples(st.just("began")),
    st.tuples(st.just("succeeded"), st.none() | st.floats(0, 600)),
    st.tuples(st.just("failed"), _dice, st.none() | st.floats(0, 1e6)),
    st.tuples(st.just("stopped")),
)
_lives = st.lists(st.tuples(st.floats(0, 5000), _steps), max_size=25)


def _lived(life: list[tuple[float, tuple[object, ...]]]) -> tuple[schedule.Schedule, float]:
    now, at = 0.0, schedule.beginning(0.0)
    for pause, (what, *how) in life:
        now += pause
        act = {"change": at.changed, "network": at.network, "began": at.began, "succeeded": at.succeeded,
               "failed": at.failed, "stopped": at.stopped}[str(what)]  # fmt: skip
        at = act(now, *how)  # type: ignore[operator]
    return at, now


@given(_lives)
def test_there_is_always_a_next_sync_within_the_quarter_unless_the_office_asked_for_more(life: list) -> None:  # type: ignore[type-arg]
    at, now = _lived(life)
    assert at.due <= max(now + schedule.EVERY_SECONDS, at.not_before)
    assert at.not_before <= now + schedule.RETRY_AFTER_LIMIT


@given(_lives)
def test_no_automatic_sync_comes_before_retry_after_is_over(life: list) -> None:  # type: ignore[type-arg]
    at, now = _lived(life)
    asked = at.failed(now, 0.0, 120.0)
    for later in (asked.changed(now), asked.network(now), asked.changed(now).network(now + 60).failed(now + 61, 0.0)):
        assert later.due >= now + 120


@given(_lives, _dice)
def test_the_wait_after_a_failure_is_drawn_between_nothing_and_a_bound_that_doubles(life: list, dice: float) -> None:  # type: ignore[type-arg]
    at, now = _lived(life)
    again = at.failed(now, dice, 0.0)
    assert now <= again.due <= now + min(300, 2**at.failures)
    assert again.failures == at.failures + 1


def test_the_bound_goes_from_a_second_to_five_minutes() -> None:
    assert [schedule.bound(failures) for failures in (0, 1, 2, 8, 9, 400)] == [1, 2, 4, 256, 300, 300]


@given(st.lists(st.floats(0, 29), min_size=1, max_size=20))
def test_a_burst_of_edits_is_sent_half_a_minute_after_the_last(pauses: list[float]) -> None:
    now, at = 10.0, schedule.beginning(0.0).began(1.0).succeeded(2.0)
    for pause in pauses:
        now += pause
        at = at.changed(now)
        assert at.due == min(now + 30, 2 + schedule.EVERY_SECONDS)


def test_an_edit_made_while_a_sync_runs_is_not_forgotten() -> None:
    at = schedule.beginning(0.0).began(1.0).changed(2.0).succeeded(3.0)
    assert at.due == 32.0


def test_an_edit_does_not_shorten_the_wait_after_a_failure() -> None:
    at = schedule.beginning(0.0).began(1.0).failed(1.5, 0.9).failed(2.0, 0.9).failed(3.0, 0.9)
    assert at.changed(3.0).due == at.due


def test_attendance_that_rests_is_sent_when_its_rest_is_over_and_not_a_quarter_of_an_hour_later() -> None:
    assert schedule.beginning(0.0).began(1.0).succeeded(2.0, 240.0).due == 242.0


def test_a_network_that_appears_ends_the_waiting() -> None:
    at = schedule.beginning(0.0)
    for failure in range(9):
        at = at.failed(float(failure), 0.99)
    assert at.due > 200
    assert at.network(9.0).due == 10.0
    assert at.network(9.0).failures == 0


# --- with a clock, dice and an ear --------------------------------------------------------------


class _Ear:
    def __init__(self) -> None:
        self.now = Reach((None, None), frozenset({"lo"}))

    def __call__(self, url: str | None) -> Reach:
        return self.now


def _settled() -> tuple[AutoSync, FixedClock, _Ear]:
    clock, ear = FixedClock(datetime(2026, 11, 23, 8)), _Ear()
    auto = AutoSync(clock, dice=lambda: 0.999, ear=ear)
    auto.began()
    auto.ended(SyncReport(finished=True), None)
    return auto, clock, ear


def _ticks(auto: AutoSync, clock: FixedClock, seconds: int) -> int | None:
    """After how many seconds it was due; `None` where it was not."""
    for second in range(seconds):
        if auto.is_due():
            return second
        clock.advance(timedelta(seconds=1))
    return None


def test_a_new_network_is_heard_and_a_lost_one_is_not() -> None:
    auto, clock, ear = _settled()
    ear.now = Reach(("10.0.0.7", None), frozenset({"lo"}))
    assert (_ticks(auto, clock, 20) or 99) <= LISTEN_SECONDS + 2
    auto.began()
    auto.ended(SyncReport(finished=True), None)
    ear.now = Reach((None, None), frozenset({"lo"}))
    assert _ticks(auto, clock, 20) is None
    ear.now = Reach((None, None), frozenset({"lo", "tun0"}))
    assert _ticks(auto, clock, 20) is not None


def test_a_machine_that_slept_syncs_when_it_wakes() -> None:
    auto, clock, _ear = _settled()
    assert _ticks(auto, clock, 3) is None
    slept = FixedClock(clock.now() + timedelta(hours=9))
    clock._at = slept.now()  # the calendar went on, the ticks did not
    assert _ticks(auto, clock, 5) is not None


def test_a_sync_that_a_person_stopped_waits_for_the_next_quarter_or_the_next_edit() -> None:
    auto, clock, _ear = _settled()
    auto.began()
    auto.stopped()
    assert _ticks(auto, clock, 600) is None
    auto.changed()
    assert _ticks(auto, clock, 60) == 30


@pytest.mark.parametrize(("error", "again"), [
    (Unreachable(), True), (ServerFault("x"), True), (Busy("sync"), True), (UpgradeNeeded(), False),
    (MassChange(4, 200), False),
])  # fmt: skip
def test_only_what_time_may_mend_is_tried_again_soon(error: FieldtuiError, again: bool) -> None:
    assert mends_itself(error) is again
    auto, clock, _ear = _settled()
    auto.began()
    auto.failed(error)
    assert (_ticks(auto, clock, 60) is not None) is again


def test_a_sync_that_did_not_finish_is_tried_again_soon() -> None:
    auto, clock, _ear = _settled()
    auto.began()
    auto.ended(SyncReport(finished=False), None)
    assert _ticks(auto, clock, 5) is not None


def test_retry_after_is_read_in_seconds_and_anything_else_is_ignored() -> None:
    assert [retry_seconds(said) for said in ("120", " 0 ", "", None, "-3", "Wed, 21 Oct 2026 07:28:00 GMT", "٣")] == [
        120.0, 0.0, None, None, None, None, None,
    ]  # fmt: skip


def test_asking_which_ways_lead_out_sends_nothing_and_knows_this_machine() -> None:
    assert reach("https://127.0.0.1:8443").addresses[-1] == "127.0.0.1"
    assert len(reach("https://central.example").addresses) == len(reach(None).addresses)
