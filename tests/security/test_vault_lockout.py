"""Whoever may write to the folder, and has no key, does not keep the owner out: the owner gets in or is told why.

No pipe is waited for, no endless file is read, and nothing ends in anything but one of our sentences.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import FrameType

import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadFile, ChangedSinceLock, FieldtuiError, TooSoon, WrongPassphrase
from fieldtui.base.explain import explain
from fieldtui.base.ids import SystemIds
from fieldtui.base.log import event, no_longer_to, open_log
from fieldtui.services import restoring, unlocking
from fieldtui.services.backing import Backing
from fieldtui.tui import preferences
from fieldtui.vault.backups import listed
from fieldtui.vault.database import open_database
from fieldtui.vault.header import parse_header
from fieldtui.vault.sqlcipher import DatabaseError
from tests.support.vaults import a_clock, a_vault, phrase, put_anchors_back

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and an alarm of POSIX")
PATIENCE = 20
"""Seconds; what a waiting pipe would exceed by far, and a busy machine does not."""


class Hangs(BaseException):
    """Nothing that only catches errors swallows it."""


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """What hangs fails."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "data"
    vault, _code = a_vault(folder)
    vault.close()
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def cleared(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)


def a_pipe(path: Path) -> None:
    cleared(path)
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    cleared(path)
    (path / "mine").mkdir(parents=True)


def an_endless_device(path: Path) -> None:
    cleared(path)
    path.symlink_to("/dev/zero")


def a_loop(path: Path) -> None:
    cleared(path)
    path.symlink_to(path)


def a_giant(path: Path) -> None:
    cleared(path)
    with path.open("wb") as stream:
        stream.write(b'{"failures":')
        stream.truncate(1 << 36)  # 64 GiB, sparse


def garbage(path: Path) -> None:
    cleared(path)
    path.write_bytes(b"[" * 3000)


THINGS: dict[str, Callable[[Path], None]] = {
    each.__name__: each for each in (a_pipe, a_folder, an_endless_device, a_loop, a_giant, garbage)
}
PLACES = (
    "vault/vault.json",
    "vault/vault.json.bak",
    "vault/vault.db",
    "vault/vault.db-wal",
    "vault/vault.db-shm",
    "vault/vault.db-journal",
    "vault/vault.db.next",
    "vault/lock",
    "vault/lock.gate",
    "vault/window.lock",
    "vault/contact.json",
    "vault/.hdr-x",
    "vault/.check-x",
    "vault/erasing",
    "vault/restoring",
    "state",
    "state/attempts",
    "state/screen.json",
    "exports",
    "backups",
    "backups/vault-20261101T080000Z.fvb",
)


def outcome(act: Callable[[Path], None], folder: Path) -> FieldtuiError | None:
    """What a person is told; `None` where it went well. Anything else than an error of ours fails the test."""
    try:
        act(folder)
    except FieldtuiError as error:
        return error
    return None


COMFORTS = ("vault/contact.json", "vault/.hdr-x", "vault/.check-x", "state", "state/attempts", "state/screen.json")
"""What is in the way there keeps nobody out."""


def a_day(data: Path) -> None:
    """What a start does: unlock, become the window, back up, close."""
    preferences.load(data)
    with unlocking.unlock(data, phrase(), clock=a_clock(), ids=SystemIds()) as workspace:
        workspace.claim_window()
        assert workspace.status().citizens == 0
        preferences.remember(data, theme="dark")
        Backing(workspace.context).daily()


@pytest.mark.parametrize("place", PLACES)
def test_the_owner_gets_in_or_is_told_whatever_lies_there(data: Path, place: str) -> None:
    others = (an_endless_device, a_loop, a_giant, garbage)
    for put in (a_pipe, a_folder, others[PLACES.index(place) % len(others)]):
        folder = data.with_name(put.__name__)
        shutil.copytree(data, folder)
        put_anchors_back({})  # each is a vault of its own
        put(folder / place)
        told = outcome(a_day, folder)
        if told is not None:
            assert explain(told)
            assert not isinstance(told, WrongPassphrase)
            assert place not in COMFORTS, put.__name__


def test_a_pipe_among_the_backups_or_in_the_log_s_place_is_not_waited_for(data: Path) -> None:
    for place in ("backups/vault-20261101T080000Z.fvb", "logs/fieldtui.log"):
        a_pipe(data / place)
    open_log(data / "logs")
    try:
        event("attack.tried")
    finally:
        for handler in list(logging.getLogger("fieldtui").handlers):
            no_longer_to(handler)
    assert listed(data) == ()
    with pytest.raises(BadFile):
        restoring.restore(data, data / "backups" / "vault-20261101T080000Z.fvb", phrase(), clock=a_clock())


@pytest.mark.parametrize("copy", ["vault.json", "vault.json.bak"])
@pytest.mark.parametrize("thing", ["a_pipe", "a_loop", "a_folder"])
def test_one_copy_of_the_header_that_is_no_file_leaves_the_other(data: Path, copy: str, thing: str) -> None:
    THINGS[thing](data / "vault" / copy)
    with unlocking.unlock(data, phrase(), clock=a_clock(), ids=SystemIds()):
        pass
    assert (data / "vault" / "vault.json").read_bytes() == (data / "vault" / "vault.json.bak").read_bytes()


@pytest.mark.parametrize(
    "said",
    [
        {"failures": 10**30, "at": 0},
        {"failures": 99, "at": 9e11},
        {"failures": 99, "at": -9e11},
        {"failures": -1, "at": 0},
        {"failures": 10**400, "at": 1e308},
        {"failures": True, "at": float("nan")},
    ],
)
def test_a_written_counter_delays_the_owner_for_five_minutes_at_most(data: Path, said: dict[str, float]) -> None:
    (data / "state" / "attempts").write_text(json.dumps(said))
    clock = FixedClock(a_clock().now())

    def unlock(folder: Path) -> None:
        unlocking.unlock(folder, phrase(), clock=clock, ids=SystemIds()).close()

    told = outcome(unlock, data)
    if told is not None:
        assert isinstance(told, TooSoon)
        assert told.seconds <= 300
        clock.advance(timedelta(seconds=301))
        unlock(data)


# --- old pages in through a rollback journal ----------------------------------------------------------


def with_a_journal(data: Path) -> Path:
    """A sealed vault beside a journal with its pages of before: SQLite takes it for a save that was cut short."""
    home, key = data / "vault", bytearray()
    with unlocking.unlock(data, phrase(), clock=a_clock(), ids=SystemIds()) as workspace:
        key[:] = workspace.store.vault.borrow(lambda _header, vault_key: bytearray(vault_key))
        workspace.store.vault.connection.execute("CREATE TABLE truth (said TEXT)")
        workspace.store.vault.connection.execute("INSERT INTO truth VALUES ('monday')")
    header = parse_header((home / "vault.json").read_bytes())
    work = data.with_name("work.db")
    shutil.copy(home / "vault.db", work)
    connection = open_database(work, key, header.db)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=1")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("UPDATE truth SET said = 'tuesday'")
    connection.execute(
        "CREATE TABLE filler AS SELECT hex(randomblob(3000)) AS x FROM sqlite_master, sqlite_master AS b"
    )
    journal = work.with_name("work.db-journal").read_bytes()
    tuesday = work.read_bytes()
    connection.execute("ROLLBACK")
    connection.close()
    data.with_name("tuesday.db").write_bytes(tuesday)
    data.with_name("tuesday.db-journal").write_bytes(journal)
    (data.with_name("key")).write_bytes(key)
    shutil.copy(data.with_name("tuesday.db-journal"), home / "vault.db-journal")
    return home


def test_old_pages_do_not_come_in_by_a_rollback_journal(data: Path) -> None:
    home = with_a_journal(data)
    journal = (home / "vault.db-journal").read_bytes()
    before = (home / "vault.db").read_bytes()
    for _ in range(2):
        with pytest.raises(ChangedSinceLock):
            unlocking.unlock(data, phrase(), clock=a_clock(), ids=SystemIds())
    assert (home / "vault.db").read_bytes() == before
    assert (home / "vault.db-journal").read_bytes() == journal
    with unlocking.read_only(data, phrase(), clock=a_clock(), ids=SystemIds()) as workspace:
        assert workspace.status().citizens == 0


def test_sqlite_itself_would_take_the_journal_in(data: Path) -> None:
    """The control: opened past our look at the folder, the file that says tuesday says monday again."""
    home = with_a_journal(data)
    header = parse_header((home / "vault.json").read_bytes())
    key = bytearray(data.with_name("key").read_bytes())
    path = data.with_name("tuesday.db")
    size = path.stat().st_size
    connection = open_database(path, key, header.db)
    try:
        assert connection.execute("SELECT said FROM truth").fetchone() == ("monday",)
    except DatabaseError:
        pytest.fail("the journal was not taken in")
    finally:
        connection.close()
    assert path.stat().st_size != size or not path.with_name("tuesday.db-journal").exists()
