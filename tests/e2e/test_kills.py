"""Power that goes in the middle of a save or a sync: what was acknowledged is there, once, and the next start is clean."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable

from sqlalchemy import select

from fieldtui.central.schema import organisation, record
from tests.e2e.laptop import SECONDS, Laptop, kill
from tests.support.central import Central, op

PUTS = 8
SYNCS = 3


def names_at(central: Central) -> Counter[str]:
    """The companies that the central system holds, by name."""
    with central.database.transaction() as connection:
        bodies = connection.execute(select(record.c.body).where(record.c.collection == "company")).scalars().all()
    return Counter(str(body["name"]) for body in bodies)


def test_put_killed_at_any_moment_keeps_what_it_printed_and_nothing_by_halves(laptop: Laptop) -> None:
    started = time.monotonic()
    laptop.put("company", *({"name": f"Prøve-{each}"} for each in range(40)))
    whole = time.monotonic() - started
    chance = random.Random(7)
    acknowledged: list[str] = []
    for number in range(PUTS):
        lines = "".join(json.dumps({"name": f"Firma {number}-{each}"}) + "\n" for each in range(40))
        process = laptop.start("put", "company", stdin=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(lines.encode())
        process.stdin.close()
        process.stdin = None
        assert process.stdout is not None
        said = b""
        if number % 2:
            while len(said) < 37 and (part := os.read(process.stdout.fileno(), 37 - len(said))):
                said += part  # the first id, and the end of its line, which may come by itself
        else:
            time.sleep(whole * chance.uniform(0.3, 1.05))  # while it unlocks, stores or seals
        out, _err = kill(process)
        acknowledged += [
            line.strip() for line in (said + out).decode().splitlines(keepends=True) if line.endswith("\n")
        ]
    assert acknowledged
    companies = laptop.json("list", "company")
    assert set(acknowledged) <= {each["id"] for each in companies}
    stored = Counter(each["name"].partition("-")[0] for each in companies)
    assert set(stored.values()) == {40}, stored
    assert laptop.run("vault", "check").code == 0
    assert laptop.run("log", "verify").code == 0
    assert laptop.json("status")["pending"] == len(companies)


def test_sync_killed_at_any_moment_loses_nothing_and_sends_nothing_twice(laptop: Laptop, central: Central) -> None:
    other = central.device("TB")
    chance = random.Random(11)
    expected: set[str] = set()
    started = time.monotonic()
    laptop.json("sync")
    whole = time.monotonic() - started
    for number in range(SYNCS):
        mine = [f"Min {number}-{each}" for each in range(60)]
        laptop.put("company", *({"name": name} for name in mine))
        theirs = [f"Deres {number}-{each}" for each in range(60)]
        other.push(*(op("company", {"name": name}) for name in theirs))
        expected |= {*mine, *theirs}
        process = laptop.start("sync")
        time.sleep(whole * chance.uniform(0.5, 1.3))
        kill(process)
    report = laptop.json("sync")
    assert (report["finished"], report["pending"], report["conflicts"], report["rejected"]) == (True, 0, 0, 0)
    assert names_at(central) == Counter(expected)
    assert Counter(each["name"] for each in laptop.json("list", "company")) == Counter(expected)
    assert laptop.run("vault", "check").code == 0
    assert laptop.run("log", "verify").code == 0
    again = laptop.json("sync")
    assert (again["requests"], again["pushed"], again["pulled"]) == (1, 0, 0)


def test_a_second_sync_at_the_same_time_is_exit_8_and_says_so(
    laptop: Laptop, new_laptop: Callable[[str], Laptop], central: Central
) -> None:
    laptop.put("company", *({"name": f"Firma {each}"} for each in range(300)))
    # The central system holds its breath: the first sync waits with the lock in its hand.
    with central.database.transaction() as connection:
        connection.execute(select(organisation).with_for_update())
        first = laptop.start("sync", "--json")
        time.sleep(0.2)
        end = time.monotonic() + SECONDS
        # A fresh interpreter as the first: a forked one would be there before it.
        while (second := laptop.run("sync", before=lambda: None)).code != 8:
            assert first.poll() is None, first.communicate()
            assert time.monotonic() < end, (second.code, second.err)
        assert second.out == ""
        assert "synk" in second.err.lower()
        assert first.poll() is None
    out, err = first.communicate(timeout=SECONDS)
    assert first.returncode == 0, err
    assert json.loads(out)["pushed"] == 300
    assert names_at(central) == Counter(f"Firma {each}" for each in range(300))
