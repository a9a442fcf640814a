"""The lock screen's buffer and keys, without a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.i18n import language
from fieldtui.tui.lockscreen import LockScreen
from fieldtui.tui.terminal import split_keys


def fed(typed: bytes) -> tuple[LockScreen, list[str]]:
    screen, wishes = LockScreen(), []
    for key in split_keys(typed):
        wish = screen.take(key)
        if wish:
            wishes.append(wish)
    return screen, wishes


@given(st.text(st.characters(min_codepoint=0x20, exclude_categories=("Cs", "Cc")), max_size=60))
def test_what_is_typed_is_what_opens_in_one_normal_form(text: str) -> None:
    screen, _wishes = fed(text.encode())
    if len(text.encode()) <= 500:
        assert screen.normalised().decode() == unicodedata.normalize("NFKC", text)


@given(st.text(st.characters(min_codepoint=0x20, exclude_categories=("Cs", "Cc")), max_size=30), st.integers(0, 40))
def test_backspace_takes_whole_characters(text: str, times: int) -> None:
    screen, _wishes = fed(text.encode() + b"\x7f" * times)
    assert bytes(screen.buffer).decode() == text[: max(0, len(text) - times)]


@given(st.binary(max_size=200))
def test_no_bytes_from_a_terminal_make_it_fail_or_grow_without_end(typed: bytes) -> None:
    screen, _wishes = fed(typed * 10)
    assert len(screen.buffer) <= 512
    screen._field(40)


def test_keys_do_what_the_screen_says() -> None:
    assert fed(b"\r")[1] == []
    assert fed(b"abc\r")[1] == ["submit"]
    assert fed(b"abc\x11")[1] == ["quit"]
    assert bytes(fed(b"abc\x15de")[0].buffer) == b"de"
    assert fed(b"\x1bOQabc")[0]._field(20) == "abc▏"
    assert fed(b"abc")[0]._field(20) == "•••▏"


def test_arrow_keys_and_mouse_reports_are_not_part_of_a_passphrase() -> None:
    screen, wishes = fed(b"\x1b[A\x1b[<0;10;10M\x1bOA\x1b[1;5Cab")
    assert bytes(screen.buffer) == b"ab"
    assert wishes == []


def test_f9_switches_the_language() -> None:
    fed(b"\x1b[20~")
    assert language() == "en"


def test_capitals_only_make_the_caps_lock_hint() -> None:
    assert any("Caps Lock" in text for _colour, text in fed(b"SOMMER")[0]._below())
    assert not any("Caps Lock" in text for _colour, text in fed(b"SOMMERs")[0]._below())


def test_wiping_overwrites_the_buffer_itself() -> None:
    screen, _wishes = fed(b"hemmelig")
    buffer = screen.buffer
    screen.wipe()
    assert bytes(buffer) == b""


def test_reading_only_can_be_chosen_once_the_truth_was_told_and_not_before() -> None:
    screen, _wishes = fed(b"\x1bOS")
    assert screen.reading is False
    screen.offer_reading()
    for wanted in (True, False, True):
        for key in split_keys(b"\x1bOS"):
            screen.take(key)
        assert screen.reading is wanted
