"""Text typed or pasted into the wrong window changes nothing; a deliberate key does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._time import get_time

from fieldtui.domain.records import Attendance
from fieldtui.tui.guard import HOLD_SECONDS, BurstGuard
from fieldtui.tui.routes import ROUTES
from tests.tui.support import a_caseload, press, running, said, settle, until

GAP = HOLD_SECONDS + 0.01


def executed(keys: str, gaps: list[float]) -> list[str]:
    """What the guard lets through, played without an app."""
    guard, at, held, done = BurstGuard(), 100.0, None, []
    for key, gap in zip(keys, gaps, strict=True):
        at += gap
        if held is not None and gap >= HOLD_SECONDS:
            done.append(held)
            held = None
        verdict = guard.offer(key, key, at, in_list=True)
        if verdict == "drop":
            held = None
        elif verdict == "hold":
            held = key
        else:
            done.append(key)
    return done + ([held] if held else [])


@given(st.lists(st.sampled_from("fuaxz17+"), min_size=2, max_size=60), st.floats(0.0, HOLD_SECONDS * 0.9))
def test_no_burst_of_letters_gets_through_however_long(keys: list[str], gap: float) -> None:
    assert executed("".join(keys), [1.0] + [gap] * (len(keys) - 1)) == []


@given(st.lists(st.sampled_from("fuaxz17+jk"), max_size=20))
def test_keys_with_a_pause_between_them_all_get_through(keys: list[str]) -> None:
    assert executed("".join(keys), [GAP] * len(keys)) == keys


def test_a_held_j_moves_on() -> None:
    assert executed("jjjj", [1.0, 0.03, 0.03, 0.03]) == list("jjjj")


def test_j_is_a_letter_like_others_outside_a_list() -> None:
    guard = BurstGuard()
    assert guard.offer("j", "j", 1.0, in_list=False) == "hold"
    assert guard.offer("a", "a", 1.01, in_list=False) == "drop"


SENTENCE = "Fatima kommer fuldstaendig umuligt an: ufaxmvb1 +2\n"[:50]


@pytest.mark.parametrize(
    "screen", [name for name in ROUTES if name not in {"borgerkort", "virksomhedskort", "forloeb"}]
)
async def test_fifty_characters_into_the_wrong_window_change_nothing(tmp_path: Path, screen: str) -> None:
    load = a_caseload(tmp_path)
    before = load.workspace.undo.items(100)
    async with running(load, start=screen) as (app, pilot):
        began = get_time()
        for number, character in enumerate(SENTENCE):
            key = {" ": "space", "\n": "enter", ":": "colon", "+": "plus"}.get(character, character)
            event = events.Key(key, character)
            event.time = began + number / 1000  # as a paste comes, however long this machine takes to say so
            app.post_message(event)
        await until(pilot, lambda: "Det lignede indsat tekst" in said(app))
        await settle(pilot)
        assert load.workspace.undo.items(100) == before
        assert said(app).count("Det lignede indsat tekst. Intet er ændret.") == 1
        assert not app.screen.is_modal


async def test_a_bracketed_paste_outside_a_field_is_ignored_and_said(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        app.post_message(events.Paste("ufa\nu"))
        await settle(pilot)
        assert "Det lignede indsat tekst" in said(app)
        stored = load.workspace.lookup.get(load.appointments["fatima"]).record
        assert stored.status is Attendance.PLANNED


async def test_a_deliberate_key_is_done_within_a_fifth_of_a_second(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (_app, pilot):
        await press(pilot, "u")
        assert load.workspace.lookup.get(load.appointments["fatima"]).record.status is Attendance.NO_SHOW
