"""Files that leave the vault: where they may lie, who can open them, what is remembered, and how they go away again."""

from __future__ import annotations

import contextlib
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PureWindowsPath
from typing import Any, Final

from fieldtui.base import log
from fieldtui.base.errors import FolderRefused
from fieldtui.base.files import holds, make_private_folder, write_atomically
from fieldtui.base.i18n import _
from fieldtui.export.sealing import SUFFIX, recipients_of, require_sealing, sealed_to, sealed_with
from fieldtui.services.context import Context
from fieldtui.vault import suggest_passphrase
from fieldtui.vault.readonly import require_ordinary

EXPORTS: Final = "exports"
PASSPHRASE: Final = "passphrase"  # noqa: S105  the word, not the words
"""What a person says instead of a recipient: seal under words that are made up and shown once."""
SHORTEST_REASON: Final = 10
"""Characters of the reason for which something about one citizen is given out in plain text."""
_TEMPORARY: Final = ".tmp-"
_STALE: Final = timedelta(minutes=1)

_CLOUDS: Final = (
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "icloud",
    "nextcloud",
    "owncloud",
    "mobile documents",
)
_DOWNLOADS: Final = frozenset({"downloads", "overførsler", "hentede filer", "public", "offentligt"})
_REMOVABLE: Final = ("/media/", "/run/media/", "/volumes/")


@dataclass(frozen=True, slots=True)
class Seal:
    """Who can open a file: the holders of keys, or whoever has the passphrase."""

    recipients: tuple[str, ...] = ()
    """X25519 public keys; empty where a passphrase is made up."""


@dataclass(frozen=True, slots=True)
class ExportResult:
    """A file that was written."""

    file: Path
    rows: int
    """Appointments or records in it; 0 for a list that says "Ingen aftaler"."""
    profile: str
    sha256: str
    """Of the file's bytes, in hexadecimal; the access log holds it too."""
    expires_on: date | None
    """The last day it lies there: fieldtui removes it afterwards. `None` where it is kept on purpose."""
    sealed: bool = False
    passphrase: str | None = field(default=None, repr=False)
    """The made-up words that open it; stored nowhere, to be shown once."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        shape = {"file": str(self.file), "rows": self.rows, "profile": self.profile, "sha256": self.sha256}
        return shape if self.passphrase is None else {**shape, PASSPHRASE: self.passphrase}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is about to leave, besides its bytes."""

    profile: str
    rows: int
    kept: bool
    expires_on: date
    """The last day it is needed."""
    action: str = "export"
    """Of the access log."""
    expires_at: datetime | None = None
    """The instant after which it goes, where a day is too long."""
    citizen_id: str | None = None
    """Whom it is all about; `None` for a list."""
    reason: str | None = None
    """What the person typed."""
    failed: str = ""
    """What the log says instead where the file could not be written."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A file about one citizen that lies there for everybody to read."""

    file: Path
    made_at: datetime


def seal_for(given: str) -> Seal:
    """Who shall be able to open a file, as a person named them.

    Args:
        given: A recipient's key (`age1…`), a file with one on each line, or the word `passphrase`.

    Raises:
        BadUsage, BadFile: None of these, or sealing is not installed.
    """
    if given == PASSPHRASE:
        require_sealing()
        return Seal()
    return Seal(recipients_of(given))


class ExportFiles:
    """The files that one store has sent out into the world."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._clock = context.clock
        self.folder = context.store.vault.folder / EXPORTS
        """Where files go unless told otherwise."""

    # --- where it goes ------------------------------------------------------------------------

    def place(self, output: Path | None, name: Callable[[int], str], *, any_folder: bool, seal: Seal | None) -> Path:
        """The path of a new file.

        Args:
            output: A file, or a folder for it; by default `folder`.
            name: The file's name with a version number.
            any_folder: Use the folder even if it is synced to a cloud, shared or removable.
            seal: Gives the name its suffix.

        Raises:
            BadUsage: The vault was opened to read only: what leaves could not be logged.
            FolderRefused: The folder is missing, or is no place for such a file.
        """
        require_ordinary(self._store.vault)
        if output is not None and not output.is_dir():
            path = output.absolute()
            _check_folder(path.parent, any_folder=any_folder)
            return path
        folder = self.folder if output is None else output.absolute()
        if output is None:
            if folder.is_symlink():
                raise FolderRefused(
                    str(folder), _("den er et link til et andet sted. Fjern linket; lister skal ligge i datamappen.")
                )
            make_private_folder(folder)
        else:
            _check_folder(folder, any_folder=any_folder)
        suffix = SUFFIX if seal is not None else ""
        version = 1
        while (path := folder / f"{name(version)}{suffix}").exists():
            version += 1
        return path

    def write(self, path: Path, plain: bytes, about: Outgoing, *, seal: Seal | None) -> ExportResult:
        """Seal where that is asked for, log, remember and write, in this order.

        The access log has its entry before the file has its name, so that no file is ever unlogged; and nothing
        but the finished file is ever written, so that no plain copy of a sealed one is.

        Raises:
            BadUsage: Sealing is not installed.
            OSError: The file could not be written; the log says so.
        """
        passphrase = suggest_passphrase(random.SystemRandom().randint) if seal == Seal() else None
        data = plain
        if passphrase is not None:
            data = sealed_with(plain, passphrase)
        elif seal is not None:
            data = sealed_to(plain, seal.recipients)
        result = ExportResult(
            file=path,
            rows=about.rows,
            profile=about.profile,
            sha256=hashlib.sha256(data).hexdigest(),
            expires_on=None if about.kept else about.expires_on,
            sealed=seal is not None,
            passphrase=passphrase,
        )
        self._remember(result, about)
        try:
            write_atomically(path, data, prefix=_TEMPORARY)
        except OSError:
            with self._store.transaction():
                self._forget(path)
                self._store.audit("export.failed", about.citizen_id, detail=about.failed or about.profile)
            raise
        return result

    # --- how it goes away ---------------------------------------------------------------------

    def sweep(self) -> int:
        """Remove the files whose time is over, and what a killed process left half-written.

        A file that lies outside `folder` and was changed since is left alone: it may be someone's own.

        Returns:
            How many files are gone.
        """
        self._sweep_temporary()
        with self._store.reading() as connection:
            due = connection.execute(
                "SELECT file, sha256 FROM exported WHERE kept = 0 AND (expires_on < ? OR expires_at <= ?)",
                (self._context.today.isoformat(), _utc(self._clock.now())),
            ).fetchall()
        return self._removed(due)

    def recall(self, citizen_id: str) -> int:
        """Remove every list, and every file about this citizen: something in them may be shown no more.

        Returns:
            How many files are gone. What was sent, copied or changed elsewhere is out of reach.
        """
        with self._store.reading() as connection:
            made = connection.execute(
                "SELECT file, sha256 FROM exported WHERE citizen_id IS NULL OR citizen_id = ?", (citizen_id,)
            ).fetchall()
        return self._removed(made)

    def remove_all(self) -> int:
        """Remove every file that was made here, as before the vault is erased; how many are gone.

        A file that lies outside `folder` and was changed since is left alone: it may be someone's own.
        """
        with self._store.reading() as connection:
            made = connection.execute("SELECT file, sha256 FROM exported").fetchall()
        return sum(self._sweep_one(Path(name), digest) for name, digest in made)

    def lying_about(self) -> tuple[Plain, ...]:
        """Files about one citizen that were kept on purpose without a seal, and are a day old: to remind of.

        One that a person has removed is not among them.
        """
        with self._store.reading() as connection:
            made = connection.execute(
                "SELECT file, made_at FROM exported WHERE citizen_id IS NOT NULL AND sealed = 0 AND kept = 1"
            ).fetchall()
        now = self._clock.now()
        old = (Plain(Path(name), datetime.fromisoformat(at)) for name, at in made)
        return tuple(each for each in old if now - each.made_at >= timedelta(hours=24) and each.file.is_file())

    # --- what is remembered -------------------------------------------------------------------

    def _remember(self, result: ExportResult, about: Outgoing) -> None:
        at = about.expires_at if result.expires_on is not None else None
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO exported"
                " (file, sha256, profile, rows, made_at, expires_on, kept, citizen_id, expires_at, sealed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    str(result.file),
                    result.sha256,
                    result.profile,
                    result.rows,
                    self._clock.now().isoformat(timespec="seconds"),
                    result.expires_on.isoformat() if result.expires_on else None,
                    int(result.expires_on is None),
                    about.citizen_id,
                    _utc(at) if at else None,
                    int(result.sealed),
                ),
            )
            sealed = " sealed" if result.sealed else ""
            detail = f"{result.profile} {result.rows}{sealed} {result.sha256}"
            self._store.audit(about.action, about.citizen_id, reason=about.reason, detail=detail)

    def _forget(self, path: Path) -> None:
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM exported WHERE file = ?", (str(path),))

    def _removed(self, due: list[tuple[str, str]]) -> int:
        removed = sum(self._sweep_one(Path(name), digest) for name, digest in due)
        if removed:
            self._store.audit("export.removed", detail=str(removed))
            log.event("export.removed", files=removed)
        return removed

    def _sweep_one(self, path: Path, digest: str) -> int:
        gone = 0
        try:
            if path.is_file():
                if path.parent != self.folder and not holds(path, digest):
                    log.event("export.changed_elsewhere")
                else:
                    path.unlink()
                    gone = 1
        except OSError as error:
            # Open in another program, as Excel does on Windows, or on a drive that is not there: the next unlock tries again.
            log.event("export.busy", cause=type(error).__name__)
            return 0
        self._forget(path)
        return gone

    def _sweep_temporary(self) -> None:
        if not self.folder.is_dir():
            return
        limit = (self._clock.now() - _STALE).timestamp()
        for path in self.folder.glob(f"{_TEMPORARY}*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < limit:
                    path.unlink()


def _utc(instant: datetime) -> str:
    """An instant as text that sorts by time."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def _check_folder(folder: Path, *, any_folder: bool) -> None:
    """Refuse a folder that is missing or that others read along in.

    Raises:
        FolderRefused: With what to do about it.
    """
    if not folder.is_dir():
        raise FolderRefused(str(folder), _("den findes ikke. Lav den først, eller udelad --output."))
    if any_folder:
        return
    text = f"{str(folder.resolve()).replace(chr(92), '/').casefold()}/"
    parts = set(PureWindowsPath(text).parts)
    if any(cloud in text for cloud in _CLOUDS):
        raise FolderRefused(str(folder), _("den deles med en sky. Vælg en lokal mappe, eller sig --any-folder."))
    if text.startswith(("//", *_REMOVABLE)):
        raise FolderRefused(
            str(folder),
            _("den ligger på et netværk eller et flytbart drev. Vælg en lokal mappe, eller sig --any-folder."),
        )
    if parts & _DOWNLOADS:
        raise FolderRefused(
            str(folder), _("filer bliver glemt der. Vælg en mappe til formålet, eller sig --any-folder.")
        )
