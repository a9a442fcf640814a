"""One PostgreSQL per test process, one office per test."""

from __future__ import annotations

from tests.support.central import postgres
from tests.sync.office import office

__all__ = ["office", "postgres"]
