"""Records of one scope put together as a citizen's file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fieldtui.domain.case import Case
from fieldtui.domain.envelope import Stored

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
    """Every file out of the records of all citizens' scopes, in the order the scopes come; one without a citizen is none."""
    by_scope: dict[str, list[Stored[Any]]] = {}
    for stored in records:
        by_scope.setdefault(stored.scope, []).append(stored)
    found = []
    for scope, members in by_scope.items():
        citizen = next((each for each in members if each.collection == "citizen" and each.scope == scope), None)
        if citizen is not None:
            found.append(case_of(citizen, members))
    return tuple(found)
