"""Citizens' files as they are read: what lies in the scope of one who was merged into another stands in the other's file.

Nothing is rewritten by a merge: every record stays in its own scope, and goes with it where that goes.
"""

from __future__ import annotations

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


def stand_ins(store: Store) -> dict[str, str]:
    """Citizens on this device who were merged into another one that is here too, each with who stands for them."""
    hidden = store.hidden.scopes()
    with store.reading() as connection:
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
    survivor, *others = group_of(citizen_id, stand_ins(store))
    citizen = store.get(survivor)
    if citizen is None or citizen.collection != Citizen.collection:
        return None
    marks = ", ".join("?" * (1 + len(others)))
    records = store.select(
        f"{SELECT} WHERE r.scope IN ({marks}) AND r.annulled IS NULL ORDER BY r.day, r.id",
        [f"citizen:{each}" for each in (survivor, *others)],
    )
    return joined_case(citizen, records, [each for each in records if each.id in others])
