"""An office and laptops for scenarios: one central system a module on a Monday morning, and the program run against each laptop.

A command runs from its argv to its exit code in this process, on the laptop's own vault, with the laptop's own clock: everything
from the reading of the arguments to the files on the disk is real, and nothing waits for an interpreter to start.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fieldtui import bootstrap
from fieldtui.base.clock import COPENHAGEN
from fieldtui.central.administration import add_consultant, consultants
from fieldtui.central.commands import options
from fieldtui.services.workspace import Workspace
from tests.support.vaults import PHRASE
from tests.sync.office import MONDAY, Device, Office, TickingClock

TODAY = MONDAY.date()


@dataclass(frozen=True)
class Said:
    """What a command said when it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A laptop and whoever sits at it."""

    device: Device
    passphrase_file: Path

    @classmethod
    def of(cls, office: Office, initials: str, *, clock: datetime | None = None) -> Desk:
        """A new laptop, enrolled over the wire; its consultant is new where nobody has these initials.

        Args:
            office: Where.
            initials: Whose.
            clock: What the laptop's own clock shows, where it is wrong.
        """
        if initials not in {each.initials for each in consultants(office.database)}:
            add_consultant(office.database, initials, f"Konsulent {initials}")
        device = office.device(initials, clock=TickingClock(clock) if clock else None)
        passphrase_file = device.workspace.folder / "passphrase.txt"
        passphrase_file.write_text(f"{PHRASE}\n", "utf-8")
        return cls(device, passphrase_file)

    @property
    def workspace(self) -> Workspace:
        """What the terminal interface would hold open."""
        return self.device.workspace

    def run(self, *words: str, stdin: str = "", code: int | None = 0) -> Said:
        """Run one command; with a code it must end so."""
        given = ["--data-dir", str(self.workspace.folder), "--passphrase-file", str(self.passphrase_file)]
        said = run([*given, *words], clock=self.device.clock, stdin=stdin)
        assert code is None or said.code == code, (words, said)
        return said

    def json(self, *words: str, stdin: str = "", code: int = 0) -> Any:
        """Run one command with `--json`; its one document."""
        return self.run(*words, "--json", stdin=stdin, code=code).json

    def put(self, collection: str, *records: dict[str, Any]) -> list[str]:
        """Store records as a script does; their ids."""
        lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)
        ids = self.json("put", collection, stdin=lines)
        assert isinstance(ids, list)
        return ids

    def record(self, record_id: str) -> dict[str, Any]:
        """One record as this laptop has it."""
        return self.device.body(record_id)


def run(argv: list[str], *, clock: Any, stdin: str = "") -> Said:
    """The program from its argv to its exit code, at the time a clock shows."""
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    umask = os.umask(0o022)
    try:
        with (
            patch.object(bootstrap, "SystemClock", lambda: clock),
            patch.object(sys, "stdin", given),
            patch.object(sys, "excepthook", sys.excepthook),
            patch.object(sys, "unraisablehook", sys.unraisablehook),
            patch.object(threading, "excepthook", threading.excepthook),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = bootstrap.main(argv)
    finally:
        os.umask(umask)
        _close_log()
    return Said(code, _written(out), _written(err))


def centre(office: Office, *words: str, code: int = 0) -> Said:
    """One `fieldtui central` command on the office's database, at the office's time."""
    with patch.object(options, "SystemClock", lambda: office.clock):
        url = office.database._url_of(str(office.database._engine.url.database))
        said = run(["central", *words, "--database-url", url], clock=office.clock)
    assert said.code == code, (words, said)
    return said


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def _close_log() -> None:
    logger = logging.getLogger("fieldtui")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


@contextmanager
def offline(desk: Desk) -> Iterator[None]:
    """No request of this laptop reaches anybody."""
    desk.device.network.lose_request = lambda _request: True
    try:
        yield
    finally:
        desk.device.network.lose_request = lambda _request: False


def at(day: date, time: str = "10:00") -> str:
    """An instant as scripts write it."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=COPENHAGEN).isoformat(timespec="minutes")


def after(days: int) -> date:
    """So many days after today."""
    return TODAY + timedelta(days=days)
