"""The door to PostgreSQL: connections, migrations, the organisation, and the sequence that orders every change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Any, Final

import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import Connection, Engine, create_engine, event, select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoneFree

from fieldtui.base.clock import Clock
from fieldtui.base.errors import BadUsage, DatabaseUnreachable
from fieldtui.base.i18n import _
from fieldtui.base.ids import IdSource
from fieldtui.central.addressing import parse_database_url
from fieldtui.central.schema import organisation
from fieldtui.wire.keys import load_private_key

CONNECTIONS: Final = 32
POOL_SECONDS: Final = 10
_CONNECTING: Final[dict[str, Any]] = {
    "connect_timeout": 10,
    "application_name": "fieldtui-central",
    # A machine that lost its power sends no farewell: within some 20 s its connections are given up, and the standby tried.
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
_OLDEST_POSTGRES: Final = 150_000
_MIGRATION_LOCK: Final = 0x6669656C  # "fiel": one migration at a time per database


@dataclass(frozen=True, slots=True)
class Organisation:
    """The municipality's unit that everything hangs on."""

    id: str
    name: str
    server_key: EllipticCurvePrivateKey
    public_url: str | None

    @property
    def key_id(self) -> str:
        """Name of the response key in signatures."""
        return f"{self.id}.server"


class Database:
    """Connections to one central database. Safe to share between threads.

    Args:
        url: `postgresql://user:password@host:port/name`, or several servers as `parse_database_url` takes them;
            PostgreSQL 15 or newer.
        clock: Gives the time everything is received at.
        ids: Gives ids of what this system itself makes.
        connections: Most connections at a time. Who finds none free waits `POOL_SECONDS`.
    """

    def __init__(self, url: str, *, clock: Clock, ids: IdSource, connections: int = CONNECTIONS) -> None:
        self.clock = clock
        self.ids = ids
        self._engine = _engine(url, connections=connections)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, rolled back on an error.

        Raises:
            DatabaseUnreachable: The server does not answer.
        """
        with _reachable(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One moment of the whole database, however long the block takes; nothing can be written in it.

        Raises:
            DatabaseUnreachable: The server does not answer.
        """
        with _reachable(), self._engine.connect() as plain:
            connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def scratch(self, name: str) -> Iterator[Database]:
        """An empty database of that name in the same server, which is gone after the block.

        Raises:
            BadUsage: The account may make no databases.
            DatabaseUnreachable: The server does not answer.
        """
        self._outside_transactions(f'CREATE DATABASE "{name}"')
        made = Database(self._url_of(name), clock=self.clock, ids=self.ids)
        try:
            yield made
        finally:
            made.close()
            self._outside_transactions(f'DROP DATABASE "{name}" WITH (FORCE)')

    def rewrite(self, *tables: str) -> None:
        """Rewrite tables, so that what was deleted is gone from the files too. Each is closed while it is rewritten.

        Args:
            tables: Names as in the schema; nothing that came from outside.
        """
        for table in tables:
            self._outside_transactions(f"VACUUM (FULL) {table}")

    def _outside_transactions(self, statement: str) -> None:
        with _reachable(), self._engine.connect() as connection:
            try:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)
            except ProgrammingError:
                raise BadUsage(_("Kontoen må ikke lave databaser. Giv den lov med: ALTER ROLE navn CREATEDB")) from None

    def _url_of(self, name: str) -> str:
        return self._engine.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def organisation(self, connection: Connection, name: str | None = None) -> Organisation:
        """The organisation of that name, or the only one there is.

        Raises:
            BadUsage: None, several and no name given, or no such name.
        """
        rows = connection.execute(select(organisation).order_by(organisation.c.name)).all()
        if name is not None:
            rows = [row for row in rows if row.name == name]
        if not rows:
            raise BadUsage(
                _("Der er ingen organisation med det navn.") if name else
                _("Der er ingen organisation endnu. Lav en med: fieldtui central bootstrap --organisation NAVN")
            )  # fmt: skip
        if len(rows) > 1:
            raise BadUsage(_("Der er flere organisationer. Vælg en med --organisation NAVN."))
        return organisation_from(rows[0])

    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


_server_key: Final = lru_cache(64)(load_private_key)
"""Reading a key takes longer than asking for it, and a process that answers devices has it in its memory anyway."""


def organisation_from(row: Any) -> Organisation:
    """The organisation in a row of its table."""
    return Organisation(row.org_id, row.name, _server_key(row.server_key), row.public_url)


class Sequence:
    """Sequence numbers for one transaction: given in commit order, without gaps.

    Making one takes the organisation row's lock until the transaction ends, so that nobody else can
    commit a number in between, and a number that is rolled back is given again.
    """

    def __init__(self, connection: Connection, org_id: str) -> None:
        self._connection = connection
        self._org_id = org_id
        row = connection.execute(
            select(organisation.c.seq, organisation.c.incarnation, organisation.c.left_at)
            .where(organisation.c.org_id == org_id)
            .with_for_update()
        ).one()
        self.incarnation: str = row.incarnation
        """Which life of the organisation the numbers belong to."""
        self.left_at: dict[str, int] = row.left_at
        self._first: int = row.seq
        self._last: int = row.seq

    @property
    def last(self) -> int:
        """The highest number given so far."""
        return self._last

    def next(self) -> int:
        """The next number."""
        self._last += 1
        return self._last

    def store(self, **also: Any) -> None:
        """Write the highest number, and other columns of the organisation; call before the transaction ends."""
        if self._last != self._first or also:
            self._connection.execute(
                update(organisation).where(organisation.c.org_id == self._org_id).values(seq=self._last, **also)
            )


def migrate(url: str) -> None:
    """Bring the tables to this version's schema; does nothing where they are.

    Raises:
        DatabaseUnreachable: The server does not answer.
        BadUsage: PostgreSQL is too old, or the database was made by a newer fieldtui.
    """
    engine = _engine(url)
    try:
        with _reachable(), engine.begin() as connection:
            if _version_number(connection) < _OLDEST_POSTGRES:
                raise BadUsage(_("Databasen er for gammel: fieldtui kræver PostgreSQL 15 eller nyere."))
            upgrade(connection)
    finally:
        engine.dispose()


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables to a revision inside a transaction of the caller's; nobody else can at the same time.

    Raises:
        BadUsage: The database, or the revision asked for, is of a newer fieldtui.
    """
    from alembic import command
    from alembic.util import CommandError

    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _MIGRATION_LOCK})
    with _migrations() as config:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError:
            raise BadUsage(
                _("Databasen er lavet af en nyere fieldtui. Intet er ændret. Opdatér fieldtui, og prøv igen.")
            ) from None


@cache
def newest_revision() -> str:
    """The schema revision of this version."""
    from alembic.script import ScriptDirectory

    with _migrations() as config:
        return str(ScriptDirectory.from_config(config).get_current_head())


def revision_of(connection: Connection) -> str | None:
    """The schema revision of a database; `None` where it has no tables of ours."""
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar_one() is None:
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    return None if found is None else str(found)


@contextlib.contextmanager
def _migrations() -> Iterator[Any]:
    from alembic.config import Config

    with as_file(files("fieldtui.central") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        yield config


def _version_number(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())


def _engine(url: str, *, connections: int = CONNECTIONS) -> Engine:
    engine = create_engine(
        parse_database_url(url),
        pool_size=min(8, connections),
        max_overflow=max(0, connections - 8),
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,  # a connection that a restart of the database cut is replaced unseen
        connect_args=_CONNECTING,
        hide_parameters=True,  # no value in an exception's text
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: psycopg.Connection[Any], _record: object) -> None:
        # A body is validated text; the server must never reinterpret a time in its own zone.
        connection.execute("SET timezone TO 'UTC'")
        connection.execute("SET lock_timeout TO '60s'")
        connection.commit()

    return engine


@contextlib.contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, psycopg.OperationalError) as error:
        # The second where the server went away while a new connection was being settled.
        raise DatabaseUnreachable("connection") from error
    except InterfaceError as error:
        raise DatabaseUnreachable("connection") from error
    except NoneFree as error:
        raise DatabaseUnreachable("connections") from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction):
            # A standby that answers in the primary's place is not the database that may be written to.
            raise DatabaseUnreachable("connection") from error
        raise
