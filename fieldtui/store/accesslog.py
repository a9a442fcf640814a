"""The access log: who looked at or changed what, chained so that an edit or a cut shows.

Each entry's MAC is HMAC-SHA256 over the one before it and its own canonical row, under a key that only
the vault knows. The newest entry is anchored in the vault's header and at the central system, so that
a cut tail shows too. It never holds a name, a CPR number or the text of a note.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fieldtui.base.errors import LogBroken
from fieldtui.base.log import technical
from fieldtui.base.text import clean
from fieldtui.domain.logged import ABOUT_A_CITIZEN, LONGEST_REASON, bare_reason

FIRST_PREV: Final = ""
"""What stands before the first entry."""
_COLUMNS: Final = "seq, at, actor, device, action, subject, reason, detail, prev, mac"
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_INSERT: Final = f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  constant text


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry of the access log."""

    seq: int
    """1, 2, 3 … without gaps."""
    at: str
    """ISO 8601, UTC, with seconds."""
    actor: str
    """Consultant id; empty before enrolment."""
    device: str
    action: str
    """A code: `unlock`, `open`, `reveal`, `list`, `search`, `put`, `annul`, `export`, `sync` …"""
    subject: str | None
    """Id of the citizen or the record it is about."""
    reason: str | None
    """The reason the person typed."""
    detail: str | None
    """A technical word or count."""
    prev: str
    mac: str

    def canonical(self) -> bytes:
        """The bytes that the MAC covers, besides the MAC of the entry before."""
        values = [self.seq, self.at, self.actor, self.device, self.action, self.subject, self.reason, self.detail]
        return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode("ascii")

    def fits(self, key: bytes, *, seq: int, prev: str) -> bool:
        """True where this is the untouched entry number `seq` after the one with MAC `prev`."""
        return self.seq == seq and self.prev == prev and hmac.compare_digest(self.mac, mac_of(key, self))


def mac_of(key: bytes, row: LogRow) -> str:
    """HMAC-SHA256 over `prev` and the canonical row, in hexadecimal."""
    return hmac.new(key, row.prev.encode("ascii", "replace") + b"\n" + row.canonical(), hashlib.sha256).hexdigest()


def append(  # noqa: PLR0913  the columns of one entry
    connection: sqlite3.Connection,
    key: bytes,
    *,
    at: datetime,
    actor: str,
    device: str,
    action: str,
    subject: str | None,
    reason: str | None,
    detail: str | None,
) -> LogRow:
    """Add an entry; must run inside the transaction of what it tells about.

    A CPR number in a typed reason is not stored, nor is the name of the citizen whom the entry is about. A subject that is
    no id, such as a name somebody typed where an id belongs, is not stored either.
    """
    subject = _id_in(action, subject)
    if reason is not None:
        reason = bare_reason(clean(reason, limit=LONGEST_REASON).strip(), _names(connection, subject)) or None
    last = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, prev = (last[0] + 1, last[1]) if last else (1, FIRST_PREV)
    stamp = at.astimezone(UTC).isoformat(timespec="seconds")
    unsigned = LogRow(seq, stamp, actor, device, action, subject, reason, detail, prev, "")
    mac = mac_of(key, unsigned)
    connection.execute(_INSERT, (seq, stamp, actor, device, action, subject, reason, detail, prev, mac))
    return LogRow(seq, stamp, actor, device, action, subject, reason, detail, prev, mac)


def _id_in(action: str, subject: str | None) -> str | None:
    if subject is None or _ID.match(subject):
        return subject
    # Of colleagues the initials are enough; of citizens nothing but the id.
    return subject if action not in ABOUT_A_CITIZEN and technical(subject) == subject else None


def _names(connection: sqlite3.Connection, subject: str | None) -> tuple[str, ...]:
    """The names of the citizen whom an entry is about, or whose record it is about."""
    found = connection.execute(
        "SELECT c.body FROM record r JOIN record c ON c.id = substr(r.scope, 9) AND c.collection = 'citizen'"
        " WHERE r.id = ? AND r.scope LIKE 'citizen:%'",
        (subject,),
    ).fetchone()
    if found is None:
        return ()
    body = json.loads(found[0])
    return tuple(str(body[name]) for name in ("given_name", "family_name") if body.get(name))


def rows(
    connection: sqlite3.Connection, *, after: int = 0, subject: str | None = None, limit: int = -1
) -> Iterator[LogRow]:
    """Entries with a number above `after`, in order; only those about `subject` where one is given."""
    query = f"SELECT {_COLUMNS} FROM audit WHERE seq > ?"  # noqa: S608  constant text
    values: list[object] = [after]
    if subject is not None:
        query += " AND subject = ?"
        values.append(subject)
    for row in connection.execute(f"{query} ORDER BY seq LIMIT ?", (*values, limit)):
        yield LogRow(*row)


def verify(connection: sqlite3.Connection, key: bytes, *, anchored_seq: int, anchored_mac: str) -> int:
    """Check every entry, the chain between them, and that the anchored entry is still there.

    Returns:
        How many entries there are.

    Raises:
        LogBroken: With the number of the first entry that was changed, moved or is missing.
    """
    seq, prev = 0, FIRST_PREV
    for row in rows(connection):
        seq += 1
        if not row.fits(key, seq=seq, prev=prev) or (seq == anchored_seq and row.mac != anchored_mac):
            raise LogBroken(seq)
        prev = row.mac
    if seq < anchored_seq:
        raise LogBroken(seq + 1)
    return seq
