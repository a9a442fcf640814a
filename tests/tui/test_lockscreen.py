"""The lock screen's buffer and keys, without a terminal."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.i18n import language
from fieldtui.base.ids import SeededIds
from fieldtui.services import unlocking
from fieldtui.services.unlocking import seconds_to_wait
from fieldtui.tui.lockscreen import LockScreen
from fieldtui.tui.recoveryscreen import RecoveryScreen
from fieldtui.tui.terminal import split_keys
from fieldtui.vault.throttle import Throttle
from tests.support.vaults import OTHER_PHRASE, a_clock, a_closed_vault, phrase


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


def test_a_pause_after_failures_takes_no_enter_counts_down_and_leaves_the_rest_working() -> None:
    screen, _wishes = fed(b"abc")
    screen.wait(30)
    assert screen.take("enter") is None
    assert any("30 sekunder" in text for _colour, text in screen._below())
    assert screen.take("quit") == "quit"
    assert screen.take("f3") == "forgot"
    screen.wait(0)
    assert screen.take("enter") == "submit"


def test_failures_before_a_restart_are_waited_for_after_it(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    clock = a_clock()
    assert seconds_to_wait(tmp_path, clock) == 0.0
    for _failure in range(5):
        Throttle(tmp_path, clock).failed()
    assert seconds_to_wait(tmp_path, clock) == 4.0
    clock.advance(timedelta(seconds=3))
    assert seconds_to_wait(tmp_path, clock) == 1.0


def test_characters_of_an_english_keyboard_make_the_layout_hint() -> None:
    assert any("tastatur" in text for _colour, text in fed(b"gr;n bl[ h'ne")[0]._below())
    assert not any("tastatur" in text for _colour, text in fed("grøn blå høne".encode())[0]._below())


class Forgotten:
    """The recovery screen over a vault that is locked."""

    def __init__(self, folder: Path) -> None:
        workspace, self.code = unlocking.create(
            folder, phrase(), clock=a_clock(), ids=SeededIds("forgot", 1), kdf=unlocking.CHEAPEST
        )
        workspace.close()
        self.folder = folder
        self.screen = RecoveryScreen(folder, a_clock(), SeededIds("forgot", 2), kdf=unlocking.CHEAPEST)

    def enter(self, text: str) -> bool:
        for key in split_keys(text.encode()):
            self.screen.take(key)
        opened = self.screen.step(self.screen)
        self.screen.wipe()
        return opened

    def says(self, text: str) -> bool:
        return text in self.screen._prompt() or any(text in line for _colour, line in self.screen._below())


def test_the_recovery_code_and_a_new_passphrase_open_the_vault_from_the_lock_screen(tmp_path: Path) -> None:
    forgot = Forgotten(tmp_path)
    assert not forgot.enter("FT1-forkert")
    assert not forgot.enter("for kort")
    assert not forgot.enter("noget andet")
    assert forgot.says("ikke ens")
    assert not forgot.enter(OTHER_PHRASE)
    assert not forgot.enter(OTHER_PHRASE)  # the code was wrong: it is asked for again
    assert forgot.says("1 af 3")
    assert not forgot.enter(forgot.code.lower())
    assert not forgot.enter("for kort")
    assert not forgot.enter("for kort")
    assert forgot.says("2 af 3")
    assert not forgot.enter(OTHER_PHRASE)
    assert forgot.enter(OTHER_PHRASE)
    workspace = forgot.screen.opened
    assert workspace is not None
    assert not unlocking.code_confirmed(workspace)  # the guide gives a new one, and has it typed back
    workspace.close()
    unlocking.unlock(tmp_path, phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("forgot", 3)).close()


def test_the_recovery_screen_shows_the_code_hides_the_passphrase_and_goes_back_on_esc(tmp_path: Path) -> None:
    forgot = Forgotten(tmp_path)
    for key in split_keys(b"FT1-ABCDEFG"):
        forgot.screen.take(key)
    assert forgot.screen._field(40) == "FT1-ABCDEFG▏"
    assert not forgot.says("Caps Lock")
    forgot.enter("")
    for key in split_keys(b"abc"):
        forgot.screen.take(key)
    assert forgot.screen._field(40) == "•••▏"
    assert [forgot.screen.take(key) for key in split_keys(b"\x1b")] == ["quit"]
    assert forgot.screen.went_back
