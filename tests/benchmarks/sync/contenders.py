"""Who is measured, and the one round of work that each of them does.

W1   everything pushed from one device to an empty server       W2   everything pulled to a fresh device
W3a  ten changed records pushed                                 W3b  the same ten pulled
W4   a sync with nothing new                                    W6   the second device of two that edited the same hundred
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fieldtui.central.embedded import EmbeddedPostgres
from tests.benchmarks.sync.measured import ask, peak_mb
from tests.benchmarks.sync.office import ROOT, Office, served
from tests.benchmarks.sync.peers import anki_server, pouch_server
from tests.benchmarks.sync.wire import Wire

FEW: Final = 10
MANY: Final = 100
NOOPS: Final = 5
_HERE: Final = Path(__file__).parent

Row = dict[str, Any]
Rows = dict[str, Row]
"""By work (`W1` …): seconds and what else was counted."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one round takes place."""

    folder: Path
    """Empty; goes away after the round."""
    data: Path
    """The data set, a JSON record a line."""
    records: int
    wire: Wire | None
    """Counts what goes by, where this round counts; such a round's times are not used."""

    def step(self, rows: Rows, work: str, act: Callable[[], Row]) -> Row:
        """Do one piece of work and keep what it said."""
        if self.wire is not None:
            self.wire.reset()
        row = act()
        if self.wire is not None:
            counted = self.wire.counted
            row |= {"wire_requests": counted.requests, "wire_bytes": counted.up + counted.down}
        rows[work] = row
        return row

    def settled(self, sync: Callable[..., Row]) -> dict[str, object]:
        """Bring a laptop up to date before what is measured; in a counting round in a process of its own."""
        if self.wire is None:
            return {"settle": 1}
        sync("sync", "a")
        return {}


Contender = Callable[[Stage], Rows]


def floor(size: str) -> Contender:
    """One SQLCipher transaction with the same rows."""

    def go(stage: Stage) -> Rows:
        command = [sys.executable, "-m", "tests.benchmarks.sync.floor", size, str(stage.folder / "floor.db")]
        return {"W2": ask(command, cwd=ROOT)}

    return go


def fieldtui(postgres: EmbeddedPostgres) -> Contender:
    """fieldtui against its own central system, over PostgreSQL."""

    def go(stage: Stage) -> Rows:
        rows: Rows = {}

        def laptop(work: str, name: str, **options: object) -> Row:
            given = [f"{key}={value}" for key, value in options.items()]
            command = [sys.executable, "-m", "tests.benchmarks.sync.laptop", work, str(stage.folder / name), *given]
            return ask(command, cwd=ROOT)

        public = stage.wire.url if stage.wire else None
        with Office(postgres) as office, served(office, public_url=public) as (url, pid):
            if stage.wire is not None:
                stage.wire.to = urlsplit(url).port or 0
            for name, more in (("a", {"file": stage.data}), ("b", {})):
                address, code = office.code(public or url)
                laptop("enrol", name, url=address, code=code, **more)
            stage.step(rows, "W1", lambda: laptop("sync", "a"))
            rows["W1"]["server_rss_mb"] = peak_mb(pid)
            stage.step(rows, "W2", lambda: laptop("sync", "b"))
            rows["W2"]["server_rss_mb"] = peak_mb(pid)
            _require(rows["W1"]["pushed"] == rows["W2"]["pulled"] == office.count("record") == stage.records)
            settled = stage.settled(laptop)
            stage.step(rows, "W3a", lambda: laptop("sync", "a", **settled, edit=FEW, tag="few"))
            stage.step(rows, "W3b", lambda: laptop("sync", "b"))
            _require(rows["W3a"]["pushed"] == rows["W3b"]["pulled"] == FEW)
            stage.step(rows, "W4", lambda: laptop("sync", "b", times=1 + NOOPS))
            laptop("sync", "a", settle=1, edit=MANY, tag="A")
            stage.step(rows, "W6", lambda: laptop("sync", "b", edit=MANY, tag="B", both="B,A"))
            rows["W6"]["lost"] = MANY - rows["W6"]["both"]
        return rows

    return go


def anki(python: Path, *, whole: bool) -> Contender:
    """Anki against its own server: the whole file where it begins with one, or record by record."""

    def go(stage: Stage) -> Rows:
        rows: Rows = {}
        with anki_server(python, stage.folder / "server") as (port, pid):
            if stage.wire is not None:
                stage.wire.to = port
            url = f"http://127.0.0.1:{stage.wire.port if stage.wire else port}/"

            def laptop(work: str, name: str, **options: object) -> Row:
                given = [f"{key}={value}" for key, value in options.items()]
                script = str(_HERE / "anki_laptop.py")
                return ask([str(python), script, work, str(stage.folder / name), url, *given], cwd=stage.folder)

            if whole:
                laptop("load", "a", file=stage.data)
                stage.step(rows, "W1", lambda: laptop("sync", "a", prefer="up"))
                stage.step(rows, "W2", lambda: laptop("sync", "b"))
                rows["W2"]["server_rss_mb"] = peak_mb(pid)
                return rows
            # Both share one note first, so that the rest goes record by record.
            lines = stage.data.read_text(encoding="utf-8").splitlines(keepends=True)
            (stage.folder / "one").write_text(lines[0], encoding="utf-8")
            (stage.folder / "rest").write_text("".join(lines[1:]), encoding="utf-8")
            laptop("load", "a", file=stage.folder / "one")
            laptop("sync", "a", prefer="up")
            laptop("sync", "b")
            laptop("load", "a", file=stage.folder / "rest")
            stage.step(rows, "W1", lambda: laptop("sync", "a"))
            stage.step(rows, "W2", lambda: laptop("sync", "b"))
            _require(rows["W1"]["notes"] == rows["W2"]["notes"] == stage.records and not rows["W2"]["whole"])
            rows["W2"]["server_rss_mb"] = peak_mb(pid)
            settled = stage.settled(laptop)
            stage.step(rows, "W3a", lambda: laptop("sync", "a", **settled, edit=FEW, tag="few"))
            stage.step(rows, "W3b", lambda: laptop("sync", "b"))
            laptop("sync", "a", settle=1)
            stage.step(rows, "W4", lambda: laptop("sync", "b", times=1 + NOOPS))
            laptop("sync", "a", settle=1, edit=MANY, tag="A")
            stage.step(rows, "W6", lambda: laptop("sync", "b", edit=MANY, tag="B"))
            kept = laptop("sync", "a", edit=0, tag="", who="A")
            rows["W6"] |= {"lost": MANY - kept["tagged"], "shown": 0}
        return rows

    return go


def pouch(modules: Path) -> Contender:
    """PouchDB against express-pouchdb, both over LevelDB."""

    def go(stage: Stage) -> Rows:
        rows: Rows = {}
        with pouch_server(modules, stage.folder / "server") as (port, pid):
            if stage.wire is not None:
                stage.wire.to = port
            url = f"http://127.0.0.1:{stage.wire.port if stage.wire else port}/db"

            def laptop(work: str, name: str, **options: object) -> Row:
                given = [f"{key}={value}" for key, value in options.items()]
                script = str(_HERE / "pouch_laptop.cjs")
                command = ["node", script, str(modules), work, str(stage.folder / name), url, *given]
                return ask(command, cwd=stage.folder)

            laptop("load", "a", file=stage.data)
            stage.step(rows, "W1", lambda: laptop("sync", "a", pull=0))
            stage.step(rows, "W2", lambda: laptop("sync", "b", push=0))
            _require(rows["W1"]["documents"] == rows["W2"]["documents"] == stage.records)
            rows["W2"]["server_rss_mb"] = peak_mb(pid)
            laptop("sync", "b")
            settled = stage.settled(laptop)
            stage.step(rows, "W3a", lambda: laptop("sync", "a", **settled, edit=FEW, tag="few"))
            stage.step(rows, "W3b", lambda: laptop("sync", "b"))
            laptop("sync", "a")
            stage.step(rows, "W4", lambda: laptop("sync", "b", times=1 + NOOPS))
            laptop("sync", "a", settle=1, edit=MANY, tag="A")
            stage.step(rows, "W6", lambda: laptop("sync", "b", edit=MANY, tag="B", kept="A,B"))
            rows["W6"] |= {"lost": MANY - rows["W6"]["kept"], "shown": 0}
        return rows

    return go


def _require(right: bool) -> None:
    if not right:
        raise RuntimeError("the round did not do the work it was measured for")
