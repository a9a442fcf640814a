"""Making a backup, putting one back, and trying whether one could be put back."""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError, OperationalError

from fieldtui import __version__
from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BackupDamaged, BadFile, BadUsage, DiskFull
from fieldtui.base.files import PRIVATE_FILE, sync_folder
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.base.text import clean
from fieldtui.central.backups.archive import ArchiveReader, Contents, write_archive
from fieldtui.central.backups.checks import Standing, examine
from fieldtui.central.backups.sealed import SealedFile, SealedWriter
from fieldtui.central.database import Database, upgrade
from fieldtui.central.incarnation import renew_incarnations
from fieldtui.central.schema import METADATA

_SHORTEST: Final = 15
_LARGEST_PASSPHRASE_FILE: Final = 4_096


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    file: Path
    made_at: str
    """ISO 8601: the moment it shows."""
    rows: dict[str, int]
    """By table."""
    size: int
    """Bytes of the file."""
    sha256: str
    """Of the file, so that a copy can be compared without the passphrase."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back from a backup."""

    contents: Contents
    rows: dict[str, int]
    """By table."""
    organisations: tuple[Standing, ...]
    sha256: str

    @property
    def ok(self) -> bool:
        """True where every check holds."""
        return all(standing.ok for standing in self.organisations)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "made_at": self.contents.made_at,
            "made_by": self.contents.made_by,
            "revision": self.contents.revision,
            "sha256": self.sha256,
            "rows": self.rows,
            "organisations": [standing.as_json() for standing in self.organisations],
            "ok": self.ok,
        }


def back_up(db: Database, file: Path, passphrase: str) -> Made:
    """Write one moment of the whole database to a new sealed file, readable by this user alone.

    The system goes on serving meanwhile. The file appears whole or not at all.

    Raises:
        BadUsage: There is such a file, or no such folder.
        DatabaseUnreachable: The server does not answer.
        DiskFull: No room.
    """
    if file.exists():
        raise BadUsage(_("Der er allerede en fil, der hedder {file}. Den er ikke rørt.").format(file=clean(file.name)))
    if not file.parent.is_dir():
        raise BadUsage(_("Der er ingen mappe, der hedder {folder}.").format(folder=clean(str(file.parent))))
    made_at = isoformat(db.now())
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".tmp-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            if hasattr(os, "fchmod"):
                os.fchmod(stream.fileno(), PRIVATE_FILE)
            sealed = SealedWriter(stream, passphrase)
            with db.snapshot() as connection:
                rows = write_archive(connection, sealed, made_at=made_at, made_by=__version__)
            sealed.finish()
            stream.flush()
            os.fsync(stream.fileno())
        with temporary.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        temporary.replace(file)
    except OSError:
        raise DiskFull from None
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(file.parent)
    event("central.backup.made", rows=sum(rows.values()), bytes=file.stat().st_size)
    return Made(file, made_at, rows, file.stat().st_size, sha256)


def restore(db: Database, file: Path, passphrase: str, *, replace: bool = False) -> Restored:
    """Put a backup in the place of what is in the database: all of it or nothing.

    The tables are made as they were when it was made, filled, brought to this version's schema, and checked; each
    organisation gets a new incarnation, so that devices pull everything again and send again what is missing.

    Args:
        db: The central database.
        file: The backup.
        passphrase: What it was sealed with.
        replace: Allow that there is something in the database.

    Raises:
        BackupDamaged: It is damaged, or what came back does not hold together.
        BadUsage: The passphrase is another, a newer fieldtui made it, or the database is not empty.
        BadFile: There is no such file.
        DatabaseUnreachable: The server does not answer.
    """
    sealed = _open(file, passphrase)
    sha256 = sealed.prove()
    with db.transaction() as connection:
        if not replace and _holds_something(connection):
            raise BadUsage(
                _("Der er allerede noget i databasen. Skal sikkerhedskopien træde i stedet, så kør igen med --replace.")
            )
        _drop_tables(connection)
        restored = _fill(connection, db, sealed, sha256)
        if not restored.ok:
            raise BackupDamaged
    event("central.backup.restored", rows=sum(restored.rows.values()))
    return restored


def drill(db: Database, file: Path, passphrase: str) -> Restored:
    """Put a backup into a database of its own in the same server, check it, and take it away again.

    Raises:
        BackupDamaged: It is damaged.
        BadUsage: The passphrase is another, a newer fieldtui made it, or the account may make no database.
        BadFile: There is no such file.
        DatabaseUnreachable: The server does not answer.
    """
    sealed = _open(file, passphrase)
    sha256 = sealed.prove()
    with db.scratch(f"fieldtui_drill_{db.ids.new()[-12:]}") as scratch, scratch.transaction() as connection:
        restored = _fill(connection, scratch, sealed, sha256)
    event("central.backup.drilled", rows=sum(restored.rows.values()), ok=restored.ok)
    return restored


def read_passphrase(file: Path) -> str:
    """The one line of a passphrase file, without BOM and line end, in NFKC (decisions 33).

    Raises:
        BadFile: It cannot be read, or holds no passphrase of 15 characters or more.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST_PASSPHRASE_FILE + 1)
        lines = data.decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadFile(clean(file.name), None, _("Filen kan ikke læses. Tjek, at du har adgang til den.")) from None
    if len(lines) != 1 or len(data) > _LARGEST_PASSPHRASE_FILE:
        raise BadFile(clean(file.name), None, _("Filen skal have præcis én linje."))
    passphrase = unicodedata.normalize("NFKC", lines[0])
    if len(passphrase.strip()) < _SHORTEST:
        raise BadFile(clean(file.name), None, _("Adgangssætningen er for kort. Brug mindst 15 tegn."))
    return passphrase


def _open(file: Path, passphrase: str) -> SealedFile:
    try:
        return SealedFile(file, passphrase)
    except OSError:
        raise BadFile(clean(file.name), None, _("Filen kan ikke læses. Tjek, at du har adgang til den.")) from None


def _fill(connection: Connection, db: Database, sealed: SealedFile, sha256: str) -> Restored:
    reader = ArchiveReader(sealed.plain())
    upgrade(connection, reader.contents.revision)
    try:
        rows = reader.copy_into(connection)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError):
        raise BackupDamaged from None  # its text may quote a value
    except DBAPIError as error:
        if isinstance(error, OperationalError):
            raise
        raise BackupDamaged from None
    upgrade(connection)
    renew_incarnations(connection, db.ids)
    return Restored(reader.contents, rows, examine(connection), sha256)


def _holds_something(connection: Connection) -> bool:
    if "organisation" not in inspect(connection).get_table_names():
        return False
    return bool(connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM organisation)").scalar_one())


def _drop_tables(connection: Connection) -> None:
    """Drop fieldtui's own tables, and no others that may be in the database."""
    ours = {*METADATA.tables, "alembic_version"}
    for name in inspect(connection).get_table_names():
        if name in ours:
            connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
