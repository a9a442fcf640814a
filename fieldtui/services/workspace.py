"""An unlocked vault as the front ends see it: every use case in one place."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from fieldtui.base.clock import COPENHAGEN, Clock
from fieldtui.base.errors import FieldtuiError
from fieldtui.base.i18n import _
from fieldtui.base.ids import IdSource
from fieldtui.base.log import event
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.agenda import AgendaView
from fieldtui.services.casework import Casework
from fieldtui.services.context import Context
from fieldtui.services.drafting import Drafts
from fieldtui.services.exporting import Exporting
from fieldtui.services.lookup import Lookup
from fieldtui.services.standing import Status
from fieldtui.services.undo import Undo
from fieldtui.store import MetaKey, Store
from fieldtui.store.accesslog import LogRow
from fieldtui.store.lease import Lease, lease_of
from fieldtui.store.rulesets import RuleSets
from fieldtui.vault import CheckReport, OpenVault, check_vault
from fieldtui.vault.locks import FileLock
from fieldtui.wire.messages import Person

if TYPE_CHECKING:
    from fieldtui.services.conflicts import Conflicts
    from fieldtui.services.copying import Copying
    from fieldtui.services.dossier import Dossiers
    from fieldtui.services.enrolment import Enrolment
    from fieldtui.services.handovers import Handovers
    from fieldtui.services.history import History
    from fieldtui.services.logbook import LogBook
    from fieldtui.services.matching import Matching
    from fieldtui.services.parked import ParkedEdits
    from fieldtui.services.reportfiles import ReportFiles
    from fieldtui.services.reporting import Reporting
    from fieldtui.services.shutout import Shutout
    from fieldtui.services.syncing import Syncing
    from fieldtui.services.team import Team
    from fieldtui.services.waiting import Waiting


OWED: Final = "0"
"""Of `MetaKey.RECOVERY_CONFIRMED`: a code was made for a vault in use, and somebody has to show that they have it."""


class Workspace:
    """One unlocked vault. Close it to seal the vault; nothing works after that."""

    def __init__(self, vault: OpenVault, *, clock: Clock, ids: IdSource) -> None:
        """Use an open vault, bringing its tables up to date first.

        Raises:
            NewerVault: A newer fieldtui has changed the tables; they were not touched.
            Busy: The tables must change, and another fieldtui has the vault open.
        """
        self.clock = clock
        self.store = Store(vault, clock=clock, ids=ids)
        self._vault = vault
        self._window: FileLock | None = None
        self._context = Context(self.store, clock)
        self._closed = False

    @property
    def lease(self) -> Lease:
        """How long may be written without contact."""
        return lease_of(self.store)

    @property
    def context(self) -> Context:
        """What every use case stands on."""
        return self._context

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._vault.folder

    @property
    def read_only(self) -> str | None:
        """Why nothing can be changed in this vault at all, as a sentence; `None` where it was opened in order."""
        return self.store.reading_only if self._vault.read_only else None

    @property
    def vault_id(self) -> str:
        """32 hexadecimal digits; random."""
        return self._vault.vault_id

    @property
    def rules(self) -> RuleBook:
        """The dated rules that came with this version."""
        return self._context.rules

    @property
    def consultant(self) -> Person | None:
        """Whose device this is; `None` before enrolment."""
        return self._context.consultant

    @property
    def people(self) -> tuple[Person, ...]:
        """The organisation's staff, by initials."""
        return self._context.people

    @cached_property
    def lookup(self) -> Lookup:
        """Everything a person looks at."""
        return Lookup(self._context)

    @cached_property
    def casework(self) -> Casework:
        """Everything a person does to records."""
        return Casework(self._context)

    @cached_property
    def agenda(self) -> AgendaView:
        """The day."""
        return AgendaView(self._context)

    @cached_property
    def drafts(self) -> Drafts:
        """Unfinished texts."""
        return Drafts(self._context)

    @cached_property
    def copying(self) -> Copying:
        """What may be taken along to another program, one field at a time."""
        from fieldtui.services.copying import Copying

        return Copying(self._context)

    @cached_property
    def exports(self) -> Exporting:
        """Appointment lists as files."""
        return Exporting(self._context)

    @cached_property
    def dossiers(self) -> Dossiers:
        """Everything held about one citizen as a file."""
        from fieldtui.services.dossier import Dossiers

        return Dossiers(self._context)

    @cached_property
    def undo(self) -> Undo:
        """Own acts, taken back and done again."""
        return Undo(self._context)

    # The network and its keys are loaded only by who syncs or enrols.

    @cached_property
    def syncing(self) -> Syncing:
        """Bringing this device and the central system together."""
        from fieldtui.services.syncing import Syncing

        return Syncing(self._context)

    @cached_property
    def waiting(self) -> Waiting:
        """What the central system has not taken."""
        from fieldtui.services.waiting import Waiting

        return Waiting(self._context)

    @cached_property
    def history(self) -> History:
        """What records were before."""
        from fieldtui.services.history import History

        return History(self._context)

    @cached_property
    def conflicts(self) -> Conflicts:
        """What two people changed at once."""
        from fieldtui.services.conflicts import Conflicts

        return Conflicts(self._context)

    @cached_property
    def handovers(self) -> Handovers:
        """Citizens handed over to a colleague, and notices."""
        from fieldtui.services.handovers import Handovers

        return Handovers(self._context)

    @cached_property
    def parked(self) -> ParkedEdits:
        """Edits that were made before a citizen was handed over."""
        from fieldtui.services.parked import ParkedEdits

        return ParkedEdits(self._context)

    @cached_property
    def logbook(self) -> LogBook:
        """The access log, for reading."""
        from fieldtui.services.logbook import LogBook

        return LogBook(self._context)

    @cached_property
    def shutout(self) -> Shutout:
        """The organisation's key, and what becomes of a device that is shut out."""
        from fieldtui.services.shutout import Shutout

        return Shutout(self._context)

    @cached_property
    def enrolment(self) -> Enrolment:
        """Tying this device to a central system and a consultant."""
        from fieldtui.services.enrolment import Enrolment

        return Enrolment(self._context)

    @cached_property
    def reporting(self) -> Reporting:
        """Figures of one's own work."""
        from fieldtui.services.reporting import Reporting

        return Reporting(self._context, self.casework)

    @cached_property
    def report_files(self) -> ReportFiles:
        """Reports as files."""
        from fieldtui.services.reportfiles import ReportFiles

        return ReportFiles(self._context, self.reporting)

    @cached_property
    def matching(self) -> Matching:
        """Openings held against what citizens want."""
        from fieldtui.services.matching import Matching

        return Matching(self._context)

    @cached_property
    def team(self) -> Team:
        """What a team leader sees and does."""
        from fieldtui.services.team import Team

        return Team(self._context, self.syncing)

    def status(self) -> Status:
        """Where this device stands."""
        with self.store.reading() as connection:
            states = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state"))
            conflicts = connection.execute("SELECT count(*) FROM conflict WHERE resolved_at IS NULL").fetchone()[0]
            return Status(
                citizens=self.lookup.enrolled(),
                pending=states.get("waiting", 0),
                conflicts=conflicts,
                rejected=states.get("rejected", 0),
                parked=states.get("parked", 0),
                last_sync_at=self._instant(MetaKey.LAST_SYNC_AT),
                lease_until=self._instant(MetaKey.LEASE_UNTIL),
                lease_warn_after=self._instant(MetaKey.LEASE_WARN_AFTER),
                lease=lease_of(self.store),
                schema_version=self.store.schema_version,
                device_id=self.store.meta(MetaKey.DEVICE_ID),
                consultant=self.consultant,
            )

    def claim_window(self) -> bool:
        """Make this the window that writes; until it closes, every other one may only read (decision 6).

        Commands are no windows: they write beside one, and wait for each other.

        Returns:
            False where another window is open on this vault; changes are refused with a sentence from now on.
        """
        if self._vault.read_only:
            return False
        if self._window is None:
            window = FileLock(self.folder / "vault" / "window.lock")
            if not window.try_exclusive():
                self.store.reading_only = _(
                    "fieldtui er allerede åben i et andet vindue. Dette vindue er kun til læsning."
                )
                return False
            self._window = window
            self.store.reading_only = None
        return True

    @property
    def is_open(self) -> bool:
        """False once it was closed, or its vault was erased."""
        return self._vault.is_open

    @property
    def owes_code(self) -> bool:
        """True where a new recovery code was made and nobody has shown to have it: a person must be given one."""
        if self._vault.read_only or self.store.reading_only is not None:
            return False
        return self.store.meta(MetaKey.RECOVERY_CONFIRMED) == OWED

    def recovery_notice(self, *, told: bool = True) -> str | None:
        """What to tell this vault's person of a recovery that they were not told of; `None` where there was none.

        Args:
            told: Whoever asks shows it to a person, and so it is told once.

        Raises:
            DiskFull, Busy: It is told again the next time.
        """
        if self._vault.read_only or self.store.meta(MetaKey.RECOVERED) is None:
            return None
        from fieldtui.services.recovering import notice_given, recovery_notice

        said = recovery_notice(self)
        if told and self.store.reading_only is None:
            notice_given(self)
        return said

    def check_vault(self) -> CheckReport:
        """Read and verify every page, index and foreign key.

        Raises:
            Busy: Another process is reading; try again.
        """
        return check_vault(self._vault)

    def log_entries(self, *, subject: str | None = None) -> tuple[LogRow, ...]:
        """The access log in order, or only the entries whose subject is this citizen or record; see `logbook` for more."""
        return self.store.log_entries(subject=subject)

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the office's clock is ahead of this machine's, as of the last signed answer; `None` before one."""
        text = self.store.meta(MetaKey.CLOCK_OFFSET_MS)
        return None if text is None else timedelta(milliseconds=int(text))

    @property
    def published_rules(self) -> tuple[tuple[str, int, str | None], ...]:
        """Name and version of each rule set the municipality published, and why it is not used where it is not."""
        return RuleSets(self.store).here()

    def verify_log(self) -> int:
        """Check the whole access log; returns how many entries it has.

        Raises:
            LogBroken: Something was changed, moved or cut.
        """
        return self.store.verify_log()

    def close(self, why: str | None = None) -> None:
        """Remove lists whose day is over, seal the vault and wipe its keys; again does nothing.

        That it was locked is written to the access log; where that cannot be, it is locked all the same.

        Args:
            why: A technical word for what locked it, such as `idle`; `None` where a person or a command was done.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._vault.is_open and not self._vault.read_only:  # an order to wipe may have destroyed it meanwhile
                self.exports.sweep()
                self._log_lock(why)
        finally:
            self._vault.close()
        if self._window is not None:
            self._window.release()

    def _log_lock(self, why: str | None) -> None:
        try:
            self.store.audit("lock", detail=why)
        except FieldtuiError as error:
            event("lock.unlogged", error=type(error).__name__)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _instant(self, key: MetaKey) -> datetime | None:
        text = self.store.meta(key)
        return None if text is None else datetime.fromisoformat(text).astimezone(COPENHAGEN)
