"""The store: everything a device keeps, behind one value that serialises its threads."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import fieldtui.vault  # noqa: F401  registers SQLCipher before sqlite-utils is imported

from sqlite_utils import Database  # isort: skip

from fieldtui.base.clock import Clock
from fieldtui.base.errors import BadUsage, Busy, NewerVault, NotEnrolled, ReadOnlyLease
from fieldtui.base.ids import IdSource
from fieldtui.domain.case import Case
from fieldtui.domain.casefiles import cases_of
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Record
from fieldtui.store import accesslog, joining, searching
from fieldtui.store.changes import Change, Kind, WriteResult
from fieldtui.store.contact import CONTACT_KEYS, forget_contact, read_contact
from fieldtui.store.copies import backups_of
from fieldtui.store.drafts import DraftBox
from fieldtui.store.lease import lease_of, see_clock
from fieldtui.store.meta import MetaKey
from fieldtui.store.migrations import MIGRATIONS
from fieldtui.store.rows import SELECT, Parser
from fieldtui.store.searching import SearchHit
from fieldtui.store.visibility import Hidden
from fieldtui.store.writing import Command, Writer
from fieldtui.vault import OpenVault
from fieldtui.vault.database import room_on_disk
from fieldtui.vault.readonly import require_ordinary, why_not_now
from fieldtui.vault.sqlcipher import DatabaseError


class Store:
    """The tables of one open vault. May be used from any thread; calls wait for each other."""

    def __init__(self, vault: OpenVault, *, clock: Clock, ids: IdSource) -> None:
        """Use an open vault, bringing its tables up to date first; a backup is made before they change.

        Raises:
            NewerVault: A newer fieldtui has changed the tables; they were not touched.
            Busy: The tables must change, and another fieldtui has the vault open.
            DiskFull: No room for that, or for the backup; the tables are as they were.
            DatabaseDamaged: The backup does not pass its check; the tables are as they were.
        """
        self._vault = vault
        self._clock = clock
        self._ids = ids
        self._mutex = vault.mutex
        self._parse = Parser()
        self.reading_only: str | None = why_not_now() if vault.read_only else None
        """Why this process may only read, as a sentence; `None` where it may write."""
        self.db = Database(vault.connection, execute_plugins=False)
        """sqlite-utils over the vault's connection; hold `transaction()` or `reading()` around each use."""
        self._migrate()
        self.drafts = DraftBox(self, clock)
        self.hidden = Hidden(self)
        """What this person may no longer see, although the central system has not said so yet."""
        self.stand_ins = joining.StandIns(self)
        """Citizens who were merged into another, each with who stands for them."""

    def _migrate(self) -> None:
        with self._mutex, room_on_disk():
            applied = {migration.name for migration in MIGRATIONS.applied(self.db)}
            if applied - ALL_MIGRATIONS:
                raise NewerVault
            if MIGRATIONS.pending(self.db):
                with self._vault.exclusive():
                    if applied and not self._vault.read_only:
                        backups_of(self).make("migration")
                    MIGRATIONS.apply(self.db)

    @property
    def clock(self) -> Clock:
        """Where the store asks for the time."""
        return self._clock

    @property
    def ids(self) -> IdSource:
        """Where the store asks for ids."""
        return self._ids

    @property
    def vault(self) -> OpenVault:
        """The vault it lies in."""
        return self._vault

    @property
    def consultant_id(self) -> str | None:
        """Whose device this is; `None` before enrolment."""
        consultant = self.meta(MetaKey.CONSULTANT)
        return None if consultant is None else str(json.loads(consultant)["id"])

    @property
    def schema_version(self) -> int:
        """How many migrations the tables have seen."""
        with self.reading():
            return len(MIGRATIONS.applied(self.db))

    # --- connection ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, with every other thread waiting."""
        with self._mutex:
            yield self._vault.connection

    @contextlib.contextmanager
    def transaction(self, *, logging: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction, whole or not at all; inside another one it is part of that.

        Args:
            logging: It writes nothing but the access log, which is kept of what is only read too.

        Raises:
            BadUsage: The vault was opened to read only.
            DiskFull: No room; nothing was stored.
            Busy: Another process kept the database for longer than 5 s; nothing was stored.
        """
        with self._mutex:
            connection = self._vault.connection
            if _in_transaction(connection):
                yield connection
                return
            if not logging:
                require_ordinary(self._vault)
            with room_on_disk(), _busy_is_busy():
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if _in_transaction(connection):
                        connection.execute("ROLLBACK")
                    raise
            self._anchor(connection)

    def _anchor(self, connection: sqlite3.Connection) -> None:
        head = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        if head is not None:
            self._vault.set_audit_head(head[0], head[1])

    def version(self) -> tuple[int, int]:
        """Changes whenever anything in the database changed, through this connection or another one."""
        with self.reading() as connection:
            return connection.execute("PRAGMA data_version").fetchone()[0], connection.total_changes

    # --- records ------------------------------------------------------------------------------

    def get(self, record_id: str) -> Stored[Record] | None:
        """One record, annulled or not; `None` too where it is hidden from this person today."""
        with self.reading() as connection:
            row = connection.execute(f"{SELECT} WHERE r.id = ?", (record_id,)).fetchone()
            found = None if row is None else self._parse(row)
        return None if found is None or found.scope in self.hidden.scopes() else found

    def body_of(self, record_id: str) -> dict[str, Any] | None:
        """The stored JSON body, with the fields this version does not know."""
        with self.reading() as connection:
            row = connection.execute("SELECT body FROM record WHERE id = ?", (record_id,)).fetchone()
        if row is None:
            return None
        body: dict[str, Any] = json.loads(row[0])
        return body

    def all(
        self,
        collection: str,
        *,
        scope: str | None = None,
        annulled: bool = False,
        since: date | None = None,
        until: date | None = None,
    ) -> tuple[Stored[Any], ...]:
        """The records of a collection by their main date, then by id.

        Args:
            collection: Its name.
            scope: Only this scope's.
            annulled: Annulled ones too.
            since: Only those whose main date is this or later; those without a date are left out.
            until: Only those whose main date is this or earlier; those without a date are left out.
        """
        query, values = f"{SELECT} WHERE r.collection = ?", [collection]
        for condition, value in (("r.scope = ?", scope), ("r.day >= ?", since), ("r.day <= ?", until)):
            if value is not None:
                query += f" AND {condition}"
                values.append(str(value))
        if not annulled:
            query += " AND r.annulled IS NULL"
        return self.select(f"{query} ORDER BY r.day, r.id", values)

    def select(self, query: str, values: Sequence[object] = ()) -> tuple[Stored[Any], ...]:
        """Records by a query that begins with `rows.SELECT`; unreadable ones and what is hidden today are left out."""
        hidden = self.hidden.scopes()
        with self.reading() as connection:
            parsed = (self._parse(row) for row in connection.execute(query, tuple(values)))
            return tuple(stored for stored in parsed if stored is not None and not (hidden and stored.scope in hidden))

    def case(self, citizen_id: str) -> Case | None:
        """One citizen's whole file, without what was annulled. `None` where there is no such citizen."""
        return joining.case(self, citizen_id)

    def cases(self) -> tuple[Case, ...]:
        """Every citizen's file, in the order of their ids; one who was merged into another stands in the other's."""
        return cases_of(
            self.select(f"{SELECT} WHERE r.scope LIKE 'citizen:%' AND r.annulled IS NULL ORDER BY r.scope, r.day, r.id")
        )

    # --- the one door -------------------------------------------------------------------------

    def write(
        self, changes: Sequence[Change], *, label: str, actor: str, kind: Kind = "do", undid: str | None = None
    ) -> WriteResult:
        """Carry out changes as one act of a person: all of them or none.

        Args:
            changes: In this order; a later one may refer to a record an earlier one creates.
            label: What was done, as the person reads it in the list of own changes.
            actor: Consultant id.
            kind: `undo` and `redo` for the undoing of an earlier act and for doing it again.
            undid: The earlier act's command, then.

        Raises:
            NotEnrolled: The device is not tied to a central system yet.
            ReadOnlyLease: Too long without contact.
            NotFound: An annulment of a record that is not there.
            DiskFull, Busy: Nothing was stored.
        """
        with self.transaction() as connection:
            self.require_writable()
            see_clock(self)
            now = self._clock.now()
            offset = int(self.meta(MetaKey.CLOCK_OFFSET_MS) or 0)
            command = Command(self._ids.new(), kind, label, actor, now, offset, undid)
            writer = Writer(
                connection,
                command,
                search_key=self._vault.audit_key,
                new_id=self._ids.new,
                log=lambda action, subject, detail: self.audit(action, subject, detail=detail, actor=actor),
            )
            changed = tuple(change.id for change in changes if writer.apply(change))
        return WriteResult(command.command_id, tuple(change.id for change in changes), changed)

    def require_writable(self) -> None:
        """Make sure that a change may be stored now.

        Raises:
            NotEnrolled: The device is not tied to a central system yet.
            ReadOnlyLease: Too long without contact.
            BadUsage: This process may only read.
        """
        if self.reading_only is not None:
            raise BadUsage(self.reading_only)
        if self.meta(MetaKey.CONSULTANT) is None:
            raise NotEnrolled
        if lease_of(self).over:
            raise ReadOnlyLease

    def server_now(self) -> datetime:
        """The present instant by the central system's clock, as far as its offset is known."""
        return self._clock.now() + timedelta(milliseconds=int(self.meta(MetaKey.CLOCK_OFFSET_MS) or 0))

    # --- search -------------------------------------------------------------------------------

    def search(self, text: str, limit: int = 50) -> tuple[SearchHit, ...]:
        """Records that hold every word of the text, as a prefix, in any order; citizens first, then the newest.

        Annulled records are not found. A whole CPR number finds its citizen.
        """
        expression = searching.match_expression(text, self._vault.audit_key)
        if not expression:
            return ()
        found = self.select(
            f"{SELECT} JOIN search ON search.rowid = r.no WHERE search.folded MATCH ? AND r.annulled IS NULL"
            " ORDER BY r.collection <> 'citizen', r.collection <> 'company', r.day DESC, r.id LIMIT ?",
            (expression, limit),
        )
        return tuple(searching.hit_of(hit, text) for hit in found)

    def reindex(self, record_id: str) -> None:
        """Bring the search index in step with a record's row: in where it counts, out where it is annulled."""
        with self.transaction() as connection:
            row = connection.execute("SELECT no, annulled FROM record WHERE id = ?", (record_id,)).fetchone()
            stored = self.get(record_id)
            if row is None:
                return
            if stored is None or row[1] is not None:
                searching.unindex(connection, row[0])
            else:
                searching.index(connection, row[0], stored.record, self._vault.audit_key)

    # --- access log ---------------------------------------------------------------------------

    def audit(
        self,
        action: str,
        subject: str | None = None,
        reason: str | None = None,
        detail: str | None = None,
        *,
        actor: str | None = None,
    ) -> None:
        """Write an entry of the access log. Codes, ids, counts and typed reasons; never a name or a note's text."""
        with self.transaction(logging=True) as connection:
            accesslog.append(
                connection,
                self._vault.audit_key,
                at=self._clock.now(),
                actor=actor or self.consultant_id or "",
                device=self.meta(MetaKey.DEVICE_ID) or "",
                action=action,
                subject=subject,
                reason=reason,
                detail=detail,
            )

    def log_entries(
        self, *, subject: str | None = None, after: int = 0, limit: int = -1
    ) -> tuple[accesslog.LogRow, ...]:
        """Entries of the access log in order; only those about one citizen or record where `subject` says so."""
        with self.reading() as connection:
            return tuple(accesslog.rows(connection, after=after, subject=subject, limit=limit))

    def verify_log(self) -> int:
        """Check the whole access log; returns how many entries it has.

        Raises:
            LogBroken: Something was changed, moved or cut.
        """
        head = self._vault.audit_head
        with self.reading() as connection:
            return accesslog.verify(connection, self._vault.audit_key, anchored_seq=head.seq, anchored_mac=head.mac)

    # --- single values ------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A single value; `None` where it was never set."""
        if key in CONTACT_KEYS:
            # A sync that found nothing new leaves the tables alone and keeps its time beside them.
            contact = read_contact(self._vault.folder, self._vault.audit_key)
            if key in contact:
                return contact[key]
        with self.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (str(key),)).fetchone()
            return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str | None) -> None:
        """Set a single value, or forget it with `None`."""
        with self.transaction() as connection:
            if key in CONTACT_KEYS:
                forget_contact(self._vault.folder, self._vault.audit_key, key)
            if value is None:
                connection.execute("DELETE FROM meta WHERE key = ?", (str(key),))
            else:
                connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (str(key), value))


ALL_MIGRATIONS = frozenset(migration.name for migration in MIGRATIONS._migrations)  # noqa: SLF001  no public list
"""Names of the migrations this version knows."""


def bring_up_to_date(connection: sqlite3.Connection) -> bool:
    """Give a database that was restored this version's tables; False where a newer fieldtui has changed them."""
    database = Database(connection, execute_plugins=False)
    if {migration.name for migration in MIGRATIONS.applied(database)} - ALL_MIGRATIONS:
        return False
    MIGRATIONS.apply(database)
    return True


def _in_transaction(connection: sqlite3.Connection) -> bool:
    return connection.in_transaction


@contextlib.contextmanager
def _busy_is_busy() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if "locked" in str(error):
            raise Busy("vault") from error
        raise
