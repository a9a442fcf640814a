"""Backups as the front ends know them: today's, one by hand, and the monthly proof that they can be restored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import Busy, DatabaseDamaged, DiskFull, FieldtuiError
from fieldtui.services.context import Context
from fieldtui.store import MetaKey
from fieldtui.store.copies import backups_of
from fieldtui.vault.backupfile import BackupFile
from fieldtui.vault.backups import listed, made_at, unreadable

__all__ = ["Backing", "BackupFile", "BackupState", "made_at"]

TEST_EVERY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BackupState:
    """How the backups of a vault stand."""

    count: int
    newest: datetime | None
    """When the newest was made."""
    unreadable: int
    """Files that are called backups and are none."""
    tested_at: datetime | None
    """When restoring one was last tried."""
    problem: str | None
    """What was wrong then, a technical word."""


class Backing:
    """The backups of one workspace."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._backups = backups_of(context.store)

    def is_due(self) -> bool:
        """True once a day, from the day after the vault was made, where there is something in it.

        And at once where a kill kept a change of keys from replacing the backups.
        """
        if self._store.consultant_id is None or self._store.reading_only is not None:
            return False
        vault = self._store.vault
        own = self._own()
        if self._opened_by_old_secrets(own):
            return True
        day = self._context.today
        if self._day(vault.borrow(lambda header, _key: header.created)) == day:
            return False
        newest = next((file for file in own if file.head.kind != "migration"), None)
        return newest is None or self._day(newest.made) != day

    def daily(self) -> BackupFile | None:
        """Today's backup, where it is due; once a month the newest is tried as well. Written to the access log.

        Made at the start of the day and not at its end, because a lock must never wait for it; what was written since
        is at the office after a sync, and a restore takes what was not sent from the damaged file where it can be read.

        Raises:
            DiskFull, DatabaseDamaged: There is none; older ones are untouched. The log says so.
            Busy: The vault is about to close.
        """
        if not self.is_due():
            return None
        try:
            made = (
                self._backups.renew("rotation")
                if self._opened_by_old_secrets(self._own())
                else self._backups.make("daily")
            )
        except (DiskFull, DatabaseDamaged) as error:
            self._log_failure(error)
            raise
        self._store.audit("backup", detail=made.head.kind)
        tested_at = self.state().tested_at
        if tested_at is None:
            self._remember_test(None)  # making the first one has just proven it the same way
        elif abs(self._context.clock.now() - tested_at) >= TEST_EVERY:
            self.test()
        return made

    def by_hand(self, path: Path | None) -> BackupFile:
        """Make one now, in the backups' folder or in a file of the person's choice. Written to the access log.

        Raises:
            BadUsage: There is such a file already; it was not touched.
            FolderRefused: The folder is synced to a cloud, on a network share, or open to everybody.
            DiskFull, DatabaseDamaged, Busy: There is none; older ones are untouched.
        """
        made = self._backups.make("hand") if path is None else self._backups.make_at(path)
        self._store.audit("backup", detail="hand" if path is None else "elsewhere")
        return made

    def test(self) -> BackupState:
        """Restore the newest into a file of its own, check it and count; the log and `state` say what came of it.

        Raises:
            DiskFull, Busy: It could not be tried.
        """
        tested = self._backups.test()
        if tested is not None:
            self._remember_test(tested.problem)
        return self.state()

    def state(self) -> BackupState:
        """How they stand."""
        folder = self._store.vault.folder
        found = listed(folder)
        said = json.loads(self._store.meta(MetaKey.BACKUP_TESTED) or "{}")
        at = said.get("at")
        return BackupState(
            count=len(found),
            newest=made_at(found[0]).astimezone(COPENHAGEN) if found else None,
            unreadable=unreadable(folder),
            tested_at=datetime.fromisoformat(at).astimezone(COPENHAGEN) if at else None,
            problem=said.get("problem"),
        )

    def tell_of_failure(self) -> bool:
        """True once a day: a person is told that there is no backup today, and not at every command."""
        day = self._context.today.isoformat()
        if self._store.meta(MetaKey.BACKUP_FAILED_ON) == day:
            return False
        try:
            self._store.set_meta(MetaKey.BACKUP_FAILED_ON, day)
        except (DiskFull, Busy):
            return True  # told again rather than not at all
        return True

    def _own(self) -> list[BackupFile]:
        """This vault's, the newest first."""
        vault = self._store.vault
        return [file for file in listed(vault.folder) if file.header.vault_id == vault.vault_id]

    def _opened_by_old_secrets(self, own: list[BackupFile]) -> bool:
        """True where one of them has a key that the vault has no more."""
        return self._store.vault.borrow(lambda _header, key: any(not file.header.authentic(key) for file in own))

    def _log_failure(self, error: FieldtuiError) -> None:
        if self._store.meta(MetaKey.BACKUP_FAILED_ON) == self._context.today.isoformat():
            return
        try:
            self._store.audit("backup.failed", detail=type(error).__name__)
        except (DiskFull, Busy):
            return  # no room for the line either: the person is told all the same

    def _remember_test(self, problem: str | None) -> None:
        said = {"at": self._context.clock.now().isoformat(timespec="seconds"), "problem": problem}
        with self._store.transaction():
            self._store.set_meta(MetaKey.BACKUP_TESTED, json.dumps(said))
            self._store.audit("backup.tested", detail=problem or "ok")

    @staticmethod
    def _day(made: int) -> object:
        return datetime.fromtimestamp(made, COPENHAGEN).date()
