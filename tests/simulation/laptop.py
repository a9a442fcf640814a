"""A laptop that can lose its power between any two of its steps, and its disk can be full."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.ids import SeededIds
from fieldtui.domain.envelope import Stored
from fieldtui.services.conflicts import Conflicts
from fieldtui.services.syncing import Syncing
from fieldtui.services.workspace import Workspace
from fieldtui.store.meta import MetaKey
from fieldtui.store.outbox import _SELECT, Entry, entry_of
from fieldtui.vault import OpenVault
from tests.simulation.office import URL, Credentials

ROOMY = 1 << 30


class Killed(BaseException):
    """The power went. Nothing of the program may run after it, so it is no `Exception`."""


class Time:
    """The office's time: stands still but for a millisecond each time it is asked, and moves when it is told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at.astimezone(COPENHAGEN)

    def monotonic(self) -> float:
        return self.at.timestamp()


class WrongTime:
    """A laptop's clock: the office's time and something else."""

    def __init__(self, time: Time, wrong: timedelta) -> None:
        self._time = time
        self.wrong = wrong

    def now(self) -> datetime:
        return (self._time.now() + self.wrong).astimezone(COPENHAGEN)

    def monotonic(self) -> float:
        return self._time.monotonic()


class Fuse:
    """Counts the steps of a laptop's program, and burns through at one of them."""

    def __init__(self, kill: Callable[[], None]) -> None:
        self._kill = kill
        self.left: int | None = None
        """Steps until the power goes; `None` for never."""
        self.after = False
        """Whether the last step is still carried out."""
        self.commits: int | None = None
        """Transactions until the power goes, right after the last of them; `None` for never."""
        self.dead = False

    def around(self, step: Callable[[], Any]) -> Any:
        """Carry out one step, unless the power goes before it; it may go right after it."""
        if self.dead:
            raise Killed
        if self.left is None:
            return step()
        self.left -= 1
        if self.left > 0:
            return step()
        result = step() if self.after else None
        self.burn()
        return result

    def committed(self) -> None:
        """A transaction has ended: between two of them is where what belongs together is found apart."""
        if self.commits is not None and not self.dead:
            self.commits -= 1
            if self.commits <= 0:
                self.burn()

    def calm(self) -> None:
        """No more of it."""
        self.left = self.commits = None

    def burn(self) -> None:
        """The power goes now, or went."""
        if not self.dead:
            self._kill()
            self.dead = True
        raise Killed


class Wired:
    """The vault's connection with the fuse in its line."""

    def __init__(self, real: Any, fuse: Fuse) -> None:
        self._real = real
        self._fuse = fuse

    def execute(self, *given: Any) -> Any:
        result = self._fuse.around(lambda: self._real.execute(*given))
        if given[0] == "COMMIT":
            self._fuse.committed()
        return result

    def executemany(self, *given: Any) -> Any:
        return self._fuse.around(lambda: self._real.executemany(*given))

    def __getattr__(self, name: str) -> Any:
        if self._fuse.dead:
            raise Killed
        return getattr(self._real, name)


@dataclass(frozen=True)
class Act:
    """One change of one record as its author left it, read from the laptop's own history."""

    laptop: str
    record_id: str
    collection: str
    scope: str
    rev: int
    """The revision the laptop held then."""
    before: dict[str, Any] | None
    """`{"body": …, "annulled": …}`; `None` where it was created."""
    after: dict[str, Any]


@dataclass(frozen=True)
class Kit:
    """A vault that is copied for each laptop, and its key."""

    folder: Path
    key: bytes


def take_in_hand(laptop: Laptop, given: Credentials) -> None:
    """What the real enrolment leaves in a vault (it is tried in tests/sync/test_enrolment.py)."""
    with laptop.workspace.store.transaction():
        for key, value in (
            (MetaKey.SERVER_URL, URL), (MetaKey.SERVER_KEY, given.server_key), (MetaKey.DEVICE_ID, given.device_id),
            (MetaKey.KEY_ID, given.key_id), (MetaKey.DEVICE_KEY, given.device_key),
            (MetaKey.CONSULTANT, given.person.model_dump_json()),
        ):  # fmt: skip
            laptop.workspace.store.set_meta(key, value)


class Laptop:
    """One device of one member of staff, from its first sync to its last."""

    def __init__(
        self, name: str, kit: Kit, home: Path, seed: int, time: Time, given: Credentials, wrong: timedelta
    ) -> None:
        self.name = name
        self.person = given.person
        self.device_id = given.device_id
        self.clock = WrongTime(time, wrong)
        self.network: httpx2.BaseTransport | None = None
        self.ids = SeededIds(f"{seed}-{name}", 1_795_000_000_000)
        self.acts: list[Act] = []
        self.owed = 0
        """How many of the acts the promises know of."""
        self.revoked = False
        self.full = False
        self.sends = False
        """Whether its last request was a push: while a sync is under way, one that is being made."""
        self.kills = 0
        self._key = kit.key
        self._home = home
        self._lives = 0
        self._history_read = 0
        shutil.copytree(kit.folder, self._folder)

    @property
    def _folder(self) -> Path:
        return self._home / f"{self.name}-{self._lives}"

    # --- power ----------------------------------------------------------------------------------

    def boot(self) -> None:
        """Open the vault."""
        vault = OpenVault(self._folder, bytearray(self._key), anchors=self._home / f"{self.name}-anchors")
        self._vault = vault
        self._real: Any = vault._connection
        self.full = False
        self.fuse = Fuse(self._cut)
        vault._connection = Wired(self._real, self.fuse)  # type: ignore[assignment]
        self.workspace = Workspace(vault, clock=self.clock, ids=self.ids)
        self.syncing = Syncing(self.workspace._context, via=self.network)
        self.conflicts = Conflicts(self.workspace._context)

    def _cut(self) -> None:
        """Keep what is on the disk at this moment, exactly, under a new name."""
        old = self._folder
        self._lives += 1
        shutil.copytree(old, self._folder, ignore=shutil.ignore_patterns("*-shm", ".check-*"))

    def kill(self) -> None:
        """The power goes while the program waits for something."""
        try:
            self.fuse.burn()
        except Killed:
            self.kills += 1

    def boot_again(self) -> None:
        """Start after the power went: the vault is unsealed, so every page is checked."""
        assert self.fuse.dead
        self._throw_away()
        self.boot()
        assert self._vault.dirty_start
        self.read_history()

    def boot_closed(self) -> None:
        """Close in order and start again."""
        self.workspace.close()
        self.boot()
        assert not self._vault.dirty_start

    def _throw_away(self) -> None:
        wired, self._vault._connection = self._vault._connection, None
        self._vault._leave()
        self._vault._connection = wired  # what still runs of the old life meets the burnt fuse
        self._real.close()
        shutil.rmtree(self._home / f"{self.name}-{self._lives - 1}")

    def packed(self, folder: Path) -> Kit:
        """The closed vault as it is now, to begin with; the laptop itself is open again."""
        self.workspace.close()
        shutil.copytree(self._folder, folder)
        self.boot()
        return Kit(folder, self._key)

    def close(self) -> None:
        """Close the vault in order, or what a killed program left of it."""
        if self.fuse.dead:
            self._throw_away()
        else:
            self.workspace.close()

    def drop(self) -> None:
        """Nobody needs it any more: the vault is left as it is, because sealing it takes long."""
        if not self.fuse.dead:
            self._lives += 1
        self._throw_away()

    def fill_disk(self) -> None:
        """No page more than there are."""
        self.full = True
        pages = self._real.execute("PRAGMA page_count").fetchone()[0]
        self._real.execute(f"PRAGMA max_page_count={pages}").fetchone()

    def make_room(self) -> None:
        self.full = False
        self._real.execute(f"PRAGMA max_page_count={ROOMY}").fetchone()

    # --- looked at ------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read past the fuse."""
        found: list[tuple[Any, ...]] = self._real.execute(query, values).fetchall()
        return found

    def read_history(self) -> list[Act]:
        """The acts since the last reading; what purging took was read before."""
        new = []
        for seq, record_id, collection, scope, before, after in self.rows(
            "SELECT seq, record_id, collection, scope, before, after FROM history WHERE seq > ? ORDER BY seq",
            self._history_read,
        ):
            self._history_read = seq
            rev = self.rows("SELECT rev FROM record WHERE id = ?", record_id)
            loaded = json.loads(before) if before else None
            new.append(Act(self.name, record_id, collection, scope, rev[0][0] if rev else 0, loaded, json.loads(after)))
        self.acts += new
        return new

    def state(self) -> tuple[Any, ...]:
        """What a sync could move."""
        return (
            tuple(self.records()),
            tuple((e.op_id, e.state, e.base_rev) for e in self.entries()),
            tuple(self.rows("SELECT scope FROM leaving")),
            tuple(self.rows("SELECT id, resolved_at FROM conflict")),
        )

    def waits(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self.rows("SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1"))

    def undone(self, scope: str) -> bool:
        """Whether something of a scope is still to be sent or to be decided."""
        return bool(
            self.rows(
                "SELECT 1 FROM outbox WHERE scope = ?1 AND state = 'waiting' UNION ALL"
                " SELECT 1 FROM conflict WHERE scope = ?1 AND resolved_at IS NULL LIMIT 1",
                scope,
            )
        )

    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry_of(row) for row in self.rows(f"{_SELECT} ORDER BY seq"))

    def records(self) -> Iterator[tuple[str, str, str, int, dict[str, Any], Any]]:
        """Id, collection, scope, revision, body, annulment."""
        for id_, collection, scope, rev, body, annulled in self.rows(
            "SELECT id, collection, scope, rev, body, annulled FROM record ORDER BY id"
        ):
            yield id_, collection, scope, rev, json.loads(body), json.loads(annulled) if annulled else None

    def of(self, collection: str) -> tuple[Stored[Any], ...]:
        """What a person sees of a collection, in a stable order."""
        return tuple(sorted(self.workspace.store.all(collection), key=lambda stored: stored.id))
