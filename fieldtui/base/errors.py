"""Every way fieldtui fails, as one tree; sentences for people live in `explain`.

    FieldtuiError
    ├── BadInput            usage, files and values (exit 2)
    │   ├── BadUsage · NotFound · InvalidRecords · BadFile · FolderRefused
    │   ├── NoVault · VaultExists · NewerVault · NotEnrolled · ReadOnlyLease · PassphraseTooWeak · NoOrganisationSlot
    ├── Locked              the vault stays shut (exit 3)
    │   ├── WrongPassphrase · WrongRecoveryCode · NoPassphrase · TooSoon
    │   └── AnswerRefused · DeviceStoreShut · DeviceSecretGone
    ├── Unreachable         central does not answer; all work is kept (exit 4)
    │   └── TlsRefused · NeedsOffice · UpgradeNeeded · ServerFault · DatabaseUnreachable
    ├── Waiting             done, but a person must decide (exit 5)
    │   └── ApprovalPending · MassChange
    ├── Revoked             this device (exit 6)
    │   └── Wiped
    ├── Damaged             vault or log; nothing was overwritten (exit 7)
    │   ├── HeaderDamaged · HeaderTampered · DatabaseDamaged · DatabaseMissing · ChangedSinceLock · RolledBack
    │   └── LogBroken · BackupDamaged
    ├── Busy                another fieldtui holds it (exit 8)
    └── Internal            a defect of ours, or no room (exit 1)
        └── DiskFull

Attributes hold data for the sentence; `str()` never does, so that no log or traceback leaks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fieldtui.base.exits import ExitCode


class FieldtuiError(Exception):
    """Root of everything fieldtui raises on purpose."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __str__(self) -> str:
        """The name of the cause and nothing else: attributes may be personal."""
        return type(self).__name__


# --- exit 2 -----------------------------------------------------------------------------------


class BadInput(FieldtuiError):
    """What was asked or given cannot be used; nothing was stored."""

    exit_code = ExitCode.BAD_INPUT


@dataclass(eq=False)
class BadUsage(BadInput):
    """A command, an option or a key used in a way that means nothing.

    `message` is a finished sentence in the language in force: what, where, what to do.
    """

    message: str


@dataclass(eq=False)
class NotFound(BadInput):
    """No record with that id in the store."""

    record_id: str


@dataclass(frozen=True)
class LineProblem:
    """One thing wrong in one place of what was given."""

    line: int | None
    """Physical line, 1-based; `None` where the input has no lines."""
    field: str | None
    reason: str
    """A finished sentence in the language in force."""


@dataclass(eq=False)
class InvalidRecords(BadInput):
    """Records that break their model; all or nothing, so none was stored."""

    problems: tuple[LineProblem, ...]


@dataclass(eq=False)
class BadFile(BadInput):
    """A file that cannot be read as what it should be."""

    file: str
    line: int | None
    reason: str
    """A finished sentence in the language in force."""


@dataclass(eq=False)
class FolderRefused(BadInput):
    """A folder fieldtui will not use: shared, synced to a cloud, or holding something else."""

    folder: str
    reason: str
    """A finished sentence in the language in force."""


@dataclass(eq=False)
class NoVault(BadInput):
    """There is no vault in this folder yet."""

    folder: str


@dataclass(eq=False)
class VaultExists(BadInput):
    """There is a vault here already; it is never overwritten."""

    folder: str


class NewerVault(BadInput):
    """The vault was made by a newer fieldtui; it was not touched."""


class NoOrganisationSlot(BadInput):
    """The vault has no slot that the organisation's key opens."""


class NotEnrolled(BadInput):
    """The vault is not tied to a central system yet."""


class ReadOnlyLease(BadInput):
    """Too long without contact: read-only until the next sync."""


@dataclass(eq=False)
class PassphraseTooWeak(BadInput):
    """The passphrase is too short or too well known."""

    reason: str
    """A finished sentence in the language in force."""


# --- exit 3 -----------------------------------------------------------------------------------


class Locked(FieldtuiError):
    """The vault stays shut."""

    exit_code = ExitCode.LOCKED


class WrongPassphrase(Locked):
    """The passphrase does not open any slot; the file itself is sound."""


class WrongRecoveryCode(Locked):
    """The recovery code is mistyped or belongs to another vault."""


@dataclass(eq=False)
class AnswerRefused(Locked):
    """The office's answer to a request for recovery does not open this vault; nothing was changed."""

    why: str
    """`no-request`, `format`, `request`, `sealed` or `key`."""


class DeviceStoreShut(Locked):
    """The vault needs a device secret, and the operating system's store of secrets is locked or not there."""


class DeviceSecretGone(Locked):
    """The store of secrets answers, but this vault's device secret is not in it."""


class NoPassphrase(Locked):
    """No passphrase file was given and there is no terminal to ask on."""


@dataclass(eq=False)
class TooSoon(Locked):
    """Tries are slowed down after failures."""

    seconds: float


# --- exit 4 -----------------------------------------------------------------------------------


class Unreachable(FieldtuiError):
    """The central system does not answer; everything is kept."""

    exit_code = ExitCode.UNREACHABLE
    retry_after: float | None = None
    """Seconds it asked to be left alone for, where it said so."""


@dataclass(eq=False)
class TlsRefused(Unreachable):
    """The connection is not to the central system this device was enrolled with."""

    issuer: str
    """Who signed the certificate that was offered, or an empty string."""
    host: str = ""
    """The name that was called."""
    why: str = ""
    """`authority`, `self-signed`, `host`, `expired`, `version`, `proxy`; empty where its signature or key was wrong."""
    offered: str = ""
    """Names, a date or a version that the other side offered, where that is why."""


class NeedsOffice(Unreachable):
    """Something only the central system can do, and it did not answer: it may or may not have been done."""


class UpgradeNeeded(Unreachable):
    """The central system speaks only newer versions (426); everything is kept."""


@dataclass(eq=False)
class ServerFault(Unreachable):
    """The central system answered with something that is no valid answer."""

    detail: str
    """A problem type or a technical word; never personal."""


@dataclass(eq=False)
class DatabaseUnreachable(Unreachable):
    """The central system's own PostgreSQL does not start or does not answer; nothing was changed."""

    detail: str
    """A technical word: the step that failed; never an address or a password."""


# --- exit 5 -----------------------------------------------------------------------------------


class Waiting(FieldtuiError):
    """Something waits for a person."""

    exit_code = ExitCode.WAITING


class ApprovalPending(Waiting):
    """The device waits to be approved."""


@dataclass(eq=False)
class MassChange(Waiting):
    """A sync would remove or change more than looks right; nothing was applied."""

    citizens: int
    records: int
    ids: tuple[str, ...] = ()
    """Of the citizens."""


# --- exit 6, 7, 8 -----------------------------------------------------------------------------


@dataclass(eq=False)
class Revoked(FieldtuiError):
    """This device is revoked: it locks and keeps."""

    exit_code = ExitCode.REVOKED
    sealed: str = ""
    """File in which what was not sent is sealed to the organisation; empty where it is only kept in the vault."""


class Wiped(Revoked):
    """The organisation ordered this device to destroy its keys, and it did; nothing can be read any more."""


class Damaged(FieldtuiError):
    """Something on the disk is not what was written; nothing was overwritten."""

    exit_code = ExitCode.DAMAGED


class HeaderDamaged(Damaged):
    """`vault.json` cannot be read as a header."""


class HeaderTampered(Damaged):
    """The header reads well but was not written by the holder of the key."""


class DatabaseDamaged(Damaged):
    """The database fails its integrity check, or belongs to another vault."""


class ChangedSinceLock(Damaged):
    """The database is whole, but is not the file that was sealed at the last lock, or a log of writes lies beside it."""


class DatabaseMissing(Damaged):
    """The database beside the header is missing or empty."""


class RolledBack(Damaged):
    """The files are genuine, but older than what was remembered of this vault outside its folder."""


@dataclass(eq=False)
class LogBroken(Damaged):
    """The access log's chain is broken."""

    entry: int
    """Sequence number of the first entry that does not fit."""


class BackupDamaged(Damaged):
    """A backup, of a vault or of the central system, is damaged, cut short, or no backup; nothing was changed."""


class NoBackup(BadInput):
    """There is no backup there to restore."""


class BackupOlder(BadInput):
    """The database a backup would replace is sound and newer than it; nothing was changed."""


class BackupOfAnother(BackupOlder):
    """The vault a backup would replace has another key: its unsent work could not be carried over; nothing was changed."""


@dataclass(eq=False)
class Busy(FieldtuiError):
    """Another fieldtui holds what this one needs."""

    exit_code = ExitCode.BUSY
    what: str = "vault"
    """`vault`, `sync` or `central`."""


# --- exit 1 -----------------------------------------------------------------------------------


class Internal(FieldtuiError):
    """A defect of ours, or of the machine."""


class DiskFull(Internal):
    """No room left; what was stored before is kept."""


class DiskReadOnly(DiskFull):
    """The disk lets nothing be written; what was stored before is kept."""
