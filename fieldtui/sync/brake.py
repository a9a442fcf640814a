"""The brake against a central system that would change more than looks right (decisions 27)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from fieldtui.base.errors import MassChange
from fieldtui.store.disagreements import annulment_of
from fieldtui.store.inbox import Page
from fieldtui.store.meta import MetaKey
from fieldtui.wire.messages import JoinLine, LeaveLine, RecordLine

MOST_CITIZENS: Final = 3
"""More citizens than that annulled or leaving in one sync stop it."""
MOST_SHARE: Final = 0.30
"""A larger share of the records changed in one sync stops it …"""
FEWEST_RECORDS: Final = 20
"""… where it is more than so many records."""
_CAME: Final = "(rev > 0 OR received_at IS NOT NULL)"
"""Has been at the central system. One that says it lost a record takes away its revision (`store.resetting`), and could
else say so of everything and then do as it likes."""


def holds_nothing(connection: sqlite3.Connection) -> bool:
    """True where nothing here ever came from, or was at, the central system: a first sync, which can change nothing."""
    return not connection.execute(f"SELECT EXISTS (SELECT 1 FROM record WHERE {_CAME})").fetchone()[0]  # noqa: S608  constant


def check_mass_change(connection: sqlite3.Connection, pages: Iterable[Page], *, day: date) -> None:
    """Stop before anything is applied where more would change than a person would expect.

    Records of a scope that joins and of which nothing is here, records this device does not have, and records that come again as they are do
    not count; nor does a first sync, where there is nothing to change. A citizen that leaves counts unless this device
    knows why by itself: its own term as a substitute is over, or its own person offered the citizen to somebody. What
    the central system says in the same breath explains nothing, for who would empty a device would say that too.

    Args:
        connection: The store's.
        pages: Everything that came.
        day: Today in Copenhagen.

    Raises:
        MassChange: With the citizens that would leave or be annulled, and how many records would change.
    """
    if holds_nothing(connection):
        return
    reset = _reset(connection)
    joined: set[str] = set()
    citizens: set[str] = set()
    changed: set[str] = set()
    leaving: set[str] = set()
    for page in pages:
        leaving |= _let_go(connection, page, day)
        for line in page.lines:
            if isinstance(line, LeaveLine):
                leaving.add(line.scope)
            elif isinstance(line, JoinLine):
                leaving.discard(line.scope)
                # A join explains what is new here, never a change of what this device has had all along.
                if not _is_here(connection, line.scope):
                    joined.add(line.scope)
            elif line.scope not in joined:
                _count(connection, line, citizens, changed, reset)
    citizens |= {scope.removeprefix("citizen:") for scope in leaving if not _known_why(connection, scope, day)}
    if len(citizens) > MOST_CITIZENS or _too_many(connection, len(changed)):
        raise MassChange(citizens=len(citizens), records=len(changed), ids=tuple(sorted(citizens)))


@dataclass(frozen=True, slots=True)
class _Reset:
    """A reset that is under way."""

    heard: datetime
    kept_seq: int | None

    def changes_nothing(self, line: RecordLine, *, rev: int, seq: int) -> bool:
        """True for what a restored central system still has of a record: what is here stays (`store.resetting`).

        Not where it says that it has all of what is here: what comes then takes its place, whatever its number.
        """
        kept = self.kept_seq is not None and 0 < seq <= self.kept_seq
        return line.rev < rev and not kept and datetime.fromisoformat(line.received_at) <= self.heard


def _reset(connection: sqlite3.Connection) -> _Reset | None:
    said = dict(
        connection.execute(
            "SELECT key, value FROM meta WHERE key IN (?, ?)", (str(MetaKey.RESET_HEARD), str(MetaKey.KEPT_SEQ))
        ).fetchall()
    )
    heard, kept = said.get(str(MetaKey.RESET_HEARD)), said.get(str(MetaKey.KEPT_SEQ))
    return _Reset(datetime.fromisoformat(heard), None if kept is None else int(kept)) if heard else None


def _too_many(connection: sqlite3.Connection, changed: int) -> bool:
    """Counted only where it can matter: counting reads every record, however few came."""
    if changed <= FEWEST_RECORDS:
        return False
    (total,) = connection.execute(f"SELECT count(*) FROM record WHERE {_CAME}").fetchone()  # noqa: S608  constant
    return bool(changed > MOST_SHARE * total)


def _let_go(connection: sqlite3.Connection, page: Page, day: date) -> set[str]:
    """Citizens whose tie would end by what a page says of it; their `leave` may then come in a later sync."""
    found = set()
    for citizen, said in (page.start.assignments or {}).items():
        row = connection.execute("SELECT role, until FROM assignment WHERE citizen_id = ?", (citizen,)).fetchone()
        if row is None:
            continue
        ends = said.until is not None and said.until < day.isoformat()
        if (row[0] == "primary" and said.role != "primary") or (ends and not _over(row, day)):
            found.add(f"citizen:{citizen}")
    return found


def _known_why(connection: sqlite3.Connection, scope: str, day: date) -> bool:
    """True where nothing of the citizen is here, or this device knows by itself that it leaves."""
    if not _is_here(connection, scope):
        return True
    citizen = scope.removeprefix("citizen:")
    row = connection.execute("SELECT role, until FROM assignment WHERE citizen_id = ?", (citizen,)).fetchone()
    if row is not None and row[0] != "primary" and _over(row, day):
        return True
    last = connection.execute(
        "SELECT action FROM audit WHERE subject = ? AND action LIKE 'handover.%' ORDER BY seq DESC LIMIT 1", (citizen,)
    ).fetchone()
    return last is not None and last[0] == "handover.offer"


def _over(row: tuple[str, str | None], day: date) -> bool:
    return row[1] is not None and row[1] < day.isoformat()


def _is_here(connection: sqlite3.Connection, scope: str) -> bool:
    found = connection.execute(
        f"SELECT EXISTS (SELECT 1 FROM record WHERE scope = ? AND {_CAME})",  # noqa: S608  constant
        (scope,),
    ).fetchone()
    return bool(found[0])


def _count(
    connection: sqlite3.Connection, line: RecordLine, citizens: set[str], changed: set[str], reset: _Reset | None
) -> None:
    row = connection.execute(
        "SELECT coalesce(base, body), CASE WHEN base IS NULL THEN annulled ELSE base_annulled END, rev, seq FROM record"
        " WHERE id = ? AND (rev > 0 OR received_at IS NOT NULL)",
        (line.id,),
    ).fetchone()
    if row is None or (reset is not None and reset.changes_nothing(line, rev=row[2], seq=row[3])):
        return
    body, annulled = json.loads(row[0]), row[1] is not None
    if body != line.body or annulled != (annulment_of(line) is not None):
        changed.add(line.id)
    if line.collection == "citizen" and line.annulled is not None and not annulled:
        citizens.add(line.id)
