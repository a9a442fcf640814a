"""One seed: an office, its laptops, what happens to them, and whether the promises held."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from fieldtui.base.clock import COPENHAGEN, today
from fieldtui.base.errors import BadInput, Busy, DiskFull, MassChange, Revoked, Unreachable
from fieldtui.base.ids import SeededIds
from fieldtui.store.meta import MetaKey
from fieldtui.sync import engine, plan
from fieldtui.sync.report import SyncReport
from fieldtui.wire.messages import Limits
from tests.simulation.deeds import Deeds
from tests.simulation.laptop import Killed, Laptop, Time
from tests.simulation.network import Fault, Letter, Network
from tests.simulation.office import Office, Photograph
from tests.simulation.overheard import Overheard
from tests.simulation.promises import Promises
from tests.simulation.scene import MONDAY, Stage
from tests.simulation.values import Broken
from tests.simulation.weather import Weather

STEPS = 70
RESTORES = 3
"""Most in one seed: they are dear."""
ROUNDS = 8
"""Syncs of everybody in which it must get quiet at the end."""


class SeedFailed(AssertionError):
    """A promise was broken; the message says which, and how to see it again."""


@dataclass
class Outcome:
    """What a seed did."""

    seed: int
    steps: int = 0
    syncs: int = 0
    kills: int = 0
    faults: int = 0
    conflicts: int = 0
    restores: int = 0
    requests: int = 0
    digest: str = ""
    """Of the whole trace: the same seed gives the same one."""


class World:
    """The play of one seed."""

    def __init__(
        self,
        stage: Stage,
        seed: int,
        *,
        tell: Callable[[str], None] | None = None,
        weather: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.seed = seed
        self.chance = random.Random(f"fieldtui-simulation-{seed}")
        self.baton = stage.baton
        self.outcome = Outcome(seed)
        self._stage = stage
        self._digest = hashlib.sha256()
        self._tell = tell
        self._trace: list[str] = []
        self._words = 0
        self._late: list[Letter] = []
        self._overheard = Overheard()
        self._quiet = False
        self._backup: Photograph | None = None
        self._faulted: set[str] = set()
        self._gently: Callable[[], None] = lambda: None
        self._after: dict[str, Callable[[], None]] = {}
        """By laptop, what is to be looked at when its sync ends."""
        self._home = stage.folder / f"seed-{seed}-{stage.used}"
        self._home.mkdir()
        stage.used += 1
        self.time = Time(MONDAY)
        self.weather = Weather.drawn(self.chance).made(weather)
        self._interleave, self._batch = self.weather.interleave, self.weather.batch
        self.citizens = stage.citizens
        self.office = Office(
            stage.database, stage.office.org_id, stage.office.server_key, self.time, SeededIds(f"office-{seed}")
        )
        self.office.set_up(stage.photograph)
        self.office.assign(
            self.citizens[0], "SK", "substitute", today(self.time) + timedelta(days=self.chance.randint(0, 6))
        )
        stage.database.pause = self._pause_at_server
        self.laptops = [self._laptop(name) for name in self._staffed()]
        self.promises = Promises(self.office, self.laptops, self._overheard)

    # --- the scene ------------------------------------------------------------------------------

    def _staffed(self) -> list[str]:
        staffed = ["mh1", "mh2", "tb", "sk"]
        if self.chance.random() < 0.3:
            staffed.append("bh")
        if self.chance.random() < 0.1:
            staffed.append("le")
        return staffed

    def _laptop(self, name: str) -> Laptop:
        stage = self._stage
        kit = (stage.new if self.chance.random() < 0.15 else stage.synced)[name]
        wrong = (
            timedelta(seconds=self.chance.choice((0, 0, 3, -40, 5000, -86_400 * 3)))
            if self.weather.jumps
            else timedelta(0)
        )
        laptop = Laptop(name, kit, self._home, self.seed, self.time, stage.enrolled[name], wrong)
        laptop.network = Network(
            laptop,
            self.office,
            self.baton,
            fault=self._fault(name),
            late=self._late,
            tell=self.tell,
            heard=self._overheard.hear,
            arrives=lambda: self._arrives(laptop),
        )
        laptop.boot()
        return laptop

    def word(self) -> str:
        """A word that nobody has written before."""
        self._words += 1
        return f"ord{self._words}"

    def tell(self, line: str) -> None:
        """One line of the trace."""
        line = f"{self.time.at.astimezone(COPENHAGEN):%m-%d %H:%M:%S} {line}"
        self._digest.update(line.encode())
        self._trace.append(line)
        if self._tell is not None:
            self._tell(line)

    def _fault(self, name: str) -> Callable[[str], Fault]:
        def fault(method: str) -> Fault:
            self.outcome.requests += 1
            # What goes wrong with a push is harder to get right.
            if self._quiet or self.chance.random() >= self.weather.bad * (2 if method == "POST" else 1):
                return "none"
            self._faulted.add(name)
            self.outcome.faults += 1
            return self.chance.choice(self.weather.faults)

        return fault

    def _arrives(self, laptop: Laptop) -> None:
        """An answer is there; what it brings is about to be stored."""
        if self.weather.theme == "power" and not self._quiet and self.chance.random() < 0.25:
            laptop.fuse.commits = self.chance.randint(1, 3)

    def _pause_at_server(self) -> None:
        if self._interleave and not self._quiet and self.baton.current and self.chance.random() < self._interleave:
            self.baton.pause()

    # --- the play -------------------------------------------------------------------------------

    def play(self) -> Outcome:
        """Play it through and look whether every promise was kept.

        Raises:
            SeedFailed: One was not.
        """
        try:
            with self._knobs():
                for _ in range(STEPS):
                    self.outcome.steps += 1
                    self._step()
                self._calm()
                self.promises.check_quiet()
        except Exception as error:
            raise SeedFailed(self._told(error)) from error
        finally:
            self._close()
        self.outcome.digest = self._digest.hexdigest()
        self.outcome.kills = sum(laptop.kills for laptop in self.laptops)
        return self.outcome

    @contextmanager
    def _knobs(self) -> Iterator[None]:
        """Small pages and batches, so that few records already take several requests."""
        with pytest.MonkeyPatch.context() as patch:
            self._gently = lambda: patch.setattr(engine, "PAGE_LINES", 1000)
            patch.setattr(engine, "PAGE_LINES", self.weather.page_lines)
            patch.setattr(
                engine, "batches", lambda entries, limits: plan.batches(entries, Limits(ops=self._batch, bytes=limits.bytes))
            )  # fmt: skip
            yield

    def _step(self) -> None:
        chance = self.chance
        self.time.at += timedelta(seconds=1)
        working = [laptop for laptop in self.laptops if self.baton.fiber(laptop.name).ready]
        roll = chance.random()
        if working and roll < 0.5:
            self._go_on(chance.choice(working))
            return
        if (
            self.weather.theme == "restore"
            and self._backup
            and chance.random() < self.weather.untimely
            and self._somebody_sends()
        ):
            self._restore()
            return
        laptop = chance.choice(self.laptops)
        choices: list[tuple[float, Callable[[], None]]] = [
            (40, lambda: self._deed(laptop)),
            (22, lambda: self._sync(laptop)),
            (6, self._pass_time),
            ((8 if self.weather.theme == "leave" else 4) * self.weather.hand_over, self._hand_over),
            (2, self._office_writes),
            (2, self._deliver_late),
            (8 * self.weather.deadly, lambda: self._kill(laptop)),
            (1, lambda: self._restart_program(laptop)),
            (0.5, self._restart_server),
            (1 if self.weather.jumps else 0, lambda: self._jump(laptop)),
            (1.5 * self.weather.deadly, lambda: self._fill(laptop)),
            (0.4, lambda: self._forget_cursor(laptop)),
            (3 if self.weather.theme == "revoke" else 0.3 * self.weather.hand_over, lambda: self._revoke(laptop)),
            (self._backup_weight(), self._back_up),
            ((3 if self.weather.theme == "restore" else 1) if self._backup else 0, self._restore),
        ]
        chance.choices([do for _weight, do in choices], [weight for weight, _do in choices])[0]()

    def _somebody_sends(self) -> bool:
        return any(laptop.sends and not self.baton.fiber(laptop.name).done for laptop in self.laptops)

    def _backup_weight(self) -> float:
        if self.weather.theme == "restore":
            return 2 if self._backup else 8
        return 1 if self.weather.restores else 0

    def _light(self, laptop: Laptop, *, steps: int, commits: int) -> None:
        """Let the power go at one of the next steps, or right after one of the next transactions."""
        if self.chance.random() < 0.5:
            laptop.fuse.commits = self.chance.randint(1, commits)
        else:
            laptop.fuse.left, laptop.fuse.after = self.chance.randint(1, steps), self.chance.random() < 0.5

    def _deed(self, laptop: Laptop) -> None:
        if laptop.revoked or laptop.person.role == "leader":
            return
        if self.chance.random() < self.weather.deadly / 3:
            self._light(laptop, steps=25, commits=2)
        done: str | None = None
        try:
            done = Deeds(laptop, self.chance, self.word).any(self.weather.deeds)
        except (BadInput, DiskFull) as error:
            self.tell(f"{laptop.name} must not: {error}")
        except Killed:
            self._after_kill(laptop, "while writing")
            return
        if laptop.fuse.dead:
            # The power went in a step whose failure the program took for another's.
            self._after_kill(laptop, "while writing")
            return
        laptop.fuse.calm()
        new = laptop.read_history()
        self.promises.owe(laptop, new)
        if done:
            self.tell(f"{laptop.name} {done}")
        if done and not new and not done.startswith("afgør"):
            self.tell(f"{laptop.name} changed nothing by that")

    def _sync(self, laptop: Laptop) -> None:
        fiber = self.baton.fiber(laptop.name)
        if laptop.revoked or not fiber.done:
            return
        self.time.at += timedelta(seconds=1)  # times are kept by the second
        manual = self._quiet or self.chance.random() < 0.7
        self._faulted.discard(laptop.name)
        before = laptop.syncing.last()
        waited = {entry.op_id for entry in laptop.entries() if entry.state == "waiting"}
        if not self._quiet and self.chance.random() < self.weather.deadly / 2:
            self._light(laptop, steps=160, commits=6)
        said: list[SyncReport] = []
        fuse, syncing = laptop.fuse, laptop.syncing
        self.outcome.syncs += 1
        self.tell(f"{laptop.name} syncs{'' if manual else ' by itself'}")
        fiber.begin(lambda: said.append(syncing.run(manual=manual, accept_mass_change=True)))
        self._after[laptop.name] = lambda: self._synced(laptop, fuse, before, waited if manual else set(), said)
        self._go_on(laptop)

    def _go_on(self, laptop: Laptop) -> None:
        fiber = self.baton.fiber(laptop.name)
        fiber.step()
        if fiber.done:
            self._after.pop(laptop.name)()

    def _synced(
        self, laptop: Laptop, fuse: Any, before: datetime | None, waited: set[str], said: list[SyncReport]
    ) -> None:
        """What the laptop says after a sync, compared with what is true."""
        error = self.baton.fiber(laptop.name).error
        fuse.calm()
        if fuse is not laptop.fuse:
            if not isinstance(error, Killed):
                raise Broken(f"{laptop.name} went on after it was killed: {error!r}") from error
            return
        if isinstance(error, Killed):
            self._after_kill(laptop, "while syncing")
            return
        report = said[0] if said else None
        self.tell(f"{laptop.name} synced: {_short(report) if report else type(error).__name__ + str(vars(error))}")
        self._require_reason(laptop, error)
        after = laptop.syncing.last()
        if report is None or not report.finished:
            if after != before:
                raise Broken(f"5: {laptop.name}: 'last synced' moved without a whole sync")
            return
        self.outcome.conflicts += report.conflicts
        if after is None or after == before:
            raise Broken(f"5: {laptop.name}: 'last synced' did not move with a whole sync")
        left = {entry.op_id for entry in laptop.entries() if entry.state == "waiting"} & waited
        if left:
            raise Broken(f"5: {laptop.name} says it is done, and {len(left)} changes still wait")

    def _require_reason(self, laptop: Laptop, error: BaseException | None) -> None:
        """A sync fails only where something was wrong, and says what it was."""
        if isinstance(error, Revoked):
            laptop.revoked = True
            if laptop.device_id not in self.office.revoked_at:
                raise Broken(f"5: {laptop.name} was told that it is revoked, and is not")
        elif isinstance(error, DiskFull):
            if not laptop.full:
                raise Broken(f"5: {laptop.name} says that the disk is full, and it is not") from error
        elif isinstance(error, Unreachable):
            if laptop.name not in self._faulted:
                raise Broken(f"5: {laptop.name} could not sync although nothing was wrong: {vars(error)}") from error
        elif error is not None and not isinstance(error, Busy | MassChange):
            raise Broken(f"5: {laptop.name} failed: {error!r}") from error

    def _finish(self, laptop: Laptop) -> None:
        """Let a laptop's sync go on to its end, with nobody between."""
        fiber = self.baton.fiber(laptop.name)
        while not fiber.done:
            others = [each for each in self.laptops if each is not laptop and self.baton.fiber(each.name).ready]
            self._go_on(laptop if fiber.ready else others[0])

    # --- what goes wrong ------------------------------------------------------------------------

    def _kill(self, laptop: Laptop) -> None:
        if laptop.revoked:
            return
        laptop.kill()
        self._after_kill(laptop, "from outside", counted=True)

    def _after_kill(self, laptop: Laptop, when: str, *, counted: bool = False) -> None:
        laptop.kills += 0 if counted else 1
        self.tell(f"{laptop.name} is killed {when}")
        laptop.boot_again()
        self.promises.owe(laptop, laptop.acts[laptop.owed :])
        self.promises.check_nothing_lost(laptop)

    def _restart_program(self, laptop: Laptop) -> None:
        if not laptop.revoked and self.baton.fiber(laptop.name).done:
            self.tell(f"{laptop.name} closes and opens")
            laptop.boot_closed()

    def _restart_server(self) -> None:
        self.tell("the server restarts")
        self.office.restart()

    def _fill(self, laptop: Laptop) -> None:
        self.tell(f"{laptop.name}: disk full" if not laptop.full else f"{laptop.name}: room again")
        if laptop.full:
            laptop.make_room()
        else:
            laptop.fill_disk()

    def _jump(self, laptop: Laptop) -> None:
        by = timedelta(seconds=self.chance.choice((-86_400 * 2, -3_600, -70, 30, 90, 3_600, 86_400 * 2)))
        laptop.clock.wrong += by
        self._surprise()
        self.tell(f"{laptop.name}: clock jumps by {by}")

    def _surprise(self) -> None:
        """Who is in the middle of a request finds its signature too old; twice in one sync is a fault to it."""
        self._faulted |= {laptop.name for laptop in self.laptops if not self.baton.fiber(laptop.name).done}

    def _forget_cursor(self, laptop: Laptop) -> None:
        if not laptop.revoked and not laptop.full and self.baton.fiber(laptop.name).done:
            self.tell(f"{laptop.name}: the cursor is not known any more")
            laptop.workspace.store.set_meta(MetaKey.CURSOR, "x")

    def _back_up(self) -> None:
        self.tell("the office makes a backup")
        self._backup = self.office.photograph()

    def _restore(self) -> None:
        """The office's machine burns down, and what there is of it is last night's backup."""
        assert self._backup is not None
        if self.office.database.open or self.outcome.restores >= RESTORES:
            return
        self.tell("the office is restored from its backup")
        self.promises.before_restore()
        had = self.office.revs()
        self.office.restore(self._backup)
        self._overheard.forget_answers()
        self.outcome.restores += 1
        self._surprise()
        self.promises.after_restore()
        if self.weather.theme == "restore":
            # What was lost is typed in again, in other words: numbers that laptops have seen are given a second time.
            has = self.office.revs()
            lost = [each for each in self.citizens for _ in range(had[each] - has[each])]
            for citizen_id in lost[: self.chance.choice((0, 8, 8))]:
                self._office_writes(citizen_id)

    def _revoke(self, laptop: Laptop) -> None:
        if laptop.device_id not in self.office.revoked_at and len(self.office.revoked_at) < 1:
            self.tell(f"{laptop.name} is revoked")
            self._apart(lambda: self.office.revoke(laptop.device_id))

    def _deliver_late(self) -> None:
        if self._late:
            letter = self._late.pop(self.chance.randrange(len(self._late)))
            answered: list[int] = []

            def deliver() -> None:
                fiber = self.baton.fiber("office")
                answered.append(
                    self.office.serve(fiber.loop, letter.method, letter.target, letter.headers, letter.body)[0]
                )

            self._apart(deliver)
            self.tell(f"a late {letter.method} of {letter.sender} arrives: {answered[0]}")

    def _pass_time(self) -> None:
        step = self.chance.choice((20, 20, 400, 400, 5_000, 86_400, 86_400 * 3))
        self.time.at += timedelta(seconds=step)
        self._surprise()
        self.tell(f"{timedelta(seconds=step)} pass")

    def _hand_over(self) -> None:
        if self.weather.theme == "leave" and self.chance.random() < 0.7 and self._take_away():
            return
        citizen_id = self.chance.choice(self.citizens)
        if self.chance.random() < 0.3:
            until = today(self.time) + timedelta(days=self.chance.randint(0, 4))
            who = self.chance.choice(("SK", "TB", "MH"))
            self._apart(lambda: self.office.assign(citizen_id, who, "substitute", until))
            self.tell(f"{who} stands in for citizen {citizen_id[-4:]} until {until}")
        else:
            who = self.chance.choice(("MH", "TB", "SK"))
            self._apart(lambda: self.office.assign(citizen_id, who))
            self.tell(f"citizen {citizen_id[-4:]} is given to {who}")

    def _take_away(self) -> bool:
        """Give a citizen to somebody else while something of theirs waits or is asked about on a laptop."""
        open_ = sorted(
            (citizen_id, laptop.person.initials)
            for laptop in self.laptops
            for citizen_id in self.citizens
            if laptop.person.role == "consultant" and not laptop.revoked and laptop.undone(f"citizen:{citizen_id}")
        )
        if not open_:
            return False
        citizen_id, holder = self.chance.choice(open_)
        who = self.chance.choice([each for each in ("MH", "TB", "SK") if each != holder])
        self._apart(lambda: self.office.assign(citizen_id, who))
        self.tell(f"citizen {citizen_id[-4:]} is given to {who} while {holder} has something to send or to decide")
        return True

    def _office_writes(self, citizen_id: str | None = None) -> None:
        """An import, say, changes a citizen."""
        citizen_id = citizen_id or self.chance.choice(self.citizens)
        name, word = self.chance.choice(("job_goal", "district", "phone")), self.word()
        lines = {line.id: line.body for line in self.office.all_records()}
        body = {**lines[citizen_id], name: "20304050" if name == "phone" else word}
        self._apart(lambda: self.office.put(("citizen", citizen_id, body)))
        self.tell(f"the office writes {name} {word} of {citizen_id[-4:]}")

    def _apart(self, work: Callable[[], Any]) -> None:
        """Work at the office that is done before anybody else has a turn, unless somebody must finish first."""
        fiber = self.baton.fiber("office")
        interleave, self._interleave = self._interleave, 0.0
        fiber.begin(lambda: work() and None)
        while not fiber.done:
            if fiber.ready:
                fiber.step()
            else:
                self._go_on(next(each for each in self.laptops if self.baton.fiber(each.name).ready))
        self._interleave = interleave
        if fiber.error is not None:
            raise fiber.error

    # --- the end --------------------------------------------------------------------------------

    def _calm(self) -> None:
        """No more faults: everybody syncs until nothing moves."""
        self._quiet = True
        self.tell("--- calm ---")
        self._gently()
        self._batch = 500
        for laptop in self.laptops:
            laptop.fuse.calm()
            self._finish(laptop)
            if laptop.full:
                laptop.make_room()
        while self._late:
            self._deliver_late()
        up_to = dict.fromkeys((laptop.name for laptop in self.laptops), -1)
        for _ in range(ROUNDS):
            last = self.office.last_seq()
            behind = [each for each in self.laptops if not each.revoked and (up_to[each.name] < last or each.waits())]
            if not behind:
                self._check_idle()
                return
            for laptop in behind:
                up_to[laptop.name] = self.office.last_seq()
                self._sync(laptop)
                self._finish(laptop)
                self.promises.check_nothing_lost(laptop)
        raise Broken("3: syncs never settle")

    def _check_idle(self) -> None:
        """Nothing new on either side costs one request, and changes nothing on the laptop."""
        well = [laptop for laptop in self.laptops if not laptop.revoked]
        if not well:
            return
        laptop = self.chance.choice(well)
        seen, asked = laptop.state(), self.outcome.requests
        self._sync(laptop)
        self._finish(laptop)
        if laptop.state() != seen:
            raise Broken(f"3: {laptop.name} had synced, and another sync changed it")
        if self.outcome.requests != asked + 1:
            raise Broken(f"6: {laptop.name} had synced, and another sync took {self.outcome.requests - asked} requests")

    def _close(self) -> None:
        """Let everybody finish, whatever comes of it, and take the scene down."""
        self._quiet = True
        fibers = [self.baton.fiber(name) for name in ("office", *(laptop.name for laptop in self.laptops))]
        while any(not fiber.done for fiber in fibers):
            next(fiber for fiber in fibers if fiber.ready).step()
        for laptop in self.laptops:
            laptop.drop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _told(self, error: BaseException) -> str:
        last = "\n".join(f"  {line}" for line in self._trace[-40:])
        return (
            f"seed {self.seed}: {str(error) or repr(error)}\nthe last of {len(self._trace)} steps:\n{last}\n"
            f"see it again: make simulate SEED={self.seed} TRACE=1"
        )


def _short(report: SyncReport) -> str:
    names = ("pushed", "pulled", "merged", "conflicts", "rejected", "purged", "pending", "finished")
    return " ".join(f"{name}={getattr(report, name)}" for name in names if getattr(report, name))


def play(
    stage: Stage,
    seed: int,
    *,
    tell: Callable[[str], None] | None = None,
    broken: AbstractContextManager[None] | None = None,
    weather: Mapping[str, Any] = MappingProxyType({}),
) -> Outcome:
    """Play one seed.

    Args:
        stage: Where.
        seed: Which.
        tell: Gets each line of the trace.
        broken: What takes a guarantee away, entered once the scene stands.
        weather: What of the weather is not the seed's own, by name.

    Raises:
        SeedFailed: A promise was not kept.
    """
    world = World(stage, seed, tell=tell, weather=weather)
    with broken or nullcontext():
        return world.play()
