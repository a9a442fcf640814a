"""Unfinished texts, kept encrypted: two versions each, so that a bad save never costs the good one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fieldtui.base.clock import COPENHAGEN, Clock
from fieldtui.base.errors import DiskFull
from fieldtui.store.reserve import give_up, hold

if TYPE_CHECKING:
    from fieldtui.store.store import Store

_COLUMNS = "key, kind, subject, body, saved_at, previous"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text somebody has begun."""

    key: str
    """What the front end knows it by, such as `note:<appointment id>`."""
    kind: str
    subject_id: str | None
    """The citizen or record it is about."""
    text: str
    saved_at: datetime
    previous: str | None = None
    """The text as it was saved before that, if it was another one."""


class DraftBox:
    """The drafts of one store. They are this device's own and never sent."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def save(self, key: str, kind: str, subject_id: str | None, text: str) -> Draft:
        """Keep a text under its key; the version before stays beside it.

        While texts are kept some room on the disk is held back, and given up for the text that finds no other.

        Raises:
            DiskFull, Busy: The version before is still there.
        """
        folder = self._store.vault.folder
        try:
            kept = self._save(key, kind, subject_id, text)
        except DiskFull:
            if not give_up(folder):
                raise
            return self._save(key, kind, subject_id, text)
        hold(folder)
        return kept

    def _save(self, key: str, kind: str, subject_id: str | None, text: str) -> Draft:
        saved_at = self._clock.now()
        with self._store.transaction() as connection:
            old = self.get(key)
            previous = None
            if old is not None:
                previous = old.previous if old.text == text else old.text
            connection.execute(
                f"INSERT OR REPLACE INTO draft ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608  constant text
                (key, kind, subject_id, text, saved_at.isoformat(timespec="seconds"), previous),
            )
        return Draft(key, kind, subject_id, text, saved_at, previous)

    def get(self, key: str) -> Draft | None:
        """The draft under a key."""
        with self._store.reading() as connection:
            row = connection.execute(f"SELECT {_COLUMNS} FROM draft WHERE key = ?", (key,)).fetchone()  # noqa: S608
            return None if row is None else _draft(row)

    def all(self) -> tuple[Draft, ...]:
        """Every draft, the latest first."""
        with self._store.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM draft ORDER BY saved_at DESC, key").fetchall()  # noqa: S608
            return tuple(_draft(row) for row in rows)

    def discard(self, key: str) -> None:
        """Forget a draft, as when its text was saved for good."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM draft WHERE key = ?", (key,))


def _draft(row: tuple[str, str, str | None, str, str, str | None]) -> Draft:
    key, kind, subject_id, text, saved_at, previous = row
    return Draft(key, kind, subject_id, text, datetime.fromisoformat(saved_at).astimezone(COPENHAGEN), previous)
