"""A real office on loopback, for the guide and for sync behind the screens."""

from __future__ import annotations

from tests.support.central import postgres
from tests.sync.office import office

__all__ = ["office", "postgres"]
