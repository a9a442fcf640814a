"""What a use case answers when it has changed something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """A change that is stored."""

    message: str
    """What happened, as a sentence in the language in force."""
    record_ids: tuple[str, ...]
    """The records it was about, in the order they were given."""
    command_id: str
    """What undo knows it by."""
    warnings: tuple[str, ...] = ()
    """What is lawful but worth a second look, as sentences."""
