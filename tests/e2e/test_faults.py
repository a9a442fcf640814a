"""What can be wrong with a vault, a device or a network, each told apart by exit code and sentence, with nothing lost."""

from __future__ import annotations

import json
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.central.administration import revoke
from fieldtui.central.serve import BackgroundServer
from fieldtui.services import unlocking
from fieldtui.store import MetaKey
from fieldtui.vault import Secret, open_vault
from tests.e2e.laptop import Laptop, Result
from tests.support.central import Central
from tests.support.vaults import OTHER_PHRASE, files_below, phrase

LOGS = ("logs", "logs/fieldtui.log")
"""What a command that is refused may still write."""


def without_logs(laptop: Laptop) -> dict[str, str]:
    """Every file of the vault with its content hashed."""
    return {name: kept for name, kept in files_below(laptop.data).items() if not name.startswith(LOGS)}


def is_a_sentence(result: Result, *words: str) -> None:
    """Told on stderr, for a person; nothing on stdout, no trace of the program's inside."""
    assert result.out == ""
    assert result.err.strip().endswith((".", "?", ":")) or "fieldtui" in result.err, result.err
    for word in ("Traceback", "Error:", "Exception", "sqlite", "None"):
        assert word not in result.err
    for word in words:
        assert word in result.err, result.err


def test_a_vault_that_cannot_be_opened_is_told_apart_and_stays_as_it_is(
    tmp_path: Path, new_laptop: Callable[[str], Laptop]
) -> None:
    none = Laptop.at(tmp_path / "none")
    missing = none.run("status")
    assert missing.code == 2
    is_a_sentence(missing, "fieldtui init")
    assert not none.data.exists()

    laptop = new_laptop("mh")
    assert laptop.run("vault", "check").code == 0
    before = without_logs(laptop)
    is_a_sentence(twice := laptop.run("init"))
    assert twice.code == 2
    assert without_logs(laptop) == before

    laptop.passphrase_file.write_text(f"{OTHER_PHRASE}\n", "utf-8")
    wrong = laptop.run("status")
    assert wrong.code == 3
    is_a_sentence(wrong)
    laptop.passphrase_file.write_text(f"{laptop.passphrase}\n", "utf-8")
    assert without_logs(laptop)["vault/vault.db"] == before["vault/vault.db"]
    assert laptop.run("status").code == 0

    header = laptop.data / "vault" / "vault.json"
    whole = header.read_bytes()
    document = json.loads(whole)
    header.write_text(json.dumps({**document, "version": document["version"] + 1}), "utf-8")
    told = laptop.run("status")
    assert told.code == 2
    is_a_sentence(told)
    header.write_bytes(whole)

    database = laptop.data / "vault" / "vault.db"
    good = database.read_bytes()
    for bad in (good[:20] + b"\0" * 64 + good[84:], good[: len(good) // 2], b"", b"SQLite format 3\0" + good[16:]):
        database.write_bytes(bad)
        told = laptop.run("status")
        assert told.code == 7
        is_a_sentence(told)
        assert database.read_bytes() == bad
    database.write_bytes(good)
    assert laptop.run("vault", "check").code == 0


def move_the_office(laptop: Laptop, url: str) -> None:
    """Let the device look for its central system elsewhere."""
    with unlocking.unlock(laptop.data, phrase(), clock=SystemClock(), ids=SystemIds()) as workspace:
        store = workspace.store
        with store.transaction():
            store.set_meta(MetaKey.SERVER_URL, url)


def test_without_the_office_everything_is_kept_and_told(laptop: Laptop, central: Central) -> None:
    (citizen,) = laptop.put("citizen", {"given_name": "Åse", "enrolled_on": "2026-10-01"})
    assert laptop.json("sync")["pushed"] == 1
    laptop.put("note", {"citizen_id": citizen, "text": "Vil gerne begynde.", "written_at": "2026-11-20T10:00"})
    with BackgroundServer(central.database) as elsewhere:
        taken = elsewhere.url
    # Nothing listens at the address now, as when the laptop is on a train.
    move_the_office(laptop, taken)
    away = laptop.run("sync")
    assert away.code == 4
    is_a_sentence(away, "gemt")
    assert laptop.run("--lang", "en", "sync").code == 4
    assert laptop.json("status")["pending"] == 1
    (waiting,) = laptop.json("outbox", "list")
    assert (waiting["collection"], waiting["citizen_id"], waiting["state"]) == ("note", citizen, "waiting")
    move_the_office(laptop, central.url)
    assert laptop.json("sync")["pushed"] == 1
    assert laptop.json("outbox", "list") == []


def test_a_device_that_was_never_enrolled_stores_nothing_and_says_how_to_begin(
    new_laptop: Callable[[str], Laptop],
) -> None:
    laptop = new_laptop("new")
    for words, stdin in ((("sync",), ""), (("put", "company"), '{"name": "A"}')):
        told = laptop.run(*words, stdin=stdin)
        assert told.code == 2
        is_a_sentence(told, "fieldtui enrol")
    assert laptop.json("list", "company") == []


def test_a_revoked_device_locks_and_keeps_what_it_has(laptop: Laptop, central: Central) -> None:
    laptop.put("company", {"name": "Café Solsort"})
    device = laptop.json("status")["device_id"]
    assert revoke(central.database, device)
    told = laptop.run("sync")
    assert told.code == 6
    is_a_sentence(told)
    for words in (("list", "company"), ("status",), ("sync",)):
        again = laptop.run(*words)
        assert again.code == 6, again
        is_a_sentence(again)
    with open_vault(laptop.data, Secret(bytearray(laptop.passphrase, "utf-8")), clock=SystemClock()) as vault:
        kept = [
            vault.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("record", "outbox")
        ]
    assert kept == [1, 1]


@pytest.mark.parametrize("room", [4096, 60_000])
def test_a_disk_that_is_full_loses_nothing(laptop: Laptop, room: int) -> None:
    (kept,) = laptop.put("company", {"name": "Café Solsort"})
    size = (laptop.data / "vault" / "vault.db").stat().st_size

    def narrow() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, size + room))

    lines = "".join(json.dumps({"name": f"Firma {each}", "notes": "x" * 9000}) + "\n" for each in range(200))
    told = laptop.run("put", "company", stdin=lines, before=narrow)
    assert told.code == 1, told
    is_a_sentence(told, "plads")
    assert [each["id"] for each in laptop.json("list", "company")] == [kept]
    assert laptop.run("vault", "check").code == 0
    assert laptop.run("log", "verify").code == 0
    assert laptop.json("status")["pending"] == 1
