"""Appointment lists leave the vault here: cut to a profile, written privately, logged, and gone again in time."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path, PureWindowsPath
from typing import Any, Final, cast

from fieldtui.base import log
from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage, FolderRefused
from fieldtui.base.files import make_private_folder, write_atomically
from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.export import ListLine, file_name, line_of, render
from fieldtui.export.columns import Profile
from fieldtui.export.rendering import check
from fieldtui.services.context import Context
from fieldtui.wire.messages import Person

EXPORTS: Final = "exports"
_SEQUENCES: Final = "list.sequences"
"""Meta key: by appointment id, the last change number a calendar was given and a digest of what it said then."""
_TEMPORARY: Final = ".tmp-"
_STALE: Final = timedelta(minutes=1)
LONGEST_LIFE: Final = timedelta(days=7)
"""A list of a long period does not lie about longer than this."""
LONGEST_PERIOD: Final = timedelta(days=366)

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
class ExportResult:
    """A list that was written."""

    file: Path
    rows: int
    """Appointments in it; 0 for a list that says "Ingen aftaler"."""
    profile: str
    sha256: str
    """Of the file's bytes, in hexadecimal; the access log holds it too."""
    expires_on: date | None
    """The day after which fieldtui removes it; `None` where it is kept on purpose."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {"file": str(self.file), "rows": self.rows, "profile": self.profile, "sha256": self.sha256}


class Exporting:
    """Makes appointment lists out of one store, and removes them when their day is over."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._clock = context.clock
        self.folder = context.store.vault.folder / EXPORTS
        """Where lists go unless told otherwise."""

    def appointments(
        self,
        first: date,
        last: date,
        profile: str,
        fmt: str,
        *,
        output: Path | None = None,
        keep: bool = False,
        any_folder: bool = False,
    ) -> ExportResult:
        """Write the list of a period: this consultant's meetings and those with citizens they stand in for.

        The access log has its entry before the file has its name, so that no list is ever unlogged.

        Args:
            first: First day.
            last: Last day; at most a year later.
            profile: `reception`, `own` or `outlook`.
            fmt: `csv`, `ics` or `json`.
            output: The file, or a folder for it; by default the data folder's `exports`.
            keep: Never remove it.
            any_folder: Use the folder even if it is synced to a cloud, shared or removable.

        Raises:
            BadUsage: The period, or a profile and a format that do not go together.
            FolderRefused: The folder is missing, or is no place for a list.
            OSError: The file could not be written; the log says so.
        """
        known_profile, known_format = check(profile, fmt)
        if last < first:
            raise BadUsage(_("Perioden slutter, før den begynder."))
        if last - first > LONGEST_PERIOD:
            raise BadUsage(_("En liste kan højst dække et år."))
        path = self._path(output, known_profile, known_format, first, last, any_folder=any_folder)
        made_at = self._clock.now()
        found = self._appointments(first, last, cancelled=known_format == "ics")
        people = {person.id: person for person in self._context.people}
        providers = self._providers()
        with self._store.transaction():
            lines = [self._line(each, known_profile, people, providers) for each in found]
            if known_profile == "outlook":
                lines = self._numbered(lines)
            data = render(lines, profile=known_profile, fmt=known_format, first=first, last=last, made_at=made_at)
            result = ExportResult(
                file=path,
                rows=sum(1 for line in lines if known_format == "ics" or not line.cancelled),
                profile=known_profile,
                sha256=hashlib.sha256(data).hexdigest(),
                expires_on=None if keep else self._expires(first, last),
            )
            self._remember(result, made_at)
        try:
            write_atomically(path, data, prefix=_TEMPORARY)
        except OSError:
            with self._store.transaction():
                self._forget(path)
                self._store.audit("export.failed", detail=f"{known_profile}/{known_format}")
            raise
        log.event("export", profile=known_profile, format=known_format, rows=result.rows)
        return result

    def count(self, first: date, last: date) -> int:
        """How many appointments a list of the period would have."""
        people = {person.id: person for person in self._context.people}
        found = self._appointments(first, last, cancelled=False)
        lines = [self._line(each, "reception", people, frozenset()) for each in found]
        return sum(not line.cancelled for line in lines)

    def sweep(self) -> int:
        """Remove the lists whose day is over, and what a killed process left half-written.

        A file that lies outside `folder` and was changed since is left alone: it may be someone's own.

        Returns:
            How many lists are gone.
        """
        self._sweep_temporary()
        with self._store.reading() as connection:
            due = connection.execute(
                "SELECT file, sha256 FROM exported WHERE kept = 0 AND expires_on < ?",
                (self._context.today.isoformat(),),
            ).fetchall()
        removed = 0
        for name, digest in due:
            removed += self._sweep_one(Path(name), digest)
        if removed:
            self._store.audit("export.removed", detail=str(removed))
            log.event("export.removed", files=removed)
        return removed

    # --- what is listed -----------------------------------------------------------------------

    def remove_all(self) -> int:
        """Remove every list that was made here, as before the vault is erased; how many are gone.

        A file that lies outside `folder` and was changed since is left alone: it may be someone's own.
        """
        with self._store.reading() as connection:
            made = connection.execute("SELECT file, sha256 FROM exported").fetchall()
        return sum(self._sweep_one(Path(name), digest) for name, digest in made)

    def _appointments(self, first: date, last: date, *, cancelled: bool) -> list[Stored[Appointment]]:
        me = self._store.consultant_id
        found = self._store.all(
            "appointment",
            annulled=cancelled,
            since=first - timedelta(days=1),
            until=last + timedelta(days=1),
        )
        return [
            each
            for each in found
            if first <= each.record.starts_at.astimezone(COPENHAGEN).date() <= last
            and (each.record.citizen_id is not None or me in {each.record.consultant_id, *each.record.participants})
        ]

    def _providers(self) -> frozenset[str]:
        """Where citizens are treated, by name: no list may say that a meeting is there."""
        return frozenset(each.record.provider for each in self._store.all("referral") if each.record.provider)

    def _line(
        self,
        appointment: Stored[Appointment],
        profile: Profile,
        people: Mapping[str, Person],
        providers: frozenset[str],
    ) -> ListLine:
        record = appointment.record
        named = self._store.get(record.citizen_id) if record.citizen_id else None
        citizen = cast("Stored[Citizen]", named) if named is not None and isinstance(named.record, Citizen) else None
        return line_of(
            appointment, citizen, people.get(record.consultant_id or ""), profile=profile, providers=providers
        )

    def _numbered(self, lines: Sequence[ListLine]) -> list[ListLine]:
        """Give each event its change number: one more than last time where what it says has changed."""
        known: dict[str, list[Any]] = json.loads(self._store.meta(_SEQUENCES) or "{}")
        numbered = []
        for line in lines:
            says = hashlib.sha256(
                json.dumps([str(line.starts_at), str(line.ends_at), line.place, line.cancelled]).encode()
            ).hexdigest()[:16]
            last, said = known.get(line.appointment_id, (0, says))
            number = max(line.sequence, last + (said != says))
            known[line.appointment_id] = [number, says]
            numbered.append(replace(line, sequence=number))
        here = {record_id for record_id in known if self._store.get(record_id) is not None}
        self._store.set_meta(_SEQUENCES, json.dumps({key: value for key, value in known.items() if key in here}))
        return numbered

    # --- where it goes ------------------------------------------------------------------------

    def _path(
        self, output: Path | None, profile: Profile, fmt: str, first: date, last: date, *, any_folder: bool
    ) -> Path:
        if output is not None and not output.is_dir():
            path = output.absolute()
            _check_folder(path.parent, any_folder=any_folder)
            return path
        folder = self.folder if output is None else output.absolute()
        if output is None:
            make_private_folder(folder)
        else:
            _check_folder(folder, any_folder=any_folder)
        version = 1
        while (path := folder / file_name(profile, fmt, first, last, version)).exists():
            version += 1
        return path

    def _expires(self, first: date, last: date) -> date:
        """The list's last day, but never more than a week after it began to be of use; the team's norm may add days."""
        made_on = self._context.today
        kept = timedelta(days=int(self._context.rules.value("export.keep_days", made_on, 0)))
        return max(made_on, min(last, max(made_on, first) + LONGEST_LIFE)) + kept

    # --- what is remembered -------------------------------------------------------------------

    def _remember(self, result: ExportResult, made_at: datetime) -> None:
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO exported (file, sha256, profile, rows, made_at, expires_on, kept)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    str(result.file),
                    result.sha256,
                    result.profile,
                    result.rows,
                    made_at.isoformat(timespec="seconds"),
                    result.expires_on.isoformat() if result.expires_on else None,
                    int(result.expires_on is None),
                ),
            )
            self._store.audit("export", detail=f"{result.profile} {result.rows} {result.sha256}")

    def _forget(self, path: Path) -> None:
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM exported WHERE file = ?", (str(path),))

    def _sweep_one(self, path: Path, digest: str) -> int:
        gone = 0
        if path.is_file():
            foreign = path.parent != self.folder and hashlib.sha256(path.read_bytes()).hexdigest() != digest
            if foreign:
                log.event("export.changed_elsewhere")
            else:
                try:
                    path.unlink()
                except OSError:
                    # Open in another program, as Excel does on Windows: the next unlock tries again.
                    log.event("export.busy")
                    return 0
                gone = 1
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
