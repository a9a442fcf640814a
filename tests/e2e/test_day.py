"""A consultant's day on the real program in a real terminal, read back by commands and at the office."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select

from fieldtui.base.clock import COPENHAGEN, SystemClock, isoformat
from fieldtui.central.administration import assign, put_record
from fieldtui.central.schema import record
from tests.e2e.laptop import Laptop, children_of
from tests.support.central import Central
from tests.support.vaults import PHRASE
from tests.tui.terminals import Terminal

CITIZEN = "01968000-0000-7000-8000-0000000000c1"
MEETING = "01968000-0000-7000-8000-0000000000a1"
KEY_SECONDS = 0.08
"""Between two keys that mean something on their own, longer than what the program takes for one typed text."""


@contextmanager
def unlocked(laptop: Laptop) -> Iterator[Terminal]:
    """The program, unlocked by its passphrase, on I dag."""
    with laptop.terminal() as screen:
        screen.until("fieldtui er låst")
        screen.type(PHRASE + "\r")
        screen.until("Kræver handling")
        screen.until("Online")
        yield screen


def press(screen: Terminal, *keys: str, then: str) -> None:
    """Press keys one by one, and wait for what they cause."""
    for key in keys:
        end = time.monotonic() + KEY_SECONDS
        while (left := end - time.monotonic()) > 0:
            screen.pump(left)
        screen.type(key)
    screen.until(then)


def at_the_office(central: Central, collection: str) -> list[dict[str, object]]:
    with central.database.transaction() as connection:
        return list(connection.execute(select(record.c.body).where(record.c.collection == collection)).scalars().all())


def test_a_day_is_worked_in_the_terminal_and_everything_is_there_afterwards(laptop: Laptop, central: Central) -> None:
    now = SystemClock().now().astimezone(COPENHAGEN)
    morning = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = (now + timedelta(days=1)).date()
    begun = max(morning, now - timedelta(minutes=60))
    put_record(central.database, "citizen", CITIZEN, {
        "given_name": "Yrsa", "family_name": "Kvistgaard", "enrolled_on": "2026-10-01"})  # fmt: skip
    put_record(central.database, "appointment", MEETING, {
        "citizen_id": CITIZEN, "consultant_id": central.people["MH"], "kind": "jobsamtale",
        "starts_at": isoformat(begun), "duration_minutes": 45, "place": "Kvartershuset"})  # fmt: skip
    assign(central.database, CITIZEN, "MH")
    assert laptop.json("sync")["pulled"] >= 2

    with unlocked(laptop) as screen:
        screen.until("Yrsa K.")
        press(screen, "u", then="Udebl.")
        # Book for tomorrow, from the list of citizens.
        press(screen, "2", then="Borgere · 1")
        press(screen, "n", then="Gem aftale")
        screen.type("i morgen")
        screen.until(f"{tomorrow:%d-%m-%Y}")
        screen.type("\r")
        screen.type("10:00")
        screen.until("10:00–10:45")
        press(screen, "\x13", then="er booket")
        # A note whose writer is killed in the middle.
        press(screen, "m", then="Referat · Yrsa K.")
        screen.type("Vil gerne i et køkken")
        screen.until("Kladde gemt")
        (worker,) = children_of(screen.pid)
        os.kill(worker, signal.SIGKILL)
        assert screen.wait() not in {0, None}
        assert "Yrsa" not in screen.text

    with unlocked(laptop) as screen:
        screen.until("Kladder: 1")
        press(screen, "2", then="Borgere · 1")
        press(screen, "m", then="Vil gerne i et køkken")
        screen.until("Kladden er hentet frem igen")
        screen.type(" til foråret.")
        screen.until("til foråret.")
        press(screen, "\x13", then="er gemt")
        # Bridge: a wish for treatment, a consent, a step on.
        press(screen, "6", then="Ingen i gang")
        press(screen, "w", then="Med navn")
        press(screen, "\r", then="Gem ønske")
        screen.type("Yrsa")
        screen.until("√ Yrsa")
        press(screen, "\x13", then="Yrsa K.")
        screen.until("s samtykke")
        press(screen, "s", then="Hvem må få oplysninger?")
        screen.type("SOF rusmiddelbehandling")
        screen.until("SOF rusmiddelbehandling")
        press(screen, "\x13", then="s samtykke")
        press(screen, "\x1b[C", then="Henvist · 1")
        # Sync, lock; unlocked again, nothing waits.
        press(screen, "\x1b[15~", then="Synket")
        screen.until("Synk", 30)
        press(screen, "7", then="Synk")
        screen.settle()
        press(screen, "\x0c", then="Låst. Kladder er gemt krypteret.")
        assert "Yrsa" not in screen.text
        screen.type(b"\x11")
        assert screen.wait() == 0

    report = laptop.json("sync")
    assert (report["pushed"], report["pending"], report["conflicts"], report["rejected"]) == (0, 0, 0, 0)
    meetings = {each["id"]: each for each in laptop.json("list", "appointment", "--all")}
    assert meetings.pop(MEETING)["status"] == "no_show"
    (booked,) = meetings.values()
    assert datetime.fromisoformat(booked["starts_at"]).astimezone(COPENHAGEN) == datetime(
        tomorrow.year, tomorrow.month, tomorrow.day, 10, tzinfo=COPENHAGEN
    )
    (note,) = laptop.json("list", "note")
    assert note["text"] == "Vil gerne i et køkken til foråret."
    (consent,) = laptop.json("list", "consent")
    assert (consent["citizen_id"], consent["recipient"]) == (CITIZEN, "SOF rusmiddelbehandling")
    (referral,) = laptop.json("list", "referral")
    assert referral["referred_on"] == now.date().isoformat()
    kept = ("id", "collection", "rev", "sync_state", "annulled_at")
    for name in ("appointment", "note", "consent", "referral", "citizen"):
        here = [{key: value for key, value in each.items() if key not in kept} for each in laptop.json("list", name)]
        there = at_the_office(central, name)
        assert sorted(map(str, (sorted((k, v) for k, v in each.items() if v is not None) for each in here))) == sorted(
            map(str, (sorted(each.items()) for each in there))
        )
    assert laptop.run("log", "verify").code == 0
