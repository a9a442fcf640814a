from __future__ import annotations

from tests.support.central import central, clock, database, postgres

__all__ = ["central", "clock", "database", "postgres"]
