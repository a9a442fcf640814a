"""Putting a backup in the place of the vault: what it would mean, and doing it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from fieldtui.base.clock import COPENHAGEN, Clock
from fieldtui.base.errors import (
    BackupDamaged,
    BackupOfAnother,
    BackupOlder,
    BadFile,
    DatabaseDamaged,
    HeaderDamaged,
    NewerVault,
    NoBackup,
    WrongPassphrase,
    WrongRecoveryCode,
)
from fieldtui.base.i18n import _
from fieldtui.store import MetaKey, accesslog
from fieldtui.store.copies import measure
from fieldtui.store.salvage import Salvaged, carry_over
from fieldtui.store.store import bring_up_to_date
from fieldtui.vault import Secret
from fieldtui.vault.backupfile import BackupFile, Summary, open_backup, read_backup
from fieldtui.vault.backups import listed, made_at
from fieldtui.vault.database import check_pages
from fieldtui.vault.keys import LABEL_RECOVERY, derive
from fieldtui.vault.recovery import read_code
from fieldtui.vault.restoring import Found, OpenSlot, Restoring, aside_at, finish_restoring, key_for, set_aside
from fieldtui.vault.secret import wipe
from fieldtui.vault.slots import PassphraseTry, open_recovery_slot
from fieldtui.vault.throttle import Throttle, counted

__all__ = ["RestoreReport", "aside_at", "listed", "restore", "set_aside"]

_COUNTED: Final = ("citizens", "notes", "records", "pending", "rejected", "conflicts", "drafts")


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore did, or would do."""

    file: Path
    made: datetime
    """When the backup was made."""
    kind: str
    counts: Mapping[str, int]
    """What is in the backup: citizens, notes, records, pending, rejected, conflicts, drafts."""
    synced_until: datetime | None
    """When the last whole sync before it was; what the office got or had since comes with the next sync."""
    present: str
    """The database that is there now: `missing`, `sound`, `damaged` (something of it can be read), `unreadable`."""
    salvaged: Salvaged
    """What is carried over from it."""
    set_aside: Path | None
    """Where it was put; `None` for a trial, or where there was none."""
    skipped: int
    """Newer backups that are damaged and were passed over."""


def restore(
    folder: Path,
    file: Path | None,
    secret: Secret,
    *,
    clock: Clock,
    by_code: bool = False,
    dry_run: bool = False,
    replace_newer: bool = False,
) -> RestoreReport:
    """Put a backup in the vault's place; what is there now is set aside, never deleted.

    What the central system does not have (pending changes, drafts, conflicts, own history, the access log) is carried over
    from the database that is there, as far as its pages can be read. The rest comes with the next sync.

    Args:
        folder: The data folder; without a vault in it one is made from the backup.
        file: The backup; `None` for the newest that is whole.
        secret: The passphrase, or the recovery code. Stays the caller's, to wipe.
        clock: Paces tries and dates what is set aside.
        by_code: The secret is the recovery code.
        dry_run: Say what would be done, and change nothing.
        replace_newer: Do it although the database that is there is sound and newer.

    Raises:
        NoBackup: There is none in the data folder.
        DeviceStoreShut, DeviceSecretGone: The passphrase needs this machine's secret, which cannot be had; the code does not.
        WrongPassphrase, WrongRecoveryCode, TooSoon: The secret opens neither the vault nor the backup; after a change of
            passphrase the present one counts, not the backup's.
        BackupDamaged, HeaderDamaged: It is not whole.
        BadFile: The file that was named cannot be read.
        NewerVault: A newer fieldtui made the backup, or the vault that is there.
        BackupOlder: The database that is there is sound and newer.
        BackupOfAnother: There is a vault with another key.
        Busy: The vault is open in another process.
        DiskFull: No room; nothing was changed.
        FolderRefused: There is no vault yet, and the folder is no place for one.
    """
    finish_restoring(folder)
    with _slot_opener(folder, secret, by_code=by_code) as opener, counted(Throttle(folder, clock)):
        try:
            chosen, found, skipped = _choose(folder, file, opener)
        except WrongPassphrase as error:
            if by_code:
                raise WrongRecoveryCode from error
            hindered = opener.hindered if isinstance(opener, PassphraseTry) else None
            raise hindered or error from None
    restoring = Restoring(folder, chosen, found, clock=clock)
    with restoring.prepared(measure) as connection:
        if not bring_up_to_date(connection):
            raise NewerVault
        common = _head(connection)
        old = restoring.old()
        state = _state(old, folder)
        salvaged = carry_over(old, connection, restoring.audit_key())
        if state == "damaged" and not salvaged.readable:
            state = "unreadable"
        aside: Path | None = None
        if not dry_run:
            newer = state == "sound" and salvaged.newer and found.present is not None
            if found.other and not replace_newer:
                raise BackupOfAnother
            if newer and not replace_newer:
                raise BackupOlder
            _log(connection, restoring.audit_key(), clock, state, salvaged)
            moved = restoring.commit(_head(connection), common)
            aside = moved if moved.is_dir() else None
    return _report(chosen, restoring.summary, state, salvaged, aside, skipped)


def _choose(folder: Path, file: Path | None, opener: OpenSlot) -> tuple[BackupFile, Found, int]:
    """The backup, its key, and how many newer backups had to be passed over."""
    if file is not None:
        chosen = _read(file)
        return chosen, key_for(folder, chosen, opener), 0
    files = listed(folder)
    if not files:
        raise NoBackup
    trouble: BackupDamaged | None = None
    for skipped, candidate in enumerate(files):
        found: Found | None = None
        try:
            found = key_for(folder, candidate, opener)
            _require_whole(candidate, found.vault_key)
        except BackupDamaged as error:
            trouble = error
            if found is not None:
                wipe(found.vault_key)
            continue
        return candidate, found, skipped
    raise trouble or BackupDamaged


def _read(file: Path) -> BackupFile:
    try:
        return read_backup(file)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NoBackup from error
    except OSError:
        raise BadFile(str(file), None, _("Den kan ikke læses.")) from None
    except HeaderDamaged as error:
        raise BackupDamaged from error


def _require_whole(file: BackupFile, vault_key: bytearray) -> None:
    with contextlib.closing(open_backup(file, vault_key)) as opened:
        opened.require_whole()


@contextlib.contextmanager
def _slot_opener(folder: Path, secret: Secret, *, by_code: bool) -> Iterator[OpenSlot]:
    if not by_code:
        with contextlib.closing(PassphraseTry(secret, folder)) as attempt:
            yield attempt
        return
    code = read_code(secret.reveal())
    wrapping_key = derive(code, LABEL_RECOVERY)
    wipe(code)
    try:
        yield lambda header: open_recovery_slot(header, wrapping_key)
    finally:
        wipe(wrapping_key)


def _state(old: Callable[[], sqlite3.Connection] | None, folder: Path) -> str:
    if old is None:
        there = folder / "vault" / "vault.db"
        return "unreadable" if there.is_file() and there.stat().st_size else "missing"
    try:
        with contextlib.closing(old()) as connection:
            return "sound" if check_pages(connection).ok else "damaged"
    except DatabaseDamaged:
        return "damaged"


def _head(connection: sqlite3.Connection) -> tuple[int, str]:
    found = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(found[0]), str(found[1])) if found else (0, "")


def _log(connection: sqlite3.Connection, key: bytes, clock: Clock, state: str, salvaged: Salvaged) -> None:
    """Write into the restored access log that it was restored, over what, and how much was carried over."""
    device, consultant = (
        (connection.execute("SELECT value FROM meta WHERE key = ?", (str(name),)).fetchone() or ("",))[0]
        for name in (MetaKey.DEVICE_ID, MetaKey.CONSULTANT)
    )
    actor = json.loads(consultant)["id"] if consultant else ""
    carried = sum(salvaged.pending.values())
    connection.execute("BEGIN IMMEDIATE")
    accesslog.append(
        connection, key, at=clock.now(), actor=actor, device=device, action="restore",
        subject=None, reason=None, detail=f"{state} {carried}/{salvaged.drafts}/{salvaged.log}",
    )  # fmt: skip
    connection.execute("COMMIT")


def _report(
    file: BackupFile, summary: Summary, state: str, salvaged: Salvaged, aside: Path | None, skipped: int
) -> RestoreReport:
    synced = summary.get("last_sync_at")
    return RestoreReport(
        file=file.path,
        made=made_at(file).astimezone(COPENHAGEN),
        kind=file.head.kind,
        counts={name: int(summary.get(name) or 0) for name in _COUNTED},
        synced_until=datetime.fromisoformat(synced).astimezone(COPENHAGEN) if isinstance(synced, str) else None,
        present=state,
        salvaged=salvaged,
        set_aside=aside,
        skipped=skipped,
    )
