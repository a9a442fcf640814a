"""Unfinished texts, for the front ends."""

from __future__ import annotations

from fieldtui.services.context import Context
from fieldtui.services.looking import citizen_of
from fieldtui.store.drafts import Draft
from fieldtui.store.meta import MetaKey

__all__ = ["Draft", "Drafts"]


class Drafts:
    """Texts that somebody has begun. They are kept encrypted on this device and never sent."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._box = context.store.drafts

    def save(self, key: str, kind: str, subject_id: str | None, text: str) -> Draft:
        """Keep a text under its key; the version before stays beside it.

        Raises:
            DiskFull, Busy: The version before is still there.
        """
        return self._box.save(key, kind, subject_id, text)

    def get(self, key: str) -> Draft | None:
        """The draft under a key; whose it is is written to the access log with the look it belongs to."""
        draft = self._box.get(key)
        stored = None if draft is None or draft.subject_id is None else self._store.get(draft.subject_id)
        if stored is not None:
            self._context.looking.within(citizen_of(stored), "draft")
        return draft

    def discard(self, key: str) -> None:
        """Forget a draft, as when its text was saved for good."""
        self._box.discard(key)

    def unfinished(self) -> tuple[Draft, ...]:
        """Every draft, the latest first."""
        return self._box.all()

    def leave(self, key: str) -> None:
        """Remember that this draft was being written while the vault is locked.

        Raises:
            DiskFull, Busy: It is not remembered; the draft itself is kept all the same.
        """
        self._store.set_meta(MetaKey.WRITING, key)

    def take_up(self) -> Draft | None:
        """The draft that was being written when the vault was locked; answered once.

        Raises:
            DiskFull, Busy: It stays to be asked for.
        """
        key = self._store.meta(MetaKey.WRITING)
        if key is None:
            return None
        # Forgotten before it is opened: a draft that cannot be shown must not meet every start.
        self._store.set_meta(MetaKey.WRITING, None)
        return self.get(key)
