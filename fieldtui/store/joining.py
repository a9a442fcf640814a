"""Citizens' files as they are read: what lies in the scope of one who was merged into another stands in the other's file.

Nothing is rewritten by a merge: every record stays in its own scope, and goes with it where that goes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fieldtui.domain.case import Case
from fieldtui.domain.casefiles import joined_case
from fieldtui.domain.merging import survivors
from fieldtui.domain.records import Citizen
from fieldtui.store.rows import SELECT

if TYPE_CHECKING:
    from fieldtui.store.store import Store

_POINTING = (
    "SELECT id, json_extract(body, '$.merged_into') FROM record WHERE collection = 'citizen' AND annulled IS NULL"
    " AND instr(body, '\"merged_into\"') > 0"
)
_CITIZENS = "SELECT id FROM record WHERE collection = 'citizen' AND annulled IS NULL"


class StandIns:
    """Citizens on this device who were merged into another one; looked up anew only when the database changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[tuple[int, int], frozenset[str], dict[str, str]] | None = None

    def __call__(self) -> dict[str, str]:
        """Each of them with who stands for them."""
        version, hidden = self._store.version(), self._store.hidden.scopes()
        if self._known is not None and self._known[:2] == (version, hidden):
            return self._known[2]
        with self._store.reading() as connection:
            found = _look_up(connection, hidden)
            # What an open transaction says may be taken back without a trace in the version.
            self._known = None if connection.in_transaction else (version, hidden, found)
        return found


def _look_up(connection: sqlite3.Connection, hidden: frozenset[str]) -> dict[str, str]:
    pointing = {each: into for each, into in connection.execute(_POINTING) if into}
    if not pointing:
        return {}
    here = [each for (each,) in connection.execute(_CITIZENS) if f"citizen:{each}" not in hidden]
    stands = survivors({each: pointing.get(each) for each in here})
    return {each: survivor for each, survivor in stands.items() if each != survivor}


def group_of(citizen_id: str, stands: Mapping[str, str]) -> tuple[str, ...]:
    """The citizen who stands for this one, then everyone they stand for, by id."""
    survivor = stands.get(citizen_id, citizen_id)
    return (survivor, *sorted(each for each, into in stands.items() if into == survivor))


def case(store: Store, citizen_id: str) -> Case | None:
    """One citizen's whole file, without what was annulled; for one who was merged, the file of who stands for them.

    `None` where there is no such citizen.
    """
    survivor, *others = group_of(citizen_id, store.stand_ins())
    citizen = store.get(survivor)
    if citizen is None or citizen.collection != Citizen.collection:
        return None
    marks = ", ".join("?" * (1 + len(others)))
    records = store.select(
        f"{SELECT} WHERE r.scope IN ({marks}) AND r.annulled IS NULL ORDER BY r.day, r.id",
        [f"citizen:{each}" for each in (survivor, *others)],
    )
    return joined_case(citizen, records, [each for each in records if each.id in others])
