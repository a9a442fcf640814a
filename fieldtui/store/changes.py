"""What goes through the one door for change, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fieldtui.domain.records import Record


@dataclass(frozen=True, slots=True)
class Put:
    """Store a record as it shall stand: creates it, replaces its body, or revives an annulled one."""

    id: str
    """UUIDv7 of the record."""
    record: Record
    hold_seconds: int = 0
    """Automatic sync lets the change rest so long; a sync by hand sends it at once."""


@dataclass(frozen=True, slots=True)
class Annul:
    """Make a record count no longer. It stays, with the reason."""

    id: str
    reason: str
    """1 to 500 characters."""


Change = Put | Annul

Kind = Literal["do", "undo", "redo"]
"""Where a command came from: a person's act, its undoing, or doing it again."""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write did."""

    command_id: str
    """What undo knows it by."""
    ids: tuple[str, ...]
    """One id per change, in the order they were given."""
    changed: tuple[str, ...]
    """The ids of those that were not already as asked."""
