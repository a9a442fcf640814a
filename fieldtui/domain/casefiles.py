"""Records of one scope put together as a citizen's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from fieldtui.domain.case import Case
from fieldtui.domain.envelope import Stored
from fieldtui.domain.mainday import main_day
from fieldtui.domain.merging import survivors
from fieldtui.domain.records import Citizen

_PARTS: Final = {
    "appointment": "appointments",
    "note": "notes",
    "bridging_note": "bridging_notes",
    "referral": "referrals",
    "consent": "consents",
    "placement": "placements",
    "job_lead": "job_leads",
    "activation": "activations",
    "progression": "progressions",
    "task": "tasks",
}


def case_of(citizen: Stored[Any], records: Sequence[Stored[Any]]) -> Case:
    """One citizen's file out of the records of the citizen's scope, in their order."""
    parts: dict[str, list[Stored[Any]]] = {name: [] for name in _PARTS.values()}
    for stored in records:
        if stored.collection in _PARTS:
            parts[_PARTS[stored.collection]].append(stored)
    return Case(citizen=citizen, **{name: tuple(members) for name, members in parts.items()})


def cases_of(records: Sequence[Stored[Any]]) -> tuple[Case, ...]:
    """Every file out of the records of all citizens' scopes, by citizen; a scope without a citizen is none.

    Where somebody was merged into another who is among the records, there is one file: it holds the records of both scopes, by day.
    """
    by_owner: dict[str, list[Stored[Any]]] = {}
    for stored in records:
        by_owner.setdefault(stored.scope.removeprefix("citizen:"), []).append(stored)
    citizens = {each.id: each for each in records if each.collection == Citizen.collection and each.id in by_owner}
    stands = survivors(
        {each: stored.record.merged_into if stored.annulled_at is None else None for each, stored in citizens.items()}
    )
    files: dict[str, list[str]] = {}
    for each in citizens:
        files.setdefault(stands[each], []).append(each)
    return tuple(_file(citizens[survivor], sorted(ids), by_owner, citizens) for survivor, ids in files.items())


def joined_case(citizen: Stored[Any], records: Sequence[Stored[Any]], merged: Sequence[Stored[Any]]) -> Case:
    """One file out of the records of several scopes of the same person, in their order.

    Args:
        citizen: Who stands for all of them.
        records: Everything in the scopes.
        merged: The other cards.
    """
    return replace(case_of(citizen, records), merged=tuple(sorted(merged, key=lambda each: each.id)))


def _file(
    citizen: Stored[Any], ids: Sequence[str], by_owner: dict[str, list[Stored[Any]]], citizens: dict[str, Stored[Any]]
) -> Case:
    if len(ids) == 1:
        return case_of(citizen, by_owner[citizen.id])
    members = sorted(
        (each for owner in ids for each in by_owner[owner]),
        key=lambda each: (main_day(each.record) or date.min, each.id),
    )
    return joined_case(citizen, members, [citizens[each] for each in ids if each != citizen.id])
