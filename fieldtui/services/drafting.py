"""Unfinished texts, for the front ends."""

from __future__ import annotations

from fieldtui.services.context import Context
from fieldtui.store.drafts import Draft

__all__ = ["Draft", "Drafts"]


class Drafts:
    """Texts that somebody has begun. They are kept encrypted on this device and never sent."""

    def __init__(self, context: Context) -> None:
        self._box = context.store.drafts

    def save(self, key: str, kind: str, subject_id: str | None, text: str) -> Draft:
        """Keep a text under its key; the version before stays beside it.

        Raises:
            DiskFull, Busy: The version before is still there.
        """
        return self._box.save(key, kind, subject_id, text)

    def get(self, key: str) -> Draft | None:
        """The draft under a key."""
        return self._box.get(key)

    def discard(self, key: str) -> None:
        """Forget a draft, as when its text was saved for good."""
        self._box.discard(key)

    def unfinished(self) -> tuple[Draft, ...]:
        """Every draft, the latest first."""
        return self._box.all()
