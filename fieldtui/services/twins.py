"""Another citizen who may be the same: said where one is created or changed, never a reason to refuse."""

from __future__ import annotations

from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.domain.records import Citizen, Record
from fieldtui.store import Store


def twin_warnings(store: Store, record_id: str, record: Record) -> tuple[str, ...]:
    """A sentence where another citizen here has the same CPR number, or the same name and day of birth; which one is for a person to see.

    A number that the other one had before counts too. Who was merged with this one, or was said to be somebody else, is passed over.
    """
    if not isinstance(record, Citizen) or not record.cpr or record.merged_into is not None:
        return ()
    names: bool = False
    for stored in store.all("citizen"):
        other: Citizen = stored.record
        if stored.id == record_id or other.merged_into is not None or _told_apart(record_id, record, stored.id, other):
            continue
        if record.cpr == other.cpr or record.cpr in other.former_cpr:
            return (_("En anden borger her har samme CPR-nummer. Tjek, om det er den samme."),)
        names = names or _same_name_and_birthday(record, other)
    if names:
        return (_("En anden borger her har samme navn og fødselsdag. Tjek, om det er den samme."),)
    return ()


def _told_apart(one_id: str, one: Citizen, other_id: str, other: Citizen) -> bool:
    return other_id in one.not_duplicate_of or one_id in other.not_duplicate_of


def _same_name_and_birthday(one: Citizen, other: Citizen) -> bool:
    same_day = _birthday(one.cpr) == _birthday(other.cpr) is not None
    return same_day and fold(one.full_name).split() == fold(other.full_name).split()


def _birthday(cpr: str | None) -> tuple[int, str] | None:
    """Day, month and year of birth as the number has them; a replacement number's day is sixty too high."""
    return None if cpr is None else (int(cpr[:2]) % 60, cpr[2:6])
