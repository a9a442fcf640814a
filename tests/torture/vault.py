"""`make torture-vault`: SIGKILL at random moments of everything that is done to a vault, and a flipped bit in each of its files."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import BackupDamaged, Damaged, FieldtuiError, NewerVault, WrongPassphrase
from fieldtui.base.ids import SystemIds
from fieldtui.services import unlocking
from fieldtui.services.backing import Backing
from fieldtui.services.workspace import Workspace
from fieldtui.store.outbox import Outbox
from fieldtui.vault import CHEAPEST, check_vault
from fieldtui.vault.backupfile import BackupFile, open_backup, read_backup
from fieldtui.vault.backups import listed
from tests.support.oldvaults import NAMES, a_vault_of, what_is_missing
from tests.support.vaults import phrase
from tests.support.workspaces import enrol_in_place
from tests.torture.vaultworker import DEEDS, PHRASES, all_of, keep, upgrade
from tests.torture.worker import read_journal

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.torture.vaultworker"])
SECONDS: Final = 60.0
FLIPS: Final = 6
"""Bits that are flipped after each round that ends a vault."""
_ALLOWED: Final = {
    "vault.json", "vault.json.bak", "vault.db", "lock", "lock.gate", "backup.lock", "window.lock", "sync.lock",
    "contact.json",
}  # fmt: skip
"""What may lie in the folder of a closed vault."""


@dataclass(slots=True)
class Tally:
    """What was done, and what broke."""

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    """By what was under way."""
    acknowledged: int = 0
    flips: Counter[str] = field(default_factory=Counter)
    """By file and outcome."""
    broken: list[str] = field(default_factory=list)


def torture_vault(
    rounds: int, *, seed: int, first: int = 0, batch: int = 25, tell: Callable[[str], object] = lambda _text: None
) -> Tally:
    """Play rounds until one breaks a promise, or all are played.

    Args:
        rounds: How many; each is one kill.
        seed: What is done and when it is killed follows from it and the round's number.
        first: Number of the first round.
        batch: Rounds on one vault; then bits are flipped in it, and a new one begins.
        tell: Told how far it is.
    """
    tally = Tally()
    for begins in range(first, first + rounds, batch):
        folder = Path(tempfile.mkdtemp(prefix="fieldtui-torture-"))
        try:
            kept = _Kept(folder, seed)
            for number in range(begins, min(begins + batch, first + rounds)):
                kept.play(number, tally)
                if tally.broken:
                    return tally
            kept.flip(begins, tally)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        tell(f"{tally.rounds} rounds, {tally.acknowledged} acknowledged")
        if tally.broken:
            break
    return tally


class _Kept:
    """One vault, and everything somebody was told about it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._seed = seed
        self._now = 0
        self._certain: dict[str, str] = {}
        workspace, _code = unlocking.create(
            self._data, phrase(PHRASES[0]), clock=SystemClock(), ids=SystemIds(), kdf=CHEAPEST
        )
        with workspace:
            enrol_in_place(workspace.store)

    def play(self, number: int, tally: Tally) -> None:
        """Let a process work, kill it, and look."""
        chance = random.Random(f"{self._seed}-{number}")
        deed = chance.choice([*DEEDS, "migration"])
        lines, after = chance.randint(2, 14), chance.uniform(0.0, 0.15)
        tally.rounds += 1
        tally.killed[deed] += 1
        if deed == "migration":
            self._migration(number, chance, after, tally)
            return
        journal = self._folder / f"journal-{number}"
        arguments = (str(self._data), str(journal), self._now, deed, f"{self._seed}-{number}", number * 10_000)
        _run_and_kill(keep, arguments, journal, lines, after)
        said = read_journal(journal)
        begun = next((each["deed"] for each in reversed(said) if each["what"] == "begin"), "start")
        for each in said:
            if each["what"] in {"made", "draft"}:
                self._certain[each["id"]] = each["text"]
                tally.acknowledged += 1
        tally.broken += [f"round {number} ({deed}, during {begun}): {what}" for what in self._look(said)]

    def _look(self, said: list[dict[str, Any]]) -> Iterator[str]:
        """What is wrong after a kill."""
        begun = [each["to"] for each in said if each["what"] == "changing"]
        done = [each["to"] for each in said if each["what"] == "changed"]
        certain = done[-1] if done else self._now
        possible = {certain, begun[-1]} if len(begun) > len(done) else {certain}
        try:
            opens = [number for number in range(len(PHRASES)) if self._opens(number)]
        except FieldtuiError as error:
            yield f"does not open: {type(error).__name__}"
            return
        if len(opens) != 1 or opens[0] not in possible:
            yield f"opened by {opens}, and {possible} could be"
            return
        self._now = opens[0]
        with self._unlocked() as workspace:
            found = all_of(workspace.store)
            lost = [text for record, text in self._certain.items() if found.get(record) != text]
            if lost:
                yield f"{len(lost)} acknowledged are lost, as {lost[:3]}"
            waiting = {entry.record_id for entry in Outbox(workspace.store).all()}
            unsent = [record for record in self._certain if not record.startswith("note:") and record not in waiting]
            if unsent:
                yield f"{len(unsent)} would never be sent"
            if not check_vault(workspace.store.vault).ok:
                yield "a page fails"
            workspace.store.verify_log()
            Backing(workspace.context).daily()  # as after every command: replaces backups under a key of before
            Backing(workspace.context).by_hand(None)  # also sweeps, as the next backup does
        yield from self._strays()
        yield from self._backups()

    def _strays(self) -> Iterator[str]:
        names = {path.name for path in (self._data / "vault").iterdir()} - _ALLOWED
        names |= {path.name for path in (self._data / "backups").iterdir() if path.suffix != ".fvb"}
        names |= {path.name for path in self._data.iterdir()} - {
            "vault",
            "backups",
            "set-aside",
            "state",
            "logs",
            "exports",
        }
        if names:
            yield f"left behind: {sorted(names)}"

    def _backups(self) -> Iterator[str]:
        with self._unlocked() as workspace:
            for file in listed(self._data):
                try:
                    _require_whole(workspace, file)
                except BackupDamaged:
                    yield f"{file.path.name} is damaged, or has a key of before"

    def _opens(self, number: int) -> bool:
        try:
            unlocking.unlock(self._data, phrase(PHRASES[number]), clock=SystemClock(), ids=SystemIds()).close()
        except WrongPassphrase:
            return False
        return True

    @contextmanager
    def _unlocked(self) -> Iterator[Workspace]:
        workspace = unlocking.unlock(self._data, phrase(PHRASES[self._now]), clock=SystemClock(), ids=SystemIds())
        with workspace:
            yield workspace

    # --- upgrades -------------------------------------------------------------------------------

    def _migration(self, number: int, chance: random.Random, after: float, tally: Tally) -> None:
        """A vault of an older version, killed while its tables change; the next start finishes it."""
        old = self._folder / f"old-{number}"
        version = chance.choice(NAMES[:-1])
        a_vault_of(version, old)
        journal = self._folder / f"journal-{number}"
        _run_and_kill(upgrade, (str(old), str(journal)), journal, 1, after)
        try:
            with unlocking.unlock(old, phrase(), clock=SystemClock(), ids=SystemIds()) as workspace:
                missing = what_is_missing(workspace.store)
            if not listed(old):
                missing = [*missing, "no backup was made"]
        except FieldtuiError as error:
            missing = [f"does not open: {type(error).__name__}"]
        tally.broken += [f"round {number} (migration from {version}): {what}" for what in missing]
        shutil.rmtree(old)

    # --- bits -----------------------------------------------------------------------------------

    def flip(self, number: int, tally: Tally) -> None:
        """Flip one bit at a time of each file of the closed vault: it is noticed, or nothing is other than it was."""
        chance = random.Random(f"flip-{self._seed}-{number}")
        with self._unlocked() as workspace:
            truth = all_of(workspace.store)  # what was stored when a kill kept it from being acknowledged is there too
        files = [path for path in sorted(self._data.rglob("*")) if path.is_file() and path.stat().st_size]
        files = [path for path in files if "set-aside" not in path.parts and "logs" not in path.parts]
        with self._unlocked() as workspace:  # one look has the key of every backup
            for file in files:
                if file.suffix == ".fvb":
                    self._flip_in(file, FLIPS, chance, tally, partial(_whole_backup, workspace, file))
        for file in files:
            if file.suffix != ".fvb":
                # Opening writes headers, and moves the anchor on; only the database and backups are put back.
                times = FLIPS if file.suffix == ".db" else 1
                self._flip_in(file, times, chance, tally, lambda: self._same_as(truth))

    @staticmethod
    def _flip_in(file: Path, times: int, chance: random.Random, tally: Tally, look: Callable[[], str]) -> None:
        data = file.read_bytes()
        name = file.name if file.suffix != ".fvb" else "backup"
        for _ in range(times):
            place = chance.randrange(len(data))
            file.write_bytes(data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :])
            try:
                outcome = look()
            except (Damaged, NewerVault):
                outcome = "noticed"
            except Exception as error:  # noqa: BLE001  any other is what is looked for
                outcome = type(error).__name__
            tally.flips[f"{name}: {outcome}"] += 1
            if outcome not in {"noticed", "harmless"}:
                tally.broken.append(f"byte {place} of {file.name} flipped: {outcome}")
            if file.suffix in {".db", ".fvb"}:
                file.write_bytes(data)

    def _same_as(self, truth: dict[str, Any]) -> str:
        with self._unlocked() as workspace:
            return "harmless" if all_of(workspace.store) == truth else "not noticed"


def _whole_backup(workspace: Workspace, file: Path) -> str:
    _require_whole(workspace, read_backup(file))
    return "not noticed"


def _require_whole(workspace: Workspace, file: BackupFile) -> None:
    opened = workspace.store.vault.borrow(lambda _header, key: open_backup(file, key))
    with contextlib.closing(opened):
        opened.require_whole()


def _run_and_kill(
    target: Callable[..., None], arguments: tuple[object, ...], journal: Path, lines: int, after: float
) -> None:
    """Start a process, wait until it has noted so much, however slow the machine is, and kill it so many seconds later."""
    process = _FORKS.Process(target=target, args=arguments, daemon=True)
    process.start()
    ends = time.monotonic() + SECONDS
    while process.is_alive() and len(read_journal(journal)) < lines and time.monotonic() < ends:
        time.sleep(0.002)
    process.join(after)
    process.kill()
    process.join(SECONDS)
    process.close()
