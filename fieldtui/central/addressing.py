"""Where the database is: an address as PostgreSQL's own programs take it, several servers included."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _

_SCHEMES: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


def parse_database_url(text: str) -> URL:
    """The address as SQLAlchemy takes it.

    A primary and its standbys stand as libpq writes them (PostgreSQL 18, § 32.1.1.3): `postgresql://u:p@a:5432,b:5432/db`.
    They are tried in order at every new connection; `?target_session_attrs=read-write` takes the one that is the primary.

    Raises:
        BadUsage: It is no address of a PostgreSQL.
    """
    try:
        parsed = make_url(_with_hosts_apart(text))
        # Numbers of hosts and ports that do not match show here, not at the first connection.
        parsed.set(drivername="postgresql+psycopg").get_dialect()().create_connect_args(parsed)
    except (ArgumentError, ValueError):
        raise _refused() from None
    if parsed.drivername not in _SCHEMES:
        raise _refused()
    return parsed.set(drivername="postgresql+psycopg")


def _with_hosts_apart(text: str) -> str:
    """Several servers, as libpq has them in the address, moved to where SQLAlchemy reads them: `?host=a,b&port=1,2`."""
    scheme, mark, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    account, at, servers = authority.rpartition("@")
    if not mark or "," not in servers:
        return text
    hosts, ports = zip(*(_host_and_port(server) for server in servers.split(",")), strict=True)
    query = f"host={quote(','.join(hosts), safe=',:')}&port={','.join(ports)}"
    path, question, given = path.partition("?")
    return f"{scheme}://{account}{at}{slash}{path}?{query}" + (f"&{given}" if question and given else "")


def _host_and_port(server: str) -> tuple[str, str]:
    host, colon, port = server.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = server, "5432"
    if not port.isdecimal():
        raise ValueError("port")
    return host.removeprefix("[").removesuffix("]"), port


def _refused() -> BadUsage:
    return BadUsage(_("Databasens adresse skal have formen postgresql://bruger:kode@vært:port/navn."))
