"""The central system for a benchmark: real processes over a real, durable PostgreSQL, reached over loopback HTTP."""

from __future__ import annotations

import contextlib
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psycopg

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.central import administration, enrolling
from fieldtui.central.database import Database, migrate
from fieldtui.central.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[3]


class Office:
    """One organisation with one consultant, BM, in a database of its own."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._name = f"bench_{secrets.token_hex(4)}"
        self._postgres = postgres
        self._statement(f"CREATE DATABASE {self._name}")
        self.database_url = postgres.url_of(self._name)
        migrate(self.database_url)
        self.database = Database(self.database_url, clock=SystemClock(), ids=SystemIds())
        administration.bootstrap_organisation(self.database, "Måling")
        administration.add_consultant(self.database, "BM", "Birk Måler")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.database.close()
        self._statement(f"DROP DATABASE {self._name} WITH (FORCE)")

    def code(self, base_url: str, initials: str = "BM") -> tuple[str, str]:
        """The address and a code for one more device, approved beforehand."""
        made = enrolling.enrol_code(self.database, initials, True, base_url)
        return made.url, made.code

    def count(self, table: str) -> int:
        """Rows of a table."""
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert row is not None
            return int(row[0])

    def _statement(self, text: str) -> None:
        with psycopg.connect(self._postgres.url, autocommit=True) as connection:
            connection.execute(text)


@contextlib.contextmanager
def served(
    office: Office, *, public_url: str | None = None, connections: int | None = None
) -> Iterator[tuple[str, int]]:
    """A process that serves the central system: its address, and its process id."""
    command = [sys.executable, "-m", "fieldtui", "central", "serve", "--database-url", office.database_url]
    command += ["--listen", "127.0.0.1:0", *(["--public-url", public_url] if public_url else [])]
    command += ["--connections", str(connections)] if connections else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the central system did not start")
        yield str(json.loads(line)["listening"]), process.pid
    finally:
        process.terminate()
        process.wait(30)
