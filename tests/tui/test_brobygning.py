"""Brobygning: the board's clock is the law's, cards move and come back, nothing is shared without consent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.tui.support import NOW, SIZES, a_caseload, grid, press, running, settle, shows, until, write


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_clock_stands_as_bar_words_and_date_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    load = a_caseload(tmp_path)
    async with running(load, size) as (app, pilot):
        await press(pilot, "6")
        text = grid(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        for words in (
            "1 Ønske · 1",
            "4 Startet · 0",
            "► Maja S.",
            "▲ dag 12 af 14",
            "■■■■■■■■■■■■□□",
            "frist ons 25-11",
        ):
            assert words in text
        assert "▲ 2 dage tilbage" in text
        assert "Deling er låst: Maja har ikke givet samtykke." in text


async def test_a_card_moves_on_today_with_one_key_and_back_e_puts_a_day_right_and_z_undoes_each(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    referral = load.workspace.lookup.list("referral")[0].id
    async with running(load) as (app, pilot):
        await press(pilot, "6")
        await press(pilot, "right")
        assert load.workspace.lookup.get(referral).record.referred_on == NOW.date()
        assert "2 Henvist · 1" in grid(app)
        await press(pilot, "e")
        await until(pilot, lambda: bool(app.screen.query("#entry-received_on")))
        app.screen.query_one("#entry-received_on").value = "01-11-2026"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        assert "ligger før “Henvist”" in " ".join(grid(app).replace("│", " ").split())
        await press(pilot, "escape", "left")
        assert load.workspace.lookup.get(referral).record.referred_on is None
        assert "1 Ønske · 1" in grid(app)
        await press(pilot, "z")
        assert load.workspace.lookup.get(referral).record.referred_on == NOW.date()


async def test_sharing_is_locked_until_consent_is_given_and_at_once_when_it_is_withdrawn(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "6")
        await press(pilot, "d")
        await shows(app, pilot, "Deling er låst: Maja har ikke givet samtykke")
        await press(pilot, "escape", "s")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "entry-recipient")
        await pilot.press(*"Rådgivningscentret")
        await press(pilot, "ctrl+s")
        consent = load.workspace.lookup.list("consent")[0]
        assert consent.record.expires_on == NOW.date() + timedelta(days=365)
        assert "√ samtykke 23-11" in grid(app)
        await press(pilot, "d")
        await until(pilot, lambda: bool(app.screen.query("#entry-text")))
        app.screen.query_one("#entry-text").text = "Møde fredag"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        [stored] = load.workspace.lookup.list("bridging_note")
        note = stored.record
        assert (note.text, note.legal_basis, note.consent_id) == ("Møde fredag", "samtykke", consent.id)
        assert (note.shared_with, note.shared_what) == ("Rådgivningscentret", "Fremmøde og mødetider")
        assert note.shared_at == NOW
        await press(pilot, "s", "enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "entry-how")
        await pilot.press(*"telefon")
        await press(pilot, "enter")
        assert load.workspace.lookup.get(consent.id).record.withdrawn_at is not None
        assert "Deling er låst: Maja har trukket sit samtykke tilbage." in grid(app)
        assert load.workspace.lookup.get(stored.id).record.share_stopped_at is not None, "it had not been sent"
        await press(pilot, "d")
        assert not app.screen.query("#entry-text")


async def test_the_regions_clock_is_said_to_be_the_regions(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    load.workspace.casework.request_treatment(load.citizens["ali"], "SUL82C", NOW.date() - timedelta(days=3))
    async with running(load, (100, 30)) as (app, pilot):
        await press(pilot, "6")
        await until(pilot, lambda: "► Maja S." in grid(app))
        await press(pilot, "down")
        await until(pilot, lambda: "► Ali D." in grid(app))
        assert "venter på regionen" in grid(app)
        assert "Uret er regionens" in grid(app)


async def test_w_stores_a_wish_and_a_click_chooses_a_card(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "6")
        await press(pilot, "w")
        await shows(app, pilot, "Anonymt")
        await press(pilot, "enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "entry-citizen_id")
        await pilot.press(*"jens")
        app.screen.query_one("#entry-basis").value = "alkohol"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        wished = next(
            s.record for s in load.workspace.lookup.list("referral") if s.record.citizen_id == load.citizens["jens"]
        )
        assert (wished.basis, wished.requested_on) == ("SUL141", NOW.date())
        await until(pilot, lambda: "  Jens K." in grid(app))
        await pilot.click("#column-0", offset=(4, 9))
        await settle(pilot)
        await until(pilot, lambda: "► Jens K." in grid(app))


async def test_an_empty_board_says_how_to_begin(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    load.workspace.casework.annul(load.workspace.lookup.list("referral")[0].id, "prøve")
    async with running(load) as (app, pilot):
        await press(pilot, "6")
        assert "Ingen i gang. w opretter et ønske om hjælp." in grid(app)


async def test_an_anonymous_wish_shows_numbers_takes_nothing_down_and_counts_only_when_asked(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    unit = {"name": "Alkoholenheden Nord", "kind": "treatment_unit", "phone": "33445566"}
    load.workspace.casework.create("partner", unit)
    async with running(load) as (app, pilot):
        await press(pilot, "6")
        written = len(load.workspace.log_entries())
        await press(pilot, "w")
        await pilot.press(*"anonym")
        await press(pilot, "enter")
        await shows(app, pilot, "33 44 55 66  Alkoholenheden Nord")
        await press(pilot, "escape")
        assert len(load.workspace.log_entries()) == written
        assert load.workspace.lookup.list("activity") == ()
        await press(pilot, "w")
        await pilot.press(*"anonym")
        await press(pilot, "enter")
        await shows(app, pilot, "Alkoholenheden Nord")
        await press(pilot, "t")
        await until(pilot, lambda: len(load.workspace.lookup.list("activity")) == 1)
        [tally] = load.workspace.lookup.list("activity")
        assert (tally.scope, tally.record.anonymous_requests) == ("team", 1)
        assert len(load.workspace.lookup.list("referral")) == 1


async def test_without_consent_another_basis_is_asked_for_and_a_law_wants_its_paragraph(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load, (80, 24)) as (app, pilot):
        await press(pilot, "6", "d")
        await shows(app, pilot, "Deling er låst")
        await pilot.press(*"lov")
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app.screen.query("#entry-text")))
        app.screen.query_one("#entry-shared_with").value = "Akutmodtagelsen"  # type: ignore[attr-defined]
        app.screen.query_one("#entry-text").text = "Fare for liv"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "hvilken bestemmelse" in " ".join(grid(app).replace("│", " ").split()))
        assert load.workspace.lookup.list("bridging_note") == ()
        app.screen.query_one("#entry-basis_reference").value = "SUL § 43, stk. 2"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: len(load.workspace.lookup.list("bridging_note")) == 1)


async def test_y_asks_twice_before_a_first_name_goes_to_the_whole_team(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "6", "y")
        await pilot.press(*"sparring")
        await press(pilot, "enter")
        await until(pilot, lambda: bool(app.screen.query("#entry-text")))
        app.screen.query_one("#entry-text").text = "Talte om Maja"  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Gem igen" in " ".join(grid(app).replace("│", " ").split()))
        assert load.workspace.lookup.list("activity") == ()
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: len(load.workspace.lookup.list("activity")) == 1)
        assert load.workspace.lookup.list("activity")[0].record.kind == "sparring"


async def test_a_confidential_note_is_written_struck_on_the_card_and_opened_with_a_reason(tmp_path: Path) -> None:
    load = a_caseload(tmp_path)
    async with running(load) as (app, pilot):
        await press(pilot, "6", "enter", "m")
        await until(pilot, lambda: bool(app.screen.query("#note-text")))
        await press(pilot, "ctrl+f")
        await shows(app, pilot, "FORTROLIGT notat")
        await write(pilot, "Kanariefuglen synger")
        await press(pilot, "ctrl+s")
        [note] = [each for each in load.workspace.store.all("note") if each.record.confidential]
        await until(pilot, lambda: not app.screen.query("#note-text"))
        await press(pilot, "right", "right", "right")
        await shows(app, pilot, "Fortroligt notat: vises med en grund")
        assert "Kanariefuglen" not in grid(app)
        await press(pilot, "space")
        await until(pilot, lambda: bool(app.screen.query("#entry-reason")))
        await write(pilot, "Forbereder mødet")
        await press(pilot, "enter")
        await shows(app, pilot, "Kanariefuglen synger")
        await press(pilot, "escape")
        assert "Kanariefuglen" not in grid(app)
        [opened] = [row for row in load.workspace.log_entries(subject=note.record.citizen_id) if row.action == "reveal"]
        assert opened.reason == "Forbereder mødet"
