"""One PostgreSQL per test process, one office per test."""

from __future__ import annotations

from tests.support.central import central, clock, database, postgres
from tests.sync.office import office

__all__ = ["central", "clock", "database", "office", "postgres"]
