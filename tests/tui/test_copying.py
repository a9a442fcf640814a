"""Text leaves to the clipboard only when somebody asks for that one text, and not for long."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from fieldtui.base.errors import BadUsage
from fieldtui.domain.records import Citizen
from fieldtui.services.copying import says_secret
from fieldtui.tui import copying
from fieldtui.tui.clipboard import FORGET, TerminalClipboard, sequence
from fieldtui.tui.clipboard_windows import CF_UNICODETEXT, KEPT_OUT_OF, WindowsClipboard
from fieldtui.tui.endings import LockReason
from tests.tui.support import a_caseload, press, running, settle
from tests.tui.test_hostile import Recording

COPIES = re.compile(r"\x1b\]52;[^\x07]*\x07")


@pytest.fixture(autouse=True)
def capable_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


def copies(record: Recording) -> list[str]:
    """What the terminal was told to put into its clipboard."""
    return COPIES.findall(record.written.getvalue())


async def open_card(app: Any, pilot: Any, citizen_id: str) -> None:
    app.go("borgerkort", citizen_id)
    await settle(pilot)


async def test_c_copies_the_note_under_the_cursor_says_so_and_takes_it_out_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "CLEAR_SECONDS", 0.2)
    load = a_caseload(tmp_path)
    citizen = load.citizens["maja"]
    load.workspace.casework.write_note(citizen, "Første linje\nÆblegrød \x1b]0;x")
    async with running(load) as (app, pilot):
        record = Recording(app)
        await open_card(app, pilot, citizen)
        await press(pilot, "right", "right", "right", "c")
        await settle(pilot)
        assert copies(record)[0] == sequence("Første linje\nÆblegrød ]0;x")
        assert "Notat er kopieret" in app.notices[0].text
        while len(copies(record)) < 2:
            await pilot.pause(0.05)
        assert copies(record)[1] == FORGET
        entries = [(row.action, row.subject, row.detail) for row in load.workspace.store.log_entries()]
        assert ("copy", citizen, "note") in entries


async def test_a_lock_takes_the_phone_number_out_of_the_clipboard(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    citizen = load.citizens["maja"]
    load.workspace.casework.update(citizen, {"phone": "87654321"})
    async with running(load) as (app, pilot):
        record = Recording(app)
        await open_card(app, pilot, citizen)
        await press(pilot, "c")
        await settle(pilot)
        assert copies(record) == [sequence("87 65 43 21")]
        app.lock(LockReason.ASKED)
        assert copies(record)[1:] == [FORGET]


async def test_ctrl_c_and_ctrl_x_in_a_field_stay_inside_and_the_mouse_selects_nothing(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        record = Recording(app)
        await press(pilot, "plus", *"hemmelig")
        field = app.screen.query_one("#quick-text", Input)
        field.action_select_all()
        await press(pilot, "ctrl+c", "ctrl+x")
        assert field.value == ""
        await press(pilot, "ctrl+v")
        assert field.value == "hemmelig"  # the control: it was copied, for here
        await press(pilot, "escape", "m")
        await settle(pilot)
        area = app.screen.query_one(TextArea)
        area.load_text("hemmeligt notat")
        area.select_all()
        area.action_copy()
        area.action_cut()
        assert not app.ALLOW_SELECT
        assert copies(record) == []


def test_nothing_protected_is_copied(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    citizen = load.citizens["maja"]
    work = load.workspace
    work.casework.update(citizen, {"address": "Skjulevej 12, 3. tv", "phone": "87654321", "address_protected": True})
    with pytest.raises(BadUsage) as refused:
        work.copying.phone(citizen)
    assert "beskyttet" in refused.value.message
    for secret in ("Bor på SKJULEVEJ 12 3 tv.", "ring 87654321", "ring 87-65-43-21"):
        note = work.casework.write_note(citizen, secret).record_ids[0]
        with pytest.raises(BadUsage):
            work.copying.note(note)
    harmless = work.casework.write_note(citizen, "Vi mødes på kontoret.").record_ids[0]
    assert work.copying.note(harmless).text == "Vi mødes på kontoret."
    work.casework.update(citizen, {"address_protected": False})
    assert work.copying.phone(citizen).text == "87 65 43 21"  # the control
    assert sum(row.action == "copy" for row in work.store.log_entries()) == 2
    now = work.store.get(citizen)
    assert now is not None
    assert isinstance(now.record, Citizen)
    assert says_secret(now.record, "skjule-vej 12,3.TV")
    work.close()


def test_a_terminal_without_a_clipboard_is_sent_nothing() -> None:
    said: list[str] = []
    for kind in ("linux", "dumb", ""):
        board = TerminalClipboard(said.append, kind)
        assert not board.put("x")
        board.forget()
    assert not TerminalClipboard(said.append, "xterm").put("x" * 75_000)
    assert said == []


def test_the_clipboard_is_written_over_once_and_only_where_something_was_put_in() -> None:
    said: list[str] = []
    board = TerminalClipboard(said.append, "xterm-256color")
    board.forget()
    assert board.put("Åse")
    assert board.holds_ours
    board.forget()
    board.forget()
    assert said == [f"\x1b]52;c;{base64.b64encode('Åse'.encode()).decode()}\x07", FORGET]


class FakeUser32:
    """Windows' clipboard as its documentation describes it."""

    def __init__(self) -> None:
        self.held: dict[int, bytes] = {}
        self.names: dict[str, int] = {}
        self.number = 7
        self.is_open = False
        self.busy = False
        self.refuses: int | None = None

    def open(self) -> bool:
        self.is_open = not self.busy
        return self.is_open

    def close(self) -> None:
        assert self.is_open
        self.is_open = False

    def empty(self) -> bool:
        assert self.is_open
        self.held.clear()
        self.number += 1
        return True

    def put(self, format_number: int, data: bytes) -> bool:
        assert self.is_open
        if format_number == self.refuses:
            return False
        self.held[format_number] = data
        self.number += 1
        return True

    def register(self, name: str) -> int:
        return self.names.setdefault(name, 0xC000 + len(self.names))

    def sequence_number(self) -> int:
        return self.number


def test_windows_keeps_the_text_out_of_its_history_and_what_others_put_in_stays() -> None:
    calls = FakeUser32()
    board = WindowsClipboard(calls)
    assert board.put("linje\nÆ")
    assert calls.held[CF_UNICODETEXT].decode("utf-16-le") == "linje\r\nÆ\0"
    assert {calls.names[name]: b"\0\0\0\0" for name in KEPT_OUT_OF}.items() <= calls.held.items()
    board.forget()
    assert calls.held == {}
    assert board.put("mit")
    calls.open()
    calls.put(CF_UNICODETEXT, b"andres")
    calls.close()
    board.forget()
    assert calls.held[CF_UNICODETEXT] == b"andres"


def test_windows_gets_no_text_where_it_cannot_be_kept_out_of_the_history() -> None:
    calls = FakeUser32()
    calls.refuses = calls.register(KEPT_OUT_OF[1])
    assert not WindowsClipboard(calls).put("hemmelig")
    assert calls.held == {}
    calls.busy = True
    assert not WindowsClipboard(calls).put("hemmelig")
