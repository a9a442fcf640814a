"""Citizens who may be one and the same: what tells it, so that a person can look; nothing is ever merged by itself.

A CPR number is compared as a keyed hash, so that nothing that is made here holds the number. Two citizens of the same name and the
same day of birth are shown too: that is how somebody looks who got a real number in place of a replacement one.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any, Final, Literal

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.domain.envelope import Stored
from fieldtui.domain.identifiers import InvalidCpr, parse_cpr
from fieldtui.domain.merging import survivors, told_apart
from fieldtui.domain.records import Citizen

Why = Literal["cpr", "name"]
_SENTENCES: Final[dict[Why, str]] = {
    "cpr": N_("samme CPR-nummer"),
    "name": N_("samme navn og fødselsdag"),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two citizens who may be one."""

    one: str
    """Id; the smaller of the two."""
    other: str
    why: Why

    @property
    def reason(self) -> str:
        """In words, in the language in force; without the number and without the name."""
        return _(_SENTENCES[self.why])


def alike(citizens: Mapping[str, Citizen], key: bytes) -> tuple[Likeness, ...]:
    """Every pair that may be one citizen, by id; those that are merged, or said to be two, are left out.

    Args:
        citizens: By id; annulled ones left out.
        key: For the hash of CPR numbers; it only has to be the same within one call.
    """
    stands = survivors({each: citizen.merged_into for each, citizen in citizens.items()})
    marks = told_apart({each: citizen.not_duplicate_of for each, citizen in citizens.items()})
    apart = {frozenset(stands.get(each, each) for each in pair) for pair in marks}
    found: dict[tuple[str, str], Why] = {}
    for why, groups in (("cpr", _by_number(citizens, key)), ("name", _by_name(citizens))):
        for group in groups:
            for one, other in combinations(sorted({stands[each] for each in group}), 2):
                if frozenset({one, other}) not in apart:
                    found.setdefault((one, other), why)  # type: ignore[arg-type]
    return tuple(Likeness(one, other, why) for (one, other), why in sorted(found.items()))


def as_one(stored: Sequence[Stored[Any]]) -> list[Stored[Any]]:
    """The same records with one citizen for each person, and everything of merged cards as theirs; for counting, never for storing.

    Args:
        stored: Records that stand, the citizens among them.
    """
    pointers = {each.id: each.record.merged_into for each in stored if isinstance(each.record, Citizen)}
    moved = {each: survivor for each, survivor in survivors(pointers).items() if survivor != each}
    if not moved:
        return list(stored)
    return [
        replace(each, record=each.record.model_copy(update={"citizen_id": moved[citizen_id]}))
        if (citizen_id := getattr(each.record, "citizen_id", None)) in moved
        else each
        for each in stored
        if each.id not in moved
    ]


def born_on(citizen: Citizen) -> date | None:
    """The day of birth after the CPR number, also a replacement one; `None` without a number."""
    if citizen.cpr is None:
        return None
    try:
        return parse_cpr(citizen.cpr).birth_date
    except InvalidCpr:
        return None


def _by_number(citizens: Mapping[str, Citizen], key: bytes) -> Iterator[list[str]]:
    """A number of today against one of another's today or before: a former number may stand on the other card still."""
    hashes: dict[bytes, list[str]] = {}
    for each, citizen in citizens.items():
        for number in {citizen.cpr, *citizen.former_cpr} - {None}:
            hashes.setdefault(hmac.digest(key, str(number).encode(), "sha256"), []).append(each)
    return _several(hashes.values())


def _by_name(citizens: Mapping[str, Citizen]) -> Iterator[list[str]]:
    names: dict[tuple[tuple[str, ...], date], list[str]] = {}
    for each, citizen in citizens.items():
        born = born_on(citizen)
        if born is not None:
            names.setdefault((tuple(fold(citizen.full_name).split()), born), []).append(each)
    return _several(names.values())


def _several(groups: Iterable[list[str]]) -> Iterator[list[str]]:
    return (group for group in groups if len(group) > 1)
